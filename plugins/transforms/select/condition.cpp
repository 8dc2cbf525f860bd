#include "transforms/select/condition.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "lib/sql/cell_text.hpp"
#include "lib/sql/numeric_time.hpp"
#include "lib/sql/time_text.hpp"
#include "lib/sql/value_parse.hpp"
#include "lib/sql/value_text.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::select {

namespace {

using storage::shownName;

constexpr std::int64_t microsecondsOfDay = 86'400'000'000;

Comparison comparisonOf(TypeKind kind) noexcept {
    switch (kind) {
        case TypeKind::boolean:
            return Comparison::boolean;
        case TypeKind::int16:
        case TypeKind::int32:
        case TypeKind::int64:
        case TypeKind::float32:
        case TypeKind::float64:
        case TypeKind::decimal:
            return Comparison::number;
        case TypeKind::uuid:
            return Comparison::uuid;
        case TypeKind::date:
            return Comparison::date;
        case TypeKind::time:
            return Comparison::time;
        case TypeKind::timestamp:
            return Comparison::timestamp;
        case TypeKind::bytes:
            return Comparison::none;
        default:
            return Comparison::text;
    }
}

/// Whether smaller and larger mean something for the type's values.
bool isOrdered(TypeKind kind) noexcept {
    constexpr std::array unordered{TypeKind::boolean,     TypeKind::uuid,  TypeKind::json,    TypeKind::array,
                                   TypeKind::enumeration, TypeKind::other, TypeKind::interval};
    return std::ranges::find(unordered, kind) == unordered.end();
}

/// The words that PostgreSQL takes.
std::optional<bool> truth(std::string_view text) {
    std::string word;
    for (const char c : text) word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    for (const std::string_view yes : {"true", "t", "yes", "y", "on", "1"})
        if (word == yes) return true;
    for (const std::string_view no : {"false", "f", "no", "n", "off", "0"})
        if (word == no) return false;
    return std::nullopt;
}

std::optional<std::int64_t> parseInteger(std::string_view text) noexcept {
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<std::int64_t> parseInstant(std::string_view text, bool withZone) {
    const std::optional<std::string> rfc = sql::toRfc3339(text, withZone);
    const auto time = sql::parseTimestamp(rfc ? std::string_view(*rfc) : text, withZone);
    return time ? std::optional(time->value) : std::nullopt;
}

std::optional<std::int64_t> booleanOf(const Cell& cell) {
    if (cell.kind() == CellKind::boolean) return cell.integer();
    if (cell.kind() == CellKind::integer && (cell.integer() == 0 || cell.integer() == 1))
        return cell.integer();
    if (cell.kind() != CellKind::text) return std::nullopt;
    const std::optional<bool> value = truth(cell.text());
    return value ? std::optional<std::int64_t>(*value ? 1 : 0) : std::nullopt;
}

std::optional<sql::ExactNumber> numberOf(const Cell& cell) {
    switch (cell.kind()) {
        case CellKind::integer:
        case CellKind::boolean:
            return sql::ExactNumber::of(cell.integer());
        case CellKind::real:
            return sql::ExactNumber::of(cell.real());
        case CellKind::decimal:
        case CellKind::text:
            return sql::ExactNumber::parse(cell.text());
        default:
            return std::nullopt;
    }
}

/// A day's number, or an instant's without the time of its day; what is infinite stays.
std::int64_t dayOf(std::int64_t microseconds) noexcept {
    if (microseconds == positiveInfinity || microseconds == negativeInfinity) return microseconds;
    const std::int64_t days = microseconds / microsecondsOfDay;
    return days * microsecondsOfDay > microseconds ? days - 1 : days;
}

std::optional<std::int64_t> midnightOf(std::int64_t day) noexcept {
    if (day == positiveInfinity || day == negativeInfinity) return day;
    std::int64_t microseconds = 0;
    if (__builtin_mul_overflow(day, microsecondsOfDay, &microseconds)) return std::nullopt;
    return microseconds;
}

std::string uuidOf(const Cell& cell) {
    if (cell.kind() == CellKind::text) return sql::canonicalUuid(cell.text());
    const bool isUuid = cell.kind() == CellKind::uuid || cell.kind() == CellKind::bytes;
    if (!isUuid || cell.bytes().size() != 16) return {};
    std::array<char, sql::longestValue> text{};
    char* const end = sql::writeValue(text.data(), Cell::view(CellKind::uuid, cell.text()), false);
    return {text.data(), static_cast<std::size_t>(end - text.data())};
}

}  // namespace

Condition::Condition(const WhereRecord& record, const Table& table, std::size_t place)
    : place_(place),
      comparison_(comparisonOf(table.columns[place].type.kind)),
      withZone_(table.columns[place].type.withZone),
      numbersAre_(table.columns[place].numbersAre),
      null_(record.null) {
    const Column& own = table.columns[place];
    const std::string column = shownName(table.qualifiedName() + "." + own.name);
    const bool compares = record.is || record.like || record.from || record.to;
    if (compares && comparison_ == Comparison::none)
        throw Error("'where': " + column + " holds bytes, of which only 'is-null' can be asked");
    if ((record.from || record.to) && !isOrdered(own.type.kind))
        throw Error("'where': 'from' and 'to' need an order, which values of " + column + " (" +
                        format(own.type) + ") do not have",
                    "use 'is' or 'like'");
    is_ = read(record.is, "is", column);
    from_ = read(record.from, "from", column);
    to_ = read(record.to, "to", column);
    if (record.like) like_.emplace(*record.like, sql::NameCase::exact);
}

std::optional<Operand> Condition::read(const std::optional<std::string>& text, const char* key,
                                       const std::string& column) const {
    if (!text) return std::nullopt;
    std::optional<Operand> operand = parse(*text);
    if (operand) return operand;
    constexpr std::array<std::string_view, 8> wanted{
        "",       "true or false",        "a number",           "",
        "a uuid", "a date as 2026-01-31", "a time as 12:34:56", "a date or a time as 2026-01-31T12:34:56Z"};
    throw Error("'where': '" + std::string(key) + "' of " + column + " takes " +
                std::string(wanted.at(static_cast<std::size_t>(comparison_))) + ", not '" + shownName(*text) +
                "'");
}

std::optional<Operand> Condition::parse(const std::string& text) const {
    Operand operand;
    std::optional<std::int64_t> integer;
    switch (comparison_) {
        case Comparison::none:
            return std::nullopt;
        case Comparison::text:
            operand.text = text;
            return operand;
        case Comparison::uuid:
            operand.text = sql::canonicalUuid(text);
            return operand.text.empty() ? std::nullopt : std::optional(operand);
        case Comparison::number: {
            const auto number = sql::ExactNumber::parse(text);
            if (!number) return std::nullopt;
            operand.number = *number;
            if (const auto whole = parseInteger(text)) {
                operand.integer = *whole;
                operand.isInteger = true;
            }
            return operand;
        }
        case Comparison::boolean:
            if (const auto value = truth(text)) integer = *value ? 1 : 0;
            break;
        case Comparison::date:
            integer = sql::parseDate(text);
            break;
        case Comparison::time:
            if (const auto time = sql::parseTime(text)) integer = time->value;
            break;
        case Comparison::timestamp:
            integer = parseInstant(text, withZone_);
            break;
    }
    if (!integer) return std::nullopt;
    operand.integer = *integer;
    return operand;
}

/// Days, microseconds of a day, or microseconds since 2000, as the column counts them.
std::optional<std::int64_t> Condition::timeOf(const Cell& cell) const {
    std::optional<std::int64_t> instant;
    switch (cell.kind()) {
        case CellKind::date:
            if (comparison_ == Comparison::date) return cell.integer();
            instant = comparison_ == Comparison::timestamp ? midnightOf(cell.integer()) : std::nullopt;
            break;
        case CellKind::time:
            if (comparison_ == Comparison::time) return cell.integer();
            return std::nullopt;
        case CellKind::timestamp:
            instant = cell.integer();
            break;
        case CellKind::integer:
            if (const auto time = sql::timeOfNumber(cell.integer(), numbersAre_)) instant = time->value;
            break;
        case CellKind::real:
            if (const auto time = sql::timeOfNumber(cell.real(), numbersAre_)) instant = time->value;
            break;
        case CellKind::text:
            if (comparison_ == Comparison::time) {
                const auto time = sql::parseTime(cell.text());
                return time ? std::optional(time->value) : std::nullopt;
            }
            if (comparison_ == Comparison::date)
                if (const auto day = sql::parseDate(cell.text())) return day;
            instant = parseInstant(cell.text(), withZone_);
            break;
        default:
            break;
    }
    if (!instant || comparison_ == Comparison::time) return std::nullopt;
    return comparison_ == Comparison::date ? dayOf(*instant) : instant;
}

std::optional<std::strong_ordering> Condition::order(const Cell& cell, const Operand& operand) const {
    switch (comparison_) {
        case Comparison::text: {
            std::string buffer;
            const auto text = sql::cellText(cell, withZone_, buffer);
            if (!text) return std::nullopt;
            return *text <=> std::string_view(operand.text);
        }
        case Comparison::uuid: {
            const std::string text = uuidOf(cell);
            if (text.empty()) return std::nullopt;
            return text <=> operand.text;
        }
        case Comparison::number: {
            if (operand.isInteger && cell.kind() == CellKind::integer)
                return cell.integer() <=> operand.integer;
            const auto number = numberOf(cell);
            if (!number) return std::nullopt;
            return *number <=> operand.number;
        }
        default: {
            const auto value = comparison_ == Comparison::boolean ? booleanOf(cell) : timeOf(cell);
            if (!value) return std::nullopt;
            return *value <=> operand.integer;
        }
    }
}

Answer Condition::compare(const Cell& cell, const Operand& operand, Side side) const {
    const auto found = order(cell, operand);
    if (!found) return Answer::incomparable;
    const bool holds = side == Side::is     ? std::is_eq(*found)
                       : side == Side::from ? std::is_gteq(*found)
                                            : std::is_lteq(*found);
    return holds ? Answer::yes : Answer::no;
}

Answer Condition::ask(const Cell& cell) const {
    if (null_ && cell.isNull() != *null_) return Answer::no;
    if (cell.isNull()) return is_ || from_ || to_ || like_ ? Answer::no : Answer::yes;
    for (const auto& [operand, side] :
         {std::pair{&is_, Side::is}, std::pair{&from_, Side::from}, std::pair{&to_, Side::to}}) {
        if (!*operand) continue;
        if (const Answer answer = compare(cell, **operand, side); answer != Answer::yes) return answer;
    }
    if (!like_) return Answer::yes;
    std::string buffer;
    const auto text = sql::cellText(cell, withZone_, buffer);
    if (!text) return Answer::incomparable;
    return like_->matches(*text) ? Answer::yes : Answer::no;
}

}  // namespace roost::select
