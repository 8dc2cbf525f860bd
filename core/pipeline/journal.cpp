#include "pipeline/journal.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "plugin/present_call.hpp"
#include "roost/error.hpp"

namespace roost {

namespace {

namespace fs = std::filesystem;

std::string toJson(const JournalRecord& record) {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("kind", std::string(name(record.kind)));
    object.set("plugin", record.plugin);
    object.set("stage", record.stage);
    object.set("record", record.record);
    std::ostringstream text;
    object.stringify(text);
    text << '\n';
    return text.str();
}

constexpr std::string_view decidedLine = "{\"decided\":true}";

/// The first line: whose journal it is.
std::string runLine(const std::string& pipeline) {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("run", pipeline);
    object.set("process", static_cast<std::int64_t>(::getpid()));
    std::ostringstream text;
    object.stringify(text);
    text << '\n';
    return text.str();
}

/// What a journal says: the last record of each stage, and whether the run was decided.
struct JournalContent {
    std::vector<JournalRecord> records;
    bool decided = false;
};

/// A line that a crash cut short was never relied upon and is passed over.
JournalContent readJournal(const fs::path& file) {
    std::ifstream stream(file);
    JournalContent content;
    std::vector<JournalRecord>& records = content.records;
    for (std::string line; std::getline(stream, line);) {
        if (stream.eof()) break;
        if (line == decidedLine) {
            content.decided = true;
            continue;
        }
        Poco::JSON::Parser parser;
        const auto object = parser.parse(line).extract<Poco::JSON::Object::Ptr>();
        if (object->has("run")) continue;
        JournalRecord record;
        for (const PluginKind kind : {PluginKind::source, PluginKind::transform, PluginKind::sink})
            if (object->getValue<std::string>("kind") == name(kind)) record.kind = kind;
        record.plugin = object->getValue<std::string>("plugin");
        record.stage = object->getValue<std::string>("stage");
        record.record = object->getValue<std::string>("record");
        std::erase_if(records, [&](const JournalRecord& older) { return older.stage == record.stage; });
        records.push_back(std::move(record));
    }
    return content;
}

const PluginFactory& factoryOf(const JournalRecord& record, PluginRegistry& registry) {
    const Manifest* manifest = registry.findNamed(record.kind, record.plugin);
    if (manifest == nullptr)
        throw Error("plugin '" + record.plugin + "' is needed to tidy up after it, and is not installed",
                    "name its folder with --plugin-dir");
    return registry.load(*manifest);
}

/// What each record's plugin knows of the run: Decision::none from those that do not decide. Nobody is asked
/// where the journal itself has the decision: the database may be down, or want a password.
std::vector<Decision> askDecisions(const JournalContent& content, PluginRegistry& registry,
                                   Context& context) {
    std::vector<Decision> told(content.records.size(), Decision::none);
    if (!content.decided)
        std::ranges::transform(content.records, told.begin(), [&](const JournalRecord& record) {
            const PresentCall present(record.stage);
            return factoryOf(record, registry).decision(record.record, context);
        });
    return told;
}

void recoverRun(const fs::path& file, PluginRegistry& registry, Context& context,
                const std::function<void(const std::string&)>& said) {
    const JournalContent content = readJournal(file);
    const std::vector<Decision> told = askDecisions(content, registry, context);
    const bool committed = content.decided || std::ranges::find(told, Decision::committed) != told.end();
    // The deciding sink's own traces are what tells the decision: they go last.
    for (const bool deciding : {false, true})
        for (std::size_t i = 0; i < told.size(); ++i) {
            if ((told[i] != Decision::none) != deciding) continue;
            const JournalRecord& record = content.records[i];
            const PresentCall present(record.stage);
            const std::string done =
                factoryOf(record, registry)
                    .recover(record.record, committed ? Decision::committed : Decision::undone, context);
            if (!done.empty()) said(done);
        }
}

/// A file whose name is not on disk is gone after a power failure, however often it was fsynced itself.
void syncFolder(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    const int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    if (!synced) throw systemError("cannot write state folder " + folder.string(), error);
}

/// Locks the journal; false where its run still lives.
bool lockedByUs(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB) == 0; }

std::vector<fs::path> journalsIn(const fs::path& folder) {
    std::error_code error;  // a folder that is not there holds none
    std::vector<fs::path> files;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        if (entry->path().extension() == ".journal") files.push_back(entry->path());
    std::ranges::sort(files);
    return files;
}

}  // namespace

