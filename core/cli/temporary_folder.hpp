// Where temporary files go.
#pragma once

#include <filesystem>

namespace roost::cli {

/// Room for copies as large as a database: TMPDIR, else /var/tmp, which unlike /tmp is seldom kept in memory.
[[nodiscard]] std::filesystem::path temporaryFolder();

}  // namespace roost::cli
