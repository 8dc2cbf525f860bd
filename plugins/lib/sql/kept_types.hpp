// Types of PostgreSQL without a counterpart, and the words by which a column of SQLite remembers them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace roost::sql {

/// What SQLite is told of a column of PostgreSQL's type `native` (as format_type() spells it), whose values
/// it keeps as the server's own text: "inet" -> "inet_text", "integer[]" -> "i4_array_text",
/// "numeric(10,2)[]" -> "decimal_array_text(10,2)". Its affinity is TEXT, which changes no text. Nothing for
/// types that a database need not have (those of extensions and of users) and for those with a
/// logical type.
[[nodiscard]] std::optional<std::string> keptTypeWord(std::string_view native);

struct KeptType {
    std::string native;      ///< as PostgreSQL spells it
    bool comparable = true;  ///< keys and indexes can have it
};

/// The reverse of keptTypeWord(), whatever the case of `declared`. Nothing for all other declarations.
[[nodiscard]] std::optional<KeptType> keptType(std::string_view declared);

}  // namespace roost::sql
