#include "conformance/value_comparison.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <string_view>

namespace roost::conformance {

namespace {

constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t dayMicroseconds = 86'400 * million;

std::string digits(std::int64_t number, std::size_t width) {
    std::string text = std::to_string(number);
    if (text.size() < width) text.insert(0, width - text.size(), '0');
    return text;
}

std::string realText(double value) {
    std::array<char, 32> buffer{};
    return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr};
}

std::string dateText(std::int64_t days) {
    using namespace std::chrono;
    const year_month_day date(sys_days(year(2000) / 1 / 1) + std::chrono::days(days));
    return digits(static_cast<int>(date.year()), 4) + '-' + digits(static_cast<unsigned>(date.month()), 2) +
           '-' + digits(static_cast<unsigned>(date.day()), 2);
}

std::string timeText(std::int64_t microseconds) {
    const std::int64_t seconds = microseconds / million;
    std::string text =
        digits(seconds / 3600, 2) + ':' + digits(seconds / 60 % 60, 2) + ':' + digits(seconds % 60, 2);
    if (microseconds % million != 0) text += '.' + digits(microseconds % million, 6);
    while (text.find('.') != std::string::npos && text.back() == '0') text.pop_back();
    return text;
}

std::string timestampText(std::int64_t microseconds) {
    const std::int64_t inDay = ((microseconds % dayMicroseconds) + dayMicroseconds) % dayMicroseconds;
    return dateText((microseconds - inDay) / dayMicroseconds) + ' ' + timeText(inDay);
}

/// ISO 8601, 5.5.2.3, with signs: "P1Y2M-3DT1H30M".
std::string durationText(const Interval& interval) {
    std::string text = "P";
    const auto add = [&text](std::int64_t number, char unit) {
        if (number != 0) text += std::to_string(number) + unit;
    };
    add(interval.months / 12, 'Y');
    add(interval.months % 12, 'M');
    add(interval.days, 'D');
    const std::int64_t inMinute = interval.microseconds % (60 * million);
    if (interval.microseconds != 0) text += 'T';
    add(interval.microseconds / (3600 * million), 'H');
    add(interval.microseconds / (60 * million) % 60, 'M');
    if (inMinute != 0) {
        // A time of day of that many seconds has the same digits: "00:00:07.5".
        std::string seconds = timeText(inMinute < 0 ? -inMinute : inMinute).substr(6);
        if (seconds.starts_with('0')) seconds.erase(0, 1);
        text += (inMinute < 0 ? "-" : "") + seconds + 'S';
    }
    return text == "P" ? "PT0S" : text;
}

std::string uuidText(std::string_view bytes) {
    constexpr std::string_view figures = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        const auto byte = static_cast<unsigned char>(bytes[i]);
        text += figures[byte >> 4U];
        text += figures[byte & 15U];
    }
    return text;
}

/// The spellings of ISO 8601 and SQL as one: a blank for the T, no Z, no zeros at the end of a fraction.
std::string plainTime(std::string_view spelled) {
    std::string text(spelled);
    std::ranges::replace(text, 'T', ' ');
    for (const std::string_view zone : {"Z", "+00:00", "+00"})
        if (text.ends_with(zone)) {
            text.erase(text.size() - zone.size());
            break;
        }
    if (text.find('.') == std::string::npos) return text;
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text;
}

/// A decimal number without what adds nothing to its value.
std::string plainNumber(std::string text) {
    if (text.find('.') != std::string::npos && text.find_first_of("eE") == std::string::npos) {
        while (text.back() == '0') text.pop_back();
        if (text.back() == '.') text.pop_back();
    }
    return text == "-0" ? "0" : text;
}

bool isNumber(const Cell& cell) {
    return cell.kind() == CellKind::integer || cell.kind() == CellKind::real ||
           cell.kind() == CellKind::decimal;
}

