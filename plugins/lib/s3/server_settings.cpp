#include "lib/s3/server_settings.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>

#include "lib/s3/profile_files.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

namespace {

constexpr const char* credentialsHint =
    "set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY (or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), or name "
    "a profile";

std::string trimmed(const std::string& text) {
    constexpr const char* blanks = " \t\r\n";
    const auto begin = text.find_first_not_of(blanks);
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// Finds each setting where it is given first.
class Search {
public:
    Search(const S3Options& options, const Environment& environment)
        : options_(options), environment_(environment) {
        const std::string home = environment("HOME").value_or("");
        const auto file = [&](const char* variable, const char* usual) {
            return environment(variable).value_or(home.empty() ? "" : home + usual);
        };
        const bool named = !options.profile.empty() || environment("AWS_PROFILE").has_value();
        name_ = !options.profile.empty() ? options.profile : environment("AWS_PROFILE").value_or("default");
        profile_ = readProfile(file("AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"),
                               file("AWS_CONFIG_FILE", "/.aws/config"), name_);
        if (named && !profile_.found)
            throw Error("there is no profile '" + storage::shownName(name_) + "' in the profile files",
                        "look into ~/.aws/credentials and ~/.aws/config, or the files that "
                        "AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name");
    }

    [[nodiscard]] std::string find(const std::string& given, std::initializer_list<const char*> variables,
                                   const char* setting) const {
        if (!given.empty()) return given;
        for (const char* const variable : variables)
            if (const auto value = environment_(variable)) return *value;
        return inProfile(setting);
    }

    /// A pair comes from one place. A profile that the stage names goes before the environment.
    [[nodiscard]] Credentials credentials() const {
        Credentials found{options_.accessKeyId, options_.secretAccessKey, options_.sessionToken};
        if (complete(found, "the stage")) return found;
        if (options_.profile.empty()) {
            found = {value("S3_ACCESS_KEY_ID"), value("S3_SECRET_ACCESS_KEY"), {}};
            if (complete(found, "the environment (S3_*)")) return found;
            found = {value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY"), value("AWS_SESSION_TOKEN")};
            if (complete(found, "the environment (AWS_*)")) return found;
        }
        found = {inProfile("aws_access_key_id"), inProfile("aws_secret_access_key"),
                 inProfile("aws_session_token")};
        if (complete(found, "the profile '" + storage::shownName(name_) + "'")) return found;
        throw Error("there are no credentials for S3", credentialsHint);
    }

private:
    [[nodiscard]] std::string value(const char* variable) const {
        return environment_(variable).value_or("");
    }
    [[nodiscard]] std::string inProfile(const char* setting) const {
        const auto found = profile_.settings.find(setting);
        return found == profile_.settings.end() ? "" : trimmed(found->second);
    }
    static bool complete(const Credentials& found, const std::string& place) {
        if (found.accessKeyId.empty() == found.secretAccessKey.empty()) return !found.accessKeyId.empty();
        throw Error(place + " has only one of the two parts of the S3 credentials, the " +
                        (found.accessKeyId.empty() ? "secret access key" : "access key id"),
                    credentialsHint);
    }

    const S3Options& options_;
    const Environment& environment_;
    std::string name_;
    Profile profile_;
};

struct CloseUrl {
    void operator()(CURLU* url) const noexcept { ::curl_url_cleanup(url); }
};
struct FreeText {
    void operator()(char* text) const noexcept { ::curl_free(text); }
};

std::string part(CURLU* url, CURLUPart which) {
    char* text = nullptr;
    if (::curl_url_get(url, which, &text, 0) != CURLUE_OK) return {};
    const std::unique_ptr<char, FreeText> owned(text);
    return owned.get();
}

bool isAddress(std::string host) {
    if (host.starts_with('[')) return true;
    std::array<unsigned char, sizeof(in6_addr)> address{};
    return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1;
}

/// A bucket in the host name needs a name server and a certificate that know it.
bool needsPathStyle(const std::string& scheme, const std::string& host, const std::string& bucket) {
    return isAddress(host) || host == "localhost" || (scheme == "https" && bucket.find('.') != bucket.npos);
}

void setEndpoint(BucketAddress& address, std::optional<bool> pathStyle) {
    std::string text = address.endpoint;
    if (text.empty())
        text = "https://s3." + address.region + ".amazonaws.com" +
               (address.region.starts_with("cn-") ? ".cn" : "");
    if (text.find("://") == std::string::npos) text = "https://" + text;
    const std::unique_ptr<CURLU, CloseUrl> url(::curl_url());
    const bool parsed = url && ::curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
    address.scheme = parsed ? part(url.get(), CURLUPART_SCHEME) : "";
    if (address.scheme != "http" && address.scheme != "https")
        throw Error("the S3 endpoint is no address of the kind https://host or http://host:port");
    if (!part(url.get(), CURLUPART_USER).empty() || !part(url.get(), CURLUPART_PASSWORD).empty() ||
        !part(url.get(), CURLUPART_QUERY).empty())
        throw Error("the S3 endpoint holds more than an address: credentials have options of their own");
    const std::string host = part(url.get(), CURLUPART_HOST);
    const std::string port = part(url.get(), CURLUPART_PORT);
    const bool usual = port.empty() || (address.scheme == "http" && port == "80") ||
                       (address.scheme == "https" && port == "443");
    address.pathStyle = pathStyle.value_or(false) || needsPathStyle(address.scheme, host, address.bucket);
    address.host = (address.pathStyle ? "" : address.bucket + ".") + host + (usual ? "" : ":" + port);
    address.path = part(url.get(), CURLUPART_PATH);
    while (address.path.ends_with('/')) address.path.pop_back();
    if (address.pathStyle) address.path += "/" + address.bucket;
}

std::optional<bool> pathStyleVariable(const Environment& environment) {
    const auto value = environment("S3_FORCE_PATH_STYLE");
    if (!value) return std::nullopt;
    std::string word = *value;
    std::ranges::transform(word, word.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (word == "true" || word == "1" || word == "yes" || word == "t") return true;
    if (word == "false" || word == "0" || word == "no" || word == "f") return false;
    throw Error("S3_FORCE_PATH_STYLE is true or false, not '" + storage::shownName(*value) + "'");
}

/// Amazon's own rules are known; other servers may take more. In the oldest region names were freer once.
void checkAmazonName(const std::string& bucket, const std::string& region) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const bool old = region == "us-east-1";
    const bool good =
        bucket.size() >= 3 && bucket.find("..") == bucket.npos &&
        (old || (bucket.size() <= 63 && plain(bucket.front()) && plain(bucket.back()) &&
                 std::ranges::all_of(bucket, [&](char c) { return plain(c) || c == '-' || c == '.'; })));
    if (!good)
        throw Error("no bucket of Amazon S3 can be called '" + storage::shownName(bucket) + "'",
                    std::string(bucketNameRules) + "; for another server set the endpoint (S3_ENDPOINT)");
}

}  // namespace

ObjectPlace placeOf(const Location& location) {
    if (!location.parts().empty()) {
        const auto of = [&](const char* name) {
            const auto found = location.parts().find(name);
            return found == location.parts().end() ? std::string() : found->second;
        };
        std::string prefix = of("prefix");
        prefix.erase(0, std::min(prefix.find_first_not_of('/'), prefix.size()));
        return {of("bucket"), prefix};
    }
    std::string rest = location.rest();
    if (!rest.starts_with("//")) return {};
    rest.erase(0, 2);
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    return {rest.substr(0, slash), slash < rest.size() ? rest.substr(slash + 1) : ""};
}

std::string bucketProblem(std::string_view bucket) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '.' || c == '_';
    };
    if (bucket.empty()) return "names no bucket";
    if (bucket.find('@') != std::string_view::npos)
        return "has credentials in front of the bucket; give them as access-key-id and secret-access-key";
    if (bucket.size() > 255 || bucket == "." || bucket == ".." || !std::ranges::all_of(bucket, fits))
        return "names '" + storage::shownName(bucket) + "', which no bucket can be called";
    return {};
}

