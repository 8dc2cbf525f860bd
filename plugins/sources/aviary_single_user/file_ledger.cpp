#include "sources/aviary_single_user/file_ledger.hpp"

#include <array>
#include <cstring>
#include <type_traits>

namespace roost::single_user {

/// Stands before and behind each entry's text, so that it can be read in both directions.
struct FileLedger::Head {
    FileIdentity identity;
    std::uint64_t bytes = 0;
    std::uint32_t pathLength = 0;
    std::uint32_t digestLength = 0;
    bool folder = false;
    bool whole = false;
    ReadState state = ReadState::intact;

    [[nodiscard]] std::uint64_t entryLength() const noexcept {
        return 2 * sizeof(Head) + std::uint64_t{pathLength} + digestLength;
    }
};

FileIdentity FileIdentity::of(const struct stat& status) noexcept {
    return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
            std::int64_t{status.st_mtim.tv_sec}, std::int64_t{status.st_mtim.tv_nsec}};
}

void FileLedger::addFolder(const std::string& path) {
    Head head;
    head.folder = true;
    add(head, path, {});
}

void FileLedger::addFile(const std::string& path, const FileIdentity& identity, const Reading& reading) {
    Head head;
    head.identity = identity;
    head.bytes = reading.bytes;
    head.whole = reading.whole;
    head.state = reading.state;
    add(head, path, reading.sha256);
}

void FileLedger::add(Head head, const std::string& path, const std::string& sha256) {
    static_assert(std::is_trivially_copyable_v<Head>);
    head.pathLength = static_cast<std::uint32_t>(path.size());
    head.digestLength = static_cast<std::uint32_t>(sha256.size());
    std::array<char, sizeof(Head)> bytes{};
    std::memcpy(bytes.data(), &head, sizeof head);
    const std::string_view raw(bytes.data(), bytes.size());
    std::string entry(raw);
    entry += path;
    entry += sha256;
    entry += raw;
    scratch_.append(entry);
}

std::optional<LedgerEntry> FileLedger::next(std::uint64_t& place) const {
    if (place >= scratch_.end()) return std::nullopt;
    std::array<char, sizeof(Head)> bytes{};
    scratch_.read(place, bytes);
    Head head;
    std::memcpy(&head, bytes.data(), sizeof head);
    LedgerEntry entry;
    entry.folder = head.folder;
    entry.identity = head.identity;
    entry.reading = {head.bytes, head.whole, head.state, std::string(head.digestLength, '\0')};
    entry.path.resize(head.pathLength);
    scratch_.read(place + sizeof head, entry.path);
    scratch_.read(place + sizeof head + head.pathLength, entry.reading.sha256);
    place += head.entryLength();
    return entry;
}

std::optional<LedgerEntry> FileLedger::previous(std::uint64_t& place) const {
    if (place == 0) return std::nullopt;
    std::array<char, sizeof(Head)> bytes{};
    scratch_.read(place - sizeof(Head), bytes);
    Head head;
    std::memcpy(&head, bytes.data(), sizeof head);
    place -= head.entryLength();
    std::uint64_t from = place;
    return next(from);
}

}  // namespace roost::single_user
