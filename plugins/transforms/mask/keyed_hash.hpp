// HMAC-SHA-256 (RFC 2104), from OpenSSL.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_mac_ctx_st;

namespace roost::mask {

using Digest = std::array<std::uint8_t, 32>;

/// Without the key nobody can tell a value from its digest, nor try values out. Used by one thread.
class KeyedHash {
public:
    explicit KeyedHash(std::string_view key);

    /// `purpose` keeps digests for different uses apart.
    [[nodiscard]] Digest digest(std::string_view purpose, std::string_view value);

private:
    struct Free {
        void operator()(evp_mac_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_mac_ctx_st, Free> context_;
};

/// Lower-case hexadecimal digits, the first `length` of them (64 at most).
[[nodiscard]] std::string hexadecimal(const Digest& digest, std::size_t length);

}  // namespace roost::mask
