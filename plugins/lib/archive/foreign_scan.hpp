// What an archive holds that roost did not write: Aviary's own, whatever its age and order.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/archive/archive_reader.hpp"
#include "lib/archive/backup_reader.hpp"
#include "lib/archive/field_scan.hpp"
#include "lib/archive/metadata_reader.hpp"
#include "lib/archive/sorted_spool.hpp"
#include "lib/storage/shown_name.hpp"
#include "lib/storage/watch.hpp"
#include "roost/context.hpp"
#include "scratch/entry_ledger.hpp"

namespace roost::archive {

/// What a member of such an archive is, by its name alone.
enum class ForeignRole : std::uint8_t {
    metadata,
    table,
    entry,        ///< a file or folder of a user, or the folder of a kind
    passed,       ///< a folder without content of its own: "database", "filesystem"
    appleDouble,  ///< what macOS puts beside a file: "._name"
    unknown,
};
[[nodiscard]] ForeignRole foreignRole(const MemberInfo& member) noexcept;
/// `<name>` of `database/<name>.json`.
[[nodiscard]] std::string_view tableName(std::string_view member) noexcept;

struct ForeignContent {
    struct TableFound {
        FieldsSeen fields;
        std::uint64_t position = 0;  ///< ArchiveReader::members() when it came
    };
    MetadataDocument metadata;
    std::string metadataJson;
    std::map<std::string, TableFound> tables;  ///< by <name>
    std::vector<EntryKindTotals> kinds;        ///< those that have a folder
    std::uint64_t firstEntry = 0;              ///< its position; 0 for none
    std::vector<std::string> warnings;
};

/// Reads an archive to its end and finds everything that makes it unfit for a restore but the values.
class ForeignScan {
public:
    /// All that is given must outlive the scan.
    ForeignScan(ArchiveReader& reader, const BackupReading& reading, Context& context);

    /// Throws roost::Error that names the member.
    [[nodiscard]] ForeignContent scan();

private:
    struct Kind {
        EntryKindTotals totals;
        std::unique_ptr<SortedSpool> owners;
    };

    void take(const MemberInfo& member);
    [[nodiscard]] std::span<const char> read(const MemberInfo& member);
    void takeMetadata(const MemberInfo& member);
    void takeTable(const MemberInfo& member);
    void takeEntry(const MemberInfo& member);
    [[nodiscard]] bool isSizeStated() const noexcept;
    [[nodiscard]] bool exceedsMetadata() const noexcept;
    void checkSize(const MemberInfo& member) const;
    void checkUntold(const MemberInfo& member) const;
    void checkEarlierFiles(const MemberInfo& member) const;
    void finish();
    void compareTotals();

    ArchiveReader& reader_;
    const BackupReading& reading_;
    Context& context_;
    storage::Watch watch_;
    EntryLedger ledger_;
    ForeignContent content_;
    bool hasMetadata_ = false;
    std::map<std::string, Kind, std::less<>> kinds_;
    std::uint64_t bytes_ = 0;   // of files
    std::uint64_t untold_ = 0;  // read bytes of what metadata.json does not tell of, or not yet
    bool told_ = false;         // the current member is a file of which it does
    storage::NameSample appleDoubles_;
    storage::NameSample unknown_;
};

}  // namespace roost::archive
