#include "lib/s3/bucket.hpp"

#include <chrono>

#include "lib/s3/xml_answer.hpp"

namespace roost::s3 {

namespace {

/// Some servers' times have seconds, and what was noted in one may have begun before it by that.
constexpr std::int64_t clockTolerance = 2'000'000'000;

std::string partList(std::span<const UploadedPart> parts) {
    std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (const UploadedPart& part : parts)
        body += "<Part><PartNumber>" + std::to_string(part.number) + "</PartNumber><ETag>\"" +
                xmlEscaped(part.etag) + "\"</ETag></Part>";
    return body + "</CompleteMultipartUpload>";
}

}  // namespace

std::string Bucket::startUpload(const std::string& key, Headers headers) const {
    Request request;
    request.method = Method::post;
    request.key = key;
    request.query = {{"uploads", ""}};
    request.headers = std::move(headers);
    request.what = "begin to write " + shown(key);
    const auto asked = std::chrono::steady_clock::now();
    const Answer answer = client_.send(request);
    std::string id = parseXml(answer.body).textOf("UploadId");
    if (id.empty())
        throw Error("cannot " + request.what + ": the server gives no id for the upload",
                    "check that the endpoint is that of an S3 server");
    if (answer.tries > 1)
        abortTwins(key, id, std::chrono::nanoseconds(std::chrono::steady_clock::now() - asked).count());
    return id;
}

/// A try whose answer was lost has begun an upload, too: one to the same key, within these nanoseconds.
void Bucket::abortTwins(const std::string& key, const std::string& id, std::int64_t within) const {
    std::int64_t begun = 0;
    std::vector<ListedUpload> others;
    try {
        listUploads(key, [&](ListedUpload&& upload) {
            if (upload.id == id) begun = upload.initiatedNanoseconds;
            if (upload.id != id && upload.key == key) others.push_back(std::move(upload));
        });
        for (const ListedUpload& other : others)
            if (other.initiatedNanoseconds >= begun - within - clockTolerance &&
                other.initiatedNanoseconds <= begun + clockTolerance)
                abortUpload(key, other.id);
    } catch (const ServerRefusal& refusal) {  // a key may not be allowed to; the upload itself is good
        client_.context().log(
            LogLevel::warning,
            std::string(refusal.what()) + "; an upload that was begun twice may be left unfinished");
    }
}

UploadedPart Bucket::uploadPart(const std::string& key, const std::string& id, unsigned number,
                                std::span<const std::byte> bytes) const {
    Request request;
    request.method = Method::put;
    request.key = key;
    request.query = {{"partNumber", std::to_string(number)}, {"uploadId", id}};
    request.body = bytes;
    request.what = "write " + shown(key);
    UploadedPart part{number, client_.send(request).etag()};
    if (part.etag.empty()) throw Error("cannot " + request.what + ": the server gives no ETag for a part");
    return part;
}

ObjectHead Bucket::completeUpload(const std::string& key, const std::string& id,
                                  std::span<const UploadedPart> parts, std::uint64_t size,
                                  Headers headers) const {
    const std::string body = partList(parts);
    Request request;
    request.method = Method::post;
    request.key = key;
    request.query = {{"uploadId", id}};
    request.body = std::as_bytes(std::span(body));
    request.headers = std::move(headers);
    request.headers.emplace_back("Content-Type", "application/xml");
    request.slow = true;
    request.what = "put in place " + shown(key);
    client_.send(request);
    // A gateway that was killed within an earlier try may say that all is well, and have nothing.
    std::optional<ObjectHead> placed;
    try {
        placed = head(key);
    } catch (const ServerRefusal& refusal) {
        if (refusal.status() != 403) throw;
        client_.context().log(LogLevel::warning, "the server says that " + shown(key) +
                                                     " is complete; this key may not look whether it is");
        placed.emplace().size = size;
    }
    if (!placed || placed->size != size)
        throw UploadLost("the server says that " + shown(key) + " is complete, but " +
                             (placed ? "it has another size" : "there is no such object"),
                         "the server lost what was uploaded: see its log, and run again");
    return *placed;
}

void Bucket::abortUpload(const std::string& key, const std::string& id) const {
    Request request;
    request.method = Method::remove;
    request.key = key;
    request.query = {{"uploadId", id}};
    request.what = "abort the upload of " + shown(key);
    try {
        client_.send(request);
    } catch (const ServerRefusal& refusal) {
        if (refusal.status() != 404) throw;
    }
}

void Bucket::listUploads(const std::string& prefix, const std::function<void(ListedUpload&&)>& visit) const {
    Request request;
    request.what = "list the unfinished uploads to " + shown(prefix);
    for (Query marker;;) {
        request.query = {{"uploads", ""}, {"prefix", prefix}, {"encoding-type", "url"}};
        request.query.insert(request.query.end(), marker.begin(), marker.end());
        const XmlElement page = parseXml(client_.send(request).body);
        const bool encoded = page.textOf("EncodingType") == "url";
        const auto text = [&](const XmlElement& element, const char* name) {
            return encoded ? uriDecoded(element.textOf(name)) : element.textOf(name);
        };
        for (const XmlElement& element : page.children)
            if (element.name == "Upload")
                visit({text(element, "Key"), element.textOf("UploadId"),
                       listedTime(element.textOf("Initiated"))});
        if (page.textOf("IsTruncated") != "true") return;
        Query next{{"key-marker", text(page, "NextKeyMarker")},
                   {"upload-id-marker", page.textOf("NextUploadIdMarker")}};
        if (next == marker)
            throw Error("cannot " + request.what + ": the server's list goes on and does not say where");
        marker = std::move(next);
    }
}

std::size_t Bucket::abortUploads(const std::string& key, const TimeSpan& begun) const {
    std::vector<std::string> ids;
    listUploads(key, [&](ListedUpload&& upload) {
        if (upload.key == key && upload.initiatedNanoseconds >= begun.from - clockTolerance &&
            upload.initiatedNanoseconds <= begun.to)
            ids.push_back(std::move(upload.id));
    });
    for (const std::string& id : ids) abortUpload(key, id);
    return ids.size();
}

std::int64_t Bucket::serverTime(const std::string& prefix) const {
    Request request;
    request.what = "list " + shown(prefix);
    request.query = {{"list-type", "2"}, {"prefix", prefix}, {"max-keys", "1"}};
    if (const std::int64_t told = headerTime(client_.send(request).header("date")); told != 0) return told;
    return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace roost::s3
