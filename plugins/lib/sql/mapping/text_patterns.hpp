// Patterns of LIKE and GLOB, each in the other's words.
#pragma once

#include <string>
#include <string_view>

namespace roost::sql::mapping {

/// SQLite's GLOB pattern for one of PostgreSQL's LIKE, whose escape character is '\'. Throws NotTranslatable
/// for a '\' at the end.
[[nodiscard]] std::string globOfLike(std::string_view pattern);

/// The reverse. Throws NotTranslatable for a set of characters: [a-z].
[[nodiscard]] std::string likeOfGlob(std::string_view pattern);

/// SQLite's LIKE pattern for PostgreSQL: ASCII letters in lower case, '\' doubled.
[[nodiscard]] std::string foldedLike(std::string_view pattern);

}  // namespace roost::sql::mapping
