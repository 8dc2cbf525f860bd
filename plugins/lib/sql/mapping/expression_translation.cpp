#include "lib/sql/mapping/expression_translation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "lib/sql/mapping/literals.hpp"
#include "lib/sql/mapping/text_patterns.hpp"
#include "lib/sql/quoting.hpp"

namespace roost::sql::mapping {

namespace {

using Kind = Expression::Kind;

/// A piece of the result.
struct Written {
    std::string sql;
    ValueKind kind = ValueKind::other;
    TextOrder order = TextOrder::standard;
    bool rounded = false;  ///< arithmetic that SQLite does on doubles, PostgreSQL perhaps on decimals
    bool decimalAsText = false;
    const ScopeColumn* column = nullptr;  ///< where it is a column and nothing else
};

bool isOrdering(std::string_view operation) noexcept {
    return operation.front() == '<' ? operation != "<>" : operation.front() == '>';
}

class Writer {
public:
    Writer(const ExpressionScope& scope, Dialect target) : scope_(scope), target_(target) {}

    TranslatedExpression whole(const Expression& expression) {
        const Written written = write(expression);
        return finish(written.sql, written.kind);
    }

    TranslatedExpression condition(const Expression& expression) {
        return finish(booleanOf(expression), ValueKind::boolean);
    }

private:
    [[nodiscard]] bool toSqlite() const noexcept { return target_ == Dialect::sqlite; }

    TranslatedExpression finish(std::string sql, ValueKind kind) {
        return {std::move(sql), kind, std::move(notes_), usesGenerated_, rounds_, checkOnly_};
    }

    void note(const std::string& text) {
        if (std::ranges::find(notes_, text) == notes_.end()) notes_.push_back(text);
    }

    /// A string in double quotes is a string for SQLite where no column has its name.
    [[nodiscard]] Expression resolved(const Expression& expression) const {
        if (expression.kind == Kind::column && expression.doubleQuoted && !toSqlite() &&
            scope_.find(expression.text) == nullptr)
            return makeExpression(Kind::string, expression.text);
        return withoutConstantCasts(expression);
    }

    Written write(const Expression& given) {
        const Expression expression = resolved(given);
        switch (expression.kind) {
            case Kind::null:
                return {"NULL", ValueKind::null};
            case Kind::boolean:
                return {expression.text, ValueKind::boolean};
            case Kind::number:
                return {expression.text,
                        isWholeNumber(expression.text) ? ValueKind::integer : ValueKind::decimal};
            case Kind::string:
                return {literalAs(expression, ValueKind::text, target_), ValueKind::text, TextOrder::bytes};
            case Kind::blob:
                return {literalAs(expression, ValueKind::bytes, target_), ValueKind::bytes};
            case Kind::column:
                return column(expression);
            case Kind::call:
                return call(expression);
            case Kind::negate:
                return negated(expression.parts[0]);
            case Kind::binary:
                return binary(expression);
            case Kind::cast:
                return cast(expression);
            case Kind::collate:
                return collated(expression);
            default:
                return {condition_(expression), ValueKind::boolean};
        }
    }

    Written column(const Expression& expression) {
        const ScopeColumn* found = scope_.find(expression.text);
        if (found == nullptr) throw NotTranslatable("there is no column '" + expression.text + "'");
        usesGenerated_ = usesGenerated_ || found->generated;
        return {quoteIdentifier(found->targetName),
                found->kind,
                found->order,
                false,
                found->decimalAsText,
                found};
    }

    /// What is a condition by its form.
    std::string condition_(const Expression& expression) {
        const std::vector<Expression>& parts = expression.parts;
        switch (expression.kind) {
            case Kind::logicalNot:
                return "(NOT " + negatable(parts[0]) + ")";
            case Kind::isNull:
                return "(" + write(parts[0]).sql + " IS NULL)";
            case Kind::isNotNull:
                return "(" + write(parts[0]).sql + " IS NOT NULL)";
            case Kind::isTrue:
                return "(" + booleanOf(parts[0]) + " IS " + expression.text + ")";
            case Kind::isNotTrue:
                return "(" + booleanOf(parts[0]) + " IS NOT " + expression.text + ")";
            case Kind::in:
                return membership(parts);
            case Kind::between:
                return "(" + comparison(">=", parts[0], parts[1]) + " AND " +
                       comparison("<=", parts[0], parts[2]) + ")";
            case Kind::like:
            case Kind::match:
            case Kind::glob:
                return pattern(expression);
            default:
                throw NotTranslatable("it depends on the moment");
        }
    }