std::optional<std::string> processEnvironment(const std::string& name) {
    if (const char* const value = std::getenv(name.c_str()); value != nullptr && *value != '\0') return value;
    if (!name.starts_with("S3_")) return std::nullopt;
    const char* const file = std::getenv((name + "_FILE").c_str());
    if (file == nullptr || *file == '\0') return std::nullopt;
    std::ifstream stream(file);
    if (!stream)
        throw systemError("cannot read '" + storage::shownName(file) + "', which " + name + "_FILE names",
                          errno);
    std::string text = trimmed({std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()});
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

ServerSettings serverSettings(const S3Options& options, const std::string& bucket,
                              const Environment& environment) {
    const Search search(options, environment);
    ServerSettings settings;
    BucketAddress& address = settings.address;
    address.bucket = bucket;
    address.profile = options.profile;
    address.region = search.find(options.region, {"S3_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"}, "region");
    if (address.region.empty()) address.region = "us-east-1";
    // It becomes part of a host name and of what is signed.
    if (!std::ranges::all_of(address.region,
                             [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; }))
        throw Error("'" + storage::shownName(address.region) + "' is no region");
    address.endpoint = search.find(
        options.endpoint, {"S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}, "endpoint_url");
    address.caFile = search.find(options.caFile, {"AWS_CA_BUNDLE"}, "ca_bundle");
    if (address.endpoint.empty()) checkAmazonName(bucket, address.region);
    setEndpoint(address, options.forcePathStyle ? options.forcePathStyle : pathStyleVariable(environment));
    settings.credentials = search.credentials();
    return settings;
}

}  // namespace roost::s3
