// A POSIX tar, pax where needed, written by libarchive into a gzip member.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

#include "lib/stream/gzip_writer.hpp"
#include "lib/stream/member.hpp"

struct archive;
struct archive_entry;

namespace roost::stream {

/// Every member belongs to uid and gid 0 without names. One thread.
class TarWriter {
public:
    /// `out` must outlive the writer.
    explicit TarWriter(GzipWriter& out);
    ~TarWriter();
    TarWriter(const TarWriter&) = delete;
    TarWriter& operator=(const TarWriter&) = delete;

    /// Begins a member whose size is known; exactly that many bytes must follow by write().
    void begin(const NewMember& member);
    void write(Bytes data);
    /// Ends the member. Throws roost::Error where bytes are missing.
    void end();

    /// Begins a member whose size is told by endUnsized(). Its modification time gets one nanosecond more,
    /// because a pax header that is always there has room for any size. Its name has at most 300 bytes.
    void beginUnsized(const NewMember& member);
    void endUnsized();

    /// The blocks in front of the bytes of the member that began last; an unsized one's once it ended.
    [[nodiscard]] Bytes headerBytes() const noexcept { return std::as_bytes(std::span(header_)); }

    /// Leaves room for a whole member that is filled after GzipWriter::drain(): header(), its bytes, padding.
    [[nodiscard]] GzipWriter::Region reserve(const NewMember& member);
    void resize(GzipWriter::Region region, const NewMember& member);
    /// The header of a member reserved so, and how many zeros follow its bytes.
    [[nodiscard]] static std::string header(const NewMember& member);
    [[nodiscard]] static std::size_t padding(std::uint64_t size) noexcept;

    /// Writes the end of the archive.
    void finish();

private:
    struct FreeArchive {
        void operator()(::archive* writer) const noexcept;
    };
    struct FreeEntry {
        void operator()(::archive_entry* entry) const noexcept;
    };

    void require(int result, const std::string& name);

    GzipWriter& out_;
    std::unique_ptr<::archive, FreeArchive> archive_;
    std::unique_ptr<::archive_entry, FreeEntry> entry_;
    std::exception_ptr failure_;
    NewMember current_;
    std::string header_;
    bool inHeader_ = false;  // what libarchive writes goes into header_, too
    std::uint64_t written_ = 0;
    GzipWriter::Region unsizedHeader_ = 0;
    bool unsized_ = false;
    bool closing_ = false;
};

}  // namespace roost::stream
