// What a sink's target looks like, so that it can be told whether anything was published.
#pragma once

#include <map>
#include <string>

#include "conformance/bench.hpp"

namespace roost::conformance {

/// Each file with its type and a digest of its bytes; or what the command of --observe printed, as one text.
using TargetState = std::map<std::string, std::string>;

/// What stands for the digest of a folder.
inline constexpr const char* aFolder = "a folder";

/// Looks at the target. Throws NotApplicable where it cannot be seen: its url does not lead into the check's
/// folder, and there is no --observe. Throws Violation where the command fails.
[[nodiscard]] TargetState targetState(const Bench& bench);

/// What is different, in a few words; "" for nothing.
[[nodiscard]] std::string difference(const TargetState& before, const TargetState& after);

}  // namespace roost::conformance
