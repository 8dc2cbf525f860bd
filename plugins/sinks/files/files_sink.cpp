#include "sinks/files/files_sink.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "lib/storage/shown_name.hpp"
#include "lib/storage/user_trees.hpp"
#include "roost/version.hpp"
#include "sinks/files/add_rehearsal.hpp"
#include "sinks/files/exchange.hpp"
#include "sinks/files/present_files.hpp"
#include "sinks/files/restore_record.hpp"
#include "sinks/files/staged_tree.hpp"
#include "sinks/files/tree_removal.hpp"
#include "sinks/files/unit_adoption.hpp"
#include "sinks/files/unit_list.hpp"

namespace roost::storage {

namespace fs = std::filesystem;

/// What a run keeps from begin() to its end.
struct FilesSink::Work {
    explicit Work(Context& host) : context(host) {}

    Context& context;
    RestoreRecord record;
    FileDescriptor root;
    FileDescriptor staging;  ///< locked as long as it is open
    std::unique_ptr<StagedTree> tree;
    std::unique_ptr<AddRehearsal> rehearsal;  ///< in a dry run, in place of all the others
    std::string unitOwner;
    std::size_t unitKind = 0;
    std::string unit;  ///< "<kind>/<owner>" below the folder of what is new
    Ownership ownership;
    std::uint64_t units = 0;
    std::uint64_t users = 0;
};

namespace {

constexpr std::uint32_t rootMode = 0755;

FileDescriptor openChild(int parent, const std::string& name) {
    return FileDescriptor(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// What an application runs as owns its files: what root restores must go on belonging to it.
Ownership ownerOf(const struct stat& status) noexcept {
    if (::geteuid() != 0) return {};
    return {status.st_uid, status.st_gid};
}

}  // namespace

PluginInfo FilesSink::info() {
    return {.name = "files",
            .version = std::string(version()),
            .description = "Restores users' files into a folder, all of them or none",
            .role = "storage",
            .serves = {"file", "filesystem"}};
}

const OptionTable<FilesSink::Options>& FilesSink::options() {
    static const auto table = [] {
        OptionTable<Options> made;
        made.url(&Options::url,
                 "The folder that holds a folder for each user, named by the user's id. It is made where it "
                 "is missing.")
            .example("file:${data_dir}/users");
        addRestoreOptions(made);
        return made;
    }();
    return table;
}

FilesSink::FilesSink(Options options)
    : options_(std::move(options)),
      layout_(options_.kinds),
      rootName_(shownName(options_.url.path())),
      scope_(layout_.kinds().size()) {}

FilesSink::~FilesSink() = default;

Acceptance FilesSink::accept(const Catalog& catalog, Context& context) {
    Acceptance acceptance;
    acceptance.entries = true;
    acceptance.target = options_.url.path();
    std::uint64_t bytes = 0;
    for (const EntryKindTotals& totals : catalog.entryKinds) {
        const auto& kinds = layout_.kinds();
        const auto found = std::ranges::find(kinds, totals.kind, &KindFolder::kind);
        if (found == kinds.end())
            acceptance.refusals.push_back("files of the kind '" + shownName(totals.kind) +
                                          "' have no place: 'kinds' does not name it");
        else
            scope_[static_cast<std::size_t>(found - kinds.begin())] = true;
        bytes += totals.bytes;
    }
    acceptance.rehearses = options_.mode == FilesMode::add;
    PresentFiles present(options_.url.path(), layout_, scope_, options_.mode, catalog.owners.get());
    owners_ = catalog.owners;
    if (options_.partial == OnPartialKind::refuse) present.protect(catalog.entryKinds);
    present.look(bytes, acceptance, context);
    if (options_.keepsWhereNothingComes()) takesAll_ = acceptance.destroys;
    return acceptance;
}

void FilesSink::makeRoot() {
    const std::string& path = options_.url.path();
    work_->record.root = fs::absolute(path).lexically_normal().native();
    work_->record.madeRoot = ::access(path.c_str(), F_OK) != 0 && errno == ENOENT;
    const std::string text = work_->record.toJson();
    if (!work_->context.journal(text))
        throw Error("no journal can be kept for the restore of files, which must not go on without one",
                    "set ROOST_STATE_DIR to a folder that can be written");
    if (work_->record.madeRoot && ::mkdir(path.c_str(), rootMode) != 0)
        throw systemError("cannot make the storage folder '" + rootName_ + "'", errno);
    work_->root = FileDescriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!work_->root) throw systemError("cannot open the storage folder '" + rootName_ + "'", errno);
    struct stat above {};
    if (work_->record.madeRoot && ::geteuid() == 0 && ::fstatat(work_->root.get(), "..", &above, 0) == 0 &&
        ::fchown(work_->root.get(), above.st_uid, above.st_gid) != 0)
        throw systemError("cannot give the storage folder '" + rootName_ + "' its owner", errno);
}

void FilesSink::begin(const Catalog&, Context& context) {
    work_ = std::make_unique<Work>(context);
    if (context.dryRun()) {
        work_->rehearsal = std::make_unique<AddRehearsal>(options_.url.path());
        return;
    }
    work_->record.chooseName();
    makeRoot();
    const std::string& name = work_->record.staging;
    if (::mkdirat(work_->root.get(), name.c_str(), 0700) != 0)
        throw systemError("cannot make a folder in '" + rootName_ + "'", errno);
    work_->staging = openChild(work_->root.get(), name);
    if (!work_->staging || ::flock(work_->staging.get(), LOCK_EX | LOCK_NB) != 0 ||
        ::mkdirat(work_->staging.get(), newFolder, 0700) != 0)
        throw systemError("cannot use the new folder " + name + " in '" + rootName_ + "'", errno);
    FileDescriptor fresh = openChild(work_->staging.get(), newFolder);
    if (!fresh) throw systemError("cannot use the new folder " + name + " in '" + rootName_ + "'", errno);
    work_->tree = std::make_unique<StagedTree>(std::move(fresh), context);
}

std::size_t FilesSink::kindOf(const Entry& entry) const {
    const auto found = std::ranges::find(layout_.kinds(), entry.kind, &KindFolder::kind);
    if (found == layout_.kinds().end())
        throw Error("'" + shownName(entry.displayName()) + "' is of a kind that 'kinds' does not name");
    return static_cast<std::size_t>(found - layout_.kinds().begin());
}

/// Finds whom the unit's files shall belong to: as what is there now, from the unit's own folder outwards.
void FilesSink::enterUnit(const Entry& entry, std::size_t kind) {
    work_->unitKind = kind;
    work_->unitOwner = entry.owner;
    work_->unit = std::to_string(kind) + "/" + entry.owner;
    struct stat status {};
    if (::fstat(work_->root.get(), &status) != 0)
        throw systemError("cannot look at the storage folder '" + rootName_ + "'", errno);
    FileDescriptor folder = openChild(work_->root.get(), entry.owner);
    for (const std::string& part : layout_.kinds()[kind].parts) {
        if (!folder || ::fstat(folder.get(), &status) != 0) break;
        folder = openChild(folder.get(), part);
    }
    if (folder) ::fstat(folder.get(), &status);
    work_->ownership = ownerOf(status);
}

void FilesSink::write(Item& item) {
    auto* entry = std::get_if<Entry>(&item);
    if (entry == nullptr) return;
    const std::size_t kind = kindOf(*entry);
    if (work_->rehearsal) return work_->rehearsal->check(*entry, layout_.kinds()[kind].parts);
    if (work_->unit.empty() || kind != work_->unitKind || entry->owner != work_->unitOwner)
        enterUnit(*entry, kind);
    work_->tree->write(work_->unit, *entry, work_->ownership);
}

/// Refuses what a rename could not, or must not, replace.
void FilesSink::checkPlace(std::size_t kind, const std::string& owner) const {
    FileDescriptor folder(::fcntl(work_->root.get(), F_DUPFD_CLOEXEC, 0));
    struct stat staging {};
    if (::fstat(work_->staging.get(), &staging) != 0)
        throw systemError("cannot look into '" + rootName_ + "'", errno);
    std::string shown = rootName_ + "/" + shownName(owner);
    std::vector<std::string> path{owner};
    std::ranges::copy(layout_.kinds()[kind].parts, std::back_inserter(path));
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (i > 0) shown += "/" + path[i];
        struct stat status {};
        if (::fstatat(folder.get(), path[i].c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno == ENOENT) return;
            throw systemError("cannot look at '" + shown + "'", errno);
        }
        if (S_ISLNK(status.st_mode))
            throw Error("'" + shown + "' is a symbolic link, through which nothing is restored",
                        "put the folder itself there, or leave this kind of file out");
        if (!S_ISDIR(status.st_mode)) throw Error("'" + shown + "' is not a folder");
        if (status.st_dev != staging.st_dev)
            throw Error("'" + shown + "' lies on another file system than '" + rootName_ +
                            "': it cannot be exchanged in one step",
                        "restore into a folder on one file system");
        // A rename needs to write to the folder that holds the unit, and to the unit for its "..".
        if (::faccessat(folder.get(), path[i].c_str(), W_OK | X_OK, AT_EACCESS) != 0)
            throw Error("'" + shown + "' cannot be exchanged: " + std::generic_category().message(errno),
                        "run roost as root, or as the user that the folder belongs to");
        if (i + 1 == path.size()) return;
        folder = openChild(folder.get(), path[i]);
        if (!folder) throw systemError("cannot open '" + shown + "'", errno);
    }
}

void FilesSink::listStaged(UnitList& list) {
    NameStore store(work_->context.temporaryFolder());
    Watch watch(work_->context);
    const FileDescriptor fresh = openChild(work_->staging.get(), newFolder);
    for (std::size_t kind = 0; kind < layout_.kinds().size(); ++kind) {
        const FileDescriptor folder = openChild(fresh.get(), std::to_string(kind));
        if (!folder) continue;
        SortedNames owners(store);
        listUsers(folder.get(), rootName_, owners, watch);
        while (const auto owner = owners.next()) {
            watch.step();
            const std::string name(owner->name);
            if (isUnchanged(work_->staging.get(), {kind, name, 0})) continue;
            struct stat status {};
            if (::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
                throw systemError("cannot look at what was staged for '" + shownName(name) + "'", errno);
            checkPlace(kind, name);
            list.add({kind, name, status.st_ino});
            ++work_->units;
        }
    }
}

/// Whether the user, who is there, has not come with the kind, but should be rid of it.
bool FilesSink::isStale(int fresh, std::size_t kind, const std::string& user) const {
    const auto came = [&](std::size_t of) {
        const std::string staged = std::to_string(of) + "/" + user;
        return ::faccessat(fresh, staged.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    };
    if (!scope_[kind] || came(kind)) return false;
    if (options_.mode == FilesMode::replace) return true;
    if (options_.mode == FilesMode::replaceUsers && owners_ && owners_->contains(user)) return true;
    for (std::size_t other = 0; other < scope_.size(); ++other)
        if (came(other)) return true;
    return false;
}

/// A kind that came has nothing left of users that it did not come with.
void FilesSink::listStale(UnitList& list) {
    NameStore store(work_->context.temporaryFolder());
    Watch watch(work_->context);
    const FileDescriptor fresh = openChild(work_->staging.get(), newFolder);
    SortedNames users(store);
    listUsers(work_->root.get(), rootName_, users, watch);
    while (const auto user = users.next()) {
        watch.step();
        if (!isUser(*user)) continue;
        ++work_->users;
        const std::string name(user->name);
        for (std::size_t kind = 0; kind < layout_.kinds().size(); ++kind) {
            if (!isStale(fresh.get(), kind, name)) continue;
            struct stat status {};
            std::string present = name;
            for (const std::string& part : layout_.kinds()[kind].parts) present += "/" + part;
            if (::fstatat(work_->root.get(), present.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
            checkPlace(kind, name);
            list.add({kind, name, 0});
            ++work_->units;
        }
    }
}

/// Completes each staged unit with what is there, so that exchanging it adds to that.
void FilesSink::adoptPresent() {
    UnitAdoption adoption(work_->staging.get(), *work_->tree, work_->context,
                          options_.mode == FilesMode::add ? OnSamePath::compare : OnSamePath::replace);
    for (std::size_t kind = 0; kind < layout_.kinds().size(); ++kind) {
        NameStore store(work_->context.temporaryFolder());
        Watch watch(work_->context);
        const FileDescriptor fresh = openChild(work_->staging.get(), newFolder);
        const FileDescriptor folder = openChild(fresh.get(), std::to_string(kind));
        if (!folder) continue;
        SortedNames owners(store);
        listUsers(folder.get(), rootName_, owners, watch);
        while (const auto node = owners.next()) {
            const std::string owner(node->name);
            checkPlace(kind, owner);
            FileDescriptor present = openChild(work_->root.get(), owner);
            for (const std::string& part : layout_.kinds()[kind].parts)
                if (present) present = openChild(present.get(), part);
            if (present)
                adoption.adopt({kind, owner, 0}, layout_.kinds()[kind].kind, std::move(present), store,
                               watch);
        }
    }
}

void FilesSink::prepare() {
    if (work_->rehearsal) return;
    if (!takesAll_.empty() && work_->tree->files() == 0) throw nothingCame(takesAll_);
    if (keepsFiles(options_.mode)) adoptPresent();
    work_->tree->finish();
    UnitList list(work_->staging.get());
    listStaged(list);
    if (!keepsFiles(options_.mode)) listStale(list);
    list.finish();
    work_->context.alive();
    // One call for all files: a million fsync() calls would take the night.
    if (::syncfs(work_->root.get()) != 0)
        throw systemError("cannot make the files in '" + rootName_ + "' durable", errno);
    work_->record.prepared = true;
    work_->record.kinds = options_.kinds;
    if (!work_->context.journal(work_->record.toJson()))
        throw Error("the journal of the restore cannot be written",
                    "set ROOST_STATE_DIR to a folder that can be written");
}

void FilesSink::commit() {
    Exchange(work_->root.get(), work_->staging.get(), layout_).placeAll(work_->context);
}

void FilesSink::tidy() {
    removeUnitList(work_->staging.get());
    removeTree(work_->root.get(), work_->record.staging);
}

void FilesSink::abort() noexcept {
    if (!work_ || work_->rehearsal) return;
    work_->tree.reset();
    try {
        if (work_->root) removeTree(work_->root.get(), work_->record.staging);
        if (work_->root && work_->record.madeRoot) ::rmdir(work_->record.root.c_str());
    } catch (const std::exception& error) {
        work_->context.log(LogLevel::warning, std::string(error.what()) + "; what was staged is left in '" +
                                                  rootName_ + "/" + work_->record.staging + "'");
        work_->context.journal(work_->record.toJson());
    }
    work_->staging.close();
}

std::vector<std::pair<std::string, std::string>> FilesSink::summary() const {
    std::vector<std::pair<std::string, std::string>> list{{"folder", options_.url.path()},
                                                          {"files", std::to_string(work_->tree->files())},
                                                          {"size", std::to_string(work_->tree->bytes())}};
    if (work_->tree->filesThere() > 0)
        list.emplace_back("files there already", std::to_string(work_->tree->filesThere()));
    return list;
}

std::string FilesSink::recover(const std::string& text, Decision decision, Context& context) {
    const RestoreRecord record = RestoreRecord::fromJson(text);
    const std::string shown = "'" + shownName(record.root) + "'";
    const FileDescriptor root(::open(record.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root && errno == ENOENT) return {};
    if (!root) throw systemError("cannot open the storage folder " + shown, errno);
    const FileDescriptor staging = openChild(root.get(), record.staging);
    if (!staging && errno != ENOENT) throw systemError("cannot open the restore's folder in " + shown, errno);
    if (staging && ::flock(staging.get(), LOCK_EX | LOCK_NB) != 0)
        throw Error("the restore into " + shown + " still runs");
    if (decision == Decision::committed) {
        if (!staging) return {};  // all was in place and tidy
        if (!record.prepared)
            throw Error("the restore into " + shown + " was committed before its files were all staged");
        const Layout layout(record.kinds);
        if (hasUnitList(staging.get())) Exchange(root.get(), staging.get(), layout).placeAll(context);
        removeUnitList(staging.get());
        removeTree(root.get(), record.staging);
        return "finished the restore of files into " + shown;
    }
    removeTree(root.get(), record.staging);
    if (record.madeRoot) ::rmdir(record.root.c_str());
    return staging ? "undid the unfinished restore of files into " + shown + ": nothing there has changed"
                   : "";
}

}  // namespace roost::storage
