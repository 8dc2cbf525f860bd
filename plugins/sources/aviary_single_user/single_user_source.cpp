#include "sources/aviary_single_user/single_user_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "lib/archive/json_text.hpp"
#include "lib/storage/file_descriptor.hpp"
#include "lib/storage/shown_name.hpp"
#include "lib/stream/partial_file.hpp"
#include "roost/version.hpp"
#include "sources/aviary_single_user/bcrypt.hpp"

namespace roost::single_user {

namespace {

using storage::shownName;

/// A pairing is some kilobytes; what is larger is no rmapi.conf.
constexpr std::int64_t mostConfigBytes = std::int64_t{1} << 20U;

std::string readSmallFile(int file, std::size_t size) {
    std::string content(size + 1, '\0');
    std::size_t done = 0;
    while (done < content.size()) {
        const ssize_t got = ::read(file, content.data() + done, content.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw systemError("read", errno);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    if (done > size) throw Error("it grew while it was read");
    content.resize(done);
    return content;
}

}  // namespace

PluginInfo SingleUserSource::info() {
    return {.name = "aviary-single-user",
            .version = std::string(version()),
            .description = "Reads a single-user installation of Aviary as the first user of a multi-user one",
            .role = "single-user",
            .serves = {"aviary"}};
}

const OptionTable<SingleUserOptions>& SingleUserSource::options() {
    static const auto table =
        OptionTable<Options>{}
            .text("username", &Options::username, "The admin's user name (Aviary's AUTH_USERNAME).")
            .required()
            .text("password", &Options::password,
                  "The admin's password (AUTH_PASSWORD), at most 72 bytes: bcrypt takes no more.")
            .required()
            .secret()
            .text("email", &Options::email,
                  "The admin's e-mail address (ADMIN_EMAIL). By default <username>@localhost.")
            .text("api-key", &Options::apiKey, "The API key (API_KEY). Without one none is made.")
            .secret()
            .choice("on-bad-key", &Options::onBadKey, {"fail", "skip"},
                    "What to do about an API key that Aviary would not take once it has users (one that does "
                    "not begin with aviary_): refuse the run, or go on without the key (exit code 3).")
            .text("rmapi-config", &Options::rmapiConfig,
                  "The pairing with the tablet: rmapi.conf. It goes into the user's row and stays where it "
                  "is. Empty for none.")
            .text("rmapi-host", &Options::rmapiHost, "The sync server (RMAPI_HOST).")
            .text("default-rmdir", &Options::defaultRmdir,
                  "The folder on the tablet that documents go to (RM_TARGET_DIR).")
            .choice("coverpage", &Options::coverpage, {"current", "first"},
                    "Which page is a document's cover (RMAPI_COVERPAGE).")
            .text("contrast", &Options::contrast, "The contrast filter (RMAPI_CONTRAST).")
            .text("conflict-resolution", &Options::conflictResolution,
                  "What an upload does where the tablet has a document of that name "
                  "(RMAPI_CONFLICT_RESOLUTION).")
            .integer("folder-depth-limit", &Options::folderDepthLimit,
                     "How deep the tablet's folders are listed, 0 for all (RMAPI_FOLDER_DEPTH_LIMIT).")
            .range(0, 1'000'000)
            .text("folder-exclusion-list", &Options::folderExclusionList,
                  "Folders of the tablet that are not listed (RMAPI_FOLDER_EXCLUSION_LIST).")
            .text("documents", &Options::documents,
                  "The folder of the documents. Every file in it becomes the user's, whatever its name.")
            .example("/data/pdfs")
            .text("users-folder", &Options::usersFolder,
                  "The folder that the users' folders lie in: the run is refused where it and the documents' "
                  "folder lie one in the other.")
            .example("/data/users")
            .boolean("move", &Options::move,
                     "Once everything is in place, remove the files that were copied from the documents' "
                     "folder; one that has changed meanwhile stays (exit code 3).")
            .text("list", &Options::list,
                  "A file that gets a line of JSON for each document once everything is in place: where it "
                  "was, bytes, SHA-256, and what became of it in the old place.")
            .example("/backups/moved.jsonl")
            .choice("on-unreadable", &Options::onUnreadable, {"fail", "skip"},
                    "What to do about a document or folder that cannot be read: end the run, or leave it out "
                    "and list it (exit code 3).")
            .choice("on-changed", &Options::onChanged, {"warn", "fail"},
                    "What to do about a document that changes, shrinks or vanishes while it is read: take "
                    "what came and report it (exit code 3), or end the run.");
    return table;
}

void SingleUserSource::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    const auto wants = [&](const char* name, const std::string& value, const char* variable) {
        const Node* const node = settings.find(name);
        if (node != nullptr && value.empty())
            diagnostics.error(node->position, std::string("'") + name + "' is empty", 0,
                              std::string("set ") + variable + " or " + variable + "_FILE");
    };
    wants("username", options.username, "AUTH_USERNAME");
    wants("password", options.password, "AUTH_PASSWORD");
}

SingleUserSource::SingleUserSource(Options options)
    : options_(std::move(options)), userId_(userId(options_.username)) {}

SingleUserSource::~SingleUserSource() = default;

Catalog SingleUserSource::catalog(Context& context) {
    context_ = &context;
    checkHashable(options_.password, "password");
    Catalog catalog;
    checkKey(catalog);
    const bool hasKey = !options_.apiKey.empty() && keyFault_.empty();
    tables_ = accountCatalog(context.targetDialect(), hasKey);
    catalog.dialect = tables_.dialect;
    catalog.tables = tables_.tables;
    readConfig(catalog);
    countDocuments(catalog);
    checkList();
    context.log(LogLevel::info, "user '" + shownName(options_.username) + "' gets the id " + userId_);
    return catalog;
}

void SingleUserSource::checkKey(Catalog& catalog) {
    if (options_.apiKey.empty()) {
        catalog.warnings.emplace_back("no API key is given: none is made");
        return;
    }
    keyFault_ = apiKeyFault(options_.apiKey);
    if (keyFault_.empty()) return;
    if (options_.onBadKey == OnBadKey::fail)
        throw Error("api-key: " + keyFault_,
                    "unset API_KEY and make a new key in Aviary afterwards, or set 'on-bad-key: skip'");
    catalog.warnings.push_back("the API key is left out: " + keyFault_);
}

void SingleUserSource::readConfig(Catalog& catalog) {
    const std::string& path = options_.rmapiConfig;
    if (path.empty()) {
        catalog.warnings.emplace_back("no rmapi.conf is given: the user has to pair the tablet again");
        return;
    }
    const std::string name = "rmapi.conf '" + shownName(path) + "'";
    const storage::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!file && errno == ENOENT) {
        catalog.warnings.push_back("no " + name + " is there: the user has to pair the tablet again");
        return;
    }
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0)
        throw Error(systemError(name + " cannot be read", errno).what(),
                    "run roost as a user that may read it, or set 'rmapi-config' to the file that is meant, "
                    "or to nothing");
    if (!S_ISREG(status.st_mode) || status.st_size > mostConfigBytes)
        throw Error(name + " is no configuration: " +
                    (S_ISREG(status.st_mode) ? "it takes more than 1 MiB" : "it is not a file"));
    try {
        rmapiConfig_ = readSmallFile(file.get(), static_cast<std::size_t>(status.st_size));
    } catch (const Error& error) {
        throw Error(name + " cannot be read: " + error.what());
    }
    if (rmapiConfig_.find('\0') != std::string::npos || !archive::isUtf8(rmapiConfig_))
        throw Error(name + " is no configuration: it is not text");
    if (rmapiConfig_.empty())
        catalog.warnings.push_back(name + " is empty: the user has to pair the tablet again");
}

