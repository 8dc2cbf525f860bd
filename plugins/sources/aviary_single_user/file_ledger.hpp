// Which files and folders a run has read, however many.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "scratch/scratch_file.hpp"
#include "sources/aviary_single_user/watched_reader.hpp"

namespace roost::single_user {

/// What a file was when it was opened: enough to tell it from one that was changed or put in its place.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modifiedSeconds = 0;
    std::int64_t modifiedNanoseconds = 0;

    [[nodiscard]] static FileIdentity of(const struct stat& status) noexcept;
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

struct LedgerEntry {
    bool folder = false;
    std::string path;  ///< relative to the documents' folder
    FileIdentity identity;
    Reading reading;  ///< of a file
};

/// Kept in an unlinked temporary file, in the order in which they were read: a folder before what lies in it.
class FileLedger {
public:
    explicit FileLedger(std::filesystem::path temporaryFolder) : scratch_(std::move(temporaryFolder)) {}

    void addFolder(const std::string& path);
    void addFile(const std::string& path, const FileIdentity& identity, const Reading& reading);
    /// The entry at `place`, which moves to the next one; 0 is the first. Nothing at the end.
    [[nodiscard]] std::optional<LedgerEntry> next(std::uint64_t& place) const;
    /// The entry before `place`, which moves to it; end() is behind the last. Nothing at the beginning.
    [[nodiscard]] std::optional<LedgerEntry> previous(std::uint64_t& place) const;
    [[nodiscard]] std::uint64_t end() const noexcept { return scratch_.end(); }

private:
    struct Head;
    void add(Head head, const std::string& path, const std::string& sha256);

    ScratchFile scratch_;
};

}  // namespace roost::single_user
