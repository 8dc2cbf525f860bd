#include "lib/sql/sqlite/column_binder.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "lib/sql/sqlite/number_text.hpp"
#include "lib/sql/time_text.hpp"

namespace roost::sqlite {

namespace {

void replaceOnce(std::string& text, std::string_view what, std::string_view by) {
    if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
}

/// RFC 3629, as SQLite's conversion to UTF-16 keeps it: no surrogates, no overlong forms.
bool isUtf8(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = [&](std::size_t offset) {
            return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0U;
        };
        const unsigned first = byte(0);
        const std::size_t length = first < 0x80   ? 1
                                   : first < 0xC2 ? 0
                                   : first < 0xE0 ? 2
                                   : first < 0xF0 ? 3
                                   : first < 0xF5 ? 4
                                                  : 0;
        if (length == 0) return false;
        for (std::size_t i = 1; i < length; ++i)
            if ((byte(i) & 0xC0U) != 0x80U) return false;
        if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) >= 0xA0) ||
            (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) >= 0x90))
            return false;
        at += length;
    }
    return true;
}

}  // namespace

StoredValue StoredValue::of(double value) noexcept {
    constexpr double limit = 9'223'372'036'854'775'808.0;
    const bool negativeZero = value == 0 && std::signbit(value);
    if (value >= -limit && value < limit && std::trunc(value) == value && !negativeZero)
        return of(static_cast<std::int64_t>(value));
    return {Class::real, std::bit_cast<std::int64_t>(value), {}};
}

/// A view of the cell, or of what lives in this object.
void ColumnBinder::bindBytes(sqlite3_stmt* statement, int parameter, std::string_view text) noexcept {
    stored_ = {StoredValue::Class::text, 0, text};
    sqlite3_bind_text64(statement, parameter, text.data() != nullptr ? text.data() : "", text.size(),
                        SQLITE_STATIC, SQLITE_UTF8);
}

void ColumnBinder::bindNull(sqlite3_stmt* statement, int parameter) noexcept {
    stored_ = {};
    sqlite3_bind_null(statement, parameter);
}

std::optional<TimeFormat> TimeFormat::parse(std::string_view text) {
    std::string spelling(text);
    replaceOnce(spelling, ".fff", "");
    replaceOnce(spelling, "\u00b1", "+");
    for (const bool offset : {true, false})
        for (const char separator : {' ', 'T'})
            if (spelling == std::string("YYYY-MM-DD") + separator + "HH:MM:SS" + (offset ? "+hh:mm" : ""))
                return TimeFormat{separator, offset};
    return std::nullopt;
}

Binding ColumnBinder::bind(sqlite3_stmt* statement, int parameter, const Cell& cell) {
    switch (cell.kind()) {
        case CellKind::null:
            if (traits_.isRowid) return Binding::refused;
            bindNull(statement, parameter);
            return Binding::exact;
        case CellKind::boolean:
        case CellKind::integer:
            return bindInteger(statement, parameter, cell.integer());
        case CellKind::real:
            return bindReal(statement, parameter, cell.real());
        case CellKind::text:
            return bindText(statement, parameter, cell.text());
        case CellKind::bytes: {
            if (traits_.isRowid) return Binding::refused;
            const std::string_view data = cell.text();
            stored_ = {StoredValue::Class::blob, 0, data};
            // A null pointer would be a NULL: an empty blob is something else.
            sqlite3_bind_blob64(statement, parameter, data.data() != nullptr ? data.data() : "", data.size(),
                                SQLITE_STATIC);
            return Binding::exact;
        }
        case CellKind::decimal:
            return bindDecimal(statement, parameter, cell.text());
        default:
            return bindTyped(statement, parameter, cell);
    }
}

Binding ColumnBinder::bindText(sqlite3_stmt* statement, int parameter, std::string_view text) {
    if (traits_.checksUtf8 && !isUtf8(text)) return Binding::refused;
    if (wantsNumbers() && looksNumeric(text)) {
        if (!isCanonicalNumber(text)) return Binding::refused;
        const ExactNumber number = exactNumber(text);
        if (std::holds_alternative<std::monostate>(number)) return Binding::refused;
        if (const auto* integer = std::get_if<std::int64_t>(&number);
            integer != nullptr && traits_.affinity == Affinity::real && !fitsReal(*integer))
            return Binding::refused;
        bindBytes(statement, parameter, text);
        const auto* whole = std::get_if<std::int64_t>(&number);
        stored_ = whole != nullptr ? StoredValue::of(*whole) : StoredValue::of(std::get<double>(number));
        return Binding::asNumber;
    }
    if (traits_.isRowid) return Binding::refused;
    if (traits_.rewritesTimes && sql::toRfc3339(text, false) == text) {
        text_ = text;
        text_[text_.find('T')] = times_.separator;
        if (text_.back() == 'Z') text_.replace(text_.size() - 1, 1, times_.offset ? "+00:00" : "");
        text = text_;
    }
    bindBytes(statement, parameter, text);
    return Binding::exact;
}

