// What a database sink does with each table that comes to it: decided before anything is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/sql/name_pattern.hpp"
#include "roost/catalog.hpp"

namespace roost::sql {

/// The option `mode`.
enum class LoadMode : std::uint8_t {
    automatic,  ///< creates what is missing, replaces the rest
    create,     ///< creates; refuses a table that exists
    replace,    ///< replaces the rows of tables that exist; refuses one that doesn't
    merge,      ///< inserts or updates rows by primary key; refuses a table that doesn't exist or has no key
    add,    ///< creates what is missing; inserts rows whose primary key isn't there, leaves those that are
    users,  ///< replaces the rows of the users that come; refuses a table that doesn't exist. See
            ///< users_load.hpp
};

/// The option `on-schema-drift`.
enum class OnDrift : std::uint8_t { fail, warn };

/// The option `partial`: what becomes of rows that are there, where only a part of their table comes.
enum class OnPartial : std::uint8_t { refuse, replace };

struct LoadOptions {
    LoadMode mode = LoadMode::automatic;
    OnDrift onDrift = OnDrift::fail;
    /// Patterns of tables whose rows stay as they are where the target has the table.
    std::vector<std::string> keepTables;
    NameCase nameCase = NameCase::exact;
    OnPartial onPartial = OnPartial::refuse;
};

/// What happens to one table. LoadMode::add merges, too: only that a row that is there stays as it is.
enum class TableAction : std::uint8_t { create, replace, merge, keep, users };

/// A column that is loaded: its place in the rows that come, and its place in the target's table. Generated
/// columns, of either side, are never among them.
struct ColumnLoad {
    std::size_t from = 0;
    std::size_t to = 0;
};

struct TableLoad {
    const Table* from = nullptr;  ///< as it comes
    const Table* to = nullptr;    ///< the target's own; equal to `from` for TableAction::create
    TableAction action = TableAction::create;
    std::vector<ColumnLoad> columns;  ///< in the order of the target's columns
    /// Places in `columns` of the target's primary key, in its order; empty where it has none or not all of
    /// it comes.
    std::vector<std::size_t> key;
    /// TableAction::users: whose the rows of the target's table are, in its own columns' names. Other tables
    /// go by the numbers that they have in the catalog that comes.
    RowOwnership ownership;
    /// TableAction::users: what comes are rows of the users that come, and no others.
    bool onlyOwned = false;
};

struct LoadPlan {
    std::vector<TableLoad> tables;  ///< one for each table that comes, in the order of the catalog
    std::vector<std::string> refusals;
    std::vector<std::string> warnings;
    /// Columns that come and whose values have no place ("table users, column 'x'"): for Context::setAside().
    std::vector<std::string> leftOut;
    std::vector<std::string> destroys;  ///< "table users: 12 rows"

    /// The one of that id, or null.
    [[nodiscard]] const TableLoad* find(TableId id) const noexcept;
};

/// Compares what comes with what is there. Both catalogs must outlive the plan; the tables of `target` must
/// have exact row counts. A column that comes and is missing in the target, or one of the target that needs a
/// value and does not come, is a refusal by name; so is a table of which only a part comes, where rows would
/// have to go for it; with OnDrift::warn the first is left out and the second a
/// warning. A column that comes marked `optional` is never refused. With LoadMode::users `destroys` is left
/// to the sink, which can count the users' rows.
[[nodiscard]] LoadPlan planLoad(const Catalog& incoming, const Catalog& target, const LoadOptions& options);

}  // namespace roost::sql
