// The source that reads what a sink under test wrote.
#pragma once

#include "conformance/bench.hpp"

namespace roost::conformance {

/// The source that --source names; else the one in the folder of the sink's library that has the sink's role
/// and serves its url's scheme or, for an archive, its format. It gets the sink's options of those names that
/// it has itself, and what --source-set gives. Throws NotApplicable, which says what is not checked, where
/// there is none, and Violation where its options are refused.
[[nodiscard]] ResolvedStage readerFor(const Bench& bench);

}  // namespace roost::conformance
