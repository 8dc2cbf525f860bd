#include "lib/sql/sqlite/connection.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <thread>
#include <utility>

namespace roost::sqlite {

namespace {

constexpr int operationsPerProgress = 20'000;  // a millisecond or less
constexpr auto pauseWhileBusy = std::chrono::milliseconds(10);

std::string hintFor(int code, bool writes = false) {
    switch (code & 0xFF) {
        case SQLITE_CORRUPT:
            return "the database file is damaged; 'sqlite3 FILE .recover' saves what can be read";
        case SQLITE_NOTADB:
            return "check the path; an encrypted database must be decrypted first";
        case SQLITE_FULL:
            return writes
                       ? "free some space on the file system of the database; nothing was changed"
                       : "free some space in the folder for temporary files, or let TMPDIR name another one";
        case SQLITE_IOERR:
            return "check the disk, and the file system that the database lies on";
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
            return "check the permissions of the file and of its folder";
        default:
            return {};
    }
}

struct LockRange {
    off_t start;
    off_t length;
};
// The bytes that SQLite locks, part of its file format: PENDING, RESERVED, and 510 SHARED ones.
constexpr off_t pendingByte = 0x40000000;
constexpr LockRange sharedBytes{pendingByte + 2, 510};
constexpr LockRange reservedByte{pendingByte + 1, 1};
constexpr LockRange pendingByteRange{pendingByte, 1};

/// The process that holds a write lock on the range; 0 for none.
pid_t holderOf(int file, LockRange range) noexcept {
    struct flock lock {};
    lock.l_type = F_RDLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = range.start;
    lock.l_len = range.length;
    if (::fcntl(file, F_GETLK, &lock) != 0 || lock.l_type != F_WRLCK) return 0;
    return lock.l_pid;
}

}  // namespace

Connection::Connection(const std::filesystem::path& path, Mode mode, std::string shown)
    : shown_(std::move(shown)), path_(std::filesystem::absolute(path)), writes_(mode == Mode::readWrite) {
    // The absolute path, since SQLite takes "file:..." and ":memory:" for something else.
    const int flags = (mode == Mode::readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path_.c_str(), &opened, flags, nullptr);
    handle_.reset(opened);
    if (opened == nullptr) throw Error("database '" + shown_ + "': out of memory");
    if (code != SQLITE_OK) fail("open it");
    // Trusted, since json_valid() and others of the library's own count as unsafe otherwise, and a schema
    // that uses one could not even be read. Nothing can be reached that way: this connection registers no
    // functions, and those with side effects are barred from schemas in any case (SQLITE_DIRECTONLY).
    sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, nullptr);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    // Names in the schema that are in double quotes and no column are strings, as whoever wrote it meant.
    sqlite3_db_config(opened, SQLITE_DBCONFIG_DQS_DDL, 1, nullptr);
}

void Connection::attend(Context& context, std::chrono::milliseconds busyTimeout) {
    context_ = &context;
    busyTimeout_ = busyTimeout;
    sqlite3_progress_handler(handle(), operationsPerProgress, &Connection::onProgress, this);
    sqlite3_busy_handler(handle(), &Connection::onBusy, this);
}

bool Connection::stopRequested() const noexcept {
    return context_ != nullptr && context_->stopToken().stop_requested();
}

int Connection::onProgress(void* self) noexcept {
    const auto& connection = *static_cast<Connection*>(self);
    connection.context_->alive();
    return connection.stopRequested() ? 1 : 0;
}

int Connection::onBusy(void* self, int calls) noexcept {
    auto& connection = *static_cast<Connection*>(self);
    const auto now = std::chrono::steady_clock::now();
    if (calls == 0) connection.busySince_ = now;
    connection.context_->alive();
    if (connection.stopRequested()) return 0;
    if (now - connection.busySince_ >= connection.busyTimeout_) {
        connection.waitedInVain_ = true;
        return 0;
    }
    std::this_thread::sleep_for(pauseWhileBusy);
    return 1;
}

void Connection::execute(const std::string& sql) {
    if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        fail("run '" + sql + "'");
}

void Connection::fail(const std::string& action) const {
    if (sqlite3_errcode(handle()) == SQLITE_INTERRUPT || stopRequested()) throw Interrupted();
    throw error(action);
}

Error Connection::error(const std::string& action) const {
    const int code = sqlite3_extended_errcode(handle());
    if ((code & 0xFF) == SQLITE_BUSY) return lockedError(action);
    if ((code & 0xFF) == SQLITE_NOTADB)
        return Error("'" + shown_ + "' is not a SQLite database", hintFor(code));
    if (((code & 0xFF) == SQLITE_FULL || code == SQLITE_IOERR_WRITE) && !temporaryFolder_.empty())
        return Error("database '" + shown_ + "': cannot " + action + " in its temporary copy: the folder '" +
                         temporaryFolder_.native() + "' has no room left",
                     "free some space there, or let TMPDIR name a folder with more");
    return Error("database '" + shown_ + "': cannot " + action + ": " + sqlite3_errmsg(handle()),
                 hintFor(code, writes_));
}

Error Connection::lockedError(const std::string& action) const {
    const std::string holder = describeForeignLock(path_);
    return Error("database '" + shown_ + "': cannot " + action + ": it stayed locked for " +
                     shownDuration(busyTimeout_) + (holder.empty() ? std::string() : "; " + holder),
                 "wait until the other program is done, stop it, or set a longer 'busy-timeout'");
}

std::string describeForeignLock(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return {};
    constexpr std::array<std::pair<LockRange, const char*>, 3> ranges{{
        {sharedBytes, "an exclusive lock"},
        {pendingByteRange, "a pending lock"},
        {reservedByte, "a reserved lock"},
    }};
    std::string text;
    for (const auto& [range, name] : ranges)
        if (const pid_t holder = holderOf(file, range); holder != 0 && text.empty())
            text = (holder > 0 ? "process " + std::to_string(holder)
                               : std::string("another machine or container")) +
                   " holds " + name;
    ::close(file);
    return text;
}

std::string shownDuration(std::chrono::milliseconds duration) {
    return duration.count() % 1000 == 0 ? std::to_string(duration.count() / 1000) + "s"
                                        : std::to_string(duration.count()) + "ms";
}

}  // namespace roost::sqlite
