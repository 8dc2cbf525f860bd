// A file that is written from front to back and corrected before it is done.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "lib/storage/file_descriptor.hpp"
#include "lib/stream/byte_target.hpp"
#include "roost/error.hpp"

namespace roost::stream {

/// "cannot write '/x/a.tar.gz': the file system is full (1.5 MiB free)": tells a full disk, a quota and a
/// limit on the size of files apart from other failures. A temporary file without a name is shown as its
/// folder.
[[nodiscard]] Error writeError(const std::filesystem::path& shownAs, const std::filesystem::path& folder,
                               int errorNumber);

/// An open file of which this object keeps the end. Used by one thread at a time.
class OutputFile {
public:
    OutputFile() = default;
    /// `shownAs` is the name for messages, `folder` lies on the file system that the file is on.
    OutputFile(storage::FileDescriptor file, std::filesystem::path shownAs, std::filesystem::path folder)
        : file_(std::move(file)), shownAs_(std::move(shownAs)), folder_(std::move(folder)) {}

    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    [[nodiscard]] bool isOpen() const noexcept { return static_cast<bool>(file_); }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

    void append(std::span<const Bytes> pieces);
    void rewrite(std::uint64_t offset, Bytes bytes);
    /// See ByteTarget::shift().
    void shift(std::uint64_t offset, std::int64_t distance);
    /// Fills the front of `buffer` from `offset`; returns how many bytes were there.
    std::size_t read(std::uint64_t offset, std::span<std::byte> buffer) const;
    /// Waits until everything is on disk.
    void sync();
    /// Gives the lock on the file back, too.
    void close() noexcept { file_.close(); }

private:
    void startWriteback();
    void moveRight(std::uint64_t offset, std::uint64_t distance);
    void moveLeft(std::uint64_t offset, std::uint64_t distance);

    storage::FileDescriptor file_;
    std::filesystem::path shownAs_;
    std::filesystem::path folder_;
    std::uint64_t size_ = 0;
    std::uint64_t writebackStarted_ = 0;
};

/// A file of mode 0600 in `folder` that has no name there. Throws roost::Error that names the folder.
[[nodiscard]] OutputFile unlinkedFile(const std::filesystem::path& folder);

}  // namespace roost::stream
