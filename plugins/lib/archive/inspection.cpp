#include "lib/archive/inspection.hpp"

#include <utility>
#include <variant>

#include "lib/archive/backup_notes.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::archive {

namespace {

constexpr std::size_t namedFiles = 100;

ArchiveSummary summaryOf(const BackupReader& backup) {
    ArchiveSummary summary;
    summary.metadataJson = backup.metadataJson();
    summary.schemaJson = backup.schemaJson();
    for (const Table& table : backup.catalog().tables)
        summary.tables.emplace_back(table.qualifiedName(), table.rows);
    summary.entryKinds = backup.catalog().entryKinds;
    summary.warnings = backup.catalog().warnings;
    for (std::string& note : backupNotes(backup)) summary.warnings.push_back(std::move(note));
    return summary;
}

}  // namespace

ArchiveSummary inspectArchive(std::shared_ptr<ArchiveInput> input, BackupReading reading, Context& context) {
    reading.keepDocuments = true;
    return summaryOf(*openBackup(std::move(input), std::move(reading), context));
}

ArchiveSummary verifyArchive(std::shared_ptr<ArchiveInput> input, BackupReading reading, Context& context) {
    reading.keepDocuments = true;
    const std::unique_ptr<BackupReader> backup = openBackup(std::move(input), std::move(reading), context);
    storage::NameSample oddNames(namedFiles);
    for (Item item; backup->next(item);) {
        context.alive();
        const auto* const entry = std::get_if<Entry>(&item);
        if (entry == nullptr) continue;
        if (entry->type == EntryType::file && entry->path.find("..") != std::string::npos)
            oddNames.add(entry->displayName());
        // next() reads and checks what nobody asked for.
    }
    ArchiveSummary summary = summaryOf(*backup);
    if (!backup->isRoosts() && oddNames.count() != 0)
        summary.warnings.push_back("Aviary does not restore files whose paths have '..' in them: " +
                                   oddNames.text());
    for (const std::string& finding : backup->findings()) summary.warnings.push_back(finding);
    return summary;
}

}  // namespace roost::archive
