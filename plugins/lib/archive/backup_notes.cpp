#include "lib/archive/backup_notes.hpp"

#include <charconv>
#include <cstdint>

#include "lib/storage/shown_name.hpp"

namespace roost::archive {

namespace {

std::string databaseName(const std::string& dialect) {
    if (dialect == "sqlite") return "SQLite";
    if (dialect == "postgresql") return "PostgreSQL";
    return storage::shownName(dialect);
}

/// "v1.10.2-3-gabc" as {1, 10, 2}; empty for what is no version.
std::vector<std::uint64_t> numbers(std::string_view version) {
    std::vector<std::uint64_t> parts;
    if (version.starts_with('v')) version.remove_prefix(1);
    for (;;) {
        std::uint64_t part = 0;
        const auto [end, problem] = std::from_chars(version.data(), version.data() + version.size(), part);
        if (problem != std::errc{}) return parts;
        parts.push_back(part);
        version.remove_prefix(static_cast<std::size_t>(end - version.data()));
        if (!version.starts_with('.')) return parts;
        version.remove_prefix(1);
    }
}

/// What was left out on purpose.
std::vector<std::string> partNotes(const Catalog& catalog) {
    std::vector<std::string> notes;
    std::string some;
    std::string reduced;
    for (const Table& table : catalog.tables) {
        if (!table.partial) continue;
        std::string& list = table.reduced ? reduced : some;
        list += (list.empty() ? "" : ", ") + storage::shownName(table.qualifiedName());
    }
    if (!some.empty()) notes.push_back("the archive has only some users' rows of these tables: " + some);
    if (!reduced.empty())
        notes.push_back("the archive has only a part of these tables, or masked values of them: " + reduced);
    for (const EntryKindTotals& kind : catalog.entryKinds)
        if (kind.coverage != Coverage::whole)
            notes.push_back(
                "the archive has only " +
                std::string(kind.coverage == Coverage::users ? "some users' files" : "some of the files") +
                " of the kind '" + storage::shownName(kind.kind) + "'");
    return notes;
}

/// How far the archive can be trusted to be what there was.
std::vector<std::string> proofNotes(const BackupReader& backup) {
    if (!backup.isRoosts())
        return {
            "the archive was not made by roost: it has no checksums, so only CRC-32 tells that its files are "
            "whole"};
    std::vector<std::string> notes = partNotes(backup.catalog());
    if (const std::uint64_t setAside = backup.metadata().roost->setAside; setAside != 0)
        notes.push_back(storage::counted(setAside, "file was", "files were") +
                        " left out or altered when the archive was made");
    return notes;
}

bool isKnown(const std::string& version) { return !version.empty() && version != "unknown"; }

}  // namespace

std::vector<std::string> backupNotes(const BackupReader& backup) {
    std::vector<std::string> notes = proofNotes(backup);
    if (backup.isRoosts()) {
        const std::vector<std::string>& warnings = backup.metadata().roost->warnings;
        notes.insert(notes.end(), warnings.begin(), warnings.end());
    }
    return notes;
}

std::vector<std::string> restoreNotes(const BackupReader& backup, const std::string& applicationVersion,
                                      const std::string& targetDialect) {
    std::vector<std::string> notes = proofNotes(backup);
    const MetadataDocument& metadata = backup.metadata();
    const std::string& archived = metadata.applicationVersion;
    if (isKnown(applicationVersion) && isKnown(archived) && applicationVersion != archived) {
        const bool newer = numbers(archived) > numbers(applicationVersion);
        notes.push_back("the backup comes from version " + storage::shownName(archived) +
                        " of the application and goes into version " +
                        storage::shownName(applicationVersion) +
                        (newer ? ", which is older and may not know all of it" : ""));
    }
    const std::string& dialect = backup.catalog().dialect;
    if (!targetDialect.empty() && !dialect.empty() && targetDialect != dialect)
        notes.push_back("the backup comes from " + databaseName(dialect) + " and goes into " +
                        databaseName(targetDialect));
    return notes;
}

}  // namespace roost::archive
