#include "lib/s3/bucket.hpp"

#include <algorithm>
#include <charconv>

#include "lib/s3/checksums.hpp"
#include "lib/s3/xml_answer.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::s3 {

namespace {

std::uint64_t sizeOf(const std::string& text) {
    std::uint64_t size = 0;
    std::from_chars(text.data(), text.data() + text.size(), size);
    return size;
}

ListedObject listed(const XmlElement& element, bool encoded) {
    const std::string key = element.textOf("Key");
    ListedObject object{encoded ? uriDecoded(key) : key, sizeOf(element.textOf("Size")),
                        element.textOf("ETag"), listedTime(element.textOf("LastModified"))};
    std::erase(object.etag, '"');
    return object;
}

std::string rangeText(std::uint64_t offset, std::size_t size) {
    return "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + size - 1);
}

/// XML has no way to write most control characters.
bool fitsXml(const std::string& key) {
    return std::ranges::none_of(key, [](unsigned char c) { return c < 0x20; });
}

}  // namespace

void Bucket::list(const std::string& prefix, const std::function<void(ListedObject&&)>& visit) const {
    Request request;
    request.what = "list " + shown(prefix);
    for (std::string token;;) {
        request.query = {{"list-type", "2"},
                         {"prefix", prefix},
                         {"encoding-type", "url"},
                         {"max-keys", std::to_string(pageSize)}};
        if (!token.empty()) request.query.emplace_back("continuation-token", token);
        const XmlElement page = parseXml(client_.send(request).body);
        if (page.name != "ListBucketResult")
            throw Error("cannot " + request.what + ": the answer is no list of objects",
                        "check that the endpoint is that of an S3 server");
        const bool encoded = page.textOf("EncodingType") == "url";
        for (const XmlElement& element : page.children)
            if (element.name == "Contents") visit(listed(element, encoded));
        if (page.textOf("IsTruncated") != "true") return;
        std::string next = page.textOf("NextContinuationToken");
        if (next.empty() || next == token)
            throw Error("cannot " + request.what + ": the server's list goes on and does not say where");
        token = std::move(next);
    }
}

bool Bucket::hasAny(const std::string& prefix) const {
    Request request;
    request.what = "list " + shown(prefix);
    request.query = {{"list-type", "2"}, {"prefix", prefix}, {"max-keys", "1"}};
    return parseXml(client_.send(request).body).child("Contents") != nullptr;
}

std::optional<ObjectHead> Bucket::head(const std::string& key) const {
    Request request;
    request.method = Method::head;
    request.key = key;
    request.what = "look at " + shown(key);
    try {
        return headOf(client_.send(request));
    } catch (const ServerRefusal& refusal) {
        if (refusal.status() == 404 && refusal.code() != "NoSuchBucket") return std::nullopt;
        askForWords(key, request.what);
        throw;
    }
}

/// An answer to HEAD has no body, and so no reason. Throws what the server says to GET.
void Bucket::askForWords(const std::string& key, const std::string& what) const {
    Request request;
    request.key = key;
    request.what = what;
    request.headers.emplace_back("Range", "bytes=0-0");
    static_cast<void>(client_.send(request));
}

void Bucket::explainMissing(const std::string& key) const {
    askForWords(key, "read " + shown(key));
    throw Error("cannot read " + shown(key) + ": it has only just come to be there", "run it again");
}

ObjectHead Bucket::read(const std::string& key, std::uint64_t offset, std::span<std::byte> into,
                        const std::string& etag, bool whole) const {
    Request request;
    request.key = key;
    request.what = "read " + shown(key);
    request.into = into;
    if (!whole) request.headers.emplace_back("Range", rangeText(offset, into.size()));
    if (!etag.empty()) request.headers.emplace_back("If-Match", "\"" + etag + "\"");
    const Answer answer = client_.send(request);
    if (answer.received != into.size() || (!whole && answer.status != 206))
        throw Error("cannot " + request.what + ": other bytes came than were asked for",
                    "check that the endpoint is that of an S3 server");
    return headOf(answer);
}

std::string Bucket::write(const std::string& key, std::span<const std::byte> bytes, Headers headers,
                          std::string hash) const {
    Request request;
    request.method = Method::put;
    request.key = key;
    request.what = "write " + shown(key);
    request.headers = std::move(headers);
    request.body = bytes;
    request.bodyHash = std::move(hash);
    return client_.send(request).etag();
}

void Bucket::remove(std::span<const std::string> keys) const {
    std::vector<std::string> batch;
    for (const std::string& key : keys) {
        if (fitsXml(key)) {
            batch.push_back(key);
            if (batch.size() == pageSize) removeBatch(std::exchange(batch, {}));
            continue;
        }
        Request request;
        request.method = Method::remove;
        request.key = key;
        request.what = "remove " + shown(key);
        client_.send(request);
    }
    if (!batch.empty()) removeBatch(batch);
}

void Bucket::removeBatch(std::span<const std::string> keys) const {
    std::string body = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>";
    for (const std::string& key : keys) body += "<Object><Key>" + xmlEscaped(key) + "</Key></Object>";
    body += "</Delete>";
    Request request;
    request.method = Method::post;
    request.query = {{"delete", ""}};
    request.what = "remove objects of " + shown("");
    request.body = std::as_bytes(std::span(body));
    request.headers = {{"Content-MD5", md5Text(request.body)}, {"Content-Type", "application/xml"}};
    const XmlElement answer = parseXml(client_.send(request).body);
    for (const XmlElement& element : answer.children) {
        if (element.name != "Error" || element.textOf("Code") == "NoSuchKey") continue;
        throw Error("cannot remove " + shown(element.textOf("Key")) + ": " +
                        storage::shownName(element.textOf("Message") + " (" + element.textOf("Code") + ")"),
                    "the key's policy has to allow removing objects");
    }
}

}  // namespace roost::s3
