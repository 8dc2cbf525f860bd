#include "lib/backup/backup_source.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <utility>
#include <variant>

#include "lib/archive/backup_notes.hpp"
#include "lib/archive/inspection.hpp"
#include "lib/transport/schemes.hpp"

namespace roost::backup {

namespace {

archive::BackupReading readingBy(const BackupSourceOptions& options) {
    archive::BackupReading reading;
    reading.limits = {options.maxEntries, options.maxSize, options.maxValue, options.maxDepth,
                      options.maxMetadata};
    reading.rules = archive::contentRules(options.fileColumns, options.contentColumns);
    return reading;
}

std::shared_ptr<archive::ArchiveInput> openArchive(std::shared_ptr<stream::RepeatableInput> input,
                                                   archive::Format format, const BackupSourceOptions& options,
                                                   Context& context) {
    return std::make_shared<archive::ArchiveInput>(
        std::move(input), context, format,
        options.decrypt.empty() ? openpgp::DecryptOptions() : options.decrypt.front());
}

/// Each pair of the mapping `option` goes to `parse`, which throws where it is wrong.
template <class Parse>
void checkPairs(const Node& settings, std::string_view option, Diagnostics& diagnostics, Parse parse) {
    const Node* const pairs = settings.find(option);
    if (pairs == nullptr) return;
    for (const auto& [column, pattern] : pairs->members) try {
            parse(column.scalar, pattern.scalar);
        } catch (const Error& error) {
            diagnostics.error(pattern.position, error.what(), pattern.scalar.size());
        }
}

}  // namespace

const OptionTable<BackupSource::Options>& BackupSource::options() {
    constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
    static const auto table = [] {
        OptionTable<Options> declared;
        transport::addTransportOptions(declared, "Where the archive is: file:PATH, or - for standard input.",
                                       "file:backups/backup_20260131_120000.tar.gz");
        declared
            .text(
                "application-version", &Options::applicationVersion,
                "The version of the application that the data goes to. A backup of another one is warned of.")
            .map("file-columns", &Options::fileColumns,
                 "Columns whose values name files, by table.column, and how: KIND: "
                 "FOLDER/{user}/FOLDER/{path}. "
                 "Rows whose file is missing are warned of, and files that no row names. By default Aviary's "
                 "documents.local_path; {} for none.")
            .example("{documents.local_path: 'documents: users/{user}/pdfs/{path}'}")
            .map("content-columns", &Options::contentColumns,
                 "Columns that hold what a file holds, by table.column, and which: KIND/{key}/FILE, {key} "
                 "being "
                 "the row's primary key. Differences are warned of. By default Aviary's users.rmapi_config; "
                 "{} "
                 "for none.")
            .example("{users.rmapi_config: 'configs/{key}/rmapi.conf'}")
            .integer(
                "max-entries", &Options::maxEntries,
                "The most entries that an archive may have if its metadata does not tell how many it has "
                "(Aviary's own).")
            .range(1, any)
            .size("max-size", &Options::maxSize, "0",
                  "The most bytes that all files may take. 0: what the archive's metadata tells of, and for "
                  "Aviary's own 1 GiB more. What such an archive has of tables, and of files before its "
                  "metadata, may take that much, too, or 1 GiB and 100 times the archive's bytes.")
            .range(0, any)
            .size("max-value", &Options::maxValue, "1GiB", "The most bytes that one value of a row may take.")
            .range(1, any)
            .integer("max-depth", &Options::maxDepth, "How deep lists and objects may nest in a row.")
            .range(1, 1000)
            .size("max-metadata", &Options::maxMetadata, "256MiB",
                  "The most bytes that metadata.json may take.")
            .range(1, any)
            .records("decrypt", &Options::decrypt, openpgp::decryptOptions(),
                     "How to open an archive that is encrypted with OpenPGP. Not used for one that is not.")
            .example("{passphrase: '${BACKUP_PASSPHRASE}'}");
        return declared;
    }();
    return table;
}

void BackupSource::check(const Options& options, const Node& settings, std::string_view plugin,
                         Diagnostics& diagnostics) {
    checkPairs(settings, "file-columns", diagnostics, archive::fileColumn);
    checkPairs(settings, "content-columns", diagnostics, archive::contentColumn);
    transport::checkTransport(options, settings, plugin, transport::Direction::read, diagnostics);
    openpgp::checkDecryptOptions(options.decrypt, diagnostics);
}

BackupSource::BackupSource(Options options, archive::Format format)
    : options_(std::move(options)), format_(format), transport_(transport::makeTransport(options_)) {}

Catalog BackupSource::catalog(Context& context) {
    context_ = &context;
    input_ = transport_->openInput(context);
    const auto input = openArchive(input_, format_, options_, context);
    std::vector<std::string> findings;
    if (context.dryRun()) {
        archive::BackupReading first = readingBy(options_);
        first.readAgain = true;
        const auto backup = archive::openBackup(input, std::move(first), context);
        for (Item item; backup->next(item);) context.alive();
        if (!context.ownersFollow()) findings = backup->findings();
        toldFindings_ = true;
    }
    // They would name anybody's files.
    toldFindings_ |= context.ownersFollow();
    backup_ = archive::openBackup(input, readingBy(options_), context);
    Catalog catalog = backup_->catalog();
    if (context.ownersFollow() && !catalog.warnings.empty())
        catalog.warnings = {
            "remarks about the archive are not shown, since they may name anybody's files: "
            "'roost inspect' shows them"};
    for (auto& notes :
         {archive::restoreNotes(*backup_, options_.applicationVersion, context.targetDialect()), findings})
        catalog.warnings.insert(catalog.warnings.end(), notes.begin(), notes.end());
    return catalog;
}

bool BackupSource::next(Item& item) {
    while (backup_->next(item)) {
        const auto* const entry = std::get_if<Entry>(&item);
        if (entry == nullptr || !owners_ || owners_->contains(entry->owner)) return true;
    }
    if (!std::exchange(toldFindings_, true))
        for (const std::string& finding : backup_->findings()) context_->warn(finding);
    return false;
}

/// A reader of its own, so that the one that next() uses stays where it is.
std::unique_ptr<archive::BackupReader> BackupSource::openAgain() const {
    if (!input_->repeatable())
        throw Error(
            input_->name() + " comes through a pipe, and choosing users takes reading it more than once",
            "save the archive to a file and name that file");
    std::shared_ptr<stream::RepeatableInput> again = transport_->openInput(*context_);
    if (again->state() != input_->state())
        throw Error(input_->name() + " changed while it was read", "run again when nobody writes to it");
    archive::BackupReading whole = readingBy(options_);
    whole.rules = {};
    return archive::openBackup(openArchive(std::move(again), format_, options_, *context_), std::move(whole),
                               *context_);
}

void BackupSource::reread(const std::vector<TableRead>& reads, const RowVisitor& visit) {
    const auto backup = openAgain();
    std::vector<std::vector<std::size_t>> columns;
    for (const TableRead& read : reads) {
        const Table& table = backup->catalog().tables.at(read.table);
        for (std::vector<std::size_t>& list = columns.emplace_back(); const std::string& name : read.columns)
            list.push_back(table.columnIndex(name).value());
    }
    std::size_t left = reads.size();
    for (Item item; left > 0 && backup->next(item);) {
        context_->alive();
        if (const auto* const end = std::get_if<TableEnd>(&item))
            left -= static_cast<std::size_t>(std::ranges::count(reads, end->table, &TableRead::table));
        const auto* const batch = std::get_if<BatchPtr>(&item);
        if (batch == nullptr) continue;
        for (std::size_t i = 0; i < reads.size(); ++i) {
            if (reads[i].table != (*batch)->table()) continue;
            Batch rows((*batch)->table(), columns[i].size());
            for (std::size_t r = 0; r < (*batch)->rows(); ++r) {
                const auto from = (*batch)->row(r);
                const auto to = rows.addRow();
                for (std::size_t c = 0; c < columns[i].size(); ++c) to[c] = from[columns[i][c]];
            }
            visit(i, rows);
        }
    }
}

void BackupSource::chooseOwners(std::shared_ptr<const OwnerChoice> owners, Catalog& catalog) {
    owners_ = std::move(owners);
    for (EntryKindTotals& totals : catalog.entryKinds)
        totals = {.kind = totals.kind, .coverage = totals.coverage};
    const auto backup = openAgain();
    std::map<std::string, std::string> lastOwner;  // of each kind; they come one after the other
    for (Item item; backup->next(item);) {
        context_->alive();
        const auto* const entry = std::get_if<Entry>(&item);
        if (entry == nullptr || !owners_->contains(entry->owner)) continue;
        const auto totals = std::ranges::find(catalog.entryKinds, entry->kind, &EntryKindTotals::kind);
        if (totals == catalog.entryKinds.end()) continue;
        (entry->type == EntryType::folder ? totals->folders : totals->files) += 1;
        totals->bytes += entry->size;
        if (std::exchange(lastOwner[entry->kind], entry->owner) != entry->owner) ++totals->users;
    }
}

ArchiveSummary BackupSource::inspect(const Options& options, archive::Format format, Context& context) {
    return archive::inspectArchive(
        openArchive(transport::makeTransport(options)->openInput(context), format, options, context),
        readingBy(options), context);
}

ArchiveSummary BackupSource::verify(const Options& options, archive::Format format, Context& context) {
    return archive::verifyArchive(
        openArchive(transport::makeTransport(options)->openInput(context), format, options, context),
        readingBy(options), context);
}

}  // namespace roost::backup
