#include "lib/archive/archive_reader.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <utility>

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::archive {

namespace {

constexpr std::size_t bufferBytes = std::size_t{64} << 10U;

std::string plainName(std::string name) {
    while (name.starts_with("./")) name.erase(0, 2);
    while (name.size() > 1 && name.ends_with('/')) name.pop_back();
    return name;
}

}  // namespace

void ArchiveReader::FreeArchive::operator()(::archive* reader) const noexcept { archive_read_free(reader); }

ArchiveReader::ArchiveReader(std::filesystem::path file)
    : file_(std::move(file)), gzip_(file_), buffer_(bufferBytes), archive_(archive_read_new()) {
    if (!archive_) throw Error("there is no memory for reading an archive");
    archive_read_support_format_tar(archive_.get());
    // Names come as the bytes that they are.
    archive_read_set_options(archive_.get(), "hdrcharset=BINARY");
    const auto pull = [](::archive*, void* self, const void** data) -> la_ssize_t {
        auto& reader = *static_cast<ArchiveReader*>(self);
        try {
            *data = reader.buffer_.data();
            return static_cast<la_ssize_t>(reader.gzip_.read(reader.buffer_));
        } catch (...) {  // must not fly through C; fail() throws it again
            reader.failure_ = std::current_exception();
            return -1;
        }
    };
    if (archive_read_open(archive_.get(), this, nullptr, pull, nullptr) != ARCHIVE_OK) fail();
}

ArchiveReader::~ArchiveReader() = default;

void ArchiveReader::fail() {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    const char* const detail = archive_error_string(archive_.get());
    throw Error("'" + storage::shownName(file_.native()) +
                "' is damaged: " + (detail == nullptr ? "its tar data cannot be read" : detail) +
                (name_.empty() ? "" : " (after '" + storage::shownName(name_) + "')"));
}

std::optional<MemberInfo> ArchiveReader::next() {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(archive_.get(), &entry);
    if (result == ARCHIVE_EOF) {
        drain();
        return std::nullopt;
    }
    if (result < ARCHIVE_WARN) fail();
    const char* const name = archive_entry_pathname(entry);
    if (name == nullptr) fail();
    MemberInfo info;
    info.name = plainName(name);
    const bool link = archive_entry_hardlink(entry) != nullptr;
    info.file = archive_entry_filetype(entry) == AE_IFREG && !link;
    info.folder = archive_entry_filetype(entry) == AE_IFDIR;
    info.size = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
    name_ = info.name;
    return info;
}

/// libarchive stops at the tar's end; what the gzip file still holds decides whether it is whole.
void ArchiveReader::drain() {
    while (gzip_.read(buffer_) != 0) {
    }
}

std::size_t ArchiveReader::read(std::span<char> buffer) {
    const la_ssize_t got = archive_read_data(archive_.get(), buffer.data(), buffer.size());
    if (got < 0) fail();
    return static_cast<std::size_t>(got);
}

std::string ArchiveReader::readAll(std::uint64_t most) {
    std::string text;
    std::vector<char> piece(bufferBytes);
    for (std::size_t got = read(piece); got != 0; got = read(piece)) {
        if (text.size() + got > most)
            throw Error("'" + storage::shownName(name_) + "' in '" + storage::shownName(file_.native()) +
                        "' is larger than " + storage::shownSize(most));
        text.append(piece.data(), got);
    }
    return text;
}

}  // namespace roost::archive
