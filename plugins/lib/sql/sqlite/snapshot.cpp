#include "lib/sql/sqlite/snapshot.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "lib/sql/sqlite/private_copy.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "roost/error.hpp"

namespace roost::sqlite {

namespace {

constexpr int attempts = 5;

bool isPresent(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0;
}

/// Refuses what is no SQLite database, in words of its own for each case; tells whether the header says that
/// it is in WAL mode. Closing the file ends this process's own locks on it (POSIX): before SQLite opens it.
bool inspectHeader(const std::filesystem::path& path) {
    const std::string shown = path.string();
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            throw Error("database '" + shown + "' does not exist",
                        "check the path; a database to be read is never made");
        throw systemError("database '" + shown + "' cannot be opened", errno);
    }
    if (S_ISDIR(found.st_mode))
        throw Error("database '" + shown + "' is a folder", "name the file within it");
    if (!S_ISREG(found.st_mode)) throw Error("database '" + shown + "' is not a regular file");
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        throw Error("database '" + shown + "' cannot be opened: " + std::generic_category().message(errno),
                    "check the permissions of the file and of its folder");
    std::array<char, 100> header{};
    const ssize_t got = ::pread(file, header.data(), header.size(), 0);
    ::close(file);
    if (got == 0)
        throw Error("database '" + shown + "' is an empty file (0 bytes)",
                    "check the path: no application has written to this file yet");
    constexpr std::string_view signature("SQLite format 3\0", 16);
    if (!std::string_view(header.data(), header.size()).starts_with(signature))
        throw Error("'" + shown + "' is not a SQLite database: it does not begin with SQLite's signature",
                    "check the path; an encrypted database must be decrypted first");
    return header[18] == 2 || header[19] == 2;
}

std::unique_ptr<Connection> openInPlace(const std::filesystem::path& path,
                                        std::chrono::milliseconds busyTimeout, Context& context) {
    auto connection = std::make_unique<Connection>(path, Connection::Mode::readOnly, path.string());
    connection->attend(context, busyTimeout);
    return connection;
}

/// Begins the read transaction; from here on the connection sees one state.
int tryBegin(Connection& connection) {
    constexpr const char* begin = "BEGIN; SELECT count(*) FROM main.sqlite_schema; PRAGMA cache_size = -4096";
    if (sqlite3_exec(connection.handle(), begin, nullptr, nullptr, nullptr) == SQLITE_OK) return SQLITE_OK;
    return sqlite3_extended_errcode(connection.handle());
}

void begin(Connection& connection) {
    const int code = tryBegin(connection);
    if (code == SQLITE_READONLY_ROLLBACK)
        throw Error(
            "database '" + connection.shown() +
                "': cannot read it: a crash left a journal beside it that has to be rolled back first",
            "set 'snapshot: auto', which does that in a copy, or open the database once with its "
            "application");
    if (code != SQLITE_OK) connection.fail("read it");
}

/// True for failures that come from what lies beside the file: a journal to be rolled back or a log to be
/// recovered, which takes the right to write there.
bool needsRecovery(int code) { return (code & 0xFF) == SQLITE_READONLY || (code & 0xFF) == SQLITE_CANTOPEN; }

/// One try of the automatic mode; nothing where the database was taken into use meanwhile.
std::unique_ptr<Connection> trySnapshot(const std::filesystem::path& path, SnapshotMode mode, bool walMode,
                                        std::chrono::milliseconds busyTimeout, Context& context) {
    const bool log = isPresent(path.string() + "-wal");
    const bool logIndex = isPresent(path.string() + "-shm");
    // A program that has a database in WAL mode open has made both files. Without them SQLite would make
    // them, and a reader leaves them behind.
    if ((walMode || log) && !(log && logIndex)) return copyUnused(path, path.string(), context);

    auto connection = openInPlace(path, busyTimeout, context);
    if (const int code = tryBegin(*connection); code != SQLITE_OK) {
        if (!needsRecovery(code)) connection->fail("read it");
        connection.reset();
        return copyUnused(path, path.string(), context);
    }
    const bool readHere = walMode || log || context.dryRun();
    if (mode == SnapshotMode::inPlace || (mode == SnapshotMode::automatic && readHere)) return connection;
    // A log keeps pages that are not in the file: then the backup has to gather them.
    return walMode || log ? copyThroughBackup(*connection, context) : copyLockedFile(*connection, context);
}

}  // namespace

std::unique_ptr<Connection> openSnapshot(const std::filesystem::path& path, SnapshotMode mode,
                                         std::chrono::milliseconds busyTimeout, Context& context) {
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const bool walMode = inspectHeader(path);
        if (mode == SnapshotMode::lock) {
            auto connection = openInPlace(path, busyTimeout, context);
            begin(*connection);
            return connection;
        }
        auto connection = trySnapshot(path, mode, walMode, busyTimeout, context);
        if (connection == nullptr) continue;
        if (connection->context() != nullptr) return connection;  // its transaction has begun
        connection->attend(context, busyTimeout);
        begin(*connection);
        return connection;
    }
    throw Error(
        "database '" + path.string() + "' kept changing while it was copied",
        "another program has it open in a way that shuts readers out; stop that program, or try again");
}

}  // namespace roost::sqlite
