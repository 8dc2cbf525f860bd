// Column types from all the values that the columns hold.
#pragma once

#include "lib/sql/sqlite/connection.hpp"
#include "roost/catalog.hpp"

namespace roost::sqlite {

/// What sampleColumns() does with the first rows, with all of them, and more, by one scan of each table that
/// has a column in question:
///   - A column whose declaration says little (saysLittle()) gets the type that fits all its values, with
///     TypeOrigin::inferred and the reason. Where the values are of several kinds it stays what it is, and
///     the reason says why.
///   - Numbers in a column of timestamps or dates get their unit (Column::numbersAre) where all agree on one,
///     and a timestamp becomes an instant then, unless a text in it has no offset. Where they do not agree a
///     warning in Catalog::warnings says so.
/// A type that was set stays, as does a unit. Run it inside the transaction that the rows are read in. Throws
/// roost::Error, or Interrupted.
void inferColumns(const Connection& connection, Catalog& catalog);

}  // namespace roost::sqlite
