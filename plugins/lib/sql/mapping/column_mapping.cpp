#include "lib/sql/mapping/column_mapping.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "lib/sql/kept_types.hpp"
#include "lib/sql/mapping/default_mapping.hpp"
#include "lib/sql/mapping/expression_parser.hpp"
#include "lib/sql/mapping/expression_translation.hpp"
#include "lib/sql/mapping/native_types.hpp"
#include "lib/sql/mapping/numeric_default.hpp"
#include "lib/sql/quoting.hpp"
#include "roost/error.hpp"

namespace roost::sql::mapping {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

class ColumnMapper {
public:
    ColumnMapper(MappingState& state, std::size_t table)
        : state_(state),
          place_(table),
          before_(state.before.tables[table]),
          after_(state.after.tables[table]) {}

    void map() {
        after_.schema = state_.names[place_].schema;
        after_.name = state_.names[place_].name;
        after_.nativeSql.clear();
        after_.checks.clear();
        noteNames();
        for (std::size_t i = 0; i < before_.columns.size(); ++i)
            mapColumn(before_.columns[i], after_.columns[i]);
        for (const CheckConstraint& check : before_.checks) mapCheck(check);
        noteComments();
    }

private:
    [[nodiscard]] bool toSqlite() const noexcept { return state_.to == Dialect::sqlite; }

    void lose(std::string_view message, std::string sql = {}) {
        state_.lose(place_, message, std::move(sql));
    }

    void noteNames() {
        if (before_.name != after_.name && before_.schema.empty())
            lose("table '" + before_.name + "' is called '" + after_.name + "'");
        for (std::size_t i = 0; i < before_.columns.size(); ++i) {
            const std::string& name = state_.names[place_].columns[i];
            if (name != before_.columns[i].name)
                lose("column '" + before_.columns[i].name + "' is called '" + name + "'");
            after_.columns[i].name = name;
        }
    }

    void mapColumn(const Column& from, Column& to) {
        numbersItself_ = false;
        std::optional<std::string> fallback = from.defaultValue;
        if (toSqlite())
            toSqliteType(from, to, fallback);
        else
            toPostgresqlType(from, to);
        mapIdentity(from, to, fallback);
        mapDefault(from, to, fallback);
        mapGenerated(from, to);
        mapCollation(from, to);
    }

    void toPostgresqlType(const Column& from, Column& to) {
        MappedType type = postgresqlType(from);
        const auto kept = keptType(from.nativeType);
        // json has no equality, which keys and indexes need.
        if ((type.native == "json" || (kept && !kept->comparable)) && isCompared(from.name)) {
            type.loss = "it becomes text instead of " + type.native + ", since a key or an index needs it";
            type.native = "text";
        }
        if (!type.loss.empty()) lose("column " + from.name + ": " + type.loss, from.nativeType);
        to.nativeType = std::move(type.native);
    }

    [[nodiscard]] bool isCompared(const std::string& column) const {
        const auto has = [&](const auto& part) { return contains(part.columns, column); };
        return contains(before_.primaryKey, column) || std::ranges::any_of(before_.uniques, has) ||
               std::ranges::any_of(before_.foreignKeys, has) || std::ranges::any_of(before_.indexes, has);
    }

    void toSqliteType(const Column& from, Column& to, std::optional<std::string>& fallback) {
        const std::string base = baseType(from, to, fallback);
        MappedType type = sqliteType(from.type, base);
        if (!type.loss.empty()) lose("column " + from.name + ": " + type.loss, from.nativeType);
        to.nativeType = std::move(type.native);
        if (from.type.kind == TypeKind::enumeration) addLabels(from, to, base);
        noteDigits(from, base);
    }

    /// time(3), interval day to second.
    void noteDigits(const Column& from, const std::string& base) {
        const bool limited = base.find('(') != std::string::npos || base.starts_with("interval ");
        const TypeKind kind = from.type.kind;
        if (limited && (kind == TypeKind::time || kind == TypeKind::timestamp || kind == TypeKind::interval))
            lose("column " + from.name + " keeps what " + base + " cuts off: SQLite's times have no limit",
                 from.nativeType);
    }

