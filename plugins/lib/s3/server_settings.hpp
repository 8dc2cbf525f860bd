// Which S3 server, which bucket, and as whom.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lib/s3/s3_options.hpp"
#include "roost/location.hpp"

namespace roost::s3 {

struct Credentials {
    std::string accessKeyId;
    std::string secretAccessKey;
    std::string sessionToken;  ///< "" for a key that does not expire
};

/// The bucket's address. Holds no secret.
struct BucketAddress {
    std::string scheme;  ///< "http" or "https"
    std::string host;    ///< as the Host header has it: with a port that is not the scheme's own
    std::string path;    ///< before the key: "" or "/bucket", behind the endpoint's own path
    std::string region;
    std::string bucket;
    std::string endpoint;  ///< as it was given or found
    bool pathStyle = false;
    std::string caFile;
    std::string profile;  ///< where the stage named one
};

/// What a url or a stage's parts say: `s3://bucket/prefix`, or `bucket` and `prefix`.
struct ObjectPlace {
    std::string bucket;
    std::string key;  ///< a prefix or a key, neither begins with '/'
};

/// Never throws: what is missing is empty.
[[nodiscard]] ObjectPlace placeOf(const Location& location);

/// What a bucket may be called, for people.
inline constexpr std::string_view bucketNameRules =
    "a bucket's name has 3 to 63 lower-case letters, digits, '-' and '.', with a letter or digit at both "
    "ends";

/// Why no bucket can have the name; "" for one that can. Such names stand in host names and paths.
[[nodiscard]] std::string bucketProblem(std::string_view bucket);

struct ServerSettings {
    BucketAddress address;
    Credentials credentials;
};

/// Gives the value of an environment variable; nothing where it is not set or empty.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The process's environment. Of Aviary's own variables NAME_FILE may name a file that holds the value.
[[nodiscard]] std::optional<std::string> processEnvironment(const std::string& name);

/// What the stage says, else Aviary's variables (S3_*), else Amazon's (AWS_*), else the profile files.
/// Throws roost::Error that says what is missing or wrong, without secrets.
[[nodiscard]] ServerSettings serverSettings(const S3Options& options, const std::string& bucket,
                                            const Environment& environment = processEnvironment);

}  // namespace roost::s3