Journal::~Journal() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void Journal::append(const JournalRecord& record, const std::string& pipeline) {
    if (descriptor_ < 0) {
        std::error_code error;
        fs::create_directories(folder_, error);
        if (error)
            throw Error("cannot create state folder " + folder_.string() + ": " + error.message(),
                        "set ROOST_STATE_DIR to a folder that can be written");
        std::string pattern = (folder_ / "run.XXXXXX.journal").string();
        descriptor_ = ::mkostemps(pattern.data(), 8, O_CLOEXEC);  // mode 0600
        if (descriptor_ < 0) throw systemError("cannot create a journal in " + folder_.string(), errno);
        file_ = pattern;
        kept_ = true;
        lockedByUs(descriptor_);
        syncFolder(folder_);
        write(runLine(pipeline));
    }
    write(toJson(record));
    ++appended_;
}

void Journal::decide() {
    if (descriptor_ >= 0) write(std::string(decidedLine) + "\n");
}

void Journal::write(const std::string& line) {
    if (::write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
        ::fsync(descriptor_) != 0)
        throw systemError("cannot write journal " + file_.string(), errno);
}

void Journal::remove() noexcept {
    if (descriptor_ < 0) return;
    ::unlink(file_.c_str());
    kept_ = false;
    ::close(std::exchange(descriptor_, -1));
}

fs::path stateFolder() {
    if (const char* folder = std::getenv("ROOST_STATE_DIR"); folder != nullptr && *folder != '\0')
        return folder;
    if (::geteuid() == 0) return "/var/lib/roost";
    if (const char* folder = std::getenv("XDG_STATE_HOME"); folder != nullptr && *folder == '/')
        return fs::path(folder) / "roost";
    const char* home = std::getenv("HOME");
    return fs::path(home != nullptr ? home : "/") / ".local" / "state" / "roost";
}

std::vector<LivingRun> livingRuns(const fs::path& folder) {
    std::vector<LivingRun> living;
    for (const fs::path& file : journalsIn(folder)) {
        const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
        if (descriptor < 0) continue;  // it has just ended, or is another user's
        const bool lives = !lockedByUs(descriptor);
        ::close(descriptor);
        if (!lives) continue;
        LivingRun& run = living.emplace_back();
        std::ifstream stream(file);
        std::string line;
        std::getline(stream, line);
        try {
            Poco::JSON::Parser parser;
            const auto object = parser.parse(line).extract<Poco::JSON::Object::Ptr>();
            run.pipeline = object->optValue<std::string>("run", "");
            run.process = object->optValue<std::int64_t>("process", 0);
        } catch (const Poco::Exception&) {  // it is being written
        }
    }
    return living;
}

std::size_t recoverJournals(const fs::path& folder, PluginRegistry& registry, Context& context,
                            const std::function<void(const std::string&)>& said) {
    std::size_t unfinished = 0;
    for (const fs::path& file : journalsIn(folder)) {
        const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
        if (descriptor < 0) continue;  // its run has just ended
        if (lockedByUs(descriptor)) {
            try {
                recoverRun(file, registry, context, said);
                ::unlink(file.c_str());
            } catch (const Poco::Exception& problem) {
                ++unfinished;
                context.warn("journal " + file.string() + " cannot be read: " + problem.displayText());
            } catch (const Error& problem) {
                // The hint tells how a server's password can be given: recovery has no definition to ask.
                ++unfinished;
                context.warn("recovery by journal " + file.string() + " is not done: " + problem.what() +
                             (problem.hint().empty() ? "" : "; " + problem.hint()));
            } catch (const std::exception& problem) {
                ++unfinished;
                context.warn("recovery by journal " + file.string() + " is not done: " + problem.what());
            }
        }
        ::close(descriptor);
    }
    return unfinished;
}

}  // namespace roost
