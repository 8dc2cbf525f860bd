#include "sinks/sqlite/target_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "lib/storage/shown_name.hpp"
#include "lib/stream/partial_file.hpp"
#include "roost/error.hpp"

namespace roost::sqlite {

namespace {

std::string quoted(const std::filesystem::path& path) {
    return "'" + storage::shownName(path.native()) + "'";
}

void inspectFolder(const std::filesystem::path& path, TargetFile& target) {
    const std::filesystem::path folder = stream::folderOf(path);
    struct stat found {};
    if (::stat(folder.c_str(), &found) != 0)
        target.refusals.push_back(
            errno == ENOENT
                ? "the folder " + quoted(folder) + " for the database does not exist; make it first"
                : systemError("the folder " + quoted(folder) + " for the database cannot be used", errno)
                      .what());
    else if (!S_ISDIR(found.st_mode))
        target.refusals.push_back(quoted(folder) + ", where the database should be, is not a folder");
    else if (::access(folder.c_str(), W_OK | X_OK) != 0)
        // Also for a database that is there: SQLite keeps its journal beside it.
        target.refusals.push_back(
            systemError("the folder " + quoted(folder) + " of the database is not writable", errno).what());
}

}  // namespace

TargetFile inspectTarget(const std::filesystem::path& path) {
    TargetFile target;
    struct stat found {};
    inspectFolder(path, target);
    if (!target.refusals.empty()) return target;
    if (::stat(path.c_str(), &found) != 0) {
        const int reason = errno;
        // SQLite's own journal has to have a name, too.
        if (std::string refusal = stream::longNameRefusal(path, "-journal"); !refusal.empty())
            target.refusals.push_back(std::move(refusal));
        else if (reason != ENOENT)
            target.refusals.push_back(
                systemError("database " + quoted(path) + " cannot be used", reason).what());
        else if (::lstat(path.c_str(), &found) == 0)
            target.refusals.push_back("database " + quoted(path) + " is a symbolic link that leads nowhere");
        else if (const std::string left = leftOver(path); !left.empty())
            target.refusals.push_back(left);
        return target;
    }
    target.state = found.st_size == 0 ? TargetState::empty : TargetState::filled;
    if (!S_ISREG(found.st_mode))
        target.refusals.push_back(quoted(path) + " is no regular file, so no database");
    else if (::access(path.c_str(), R_OK | W_OK) != 0)
        target.refusals.push_back(systemError("database " + quoted(path) + " is not writable", errno).what());
    return target;
}

std::string leftOver(const std::filesystem::path& path) {
    for (const char* suffix : {"-journal", "-wal"}) {
        const std::filesystem::path name = path.native() + suffix;
        struct stat found {};
        if (::lstat(name.c_str(), &found) == 0)
            return quoted(name) +
                   " is left over from a database that is not there any more; SQLite would mix it into "
                   "a new one: move it away, or bring the database back that it belongs to";
    }
    return {};
}

}  // namespace roost::sqlite