    /// PostgreSQL's words for json_valid() fail where SQLite's are false.
    std::string negatable(const Expression& inner) {
        ++negations_;
        std::string sql = booleanOf(inner);
        --negations_;
        return sql;
    }

    std::string booleanOf(const Expression& given) {
        const Expression expression = resolved(given);
        if (expression.isLiteral()) return literalAs(expression, ValueKind::boolean, target_);
        const Written written = write(expression);
        if (written.kind == ValueKind::boolean) return written.sql;
        // A number is a condition in SQLite.
        if (!toSqlite() && isNumeric(written.kind)) return "(" + written.sql + " <> 0)";
        throw NotTranslatable(std::string(describe(written.kind)) + " stands where a condition is wanted");
    }

    Written binary(const Expression& expression) {
        const std::string& operation = expression.text;
        const Expression& left = expression.parts[0];
        const Expression& right = expression.parts[1];
        if (operation == "OR" && isJsonTest(left, right)) return jsonTest(left.parts[0]);
        if (operation == "AND" || operation == "OR")
            return {"(" + booleanOf(left) + " " + operation + " " + booleanOf(right) + ")",
                    ValueKind::boolean};
        if (operation == "||") return concatenation(left, right);
        if (operation == "+" || operation == "-" || operation == "*")
            return arithmetic(operation, left, right);
        return {comparison(operation, left, right), ValueKind::boolean};
    }

    // --- comparisons ---

    std::string comparison(const std::string& operation, const Expression& givenLeft,
                           const Expression& givenRight) {
        const Expression left = resolved(givenLeft);
        const Expression right = resolved(givenRight);
        if (left.isLiteral() && right.isLiteral()) throw NotTranslatable("it compares two constants");
        Written a;
        Written b;
        const bool asksForTruth = operation == "=" && (right.text == "1" || right.text == "true");
        if (!asksForTruth) ++negations_;
        if (!left.isLiteral()) a = write(left);
        if (!right.isLiteral()) b = write(right);
        if (!asksForTruth) --negations_;
        if (left.isLiteral()) a = constantBeside(b, left);
        if (right.isLiteral()) b = constantBeside(a, right);
        requireComparable(operation, a, b, left.isLiteral() || right.isLiteral());
        return "(" + a.sql + " " + operatorText(operation) + " " + b.sql + ")";
    }

    [[nodiscard]] std::string operatorText(const std::string& operation) const {
        if (operation == "IS") return toSqlite() ? "IS" : "IS NOT DISTINCT FROM";
        if (operation == "IS NOT") return toSqlite() ? "IS NOT" : "IS DISTINCT FROM";
        return operation;
    }

    /// SQLite gives the constant the affinity of what it is compared with, as literalAs() does.
    [[nodiscard]] Written constantBeside(const Written& other, const Expression& literal) const {
        const bool words = other.kind == ValueKind::boolean && literal.kind == Kind::string;
        if (words && literal.text != "0" && literal.text != "1")
            throw NotTranslatable("it compares a boolean with a text");
        const bool moment = isTime(other.kind) && other.kind != ValueKind::date;
        if (moment && literal.kind != Kind::null)
            throw NotTranslatable("it compares a time with a constant, which SQLite does by the text");
        const bool digits = isNumeric(other.kind) && literal.kind == Kind::number;
        Written constant{digits ? literal.text : literalAs(literal, other.kind, target_), other.kind};
        if (literal.kind == Kind::null) constant.kind = ValueKind::null;
        constant.order = other.order;
        return constant;
    }

    void requireComparable(const std::string& operation, Written& a, Written& b, bool constant) {
        if (a.kind == ValueKind::null || b.kind == ValueKind::null) return;
        const bool numbers = isNumeric(a.kind) && isNumeric(b.kind);
        if (!numbers && a.kind != b.kind)
            throw NotTranslatable("it compares " + std::string(describe(a.kind)) + " with " +
                                  std::string(describe(b.kind)));
        if (a.kind == ValueKind::json || a.kind == ValueKind::other)
            throw NotTranslatable("it compares " + std::string(describe(a.kind)));
        const bool ordering = isOrdering(operation);
        if (numbers) requireComparableNumbers(ordering, a, b, constant);
        if (a.kind == ValueKind::text) requireComparableTexts(ordering, a, b);
        if (isTime(a.kind) && !constant) requireComparableTimes(a, b);
        if (ordering && (a.kind == ValueKind::boolean || a.kind == ValueKind::uuid))
            throw NotTranslatable("it asks for the order of " + std::string(describe(a.kind)));
    }

