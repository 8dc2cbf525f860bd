// What a sink does where its target is there already, or cannot be made.
#pragma once

#include "conformance/bench.hpp"

namespace roost::conformance {

/// What is there is refused, told as what will be replaced, or kept.
void checkTargetExists(Bench& bench);

/// A place where nothing can be made ends the run with words, and nothing changes.
void checkNoPlace(Bench& bench);

/// The same for a folder whose mode lets nobody write, not even root.
void checkNotWritable(Bench& bench);

}  // namespace roost::conformance
