// What somebody who restores a backup should know of it.
#pragma once

#include <string>
#include <vector>

#include "lib/archive/backup_reader.hpp"

namespace roost::archive {

/// A sentence each: what was left out when it was made, what Aviary would not restore, what it cannot prove.
[[nodiscard]] std::vector<std::string> backupNotes(const BackupReader& backup);

/// What a restore should be warned of. `applicationVersion` is the one that is installed, "" or "unknown"
/// where nobody said; `targetDialect` is Context::targetDialect().
[[nodiscard]] std::vector<std::string> restoreNotes(const BackupReader& backup,
                                                    const std::string& applicationVersion,
                                                    const std::string& targetDialect);

}  // namespace roost::archive
