#include "lib/s3/journalled_bucket.hpp"

namespace roost::s3 {

JournalledBucket JournalledBucket::of(const BucketAddress& address) {
    return {address.endpoint, address.region,  address.bucket,
            address.caFile,   address.profile, address.pathStyle};
}

void JournalledBucket::addTo(Poco::JSON::Object& record) const {
    record.set("endpoint", endpoint);
    record.set("region", region);
    record.set("bucket", name);
    record.set("ca_file", caFile);
    record.set("profile", profile);
    record.set("path_style", pathStyle);
}

JournalledBucket JournalledBucket::from(const Poco::JSON::Object& record) {
    return {record.getValue<std::string>("endpoint"), record.getValue<std::string>("region"),
            record.getValue<std::string>("bucket"),   record.getValue<std::string>("ca_file"),
            record.getValue<std::string>("profile"),  record.getValue<bool>("path_style")};
}

ServerSettings JournalledBucket::settings() const {
    S3Options options;
    options.endpoint = endpoint;
    options.region = region;
    options.caFile = caFile;
    options.profile = profile;
    options.forcePathStyle = pathStyle;
    return serverSettings(options, name);
}

}  // namespace roost::s3
