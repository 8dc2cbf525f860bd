// What is in an archive, without unpacking it.
#pragma once

#include <memory>

#include "lib/archive/backup_reader.hpp"
#include "roost/context.hpp"
#include "roost/plugin.hpp"

namespace roost::archive {

/// Reads the two documents at the front of an archive that roost wrote, whatever its size. Any other archive
/// (Aviary's own, older ones of which begin with the tables) is read to its end and counted. Throws
/// roost::Error where what was read is damaged, or is no backup.
[[nodiscard]] ArchiveSummary inspectArchive(std::shared_ptr<ArchiveInput> input, BackupReading reading,
                                            Context& context);

/// Reads all of it, every value included, and does every check that a restore does before it changes
/// anything.
[[nodiscard]] ArchiveSummary verifyArchive(std::shared_ptr<ArchiveInput> input, BackupReading reading,
                                           Context& context);

}  // namespace roost::archive
