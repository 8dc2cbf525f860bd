#include "lib/stream/sha256.hpp"

#include <openssl/evp.h>

#include <array>

#include "roost/error.hpp"

namespace roost::stream {

namespace {

void require(int result) {
    if (result != 1) throw Error("the SHA-256 of OpenSSL does not work on this system");
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    require(context_ != nullptr ? 1 : 0);
    require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

// A null type keeps the one that is set, which spares OpenSSL the search for it.
void Sha256::begin() { require(EVP_DigestInit_ex(context_.get(), nullptr, nullptr)); }

void Sha256::update(Bytes bytes) { require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size())); }

std::string Sha256::finish() {
    std::array<unsigned char, 32> digest{};
    unsigned length = 0;
    require(EVP_DigestFinal_ex(context_.get(), digest.data(), &length));
    begin();
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * digest.size());
    for (const unsigned char byte : digest) {
        text.push_back(digits[byte >> 4U]);
        text.push_back(digits[byte & 15U]);
    }
    return text;
}

}  // namespace roost::stream
