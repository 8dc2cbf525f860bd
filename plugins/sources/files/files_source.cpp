#include "sources/files/files_source.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include "lib/storage/entry_maker.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/version.hpp"
#include "sources/files/inventory.hpp"

namespace roost::storage {

/// What catalog() opens and next() goes on with. The walk goes before the list of users that it lies in.
struct FilesSource::Walk {
    Walk(FileDescriptor folder, const std::string& rootName, const Layout& layout, ReadChoice choice,
         Context& host)
        : context(host),
          root(std::move(folder)),
          store(host.temporaryFolder()),
          watch(host),
          trees(root.get(), rootName, layout, store, watch),
          maker(choice, host) {}

    Context& context;
    FileDescriptor root;
    NameStore store;
    Watch watch;
    UserTrees trees;
    EntryMaker maker;
    UserTree tree;
    std::optional<TreeWalk> steps;
    std::uint64_t passedOverBefore = 0;
    std::uint64_t leftOut = 0;  ///< links and special files that the inventory warned of
};

namespace {

FileDescriptor openRoot(const std::string& path) {
    FileDescriptor root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (root) return root;
    const int error = errno;
    const std::string name = "storage folder '" + shownName(path) + "' ";
    if (error == ENOENT) throw Error(name + "does not exist", "check the url of the storage source");
    if (error == ENOTDIR) throw Error(name + "is not a folder", "check the url of the storage source");
    throw Error(name + "cannot be read: " + std::generic_category().message(error),
                "run roost as a user that may read it");
}

}  // namespace

PluginInfo FilesSource::info() {
    return {.name = "files",
            .version = std::string(version()),
            .description = "Reads users' files from a folder",
            .role = "storage",
            .serves = {"file", "filesystem"}};
}

const OptionTable<FilesOptions>& FilesSource::options() {
    static const auto table =
        OptionTable<Options>{}
            .url(&Options::url, "The folder that holds a folder for each user, named by the user's id.")
            .example("file:${data_dir}/users")
            .map("kinds", &Options::kinds,
                 "The kinds of files and where they lie in a user's folder; '.' is the user's folder itself. "
                 "By default documents: pdfs and configs: rmapi.")
            .example("{documents: pdfs, configs: rmapi}")
            .choice(
                "unknown", &Options::unknown, {"warn", "fail"},
                "What to do about files outside of the kinds' folders: leave them out with a warning that "
                "names and counts them, or end the run.")
            .choice("on-unreadable", &Options::onUnreadable, {"fail", "skip"},
                    "What to do about a file or folder that cannot be read: end the run, or leave it out and "
                    "list it (exit code 3).")
            .choice("on-changed", &Options::onChanged, {"warn", "fail"},
                    "What to do about a file that changes, shrinks or vanishes while it is read: take what "
                    "came and "
                    "report it, or end the run.");
    return table;
}

FilesSource::FilesSource(Options options)
    : options_(std::move(options)), layout_(options_.kinds), rootName_(shownName(options_.url.path())) {}

FilesSource::~FilesSource() = default;

Catalog FilesSource::catalog(Context& context) {
    walk_ =
        std::make_unique<Walk>(openRoot(options_.url.path()), rootName_, layout_, options_.choice(), context);
    Catalog catalog;
    if (context.ownersFollow()) {
        for (const KindFolder& kind : layout_.kinds()) catalog.entryKinds.push_back({.kind = kind.kind});
        return catalog;
    }
    takeInventory(catalog);
    if (std::ranges::all_of(catalog.entryKinds, [](const auto& totals) { return totals.users == 0; }))
        catalog.warnings.push_back(rootName_ +
                                   " holds no user's files: is what should be mounted there mounted?");
    return catalog;
}

void FilesSource::chooseOwners(std::shared_ptr<const OwnerChoice> owners, Catalog& catalog) {
    owners_ = std::move(owners);
    walk_->trees.only(owners_.get());
    takeInventory(catalog);
}

void FilesSource::takeInventory(Catalog& catalog) {
    Inventory inventory(walk_->root.get(), rootName_, options_, layout_, walk_->store, walk_->watch,
                        owners_.get());
    catalog.entryKinds = inventory.count();
    for (const std::string& name : inventory.staging())
        walk_->context.setAside(rootName_ + "/" + name, unfinishedRestore);
    catalog.warnings = inventory.warnings();
    walk_->passedOverBefore = inventory.passedOver();
    walk_->leftOut = inventory.passedOver() + inventory.linkedFolders();
}

bool FilesSource::next(Item& item) {
    for (;;) {
        if (!walk_->steps && !openTree()) {
            tellPassedOver();
            return false;
        }
        const auto found = walk_->steps->next();
        Entry entry;
        entry.kind = walk_->tree.kind->kind;
        entry.owner = walk_->tree.owner;
        if (!found)
            walk_->steps.reset();
        else if (walk_->maker.make(*found, entry)) {
            item = std::move(entry);
            return true;
        }
    }
}

/// Goes on to the next folder of a user that can be opened.
bool FilesSource::openTree() {
    while (auto tree = walk_->trees.next()) {
        walk_->tree = std::move(*tree);
        if (walk_->tree.folder) {
            walk_->steps.emplace(std::move(walk_->tree.folder), walk_->store, walk_->watch);
            return true;
        }
        Entry entry;
        entry.kind = walk_->tree.kind->kind;
        entry.owner = walk_->tree.owner;
        walk_->maker.leaveOut(entry, walk_->tree.error);
    }
    return false;
}

/// The catalog named those that it met.
void FilesSource::tellPassedOver() const {
    if (walk_->leftOut > 0)
        walk_->context.setAside(
            rootName_, counted(walk_->leftOut, "link or special file is", "links or special files are") +
                           " left out, with what lies behind; the warnings name them");
    const std::uint64_t passedOver = walk_->maker.passedOver();
    if (passedOver > walk_->passedOverBefore)
        walk_->context.warn(
            counted(passedOver - walk_->passedOverBefore, "link or special file", "links or special files") +
            " appeared during the run and were left out");
}

}  // namespace roost::storage
