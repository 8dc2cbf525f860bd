#include "tar_gz_sink.hpp"

#include <cstdlib>

#include "lib/stream/tar_gz.hpp"
#include "lib/transport/schemes.hpp"
#include "roost/version.hpp"

namespace roost {

namespace {

bool endsAsAviaryWants(const std::string& name) {
    return name.ends_with(".tar.gz") || name.ends_with(".tgz");
}

}  // namespace

PluginInfo TarGzSink::info() {
    return {.name = "tar-gz",
            .version = std::string(version()),
            .description = "Writes a backup as one gzip'd tar that Aviary, tar and roost can restore",
            .role = "archive",
            .serves = {"tar.gz", "tgz"}};
}

const OptionTable<TarGzSink::Options>& TarGzSink::options() {
    static const auto table = [] {
        OptionTable<Options> declared;
        transport::addTransportOptions(declared,
                                       "Where the archive goes: file:PATH, or - for standard output.",
                                       "file:backups/backup_${timestamp}.tar.gz");
        declared
            .integer(
                "level", &Options::level,
                "0 only stores; 1 to 3 are fast (ISA-L), 4 to 9 slow and a little smaller (zlib). What does "
                "not compress is stored at every level.")
            .range(0, 9);
        transport::addOnExisting(declared);
        declared
            .choice("on-changed", &Options::onChanged, {"warn", "fail"},
                    "What to do with a file that changes, shrinks or vanishes while it is read: archive what "
                    "there "
                    "is, name it in the report and end with exit code 3, or end the run.")
            .text("users-table", &Options::usersTable,
                  "The table whose rows metadata.json counts as users and lists by their primary key.")
            .text("api-keys-table", &Options::apiKeysTable,
                  "The table whose rows metadata.json counts as API keys.")
            .text("application-version", &Options::applicationVersion,
                  "The version of the application that the data belongs to, for metadata.json.")
            .text("application-commit", &Options::applicationCommit,
                  "The commit that the application was built from, for metadata.json.")
            .integer("threads", &Options::threads, "Threads that compress; 0 for one a processor.")
            .range(0, 16);
        return declared;
    }();
    return table;
}

void TarGzSink::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    transport::checkTransport(options, settings, info().name, transport::Direction::write, diagnostics);
}

TarGzSink::TarGzSink(Options options)
    : options_(std::move(options)), transport_(transport::makeTransport(options_)) {}

Acceptance TarGzSink::accept(const Catalog& catalog, Context& context) {
    Acceptance acceptance;
    acceptance.losses = catalog.losses;
    acceptance.tables = true;
    acceptance.entries = true;
    acceptance.target = transport_->shownTarget();
    transport_->judgeTarget(options_.onExisting, acceptance, context);
    const std::string name = transport_->archiveName();
    if (!name.empty() && !endsAsAviaryWants(name))
        acceptance.warnings.push_back("Aviary restores only archives whose names end in .tar.gz or .tgz");
    return acceptance;
}

void TarGzSink::begin(const Catalog& catalog, Context& context) {
    target_ = transport_->openTarget(options_.onExisting, context);
    archive::BackupOptions backup;
    backup.onChanged = options_.onChanged;
    backup.usersTable = options_.usersTable;
    backup.apiKeysTable = options_.apiKeysTable;
    backup.applicationVersion = options_.applicationVersion;
    backup.applicationCommit = options_.applicationCommit;
    backup.reproducible = std::getenv("SOURCE_DATE_EPOCH") != nullptr;
    archive_ = std::make_unique<stream::TarGzWriter>(
        *target_, stream::GzipOptions{.level = options_.level, .threads = options_.threads},
        context.stopToken());
    writer_ = std::make_unique<archive::BackupWriter>(*archive_, catalog, backup, context);
}

void TarGzSink::prepare() {
    writer_->finish();
    target_->prepare();
    size_ = target_->size();
}

void TarGzSink::commit() { target_->commit(); }

void TarGzSink::abort() noexcept {
    // The workers write to the target, so they go first.
    writer_.reset();
    archive_.reset();
    if (target_) target_->abort();
    target_.reset();
}

std::vector<std::pair<std::string, std::string>> TarGzSink::summary() const {
    std::uint64_t rows = 0;
    for (const auto& table : writer_->metadata().tables) rows += table.rows;
    std::uint64_t files = 0;
    for (const auto& kind : writer_->metadata().entryKinds) files += kind.files;
    return {{"archive", transport_->shownTarget()},
            {"size", std::to_string(size_)},
            {"rows", std::to_string(rows)},
            {"files", std::to_string(files)}};
}

std::string TarGzSink::recover(const std::string& record, Context& context) {
    return transport::recoverTarget(record, info().name, context);
}

}  // namespace roost

ROOST_PLUGIN(roost::TarGzSink)
