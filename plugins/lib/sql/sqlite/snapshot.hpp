// One consistent state of a SQLite database that its application may be using.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "lib/sql/sqlite/connection.hpp"
#include "roost/context.hpp"

namespace roost::sqlite {

/// How the state is held while it is read; see the source's README.md.
enum class SnapshotMode : std::uint8_t { automatic, copy, lock, inPlace };

/// Opens the database at `path` and begins a read transaction on it, or on a private copy of it. The source
/// is opened read-only, and no file appears beside it, except that with `lock` SQLite itself makes the -wal
/// and -shm files of a database in WAL mode that no program has open. In a dry run nothing is copied that can
/// be read in place. `context` must outlive the connection. Throws roost::Error, or Interrupted.
[[nodiscard]] std::unique_ptr<Connection> openSnapshot(const std::filesystem::path& path, SnapshotMode mode,
                                                       std::chrono::milliseconds busyTimeout,
                                                       Context& context);

}  // namespace roost::sqlite
