#include "sinks/s3/staging_record.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <random>
#include <sstream>

#include "lib/storage/user_trees.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

void StagingRecord::chooseName(const std::string& root) {
    constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
    std::random_device random;
    staging = root + std::string(storage::stagingPrefix);
    for (int i = 0; i < 10; ++i) staging += letters[random() % letters.size()];
    staging += '/';
}

std::string StagingRecord::toJson() const {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    bucket.addTo(object);
    object.set("staging", staging);
    object.set("prepared", prepared);
    object.set("log_bytes", logBytes);
    object.set("stale_bytes", staleBytes);
    std::ostringstream text;
    object.stringify(text);
    return text.str();
}

StagingRecord StagingRecord::fromJson(const std::string& text) {
    try {
        const auto object = Poco::JSON::Parser().parse(text).extract<Poco::JSON::Object::Ptr>();
        StagingRecord record;
        record.bucket = JournalledBucket::from(*object);
        record.staging = object->getValue<std::string>("staging");
        record.prepared = object->getValue<bool>("prepared");
        record.logBytes = object->getValue<std::uint64_t>("log_bytes");
        record.staleBytes = object->getValue<std::uint64_t>("stale_bytes");
        if (record.staging.find(storage::stagingPrefix) == std::string::npos ||
            !record.staging.ends_with('/'))
            throw Error("the journal of a restore into a bucket names no place in it");
        return record;
    } catch (const Poco::Exception& problem) {
        throw Error("the journal of a restore into a bucket cannot be read: " + problem.displayText());
    }
}

}  // namespace roost::s3
