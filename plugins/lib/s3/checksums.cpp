#include "lib/s3/checksums.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "roost/error.hpp"

namespace roost::s3 {

namespace {

std::string base64(std::span<const unsigned char> bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int length = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                         static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

struct FreeDigest {
    void operator()(EVP_MD_CTX* digest) const noexcept { ::EVP_MD_CTX_free(digest); }
};

constexpr std::size_t md5Bytes = 16;

std::string hexadecimal(std::span<const unsigned char> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

}  // namespace

std::string md5Text(std::span<const std::byte> bytes) {
    std::array<unsigned char, md5Bytes> digest{};
    if (::EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, ::EVP_md5(), nullptr) != 1)
        throw Error("MD5, which S3 asks for, is not to be had from this OpenSSL");
    return base64(digest);
}

std::string sha256Hex(std::span<const std::byte> bytes) {
    std::array<unsigned char, 32> digest{};
    if (::EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, ::EVP_sha256(), nullptr) != 1)
        throw Error("SHA-256, which S3 asks for, is not to be had from this OpenSSL");
    return hexadecimal(digest);
}

struct Md5::State {
    std::unique_ptr<EVP_MD_CTX, FreeDigest> digest{::EVP_MD_CTX_new()};
};

Md5::Md5() : state_(std::make_unique<State>()) {
    if (!state_->digest || ::EVP_DigestInit_ex(state_->digest.get(), ::EVP_md5(), nullptr) != 1)
        throw Error("MD5, which S3 asks for, is not to be had from this OpenSSL");
}

Md5::~Md5() = default;

void Md5::add(std::span<const std::byte> bytes) {
    if (::EVP_DigestUpdate(state_->digest.get(), bytes.data(), bytes.size()) != 1)
        throw Error("adding up an MD5 failed");
}

std::string Md5::hex() {
    std::array<unsigned char, md5Bytes> digest{};
    if (::EVP_DigestFinal_ex(state_->digest.get(), digest.data(), nullptr) != 1)
        throw Error("adding up an MD5 failed");
    return hexadecimal(digest);
}

bool isMd5Etag(std::string_view etag, std::string_view serverSideEncryption) noexcept {
    const auto isDigit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return (serverSideEncryption.empty() || serverSideEncryption == "AES256") &&
           etag.size() == 2 * md5Bytes && std::ranges::all_of(etag, isDigit);
}

}  // namespace roost::s3
