// The members of a gzip'd tar, in order, with every check that libarchive leaves out.
#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/stream/gzip_reader.hpp"

struct archive;
struct archive_entry;

namespace roost::archive {

/// A member as its header tells it.
struct MemberInfo {
    std::string name;  ///< without "./" at its front and '/' at its end
    bool file = false;
    bool folder = false;  ///< neither: a link, a device
    std::uint64_t size = 0;
};

/// Reads from front to back. Every call throws roost::Error that names the archive and what is damaged.
class ArchiveReader {
public:
    explicit ArchiveReader(std::filesystem::path file);
    ~ArchiveReader();
    ArchiveReader(const ArchiveReader&) = delete;
    ArchiveReader& operator=(const ArchiveReader&) = delete;

    /// The next member, or nothing at the end, which is reached only by an archive that is whole to its last
    /// byte.
    [[nodiscard]] std::optional<MemberInfo> next();
    /// Fills the front of `buffer` with bytes of the member; 0 at its end.
    std::size_t read(std::span<char> buffer);
    /// All of the member. Throws where it has more than `most` bytes.
    [[nodiscard]] std::string readAll(std::uint64_t most);
    /// Compressed bytes read so far.
    [[nodiscard]] std::uint64_t position() const noexcept { return gzip_.position(); }

private:
    struct FreeArchive {
        void operator()(::archive* reader) const noexcept;
    };

    [[noreturn]] void fail();
    void drain();

    std::filesystem::path file_;
    stream::GzipReader gzip_;
    std::vector<std::byte> buffer_;
    std::unique_ptr<::archive, FreeArchive> archive_;
    std::exception_ptr failure_;
    std::string name_;
};

}  // namespace roost::archive
