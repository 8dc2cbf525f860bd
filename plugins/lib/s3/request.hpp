// One request to an S3 server and its answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/s3/uri_text.hpp"

namespace roost::s3 {

enum class Method : std::uint8_t { get, head, put, post, remove };

struct Request {
    Method method = Method::get;
    std::string key;  ///< as it is, not encoded; "" for the bucket itself
    Query query;
    std::vector<std::pair<std::string, std::string>> headers;
    std::span<const std::byte> body;  ///< must stay until the answer is there
    std::string bodyHash;             ///< its SHA-256 in hexadecimal digits; "" to have it added up
    std::span<std::byte> into;        ///< where a good answer's bytes go; none: into Answer::body
    bool slow = false;                ///< the server may be silent for minutes
    std::string what;                 ///< for messages: "read 's3://bucket/key'"
};

struct Answer {
    long status = 0;
    unsigned tries = 0;                          ///< how often the request was sent, at most
    std::map<std::string, std::string> headers;  ///< by names in lower case
    std::string body;                            ///< at most 16 MiB
    std::size_t received = 0;                    ///< bytes that went to Request::into

    [[nodiscard]] std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
    /// The ETag without its quotes.
    [[nodiscard]] std::string etag() const;
};

}  // namespace roost::s3
