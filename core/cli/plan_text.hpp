// The plan and the result of a run, for people.
#pragma once

#include <string>

#include "pipeline/run.hpp"

namespace roost::cli {

/// What would move: tables with rows, files, targets, what is replaced, warnings.
[[nodiscard]] std::string describePlan(const Plan& plan, const RunEnvironment& environment);

/// What moved: a line a source and a sink, and how much there is to read in the report.
[[nodiscard]] std::string describeOutcome(const Run& run, const RunOutcome& outcome,
                                          const RunEnvironment& environment);

}  // namespace roost::cli
