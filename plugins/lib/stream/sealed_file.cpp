#include "lib/stream/sealed_file.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "roost/error.hpp"

namespace roost::stream {

namespace {

constexpr std::size_t sectorBytes = 4096;
constexpr std::size_t tailBytes = std::size_t{256} << 10U;
constexpr std::size_t moveBytes = std::size_t{1} << 20U;

std::uint64_t sectorBegin(std::uint64_t offset) noexcept { return offset / sectorBytes * sectorBytes; }

Error cipherError() { return Error("OpenSSL cannot encrypt a temporary file (AES-256-XTS)"); }

unsigned char* raw(std::byte* bytes) noexcept { return reinterpret_cast<unsigned char*>(bytes); }

}  // namespace

struct SealedFile::Cipher {
    struct Free {
        void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
    };
    std::unique_ptr<EVP_CIPHER_CTX, Free> encrypt{EVP_CIPHER_CTX_new()};
    std::unique_ptr<EVP_CIPHER_CTX, Free> decrypt{EVP_CIPHER_CTX_new()};

    Cipher() {
        std::array<unsigned char, 64> key{};
        const bool ready =
            encrypt && decrypt && RAND_priv_bytes(key.data(), static_cast<int>(key.size())) == 1 &&
            EVP_EncryptInit_ex(encrypt.get(), EVP_aes_256_xts(), nullptr, key.data(), nullptr) == 1 &&
            EVP_DecryptInit_ex(decrypt.get(), EVP_aes_256_xts(), nullptr, key.data(), nullptr) == 1;
        OPENSSL_cleanse(key.data(), key.size());
        if (!ready) throw cipherError();
    }
    /// In place; the tweak is the sector's number.
    static void apply(EVP_CIPHER_CTX* context, std::uint64_t offset, std::span<std::byte> sectors) {
        for (; !sectors.empty(); sectors = sectors.subspan(sectorBytes), offset += sectorBytes) {
            std::array<unsigned char, 16> tweak{};
            for (unsigned i = 0; i < 8; ++i)
                tweak.at(i) = static_cast<unsigned char>(offset / sectorBytes >> (8 * i) & 0xFFU);
            int size = 0;
            if (EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, tweak.data(), -1) != 1 ||
                EVP_CipherUpdate(context, raw(sectors.data()), &size, raw(sectors.data()),
                                 static_cast<int>(sectorBytes)) != 1)
                throw cipherError();
        }
    }
};

SealedFile::SealedFile(const std::filesystem::path& folder)
    : file_(unlinkedFile(folder)), cipher_(std::make_unique<Cipher>()) {
    tail_.reserve(tailBytes);
}

SealedFile::~SealedFile() { OPENSSL_cleanse(tail_.data(), tail_.size()); }

/// Encrypts `sectors` in place, too.
void SealedFile::store(std::uint64_t offset, std::span<std::byte> sectors) {
    Cipher::apply(cipher_->encrypt.get(), offset, sectors);
    file_.rewrite(offset, sectors);
}

void SealedFile::load(std::uint64_t offset, std::span<std::byte> sectors) const {
    if (file_.read(offset, sectors) != sectors.size())
        throw Error("cannot read back a temporary file: it was cut short");
    Cipher::apply(cipher_->decrypt.get(), offset, sectors);
}

void SealedFile::append(Bytes bytes) {
    while (!bytes.empty()) {
        const std::size_t size = std::min(bytes.size(), tailBytes - tail_.size());
        tail_.insert(tail_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        bytes = bytes.subspan(size);
        if (tail_.size() != tailBytes) return;
        store(stored_, tail_);
        stored_ += tailBytes;
        tail_.clear();
    }
}

void SealedFile::rewriteStored(std::uint64_t offset, Bytes bytes) {
    while (!bytes.empty()) {
        const std::uint64_t begin = sectorBegin(offset);
        const std::size_t before = static_cast<std::size_t>(offset - begin);
        const std::size_t size = std::min(bytes.size(), moveBytes - before);
        work_.resize((before + size + sectorBytes - 1) / sectorBytes * sectorBytes);
        load(begin, work_);
        std::memcpy(work_.data() + before, bytes.data(), size);
        store(begin, work_);
        offset += size;
        bytes = bytes.subspan(size);
    }
}

void SealedFile::rewrite(std::uint64_t offset, Bytes bytes) {
    if (offset > size() || bytes.size() > size() - offset)
        throw Error("a temporary file was to be rewritten behind its end");
    if (offset < stored_) {
        const auto inFile = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), stored_ - offset));
        rewriteStored(offset, bytes.first(inFile));
        offset += inFile;
        bytes = bytes.subspan(inFile);
    }
    if (!bytes.empty())
        std::memcpy(tail_.data() + static_cast<std::size_t>(offset - stored_), bytes.data(), bytes.size());
}

void SealedFile::read(std::uint64_t offset, std::span<std::byte> buffer) const {
    if (offset > size() || buffer.size() > size() - offset)
        throw Error("a temporary file was to be read behind its end");
    while (!buffer.empty() && offset < stored_) {
        const std::uint64_t begin = sectorBegin(offset);
        const std::size_t before = static_cast<std::size_t>(offset - begin);
        const auto size = static_cast<std::size_t>(
            std::min<std::uint64_t>(std::min(buffer.size(), moveBytes - before), stored_ - offset));
        work_.resize((before + size + sectorBytes - 1) / sectorBytes * sectorBytes);
        load(begin, work_);
        std::memcpy(buffer.data(), work_.data() + before, size);
        offset += size;
        buffer = buffer.subspan(size);
    }
    if (!buffer.empty())
        std::memcpy(buffer.data(), tail_.data() + static_cast<std::size_t>(offset - stored_), buffer.size());
}

/// Takes the end away; what is left of a last sector goes back to memory.
void SealedFile::cut(std::uint64_t size) {
    if (size >= stored_) {
        tail_.resize(static_cast<std::size_t>(size - stored_));
        return;
    }
    const std::uint64_t begin = sectorBegin(size);
    std::vector<std::byte> rest(static_cast<std::size_t>(size - begin));
    read(begin, rest);
    stored_ = begin;
    tail_ = std::move(rest);
    tail_.reserve(tailBytes);
}

void SealedFile::shift(std::uint64_t offset, std::int64_t distance) {
    std::vector<std::byte> block(moveBytes);
    const std::uint64_t end = size();
    if (distance > 0) {
        for (auto left = static_cast<std::uint64_t>(distance); left != 0;) {
            const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, block.size()));
            append(std::span(block).first(size));
            left -= size;
        }
        // From the end, so that nothing is overwritten before it has been read.
        for (std::uint64_t at = end; at > offset;) {
            const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(at - offset, block.size()));
            const std::span<std::byte> piece = std::span(block).first(size);
            at -= size;
            read(at, piece);
            rewrite(at + static_cast<std::uint64_t>(distance), piece);
        }
        return;
    }
    const auto back = static_cast<std::uint64_t>(-distance);
    for (std::uint64_t at = offset; at < end;) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(end - at, block.size()));
        const std::span<std::byte> piece = std::span(block).first(size);
        read(at, piece);
        rewrite(at - back, piece);
        at += size;
    }
    cut(end - back);
}

}  // namespace roost::stream