    static void requireComparableNumbers(bool ordering, Written& a, Written& b, bool constant) {
        if (!ordering && (a.rounded || b.rounded))
            throw NotTranslatable("SQLite and PostgreSQL may round the two sides differently");
        for (Written* side : {&a, &b}) {
            if (!side->decimalAsText) continue;
            if (!ordering || !constant)
                throw NotTranslatable("the digits of a decimal are kept as text, and compared as such");
            side->sql = "CAST(" + side->sql + " AS NUMERIC)";
        }
    }

    void requireComparableTexts(bool ordering, Written& a, Written& b) const {
        if (a.order == TextOrder::trimmed || b.order == TextOrder::trimmed)
            throw NotTranslatable("it compares texts in the collation RTRIM");
        const bool folded = a.order == TextOrder::asciiFold || b.order == TextOrder::asciiFold;
        // Which one SQLite takes depends on what stands on the left.
        if (folded && a.order != b.order) throw NotTranslatable("it compares texts of different collations");
        if (toSqlite()) {
            const bool bytes = a.order == TextOrder::bytes || b.order == TextOrder::bytes;
            if (ordering && !bytes)
                throw NotTranslatable("it asks for the order of texts in the language of the database");
            return;
        }
        if (folded) {
            a.sql = "lower(" + a.sql + " COLLATE \"C\")";
            b.sql = "lower(" + b.sql + " COLLATE \"C\")";
        } else if (ordering) {
            a.sql = "(" + a.sql + " COLLATE \"C\")";
        }
    }

    /// SQLite compares times as texts, which have to be spelled alike.
    void requireComparableTimes(const Written& a, const Written& b) const {
        if (toSqlite() || a.kind == ValueKind::date) return;
        if (a.column == nullptr || b.column == nullptr || a.column->spelling.empty() ||
            a.column->spelling != b.column->spelling)
            throw NotTranslatable("SQLite compares times as texts, which need not be spelled alike here");
    }

    std::string membership(const std::vector<Expression>& parts) {
        const Expression first = resolved(parts[0]);
        if (first.isLiteral()) throw NotTranslatable("it compares constants");
        const Written a = write(first);
        std::string tested = a.sql;
        std::string list;
        for (std::size_t i = 1; i < parts.size(); ++i) {
            const Expression element = resolved(parts[i]);
            if (!element.isLiteral())
                throw NotTranslatable("IN with other than constants has no translation");
            Written b = constantBeside(a, element);
            Written left = a;
            requireComparable("=", left, b, true);
            list += (list.empty() ? "" : ", ") + b.sql;
            if (element.kind != Kind::null) tested = left.sql;
        }
        return "(" + tested + " IN (" + list + "))";
    }

    std::string pattern(const Expression& expression) {
        const Expression wanted = resolved(expression.parts[1]);
        const Written text = write(expression.parts[0]);
        if (wanted.kind != Kind::string)
            throw NotTranslatable("a pattern that is no constant has no translation");
        if (text.kind != ValueKind::text)
            throw NotTranslatable("it compares " + std::string(describe(text.kind)) + " with a pattern");
        if (toSqlite()) {
            if (text.order == TextOrder::asciiFold)
                throw NotTranslatable("patterns on texts whose case doesn't count have no translation");
            return "(" + text.sql + " GLOB " + quoteLiteral(globOfLike(wanted.text)) + ")";
        }
        if (expression.kind == Kind::glob)
            return "(" + text.sql + " LIKE " + quoteLiteral(likeOfGlob(wanted.text)) + ")";
        return "(lower(" + text.sql + " COLLATE \"C\") LIKE " + quoteLiteral(foldedLike(wanted.text)) + ")";
    }

    // --- values ---

    Written number(const Expression& given) {
        Written written = write(given);
        if (!isNumeric(written.kind) || written.decimalAsText)
            throw NotTranslatable("it calculates with " + std::string(written.decimalAsText
                                                                          ? "a decimal that is kept as text"
                                                                          : describe(written.kind)));
        return written;
    }

    Written negated(const Expression& inner) {
        const Written value = number(inner);
        return {"(- " + value.sql + ")", value.kind, TextOrder::standard, value.rounded};
    }

    Written arithmetic(const std::string& operation, const Expression& left, const Expression& right) {
        Written a = number(left);
        const Written b = number(right);
        Written result;
        result.kind = a.kind == ValueKind::real || b.kind == ValueKind::real         ? ValueKind::real
                      : a.kind == ValueKind::decimal || b.kind == ValueKind::decimal ? ValueKind::decimal
                                                                                     : ValueKind::integer;
        result.rounded = result.kind != ValueKind::integer;
        rounds_ = rounds_ || result.kind == ValueKind::decimal;
        // SQLite's whole numbers have 64 bits; PostgreSQL's may have less and overflow.
        if (!toSqlite() && result.kind == ValueKind::integer) a.sql = "CAST(" + a.sql + " AS bigint)";
        result.sql = "(" + a.sql + " " + operation + " " + b.sql + ")";
        return result;
    }

