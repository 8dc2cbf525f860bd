#include "lib/sql/sqlite/private_copy.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "lib/sql/sqlite/statement.hpp"

namespace roost::sqlite {

namespace {

constexpr std::size_t copyChunk = std::size_t{1} << 20U;
constexpr int backupPages = 1024;  // a step of the backup: 4 MiB of usual pages
constexpr std::array<const char*, 2> sidecars{"-journal", "-wal"};

class File {
public:
    File(const std::filesystem::path& path, int flags, mode_t mode = 0)
        : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int get() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

/// Removes a file when it goes.
class Removal {
public:
    explicit Removal(std::filesystem::path path) : path_(std::move(path)) {}
    ~Removal() { ::unlink(path_.c_str()); }
    Removal(const Removal&) = delete;
    Removal& operator=(const Removal&) = delete;

private:
    std::filesystem::path path_;
};

/// What tells whether a file was written to.
struct FileState {
    bool present = false;
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::array<timespec, 2> times{};  // of the content's and of the inode's last change

    static FileState of(const std::filesystem::path& path) {
        struct stat found {};
        if (::stat(path.c_str(), &found) != 0) return {};
        return {true, found.st_dev, found.st_ino, found.st_size, {found.st_mtim, found.st_ctim}};
    }
    friend bool operator==(const FileState& a, const FileState& b) noexcept {
        const auto same = [](const timespec& x, const timespec& y) {
            return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
        };
        return a.present == b.present && a.device == b.device && a.inode == b.inode && a.size == b.size &&
               same(a.times[0], b.times[0]) && same(a.times[1], b.times[1]);
    }
};

std::vector<FileState> statesOf(const std::filesystem::path& path) {
    std::vector<FileState> states{FileState::of(path)};
    for (const char* suffix : sidecars) states.push_back(FileState::of(path.string() + suffix));
    states.push_back(FileState::of(path.string() + "-shm"));
    return states;
}

Error copyError(const std::string& shown, const std::filesystem::path& folder, int code) {
    return Error("database '" + shown + "': cannot copy it into '" + folder.string() +
                     "': " + std::generic_category().message(code),
                 "free some space there, let TMPDIR name another folder, or set 'snapshot: lock'");
}

/// Refuses what surely won't fit, before anybody is kept waiting.
void requireSpace(const std::filesystem::path& folder, std::uintmax_t bytes, const std::string& shown) {
    std::error_code ignored;
    const auto space = std::filesystem::space(folder, ignored);
    if (!ignored && space.available < bytes) throw copyError(shown, folder, ENOSPC);
}

void writeAll(int target, std::span<const char> data, const std::string& shown,
              const std::filesystem::path& folder) {
    while (!data.empty()) {
        const ssize_t written = ::write(target, data.data(), data.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw copyError(shown, folder, errno);
        data = data.subspan(static_cast<std::size_t>(written));
    }
}

/// False if there is no such file any more.
bool copyBytes(const std::filesystem::path& from, int target, const std::filesystem::path& folder,
               const std::string& shown, Context& context) {
    const File source(from, O_RDONLY);
    if (source.get() < 0 && errno == ENOENT) return false;
    if (source.get() < 0)
        throw systemError("database '" + shown + "': cannot open '" + from.string() + "'", errno);
    std::vector<char> buffer(copyChunk);
    for (;;) {
        context.alive();
        if (context.stopToken().stop_requested()) throw Interrupted();
        const ssize_t got = ::read(source.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            throw systemError("database '" + shown + "': cannot read '" + from.string() + "'", errno);
        if (got == 0) return true;
        writeAll(target, std::span(buffer).first(static_cast<std::size_t>(got)), shown, folder);
    }
}

/// The kernel stamps a change with a clock that ticks every few milliseconds: a change in the same tick as
/// the one before leaves no trace, so that tick must be over before the copy begins.
void waitForNextTick() { std::this_thread::sleep_for(std::chrono::milliseconds(25)); }

}  // namespace

UnlinkedDatabase::UnlinkedDatabase(const std::filesystem::path& folder, std::string shown,
                                   Connection::Mode later) {
    std::string pattern = (std::filesystem::absolute(folder) / "roost-snapshot-XXXXXX").string();
    file_ = ::mkostemp(pattern.data(), O_CLOEXEC);
    if (file_ < 0) throw copyError(shown, folder, errno);
    name_ = pattern;
    const Removal removal(name_);
    writer_ = std::make_unique<Connection>(name_, Connection::Mode::readWrite, shown);
    later_ = std::make_unique<Connection>(name_, later, std::move(shown));
    writer_->liesInTemporary(folder);
    later_->liesInTemporary(folder);
}

UnlinkedDatabase::~UnlinkedDatabase() {
    writer_.reset();
    if (file_ >= 0) ::close(file_);
}

std::unique_ptr<Connection> UnlinkedDatabase::finish() {
    writer_.reset();
    // Bytes 18 and 19 of the header tell the journal mode: with 2 SQLite would look for a write-ahead log,
    // which an unlinked file can't have. All of it is in the file by now.
    const std::array<char, 2> rollbackMode{1, 1};
    struct stat found {};
    const bool filled = ::fstat(file_, &found) == 0 && found.st_size > 0;
    if (filled && ::pwrite(file_, rollbackMode.data(), rollbackMode.size(), 18) != 2)
        throw systemError("database '" + later_->shown() + "': cannot write its temporary copy", errno);
    ::close(std::exchange(file_, -1));
    return std::move(later_);
}

void backUp(Connection& source, Connection& target, Context& context) {
    const auto folder = context.temporaryFolder();
    Statement size(source, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                   "read its size");
    if (size.step()) requireSpace(folder, static_cast<std::uintmax_t>(size.integer(0)), source.shown());
    target.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096");
    const auto finish = [](sqlite3_backup* backup) { sqlite3_backup_finish(backup); };
    std::unique_ptr<sqlite3_backup, decltype(finish)> backup(
        sqlite3_backup_init(target.handle(), "main", source.handle(), "main"), finish);
    if (!backup) target.fail("copy it");
    int code = SQLITE_OK;
    while (code == SQLITE_OK) {
        context.alive();
        if (context.stopToken().stop_requested()) throw Interrupted();
        code = sqlite3_backup_step(backup.get(), backupPages);
    }
    backup.reset();
    if ((code & 0xFF) == SQLITE_FULL || code == SQLITE_IOERR_WRITE)
        throw copyError(source.shown(), folder, ENOSPC);
    if (code != SQLITE_DONE) target.fail("copy it");
}

std::unique_ptr<Connection> copyThroughBackup(Connection& source, Context& context) {
    UnlinkedDatabase copy(context.temporaryFolder(), source.shown());
    backUp(source, copy.writer(), context);
    return copy.finish();
}

std::unique_ptr<Connection> copyLockedFile(Connection& source, Context& context) {
    const auto folder = context.temporaryFolder();
    // Read through SQLite's own handle: closing another one of the same file would drop the lock (POSIX).
    sqlite3_file* file = nullptr;
    sqlite3_int64 size = 0;
    if (sqlite3_file_control(source.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file == nullptr || file->pMethods == nullptr || file->pMethods->xFileSize(file, &size) != SQLITE_OK)
        source.fail("copy it");
    requireSpace(folder, static_cast<std::uintmax_t>(size), source.shown());
    UnlinkedDatabase copy(folder, source.shown());
    std::vector<char> buffer(copyChunk);
    for (sqlite3_int64 offset = 0; offset < size;) {
        context.alive();
        if (context.stopToken().stop_requested()) throw Interrupted();
        const auto part = static_cast<std::size_t>(
            std::min<sqlite3_int64>(size - offset, static_cast<sqlite3_int64>(copyChunk)));
        if (file->pMethods->xRead(file, buffer.data(), static_cast<int>(part), offset) != SQLITE_OK)
            throw Error("database '" + source.shown() + "': cannot read it at byte " +
                        std::to_string(offset));
        writeAll(copy.descriptor(), std::span(buffer).first(part), source.shown(), folder);
        offset += static_cast<sqlite3_int64>(part);
    }
    return copy.finish();
}

std::unique_ptr<Connection> copyUnused(const std::filesystem::path& path, const std::string& shown,
                                       Context& context) {
    const auto folder = context.temporaryFolder();
    const auto before = statesOf(path);
    waitForNextTick();
    std::uintmax_t bytes = 0;
    for (const FileState& state : before) bytes += static_cast<std::uintmax_t>(state.size);
    requireSpace(folder, bytes, shown);

    UnlinkedDatabase copy(folder, shown);
    if (!copyBytes(path, copy.descriptor(), folder, shown, context)) return nullptr;
    // SQLite opens a journal only where a file has the database's name. This one is empty.
    const Removal placeholder(copy.name());
    const File named(copy.name(), O_WRONLY | O_CREAT | O_EXCL, 0600);
    // SQLite itself makes an empty log where the database is in WAL mode and none was left.
    const Removal journalRemoval(copy.name().string() + sidecars[0]);
    const Removal logRemoval(copy.name().string() + sidecars[1]);
    for (std::size_t i = 0; i < sidecars.size(); ++i) {
        if (!before[i + 1].present) continue;
        const File target(copy.name().string() + sidecars[i], O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (target.get() < 0) throw copyError(shown, folder, errno);
        if (!copyBytes(path.string() + sidecars[i], target.get(), folder, shown, context)) return nullptr;
    }
    if (statesOf(path) != before) return nullptr;

    Connection& writer = copy.writer();
    // In exclusive mode the index of a write-ahead log is kept in memory, not in a third file.
    writer.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096");
    Statement(writer, "SELECT count(*) FROM sqlite_schema", "recover it").step();
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    return copy.finish();
}

}  // namespace roost::sqlite
