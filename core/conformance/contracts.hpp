// What holds for every catalog and every run, whatever kind of plugin made it.
#pragma once

#include <string>

#include "conformance/bench.hpp"
#include "conformance/memory.hpp"
#include "roost/catalog.hpp"

namespace roost::conformance {

/// Throws Violation where the catalog speaks of what it does not have, has a thing twice, or leaves out a
/// name.
void requireSound(const Catalog& catalog);

/// Throws Violation with what went wrong, unless the run was done; what was set aside counts as done.
void requireDone(const Ran& ran);

/// Throws Violation unless the run failed, as `expected` says it should have.
void requireFailed(const Ran& ran, const std::string& expected);

/// Throws Violation where a run that moved `moved` bytes made the process grow by more than the limit.
void requireBounded(const MemoryMeter& meter, std::uint64_t moved);

/// "3 MiB"
[[nodiscard]] std::string mebibytes(std::uint64_t bytes);

}  // namespace roost::conformance
