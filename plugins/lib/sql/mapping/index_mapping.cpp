#include "lib/sql/mapping/index_mapping.hpp"

#include <algorithm>
#include <utility>

#include "lib/sql/mapping/expression_translation.hpp"
#include "lib/sql/mapping/index_statement.hpp"
#include "lib/sql/quoting.hpp"

namespace roost::sql::mapping {

namespace {

using Kind = Expression::Kind;

/// `"name"` as it is compared in SQLite.
std::string foldedColumn(const std::string& quoted, TextOrder order) {
    if (order == TextOrder::asciiFold) return "lower(" + quoted + " COLLATE \"C\")";
    if (order == TextOrder::trimmed) return "rtrim(" + quoted + ", ' ')";
    return quoted;
}

class IndexMapper {
public:
    IndexMapper(MappingState& state, std::size_t table)
        : state_(state),
          place_(table),
          before_(state.before.tables[table]),
          after_(state.after.tables[table]),
          scope_(scopeOf(state, table)) {}

    void map(const Index& index) {
        try {
            if (index.nativeSql.empty())
                after_.indexes.push_back(
                    {index.name, index.unique, state_.columnNames(place_, index.columns), {}});
            else
                after_.indexes.push_back(mapped(index));
        } catch (const NotTranslatable& why) {
            state_.lose(place_,
                        std::string(index.unique ? "the unique index '" : "the index '") + index.name +
                            "' is left out: " + why.what(),
                        index.nativeSql);
        }
    }

private:
    [[nodiscard]] bool toSqlite() const noexcept { return state_.to == Dialect::sqlite; }

    Index mapped(const Index& index) {
        const IndexStatement statement = parseIndexStatement(index.nativeSql, state_.from);
        if (statement.nullsNotDistinct) throw NotTranslatable("SQLite has no NULLS NOT DISTINCT");
        Index result{index.name, index.unique, {}, {}};
        bool plain = !statement.predicate;
        std::string parts;
        std::vector<std::string> notes;
        for (const IndexPart& part : statement.parts) {
            std::string column;
            parts += (parts.empty() ? "" : ", ") + partText(part, index.unique, column, notes);
            plain = plain && !column.empty() && !part.descending;
            result.columns.push_back(std::move(column));
        }
        std::string predicate;
        if (statement.predicate) {
            const TranslatedExpression condition =
                translateCondition(*statement.predicate, scope_, state_.to);
            requireStored(condition);
            predicate = " WHERE " + condition.sql;
            std::ranges::copy(condition.notes, std::back_inserter(notes));
        }
        for (const std::string& note : notes)
            state_.lose(place_, "the index '" + index.name + "': " + note, index.nativeSql);
        if (plain) return result;
        if (std::ranges::find(result.columns, std::string()) != result.columns.end()) result.columns.clear();
        // Complete but for the index's name, which is known when all have theirs.
        result.nativeSql = " ON " + tableName() + " (" + parts + ")" + predicate;
        return result;
    }

    [[nodiscard]] std::string tableName() const {
        if (toSqlite()) return quoteIdentifier(after_.name);
        return quoteIdentifier(after_.schema.empty() ? "public" : after_.schema) + "." +
               quoteIdentifier(after_.name);
    }

    /// `column` gets the name of what is a column and nothing else.
    std::string partText(const IndexPart& part, bool unique, std::string& column,
                         std::vector<std::string>& notes) {
        const bool collated = part.expression.kind == Kind::collate;
        const Expression& inner = collated ? part.expression.parts.front() : part.expression;
        std::string text;
        if (inner.kind == Kind::column && scope_.find(inner.text) != nullptr) {
            const ScopeColumn& found = *scope_.find(inner.text);
            text = quoteIdentifier(found.targetName);
            column = found.targetName;
            if (toSqlite())
                requireSqliteCollation(part.expression);
            else if (unique)
                text = foldedColumn(text, collated ? collationOf(part.expression.text) : found.order);
            if (text != quoteIdentifier(found.targetName)) column.clear();
        } else {
            const TranslatedExpression translated = translate(part.expression, scope_, state_.to);
            requireStored(translated);
            if (inner.isLiteral()) throw NotTranslatable("a part of it is a constant");
            text = "(" + translated.sql + ")";
            std::ranges::copy(translated.notes, std::back_inserter(notes));
        }
        return part.descending ? text + " DESC" : text;
    }

    /// An expression of SQLite's may be of any kind; PostgreSQL's indexes need one that can be sorted.
    void requireStored(const TranslatedExpression& translated) const {
        if (translated.checkOnly) throw NotTranslatable("json_valid() has a translation in checks alone");
        if (!toSqlite() && (translated.kind == ValueKind::json || translated.kind == ValueKind::null))
            throw NotTranslatable("a part of it is " + std::string(describe(translated.kind)));
    }

    static TextOrder collationOf(const std::string& name) {
        if (sameName(name, "nocase", NameCase::folded)) return TextOrder::asciiFold;
        if (sameName(name, "rtrim", NameCase::folded)) return TextOrder::trimmed;
        if (sameName(name, "binary", NameCase::folded)) return TextOrder::standard;
        throw NotTranslatable("the collation " + name + " has no counterpart");
    }

    static void requireSqliteCollation(const Expression& expression) {
        if (expression.kind == Kind::collate && expression.text != "C" && expression.text != "POSIX" &&
            expression.text != "ucs_basic" && expression.text != "default")
            throw NotTranslatable("the collation " + expression.text + " has no counterpart");
    }

    MappingState& state_;
    std::size_t place_;
    const Table& before_;
    Table& after_;
    ExpressionScope scope_;
};

}  // namespace

void mapIndexes(MappingState& state, std::size_t table) {
    IndexMapper mapper(state, table);
    for (const Index& index : state.before.tables[table].indexes) mapper.map(index);
}

bool addFoldedUnique(MappingState& state, std::size_t table, const std::vector<std::string>& columns) {
    const ExpressionScope scope = scopeOf(state, table);
    Table& after = state.after.tables[table];
    bool folds = false;
    std::string parts;
    std::string name = after.name;
    for (const std::string& column : columns) {
        const ScopeColumn* found = scope.find(column);
        if (found == nullptr) return false;
        const bool folded = found->order == TextOrder::asciiFold || found->order == TextOrder::trimmed;
        folds = folds || (folded && found->kind == ValueKind::text);
        parts += (parts.empty() ? "" : ", ") +
                 foldedColumn(quoteIdentifier(found->targetName),
                              found->kind == ValueKind::text ? found->order : TextOrder::standard);
        name += "_" + found->targetName;
    }
    if (!folds) return false;
    const std::string schema = after.schema.empty() ? "public" : after.schema;
    after.indexes.push_back(
        {name + "_folded",
         true,
         {},
         " ON " + quoteIdentifier(schema) + "." + quoteIdentifier(after.name) + " (" + parts + ")"});
    return true;
}

}  // namespace roost::sql::mapping
