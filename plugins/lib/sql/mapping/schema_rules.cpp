#include "lib/sql/mapping/schema_rules.hpp"

#include <algorithm>
#include <string_view>

#include "lib/storage/shown_name.hpp"
#include "roost/diagnostic.hpp"
#include "roost/error.hpp"

namespace roost::sql::mapping {

namespace {

using storage::shownName;

/// Under which names a table goes in patterns.
std::vector<std::string> namesOf(const Table& table, bool hasSchemas) {
    std::vector<std::string> names{table.name};
    if (!table.schema.empty())
        names.push_back(table.qualifiedName());
    else if (hasSchemas)
        names.push_back("public." + table.name);
    return names;
}

std::vector<std::string> namesOf(const Table& table, const Column& column, bool hasSchemas) {
    std::vector<std::string> names{column.name};
    for (const std::string& name : namesOf(table, hasSchemas)) names.push_back(name + "." + column.name);
    return names;
}

/// `VARCHAR(80)` and `VARCHAR`; `text(80)` and `text`.
std::vector<std::string> typesOf(const Column& column) {
    std::vector<std::string> types{column.nativeType, format(column.type),
                                   std::string(name(column.type.kind))};
    if (const auto bracket = column.nativeType.find('('); bracket != std::string::npos) {
        std::string word = column.nativeType.substr(0, bracket);
        while (word.ends_with(' ')) word.pop_back();
        types.push_back(std::move(word));
    }
    return types;
}

/// One of the keys that say what a rule is about.
class Key {
public:
    Key(const std::optional<std::string>& text, NameCase nameCase) {
        if (text) pattern_.emplace(*text, nameCase);
    }
    [[nodiscard]] bool takes(const std::vector<std::string>& names) const {
        return !pattern_ ||
               std::ranges::any_of(names, [&](const std::string& name) { return pattern_->matches(name); });
    }
    [[nodiscard]] bool isGiven() const noexcept { return pattern_.has_value(); }
    [[nodiscard]] bool isPlain() const noexcept { return pattern_ && pattern_->isPlain(); }
    [[nodiscard]] const std::string& text() const noexcept { return pattern_->text(); }

private:
    std::optional<NamePattern> pattern_;
};

class Resolver {
public:
    Resolver(const std::vector<SchemaRule>& rules, const Catalog& catalog, NameCase nameCase,
             const std::function<void(const std::string&)>& warn)
        : rules_(rules),
          catalog_(catalog),
          nameCase_(nameCase),
          hasSchemas_(catalog.dialect != "sqlite"),
          warn_(warn) {
        for (const Table& table : catalog.tables) {
            changes_.emplace_back();
            changes_.back().columns.resize(table.columns.size());
        }
    }

    std::vector<TableChange> resolve() {
        for (std::size_t i = 0; i < rules_.size(); ++i) {
            rule_ = &rules_[i];
            shown_ = rule_->position.line > 0 ? "the rule of line " + std::to_string(rule_->position.line)
                                              : "rule " + std::to_string(i + 1);
            if (rule_->isAboutTables())
                changeTables();
            else
                changeColumns();
        }
        return std::move(changes_);
    }

private:
    void changeTables() {
        const Key key(rule_->table, nameCase_);
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < catalog_.tables.size(); ++i)
            if (key.takes(namesOf(catalog_.tables[i], hasSchemas_))) found.push_back(i);
        if (found.empty()) return missingTable(key);
        if (rule_->rename && found.size() > 1)
            severalNamed("the tables " + shownName(catalog_.tables[found[0]].qualifiedName()) + " and " +
                         shownName(catalog_.tables[found[1]].qualifiedName()));
        for (const std::size_t place : found) {
            TableChange& change = changes_[place];
            if (rule_->rename) change.rename = rule_->rename;
            if (rule_->drop) change.drop = *rule_->drop;
        }
    }

