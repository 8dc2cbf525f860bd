// The profile files that Amazon's tools share: ~/.aws/credentials and ~/.aws/config.
#pragma once

#include <map>
#include <string>

namespace roost::s3 {

/// The settings of a profile by their names ("aws_access_key_id", "region", "endpoint_url"), those of
/// `credentials` before those of `config`. Files that are missing have none. `found` tells whether either
/// names the profile. Throws roost::Error that names a file that cannot be read.
struct Profile {
    std::map<std::string, std::string> settings;
    bool found = false;
};

[[nodiscard]] Profile readProfile(const std::string& credentialsFile, const std::string& configFile,
                                  const std::string& name);

}  // namespace roost::s3
