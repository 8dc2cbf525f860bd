#include "sinks/s3/staging_record.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <random>
#include <sstream>

#include "lib/storage/user_trees.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

StagingRecord StagingRecord::of(const BucketAddress& address) {
    StagingRecord record;
    record.endpoint = address.endpoint;
    record.region = address.region;
    record.bucket = address.bucket;
    record.caFile = address.caFile;
    record.profile = address.profile;
    record.pathStyle = address.pathStyle;
    return record;
}

void StagingRecord::chooseName(const std::string& root) {
    constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
    std::random_device random;
    staging = root + std::string(storage::stagingPrefix);
    for (int i = 0; i < 10; ++i) staging += letters[random() % letters.size()];
    staging += '/';
}

std::string StagingRecord::toJson() const {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("endpoint", endpoint);
    object.set("region", region);
    object.set("bucket", bucket);
    object.set("ca_file", caFile);
    object.set("profile", profile);
    object.set("path_style", pathStyle);
    object.set("staging", staging);
    object.set("prepared", prepared);
    object.set("logs", logs);
    std::ostringstream text;
    object.stringify(text);
    return text.str();
}

StagingRecord StagingRecord::fromJson(const std::string& text) {
    try {
        const auto object = Poco::JSON::Parser().parse(text).extract<Poco::JSON::Object::Ptr>();
        StagingRecord record;
        record.endpoint = object->getValue<std::string>("endpoint");
        record.region = object->getValue<std::string>("region");
        record.bucket = object->getValue<std::string>("bucket");
        record.caFile = object->getValue<std::string>("ca_file");
        record.profile = object->getValue<std::string>("profile");
        record.pathStyle = object->getValue<bool>("path_style");
        record.staging = object->getValue<std::string>("staging");
        record.prepared = object->getValue<bool>("prepared");
        record.logs = object->getValue<unsigned>("logs");
        if (record.staging.find(storage::stagingPrefix) == std::string::npos ||
            !record.staging.ends_with('/'))
            throw Error("the journal of a restore into a bucket names no place in it");
        return record;
    } catch (const Poco::Exception& problem) {
        throw Error("the journal of a restore into a bucket cannot be read: " + problem.displayText());
    }
}

S3Options StagingRecord::options() const {
    S3Options options;
    options.endpoint = endpoint;
    options.region = region;
    options.caFile = caFile;
    options.profile = profile;
    options.forcePathStyle = pathStyle;
    return options;
}

}  // namespace roost::s3
