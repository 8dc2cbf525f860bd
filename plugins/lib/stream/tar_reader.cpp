#include "lib/stream/tar_reader.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::stream {

namespace {

constexpr std::uint64_t blockBytes = 512;
/// libarchive takes attributes of 1 MiB, and several of them; roost's have a few KiB.
constexpr std::uint64_t mostHeaderBytes = std::uint64_t{4} << 20U;
constexpr std::uint64_t mostBytes = std::uint64_t{1} << 62U;
/// Tapes have blocks of some MiB at most.
constexpr std::uint64_t mostEndBytes = std::uint64_t{16} << 20U;
constexpr std::uint64_t leastEndBytes = 2 * blockBytes;
constexpr std::int64_t second = 1'000'000'000;
/// Nanoseconds must fit into 64 bits.
constexpr std::int64_t lastSecond = 9'200'000'000;

bool allZeros(Bytes bytes) noexcept {
    return bytes.empty() ||
           (bytes[0] == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

/// libarchive takes names for text of the thread's locale and changes what it recognizes; in this one it
/// leaves every byte above 0x7F as it is.
class ByteLocale {
public:
    ByteLocale() : locale_(::newlocale(LC_CTYPE_MASK, "C", nullptr)) {
        if (locale_ != nullptr) former_ = ::uselocale(locale_);
    }
    ~ByteLocale() {
        if (locale_ == nullptr) return;
        ::uselocale(former_);
        ::freelocale(locale_);
    }
    ByteLocale(const ByteLocale&) = delete;
    ByteLocale& operator=(const ByteLocale&) = delete;

private:
    locale_t locale_;
    locale_t former_ = nullptr;
};

MemberKind kindOf(archive_entry* entry, std::string_view name) noexcept {
    if (archive_entry_hardlink(entry) != nullptr) return MemberKind::hardLink;
    if (archive_entry_symlink(entry) != nullptr) return MemberKind::symbolicLink;
    switch (archive_entry_filetype(entry)) {
        case AE_IFREG:
            if (archive_entry_sparse_count(entry) > 0) return MemberKind::sparse;
            return name.ends_with('/') ? MemberKind::folder : MemberKind::file;
        case AE_IFDIR:
            return MemberKind::folder;
        case AE_IFLNK:
            return MemberKind::symbolicLink;
        case AE_IFCHR:
        case AE_IFBLK:
            return MemberKind::device;
        case AE_IFIFO:
            return MemberKind::fifo;
        default:
            return MemberKind::other;
    }
}

bool isThere(const char* text) noexcept { return text != nullptr && *text != '\0'; }

/// A name that is no text of the locale is a warning, and comes byte by byte all the same.
bool isAboutCharset(const char* warning) noexcept {
    return warning != nullptr &&
           std::string_view(warning).find("can't be converted") != std::string_view::npos;
}

/// What TarWriter does not write; "" for nothing.
const char* oddityOf(::archive* reader, archive_entry* entry) noexcept {
    const int format = archive_format(reader);
    if (format != ARCHIVE_FORMAT_TAR_USTAR && format != ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE)
        return "a header is not a POSIX one";
    if (archive_entry_uid(entry) != 0 || archive_entry_gid(entry) != 0 ||
        isThere(archive_entry_uname(entry)) || isThere(archive_entry_gname(entry)))
        return "a member has an owner";
    if (archive_entry_atime_is_set(entry) != 0 || archive_entry_ctime_is_set(entry) != 0 ||
        archive_entry_birthtime_is_set(entry) != 0)
        return "a member has more than one time";
    unsigned long set = 0;
    unsigned long clear = 0;
    archive_entry_fflags(entry, &set, &clear);
    if (archive_entry_xattr_count(entry) != 0 || archive_entry_acl_types(entry) != 0 || set != 0 ||
        clear != 0)
        return "a member has an attribute that roost does not write";
    return "";
}

}  // namespace

void TarReader::FreeArchive::operator()(::archive* reader) const noexcept { archive_read_free(reader); }

TarReader::TarReader(GzipReader& input) : input_(input) {}
TarReader::~TarReader() = default;

void TarReader::damaged(const std::string& how) const {
    std::string where;
    if (!header_.name.empty())
        where = " ('" + storage::shownName(header_.name) + "')";
    else if (!last_.empty())
        where = " (after '" + storage::shownName(last_) + "')";
    throw Error(input_.name() + " is damaged: " + how + where);
}

/// libarchive gave up within "a member" or "a block".
void TarReader::fail(const char* where) const {
    if (failure_) std::rethrow_exception(failure_);
    if (inputEnded_ && handed_ == 0)
        damaged("its tar data ends without the two blocks of zeros that a tar ends with");
    if (inputEnded_ && (!first_ || handed_ < blockBytes)) {
        const char* const detail = archive_error_string(archive_.get());
        // What libarchive says of data that is too short has one of these in it.
        const std::string_view text = detail == nullptr ? "" : detail;
        if (handed_ < blockBytes || text.starts_with("Truncated"))
            damaged(std::string("its tar data ends within ") + where);
    }
    if (first_) throw Error(input_.name() + " is no backup: there is no tar archive in its gzip data");
    const char* const detail = archive_error_string(archive_.get());
    damaged("a tar header is not valid" +
            (detail == nullptr ? std::string() : " (libarchive: " + storage::shownName(detail) + ")"));
}

void TarReader::open() {
    archive_.reset(archive_read_new());
    if (!archive_) throw Error("there is no memory for reading an archive");
    archive_read_support_format_tar(archive_.get());
    // Names come as the bytes that they are.
    archive_read_set_options(archive_.get(), "hdrcharset=BINARY");
    const auto pulled = [](::archive*, void* self, const void** data) -> la_ssize_t {
        auto& reader = *static_cast<TarReader*>(self);
        try {
            const Bytes piece = reader.pull();
            *data = piece.data();
            return static_cast<la_ssize_t>(piece.size());
        } catch (...) {  // must not fly through C
            reader.failure_ = std::current_exception();
            return -1;
        }
    };
    if (archive_read_open(archive_.get(), this, nullptr, pulled, nullptr) != ARCHIVE_OK) fail("a block");
}

/// The next piece of the input; what may still matter of the current one is kept.
Bytes TarReader::pull() {
    if (failure_) std::rethrow_exception(failure_);
    if (inputEnded_) return {};
    if (needed_ >= handed_) {
        earlier_.clear();
    } else {
        const std::uint64_t start = handed_ - piece_.size() - earlier_.size();
        if (needed_ > start) {
            const auto unneeded = std::min<std::uint64_t>(needed_ - start, earlier_.size());
            earlier_.erase(earlier_.begin(), earlier_.begin() + static_cast<std::ptrdiff_t>(unneeded));
        }
        const Bytes rest =
            piece_.last(static_cast<std::size_t>(std::min<std::uint64_t>(piece_.size(), handed_ - needed_)));
        if (earlier_.size() + rest.size() > mostHeaderBytes)
            damaged("the headers of a member take more than 4 MiB");
        earlier_.insert(earlier_.end(), rest.begin(), rest.end());
    }
    piece_ = {};
    piece_ = input_.next();
    handed_ += piece_.size();
    inputEnded_ = piece_.empty();
    return piece_;
}

/// Bytes that libarchive got, none of them before needed_. Valid until pull().
Bytes TarReader::bytesBetween(std::uint64_t from, std::uint64_t until) {
    const std::uint64_t pieceStart = handed_ - piece_.size();
    if (from + earlier_.size() < pieceStart || until < from || until > handed_)
        damaged("libarchive does not tell where its headers are");
    const auto size = static_cast<std::size_t>(until - from);
    if (from >= pieceStart) return piece_.subspan(static_cast<std::size_t>(from - pieceStart), size);
    const Bytes earlier =
        Bytes(earlier_).subspan(static_cast<std::size_t>(from - (pieceStart - earlier_.size())));
    if (size <= earlier.size()) return earlier.first(size);
    joined_.assign(earlier.begin(), earlier.end());
    const Bytes rest = piece_.first(size - earlier.size());
    joined_.insert(joined_.end(), rest.begin(), rest.end());
    return joined_;
}

Bytes TarReader::data() {
    if (memberEnded_) return {};
    headerBytes_ = {};
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int result = archive_read_data_block(archive_.get(), &data, &size, &offset);
    if (failure_ || (result != ARCHIVE_OK && result != ARCHIVE_EOF)) fail("a member");
    if (result == ARCHIVE_EOF) {
        memberEnded_ = true;
        if (given_ != header_.size && header_.kind != MemberKind::sparse)
            damaged("a member has less bytes than its headers say");
        return {};
    }
    given_ += size;
    if (given_ > header_.size) damaged("a member has more bytes than its headers say");
    return {static_cast<const std::byte*>(data), size};
}

void TarReader::skipMember() {
    while (!memberEnded_) (void)data();
}

void TarReader::checkResult(int result, ::archive_entry* entry) const {
    if (failure_ || result == ARCHIVE_FATAL || result == ARCHIVE_FAILED) {
        const bool unnamed = result == ARCHIVE_FAILED && !isThere(archive_entry_pathname(entry));
        if (unnamed && !failure_) damaged("a member has no name");
        fail("a block");
    }
    if (result == ARCHIVE_RETRY) {
        if (first_) fail("a block");
        damaged("the checksum of a tar header is wrong");
    }
    if (result == ARCHIVE_WARN && !isAboutCharset(archive_error_string(archive_.get()))) fail("a block");
}

void TarReader::describe(::archive_entry* entry) {
    const char* const name = archive_entry_pathname(entry);
    if (!isThere(name)) damaged("a member has no name");
    header_.name = name;
    header_.kind = kindOf(entry, header_.name);
    const la_int64_t size = archive_entry_size(entry);
    if (size < 0 || static_cast<std::uint64_t>(size) > mostBytes) damaged("a member has no valid size");
    header_.size = static_cast<std::uint64_t>(size);
    header_.mode = static_cast<std::uint32_t>(archive_entry_perm(entry) & 07777U);
    header_.modifiedNanoseconds =
        std::clamp<std::int64_t>(archive_entry_mtime(entry), -lastSecond, lastSecond) * second +
        archive_entry_mtime_nsec(entry);
    header_.oddity = oddityOf(archive_.get(), entry);
    if (header_.kind == MemberKind::folder && header_.size != 0) damaged("a folder has bytes of its own");
}

/// What stands between a member's bytes and the next header.
void TarReader::checkPadding(std::uint64_t until) {
    if (until < needed_ || until - needed_ >= blockBytes || until > handed_)
        damaged("its tar data ends within a block");
    if (!allZeros(bytesBetween(needed_, until))) damaged("what fills up a member's last block is not zeros");
}

bool TarReader::next() {
    if (ended_) return false;
    if (!archive_) open();
    skipMember();
    if (header_.kind == MemberKind::sparse)
        needed_ = static_cast<std::uint64_t>(archive_filter_bytes(archive_.get(), 0));
    last_ = std::exchange(header_, {}).name;
    headerBytes_ = {};
    const ByteLocale locale;
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(archive_.get(), &entry);
    if (failure_) fail("a block");
    if (result == ARCHIVE_OK || result == ARCHIVE_WARN || result == ARCHIVE_EOF) {
        const auto start = static_cast<std::uint64_t>(archive_read_header_position(archive_.get()));
        checkPadding(start);
        if (result == ARCHIVE_EOF) {
            readEnd(start);
            return false;
        }
        checkResult(result, entry);
        const auto end = static_cast<std::uint64_t>(archive_filter_bytes(archive_.get(), 0));
        headerBytes_ = bytesBetween(start, end);
        describe(entry);
        first_ = false;
        // How many bytes a sparse file takes is known only behind them.
        needed_ = header_.kind == MemberKind::sparse ? end : end + header_.size;
        given_ = 0;
        memberEnded_ = false;
        return true;
    }
    checkResult(result, entry);
    damaged("a tar header is not valid");
}

void TarReader::readEnd(std::uint64_t from) {
    Bytes rest = bytesBetween(from, handed_);
    for (;;) {
        if (!allZeros(rest)) damaged("something stands behind its end");
        endBytes_ += rest.size();
        if (endBytes_ > mostEndBytes) damaged("more than 16 MiB of zeros stand behind its end");
        needed_ = handed_;
        if (inputEnded_) break;
        rest = pull();
    }
    if (endBytes_ < leastEndBytes)
        damaged("its tar data ends without the two blocks of zeros that a tar ends with");
    ended_ = true;
}

}  // namespace roost::stream
