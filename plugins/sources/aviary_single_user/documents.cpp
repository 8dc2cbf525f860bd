#include "sources/aviary_single_user/documents.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "lib/storage/shown_name.hpp"
#include "lib/storage/tree_count.hpp"
#include "roost/error.hpp"
#include "sources/aviary_single_user/file_list.hpp"
#include "sources/aviary_single_user/old_place.hpp"

namespace roost::single_user {

namespace fs = std::filesystem;
using storage::counted;
using storage::shownName;

namespace {

constexpr const char* kind = "documents";

storage::FileDescriptor openRoot(const std::string& path) {
    storage::FileDescriptor root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (root || errno == ENOENT) return root;
    throw Error(systemError("the documents' folder '" + shownName(path) + "' cannot be used", errno).what(),
                "run roost as a user that may read it, or set 'documents' to the folder that is meant");
}

/// Whether `inner` is `outer` or lies in it.
bool isWithin(const fs::path& inner, const fs::path& outer) {
    const fs::path relative = inner.lexically_relative(outer);
    return !relative.empty() && *relative.begin() != "..";
}

/// What is there of the path with its links resolved, the rest as it stands.
fs::path resolved(const fs::path& path) {
    fs::path whole = fs::weakly_canonical(fs::absolute(path)).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

}  // namespace

Documents::Documents(const SingleUserOptions& options, std::string owner, Context& context)
    : options_(options),
      owner_(std::move(owner)),
      name_(shownName(options.documents)),
      context_(context),
      store_(context.temporaryFolder()),
      watch_(context),
      maker_({options.onUnreadable, options.onChanged}, context),
      ledger_(context.temporaryFolder()) {
    if (options_.documents.empty()) return;
    root_ = openRoot(options_.documents);
    if (!root_) return;
    refuseOverlap();
    if (options_.move) refuseUnwritable();
}

/// Files that are copied into the folder that they are read from would be copied for ever, or moved away from
/// their new place.
void Documents::refuseOverlap() const {
    if (options_.usersFolder.empty()) return;
    const fs::path here = resolved(options_.documents);
    const fs::path there = resolved(options_.usersFolder);
    if (!isWithin(here, there) && !isWithin(there, here)) return;
    throw Error("the documents' folder '" + name_ + "' and the users' folder '" +
                    shownName(options_.usersFolder) + "' lie one in the other",
                "move the documents into a folder of their own first");
}

void Documents::refuseUnwritable() const {
    if (::faccessat(root_.get(), ".", W_OK | X_OK, AT_EACCESS) != 0)
        throw Error(systemError("files cannot be moved out of '" + name_ + "'", errno).what(),
                    "run roost as a user that may write there, or leave them ('move: false')");
}

EntryKindTotals Documents::count(Catalog& catalog) {
    EntryKindTotals totals;
    totals.kind = kind;
    storage::TreeCount found(options_.onUnreadable);
    storage::TreeWalk walk(storage::FileDescriptor(::fcntl(root_.get(), F_DUPFD_CLOEXEC, 0)), store_, watch_);
    found.add(walk, name_, totals);
    for (std::string& warning : found.warnings()) catalog.warnings.push_back(std::move(warning));
    passedOverBefore_ = found.passedOver();
    return totals;
}

bool Documents::next(Entry& entry) {
    remember();
    if (!root_) return false;
    if (!walk_)
        walk_.emplace(storage::FileDescriptor(::fcntl(root_.get(), F_DUPFD_CLOEXEC, 0)), store_, watch_);
    while (const auto found = walk_->next()) {
        entry = {};
        entry.kind = kind;
        entry.owner = owner_;
        if (!maker_.make(*found, entry)) continue;
        if (entry.type == EntryType::folder) {
            if (!entry.path.empty()) ledger_.addFolder(entry.path);
            return true;
        }
        lastPath_ = entry.path;
        lastReading_ = std::make_shared<Reading>();
        lastIdentity_ = maker_.opened() ? FileIdentity::of(*maker_.opened()) : FileIdentity{};
        entry.content = std::make_unique<WatchedReader>(std::move(entry.content), entry.size,
                                                        !options_.list.empty(), lastReading_);
        return true;
    }
    if (passedOverBefore_ > 0)
        context_.setAside(
            name_, counted(passedOverBefore_, "link or special file is", "links or special files are") +
                       " left out, with what lies behind; the warnings name them");
    if (maker_.passedOver() > passedOverBefore_)
        context_.warn(counted(maker_.passedOver() - passedOverBefore_, "link or special file",
                              "links or special files") +
                      " appeared during the run and were left out");
    return false;
}

/// How the file that was handed out last was read is known once the next one is asked for.
void Documents::remember() {
    if (!lastIdentity_) return;
    ledger_.addFile(lastPath_, *lastIdentity_, *lastReading_);
    lastIdentity_.reset();
}

std::string Documents::shownPath(const std::string& path) const {
    return name_ + (name_.ends_with('/') ? "" : "/") + shownName(path);
}

void Documents::settle() {
    if (!root_ || (!options_.move && options_.list.empty())) return;
    std::optional<FileList> list;
    if (!options_.list.empty()) list.emplace(options_.list);  // before anything is removed: it may fail
    OldPlace place(root_.get());
    std::uint64_t removed = 0;
    for (std::uint64_t at = 0; const auto entry = ledger_.next(at);) {
        context_.alive();
        if (entry->folder) continue;
        const std::string_view outcome = options_.move ? takeAway(place, *entry) : "kept";
        if (outcome == "removed") ++removed;
        if (list) list->add(*entry, options_.documents, owner_, outcome);
    }
    std::uint64_t folders = 0;
    if (options_.move)
        for (std::uint64_t at = ledger_.end(); const auto entry = ledger_.previous(at);)
            if (entry->folder && place.removeEmptyFolder(entry->path)) ++folders;
    if (list) list->commit();
    if (options_.move)
        context_.log(LogLevel::info, "removed " + counted(removed, "file", "files") + " and " +
                                         counted(folders, "folder", "folders") + " from '" + name_ +
                                         "': they are in the user's folder");
}

/// What becomes of a file in the old place, in one word.
std::string_view Documents::takeAway(OldPlace& place, const LedgerEntry& file) {
    if (!file.reading.whole) {
        if (file.reading.state == ReadState::vanished) return "gone";
        context_.setAside(shownPath(file.path), "stays in the old place: it could not be read whole");
        return "kept";
    }
    switch (place.remove(file.path, file.identity)) {
        case Removal::removed:
            return "removed";
        case Removal::gone:
            return "gone";
        case Removal::changed:
            context_.setAside(shownPath(file.path),
                              "stays in the old place: it has changed since it was copied");
            return "changed";
        case Removal::failed:
            break;
    }
    context_.setAside(shownPath(file.path), "stays in the old place, it cannot be removed: " +
                                                std::generic_category().message(place.errorNumber()));
    return "kept";
}

}  // namespace roost::single_user
