// Whether recovery makes good what a killed run left.
#pragma once

#include "conformance/bench.hpp"

namespace roost::conformance {

/// Killed before anything was decided: recovery leaves the target as it was.
void checkKilledAtBegin(Bench& bench);
void checkKilledWriting(Bench& bench);
void checkKilledPrepared(Bench& bench);
/// Killed once it was decided: recovery puts everything in place.
void checkKilledCommitted(Bench& bench);

}  // namespace roost::conformance
