// How the tables of an application hang on its users.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "roost/catalog.hpp"
#include "roost/option_table.hpp"

namespace roost::ownership {

struct GraphOptions {
    std::string usersTable = "users";
    TextMap owner;  ///< {memo: creator_id}, {memo.creator_id: users.id}, {backup_jobs: none}
    TextMap match;  ///< {login_attempts.username: users.username}
    /// The columns of the users table that name a user, for what is offered.
    std::vector<std::string> names = {"id", "username", "email"};
};

/// Rows of one table belong to whom a row of another belongs to. Tables are positions in Catalog::tables.
struct Tie {
    std::size_t child = 0;
    std::size_t parent = 0;
    std::vector<std::string> columns;
    std::vector<std::string> parentColumns;
    std::string collation;  ///< how text is compared; "" for the columns' own way
    bool asText = false;    ///< the two sides are of different types
    bool optional = true;   ///< a row may have no value there
};

/// What a table is tied by. Of a row the first group counts in which a tie has a value; several ties in one
/// group make a row several users'.
struct TableTies {
    std::vector<std::vector<Tie>> groups;
    bool always = false;  ///< every row is somebody's
    std::string offer;    ///< an option that would tie it: "'owner: {memo: creator_id}'"
    /// "documents.user_id -> users.id"; "" for one tied to nothing.
    [[nodiscard]] std::string text(const Catalog& catalog) const;
};

/// A foreign key between two tables of the catalog.
struct Reference {
    Tie key;
    std::string name;
    /// It is what ties the child, so a user's rows refer to nothing but the same user's.
    bool decides = false;
};

struct Graph {
    std::size_t users = 0;
    std::vector<TableTies> tables;
    std::vector<Reference> references;
    std::vector<std::size_t> order;    ///< the tied tables, nearest to the users first
    std::vector<std::string> remarks;  ///< what a plan should warn of

    [[nodiscard]] bool isTied(std::size_t table) const {
        return table == users || !tables[table].groups.empty();
    }
};

/// Follows foreign keys to the users table. A key ties where its row cannot do without: it may not be null,
/// or the row is deleted with its target. Another one that leads to the users table itself ties where its
/// name says ownership ("author_id", not "updated_by"); to any other table, where it forbids the deletion of
/// its target: one that lets the row live on (SET NULL, SET DEFAULT) only mentions. Options replace what was
/// found for their table. Throws roost::Error for options that fit no table or column.
[[nodiscard]] Graph findOwnership(const Catalog& catalog, const GraphOptions& options);

/// The position of the table that `name` ("table" or "schema.table") means; throws roost::Error with a near
/// name and `what` wants it.
[[nodiscard]] std::size_t tableNamed(const Catalog& catalog, const std::string& name,
                                     const std::string& what);

}  // namespace roost::ownership
