// Aviary's tables, as its own start makes them on each database.
#pragma once

#include <string_view>

namespace roost::bench {

/// SQL statements, one a line. The indexes are apart, so that rows can be loaded before them.
struct Schema {
    std::string_view tables;
    std::string_view indexes;
};

[[nodiscard]] Schema sqliteSchema();
[[nodiscard]] Schema postgresSchema();

}  // namespace roost::bench