void SingleUserSource::countDocuments(Catalog& catalog) {
    documents_ = std::make_unique<Documents>(options_, userId_, *context_);
    if (!documents_->there()) {
        catalog.warnings.push_back(options_.documents.empty()
                                       ? "no documents' folder is given: no files are moved"
                                       : "no documents' folder '" + documents_->name() +
                                             "' is there: no files are moved");
        return;
    }
    const EntryKindTotals totals = documents_->count(catalog);
    catalog.entryKinds.push_back(totals);
    if (totals.files == 0)
        catalog.warnings.push_back("the documents' folder '" + documents_->name() + "' holds no files");
    else if (options_.move)
        catalog.warnings.push_back(storage::counted(totals.files, "file leaves", "files leave") + " '" +
                                   documents_->name() + "' once everything is in place (move)");
}

/// So that a list that cannot be written ends the run before anything has changed.
void SingleUserSource::checkList() const {
    if (options_.list.empty()) return;
    const std::filesystem::path folder = stream::folderOf(options_.list);
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        throw Error(
            systemError("the list '" + shownName(options_.list) + "' cannot be written", errno).what(),
            "set 'list' to a file in a folder that can be written");
    if (const std::string refusal = stream::longNameRefusal(options_.list); !refusal.empty())
        throw Error("the list cannot be written: " + refusal);
}

void SingleUserSource::makeRows() {
    const Account account{options_, rmapiConfig_, tables_.tables[1].rows > 0, context_->startTime()};
    const auto add = [this](const Table& table, BatchPtr batch) {
        rows_.emplace_back(TableBegin{table.id});
        const std::uint64_t rows = batch ? batch->rows() : 0;
        if (batch) rows_.emplace_back(std::move(batch));
        rows_.emplace_back(TableEnd{table.id, rows});
    };
    add(tables_.tables[0], userRow(tables_.tables[0], account));
    add(tables_.tables[1], account.hasApiKey ? apiKeyRow(tables_.tables[1], account) : nullptr);
    if (!keyFault_.empty()) context_->setAside("API key", "left out: " + keyFault_);
}

bool SingleUserSource::next(Item& item) {
    if (!std::exchange(begun_, true)) makeRows();
    if (!rows_.empty()) {
        item = std::move(rows_.front());
        rows_.pop_front();
        return true;
    }
    Entry entry;
    if (!documents_->next(entry)) return false;
    item = std::move(entry);
    return true;
}

void SingleUserSource::tidy() {
    if (documents_) documents_->settle();
}

}  // namespace roost::single_user
