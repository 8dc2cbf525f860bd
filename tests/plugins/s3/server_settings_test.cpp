#include <catch2/catch.hpp>
#include <fstream>
#include <map>

#include "lib/s3/server_settings.hpp"
#include "lib/s3/uri_text.hpp"
#include "lib/s3/xml_answer.hpp"
#include "roost/error.hpp"
#include "tests/plugins/recording_context.hpp"

using namespace roost;
using namespace roost::s3;

namespace {

using Variables = std::map<std::string, std::string>;

Environment from(Variables variables) {
    return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() || found->second.empty() ? std::nullopt
                                                                 : std::optional(found->second);
    };
}

Variables keys(Variables more = {}) {
    more.emplace("S3_ACCESS_KEY_ID", "id");
    more.emplace("S3_SECRET_ACCESS_KEY", "secret");
    return more;
}

}  // namespace

TEST_CASE("the address comes from the endpoint, the region and the bucket") {
    const auto address = [](const Variables& variables, const std::string& bucket = "docs") {
        const BucketAddress found = serverSettings({}, bucket, from(keys(variables))).address;
        return found.scheme + " " + found.host + " " + found.path;
    };
    CHECK(address({}) == "https docs.s3.us-east-1.amazonaws.com ");
    CHECK(address({{"S3_REGION", "eu-west-3"}}) == "https docs.s3.eu-west-3.amazonaws.com ");
    CHECK(address({{"AWS_REGION", "eu-west-3"}, {"S3_REGION", ""}}) ==
          "https docs.s3.eu-west-3.amazonaws.com ");
    CHECK(address({}, "with.dots") == "https s3.us-east-1.amazonaws.com /with.dots");
    CHECK(address({{"S3_ENDPOINT", "http://127.0.0.1:9000"}}) == "http 127.0.0.1:9000 /docs");
    CHECK(address({{"S3_ENDPOINT", "https://s3.example.com:443/base/"}}) ==
          "https docs.s3.example.com /base");
    CHECK(address({{"S3_ENDPOINT", "https://s3.example.com"}, {"S3_FORCE_PATH_STYLE", "true"}}) ==
          "https s3.example.com /docs");
    CHECK(address({{"AWS_ENDPOINT_URL", "s3.example.com"}}) == "https docs.s3.example.com ");
    CHECK_THROWS_WITH(address({{"S3_ENDPOINT", "ftp://x"}}),
                      "the S3 endpoint is no address of the kind https://host or http://host:port");
    CHECK_THROWS_WITH(address({{"S3_ENDPOINT", "https://user:pw@x"}}),
                      "the S3 endpoint holds more than an address: credentials have options of their own");
    CHECK_THROWS_WITH(address({{"S3_REGION", "us/east"}}), "'us/east' is no region");
}

TEST_CASE("credentials come in pairs from the first place that has them") {
    const testing::TemporaryFolder folder;
    std::ofstream(folder / "credentials")
        << "[default]\naws_access_key_id = default-id\naws_secret_access_key = "
           "default-secret\n\n[lent]\naws_access_key_id=lent-id\n"
           "aws_secret_access_key=lent/se+cret==\naws_session_token=lent-token\n";
    std::ofstream(folder / "config")
        << "[default]\nregion = ap-south-1\n[profile lent]\nregion = eu-central-1\n"
           "endpoint_url = https://lent.example.com\n";
    const Variables files{{"AWS_SHARED_CREDENTIALS_FILE", (folder / "credentials").native()},
                          {"AWS_CONFIG_FILE", (folder / "config").native()}};
    const auto with = [&](Variables variables, const S3Options& options = {}) {
        variables.insert(files.begin(), files.end());
        const ServerSettings found = serverSettings(options, "docs", from(variables));
        return found.credentials.accessKeyId + " " + found.credentials.secretAccessKey + " " +
               found.credentials.sessionToken + " " + found.address.region;
    };
    CHECK(with({}) == "default-id default-secret  ap-south-1");
    CHECK(with({{"AWS_PROFILE", "lent"}}) == "lent-id lent/se+cret== lent-token eu-central-1");
    const Variables amazon{{"AWS_ACCESS_KEY_ID", "aws-id"},
                           {"AWS_SECRET_ACCESS_KEY", "aws-secret"},
                           {"AWS_SESSION_TOKEN", "token"}};
    CHECK(with(amazon) == "aws-id aws-secret token ap-south-1");
    CHECK(with(keys(amazon)) == "id secret  ap-south-1");
    S3Options options;
    options.profile = "lent";
    CHECK(with(keys(), options) == "lent-id lent/se+cret== lent-token eu-central-1");
    options = {};
    options.accessKeyId = "own";
    options.secretAccessKey = "own-secret";
    CHECK(with(keys(), options) == "own own-secret  ap-south-1");
    options.secretAccessKey.clear();
    CHECK_THROWS_WITH(with(keys(), options),
                      "the stage has only one of the two parts of the S3 credentials, the access key id");
    CHECK_THROWS_WITH(with({{"AWS_PROFILE", "nobody"}}), "there is no profile 'nobody' in the profile files");
    CHECK_THROWS_WITH(serverSettings({}, "docs", from({})), "there are no credentials for S3");
}

