// A temporary file that tells nothing, not even to who gets hold of the disk.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "lib/stream/output_file.hpp"

namespace roost::stream {

/// An unlinked file of mode 0600, encrypted sector by sector with AES-256-XTS (IEEE 1619) by a random key
/// that only this object has. XTS and not CTR, since parts are rewritten: what a sector held before stays
/// secret. It keeps nobody from changing it. One thread.
class SealedFile {
public:
    /// Throws roost::Error where `folder` takes no file.
    explicit SealedFile(const std::filesystem::path& folder);
    ~SealedFile();
    SealedFile(const SealedFile&) = delete;
    SealedFile& operator=(const SealedFile&) = delete;

    void append(Bytes bytes);
    void rewrite(std::uint64_t offset, Bytes bytes);
    /// See ByteTarget::shift().
    void shift(std::uint64_t offset, std::int64_t distance);
    /// Fills all of `buffer` from `offset`. Throws roost::Error where the file is shorter.
    void read(std::uint64_t offset, std::span<std::byte> buffer) const;
    [[nodiscard]] std::uint64_t size() const noexcept { return stored_ + tail_.size(); }

private:
    struct Cipher;

    void store(std::uint64_t offset, std::span<std::byte> sectors);
    void load(std::uint64_t offset, std::span<std::byte> sectors) const;
    void rewriteStored(std::uint64_t offset, Bytes bytes);
    void cut(std::uint64_t size);

    OutputFile file_;
    std::unique_ptr<Cipher> cipher_;
    std::uint64_t stored_ = 0;     // bytes in the file: whole sectors
    std::vector<std::byte> tail_;  // what stands behind them
    mutable std::vector<std::byte> work_;
};

}  // namespace roost::stream
