// Names as PostgreSQL and the catalog have them.
#pragma once

#include <string>
#include <string_view>

#include "lib/sql/quoting.hpp"

namespace roost::sql::postgresql {

/// "schema"."name".
[[nodiscard]] inline std::string quoteQualified(std::string_view schema, std::string_view name) {
    return quoteIdentifier(schema) + "." + quoteIdentifier(name);
}

/// The name of a schema as the catalog carries it: "" for `public`, so that names of its tables stay plain.
[[nodiscard]] inline std::string catalogSchema(std::string_view schema) {
    return schema == "public" ? std::string() : std::string(schema);
}

}  // namespace roost::sql::postgresql
