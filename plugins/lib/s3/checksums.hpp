// The checksums that S3 speaks of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace roost::s3 {

/// As Content-MD5 has it: base64.
[[nodiscard]] std::string md5Text(std::span<const std::byte> bytes);

/// In lower-case hexadecimal digits, as x-amz-content-sha256 has it.
[[nodiscard]] std::string sha256Hex(std::span<const std::byte> bytes);

/// Adds up an MD5 to compare with an ETag.
class Md5 {
public:
    Md5();
    ~Md5();
    Md5(const Md5&) = delete;
    Md5& operator=(const Md5&) = delete;
    void add(std::span<const std::byte> bytes);
    /// In lower-case hexadecimal digits; once.
    [[nodiscard]] std::string hex();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Whether an ETag is the MD5 of the object's bytes: 32 hexadecimal digits. Those of multipart uploads have
/// a '-'; with a key management service they are something else, which the answer's headers tell.
[[nodiscard]] bool isMd5Etag(std::string_view etag, std::string_view serverSideEncryption) noexcept;

}  // namespace roost::s3
