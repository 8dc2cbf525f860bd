// A connection to one SQLite file, on the native API.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "roost/context.hpp"
#include "roost/error.hpp"

namespace roost::sqlite {

/// An open database. One thread at a time uses it; it must outlive its statements and stays where it is made.
class Connection {
public:
    enum class Mode : std::uint8_t { readOnly, readWrite };

    /// Opens the existing file `path`; SQLite reads it only when first asked for something. `shown` is what
    /// messages call it. Extensions, and functions with side effects in the schema, are off: databases may
    /// come from strangers. Throws roost::Error.
    Connection(const std::filesystem::path& path, Mode mode, std::string shown);
    ~Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// From here on long statements tell `context` that they are alive and end with Interrupted when its stop
    /// token asks for it, and a lock held by others is waited for up to `busyTimeout`. `context` must outlive
    /// this connection.
    void attend(Context& context, std::chrono::milliseconds busyTimeout);

    /// Tells that the file is a temporary one in `folder`: where its room runs out, messages name that folder
    /// and not the database of which it is a copy.
    void liesInTemporary(std::filesystem::path folder) { temporaryFolder_ = std::move(folder); }

    /// Runs one or several statements without results. Throws as fail() does.
    void execute(const std::string& sql);

    /// Throws what the last call's failure means: Interrupted, or an Error "database 'x': cannot <action>:
    /// ..." with a hint. `action` is what was tried: "read table 'users'".
    [[noreturn]] void fail(const std::string& action) const;
    [[nodiscard]] Error error(const std::string& action) const;

    [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }
    [[nodiscard]] const std::string& shown() const noexcept { return shown_; }
    [[nodiscard]] Context* context() const noexcept { return context_; }
    [[nodiscard]] bool stopRequested() const noexcept;
    /// True once a lock was waited for in vain. SQLite says nothing of that while it writes out pages of a
    /// transaction that goes on: it keeps them in memory instead.
    [[nodiscard]] bool waitedInVain() const noexcept { return waitedInVain_; }

private:
    static int onProgress(void* self) noexcept;
    static int onBusy(void* self, int calls) noexcept;
    [[nodiscard]] Error lockedError(const std::string& action) const;

    struct Close {
        void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
    };

    std::string shown_;
    std::filesystem::path path_;
    std::filesystem::path temporaryFolder_;  ///< empty for a database that is none
    std::unique_ptr<sqlite3, Close> handle_;
    Context* context_ = nullptr;
    std::chrono::milliseconds busyTimeout_{0};
    std::chrono::steady_clock::time_point busySince_;
    bool waitedInVain_ = false;
    bool writes_ = false;
};

/// Which lock on the database file `path` another process holds, for people: "process 17 holds an exclusive
/// lock"; "" where none can be seen. Opens and closes the file, which ends this process's own locks on it
/// (POSIX), so only for a file on which nothing is being read.
[[nodiscard]] std::string describeForeignLock(const std::filesystem::path& path);

/// "30s", "1500ms".
[[nodiscard]] std::string shownDuration(std::chrono::milliseconds duration);

}  // namespace roost::sqlite
