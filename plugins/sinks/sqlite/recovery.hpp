// What became of a load whose run ended without tidying up, and the tidying up.
#pragma once

#include <string>

#include "roost/context.hpp"
#include "roost/plugin.hpp"
#include "sinks/sqlite/commit_record.hpp"

namespace roost::sqlite {

/// Looks for the marker in the database; a transaction that a crash cut short is rolled back by SQLite on the
/// way. Throws roost::Error where the database cannot be read.
[[nodiscard]] Decision decisionOf(const CommitRecord& record, Context& context);

/// Removes the marker of a load that was committed, and what one that was not left beside its target. Returns
/// a sentence about it, "" for nothing.
[[nodiscard]] std::string recover(const CommitRecord& record, Decision decision, Context& context);

}  // namespace roost::sqlite
