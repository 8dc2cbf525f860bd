// What stands in an object's headers beside its bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/s3/request.hpp"

namespace roost::s3 {

/// A file's attributes as object metadata, spelt as rclone spells them.
struct FileAttributes {
    std::uint32_t mode = 0644;
    std::int64_t modifiedNanoseconds = 0;  ///< since 1970-01-01 UTC
};

/// "x-amz-meta-mtime: 1700000000.000000001", "x-amz-meta-mode: 0100644"
[[nodiscard]] std::vector<std::pair<std::string, std::string>> attributeHeaders(
    const FileAttributes& attributes);

/// What an answer to GET or HEAD tells of an object.
struct ObjectHead {
    std::uint64_t size = 0;
    std::string etag;
    std::string serverSideEncryption;
    std::int64_t modifiedNanoseconds = 0;  ///< of its metadata, else when the server got it
    std::optional<std::uint32_t> mode;
};

[[nodiscard]] ObjectHead headOf(const Answer& answer);

/// "Sat, 31 Jan 2026 12:34:56 GMT", as headers have it; 0 for what is none.
[[nodiscard]] std::int64_t headerTime(const std::string& text);

/// "2026-01-31T12:34:56.789Z", as lists have it; 0 for what is none.
[[nodiscard]] std::int64_t listedTime(std::string_view text);

}  // namespace roost::s3
