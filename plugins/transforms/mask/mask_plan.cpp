#include "transforms/mask/mask_plan.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "lib/sql/cell_text.hpp"
#include "lib/sql/column_pattern.hpp"
#include "lib/sql/mapping/renamed_text.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"
#include "transforms/mask/key_check.hpp"
#include "transforms/mask/secret_names.hpp"
#include "transforms/mask/unique_columns.hpp"

namespace roost::mask {

using sql::NameCase;
using storage::shownName;

namespace {

std::string shown(const Table& table, const Column& column) {
    return shownName(table.qualifiedName() + "." + column.name);
}

void append(std::string& list, const std::string& text) { list += (list.empty() ? "" : ", ") + text; }

/// Of a table that keeps settings as rows: the column of their names, and that of their values.
struct SettingColumns {
    std::size_t name = 0;
    std::size_t value = 0;
};

std::optional<SettingColumns> settingsOf(const Table& table) {
    constexpr std::array<std::string_view, 6> names{"key",          "name",       "setting",
                                                    "setting_name", "config_key", "option_name"};
    constexpr std::array<std::string_view, 4> values{"value", "setting_value", "config_value",
                                                     "option_value"};
    const auto find = [&](const auto& words) -> std::optional<std::size_t> {
        for (const std::string_view word : words)
            for (std::size_t i = 0; i < table.columns.size(); ++i)
                if (sql::sameName(table.columns[i].name, word, NameCase::folded)) return i;
        return std::nullopt;
    };
    const auto name = find(names);
    const auto value = find(values);
    if (!name || !value) return std::nullopt;
    return SettingColumns{*name, *value};
}

/// What a secret may be; a moment or a switch is none, whatever it is called.
bool mayHoldSecret(const Column& column) {
    constexpr std::array no{TypeKind::boolean, TypeKind::date, TypeKind::time, TypeKind::timestamp,
                            TypeKind::interval};
    return !column.generated && std::ranges::find(no, column.type.kind) == no.end();
}

class Planner {
public:
    Planner(const Catalog& catalog, const MaskOptions& options, Context& context)
        : catalog_(catalog),
          options_(options),
          context_(context),
          nameCase_(catalog.dialect == "sqlite" ? NameCase::folded : NameCase::exact) {
        for (const std::string& text : options.secretColumns) secrets_.emplace_back(text, nameCase_);
    }

    std::map<TableId, std::vector<ColumnMasks>> plan() {
        checkNames();
        for (const Table& table : catalog_.tables) planTable(table);
        checkForeignKeys(catalog_, [this](const Table& table, const Column& column) {
            return signatureOf(table, column);
        });
        tell();
        return std::move(masks_);
    }

private:
    /// Names that are not there: the masks would silently not be.
    void checkNames() const {
        const auto check = [&](const char* option, const std::string& text) {
            const sql::ColumnPattern pattern(text, nameCase_);
            for (const Table& table : catalog_.tables)
                for (const Column& column : table.columns)
                    if (pattern.takesColumn(table, column)) return;
            if (pattern.isPlain()) sql::failMissing(option, "column", text, sql::columnNames(catalog_));
            context_.warn("no column matches '" + shownName(text) + "' in '" + option + "'");
        };
        for (const MaskRule& rule : options_.rules) check("rules", rule.column);
        for (const std::string& text : options_.secretColumns) check("secret-columns", text);
    }

    void planTable(const Table& table) {
        std::vector<ColumnMasks> masks;
        std::string done;
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            ColumnMasks column{i, {}};
            bool all = false;  // a step for all rows: nothing behind it counts
            for (std::size_t r = options_.rules.size(); r-- > 0 && !all;) all = addRule(table, column, r);
            if (!all) addSecret(table, column);
            const bool masked = std::ranges::any_of(
                column.steps, [](const MaskStep& step) { return step.mask.action() != Action::keep; });
            if (!masked) continue;
            append(done, shownName(table.columns[i].name) + " (" + textOf(column) + ")");
            masks.push_back(std::move(column));
        }
        clearGenerated(table, masks);
        if (masks.empty()) return;
        told_.push_back("table " + shownName(table.qualifiedName()) + " is masked: " + done);
        masks_.emplace(table.id, std::move(masks));
    }

    /// True if the rule is about the column and all its rows.
    bool addRule(const Table& table, ColumnMasks& column, std::size_t r) {
        const MaskRule& rule = options_.rules[r];
        const Column& own = table.columns[column.place];
        const sql::ColumnPattern pattern(rule.column, nameCase_);
        if (!pattern.takesColumn(table, own)) return false;
        const std::string why =
            (rule.position.line > 0 ? "the rule of line " + std::to_string(rule.position.line)
                                    : "rule " + std::to_string(r + 1)) +
            ": " + shown(table, own);
        const Action action = rule.action();
        if (action != Action::keep && (own.generated || own.identity != Identity::none)) {
            if (!pattern.isPlain() && own.generated) return false;  // it follows the columns that it reads
            throw Error(why + (own.generated ? " is generated: mask the columns that it is made of"
                                             : " numbers its rows and can't be masked"));
        }
        std::optional<std::vector<RowTest>> where = testsOf(table, rule, why);
        if (!where) return false;
        const bool unique = isUnique(table, own);
        if (unique && action == Action::digits && (!where->empty() || isUniqueByExpression(table, own)))
            throw Error(why + " is unique, which 'digits' keeps only for all rows, and letter by letter",
                        "use 'hash'");
        column.steps.push_back(
            {std::move(*where), ValueMask(action, rule.value.value_or(""), own, unique, why)});
        return column.steps.back().where.empty();
    }

