#include "sinks/files/unit_adoption.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "lib/storage/tree_walk.hpp"
#include "roost/error.hpp"
#include "sinks/files/exchange.hpp"

namespace roost::storage {

namespace {

/// Holds an empty file `<kind>/<owner>` for each unit that need not be exchanged: however many there are,
/// none is in memory.
constexpr const char* unchangedFolder = "unchanged";

std::string kindFolder(const Unit& unit) {
    return std::string(unchangedFolder) + "/" + std::to_string(unit.kind);
}

void makeFolder(int parent, const std::string& name) {
    if (::mkdirat(parent, name.c_str(), 0700) != 0 && errno != EEXIST)
        throw systemError("cannot make a folder in the staging folder", errno);
}

}  // namespace

bool isUnchanged(int staging, const Unit& unit) {
    return ::faccessat(staging, (kindFolder(unit) + "/" + unit.owner).c_str(), F_OK, AT_SYMLINK_NOFOLLOW) ==
           0;
}

void UnitAdoption::noteUnchanged(const Unit& unit) const {
    makeFolder(staging_, unchangedFolder);
    makeFolder(staging_, kindFolder(unit));
    const FileDescriptor note(::openat(staging_, (kindFolder(unit) + "/" + unit.owner).c_str(),
                                       O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!note) throw systemError("cannot write into the staging folder", errno);
}

/// All that was written for the unit, the unit's own folder included.
std::uint64_t UnitAdoption::countStaged(const Unit& unit, NameStore& store, Watch& watch) const {
    const FileDescriptor fresh = openFolder(staging_, newFolder);
    const FileDescriptor kind =
        fresh ? openFolder(fresh.get(), std::to_string(unit.kind).c_str()) : FileDescriptor();
    FileDescriptor folder = kind ? openFolder(kind.get(), unit.owner.c_str()) : FileDescriptor();
    if (!folder) throw systemError("cannot open what was staged", errno);
    TreeWalk walk(std::move(folder), store, watch);
    std::uint64_t count = 0;
    while (walk.next()) ++count;
    return count;
}

void UnitAdoption::adopt(const Unit& unit, const std::string& kind, FileDescriptor present, NameStore& store,
                         Watch& watch) {
    const std::uint64_t staged = countStaged(unit, store, watch);
    const std::string path = std::to_string(unit.kind) + "/" + unit.owner;
    const std::string name = kind + "/" + unit.owner;
    std::uint64_t same = 0;
    TreeWalk walk(std::move(present), store, watch);
    while (const auto found = walk.next())
        if (tree_.adopt(path, name, *found, onSamePath_)) ++same;
    if (same == staged) noteUnchanged(unit);
    context_.alive();
}

}  // namespace roost::storage
