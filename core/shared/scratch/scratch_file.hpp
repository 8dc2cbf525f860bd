// A temporary file that nobody else can see.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "scratch/file_descriptor.hpp"

namespace roost {

/// An unlinked file of mode 0600 that is used like a stack: bytes are added at its end, read anywhere, and
/// given back by setting the end to where it was. Made at the first write. Used by one thread.
class ScratchFile {
public:
    explicit ScratchFile(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Where the next write goes.
    [[nodiscard]] std::uint64_t end() const noexcept { return end_; }
    /// Throws roost::Error that names the folder when there is no room or no permission.
    void append(std::span<const char> bytes);
    /// Fills all of `bytes` from `offset`. Throws roost::Error when they cannot be read.
    void read(std::uint64_t offset, std::span<char> bytes) const;
    /// Forgets everything from `end` on.
    void cut(std::uint64_t end) noexcept { end_ = end; }

private:
    void open();

    std::filesystem::path folder_;
    FileDescriptor file_;
    std::uint64_t end_ = 0;
};

}  // namespace roost
