#include "lib/sql/mapping/known_calls.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace roost::sql::mapping {

namespace {

using Kind = Expression::Kind;

struct Function {
    std::string_view name;  ///< in one dialect
    std::string_view known;
    std::size_t fewest;
    std::size_t most;
};

constexpr std::size_t anyNumber = 100;

constexpr auto sqliteFunctions = std::to_array<Function>({
    {"length", "length", 1, 1},
    {"lower", "lower", 1, 1},
    {"upper", "upper", 1, 1},
    {"trim", "trim", 1, 1},
    {"ltrim", "ltrim", 1, 1},
    {"rtrim", "rtrim", 1, 1},
    {"coalesce", "coalesce", 2, anyNumber},
    {"ifnull", "coalesce", 2, 2},
    {"nullif", "nullif", 2, 2},
    {"abs", "abs", 1, 1},
    {"substr", "substr", 2, 3},
    {"substring", "substr", 2, 3},
    {"replace", "replace", 3, 3},
    {"instr", "instr", 2, 2},
    {"json_valid", "json_valid", 1, 1},
});

constexpr auto postgresqlFunctions = std::to_array<Function>({
    {"length", "length", 1, 1},
    {"char_length", "length", 1, 1},
    {"character_length", "length", 1, 1},
    {"lower", "lower", 1, 1},
    {"upper", "upper", 1, 1},
    {"btrim", "trim", 1, 1},
    {"trim", "trim", 1, 1},
    {"ltrim", "ltrim", 1, 1},
    {"rtrim", "rtrim", 1, 1},
    {"coalesce", "coalesce", 2, anyNumber},
    {"nullif", "nullif", 2, 2},
    {"abs", "abs", 1, 1},
    {"substr", "substr", 2, 3},
    {"replace", "replace", 3, 3},
    {"strpos", "instr", 2, 2},
});

/// Without the casts that PostgreSQL puts around its constants.
const Expression& bare(const Expression& expression) {
    return expression.kind == Kind::cast ? bare(expression.parts.front()) : expression;
}

bool isString(const Expression& expression, std::string_view text) {
    return bare(expression).kind == Kind::string && bare(expression).text == text;
}

/// SQLite's date functions, of the present alone.
bool sqliteMoment(const Expression& call, Expression& moment) {
    const auto ofNow = [&](std::size_t place) {
        return call.parts.size() == place + 1 && isString(call.parts[place], "now");
    };
    const auto alone = [&] { return call.parts.empty() || ofNow(0); };
    if (call.text == "unixepoch" && alone()) {
        moment = makeExpression(Kind::unixNow);
    } else if (call.text == "datetime" && alone()) {
        moment = makeExpression(Kind::current, std::string(timestampFormat));
    } else if (call.text == "date" && alone()) {
        moment = makeExpression(Kind::current, std::string(dateFormat));
    } else if (call.text == "time" && alone()) {
        moment = makeExpression(Kind::current, std::string(timeFormat));
    } else if (call.text == "strftime" && ofNow(1) && call.parts[0].kind == Kind::string) {
        moment = call.parts[0].text == "%s" ? makeExpression(Kind::unixNow)
                                            : makeExpression(Kind::current, call.parts[0].text);
    } else {
        return false;
    }
    return true;
}

/// floor(extract(epoch from now())), to_char(now in UTC, ...), nextval(...).
bool postgresqlMoment(Expression& call, Expression& moment) {
    constexpr std::array<std::string_view, 4> now{"now", "transaction_timestamp", "statement_timestamp",
                                                  "clock_timestamp"};
    const auto first = [&](Kind kind) { return !call.parts.empty() && bare(call.parts[0]).kind == kind; };
    if (call.parts.empty() && std::ranges::find(now, call.text) != now.end()) {
        moment = makeExpression(Kind::localNow, "TIMESTAMP");
    } else if (call.text == "timezone" && call.parts.size() == 2) {
        moment = momentInUtc(call.parts[1], call.parts[0]);
    } else if (call.text == "nextval" && call.parts.size() == 1 && first(Kind::string)) {
        moment = makeExpression(Kind::nextValue, bare(call.parts[0]).text);
    } else if (call.text == "to_char" && call.parts.size() == 2 && first(Kind::current) &&
               bare(call.parts[1]).kind == Kind::string) {
        moment = makeExpression(Kind::current, strftimeFormat(bare(call.parts[1]).text));
    } else if ((call.text == "extract" && call.parts.size() == 1 && first(Kind::localNow)) ||
               (call.text == "date_part" && call.parts.size() == 2 && isString(call.parts[0], "epoch") &&
                call.parts[1].kind == Kind::localNow)) {
        moment = makeExpression(Kind::call, "epoch");
    } else if (call.text == "floor" && first(Kind::call) && bare(call.parts[0]).text == "epoch") {
        moment = makeExpression(Kind::unixNow);
    } else {
        return false;
    }
    return true;
}

// Longer ones first, so that SS.MS is not read as SS.
constexpr auto formatParts = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"%Y", "YYYY"},
    {"%m", "MM"},
    {"%d", "DD"},
    {"%H", "HH24"},
    {"%M", "MI"},
    {"%f", "SS.MS"},
    {"%S", "SS"},
    {"T", "\"T\""},
    {"Z", "\"Z\""},
});

