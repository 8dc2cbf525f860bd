// A tar read by libarchive, with nothing passed over in silence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "lib/stream/gzip_reader.hpp"
#include "lib/stream/member.hpp"

struct archive;
struct archive_entry;

namespace roost::stream {

/// The members of a tar, in order, without copying their bytes. libarchive reads them; what it passes over
/// (what fills up blocks, what follows the end, headers that are damaged) is checked beside it. Every call
/// throws roost::Error that names the archive and the member. One thread.
class TarReader {
public:
    /// `input` must outlive the reader.
    explicit TarReader(GzipReader& input);
    ~TarReader();
    TarReader(const TarReader&) = delete;
    TarReader& operator=(const TarReader&) = delete;

    /// Goes to the next member, past what is left of the current one. False at the end, which is reached
    /// only where two blocks of zeros and nothing but zeros come before the end of the file.
    bool next();
    [[nodiscard]] const MemberHeader& header() const noexcept { return header_; }
    /// The blocks in front of the member's bytes as they stand in the tar, attributes included. Until data().
    [[nodiscard]] Bytes headerBytes() const noexcept { return headerBytes_; }
    /// The next bytes of the member, valid until the next call; none at its end.
    [[nodiscard]] Bytes data();
    /// After the end: how many zeros ended the tar.
    [[nodiscard]] std::uint64_t endBytes() const noexcept { return endBytes_; }

private:
    struct FreeArchive {
        void operator()(::archive* reader) const noexcept;
    };

    [[noreturn]] void damaged(const std::string& how) const;
    [[noreturn]] void fail(const char* where) const;
    void open();
    Bytes pull();
    void skipMember();
    void checkResult(int result, ::archive_entry* entry) const;
    void describe(::archive_entry* entry);
    void checkPadding(std::uint64_t until);
    Bytes bytesBetween(std::uint64_t from, std::uint64_t until);
    void readEnd(std::uint64_t from);

    GzipReader& input_;
    std::unique_ptr<::archive, FreeArchive> archive_;
    std::exception_ptr failure_;  // what pull() could not throw through C

    // libarchive reads ahead. What it passes over is looked at in the bytes that it got: piece_ is the last
    // of the input, handed_ bytes of it end there, and earlier_ has those before it that may still matter.
    Bytes piece_;
    std::uint64_t handed_ = 0;
    std::vector<std::byte> earlier_;
    std::vector<std::byte> joined_;  // of both, for bytesBetween()
    std::uint64_t needed_ = 0;       // nothing before it matters: the end of the current member's bytes
    bool inputEnded_ = false;

    MemberHeader header_;
    Bytes headerBytes_;
    std::string last_;         // the member before, for messages
    std::uint64_t given_ = 0;  // bytes of the member
    std::uint64_t endBytes_ = 0;
    bool memberEnded_ = true;
    bool first_ = true;  // no header was read yet
    bool ended_ = false;
};

}  // namespace roost::stream
