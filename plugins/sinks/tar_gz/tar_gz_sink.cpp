#include "tar_gz_sink.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>

#include "lib/archive/json_text.hpp"
#include "lib/storage/shown_name.hpp"
#include "lib/stream/standard_output.hpp"
#include "roost/version.hpp"

namespace roost {

namespace {

std::string quoted(const std::filesystem::path& path) {
    return "'" + storage::shownName(path.native()) + "'";
}

bool endsAsAviaryWants(const std::filesystem::path& path) {
    const std::string& name = path.native();
    return name.ends_with(".tar.gz") || name.ends_with(".tgz");
}

/// The folder is noted before anything is made in it: a run may be killed between the two. A run that cannot
/// keep a journal goes on, since the next one into the same folder tidies, too; so it does for names that
/// JSON cannot hold.
void noteForRecovery(const std::filesystem::path& folder, Context& context) {
    const std::string path = std::filesystem::absolute(folder).native();
    if (!archive::isUtf8(path)) return;
    Poco::JSON::Object record;
    record.set("folder", path);
    std::ostringstream text;
    record.stringify(text);
    if (!context.journal(text.str()))
        context.log(LogLevel::debug, "no journal could be kept for " + quoted(folder));
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
    static const auto table =
        OptionTable<Options>()
            .url(&Options::url, "Where the archive goes: file:PATH, or - for standard output.")
            .example("file:backups/backup_${timestamp}.tar.gz")
            .integer(
                "level", &Options::level,
                "0 only stores; 1 to 3 are fast (ISA-L), 4 to 9 slow and a little smaller (zlib). What does "
                "not compress is stored at every level.")
            .range(0, 9)
            .choice("on-existing", &Options::onExisting, {"fail", "replace"},
                    "What to do when there is a file of that name. It is replaced only by a whole archive.")
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
    return table;
}

void TarGzSink::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    const Node* const url = settings.find("url");
    if (url == nullptr || !url->isScalar()) return;
    const std::string& scheme = options.url.scheme();
    if (scheme.empty() || scheme == "-") return;
    if (scheme != "file")
        diagnostics.error(url->position, "tar-gz cannot write to '" + scheme + ":'; it takes file:PATH and -",
                          url->scalar.size());
    else if (options.url.path().empty() || options.url.path().back() == '/')
        diagnostics.error(url->position, "the url names no file", url->scalar.size());
}

void TarGzSink::refuseBadTarget(Acceptance& acceptance) const {
    const std::filesystem::path path = options_.url.path();
    const std::filesystem::path folder = stream::folderOf(path);
    struct stat info {};
    if (::stat(folder.c_str(), &info) != 0) {
        acceptance.refusals.push_back(
            errno == ENOENT
                ? "the folder " + quoted(folder) + " for the archive does not exist; make it first"
                : systemError("the folder " + quoted(folder) + " for the archive cannot be used", errno)
                      .what());
        return;
    }
    if (!S_ISDIR(info.st_mode))
        acceptance.refusals.push_back(quoted(folder) + ", where the archive should go, is not a folder");
    else if (::access(folder.c_str(), W_OK | X_OK) != 0)
        acceptance.refusals.push_back(
            systemError("the folder " + quoted(folder) + " for the archive is not writable", errno).what());
    if (std::string refusal = stream::longNameRefusal(path); !refusal.empty())
        acceptance.refusals.push_back(std::move(refusal));
    if (::lstat(path.c_str(), &info) != 0) return;
    if (options_.onExisting == stream::OnExisting::fail)
        acceptance.refusals.push_back(quoted(path) +
                                      " exists already; choose another name or set 'on-existing: replace'");
    else if (!S_ISREG(info.st_mode))
        acceptance.refusals.push_back(quoted(path) + " cannot be replaced: it is not a plain file");
    else
        acceptance.warnings.push_back(quoted(path) + " exists (" +
                                      storage::shownSize(static_cast<std::uint64_t>(info.st_size)) +
                                      ") and will be replaced");
}

Acceptance TarGzSink::accept(const Catalog& catalog, Context&) {
    Acceptance acceptance;
    acceptance.losses = catalog.losses;
    acceptance.tables = true;
    acceptance.entries = true;
    if (toStandardOutput()) {
        acceptance.target = "standard output";
        return acceptance;
    }
    acceptance.target = options_.url.path();
    refuseBadTarget(acceptance);
    if (!endsAsAviaryWants(options_.url.path()))
        acceptance.warnings.push_back("Aviary restores only archives whose names end in .tar.gz or .tgz");
    return acceptance;
}

std::unique_ptr<stream::ByteTarget> TarGzSink::openTarget(Context& context) const {
    if (toStandardOutput()) return std::make_unique<stream::StandardOutput>(context.temporaryFolder());
    const std::filesystem::path path = options_.url.path();
    for (const std::string& name : stream::removeStalePartials(stream::folderOf(path)))
        context.warn("removed " + quoted(stream::folderOf(path) / name) +
                     ", which an interrupted run had left");
    noteForRecovery(stream::folderOf(path), context);
    return std::make_unique<stream::PartialFile>(path, options_.onExisting);
}

void TarGzSink::begin(const Catalog& catalog, Context& context) {
    target_ = openTarget(context);
    archive::BackupOptions backup;
    backup.gzip.level = options_.level;
    backup.gzip.threads = options_.threads;
    backup.onChanged = options_.onChanged;
    backup.usersTable = options_.usersTable;
    backup.apiKeysTable = options_.apiKeysTable;
    backup.applicationVersion = options_.applicationVersion;
    backup.applicationCommit = options_.applicationCommit;
    backup.reproducible = std::getenv("SOURCE_DATE_EPOCH") != nullptr;
    writer_ = std::make_unique<archive::BackupWriter>(*target_, catalog, backup, context);
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
    if (target_) target_->abort();
    target_.reset();
}

std::vector<std::pair<std::string, std::string>> TarGzSink::summary() const {
    std::uint64_t rows = 0;
    for (const auto& table : writer_->metadata().tables) rows += table.rows;
    std::uint64_t files = 0;
    for (const auto& kind : writer_->metadata().entryKinds) files += kind.files;
    return {{"archive", toStandardOutput() ? "standard output" : options_.url.path()},
            {"size", std::to_string(size_)},
            {"rows", std::to_string(rows)},
            {"files", std::to_string(files)}};
}

std::string TarGzSink::recover(const std::string& record, Context&) {
    std::filesystem::path folder;
    try {
        folder = Poco::JSON::Parser().parse(record).extract<Poco::JSON::Object::Ptr>()->getValue<std::string>(
            "folder");
    } catch (const Poco::Exception& problem) {
        throw Error("the journal of a tar-gz sink cannot be read: " + problem.displayText());
    }
    std::string done;
    for (const std::string& name : stream::removeStalePartials(folder))
        done += (done.empty() ? "removed the unfinished archive " : ", ") + quoted(folder / name);
    return done;
}

}  // namespace roost

ROOST_PLUGIN(roost::TarGzSink)