    /// Nothing where the table lacks a column that the rule looks at, and the rule is about several tables.
    std::optional<std::vector<RowTest>> testsOf(const Table& table, const MaskRule& rule,
                                                const std::string& why) const {
        std::vector<RowTest> tests;
        for (const auto& [name, text] : rule.where) {
            const auto found = std::ranges::find_if(table.columns, [&, &name = name](const Column& column) {
                return sql::sameName(column.name, name, nameCase_);
            });
            if (found == table.columns.end()) {
                if (!sql::ColumnPattern(rule.column, nameCase_).isPlain()) return std::nullopt;
                throw Error(why + ": its table has no column '" + shownName(name) +
                            "', of which 'where' asks");
            }
            tests.push_back({static_cast<std::size_t>(found - table.columns.begin()), found->type.withZone,
                             sql::NamePattern(text, NameCase::exact)});
        }
        return tests;
    }

    [[nodiscard]] bool isNamedSecret(const Table& table, const Column& column) const {
        return std::ranges::any_of(secrets_,
                                   [&](const auto& pattern) { return pattern.takesColumn(table, column); });
    }

    void addSecret(const Table& table, ColumnMasks& column) {
        const Column& own = table.columns[column.place];
        if (isNamedSecret(table, own) || (mayHoldSecret(own) && looksSecret(own.name))) {
            if (!options_.dropSecrets) return append(kept_, shown(table, own));
            const std::string why = shown(table, own) + " looks like a secret, but";
            if (own.identity != Identity::none)
                throw Error(why + " numbers its rows", "give it a rule with 'keep: true'");
            if (std::ranges::find(table.primaryKey, own.name) != table.primaryKey.end())
                throw Error(why + " is a part of the primary key",
                            "give it a rule with 'hash: true' or 'keep: true'");
            column.steps.push_back({{}, ValueMask(Action::drop, "", own, isUnique(table, own), why)});
            return;
        }
        const auto settings = settingsOf(table);
        if (!settings || settings->value != column.place) return;
        const std::string rows = shown(table, own) + " where " +
                                 shownName(table.columns[settings->name].name) + " is the name of a secret";
        if (!options_.dropSecrets) return append(kept_, rows);
        column.steps.push_back({{{settings->name, false, std::nullopt}},
                                ValueMask(Action::drop, "", own, isUnique(table, own), rows)});
    }

    /// Values of generated columns are computed anew where they arrive: what comes here would tell the old.
    static void clearGenerated(const Table& table, std::vector<ColumnMasks>& masks) {
        std::vector<std::string> read;
        read.reserve(table.columns.size());
        for (const ColumnMasks& mask : masks) read.push_back(table.columns[mask.place].name);
        for (std::size_t i = 0; i < read.size(); ++i)
            for (std::size_t place = 0; place < table.columns.size(); ++place) {
                const Column& column = table.columns[place];
                const bool reads = column.generated && sql::mapping::mentions(*column.generated, read[i]);
                if (!reads || std::ranges::find(read, column.name) != read.end()) continue;
                Column any = column;
                any.nullable = true;
                masks.push_back({place, {}});
                masks.back().steps.push_back({{}, ValueMask(Action::null, "", any, false, "")});
                read.push_back(column.name);
            }
    }

    static std::string textOf(const ColumnMasks& column) {
        std::string text;
        for (const MaskStep& step : column.steps) {
            if (step.mask.action() == Action::keep && step.where.empty()) continue;
            append(text, step.mask.text() + (step.where.empty() ? "" : " in some rows"));
        }
        return text;
    }

    [[nodiscard]] std::string signatureOf(const Table& table, const Column& column) const {
        const auto found = masks_.find(table.id);
        if (found == masks_.end()) return {};
        for (const ColumnMasks& mask : found->second) {
            if (table.columns[mask.place].name != column.name) continue;
            if (mask.steps.size() == 1 && mask.steps.front().where.empty())
                return mask.steps.front().mask.signature();
            return "some rows of " + shown(table, column);  // alike to nothing else
        }
        return {};
    }

    void tell() const {
        for (const std::string& text : told_) context_.warn(text);
        if (!kept_.empty()) context_.warn("these look like secrets and are kept: " + kept_);
        if (!catalog_.entryKinds.empty())
            context_.warn("files are not masked: their contents, names and owners go along as they are");
    }

    const Catalog& catalog_;
    const MaskOptions& options_;
    Context& context_;
    NameCase nameCase_;
    std::vector<sql::ColumnPattern> secrets_;
    std::map<TableId, std::vector<ColumnMasks>> masks_;
    std::vector<std::string> told_;
    std::string kept_;
};

}  // namespace

bool RowTest::holds(const Cell& cell) const {
    std::string buffer;
    const auto text = sql::cellText(cell, utc, buffer);
    if (!text) return false;
    return pattern ? pattern->matches(*text) : looksSecret(*text);
}

std::map<TableId, std::vector<ColumnMasks>> planMasks(const Catalog& catalog, const MaskOptions& options,
                                                      Context& context) {
    return Planner(catalog, options, context).plan();
}

}  // namespace roost::mask
