#include "lib/transport/s3_upload_record.hpp"

#include <Poco/JSON/Array.h>

#include <sstream>

#include "lib/s3/server_settings.hpp"
#include "roost/error.hpp"

namespace roost::transport {

namespace {

/// An upload is begun right after that was noted; every try of the request together takes less than this.
constexpr std::int64_t longestStart = std::int64_t{15} * 60 * 1'000'000'000;

}  // namespace

std::string S3UploadRecord::toJson() const {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("scheme", "s3");
    bucket.addTo(object);
    object.set("key", key);
    object.set("begun", begun);
    object.set("upload", id);
    object.set("replaces", replaces);
    object.set("size", size);
    Poco::JSON::Array list;
    for (const std::string& etag : etags) list.add(etag);
    object.set("parts", list);
    std::ostringstream text;
    object.stringify(text);
    return text.str();
}

S3UploadRecord S3UploadRecord::fromJson(const Poco::JSON::Object& object) {
    S3UploadRecord record;
    record.bucket = s3::JournalledBucket::from(object);
    record.key = object.getValue<std::string>("key");
    record.begun = object.getValue<std::int64_t>("begun");
    record.id = object.getValue<std::string>("upload");
    record.replaces = object.getValue<bool>("replaces");
    record.size = object.getValue<std::uint64_t>("size");
    const auto list = object.getArray("parts");
    for (std::size_t i = 0; list && i < list->size(); ++i)
        record.etags.push_back(list->getElement<std::string>(static_cast<unsigned>(i)));
    return record;
}

std::string S3UploadRecord::recover(Decision decision, Context& context) const {
    s3::Client client(bucket.settings(), context);
    client.setPatience(s3::Patience::little);
    const s3::Bucket place(client);
    return decision == Decision::committed && !etags.empty() ? finish(place, context) : undo(place);
}

bool S3UploadRecord::isUploading(const s3::Bucket& place) const {
    bool there = false;
    place.listUploads(key, [&](s3::ListedUpload&& upload) { there = there || upload.id == id; });
    return there;
}

/// An object of that size which came after the upload had begun.
bool S3UploadRecord::isInPlace(const s3::Bucket& place) const {
    bool there = false;
    if (etags.empty()) return there;
    place.list(key, [&](s3::ListedObject&& object) {
        there = there || (object.key == key && object.size == size &&
                          object.modifiedNanoseconds >= begun - std::int64_t{1'000'000'000});
    });
    return there;
}

std::string S3UploadRecord::finish(const s3::Bucket& place, Context& context) const {
    if (!isUploading(place)) {
        if (!isInPlace(place))
            context.warn("the archive " + place.shown(key) +
                         " was to be put in place, but neither it nor its upload is there any more: make it "
                         "again");
        return {};
    }
    std::vector<s3::UploadedPart> parts;
    for (const std::string& etag : etags) parts.push_back({static_cast<unsigned>(parts.size() + 1), etag});
    s3::Headers conditions;
    if (!replaces) conditions.emplace_back("If-None-Match", "*");
    place.completeUpload(key, id, parts, size, conditions);
    return "put the archive " + place.shown(key) + " in place";
}

std::string S3UploadRecord::undo(const s3::Bucket& place) const {
    if (id.empty())
        return place.abortUploads(key, {begun, begun + longestStart}) > 0
                   ? "aborted the unfinished upload of the archive " + place.shown(key)
                   : "";
    if (isUploading(place)) {
        place.abortUpload(key, id);
        return "aborted the unfinished upload of the archive " + place.shown(key);
    }
    return isInPlace(place) ? "the archive " + place.shown(key) + " had been put in place" : "";
}

}  // namespace roost::transport