Binding ColumnBinder::bindInteger(sqlite3_stmt* statement, int parameter, std::int64_t value) {
    if (traits_.affinity == Affinity::real && !fitsReal(value)) return Binding::refused;
    if (traits_.affinity == Affinity::text) {
        // SQLite itself would make this text of it.
        const char* const end = std::to_chars(buffer_.data(), buffer_.data() + buffer_.size(), value).ptr;
        bindBytes(statement, parameter, {buffer_.data(), static_cast<std::size_t>(end - buffer_.data())});
        return Binding::exact;
    }
    stored_ = StoredValue::of(value);
    sqlite3_bind_int64(statement, parameter, value);
    return Binding::exact;
}

Binding ColumnBinder::bindReal(sqlite3_stmt* statement, int parameter, double value) {
    if (std::isnan(value)) {
        if (traits_.affinity == Affinity::text) {
            bindBytes(statement, parameter, "NaN");
            return Binding::exact;
        }
        if (traits_.isRowid) return Binding::refused;
        bindNull(statement, parameter);
        return Binding::asNull;
    }
    if (traits_.isRowid && (value != std::trunc(value) || std::abs(value) >= 9223372036854775808.0))
        return Binding::refused;
    if (traits_.affinity == Affinity::text) {
        // SQLite itself would write 15 digits.
        char* const end = writeReal(buffer_.data(), value);
        bindBytes(statement, parameter, {buffer_.data(), static_cast<std::size_t>(end - buffer_.data())});
        return Binding::exact;
    }
    sqlite3_bind_double(statement, parameter, value);
    if (value == 0 && std::signbit(value) && wantsNumbers()) {
        stored_ = StoredValue::of(std::int64_t{0});
        return Binding::asZero;
    }
    stored_ = StoredValue::of(value);
    return Binding::exact;
}

Binding ColumnBinder::bindDecimal(sqlite3_stmt* statement, int parameter, std::string_view digits) {
    if (traits_.affinity == Affinity::text) {
        bindBytes(statement, parameter, digits);
        return Binding::exact;
    }
    if (traits_.affinity == Affinity::blob) {
        // Text is kept here, and unlike a number it has the digits.
        const bool padded = digits.ends_with('0') && digits.find('.') != std::string_view::npos;
        if (digits == "NaN" || (traits_.keepsZeros && padded)) {
            bindBytes(statement, parameter, digits);
            return Binding::exact;
        }
    }
    if (digits == "NaN") return bindReal(statement, parameter, std::nan(""));
    if (digits == "Infinity") return bindReal(statement, parameter, HUGE_VAL);
    if (digits == "-Infinity") return bindReal(statement, parameter, -HUGE_VAL);
    const ExactNumber number = exactNumber(digits);
    if (const auto* integer = std::get_if<std::int64_t>(&number))
        return bindInteger(statement, parameter, *integer);
    if (const auto* real = std::get_if<double>(&number)) return bindReal(statement, parameter, *real);
    if (wantsNumbers()) return Binding::refused;
    bindBytes(statement, parameter, digits);
    return Binding::exact;
}

Binding ColumnBinder::bindTyped(sqlite3_stmt* statement, int parameter, const Cell& cell) {
    if (traits_.isRowid) return Binding::refused;
    char* const end =
        cell.kind() == CellKind::timestamp ? writeTime(cell) : sql::writeValue(buffer_.data(), cell, false);
    const std::string_view text(buffer_.data(), static_cast<std::size_t>(end - buffer_.data()));
    if (wantsNumbers() && looksNumeric(text)) return Binding::refused;
    bindBytes(statement, parameter, text);
    return Binding::exact;
}

char* ColumnBinder::writeTime(const Cell& cell) {
    char* end = sql::writeValue(buffer_.data(), cell, false);
    if (cell.integer() == positiveInfinity || cell.integer() == negativeInfinity) return end;
    *std::find(buffer_.data(), end, 'T') = times_.separator;
    if (!traits_.instants || !times_.offset) return end;
    constexpr std::string_view utc = "+00:00";
    std::memcpy(end, utc.data(), utc.size());
    return end + utc.size();
}

std::string ColumnBinder::refusal(const Cell& cell) const {
    if (traits_.isRowid)
        return cell.isNull() ? "an INTEGER PRIMARY KEY takes no NULL; SQLite would number the row anew"
                             : "an INTEGER PRIMARY KEY takes whole numbers only";
    const bool notANumber = (cell.kind() == CellKind::real && std::isnan(cell.real())) ||
                            (cell.kind() == CellKind::decimal && cell.text() == "NaN");
    if (notANumber) return "SQLite has no value for it but NULL";
    if (cell.kind() == CellKind::text && traits_.checksUtf8 && !isUtf8(cell.text()))
        return "it is not UTF-8, which a database in UTF-16 cannot hold";
    switch (cell.kind()) {
        case CellKind::integer:
        case CellKind::boolean:
            return "a column of reals cannot hold all its digits";
        case CellKind::decimal:
            return "it has more digits than a number of SQLite holds, and the column keeps no text that "
                   "looks like "
                   "a number";
        default:
            return "the column would turn the text into another number";
    }
}

}  // namespace roost::sqlite
