// What there is at the target before anything is written.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/table_catalog.hpp"
#include "roost/catalog.hpp"

namespace roost::postgresql {

struct TableOwner {
    std::string name;
    bool mine = false;  ///< the role may alter the table
};

/// The target's tables and objects as the server has them at one moment.
struct TargetState {
    Catalog catalog;
    std::vector<sql::postgresql::TableDescription> tables;  ///< at the position of catalog.tables
    std::map<sql::postgresql::Oid, TableOwner> owners;
    /// Every table, view, index, ... by schema (as the server has it) and name: what it is, in words.
    std::map<std::pair<std::string, std::string>, std::string> names;

    [[nodiscard]] const sql::postgresql::TableDescription& description(const Table& table) const {
        return tables[static_cast<std::size_t>(&table - catalog.tables.data())];
    }
};

/// Reads all schemas. Takes no lock that anybody waits for, and counts no rows.
[[nodiscard]] TargetState readTargetState(sql::postgresql::Connection& connection);

}  // namespace roost::postgresql
