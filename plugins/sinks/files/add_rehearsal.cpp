#include "sinks/files/add_rehearsal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "lib/storage/same_path.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"
#include "sinks/files/node_copy.hpp"

namespace roost::storage {

namespace {

constexpr std::size_t bufferBytes = std::size_t{256} << 10U;

std::vector<std::string> partsOf(const Entry& entry, const std::vector<std::string>& kindParts) {
    std::vector<std::string> parts{entry.owner};
    parts.insert(parts.end(), kindParts.begin(), kindParts.end());
    for (std::size_t begin = 0; begin < entry.path.size();) {
        const std::size_t end = std::min(entry.path.find('/', begin), entry.path.size());
        parts.push_back(entry.path.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

}  // namespace

AddRehearsal::AddRehearsal(const std::string& path)
    : root_(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      coming_(bufferBytes),
      there_(bufferBytes) {}

/// None where the folder that would hold the entry is not there.
FileDescriptor AddRehearsal::openParent(const std::vector<std::string>& parts, const Entry& entry) const {
    FileDescriptor folder(::fcntl(root_.get(), F_DUPFD_CLOEXEC, 0));
    for (std::size_t i = 0; folder && i + 1 < parts.size(); ++i)
        folder = openFolder(folder.get(), parts[i].c_str());
    if (folder || errno == ENOENT) return folder;
    throw systemError("'" + shownName(entry.displayName()) + "' cannot be added: its folder cannot be opened",
                      errno);
}

void AddRehearsal::check(Entry& entry, const std::vector<std::string>& kindParts) {
    if (!root_) return;
    const std::vector<std::string> parts = partsOf(entry, kindParts);
    const FileDescriptor parent = openParent(parts, entry);
    struct stat there {};
    if (!parent || ::fstatat(parent.get(), parts.back().c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0) return;
    const std::string shown = shownName(entry.displayName());
    if (entry.type == EntryType::folder) {
        if (!S_ISDIR(there.st_mode)) throw folderOverFile(shown);
        return;
    }
    if (S_ISDIR(there.st_mode)) throw fileOverFolder(shown);
    if (!S_ISREG(there.st_mode)) throw fileOverLink(shown);
    const FileDescriptor present = openFile(parent.get(), parts.back().c_str());
    if (!present) throw systemError("cannot compare '" + shown + "'", errno);
    compare(entry, present.get());
}

void AddRehearsal::compare(Entry& entry, int present) {
    bool same = true;
    for (;;) {
        const std::size_t came = entry.content->read(coming_);
        const std::span<std::byte> coming = std::span(coming_).first(came);
        if (same)
            same = std::ranges::equal(
                coming, std::span(there_).first(readWhole(present, std::span(there_).first(came))));
        if (came == 0) break;
    }
    same = same && readWhole(present, std::span(there_).first(1)) == 0;
    // What changed while it was read is judged when it really comes.
    if (!same && entry.content->state() == ReadState::intact)
        throw otherBytes(shownName(entry.displayName()));
}

}  // namespace roost::storage
