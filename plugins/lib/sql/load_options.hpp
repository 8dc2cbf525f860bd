// The options that every database sink has.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <ratio>
#include <string>
#include <system_error>
#include <vector>

#include "lib/sql/load_plan.hpp"
#include "lib/sql/rejection/bad_values.hpp"
#include "lib/stream/partial_file.hpp"
#include "roost/option_table.hpp"

namespace roost::sql {

/// The option `triggers`.
enum class Triggers : std::uint8_t { skip, fire };

/// What a sink's own options derive from.
struct DatabaseSinkOptions {
    LoadMode mode = LoadMode::automatic;
    OnDrift onSchemaDrift = OnDrift::fail;
    OnPartial partial = OnPartial::refuse;
    std::vector<std::string> keepTables;
    Triggers triggers = Triggers::skip;
    OnBadValue onBadValue = OnBadValue::fail;
    std::string rejectFile;
    bool verify = true;

    /// What they say to planLoad().
    [[nodiscard]] LoadOptions loadOptions(NameCase nameCase) const {
        return {mode, onSchemaDrift, keepTables, nameCase, partial};
    }
};

/// Declares them. `Options` derives from DatabaseSinkOptions. `badValues`: the names of OnBadValue's values
/// that the sink has, in their order.
template <class Options>
void addDatabaseSinkOptions(OptionTable<Options>& table, std::vector<std::string> badValues) {
    // The casts name the class that the table is of: a base's members alone would not tell it.
    table.choice(
        "mode", static_cast<LoadMode Options::*>(&Options::mode),
        {"auto", "create", "replace", "merge", "add", "users"},
        "What to do with each table that comes. auto: makes it where it is missing, else replaces its "
        "rows. create: makes it, and refuses one that is there. replace: replaces its rows, and refuses "
        "one that is not there. merge: inserts rows, and updates those whose primary key is there. add: "
        "makes "
        "it where it is missing, inserts rows whose primary key is not there, and leaves those that are. "
        "users: replaces the rows of the users that come, found by the transform user-filter, and leaves "
        "everybody else's; of rows that are nobody's it inserts those that are missing.");
    table.choice(
        "on-schema-drift", static_cast<OnDrift Options::*>(&Options::onSchemaDrift), {"fail", "warn"},
        "What to do where a column that comes is missing in the target, or the target needs one that "
        "does not come: refuse, or go on without it (exit code 3).");
    table.choice(
        "partial", static_cast<OnPartial Options::*>(&Options::partial), {"refuse", "replace"},
        "What `mode: auto` and `mode: replace` do where a table holds rows and only a part of it comes, or "
        "masked values (it went through `select`, `mask` or a filter): refuse, since what was left out would "
        "be gone, or replace its rows all the same.");
    table
        .list("keep-tables", &Options::keepTables,
              "Tables whose rows stay as they are where the target has them, by name or pattern (* and ?).")
        .example("migrations, schema_*");
    table.choice("triggers", static_cast<Triggers Options::*>(&Options::triggers), {"skip", "fire"},
                 "Whether the target's triggers fire for the rows that are removed and written. They are as "
                 "they were afterwards.");
    const bool text = badValues.size() > static_cast<std::size_t>(OnBadValue::text);
    table.choice(
        "on-bad-value", static_cast<OnBadValue Options::*>(&Options::onBadValue), std::move(badValues),
        std::string("What to do with a value that its column in the target cannot hold. fail: end the run, "
                    "once all of them are known. null: make it NULL. reject-file: leave its row out, and "
                    "write it to `reject-file`.") +
            (text ? " text: make the column one of text, in a table that this run makes." : ""));
    table
        .text(
            "reject-file", static_cast<std::string Options::*>(&Options::rejectFile),
            "With `on-bad-value: reject-file`, the file for the rows that are left out: an object of JSON a "
            "line, mode 0600. One that exists is not touched.")
        .example("rejected_${timestamp}.jsonl");
    table.boolean("verify", static_cast<bool Options::*>(&Options::verify),
                  "Read the rows back after the load, and compare their number and a digest of each column "
                  "with what was read from the source.");
}

/// What is wrong with how the options go together.
inline void checkDatabaseSinkOptions(const DatabaseSinkOptions& options, const Node& settings,
                                     Diagnostics& diagnostics) {
    const Node* const policy = settings.find("on-bad-value");
    if (policy == nullptr || options.onBadValue != OnBadValue::rejectFile || !options.rejectFile.empty())
        return;
    diagnostics.error(policy->position, "'on-bad-value: reject-file' needs a file for the rows",
                      policy->scalar.size(), "add 'reject-file: rejected.jsonl'");
}

/// Why the file for rejected rows cannot be written; "" where it can, or is not wanted.
[[nodiscard]] inline std::string rejectFileRefusal(const DatabaseSinkOptions& options) {
    if (options.onBadValue != OnBadValue::rejectFile) return {};
    if (std::string refusal = stream::longNameRefusal(options.rejectFile); !refusal.empty())
        return "the file for rejected rows: " + refusal;
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::symlink_status(options.rejectFile, ignored))) return {};
    return "the file for rejected rows, '" + options.rejectFile + "', exists already: name another one";
}

/// "3.1 s"
[[nodiscard]] inline std::string shownSeconds(std::chrono::duration<double> time) {
    const auto tenths =
        std::chrono::duration_cast<std::chrono::duration<std::int64_t, std::deci>>(time).count();
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace roost::sql
