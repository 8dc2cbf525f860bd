#include "lib/sql/mapping/rule_application.hpp"

#include <algorithm>

#include "lib/sql/mapping/free_names.hpp"
#include "lib/sql/mapping/native_types.hpp"
#include "lib/sql/mapping/value_kind.hpp"
#include "lib/sql/quoting.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::sql::mapping {

namespace {

using Names = std::vector<std::string>;
using storage::shownName;

std::string list(const Names& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + quoteIdentifier(name);
    return "(" + text + ")";
}

std::string qualified(const std::string& schema, const std::string& name) {
    return schema.empty() ? name : schema + "." + name;
}

/// "the check 'positive'", or "a check".
std::string called(const std::string& what, const std::string& name) {
    return name.empty() ? "a " + what : "the " + what + " '" + name + "'";
}

class Application {
public:
    Application(Catalog& catalog, const std::vector<TableChange>& changes, const SchemaNames& schemas,
                Dialect from, Dialect to)
        : catalog_(catalog),
          before_(catalog),
          changes_(changes),
          schemas_(schemas),
          from_(from),
          to_(to),
          nameCase_(from == Dialect::sqlite ? NameCase::folded : NameCase::exact) {}

    RuledCatalog apply() {
        for (std::size_t i = 0; i < before_.tables.size(); ++i) decideTable(i);
        for (std::size_t i = 0; i < before_.tables.size(); ++i)
            if (!fate(i).dropped) changeTable(i);
        for (std::size_t i = 0; i < before_.tables.size(); ++i)
            if (!fate(i).dropped) changeForeignKeys(i);
        requireFreeNames(before_, catalog_, result_, from_, to_);
        std::erase_if(catalog_.tables, [&](const Table& table) {
            return std::ranges::any_of(
                result_.fates, [&](const TableFate& fate) { return fate.dropped && fate.id == table.id; });
        });
        return std::move(result_);
    }

private:
    [[nodiscard]] TableFate& fate(std::size_t place) { return result_.fates[place]; }

    void lose(std::size_t place, const std::string& message, std::string sql) {
        result_.losses.emplace_back(before_.tables[place].id,
                                    Loss{"", "", shownName(message), std::move(sql)});
    }

    // --- what goes and what is called otherwise ---

    void decideTable(std::size_t place) {
        const Table& before = before_.tables[place];
        const TableChange& change = changes_[place];
        Table& after = catalog_.tables[place];
        TableFate& fate = result_.fates.emplace_back();
        fate.id = before.id;
        fate.schema = before.schema;
        fate.name = before.name;
        fate.dropped = change.drop;
        fate.columns = ColumnNames(nameCase_);
        for (std::size_t i = 0; i < before.columns.size(); ++i)
            fate.columns.add(before.columns[i].name,
                             change.columns[i].drop
                                 ? std::nullopt
                                 : std::optional(change.columns[i].rename.value_or(before.columns[i].name)));
        if (change.drop) return;
        if (change.rename) after.name = *change.rename;
        // In SQLite, where a schema is a part of the name, the new name is the whole.
        if (schemas_.strip || (change.rename && to_ == Dialect::sqlite)) after.schema.clear();
        if (after.schema.empty() && to_ == Dialect::postgresql) after.schema = schemas_.made;
        fate.renamed = after.name != before.name || after.schema != before.schema;
        dropGenerated(place);
        if (std::ranges::all_of(fate.columns.entries(), &ColumnNames::Entry::isDropped) &&
            !before.columns.empty())
            throw Error("the rules drop every column of table " + shownName(before.qualifiedName()),
                        "drop the table itself, or keep one of them");
    }

    /// Generated columns that read what is dropped go with it, and those that read these.
    void dropGenerated(std::size_t place) {
        const std::vector<Column>& columns = before_.tables[place].columns;
        ColumnNames& names = fate(place).columns;
        for (bool again = true; again;) {
            again = false;
            for (std::size_t i = 0; i < columns.size(); ++i) {
                if (!columns[i].generated || names.entries()[i].isDropped()) continue;
                const RenamedText text = renameInExpression(*columns[i].generated, from_, names);
                if (!text.usesDropped) continue;
                lose(place, "generated column " + columns[i].name + " is left out: " + text.why,
                     "GENERATED ALWAYS AS (" + *columns[i].generated + ")");
                names.drop(i);
                again = true;
            }
        }
    }

    // --- one table ---

