#include "lib/sql/time_text.hpp"

#include <array>
#include <cstddef>

#include "lib/sql/calendar.hpp"

namespace roost::sql {

namespace {

constexpr std::string_view plainBlank = "YYYY-MM-DD HH:MM:SS";
constexpr std::string_view offsetBlank = "YYYY-MM-DD HH:MM:SS+hh:mm";
constexpr std::string_view plainT = "YYYY-MM-DDTHH:MM:SS";
constexpr std::string_view offsetT = "YYYY-MM-DDTHH:MM:SS+hh:mm";

constexpr std::size_t dateLength = 10;
constexpr std::size_t secondsEnd = 19;  // of YYYY-MM-DDTHH:MM:SS

constexpr bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool isLetter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool isBlank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Reads a text from its front.
struct Reader {
    std::string_view text;
    std::size_t at = 0;

    [[nodiscard]] bool atEnd() const noexcept { return at == text.size(); }
    [[nodiscard]] char peek() const noexcept { return atEnd() ? '\0' : text[at]; }
    bool take(char wanted) noexcept {
        if (atEnd() || text[at] != wanted) return false;
        ++at;
        return true;
    }
    bool takeBlanks() noexcept {
        const std::size_t before = at;
        while (!atEnd() && isBlank(text[at])) ++at;
        return at != before;
    }
    std::size_t takeDigits() noexcept {
        const std::size_t before = at;
        while (!atEnd() && isDigit(text[at])) ++at;
        return at - before;
    }
    /// Exactly `count` digits, of a value of at most `limit`.
    bool number(std::size_t count, unsigned limit, unsigned& value) noexcept {
        if (text.size() - at < count) return false;
        value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const char c = text[at + i];
            if (!isDigit(c)) return false;
            value = value * 10 + static_cast<unsigned>(c - '0');
        }
        at += count;
        return value <= limit;
    }
};

/// What a text says, and whether it says it in the letters of one of the four spellings.
struct TimeText {
    std::string_view date;      // YYYY-MM-DD
    char separator = '\0';      // ' ' or 'T' as written, '\0' where only a date was given
    std::string_view minutes;   // HH:MM
    std::string_view seconds;   // SS, or empty
    std::string_view fraction;  // .fff, or empty
    enum class Offset { none, utc, given } offset = Offset::none;
    std::array<char, 6> offsetText{};  // +hh:mm
    bool exact = true;
};

bool readDate(Reader& reader, std::string_view& date) noexcept {
    const std::size_t begin = reader.at;
    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
    if (!reader.number(4, 9999, year) || !reader.take('-') || !reader.number(2, 12, month) ||
        !reader.take('-') || !reader.number(2, 31, day))
        return false;
    date = reader.text.substr(begin, dateLength);
    return day >= 1 && day <= daysInMonth(year, month);
}

/// HH:MM, then SS and a fraction if they are there.
bool readClock(Reader& reader, TimeText& time) noexcept {
    unsigned value = 0;
    const std::size_t begin = reader.at;
    if (!reader.number(2, 23, value) || !reader.take(':') || !reader.number(2, 59, value)) return false;
    time.minutes = reader.text.substr(begin, 5);
    if (!reader.take(':')) return true;
    const std::size_t secondsAt = reader.at;
    if (!reader.number(2, 59, value)) return false;
    time.seconds = reader.text.substr(secondsAt, 2);
    if (reader.peek() != '.') return true;
    const std::size_t fractionAt = reader.at++;
    if (reader.takeDigits() == 0) return false;
    time.fraction = reader.text.substr(fractionAt, reader.at - fractionAt);
    return true;
}

/// +hh:mm, and what others write for it: +hhmm, +hh.
bool readNumericOffset(Reader& reader, TimeText& time) noexcept {
    unsigned hours = 0;
    unsigned minutes = 0;
    const char sign = reader.peek();
    ++reader.at;
    if (!reader.number(2, 23, hours)) return false;
    if (reader.take(':')) {
        if (!reader.number(2, 59, minutes)) return false;
    } else {
        time.exact = false;
        if (isDigit(reader.peek()) && !reader.number(2, 59, minutes)) return false;
    }
    const auto digit = [](unsigned value) { return static_cast<char>('0' + value); };
    time.offsetText = {sign, digit(hours / 10),   digit(hours % 10),
                       ':',  digit(minutes / 10), digit(minutes % 10)};
    time.offset = TimeText::Offset::given;
    return true;
}

/// Go's Time.String() writes the zone's name behind the offset, and a clock reading behind that.
bool skipGoSuffix(Reader& reader) noexcept {
    const std::string_view rest = reader.text.substr(reader.at);
    if (rest.empty()) return true;
    Reader suffix{rest};
    if (suffix.peek() != 'm' || rest.substr(0, 2) != "m=") {
        while (isLetter(suffix.peek()) || isDigit(suffix.peek()) || suffix.peek() == '+' ||
               suffix.peek() == '-')
            ++suffix.at;
        if (suffix.at == 0 || suffix.at > 6) return false;
        if (!suffix.atEnd() && !suffix.takeBlanks()) return false;
    }
    if (suffix.atEnd()) return true;
    if (!suffix.take('m') || !suffix.take('=')) return false;
    if (!suffix.take('+') && !suffix.take('-')) return false;
    if (suffix.takeDigits() == 0) return false;
    if (suffix.take('.') && suffix.takeDigits() == 0) return false;
    suffix.takeBlanks();
    return suffix.atEnd();
}

bool readZone(Reader& reader, TimeText& time) noexcept {
    if (reader.atEnd()) return true;
    const bool apart = reader.takeBlanks();
    if (apart) time.exact = false;
    if (reader.atEnd()) return true;
    const char first = reader.peek();
    if (first == 'Z' || first == 'z') {
        ++reader.at;
        time.offset = TimeText::Offset::utc;
        if (first == 'z') time.exact = false;
    } else if (first == '+' || first == '-') {
        if (!readNumericOffset(reader, time)) return false;
        if (reader.atEnd()) return true;
        time.exact = false;
        return reader.takeBlanks() && skipGoSuffix(reader);
    } else if (apart &&
               (reader.text.substr(reader.at, 3) == "UTC" || reader.text.substr(reader.at, 3) == "GMT")) {
        reader.at += 3;
        time.offset = TimeText::Offset::utc;
    } else {
        return false;
    }
    if (reader.takeBlanks()) time.exact = false;
    return reader.atEnd();
}

bool read(std::string_view text, TimeText& time) noexcept {
    Reader reader{text};
    if (!readDate(reader, time.date)) return false;
    if (reader.atEnd()) {
        time.exact = false;
        return true;
    }
    const char separator = reader.peek();
    if (separator == 'T' || separator == 't') {
        ++reader.at;
        time.exact = separator == 'T';
        time.separator = 'T';
    } else {
        const std::size_t before = reader.at;
        if (!reader.takeBlanks()) return false;
        if (reader.atEnd()) {
            time.exact = false;
            return true;
        }
        time.exact = separator == ' ' && reader.at == before + 1;
        time.separator = ' ';
    }
    if (!readClock(reader, time)) return false;
    if (time.seconds.empty()) time.exact = false;
    return readZone(reader, time);
}

}  // namespace

