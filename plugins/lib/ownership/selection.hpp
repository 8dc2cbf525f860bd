// One user's data, whole, and no one else's: which rows of which tables go along.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/ownership/owner_list.hpp"
#include "lib/ownership/ownership_conditions.hpp"
#include "lib/ownership/ownership_graph.hpp"
#include "lib/ownership/row_set.hpp"
#include "lib/ownership/user_choice.hpp"
#include "roost/context.hpp"
#include "roost/stage.hpp"

namespace roost::ownership {

struct SelectionOptions {
    GraphOptions graph;
    UserOptions users;
    bool includeUnowned = false;             ///< tables that are tied to no user are taken whole
    std::vector<std::string> includeTables;  ///< those of them that are, by name or pattern
    References references = References::fail;
    std::string filesBy;  ///< the column that names a user's folder of files; "" for the primary key
    bool copies = false;  ///< wants TableSelection::mine
};

/// How the rows are found. automatic: by conditions in the database where that is possible and quick.
enum class Way : std::uint8_t { automatic, conditions, keys };

/// Columns that are emptied because what they refer to does not go along.
struct Emptied {
    std::vector<std::size_t> columns;
    RowSet rows;
};

struct TableSelection {
    enum class Fate : std::uint8_t { dropped, whole, rows };
    Fate fate = Fate::dropped;
    std::string how;                   ///< "by user_id -> users.id"
    std::optional<RowCondition> rows;  ///< where the source finds the rows
    std::optional<RowSet> numbers;     ///< else their numbers in scan order
    std::uint64_t scanned = 0;         ///< then, of how many
    std::optional<RowSet> mine;        ///< then, where it is asked for, those of the chosen users alone
    std::vector<Emptied> emptied;
};

struct Selection {
    Graph graph;
    std::vector<TableSelection> tables;  ///< at the positions of Catalog::tables
    std::uint64_t users = 0;
    std::shared_ptr<OwnerList> owners;
    Way way = Way::keys;
    /// Whose rows are whose, for a sink that replaces the chosen users' rows; at the positions of
    /// Catalog::tables. Empty, like the users, where it cannot be said in conditions: too many users, keys
    /// that no statement can name, ties that go in a circle.
    std::vector<RowOwnership> ownership;
    std::optional<ChosenUsers> chosenUsers;
    std::string ownershipUnknown;      ///< why `ownership` is empty, and what helps
    std::string filesBy;               ///< the column that names a user's folder
    std::vector<std::string> remarks;  ///< what a plan should warn of
};

/// Looks at the sources and decides; changes nothing there. Throws roost::Error for options that fit nothing,
/// users that are not there, and references that lead to other users' rows where that is to fail.
[[nodiscard]] Selection select(const Catalog& catalog, const SelectionOptions& options, SourceAccess& sources,
                               Context& context, Way way = Way::automatic);

}  // namespace roost::ownership
