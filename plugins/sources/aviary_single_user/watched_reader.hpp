// What came of a file while it was read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lib/stream/sha256.hpp"
#include "roost/entry.hpp"

namespace roost::single_user {

struct Reading {
    std::uint64_t bytes = 0;
    bool whole = false;  ///< every byte came, and the file did not change meanwhile
    ReadState state = ReadState::intact;
    std::string sha256;  ///< of the bytes that came, where it was asked for
};

/// Hands on another reader's bytes, and notes in a Reading that outlives it what they were.
class WatchedReader final : public ByteReader {
public:
    /// `size` is the entry's. With `hashes` the reading gets a SHA-256.
    WatchedReader(std::unique_ptr<ByteReader> inner, std::uint64_t size, bool hashes,
                  std::shared_ptr<Reading> reading);
    ~WatchedReader() override;

    std::size_t read(std::span<std::byte> buffer) override;
    [[nodiscard]] ReadState state() const noexcept override { return inner_->state(); }
    [[nodiscard]] std::string message() const override { return inner_->message(); }

private:
    std::unique_ptr<ByteReader> inner_;
    std::uint64_t size_;
    std::unique_ptr<stream::Sha256> sha256_;
    std::shared_ptr<Reading> reading_;
};

}  // namespace roost::single_user
