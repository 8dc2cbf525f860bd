// Foreign keys that stand in the way of a load: taken off, checked and put back within one transaction.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lib/sql/postgresql/column_types.hpp"
#include "lib/sql/postgresql/connection.hpp"

namespace roost::sql::postgresql {

/// One side of a foreign key.
struct KeySide {
    Oid oid = 0;
    std::string schema;  ///< as the server has it
    std::string name;
    bool partitioned = false;
    std::string owner;
    bool owned = false;  ///< this role may alter it

    [[nodiscard]] std::string shownName() const;
    [[nodiscard]] std::string quoted() const;
};

struct KeyPart {
    std::string child;
    std::string parent;
    std::string equals;   ///< the operator that compares them, with its schema
    bool cleared = true;  ///< by ON DELETE SET NULL or SET DEFAULT
};

/// A foreign key as the server has it.
struct ReferentialKey {
    Oid oid = 0;
    std::string name;
    KeySide child;
    KeySide parent;
    std::vector<KeyPart> parts;
    std::string definition;  ///< what follows ADD CONSTRAINT name
    std::string comment;
    bool validated = true;
    bool deferrable = false;
    char onDelete = 'a';  ///< pg_constraint.confdeltype

    /// "foreign key 'fk_x' of table api_keys", or by its columns where it has no name
    [[nodiscard]] std::string shown() const;
};

/// Those with a child or a parent among the tables (an array of oids as text) or their partitions; of a
/// partitioned table only the key that the others are made of.
[[nodiscard]] std::vector<ReferentialKey> keysTouching(Connection& connection, const std::string& tables);

/// Tables that others stand in for, by oid: quoted names.
using StandIns = std::map<Oid, std::string>;

/// The rows of one side, as FROM takes them: "ONLY "schema"."name"", or what stands in for it.
[[nodiscard]] std::string rowsOf(const KeySide& side, const StandIns& standIns);

/// The condition by which a row c of the child is an orphan.
[[nodiscard]] std::string orphanCondition(const ReferentialKey& key, const StandIns& standIns);

/// Rows of the child that refer to nothing.
struct Orphans {
    std::uint64_t count = 0;
    std::vector<std::string> rows;  ///< the first of them: "id=5 (user_id=9)"

    /// "3 rows refer to rows of table users that do not exist: id=5 (user_id=9), ..."
    [[nodiscard]] std::string text(const ReferentialKey& key) const;
};
/// `among`: a further condition on c; "" for all.
[[nodiscard]] Orphans findOrphans(Connection& connection, const ReferentialKey& key, const StandIns& standIns,
                                  const std::string& among = {});

/// Takes the key off. Others wait for both tables from here on.
void dropKey(Connection& connection, const ReferentialKey& key);
/// Puts it back. Throws roost::Error that lists orphans where there are any.
void restoreKey(Connection& connection, const ReferentialKey& key);

/// Whether ON DELETE says what to do with a row whose parent is gone.
[[nodiscard]] bool actsOnDelete(const ReferentialKey& key) noexcept;
/// Does to the orphans what ON DELETE says; returns how many rows that were. `among` as in findOrphans().
std::uint64_t applyOnDelete(Connection& connection, const ReferentialKey& key, const std::string& among = {});

}  // namespace roost::sql::postgresql
