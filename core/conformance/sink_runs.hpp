// What the checks of a sink have in common: generated data in its dialect, and runs that write it.
#pragma once

#include <string>

#include "conformance/bench.hpp"
#include "conformance/generated_source.hpp"
#include "conformance/target_state.hpp"

namespace roost::conformance {

/// The content that the sink takes, in its dialect. Throws NotApplicable where it refuses the generated data,
/// Violation where its answer cannot be.
[[nodiscard]] Content contentFor(const Bench& bench);

/// Runs the content into the sink, or into those that the request has.
Ran feed(const Bench& bench, const Content& content, RunRequest request = {});

/// Throws Violation where the target is not as before.
void requireUnchanged(const Bench& bench, const TargetState& before, const std::string& when);

}  // namespace roost::conformance
