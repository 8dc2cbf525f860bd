// SQL that comes with an archive: run only where it is what it says it is.
#pragma once

#include <string>
#include <vector>

#include "roost/catalog.hpp"

namespace roost::sql::postgresql {

/// The statements that make `object`, to be run one by one, each by itself (Connection::query(), which takes
/// a single statement). Throws roost::Error, naming the object, where the text is not of the kind that an
/// object of its type is made by, speaks of another table, or holds a statement more.
/// What a function or a view does when it is used can't be told here: whoever restores an archive's functions
/// trusts them.
[[nodiscard]] std::vector<std::string> statementsFor(const NativeObject& object);

/// The same for a table's own CREATE TABLE, and for one of its indexes.
[[nodiscard]] std::string createTableStatement(const Table& table);
[[nodiscard]] std::string createIndexStatement(const Table& table, const Index& index);

/// "view 'active_users'", "trigger 'stamp' of table 'users'": for messages.
[[nodiscard]] std::string shownObject(const NativeObject& object);

}  // namespace roost::sql::postgresql