std::string_view spellingOf(std::string_view text) noexcept {
    TimeText time;
    if (!read(text, time) || !time.exact) return {};
    const bool blank = time.separator == ' ';
    if (time.offset == TimeText::Offset::none) return blank ? plainBlank : plainT;
    return blank ? offsetBlank : offsetT;
}

std::optional<std::string> toRfc3339(std::string_view text, bool assumeUtc) {
    TimeText time;
    if (!read(text, time)) return std::nullopt;
    std::string result;
    result.reserve(text.size() + 12);
    result.append(time.date).push_back('T');
    result.append(time.minutes.empty() ? "00:00" : time.minutes).push_back(':');
    result.append(time.seconds.empty() ? "00" : time.seconds).append(time.fraction);
    if (time.offset == TimeText::Offset::given)
        result.append(time.offsetText.data(), time.offsetText.size());
    else if (time.offset == TimeText::Offset::utc || assumeUtc)
        result.push_back('Z');
    return result;
}

std::string fromRfc3339(std::string_view rfc3339, std::string_view spelling) {
    std::string result(rfc3339);
    if (result.size() < secondsEnd || spelling.size() < secondsEnd) return result;
    result[dateLength] = spelling[dateLength];
    // A spelling without an offset leaves out the "Z" that was assumed; an offset that was written stays.
    if (spelling.size() == secondsEnd && result.back() == 'Z') result.pop_back();
    return result;
}

bool isIsoDate(std::string_view text) noexcept {
    Reader reader{text};
    std::string_view date;
    return text.size() == dateLength && readDate(reader, date);
}

bool isIsoTime(std::string_view text) noexcept {
    Reader reader{text};
    TimeText time;
    return readClock(reader, time) && !time.seconds.empty() && reader.atEnd();
}

}  // namespace roost::sql
