// Whether what a sink wrote is there.
#pragma once

#include "conformance/recording.hpp"
#include "conformance/sink_runs.hpp"

namespace roost::conformance {

/// What the generated source gives.
[[nodiscard]] Recording generated(const Bench& bench, const Content& content);

/// What the target holds, by the source that reads it. Throws NotApplicable where there is none, Violation
/// where it fails.
[[nodiscard]] Recording readBack(const Bench& bench);

/// What is written is there in full after the commit.
void checkReadBack(Bench& bench);

}  // namespace roost::conformance
