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
    /// Rows hold together without it, so that it is left out where the server lacks what it needs and no
    /// backup carries (an extension's files, a foreign server, an operator).
    bool dispensable = false;
    bool hastens = false;  ///< an index that no constraint needs: left out where a value is too long for it
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

/// A step that was left out, and the server's words about it.
struct LeftOut {
    std::string shown;
    std::string why;
};

/// What running steps came to.
struct StepsRun {
    std::vector<LeftOut> leftOut;
    std::string failure;  ///< the server's words about the first step that could not be made
};

/// Runs the steps. One that fails because something is missing is tried again after the others: whatever the
/// order, it suffices that there is one. Removes from `steps` what was made; what stays could not be made
/// yet. In the `last` run those that are dispensable are left out. Other failures are thrown.
[[nodiscard]] StepsRun runSteps(Connection& connection, std::vector<MakingStep>& steps, bool last);

}  // namespace roost::sql::postgresql