    void changeTable(std::size_t place) {
        TableFate& fate = this->fate(place);
        changeColumns(place);
        changeKeys(place);
        changeChecks(place);
        changeIndexes(place);
        fate.redefined = fate.redefined || fate.renamed || fate.columns.anyChanged();
    }

    void changeColumns(std::size_t place) {
        const Table& before = before_.tables[place];
        TableFate& fate = this->fate(place);
        std::vector<Column> columns;
        for (std::size_t i = 0; i < before.columns.size(); ++i) {
            const ColumnNames::Entry& entry = fate.columns.entries()[i];
            if (entry.isDropped()) continue;
            const ColumnChange& change = changes_[place].columns[i];
            Column column = before.columns[i];
            column.name = *entry.after;
            if (change.cast) cast(place, column, *change.cast);
            // What a rule replaces needs no translation, and is no loss where it has none.
            if (change.defaultValue && from_ != to_ && column.identity == Identity::none)
                column.defaultValue.reset();
            if (column.generated) renameGenerated(place, i, column);
            fate.redefined = fate.redefined || change.cast || change.native || change.defaultValue;
            fate.kept.push_back(i);
            fate.changes.push_back(change);
            columns.push_back(std::move(column));
        }
        catalog_.tables[place].columns = std::move(columns);
    }

    void cast(std::size_t place, Column& column, const LogicalType& type) {
        column.type = type;
        column.typeOrigin = TypeOrigin::set;
        column.typeReason.clear();
        if (from_ != to_) {
            // What was declared before is no longer what it is; the mapping tells of the rest.
            column.nativeType.clear();
            column.nativeType =
                from_ == Dialect::sqlite ? sqliteType(type, "").native : postgresqlType(column).native;
            return;
        }
        if (column.identity == Identity::none || valueKind(type) == ValueKind::integer) return;
        lose(place, "column " + column.name + " no longer numbers its rows: it becomes " + format(type),
             column.nativeType);
        column.identity = Identity::none;
        column.nextValue.reset();
    }

    void renameGenerated(std::size_t place, std::size_t i, Column& column) {
        const Table& before = before_.tables[place];
        RenamedText text = renameInExpression(*column.generated, from_, fate(place).columns);
        if (text.sql) {
            column.generated = std::move(text.sql);
            return;
        }
        const std::string shown = shownName(before.qualifiedName() + "." + before.columns[i].name);
        if (std::ranges::find(before.primaryKey, before.columns[i].name) != before.primaryKey.end())
            throw Error("the generated column " + shown +
                            ", a part of the primary key, can't be kept: " + shownName(text.why),
                        "leave the other column's name as it is");
        lose(place,
             "generated column " + column.name + " becomes an ordinary one, " +
                 (column.generatedRead ? "with the values that it has now: " : "without values: ") + text.why,
             "GENERATED ALWAYS AS (" + *column.generated + ")");
        column.generated.reset();
        column.generatedStored = false;
        column.nullable = column.nullable || !column.generatedRead;
        column.generatedRead = false;
    }

    /// The new names of columns; nothing where one of them is dropped, which is put into `dropped`.
    static std::optional<Names> renamed(const ColumnNames& names, const Names& columns,
                                        std::string& dropped) {
        Names result;
        for (const std::string& column : columns) {
            const ColumnNames::Entry* entry = names.find(column);
            if (entry != nullptr && entry->isDropped()) {
                dropped = column;
                return std::nullopt;
            }
            result.push_back(entry == nullptr ? column : *entry->after);
        }
        return result;
    }

    static std::string usesDropped(const std::string& column) {
        return " is left out: column '" + column + "' is dropped";
    }

    void changeKeys(std::size_t place) {
        const Table& before = before_.tables[place];
        Table& after = catalog_.tables[place];
        const ColumnNames& names = fate(place).columns;
        std::string dropped;
        if (auto key = renamed(names, before.primaryKey, dropped)) {
            after.primaryKey = std::move(*key);
        } else {
            after.primaryKey.clear();
            lose(place, "its primary key" + usesDropped(dropped), "PRIMARY KEY " + list(before.primaryKey));
            for (Column& column : after.columns)  // a rowid that is no key any more
                if (from_ == Dialect::sqlite) column.identity = Identity::none;
        }
        after.uniques.clear();
        for (const UniqueConstraint& unique : before.uniques) {
            if (auto columns = renamed(names, unique.columns, dropped))
                after.uniques.push_back({unique.name, std::move(*columns)});
            else
                lose(place, called("unique constraint", unique.name) + usesDropped(dropped),
                     "UNIQUE " + list(unique.columns));
        }
    }

