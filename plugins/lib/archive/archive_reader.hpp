// The members of an archive from anywhere: what no backup holds is refused by name.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lib/stream/container.hpp"
#include "roost/error.hpp"
#include "scratch/entry_ledger.hpp"

namespace roost::archive {

/// A file or folder.
struct MemberInfo {
    std::string name;  ///< parts with '/' between them, none of them empty, "." or ".."; any bytes but NUL
    bool folder = false;
    std::uint64_t size = 0;
    std::uint32_t mode = 0;
    std::int64_t modifiedNanoseconds = 0;
};

/// Reads from front to back. Links, devices, sparse files and names that lead elsewhere end it, and so does
/// whatever the format's own reader calls damaged. Every call throws roost::Error that names the archive and
/// the member.
class ArchiveReader {
public:
    static constexpr std::uint64_t anyNumber = ~std::uint64_t{0};

    explicit ArchiveReader(std::unique_ptr<stream::ContainerReader> archive,
                           std::uint64_t maxEntries = anyNumber)
        : archive_(std::move(archive)), maxEntries_(maxEntries) {}
    ArchiveReader(const ArchiveReader&) = delete;
    ArchiveReader& operator=(const ArchiveReader&) = delete;

    /// The next member, or nothing at the end, which is reached only by an archive that is whole to its last
    /// byte. Leading "./" and the folder "." of archives that were packed by hand are passed over.
    [[nodiscard]] std::optional<MemberInfo> next();
    /// See ContainerReader. Until data().
    [[nodiscard]] stream::Bytes headerBytes() const { return archive_->headerBytes(); }
    /// The next bytes of the member, valid until the next call; none at its end.
    [[nodiscard]] std::span<const char> data();
    /// All of the member. Throws where it has more than `most` bytes.
    [[nodiscard]] std::string readAll(std::uint64_t most);
    /// Members so far.
    [[nodiscard]] std::uint64_t members() const noexcept { return members_; }
    /// Bytes of the file read so far.
    [[nodiscard]] std::uint64_t position() const { return archive_->position(); }
    /// In what the members so far, and at the end the whole, differ from what roost writes; "" in nothing.
    [[nodiscard]] std::string oddity() const;
    /// What messages call the archive: "'PATH'", "standard input".
    [[nodiscard]] std::string name() const { return archive_->name(); }

    /// "'PATH' is damaged: ...", about the archive, to be thrown.
    [[nodiscard]] Error damage(const std::string& how) const;
    /// "'PATH' is refused: its entry 'NAME' ...", to be thrown.
    [[nodiscard]] Error refusal(std::string_view member, const std::string& how) const;
    /// Two of its members cannot stand beside each other.
    [[nodiscard]] Error refusal(const NameConflict& conflict) const;

private:
    [[nodiscard]] bool takeName(std::string_view name, bool folder, MemberInfo& info);
    void checkParts(std::string_view name) const;

    std::unique_ptr<stream::ContainerReader> archive_;
    std::uint64_t maxEntries_;
    std::uint64_t members_ = 0;
    std::string current_;
    std::string oddity_;
    bool ended_ = false;
};

/// A name for a message: as storage::shownName() gives it, long ones cut.
[[nodiscard]] std::string shownMember(std::string_view name);

}  // namespace roost::archive
