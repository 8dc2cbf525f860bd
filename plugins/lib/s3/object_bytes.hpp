// One object from front to back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "lib/s3/checksums.hpp"
#include "lib/s3/read_ahead.hpp"

namespace roost::s3 {

/// Reads one version of an object with some of it read ahead. One thread.
class ObjectBytes {
public:
    /// `head` is of the version that is read. `bucket` and `crew` must outlive it.
    ObjectBytes(const Bucket& bucket, TaskCrew& crew, std::string key, const ObjectHead& head,
                std::size_t aheadBytes);

    /// Fills the front of `buffer`; 0 only at the end. Throws as ReadAhead::take() does.
    [[nodiscard]] std::size_t read(std::span<std::byte> buffer);
    [[nodiscard]] std::uint64_t position() const noexcept { return given_; }

private:
    void askAhead();
    void checkDigest();

    const Bucket& bucket_;
    ReadAhead ahead_;
    std::string key_;
    std::uint64_t size_;
    std::string etag_;
    std::optional<Md5> digest_;  ///< where the ETag is one, and no piece is the whole
    std::uint64_t asked_ = 0;
    std::uint64_t given_ = 0;
    std::unique_ptr<Block> block_;
    std::size_t used_ = 0;
};

}  // namespace roost::s3
