#include "transforms/mask/keyed_hash.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>

#include "roost/error.hpp"

namespace roost::mask {

namespace {

void require(bool done) {
    if (!done) throw Error("OpenSSL has no HMAC-SHA-256", "look at its configuration (OPENSSL_CONF)");
}

const unsigned char* bytesOf(std::string_view text) noexcept {
    return static_cast<const unsigned char*>(static_cast<const void*>(text.data()));
}

struct FreeMac {
    void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
};

}  // namespace

void KeyedHash::Free::operator()(evp_mac_ctx_st* context) const noexcept { EVP_MAC_CTX_free(context); }

KeyedHash::KeyedHash(std::string_view key) {
    const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    require(mac != nullptr);
    context_.reset(EVP_MAC_CTX_new(mac.get()));
    require(context_ != nullptr);
    std::string name = "SHA256";
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
                                OSSL_PARAM_construct_end()};
    require(EVP_MAC_init(context_.get(), bytesOf(key), key.size(), parameters.data()) == 1);
}

Digest KeyedHash::digest(std::string_view purpose, std::string_view value) {
    Digest digest{};
    std::size_t length = 0;
    const std::string_view end("\0", 1);
    require(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1);  // the key stays
    for (const std::string_view part : {purpose, end, value})
        require(EVP_MAC_update(context_.get(), bytesOf(part), part.size()) == 1);
    require(EVP_MAC_final(context_.get(), digest.data(), &length, digest.size()) == 1);
    return digest;
}

std::string hexadecimal(const Digest& digest, std::size_t length) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned byte : digest) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    text.resize(std::min(length, text.size()));
    return text;
}

}  // namespace roost::mask
