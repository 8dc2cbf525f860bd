// What the verbs that read an archive share: `roost inspect` and `roost verify`.
#pragma once

#include <string>
#include <vector>

#include "cli/archive_inspection.hpp"
#include "cli/verb.hpp"

namespace roost::cli {

/// Adds a verb that takes an archive, --format and --json, and prints what is in it.
void addArchiveVerb(CommandLine& line, Inspection inspection, const std::string& name,
                    const std::string& description, const std::vector<std::string>& examples);

}  // namespace roost::cli