    std::string text(const Expression& given) {
        const Expression expression = resolved(given);
        if (expression.isLiteral()) return literalAs(expression, ValueKind::text, target_);
        const Written written = write(expression);
        if (written.kind != ValueKind::text)
            throw NotTranslatable("it takes " + std::string(describe(written.kind)) + " for a text");
        requireCased(written);
        return written.sql;
    }

    /// citext brings functions of its own.
    void requireCased(const Written& text) const {
        if (toSqlite() && text.order == TextOrder::asciiFold)
            throw NotTranslatable("a function of citext has no translation");
    }

    Written concatenation(const Expression& left, const Expression& right) {
        return {"(" + text(left) + " || " + text(right) + ")", ValueKind::text};
    }

    Written call(const Expression& expression) {
        const std::string& name = expression.text;
        const std::vector<Expression>& parts = expression.parts;
        if (name == "length") return length(parts[0]);
        if (name == "lower" || name == "upper") return letters(name, parts[0]);
        if (name == "trim")
            return {(toSqlite() ? "trim(" : "btrim(") + text(parts[0]) + ")", ValueKind::text};
        if (name == "ltrim" || name == "rtrim") return {name + "(" + text(parts[0]) + ")", ValueKind::text};
        if (name == "coalesce" || name == "nullif") return choice(name, parts);
        if (name == "abs") {
            const Written value = number(parts[0]);
            return {"abs(" + value.sql + ")", value.kind, TextOrder::standard, value.rounded};
        }
        if (name == "substr") return substring(parts);
        if (name == "replace") return replacement(parts);
        if (name == "instr")
            return {(toSqlite() ? "instr(" : "strpos(") + text(parts[0]) + ", " + text(parts[1]) + ")",
                    ValueKind::integer};
        if (name == "json_valid") return jsonTest(parts[0]);
        throw NotTranslatable("the function " + name + "() has no translation");
    }

    Written length(const Expression& given) {
        const Written value = write(given);
        if (value.kind != ValueKind::text && value.kind != ValueKind::bytes)
            throw NotTranslatable("it asks for the length of " + std::string(describe(value.kind)));
        return {"length(" + value.sql + ")", ValueKind::integer};
    }

    /// SQLite changes the case of ASCII letters alone.
    Written letters(const std::string& name, const Expression& given) {
        const Written value = write(given);
        if (value.kind != ValueKind::text)
            throw NotTranslatable("it takes " + std::string(describe(value.kind)) + " for a text");
        if (!toSqlite()) return {name + "(" + value.sql + " COLLATE \"C\")", ValueKind::text};
        if (value.order != TextOrder::bytes) note(name + "() changes ASCII letters alone in SQLite");
        return {name + "(" + value.sql + ")", ValueKind::text, value.order};
    }

    Written choice(const std::string& name, const std::vector<Expression>& parts) {
        Written result;
        for (const Expression& part : parts)
            if (const Expression expression = resolved(part); !expression.isLiteral()) {
                const Written written = write(expression);
                if (result.kind != ValueKind::other && written.kind != result.kind)
                    throw NotTranslatable("it chooses between values of several types");
                requireCased(written);
                result.kind = written.kind;
                if (written.decimalAsText)
                    throw NotTranslatable("it calculates with a decimal that is kept as text");
            }
        if (result.kind == ValueKind::other) throw NotTranslatable("it chooses between constants");
        std::string list;
        for (const Expression& part : parts) {
            const Expression expression = resolved(part);
            list += (list.empty() ? "" : ", ") + (expression.isLiteral()
                                                      ? literalAs(expression, result.kind, target_)
                                                      : write(expression).sql);
        }
        result.sql = name + "(" + list + ")";
        return result;
    }

    /// Places that are negative or zero mean something else in each dialect.
    Written substring(const std::vector<Expression>& parts) {
        std::string sql = "substr(" + text(parts[0]);
        for (std::size_t i = 1; i < parts.size(); ++i) {
            const Expression place = resolved(parts[i]);
            if (place.kind != Kind::number || !isWholeNumber(place.text) || place.text.front() == '-' ||
                (i == 1 && place.text == "0") || place.text.size() > 9)
                throw NotTranslatable("substr() with other than constant places has no translation");
            sql += ", " + place.text;
        }
        return {sql + ")", ValueKind::text};
    }

