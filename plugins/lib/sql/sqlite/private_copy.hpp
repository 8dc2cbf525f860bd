// Copies of a database that nobody else can see or keep.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "lib/sql/sqlite/connection.hpp"
#include "roost/context.hpp"

namespace roost::sqlite {

/// An empty database file in `folder`, mode 0600, without a name from the moment on in which SQLite has
/// opened it: whatever ends the program, nothing of it stays behind. Filled through writer(), then read
/// through finish().
class UnlinkedDatabase {
public:
    /// `shown` is what messages call the database, `later` what finish() hands out. Throws roost::Error.
    UnlinkedDatabase(const std::filesystem::path& folder, std::string shown,
                     Connection::Mode later = Connection::Mode::readOnly);
    ~UnlinkedDatabase();
    UnlinkedDatabase(const UnlinkedDatabase&) = delete;
    UnlinkedDatabase& operator=(const UnlinkedDatabase&) = delete;

    [[nodiscard]] Connection& writer() noexcept { return *writer_; }
    [[nodiscard]] int descriptor() const noexcept { return file_; }
    /// The name that SQLite believes the file to have; it adds "-wal" or "-journal" to it.
    [[nodiscard]] const std::filesystem::path& name() const noexcept { return name_; }
    /// Ends writing, and hands out another connection to what was written. One that writes needs
    /// journal_mode OFF or MEMORY: a journal in a file would get a name.
    [[nodiscard]] std::unique_ptr<Connection> finish();

private:
    std::filesystem::path name_;
    int file_ = -1;
    std::unique_ptr<Connection> writer_;
    std::unique_ptr<Connection> later_;
};

/// Copies what `source` sees, in a read transaction, into the empty database `target` through SQLite's backup
/// interface, as long as `context` does not ask to stop.
void backUp(Connection& source, Connection& target, Context& context);

/// Copies what `source` sees into an unlinked file in the context's temporary folder. Others may read all the
/// while, and wait with their writing until it is done. `source` must be in a read transaction.
[[nodiscard]] std::unique_ptr<Connection> copyThroughBackup(Connection& source, Context& context);

/// The same for a database with a rollback journal, several times as fast: while the read transaction lasts
/// no other program may write into the file (SQLite documentation, "File Locking And Concurrency", 3.0), so
/// its bytes are what the transaction sees.
[[nodiscard]] std::unique_ptr<Connection> copyLockedFile(Connection& source, Context& context);

/// Copies the files of a database that no program has open, with what a crash left beside it (a rollback
/// journal, a write-ahead log), and recovers the copy. Nothing if the files changed meanwhile: then somebody
/// does have it open. Throws roost::Error.
[[nodiscard]] std::unique_ptr<Connection> copyUnused(const std::filesystem::path& path,
                                                     const std::string& shown, Context& context);

}  // namespace roost::sqlite
