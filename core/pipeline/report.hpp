// The run as JSON, for scripts.
#pragma once

#include <filesystem>
#include <string>

#include "pipeline/run.hpp"

namespace roost {

/// docs/report.md describes the fields. Holds no secret.
[[nodiscard]] std::string formatReport(const Run& run, const RunOutcome& outcome,
                                       const RunEnvironment& environment);

/// Throws roost::Error where a report cannot be written to that file, or would replace something that is no
/// report.
void checkReportTarget(const std::filesystem::path& file);

/// Writes the report whole or not at all, mode 0600, replacing an older one. Throws roost::Error.
void writeReport(const std::filesystem::path& file, const std::string& text);

}  // namespace roost