bool isTime(const Cell& cell) {
    return cell.kind() == CellKind::date || cell.kind() == CellKind::time ||
           cell.kind() == CellKind::timestamp;
}

bool isString(const Cell& cell) { return cell.kind() == CellKind::text || cell.kind() == CellKind::bytes; }

double asReal(const Cell& cell) {
    return cell.kind() == CellKind::real ? cell.real() : std::strtod(plainText(cell).c_str(), nullptr);
}

bool isSameNumber(const Cell& given, const Cell& read) {
    if (!isNumber(read) && !isString(read)) return false;
    // A long double holds every integer of 64 bits, a double does not.
    if (given.kind() == CellKind::integer && read.kind() == CellKind::real)
        return static_cast<long double>(given.integer()) == static_cast<long double>(read.real());
    if (given.kind() == CellKind::real || read.kind() == CellKind::real) return asReal(given) == asReal(read);
    return plainNumber(plainText(given)) == plainNumber(plainText(read));
}

bool isSameTime(const Cell& given, const Cell& read) {
    if (given.kind() == CellKind::date && read.kind() == CellKind::timestamp)
        return timestampText(read.integer()) == dateText(given.integer()) + " 00:00:00";
    return isString(read) && plainTime(read.text()) == plainText(given);
}

bool isSameTruth(bool given, const Cell& read) {
    if (isNumber(read)) return plainNumber(plainText(read)) == (given ? "1" : "0");
    if (!isString(read)) return false;
    const std::array<std::string_view, 4> words =
        given ? std::array<std::string_view, 4>{"true", "t", "1", "yes"}
              : std::array<std::string_view, 4>{"false", "f", "0", "no"};
    return std::ranges::find(words, read.text()) != words.end();
}

}  // namespace

std::string plainText(const Cell& cell) {
    switch (cell.kind()) {
        case CellKind::null:
            return "NULL";
        case CellKind::boolean:
        case CellKind::integer:
            return std::to_string(cell.integer());
        case CellKind::real:
            return realText(cell.real());
        case CellKind::uuid:
            return uuidText(cell.text());
        case CellKind::time:
            return timeText(cell.integer());
        case CellKind::date:
        case CellKind::timestamp:
            if (cell.integer() == positiveInfinity) return "infinity";
            if (cell.integer() == negativeInfinity) return "-infinity";
            return cell.kind() == CellKind::date ? dateText(cell.integer()) : timestampText(cell.integer());
        case CellKind::interval:
            return durationText(cell.interval());
        case CellKind::decimal:
        case CellKind::text:
        case CellKind::bytes:
            break;
    }
    return std::string(cell.text());
}

bool isSameValue(const Cell& given, const Cell& read) {
    if (given.isNull() || read.isNull()) return given.isNull() && read.isNull();
    if (given.kind() == read.kind() && plainText(given) == plainText(read)) return true;
    if (given.kind() == CellKind::boolean) return isSameTruth(given.integer() != 0, read);
    if (isNumber(given)) return isSameNumber(given, read);
    if (isTime(given)) return isSameTime(given, read);
    if (given.kind() == CellKind::interval) return isString(read) && read.text() == plainText(given);
    if (given.kind() == CellKind::uuid)
        return isString(read) && (read.text() == plainText(given) || read.text() == given.text());
    return isString(given) && isString(read) && given.text() == read.text();
}

std::string shown(const Cell& cell) {
    constexpr std::size_t longest = 40;
    static constexpr std::array<std::string_view, 12> kinds{"",       "truth value", "number", "number",
                                                            "number", "text",        "bytes",  "uuid",
                                                            "date",   "time",        "time",   "interval"};
    if (cell.isNull()) return "NULL";
    std::string text = plainText(cell);
    if (text.size() > longest) text = text.substr(0, longest) + "...";
    return std::string(kinds.at(static_cast<std::size_t>(cell.kind()))) + " '" + text + "'";
}

}  // namespace roost::conformance
