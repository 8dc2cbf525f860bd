#include "lib/storage/entry_maker.hpp"

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "lib/storage/file_reader.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::storage {

namespace {

constexpr const char* changingHint =
    "run it again when nothing writes there, or set 'on-changed: warn' to go on";

void describe(const struct stat& status, Entry& entry) {
    entry.mode = status.st_mode & 07777U;
    entry.modifiedNanoseconds =
        std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + std::int64_t{status.st_mtim.tv_nsec};
}

}  // namespace

bool EntryMaker::make(const Found& found, Entry& entry) {
    opened_.reset();
    entry.path = found.path;
    switch (found.finding) {
        case Finding::folder:
            entry.type = EntryType::folder;
            describe(found.status, entry);
            return true;
        case Finding::file:
            return open(found, entry);
        case Finding::link:
        case Finding::special:
            ++passedOver_;
            return false;
        case Finding::unreadable:
            leaveOut(entry, found.error);
            return false;
        case Finding::lost:
            lose(entry);
            return false;
    }
    return false;
}

bool EntryMaker::open(const Found& found, Entry& entry) {
    FileDescriptor file = openFile(found.parent, found.name);
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) {
        const int error = errno;
        if (error == ENOENT) return giveVanished(entry, "vanished before it could be read");
        if (meansGone(error)) return giveVanished(entry, "was replaced before it could be read");
        leaveOut(entry, error);
        return false;
    }
    if (!S_ISREG(status.st_mode)) return giveVanished(entry, "was replaced before it could be read");
    describe(status, entry);
    entry.size = static_cast<std::uint64_t>(status.st_size);
    const ReadPolicy policy{choice_.onChanged == OnChanged::fail, choice_.onUnreadable == OnUnreadable::fail};
    entry.content =
        std::make_unique<FileReader>(std::move(file), status, shownName(entry.displayName()), policy);
    opened_ = status;
    return true;
}

bool EntryMaker::giveVanished(Entry& entry, std::string message) const {
    if (choice_.onChanged == OnChanged::fail)
        throw Error(shownName(entry.displayName()) + " " + message, changingHint);
    entry.content = std::make_unique<VanishedFile>(std::move(message));
    return true;
}

void EntryMaker::leaveOut(const Entry& entry, int error) {
    const std::string name = shownName(entry.displayName());
    refuseUnreadable(choice_.onUnreadable, name, error);
    context_.setAside(name, "left out, because it cannot be read: " + std::generic_category().message(error));
}

void EntryMaker::lose(const Entry& entry) const {
    const std::string name = shownName(entry.displayName());
    const std::string message = "was moved, removed or replaced while the run went through it";
    if (choice_.onChanged == OnChanged::fail) throw Error(name + " " + message, changingHint);
    context_.setAside(name, message + "; what it held may be missing");
}

}  // namespace roost::storage
