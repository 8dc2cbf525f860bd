#include "transforms/mask/value_mask.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "lib/sql/cell_text.hpp"
#include "lib/sql/exact_number.hpp"
#include "lib/sql/value_parse.hpp"
#include "lib/sql/value_text.hpp"
#include "roost/error.hpp"

namespace roost::mask {

namespace {

constexpr std::string_view mailDomain = "@example.invalid";
constexpr std::size_t mailDigits = 24;

std::string_view bytesOf(const Digest& digest, std::size_t length) noexcept {
    return {static_cast<const char*>(static_cast<const void*>(digest.data())), length};
}

bool isInteger(TypeKind kind) noexcept {
    return kind == TypeKind::int16 || kind == TypeKind::int32 || kind == TypeKind::int64;
}

bool takesHash(TypeKind kind) noexcept {
    return kind == TypeKind::text || kind == TypeKind::uuid || kind == TypeKind::bytes;
}

bool takesDigits(TypeKind kind) noexcept {
    return kind == TypeKind::text || kind == TypeKind::decimal || isInteger(kind);
}

/// A collation, or a type of its own, may take texts of two forms for one.
bool ignoresForm(const Column& column) {
    return !column.collation.empty() || column.nativeType.find("citext") != std::string::npos;
}

std::size_t charactersOf(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// What tells one value from another, the same in all columns: a uuid as text is the uuid.
std::string keyOf(const LogicalType& type, const Cell& cell) {
    if (cell.kind() == CellKind::bytes) return std::string(cell.text());
    std::string buffer;
    std::string text(*sql::cellText(cell, type.withZone, buffer));
    if (type.kind == TypeKind::uuid)
        if (std::string uuid = sql::canonicalUuid(text); !uuid.empty()) return uuid;
    return text;
}

}  // namespace

ValueMask::ValueMask(Action action, const std::string& value, const Column& column, bool unique,
                     const std::string& why)
    : action_(action), type_(column.type), unique_(unique), nullable_(column.nullable) {
    if (type_.kind == TypeKind::int16 || type_.kind == TypeKind::int32) {
        const bool small = type_.kind == TypeKind::int16;
        least_ = small ? std::numeric_limits<std::int16_t>::min() : std::numeric_limits<std::int32_t>::min();
        most_ = small ? std::numeric_limits<std::int16_t>::max() : std::numeric_limits<std::int32_t>::max();
    }
    const auto refuse = [&](const std::string& what, const std::string& hint = {}) {
        throw Error(why + " " + what, hint);
    };
    switch (action) {
        case Action::keep:
            break;
        case Action::null:
            if (!nullable_) refuse("can't be NULL", "use 'value', or another mask");
            break;
        case Action::value:
            if (unique) refuse("is unique, and one value for all rows is not", "use 'hash'");
            prepareValue(value, column, why);
            break;
        case Action::hash:
            if (!takesHash(type_.kind))
                refuse("holds " + format(type_) + ", which a hash is none of",
                       "use 'digits' for numbers, else 'set-null' or 'value'");
            prepareHash(column, why);
            break;
        case Action::email:
            if (type_.kind != TypeKind::text) refuse("holds " + format(type_) + ", not text");
            prepareHash(column, why);
            break;
        case Action::digits:
            if (!takesDigits(type_.kind))
                refuse("holds " + format(type_) + ", which 'digits' does not take",
                       "use 'hash' or 'set-null'");
            if (unique && type_.kind == TypeKind::decimal)
                refuse("is unique, and numbers of other forms may be one", "use 'set-null' or 'keep: true'");
            if (unique && type_.kind == TypeKind::text && ignoresForm(column))
                refuse("is unique by more than its letters, for which values of 'digits' might be one",
                       "use 'hash'");
            break;
        case Action::drop:
            prepareDrop(column, why);
            break;
    }
}

void ValueMask::prepareHash(const Column&, const std::string& why) {
    const bool mail = action_ == Action::email;
    const std::size_t limit = type_.kind == TypeKind::text ? type_.precision : 0;
    length_ = mail ? mailDigits : 64;
    const std::size_t rest = mail ? mailDomain.size() : 0;
    if (limit > 0) length_ = limit > rest ? std::min(length_, limit - rest) : 0;
    if (length_ == 0 || (unique_ && length_ < uniqueDigits))
        throw Error(why + " takes " + std::to_string(limit) + " characters, too few for " +
                        (mail ? "an address" : "a hash") + (unique_ ? " that is unique" : ""),
                    "use 'digits'");
}

void ValueMask::prepareDrop(const Column&, const std::string& why) {
    if (nullable_) return;
    if (type_.kind != TypeKind::text && type_.kind != TypeKind::bytes)
        throw Error(why + " can't be NULL, and holds " + format(type_) + ", not text",
                    "give it a rule with 'value', or with 'keep: true'");
    if (unique_ && type_.kind == TypeKind::text && type_.precision > 0 && type_.precision < 24)
        throw Error(why + " is unique, can't be NULL, and takes " + std::to_string(type_.precision) +
                        " characters only",
                    "give it a rule with 'digits', or with 'keep: true'");
}

void ValueMask::prepareValue(const std::string& value, const Column&, const std::string& why) {
    const auto whole = [&]() -> std::optional<std::int64_t> {
        std::int64_t number = 0;
        const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
        if (problem != std::errc{} || end != value.data() + value.size()) return std::nullopt;
        return number < least_ || number > most_ ? std::nullopt : std::optional(number);
    };
    std::optional<std::int64_t> number;
    bool fits = true;
    switch (type_.kind) {
        case TypeKind::boolean:
            fits = value == "true" || value == "false";
            fixedKind_ = CellKind::boolean;
            number = value == "true" ? 1 : 0;
            break;
        case TypeKind::int16:
        case TypeKind::int32:
        case TypeKind::int64:
            fixedKind_ = CellKind::integer;
            number = whole();
            fits = number.has_value();
            break;
        case TypeKind::float32:
        case TypeKind::float64: {
            fixedKind_ = CellKind::real;
            const auto [end, problem] =
                std::from_chars(value.data(), value.data() + value.size(), fixedReal_);
            fits = problem == std::errc{} && end == value.data() + value.size();
            break;
        }
        case TypeKind::decimal:
            fixedKind_ = CellKind::decimal;
            fixedText_ = value;
            fits = sql::ExactNumber::parse(value).has_value();
            break;
        case TypeKind::uuid: {
            fixedKind_ = CellKind::uuid;
            const auto uuid = sql::parseUuid(value);
            fits = uuid.has_value();
            if (uuid) fixedText_.assign(static_cast<const char*>(static_cast<const void*>(uuid->data())), 16);
            break;
        }
        case TypeKind::date:
            fixedKind_ = CellKind::date;
            number = sql::parseDate(value);
            fits = number.has_value();
            break;
        case TypeKind::time:
            fixedKind_ = CellKind::time;
            if (const auto time = sql::parseTime(value)) number = time->value;
            fits = number.has_value();
            break;
        case TypeKind::timestamp:
            fixedKind_ = CellKind::timestamp;
            if (const auto time = sql::parseTimestamp(value, type_.withZone)) number = time->value;
            fits = number.has_value();
            break;
        case TypeKind::bytes:
            fixedKind_ = CellKind::bytes;
            fixedText_ = value;
            break;
        case TypeKind::interval: {
            fixedKind_ = CellKind::interval;
            const auto interval = sql::parseInterval(value);
            fits = interval.has_value();
            if (interval) {
                fixedText_.resize(sizeof *interval);
                std::memcpy(fixedText_.data(), &*interval, sizeof *interval);
            }
            break;
        }
        default:
            fixedKind_ = CellKind::text;
            fixedText_ = value;
            fits = type_.precision == 0 || charactersOf(value) <= type_.precision;
    }
    fixedNumber_ = number.value_or(0);
    if (!fits) throw Error(why + " holds " + format(type_) + ", which 'value' is none of");
}

std::string ValueMask::text() const {
    switch (action_) {
        case Action::null:
            return "NULL";
        case Action::value:
            return "a fixed value";
        case Action::hash:
            return "hash";
        case Action::email:
            return "email";
        case Action::digits:
            return "digits";
        case Action::drop:
            return nullable_ ? "NULL" : unique_ ? "numbered placeholders" : "''";
        case Action::keep:
            break;
    }
    return "kept";
}

std::string ValueMask::signature() const {
    std::string text = this->text();
    if (action_ == Action::value) text += " " + fixedText_ + std::to_string(fixedNumber_);
    if (action_ == Action::hash || action_ == Action::email) text += " " + std::to_string(length_);
    if (action_ == Action::hash || action_ == Action::digits) text += " " + std::string(name(type_.kind));
    return text;
}

Cell ValueMask::fixed() const {
    switch (fixedKind_) {
        case CellKind::boolean:
            return Cell::boolean(fixedNumber_ != 0);
        case CellKind::integer:
            return Cell::integer(fixedNumber_);
        case CellKind::real:
            return Cell::real(fixedReal_);
        case CellKind::date:
            return Cell::date(fixedNumber_);
        case CellKind::time:
            return Cell::time(fixedNumber_);
        case CellKind::timestamp:
            return Cell::timestamp(fixedNumber_);
        default:
            return Cell::view(fixedKind_, fixedText_);
    }
}

Cell ValueMask::dropped(Batch& batch) {
    if (nullable_) return Cell::null();
    const CellKind kind = type_.kind == TypeKind::bytes ? CellKind::bytes : CellKind::text;
    if (!unique_) return Cell::view(kind, "");
    return Cell::view(kind, batch.store("dropped-" + std::to_string(++dropped_)));
}

Cell ValueMask::hashed(std::string_view value, Batch& batch, KeyedHash& hash) const {
    if (action_ == Action::email)
        return Cell::view(CellKind::text,
                          batch.store(hexadecimal(hash.digest("email", value), length_).append(mailDomain)));
    Digest digest = hash.digest("hash", value);
    if (type_.kind == TypeKind::bytes) return Cell::view(CellKind::bytes, batch.store(bytesOf(digest, 32)));
    if (type_.kind != TypeKind::uuid)
        return Cell::view(CellKind::text, batch.store(hexadecimal(digest, length_)));
    digest[6] = static_cast<std::uint8_t>(0x80U | (digest[6] & 0x0FU));  // RFC 9562: version 8, one's own
    digest[8] = static_cast<std::uint8_t>(0x80U | (digest[8] & 0x3FU));
    return Cell::view(CellKind::uuid, batch.store(bytesOf(digest, 16)));
}

Cell ValueMask::formed(const Cell& cell, Batch& batch, KeyedHash& hash) const {
    FormMask form(hash);
    switch (cell.kind()) {
        case CellKind::integer: {
            const bool fits = cell.integer() >= least_ && cell.integer() <= most_;
            return Cell::integer(form.integer(cell.integer(),
                                              fits ? least_ : std::numeric_limits<std::int64_t>::min(),
                                              fits ? most_ : std::numeric_limits<std::int64_t>::max()));
        }
        case CellKind::decimal:
            return Cell::view(CellKind::decimal, batch.store(form.number(cell.text())));
        case CellKind::real: {
            std::string buffer;
            const std::string text = form.number(*sql::cellText(cell, false, buffer));
            double value = 0;
            std::from_chars(text.data(), text.data() + text.size(), value);
            return Cell::real(value);
        }
        default:
            break;
    }
    const std::string value = keyOf(type_, cell);
    if (cell.kind() == CellKind::text)
        if (const auto text = form.text(value)) return Cell::view(CellKind::text, batch.store(*text));
    // Bytes, and text that is none: there is no form to keep but the length.
    std::string masked = hexadecimal(hash.digest("hash", value), 64);
    if (type_.precision > 0) masked.resize(std::min<std::size_t>(masked.size(), type_.precision));
    return Cell::view(cell.kind() == CellKind::bytes ? CellKind::bytes : CellKind::text, batch.store(masked));
}

Cell ValueMask::apply(const Cell& cell, Batch& batch, KeyedHash* hash) {
    switch (action_) {
        case Action::keep:
            return cell;
        case Action::null:
            return Cell::null();
        case Action::value:
            return fixed();
        case Action::drop:
            return dropped(batch);
        default:
            break;
    }
    const bool empty =
        (cell.kind() == CellKind::text || cell.kind() == CellKind::bytes) && cell.text().empty();
    if (cell.isNull() || empty) return cell;
    return action_ == Action::digits ? formed(cell, batch, *hash) : hashed(keyOf(type_, cell), batch, *hash);
}

}  // namespace roost::mask