constexpr std::string_view separators = " -:.+0/";

}  // namespace

Expression currentMoment(std::string_view what, Dialect dialect) {
    if (dialect == Dialect::sqlite)
        return makeExpression(Kind::current, std::string(what == "timestamp" ? timestampFormat
                                                         : what == "date"    ? dateFormat
                                                                             : timeFormat));
    return makeExpression(Kind::localNow, what == "timestamp" ? "TIMESTAMP"
                                          : what == "date"    ? "DATE"
                                                              : "TIME");
}

Expression momentInUtc(const Expression& moment, const Expression& zone) {
    std::string name = bare(zone).text;
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (moment.kind != Kind::localNow || moment.text != "TIMESTAMP" || bare(zone).kind != Kind::string ||
        name != "utc")
        throw NotTranslatable("AT TIME ZONE has no translation");
    return makeExpression(Kind::current, std::string(timestampFormat));
}

Expression knownCall(Expression call, Dialect dialect) {
    Expression moment;
    if (dialect == Dialect::sqlite ? sqliteMoment(call, moment) : postgresqlMoment(call, moment))
        return moment;
    const auto rename = [&](const auto& functions) {
        const auto found = std::ranges::find(functions, std::string_view(call.text), &Function::name);
        if (found == functions.end() || call.parts.size() < found->fewest || call.parts.size() > found->most)
            throw NotTranslatable("the function " + call.text + "() has no translation");
        call.text = found->known;
    };
    if (dialect == Dialect::sqlite)
        rename(sqliteFunctions);
    else
        rename(postgresqlFunctions);
    return call;
}

std::string toCharPattern(std::string_view format) {
    std::string pattern;
    while (!format.empty()) {
        const auto* part = std::ranges::find_if(
            formatParts, [&](const auto& candidate) { return format.starts_with(candidate.first); });
        const bool separator = separators.find(format.front()) != std::string_view::npos;
        if (part == formatParts.end() && !separator)
            throw NotTranslatable("the time format has no translation");
        pattern += part == formatParts.end() ? format.substr(0, 1) : part->second;
        format.remove_prefix(part == formatParts.end() ? 1 : part->first.size());
    }
    return pattern;
}

std::string strftimeFormat(std::string_view pattern) {
    std::string format;
    while (!pattern.empty()) {
        const auto* part = std::ranges::find_if(
            formatParts, [&](const auto& candidate) { return pattern.starts_with(candidate.second); });
        const bool separator = separators.find(pattern.front()) != std::string_view::npos;
        if (part == formatParts.end() && !separator)
            throw NotTranslatable("the time format has no translation");
        format += part == formatParts.end() ? pattern.substr(0, 1) : part->first;
        pattern.remove_prefix(part == formatParts.end() ? 1 : part->second.size());
    }
    return format;
}

}  // namespace roost::sql::mapping
