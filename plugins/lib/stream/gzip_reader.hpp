// Reading gzip so that no damage goes unnoticed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "lib/storage/file_descriptor.hpp"
#include "lib/stream/byte_target.hpp"

namespace roost::stream {

/// The data of a gzip file, in order. Checks the CRC and the length of each member; members may follow each
/// other, zeros may follow the last one. Used by one thread.
class GzipReader {
public:
    /// Throws roost::Error that names the file where it cannot be opened or is no gzip file.
    explicit GzipReader(std::filesystem::path file);
    ~GzipReader();
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;

    /// Fills the front of `buffer`; 0 only at the end of a file that is whole. Throws roost::Error that says
    /// what is damaged.
    std::size_t read(std::span<std::byte> buffer);
    /// Compressed bytes read so far, for progress.
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

private:
    struct Inflater;

    bool fill();
    bool nextMember();
    [[noreturn]] void damaged(const std::string& how) const;

    std::filesystem::path file_;
    storage::FileDescriptor descriptor_;
    std::unique_ptr<Inflater> inflater_;
    std::vector<std::byte> input_;
    std::uint64_t position_ = 0;
    bool done_ = false;
};

}  // namespace roost::stream