    void changeChecks(std::size_t place) {
        Table& after = catalog_.tables[place];
        after.checks.clear();
        for (const CheckConstraint& check : before_.tables[place].checks) {
            RenamedText text = renameInExpression(check.expression, from_, fate(place).columns);
            if (text.sql)
                after.checks.push_back({check.name, std::move(*text.sql)});
            else
                lose(place, called("check", check.name) + " is left out: " + text.why,
                     "CHECK (" + check.expression + ")");
        }
    }

    void changeIndexes(std::size_t place) {
        const Table& before = before_.tables[place];
        Table& after = catalog_.tables[place];
        const TableFate& fate = this->fate(place);
        if (!fate.renamed && !fate.columns.anyChanged()) return;
        const std::string name = from_ == Dialect::sqlite
                                     ? quoteIdentifier(after.name)
                                     : quoteIdentifier(after.schema.empty() ? "public" : after.schema) + "." +
                                           quoteIdentifier(after.name);
        after.indexes.clear();
        for (const Index& index : before.indexes) {
            Index result = index;
            std::string why;
            std::string dropped;
            if (auto columns = renamed(fate.columns, index.columns, dropped))
                result.columns = std::move(*columns);
            else
                why = "column '" + dropped + "' is dropped";
            if (why.empty() && !index.nativeSql.empty()) {
                RenamedText text = renameInIndex(index.nativeSql, from_, fate.columns, name);
                why = text.why;
                result.nativeSql = text.sql.value_or("");
            }
            if (why.empty())
                after.indexes.push_back(std::move(result));
            else
                lose(place,
                     called(index.unique ? "unique index" : "index", index.name) + " is left out: " + why,
                     index.nativeSql.empty() ? "INDEX " + list(index.columns) : index.nativeSql);
        }
    }

    // --- foreign keys ---

    [[nodiscard]] std::optional<std::size_t> targetOf(const ForeignKey& key) const {
        for (std::size_t i = 0; i < before_.tables.size(); ++i)
            if (before_.tables[i].schema == key.targetSchema &&
                sameName(before_.tables[i].name, key.targetTable, nameCase_))
                return i;
        return std::nullopt;
    }

    static std::string textOf(const ForeignKey& key) {
        std::string text = "FOREIGN KEY " + list(key.columns) + " REFERENCES " +
                           quoteIdentifier(qualified(key.targetSchema, key.targetTable));
        if (!key.targetColumns.empty()) text += " " + list(key.targetColumns);
        return text;
    }

    void changeForeignKeys(std::size_t place) {
        Table& after = catalog_.tables[place];
        std::vector<ForeignKey> kept;
        for (const ForeignKey& key : before_.tables[place].foreignKeys) {
            ForeignKey result = key;
            if (const std::string why = changed(place, result); why.empty())
                kept.push_back(std::move(result));
            else
                lose(place,
                     called("foreign key", key.name) + " to " + qualified(key.targetSchema, key.targetTable) +
                         " is left out: " + why,
                     textOf(key));
        }
        // PostgreSQL's statements have no foreign keys in them.
        if (from_ == Dialect::sqlite && kept != before_.tables[place].foreignKeys)
            fate(place).redefined = true;
        after.foreignKeys = std::move(kept);
    }

    /// Puts the new names into the key; why that can't be done, or "".
    std::string changed(std::size_t place, ForeignKey& key) {
        std::string dropped;
        auto columns = renamed(fate(place).columns, key.columns, dropped);
        if (!columns) return "column '" + dropped + "' is dropped";
        key.columns = std::move(*columns);
        const auto target = targetOf(key);
        if (!target) return {};
        if (fate(*target).dropped) return "that table is dropped";
        auto targetColumns = renamed(fate(*target).columns, key.targetColumns, dropped);
        if (!targetColumns) return "column '" + dropped + "' there is dropped";
        key.targetColumns = std::move(*targetColumns);
        if (fate(*target).renamed) {
            key.targetSchema = catalog_.tables[*target].schema;
            key.targetTable = catalog_.tables[*target].name;
        }
        return {};
    }

    Catalog& catalog_;
    const Catalog before_;
    const std::vector<TableChange>& changes_;
    const SchemaNames& schemas_;
    Dialect from_;
    Dialect to_;
    NameCase nameCase_;
    RuledCatalog result_;
};

}  // namespace

RuledCatalog applyRules(Catalog& catalog, const std::vector<TableChange>& changes, const SchemaNames& schemas,
                        Dialect from, Dialect to) {
    return Application(catalog, changes, schemas, from, to).apply();
}

}  // namespace roost::sql::mapping