    /// The type that the column's domain is made of, in the end; what the domains ask for is asked of the
    /// column.
    std::string baseType(const Column& from, Column& to, std::optional<std::string>& fallback) {
        std::string type = from.nativeType;
        for (int depth = 0; depth < 16; ++depth) {
            const auto object = state_.types.find("domain", type);
            const auto domain =
                object ? parseDomain(state_.before.objects[*object].sql) : std::optional<Domain>();
            if (!domain) break;
            state_.usedObjects.insert(*object);
            if (domain->notNull) to.nullable = false;
            if (!fallback) fallback = domain->defaultValue;
            for (const CheckConstraint& check : domain->checks) addDomainCheck(check, from, to);
            type = domain->baseType;
        }
        return type;
    }

    void addDomainCheck(const CheckConstraint& check, const Column& from, const Column& to) {
        // CHECK (expression), perhaps with NOT VALID behind it.
        const std::string_view text = check.expression;
        const auto close = text.rfind(')');
        ExpressionScope scope;
        scope.nameCase = NameCase::folded;
        scope.columns.push_back({"value",
                                 to.name,
                                 valueKind(from.type),
                                 textOrder(from, state_.from),
                                 isDecimalAsText(from.type),
                                 false,
                                 {}});
        addCheck(before_.name + "_" + from.name + "_" + check.name, std::string(text.substr(0, close + 1)),
                 scope, "the check '" + check.name + "' of the domain of column " + from.name);
    }

    void addLabels(const Column& from, const Column& to, const std::string& type) {
        const auto object = state_.types.find("enum", type);
        if (!object || state_.before.objects[*object].labels.empty()) {
            lose("column " + from.name + ": the labels of its enum " + type + " are not known",
                 from.nativeType);
            return;
        }
        state_.usedObjects.insert(*object);
        std::string labels;
        for (const std::string& label : state_.before.objects[*object].labels)
            labels += (labels.empty() ? "" : ", ") + quoteLiteral(label);
        after_.checks.push_back(
            {before_.name + "_" + from.name + "_labels", quoteIdentifier(to.name) + " IN (" + labels + ")"});
    }

    // --- numbering ---

    void mapIdentity(const Column& from, Column& to, std::optional<std::string>& fallback) {
        const std::optional<std::string> sequence = fallback ? sequenceOf(*fallback) : std::nullopt;
        if (sequence) useSequence(*sequence, from, to);
        to.identity = Identity::none;
        if (from.identity == Identity::none && !sequence) return;
        if (sequence || from.identity != Identity::none) fallback.reset();
        const bool whole = valueKind(from.type) == ValueKind::integer;
        const bool alone = before_.primaryKey == std::vector<std::string>{from.name};
        if (!toSqlite() && whole) {
            to.identity = Identity::byDefault;
        } else if (toSqlite() && whole && alone) {
            to.identity = Identity::autoincrement;
            to.nativeType = "INTEGER";
        } else {
            to.nextValue.reset();
            lose("column " + from.name + " no longer numbers its rows: in " +
                     std::string(titleOf(state_.to)) +
                     " only a whole number that is the whole primary key does",
                 from.defaultValue.value_or(from.nativeType));
            return;
        }
        to.nullable = false;
        numbersItself_ = true;
        if (toSqlite()) noteSteps(from, sequence);
    }

    /// Where the sequence of a column is described: in a statement of its own, or in the table's.
    void noteSteps(const Column& from, const std::optional<std::string>& sequence) {
        std::string_view sql;
        if (const auto object = sequence ? state_.types.find("sequence", *sequence) : std::nullopt)
            sql = state_.before.objects[*object].sql;
        else if (const auto at = before_.nativeSql.find("\n    " + quoteIdentifier(from.name) + " ");
                 at != std::string::npos)
            sql = std::string_view(before_.nativeSql).substr(at + 1);
        const auto identity = sql.find(" AS IDENTITY (");
        if (!sequence) sql = identity < sql.find('\n') ? sql.substr(identity) : std::string_view();
        if (sql.empty()) return;
        const std::vector<ExpressionToken> tokens = expressionTokens(sql, Dialect::postgresql);
        for (std::size_t i = 0; i + 3 < tokens.size() && !tokens[i].isSymbol(";"); ++i) {
            if (!tokens[i].is("INCREMENT")) continue;
            const bool down = tokens[i + 2].isSymbol("-");
            const std::string step = (down ? "-" : "") + tokens[i + (down ? 3 : 2)].text;
            if (step != "1")
                lose("column " + from.name + " numbers its rows in steps of 1, no longer of " + step,
                     std::string(sql.substr(0, sql.find('\n'))));
            return;
        }
    }

