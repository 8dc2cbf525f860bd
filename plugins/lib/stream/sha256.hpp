// SHA-256 (FIPS 180-4), from OpenSSL.
#pragma once

#include <memory>
#include <string>

#include "lib/stream/byte_target.hpp"

struct evp_md_ctx_st;

namespace roost::stream {

/// Takes bytes in pieces; can be used again after each digest. Used by one thread.
class Sha256 {
public:
    Sha256();

    void update(Bytes bytes);
    /// The digest in 64 lower-case hexadecimal digits; the next update() begins a new one.
    [[nodiscard]] std::string finish();

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    void begin();

    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace roost::stream
