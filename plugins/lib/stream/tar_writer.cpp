#include "lib/stream/tar_writer.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <algorithm>
#include <array>
#include <utility>

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::stream {

namespace {

constexpr std::size_t blockBytes = 512;
constexpr std::array<std::byte, blockBytes> zeros{};
/// A pax header, its one block of records, and the plain header.
constexpr std::size_t unsizedHeaderBytes = 3 * blockBytes;

/// libarchive takes names for text of the thread's locale; in this one every UTF-8 name comes out as it is.
class Utf8Locale {
public:
    Utf8Locale() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
        if (locale_ != nullptr) former_ = ::uselocale(locale_);
    }
    ~Utf8Locale() {
        if (locale_ == nullptr) return;
        ::uselocale(former_);
        ::freelocale(locale_);
    }
    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;

private:
    locale_t locale_;
    locale_t former_ = nullptr;
};

void describe(archive_entry* entry, const NewMember& member, long nanoseconds) {
    archive_entry_clear(entry);
    archive_entry_set_pathname(entry, member.name.c_str());
    archive_entry_set_filetype(entry, member.folder ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry, static_cast<mode_t>(member.mode & 07777U));
    archive_entry_set_mtime(entry, static_cast<time_t>(member.modifiedSeconds), nanoseconds);
    archive_entry_set_uid(entry, 0);
    archive_entry_set_gid(entry, 0);
    archive_entry_set_size(entry, static_cast<la_int64_t>(member.size));
}

Error tarError(::archive* writer, const std::string& name) {
    const char* const detail = archive_error_string(writer);
    return Error("cannot write '" + storage::shownName(name) +
                 "' into the archive: " + (detail == nullptr ? "libarchive gives no reason" : detail));
}

/// Takes a header and refuses everything behind it: freeing a writer makes it close the member, with as many
/// zeros as the header promised bytes. (archive_write_fail() would avoid that, but leaks.)
struct HeaderText {
    std::string text;
    bool complete = false;
};

la_ssize_t appendHeader(::archive*, void* header, const void* data, std::size_t size) {
    auto& out = *static_cast<HeaderText*>(header);
    if (out.complete) return -1;
    out.text.append(static_cast<const char*>(data), size);
    return static_cast<la_ssize_t>(size);
}

struct FreeWriter {
    void operator()(::archive* writer) const noexcept { archive_write_free(writer); }
};
struct FreeMember {
    void operator()(archive_entry* entry) const noexcept { archive_entry_free(entry); }
};

/// A header alone, from a writer that is thrown away.
std::string makeHeader(const NewMember& member, bool always) {
    const Utf8Locale locale;
    HeaderText header;
    const std::unique_ptr<::archive, FreeWriter> writer(archive_write_new());
    const std::unique_ptr<archive_entry, FreeMember> entry(archive_entry_new());
    if (!writer || !entry) throw Error("there is no memory for writing an archive");
    if (always)
        archive_write_set_format_pax(writer.get());
    else
        archive_write_set_format_pax_restricted(writer.get());
    archive_write_set_bytes_per_block(writer.get(), 0);
    archive_write_open(writer.get(), &header, nullptr, appendHeader, nullptr);
    describe(entry.get(), member, always ? 1 : 0);
    if (archive_write_header(writer.get(), entry.get()) < ARCHIVE_WARN)
        throw tarError(writer.get(), member.name);
    header.complete = true;
    return header.text;
}

}  // namespace

void TarWriter::FreeArchive::operator()(::archive* writer) const noexcept { archive_write_free(writer); }
void TarWriter::FreeEntry::operator()(::archive_entry* entry) const noexcept { archive_entry_free(entry); }

TarWriter::TarWriter(GzipWriter& out)
    : out_(out), archive_(archive_write_new()), entry_(archive_entry_new()) {
    if (!archive_ || !entry_) throw Error("there is no memory for writing an archive");
    archive_write_set_format_pax_restricted(archive_.get());
    archive_write_set_bytes_per_block(archive_.get(), 0);
    const auto forward = [](::archive*, void* self, const void* data, std::size_t size) -> la_ssize_t {
        auto& writer = *static_cast<TarWriter*>(self);
        if (writer.closing_) return -1;
        try {
            if (writer.inHeader_) writer.header_.append(static_cast<const char*>(data), size);
            if (!writer.failure_) writer.out_.write({static_cast<const std::byte*>(data), size});
        } catch (...) {
            // Must not fly through C: require() throws it. Nor is it told to libarchive, which would not give
            // its memory back after an error.
            writer.failure_ = std::current_exception();
        }
        return static_cast<la_ssize_t>(size);
    };
    require(archive_write_open(archive_.get(), this, nullptr, forward, nullptr), "");
}

// Freeing the writer closes the open member; what it writes for that is refused.
TarWriter::~TarWriter() { closing_ = true; }

void TarWriter::require(int result, const std::string& name) {
    if (failure_) std::rethrow_exception(failure_);
    // A name that is not UTF-8 is a warning; it is written byte by byte all the same.
    if (result < ARCHIVE_WARN) throw tarError(archive_.get(), name);
}

void TarWriter::begin(const NewMember& member) {
    const Utf8Locale locale;
    current_ = member;
    if (member.folder) current_.size = 0;
    written_ = 0;
    describe(entry_.get(), current_, 0);
    header_.clear();
    inHeader_ = true;
    const int result = archive_write_header(archive_.get(), entry_.get());
    inHeader_ = false;
    require(result, member.name);
}

void TarWriter::write(Bytes data) {
    written_ += data.size();
    if (unsized_) return out_.write(data);
    if (written_ > current_.size)
        throw Error("'" + storage::shownName(current_.name) + "' got more bytes than its header says");
    while (!data.empty()) {
        const la_ssize_t taken = archive_write_data(archive_.get(), data.data(), data.size());
        require(taken < 0 ? static_cast<int>(taken) : ARCHIVE_OK, current_.name);
        data = data.subspan(static_cast<std::size_t>(taken));
    }
}

void TarWriter::end() {
    if (written_ != current_.size)
        throw Error("'" + storage::shownName(current_.name) + "' got fewer bytes than its header says");
    require(archive_write_finish_entry(archive_.get()), current_.name);
}

void TarWriter::beginUnsized(const NewMember& member) {
    current_ = member;
    written_ = 0;
    unsized_ = true;
    unsizedHeader_ = out_.reserve(unsizedHeaderBytes);
}

void TarWriter::endUnsized() {
    current_.size = written_;
    unsized_ = false;
    out_.write(Bytes(zeros).first(padding(written_)));
    header_ = makeHeader(current_, true);
    if (header_.size() != unsizedHeaderBytes)
        throw Error("the tar header of '" + storage::shownName(current_.name) + "' takes " +
                    std::to_string(header_.size()) + " bytes, not the " + std::to_string(unsizedHeaderBytes) +
                    " that were reserved");
    out_.fill(unsizedHeader_, headerBytes());
}

std::string TarWriter::header(const NewMember& member) { return makeHeader(member, false); }

std::size_t TarWriter::padding(std::uint64_t size) noexcept {
    return static_cast<std::size_t>((blockBytes - size % blockBytes) % blockBytes);
}

GzipWriter::Region TarWriter::reserve(const NewMember& member) {
    return out_.reserve(header(member).size() + member.size + padding(member.size));
}

void TarWriter::resize(GzipWriter::Region region, const NewMember& member) {
    out_.resize(region, header(member).size() + member.size + padding(member.size));
}

void TarWriter::finish() { require(archive_write_close(archive_.get()), "the end of the archive"); }

}  // namespace roost::stream
