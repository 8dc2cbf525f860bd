#include "lib/sql/sqlite/value_fields.hpp"

#include <cstring>
#include <numeric>
#include <string_view>

namespace roost::sqlite {

void ValueFields::set(std::size_t column, const StoredValue& value) {
    classes_ += static_cast<char>(value.kind);
    switch (value.kind) {
        case StoredValue::Class::null:
            fields_[column].reset();
            return;
        case StoredValue::Class::number:
        case StoredValue::Class::real:
            std::memcpy(numbers_[column].data(), &value.number, sizeof value.number);
            fields_[column] = std::string_view(numbers_[column].data(), numbers_[column].size());
            return;
        case StoredValue::Class::text:
        case StoredValue::Class::blob:
            fields_[column] = value.bytes;
    }
}

void ValueFields::set(std::size_t column, sqlite3_stmt* row) {
    const int at = static_cast<int>(column);
    switch (sqlite3_column_type(row, at)) {
        case SQLITE_INTEGER:
            return set(column, StoredValue::of(std::int64_t{sqlite3_column_int64(row, at)}));
        case SQLITE_FLOAT:
            return set(column, StoredValue::of(sqlite3_column_double(row, at)));
        case SQLITE_NULL:
            return set(column, StoredValue{});
        default:
            break;
    }
    const bool text = sqlite3_column_type(row, at) == SQLITE_TEXT;
    const void* data =
        text ? static_cast<const void*>(sqlite3_column_text(row, at)) : sqlite3_column_blob(row, at);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, at));
    set(column, {text ? StoredValue::Class::text : StoredValue::Class::blob,
                 0,
                 {static_cast<const char*>(data), size}});
}

std::span<const sql::TableDigest::Field> ValueFields::take() {
    taken_.swap(classes_);
    classes_.clear();
    fields_.back() = taken_;
    return fields_;
}

sql::DigestLayout ValueFields::layout(std::size_t columns, std::vector<std::size_t> key) {
    sql::DigestLayout layout{columns + 1, std::move(key), std::vector<std::size_t>(columns + 1)};
    std::iota(layout.whole.begin(), layout.whole.end(), std::size_t{0});
    return layout;
}

}  // namespace roost::sqlite
