#include "lib/sql/sqlite/text_kinds.hpp"

#include <algorithm>
#include <string>

#include "lib/sql/sqlite/counted.hpp"
#include "lib/sql/time_text.hpp"
#include "lib/sql/value_parse.hpp"
#include "lib/sql/value_text.hpp"

namespace roost::sqlite {

namespace {

/// The spelling of a time that is the same one after a way through a database of instants or wall-clock
/// times; "" for any other text.
std::string_view exactSpelling(std::string_view text) {
    const std::string_view spelling = sql::spellingOf(text);
    if (spelling.empty()) return {};
    const auto instant = sql::parseTimestamp(text, true);
    const auto local = sql::parseTimestamp(text, false);
    const bool exact = instant && local && !instant->truncated && instant->value == local->value;
    return exact ? spelling : std::string_view();
}

}  // namespace

bool TextKinds::fitsTimestamps(std::string_view text) {
    const std::string_view spelling = exactSpelling(text);
    if (spelling.empty()) return false;
    const char last = text.back() == 'Z' ? 'Z' : '0';
    if (texts_ > 0 && (spelling != spelling_ || last != last_)) return false;
    sameSize_ = texts_ == 0 || (sameSize_ && text.size() == size_);
    spelling_ = spelling;
    last_ = last;
    size_ = text.size();
    if (const std::size_t point = text.find('.'); point != std::string_view::npos) {
        const std::size_t end = text.find_first_not_of("0123456789", point + 1);
        zerosAtEnd_ = zerosAtEnd_ || text[std::min(end, text.size()) - 1] == '0';
    }
    return true;
}

void TextKinds::add(std::string_view text) {
    uuid_ = uuid_ && sql::isCanonicalUuid(text);
    date_ = date_ && sql::isIsoDate(text);
    timestamp_ = timestamp_ && fitsTimestamps(text);
    ++texts_;
}

bool TextKinds::narrow(Column& column) const {
    if (texts_ == 0 || !open()) return false;
    column.type = LogicalType{};
    column.typeReason = allOf(texts_, "text") + (texts_ == 1 ? " is a " : " are ");
    const std::string plural = texts_ == 1 ? "" : "s";
    if (uuid_) {
        column.type.kind = TypeKind::uuid;
        column.typeReason += "uuid" + plural + " in lower case";
    } else if (date_) {
        column.type.kind = TypeKind::date;
        column.typeReason += "date" + plural;
    } else {
        column.type.kind = TypeKind::timestamp;
        column.type.withZone = spelling_.ends_with("+hh:mm");
        column.spelling = spelling_;
        column.typeReason += "time" + plural + (column.type.withZone ? " in UTC" : " without an offset") +
                             (texts_ == 1 ? "" : ", spelled alike");
    }
    return true;
}

}  // namespace roost::sqlite