    Written replacement(const std::vector<Expression>& parts) {
        const Expression old = resolved(parts[1]);
        if (old.kind != Kind::string || old.text.empty())
            throw NotTranslatable("replace() of other than a constant has no translation");
        return {"replace(" + text(parts[0]) + ", " + text(parts[1]) + ", " + text(parts[2]) + ")",
                ValueKind::text};
    }

    /// `CAST(x AS json) IS NOT NULL OR NULL`: PostgreSQL's words for json_valid(x), which refuses what is no
    /// JSON by an error.
    [[nodiscard]] bool isJsonTest(const Expression& left, const Expression& right) const {
        if (!toSqlite() || left.kind != Kind::isNotNull || withoutConstantCasts(right).kind != Kind::null)
            return false;
        const Expression& tested = left.parts[0];
        if (tested.kind == Kind::cast) return tested.text == "json" && tested.parts[0].kind == Kind::column;
        const ScopeColumn* found = tested.kind == Kind::column ? scope_.find(tested.text) : nullptr;
        return found != nullptr && found->kind == ValueKind::json;
    }

    Written jsonTest(const Expression& tested) {
        const Written value = write(tested.kind == Kind::cast ? tested.parts[0] : tested);
        if (value.kind != ValueKind::text && value.kind != ValueKind::json)
            throw NotTranslatable("it takes " + std::string(describe(value.kind)) + " for JSON");
        if (negations_ > 0)
            throw NotTranslatable("json_valid() has a translation only where it must be true");
        // NULL is not valid before SQLite 3.45, and neither valid nor not since then.
        if (toSqlite())
            return {"(" + value.sql + " IS NULL OR json_valid(" + value.sql + "))", ValueKind::boolean};
        note("NULL is taken, which json_valid() refuses before SQLite 3.45");
        checkOnly_ = true;  // the cast is not immutable
        return {"(CAST(" + value.sql + " AS json) IS NOT NULL OR NULL)", ValueKind::boolean};
    }

    Written collated(const Expression& expression) {
        Written inner = write(expression.parts[0]);
        if (inner.kind != ValueKind::text)
            throw NotTranslatable("a collation stands at " + std::string(describe(inner.kind)));
        const std::string& name = expression.text;
        if (toSqlite()) {
            if (name != "C" && name != "POSIX" && name != "ucs_basic")
                throw NotTranslatable("the collation " + name + " has no translation");
            inner.order = TextOrder::bytes;
            return inner;
        }
        if (sameName(name, "binary", NameCase::folded))
            inner.order = TextOrder::standard;
        else if (sameName(name, "nocase", NameCase::folded))
            inner.order = TextOrder::asciiFold;
        else
            throw NotTranslatable("the collation " + name + " has no translation");
        return inner;
    }

    /// Casts that change no value.
    Written cast(const Expression& expression) {
        Written inner = write(expression.parts[0]);
        inner.column = nullptr;
        const ValueKind wanted = kindOfTypeName(expression.text);
        const bool sized = expression.text.find('(') != std::string::npos;
        if (toSqlite() && wanted == ValueKind::text && inner.order == TextOrder::asciiFold && !sized) {
            inner.sql = "(" + inner.sql + " COLLATE BINARY)";
            inner.order = TextOrder::standard;
            return inner;
        }
        if (wanted == inner.kind && !sized && wanted != ValueKind::other) return inner;
        if (toSqlite() && wanted == ValueKind::integer && inner.kind == ValueKind::boolean) {
            inner.kind = wanted;  // 0 and 1 are what SQLite's conditions give
            return inner;
        }
        const bool widens = toSqlite() && !sized && isNumeric(wanted) && isNumeric(inner.kind) &&
                            !inner.decimalAsText && wanted != ValueKind::integer &&
                            inner.kind != ValueKind::real;
        if (!widens) throw NotTranslatable("a cast to " + expression.text + " has no translation");
        inner.kind = wanted;
        return inner;
    }

    const ExpressionScope& scope_;
    Dialect target_;
    std::vector<std::string> notes_;
    bool usesGenerated_ = false;
    bool rounds_ = false;
    bool checkOnly_ = false;
    int negations_ = 0;
};

}  // namespace

TranslatedExpression translate(const Expression& expression, const ExpressionScope& scope, Dialect target) {
    return Writer(scope, target).whole(expression);
}

TranslatedExpression translateCondition(const Expression& expression, const ExpressionScope& scope,
                                        Dialect target) {
    return Writer(scope, target).condition(expression);
}

}  // namespace roost::sql::mapping
