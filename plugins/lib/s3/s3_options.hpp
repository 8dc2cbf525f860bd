// What a stage says of the S3 server that it talks to.
#pragma once

#include <optional>
#include <string>

#include "roost/option_table.hpp"

namespace roost::s3 {

/// What the options of every stage that may talk to S3 derive from. Empty texts count as not given: the
/// environment and the profile files have the word then (see serverSettings()).
struct S3Options {
    std::string endpoint;
    std::string region;
    std::string accessKeyId;
    std::string secretAccessKey;
    std::string sessionToken;
    std::string profile;
    std::string caFile;
    std::optional<bool> forcePathStyle;
};

/// Declares them. `Options` derives from S3Options.
template <class Options>
void addS3Options(OptionTable<Options>& table) {
    // The casts name the class that the table is of: a base's members alone would not tell it.
    const auto text = [&](const char* name, std::string S3Options::*member,
                          const char* help) -> OptionTable<Options>& {
        return table.text(name, static_cast<std::string Options::*>(member), help);
    };
    text("endpoint", &S3Options::endpoint,
         "For s3: the server's address, where it is not Amazon's. Else S3_ENDPOINT, AWS_ENDPOINT_URL_S3, "
         "AWS_ENDPOINT_URL or the profile's endpoint_url.")
        .example("https://minio.example.com:9000");
    text("region", &S3Options::region,
         "For s3: the bucket's region. Else S3_REGION, AWS_REGION, AWS_DEFAULT_REGION, the profile's, or "
         "us-east-1.");
    table.boolean("force-path-style", static_cast<std::optional<bool> Options::*>(&S3Options::forcePathStyle),
                  "For s3: whether the bucket stands in the address's path and not in its host name. Else "
                  "S3_FORCE_PATH_STYLE, or as the endpoint's name allows it.");
    text("access-key-id", &S3Options::accessKeyId,
         "For s3: the key's name. Else S3_ACCESS_KEY_ID, AWS_ACCESS_KEY_ID or the profile's.");
    text("secret-access-key", &S3Options::secretAccessKey,
         "For s3: the key itself. Else S3_SECRET_ACCESS_KEY, AWS_SECRET_ACCESS_KEY or the profile's.")
        .secret();
    text("session-token", &S3Options::sessionToken,
         "For s3: what goes with a key that is lent for a while. Else AWS_SESSION_TOKEN or the profile's.")
        .secret();
    text("profile", &S3Options::profile,
         "For s3: the profile in ~/.aws/credentials and ~/.aws/config (AWS_SHARED_CREDENTIALS_FILE, "
         "AWS_CONFIG_FILE). Else AWS_PROFILE, or default.");
    text("ca-file", &S3Options::caFile,
         "For s3: a file of certificates (PEM) that the server's is checked with, in place of the system's. "
         "Else AWS_CA_BUNDLE.");
}

}  // namespace roost::s3