TEST_CASE("places and names of buckets") {
    const ObjectPlace place = placeOf(Location::parse("s3://docs/users/a b/c.pdf"));
    CHECK(place.bucket == "docs");
    CHECK(place.key == "users/a b/c.pdf");
    CHECK(placeOf(Location::parse("s3://docs")).key.empty());
    CHECK(placeOf(Location::fromParts("s3", {{"bucket", "x"}, {"prefix", "/p/"}})).key == "p/");
    CHECK(bucketProblem("my-bucket.1").empty());
    CHECK(bucketProblem("") == "names no bucket");
    CHECK(bucketProblem("a/b?c") == "names 'a/b?c', which no bucket can be called");
}

TEST_CASE("a name that Amazon does not take is refused before it is asked, other servers are asked") {
    const auto refusal = [](const std::string& bucket, const Variables& variables) {
        try {
            static_cast<void>(serverSettings({}, bucket, from(keys(variables))));
        } catch (const Error& error) {
            return std::string(error.what()) + " | " + error.hint();
        }
        return std::string();
    };
    const Variables europe{{"S3_REGION", "eu-west-3"}};
    const std::string rules =
        " | a bucket's name has 3 to 63 lower-case letters, digits, '-' and '.', with a letter or digit at "
        "both "
        "ends; for another server set the endpoint (S3_ENDPOINT)";
    for (const std::string bucket : {"ab", "Docs", "my_docs", "-docs", "docs.", "a..b"})
        CHECK(refusal(bucket, europe) == "no bucket of Amazon S3 can be called '" + bucket + "'" + rules);
    CHECK(refusal(std::string(64, 'a'), europe).starts_with("no bucket of Amazon S3"));
    CHECK(refusal(std::string(63, 'a'), europe).empty());
    CHECK(refusal("my-docs.1", europe).empty());
    // Its first region has buckets from when the rules were others.
    CHECK(refusal("My_Docs", {}).empty());
    CHECK(refusal("ab", {}) == "no bucket of Amazon S3 can be called 'ab'" + rules);
    CHECK(
        refusal("My_Docs", {{"S3_REGION", "eu-west-3"}, {"S3_ENDPOINT", "https://s3.example.com"}}).empty());
}

TEST_CASE("addresses are encoded as signatures want them") {
    CHECK(uriEncoded("a b/\xc3\xa9~+", true) == "a%20b/%C3%A9~%2B");
    CHECK(uriEncoded("a/b") == "a%2Fb");
    CHECK(uriDecoded("a+b%2Bc%") == "a b+c%");
    CHECK(queryText({{"uploadId", "x/y"}, {"acl", ""}}) == "acl=&uploadId=x%2Fy");
}

TEST_CASE("answers that are none of S3 are refused") {
    const XmlElement list = parseXml("<?xml version=\"1.0\"?><R xmlns=\"u\"><K>a&amp;b</K><K>c</K></R>");
    CHECK(list.name == "R");
    CHECK(list.textOf("K") == "a&b");
    CHECK(list.children.size() == 2);
    CHECK_THROWS_AS(parseXml("no xml"), Error);
    CHECK_THROWS_AS(parseXml("<a><b></a>"), Error);
    CHECK_THROWS_WITH(parseXml("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"),
                      "the S3 server's answer is no answer of S3: it declares a document type");
    std::string deep;
    for (int i = 0; i < 100; ++i) deep += "<a>";
    CHECK_THROWS_WITH(parseXml(deep), "the S3 server's answer is no answer of S3");
}
