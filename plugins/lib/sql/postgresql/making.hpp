// What has to be made in a database for a catalog's tables and objects, in steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lib/sql/postgresql/connection.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::postgresql {

/// Something that is made by one or more statements.
struct MakingStep {
    std::string shown;                    ///< "table 'users'", "view 'active'"
    std::vector<std::string> statements;  ///< run one by one, each alone
    /// Left out with a warning where the server can't make it: what it needs (an extension's files, a foreign
    /// server) is no part of a backup.
    bool dispensable = false;
    /// May have been made by another step, such as a table by the extension that it belongs to.
    bool mayExist = false;
};

/// What is made before rows are loaded, and what after.
struct Making {
    std::vector<MakingStep> before;
    std::vector<MakingStep> after;
    std::vector<std::string> left;  ///< objects of the catalog that are not made, by name
};

/// What the target holds already.
struct Present {
    bool tables = false;                ///< any table at all
    std::vector<NativeObject> objects;  ///< as readObjects() gives them
    bool rehearsal = false;             ///< nothing may be locked that is there
};

/// A table's quoted name in this run; another one than its own in a rehearsal, "" where a key to it is to be
/// left out.
using NameOfTable = std::function<std::string(const std::string& schema, const std::string& table)>;

/// Plans what has to be made so that the tables `created` (of `catalog`, whose dialect is PostgreSQL's) and
/// what belongs to them are there. Into a database without tables everything of the catalog is made; into
/// another one the tables, what stands on them, and types, functions and sequences that are missing. What is
/// there already is left alone. Throws roost::Error for native text that is not run (native_statement.hpp).
[[nodiscard]] Making planMaking(const Catalog& catalog, const std::vector<const Table*>& created,
                                const Present& present, const NameOfTable& nameOf);

/// Runs the steps. One that fails because something is missing is tried again after the others: whatever the
/// order, it suffices that there is one. Removes from `steps` what was made or left out; what stays could not
/// be made yet, and `failure` has the server's words about the first of it. Other failures are thrown.
/// Returns warnings.
[[nodiscard]] std::vector<std::string> runSteps(Connection& connection, std::vector<MakingStep>& steps,
                                                std::string& failure);

}  // namespace roost::sql::postgresql
