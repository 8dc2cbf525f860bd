// A bucket as journals keep it.
#pragma once

#include <Poco/JSON/Object.h>

#include <string>

#include "lib/s3/server_settings.hpp"

namespace roost::s3 {

/// Where a bucket is. Credentials are not in it: recovery finds them as a run does that is given none.
struct JournalledBucket {
    std::string endpoint;
    std::string region;
    std::string name;
    std::string caFile;
    std::string profile;
    bool pathStyle = false;

    [[nodiscard]] static JournalledBucket of(const BucketAddress& address);
    /// Adds its fields to a record.
    void addTo(Poco::JSON::Object& record) const;
    /// Throws Poco::Exception where the record lacks a field.
    [[nodiscard]] static JournalledBucket from(const Poco::JSON::Object& record);

    /// For a client that recovers. Throws roost::Error where no credentials are found.
    [[nodiscard]] ServerSettings settings() const;
};

}  // namespace roost::s3