    [[nodiscard]] std::optional<std::string> sequenceOf(const std::string& fallback) const {
        try {
            const Expression value = parseDefault(fallback, state_.from);
            if (value.kind == Expression::Kind::nextValue) return value.text;
        } catch (const NotTranslatable&) {
            // mapDefault() tells of it.
        }
        return std::nullopt;
    }

    /// A sequence that no column owns still has its state in its statement.
    void useSequence(const std::string& sequence, const Column& from, Column& to) {
        const auto object = state_.types.find("sequence", sequence);
        if (!object) return;
        const bool carried = before_.primaryKey == std::vector<std::string>{from.name};
        if (!carried) return;
        state_.usedObjects.insert(*object);
        if (to.nextValue) return;
        const std::vector<ExpressionToken> tokens =
            expressionTokens(state_.before.objects[*object].sql, Dialect::postgresql);
        // ... setval('name', 5, true);
        for (std::size_t i = 0; i + 6 < tokens.size(); ++i) {
            if (!tokens[i].is("SETVAL")) continue;
            const std::string& digits = tokens[i + 4].text;
            std::int64_t last = 0;
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), last);
            if (error != std::errc{} || end != digits.data() + digits.size()) return;
            const bool called = tokens[i + 6].is("TRUE");
            if (!called || last < std::numeric_limits<std::int64_t>::max())
                to.nextValue = called ? last + 1 : last;
        }
    }

    // --- expressions ---

    void mapDefault(const Column& from, Column& to, const std::optional<std::string>& fallback) {
        to.defaultValue.reset();
        if (!fallback || numbersItself_) return;
        try {
            const Expression value = timeForNumber(parseDefault(*fallback, state_.from), from);
            to.defaultValue = translateDefault(value, from.type, state_.to);
            if (value.kind == Expression::Kind::localNow && !from.type.withZone)
                lose("column " + from.name +
                         ": its default is the moment in UTC, no longer in the server's time zone",
                     "DEFAULT " + *fallback);
        } catch (const NotTranslatable& why) {
            lose("column " + from.name + " has no default any more: " + why.what(), "DEFAULT " + *fallback);
        }
    }

    void mapGenerated(const Column& from, Column& to) {
        if (!from.generated) return;
        to.generated.reset();
        const std::string sql = "GENERATED ALWAYS AS (" + *from.generated + ")";
        try {
            TranslatedExpression translated =
                translate(parseExpression(*from.generated, state_.from), scopeOf(state_, place_), state_.to);
            if (!toSqlite()) adoptType(translated, from, to);
            requireGenerated(translated, from, to);
            to.generated = translated.sql;
            if (!toSqlite()) to.generatedStored = true;  // PostgreSQL has no others
            for (const std::string& text : translated.notes)
                lose("generated column " + from.name + ": " + text, sql);
            return;
        } catch (const NotTranslatable& why) {
            if (contains(before_.primaryKey, from.name))
                throw Error("the generated column " +
                                storage::shownName(before_.qualifiedName() + "." + from.name) +
                                ", a part of the primary key, can't be carried into " +
                                std::string(titleOf(state_.to)) + ": " + storage::shownName(why.what()),
                            "leave the table out with exclude-tables of the source");
            to.generatedStored = false;
            to.generatedRead = false;
            to.nullable = to.nullable || !from.generatedRead;
            lose("generated column " + from.name + " becomes an ordinary one, " +
                     (from.generatedRead ? "with the values that it has now: " : "without values: ") +
                     why.what(),
                 sql);
        }
    }

    /// SQLite's conditions are whole numbers, and a generated column needs no type there.
    static void adoptType(TranslatedExpression& translated, const Column& from, Column& to) {
        const bool typed = !from.nativeType.empty();
        if (translated.kind == ValueKind::boolean && (!typed || valueKind(from.type) == ValueKind::integer)) {
            translated.sql = "CAST(" + translated.sql + " AS integer)";
            translated.kind = ValueKind::integer;
        }
        if (typed) return;
        const auto adopt = [&](TypeKind kind) {
            to.type = LogicalType{};
            to.type.kind = kind;
            to.nativeType = postgresqlType(to).native;
        };
        if (translated.kind == ValueKind::integer) adopt(TypeKind::int64);
        if (translated.kind == ValueKind::real) adopt(TypeKind::float64);
        if (translated.kind == ValueKind::decimal) adopt(TypeKind::decimal);
        if (translated.kind == ValueKind::text) adopt(TypeKind::text);
    }

    void requireGenerated(const TranslatedExpression& translated, const Column& from,
                          const Column& to) const {
        const ValueKind kind = valueKind(to.type);
        const bool same = translated.kind == kind || translated.kind == ValueKind::null;
        const bool widened = isNumeric(translated.kind) && isNumeric(kind) &&
                             (translated.kind == ValueKind::integer || kind == ValueKind::real);
        if (!same && !widened) throw NotTranslatable("it gives " + std::string(describe(translated.kind)));
        if (toSqlite() && isDecimalAsText(from.type))
            throw NotTranslatable("the digits of a decimal are kept as text");
        if (translated.rounds)
            throw NotTranslatable("SQLite calculates with doubles, PostgreSQL with decimals");
        if (translated.checkOnly) throw NotTranslatable("json_valid() has a translation in checks alone");
        if (!toSqlite() && translated.usesGenerated)
            throw NotTranslatable("it reads another generated column, which PostgreSQL doesn't allow");
        if (toSqlite() && contains(before_.primaryKey, from.name))
            throw NotTranslatable("SQLite allows none in a primary key");
    }

    void mapCheck(const CheckConstraint& check) {
        addCheck(check.name, check.expression, scopeOf(state_, place_),
                 check.name.empty() ? "a check" : "the check '" + check.name + "'");
    }

    void addCheck(const std::string& name, const std::string& sql, const ExpressionScope& scope,
                  const std::string& what) {
        const std::string text = sql.starts_with("CHECK") ? sql : "CHECK (" + sql + ")";
        try {
            const std::string condition = sql.starts_with("CHECK") ? sql.substr(5) : sql;
            TranslatedExpression translated =
                translateCondition(parseExpression(condition, state_.from), scope, state_.to);
            for (const std::string& difference : translated.notes) lose(what + ": " + difference, text);
            after_.checks.push_back({name, std::move(translated.sql)});
        } catch (const NotTranslatable& why) {
            lose(what + " is left out: " + why.what(), text);
        }
    }

    // --- the rest ---

    void mapCollation(const Column& from, Column& to) {
        to.collation.clear();
        const TextOrder order = textOrder(from, state_.from);
        if (toSqlite()) {
            if (order == TextOrder::asciiFold) {
                to.collation = "NOCASE";
                lose("column " + from.name + ": the case of ASCII letters alone doesn't count in SQLite",
                     from.nativeType);
            } else if (order == TextOrder::standard && !from.collation.empty()) {
                lose("column " + from.name + " is sorted by its bytes: SQLite has no collation " +
                         from.collation,
                     "COLLATE " + from.collation);
            }
            return;
        }
        if (order == TextOrder::standard &&
            (from.collation.empty() || sameName(from.collation, "binary", NameCase::folded)))
            return;
        lose("column " + from.name + " compares its texts as they are: PostgreSQL has no COLLATE " +
                 from.collation +
                 (order == TextOrder::standard ? "" : "; what is unique stays so by an index"),
             "COLLATE " + from.collation);
    }

    void noteComments() {
        if (!toSqlite()) return;
        bool any = !before_.comment.empty();
        after_.comment.clear();
        for (Column& column : after_.columns) {
            any = any || !column.comment.empty();
            column.comment.clear();
        }
        if (any) lose("its comments are left out: SQLite has none");
    }

    MappingState& state_;
    std::size_t place_;
    const Table& before_;
    Table& after_;
    bool numbersItself_ = false;
};

}  // namespace

void mapColumns(MappingState& state, std::size_t table) { ColumnMapper(state, table).map(); }

}  // namespace roost::sql::mapping
