// Triggers, rules and row-level security that would change or hide rows while they are loaded.
#pragma once

#include <string>
#include <vector>

#include "lib/sql/postgresql/connection.hpp"

namespace roost::sql::postgresql {

/// Pairs of statements: what silences something, and what brings back exactly the state before. Run the first
/// ones before a load, the second ones after it, in the same transaction.
struct Silencing {
    std::string what;  ///< "trigger 'stamp' of table users"
    std::string before;
    std::string after;
};

/// What has to be silenced on the tables (an array of oids as text) and their partitions: user triggers by
/// name (`triggers`), rules on INSERT and UPDATE (`rules`: COPY ignores them, INSERT doesn't), and row-level
/// security that is forced on the owner. Reads only.
[[nodiscard]] std::vector<Silencing> silencingFor(Connection& connection, const std::string& tables,
                                                  bool triggers, bool rules);

}  // namespace roost::sql::postgresql