    void changeColumns() {
        const Key table(rule_->table, nameCase_);
        const Key column(rule_->column, nameCase_);
        const Key type(rule_->type, NameCase::folded);
        bool tableFound = false;
        bool columnFound = false;
        bool changed = false;
        for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
            const Table& candidate = catalog_.tables[i];
            if (!table.takes(namesOf(candidate, hasSchemas_))) continue;
            tableFound = true;
            const Column* first = nullptr;
            for (std::size_t j = 0; j < candidate.columns.size(); ++j) {
                const Column& own = candidate.columns[j];
                if (!column.takes(namesOf(candidate, own, hasSchemas_))) continue;
                columnFound = true;
                if (!type.takes(typesOf(own))) continue;
                if (rule_->rename && first != nullptr)
                    severalNamed("the columns '" + shownName(first->name) + "' and '" + shownName(own.name) +
                                 "' of table " + shownName(candidate.qualifiedName()));
                first = &own;
                changed = true;
                change(candidate, own, changes_[i].columns[j]);
            }
        }
        if (!tableFound) return missingTable(table);
        if (!columnFound && column.isGiven()) return missingColumn(column);
        if (!changed) warn_(shown_ + " changes nothing: no column there is of type '" + type.text() + "'");
    }

    void change(const Table& table, const Column& column, ColumnChange& change) const {
        if (rule_->rename) change.rename = rule_->rename;
        if (rule_->drop) change.drop = *rule_->drop;
        if (rule_->cast) change.cast = parseLogicalType(*rule_->cast);
        if (rule_->native) change.native = rule_->native;
        if (!rule_->defaultValue) return;
        if (!column.generated)
            change.defaultValue = rule_->defaultValue;
        else if (rule_->column && NamePattern(*rule_->column, nameCase_).isPlain())
            throw Error(shown_ + ": column " + shownName(table.qualifiedName() + "." + column.name) +
                            " is generated and can't have a default",
                        "remove 'default' from the rule");
    }

    void severalNamed(const std::string& both) const {
        throw Error(shown_ + " would give one new name, " + shownName(*rule_->rename) + ", to " + both,
                    "a rule with 'rename' is about one of them; write one for each");
    }

    void missingTable(const Key& key) const {
        if (!key.isGiven() || !key.isPlain()) return nothingMatches(key, "no table");
        std::vector<std::string> names;
        for (const Table& table : catalog_.tables)
            for (std::string& name : namesOf(table, hasSchemas_)) names.push_back(std::move(name));
        missing("table", key.text(), names);
    }

    void missingColumn(const Key& key) const {
        if (!key.isPlain()) return nothingMatches(key, "no column");
        std::vector<std::string> names;
        for (const Table& table : catalog_.tables)
            for (const Column& column : table.columns)
                for (std::string& name : namesOf(table, column, hasSchemas_))
                    names.push_back(std::move(name));
        missing("column", key.text(), names);
    }

    void nothingMatches(const Key& key, const char* what) const {
        warn_(shown_ + " changes nothing: " + what +
              (key.isGiven() ? " matches '" + shownName(key.text()) + "'" : " is there"));
    }

    void missing(const char* what, const std::string& text, const std::vector<std::string>& names) const {
        const std::string near = nearest(text, names);
        throw Error(
            shown_ + ": there is no " + what + " '" + shownName(text) + "'" +
                (near.empty() ? "" : "; did you mean '" + shownName(near) + "'?"),
            "rules speak of the names that the source has; where it is not always there, a pattern with * "
            "only warns");
    }

    const std::vector<SchemaRule>& rules_;
    const Catalog& catalog_;
    NameCase nameCase_;
    bool hasSchemas_;
    const std::function<void(const std::string&)>& warn_;
    std::vector<TableChange> changes_;
    const SchemaRule* rule_ = nullptr;
    std::string shown_;
};

}  // namespace

std::vector<TableChange> resolveRules(const std::vector<SchemaRule>& rules, const Catalog& catalog,
                                      NameCase nameCase,
                                      const std::function<void(const std::string&)>& warn) {
    return Resolver(rules, catalog, nameCase, warn).resolve();
}

}  // namespace roost::sql::mapping
