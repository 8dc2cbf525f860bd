#include "lib/sql/sqlite/time_texts.hpp"

#include <algorithm>
#include <string>

#include "lib/sql/sqlite/counted.hpp"
#include "lib/sql/time_text.hpp"
#include "lib/sql/value_parse.hpp"

namespace roost::sqlite {

namespace {

/// What a database's columns of one declared type have in common.
struct DeclaredTimes {
    bool instants = false;
    bool others = false;
};

bool holdsTimes(const Column& column) noexcept {
    return !column.spelling.empty() || column.numbersAre != NumericTime::none;
}

bool isUndecided(const Column& column) noexcept {
    return column.type.kind == TypeKind::timestamp && column.typeOrigin == TypeOrigin::declared &&
           !column.type.withZone && !holdsTimes(column);
}

}  // namespace

void TimeTexts::add(std::string_view text) {
    ++texts_;
    if (const std::string_view spelling = sql::spellingOf(text); !spelling.empty()) {
        ++spellings_[spelling];
        ++(spelling.ends_with("+hh:mm") ? withOffset_ : local_);
    } else if (const auto time = sql::parseTimestamp(text, true)) {
        ++(time->hasOffset ? withOffset_ : local_);
    }
}

void TimeTexts::conclude(Column& column, bool whole) const {
    const auto usual =
        std::ranges::max_element(spellings_, {}, [](const auto& entry) { return entry.second; });
    if (usual == spellings_.end()) return;
    column.spelling = usual->first;
    if (column.type.kind != TypeKind::timestamp || column.typeOrigin == TypeOrigin::set ||
        column.type.withZone || withOffset_ == 0)
        return;
    // One that has an offset is an instant, and those without are in UTC: so none is changed.
    column.type.withZone = true;
    column.typeOrigin = TypeOrigin::inferred;
    const std::string first = whole ? "" : "first ";
    if (withOffset_ == texts_)
        column.typeReason =
            (texts_ == 1 ? "its " + first + "text carries"
                         : (whole ? "all " : "its first ") + counted(texts_, "text") + " carry") +
            " an offset from UTC";
    else
        column.typeReason =
            grouped(withOffset_) + " of its " + first + counted(texts_, "text") + " carry an offset from UTC";
}

void followDeclaredTimes(Catalog& catalog) {
    std::map<std::string, DeclaredTimes> times;
    for (const Table& table : catalog.tables)
        for (const Column& column : table.columns)
            if (column.type.kind == TypeKind::timestamp && holdsTimes(column))
                (column.type.withZone ? times[column.nativeType].instants : times[column.nativeType].others) =
                    true;
    for (Table& table : catalog.tables)
        for (Column& column : table.columns) {
            if (!isUndecided(column)) continue;
            const DeclaredTimes& others = times[column.nativeType];
            if (!others.instants || others.others) continue;
            column.type.withZone = true;
            column.typeOrigin = TypeOrigin::inferred;
            column.typeReason = "the others that are declared so hold instants";
        }
}

}  // namespace roost::sqlite
