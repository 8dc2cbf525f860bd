#include "sinks/sqlite/recovery.hpp"

#include <sys/stat.h>

#include <chrono>

#include "lib/sql/sqlite/commit_marker.hpp"
#include "lib/sql/sqlite/connection.hpp"
#include "lib/storage/shown_name.hpp"
#include "lib/stream/partial_file.hpp"

namespace roost::sqlite {

namespace {

constexpr std::chrono::milliseconds busyTimeout{30'000};

std::string quoted(const std::filesystem::path& path) {
    return "'" + storage::shownName(path.native()) + "'";
}

/// A file without a byte has no marker, and one that is gone has no committed rows.
bool holdsDatabase(const std::filesystem::path& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && found.st_size > 0;
}

}  // namespace

Decision decisionOf(const CommitRecord& record, Context& context) {
    if (!holdsDatabase(record.path)) return Decision::undone;
    Connection connection(record.path, Connection::Mode::readWrite, record.path.native());
    connection.attend(context, busyTimeout);
    return hasCommitMarker(connection, record.id) ? Decision::committed : Decision::undone;
}

std::string recover(const CommitRecord& record, Decision decision, Context& context) {
    std::string done;
    const auto say = [&](const std::string& sentence) { done += (done.empty() ? "" : "; ") + sentence; };
    if (record.kind == CommitKind::rename)
        for (const std::string& name : stream::removeStalePartials(stream::folderOf(record.path)))
            say("removed the unfinished database " + quoted(stream::folderOf(record.path) / name));
    if (!holdsDatabase(record.path)) return done;
    Connection connection(record.path, Connection::Mode::readWrite, record.path.native());
    connection.attend(context, busyTimeout);
    const bool marked = hasCommitMarker(connection, record.id) && removeCommitMarker(connection, record.id);
    if (decision == Decision::committed && marked)
        say("the load into database " + quoted(record.path) + " was committed; removed its marker");
    else if (decision == Decision::undone && record.kind == CommitKind::marker)
        say("database " + quoted(record.path) + " is as it was before the unfinished load");
    return done;
}

}  // namespace roost::sqlite
