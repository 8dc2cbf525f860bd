// The options that every database sink has.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/sql/load_plan.hpp"
#include "roost/option_table.hpp"

namespace roost::sql {

/// The option `triggers`.
enum class Triggers : std::uint8_t { skip, fire };

/// What a sink's own options derive from.
struct DatabaseSinkOptions {
    LoadMode mode = LoadMode::automatic;
    OnDrift onSchemaDrift = OnDrift::fail;
    std::vector<std::string> keepTables;
    Triggers triggers = Triggers::skip;

    /// What they say to planLoad().
    [[nodiscard]] LoadOptions loadOptions(NameCase nameCase) const {
        return {mode, onSchemaDrift, keepTables, nameCase};
    }
};

/// Declares them. `Options` derives from DatabaseSinkOptions.
template <class Options>
void addDatabaseSinkOptions(OptionTable<Options>& table) {
    // The casts name the class that the table is of: a base's members alone would not tell it.
    table.choice(
        "mode", static_cast<LoadMode Options::*>(&Options::mode),
        {"auto", "create", "replace", "merge", "add"},
        "What to do with each table that comes. auto: makes it where it is missing, else replaces its "
        "rows. create: makes it, and refuses one that is there. replace: replaces its rows, and refuses "
        "one that is not there. merge: inserts rows, and updates those whose primary key is there. add: "
        "makes "
        "it where it is missing, inserts rows whose primary key is not there, and leaves those that are.");
    table.choice(
        "on-schema-drift", static_cast<OnDrift Options::*>(&Options::onSchemaDrift), {"fail", "warn"},
        "What to do where a column that comes is missing in the target, or the target needs one that "
        "does not come: refuse, or go on without it (exit code 3).");
    table
        .list("keep-tables", &Options::keepTables,
              "Tables whose rows stay as they are where the target has them, by name or pattern (* and ?).")
        .example("migrations, schema_*");
    table.choice("triggers", static_cast<Triggers Options::*>(&Options::triggers), {"skip", "fire"},
                 "Whether the target's triggers fire for the rows that are removed and written. They are as "
                 "they were afterwards.");
}

}  // namespace roost::sql
