#include "lib/sql/sqlite/column_inference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/sql/name_pattern.hpp"
#include "lib/sql/quoting.hpp"
#include "lib/sql/sqlite/catalog_reader.hpp"
#include "lib/sql/sqlite/counted.hpp"
#include "lib/sql/sqlite/declared_type.hpp"
#include "lib/sql/sqlite/number_times.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "lib/sql/sqlite/storage_kinds.hpp"
#include "lib/sql/sqlite/text_kinds.hpp"
#include "lib/sql/sqlite/time_texts.hpp"

namespace roost::sqlite {

namespace {

/// Columns that are compared with others by foreign keys, as "table", "column".
using KeyColumns = std::set<std::pair<std::string, std::string>>;

KeyColumns keyColumnsOf(const Catalog& catalog) {
    KeyColumns found;
    for (const Table& table : catalog.tables)
        for (const ForeignKey& key : table.foreignKeys) {
            for (const std::string& column : key.columns) found.emplace(table.name, column);
            for (const std::string& column : key.targetColumns) found.emplace(key.targetTable, column);
        }
    return found;
}

bool isTime(const Column& column) noexcept {
    return column.type.kind == TypeKind::timestamp || column.type.kind == TypeKind::date;
}

bool isExact(std::int64_t number) noexcept {
    constexpr double limit = 9'223'372'036'854'775'808.0;
    const auto real = static_cast<double>(number);
    return real < limit && static_cast<std::int64_t>(real) == number;
}

/// A constant in quotes without them; "" for any other default.
std::string_view textOfDefault(const Column& column) noexcept {
    const std::string_view text = column.defaultValue ? std::string_view(*column.defaultValue) : "";
    if (text.size() < 2 || (text.front() != '\'' && text.front() != '"') || text.back() != text.front())
        return {};
    return text.substr(1, text.size() - 2);
}

bool isQuoted(const Column& column) noexcept {
    return column.defaultValue && !column.defaultValue->empty() &&
           (column.defaultValue->front() == '\'' || column.defaultValue->front() == '"');
}

/// Whether the default is a number with a fraction, which whole numbers couldn't hold.
bool hasFractionalDefault(const Column& column) noexcept {
    const std::string_view text = column.defaultValue ? std::string_view(*column.defaultValue) : "";
    return text.find('.') != std::string_view::npos &&
           text.find_first_not_of("+-.0123456789eE") == std::string_view::npos;
}

/// What all values of one column are like.
class ColumnFacts {
public:
    ColumnFacts(Column& column, bool mayNarrow)
        : column_(&column), kinds_(!isTime(column)), narrows_(kinds_ && mayNarrow) {}

    void add(sqlite3_value* value) {
        const int storage = sqlite3_value_type(value);
        if (storage == SQLITE_NULL) return;
        ++values_;
        ++classes_.at(static_cast<std::size_t>(storage));
        if (storage == SQLITE_INTEGER)
            addInteger(sqlite3_value_int64(value));
        else if (storage == SQLITE_FLOAT)
            numbers_.add(sqlite3_value_double(value));
        else if (storage == SQLITE_TEXT)
            addText(value);
    }

    /// Sets what is known now. Returns a warning where numbers can't be told, or "".
    [[nodiscard]] std::string conclude(const std::string& table) {
        if (kinds_) {
            inferKind();
            return {};
        }
        times_.conclude(*column_, true);
        return inferNumbers(table);
    }

private:
    void addInteger(std::int64_t number) {
        numbers_.add(number);
        if (number != 0 && number != 1) ++notBinary_;
        if (!isExact(number)) ++inexact_;
    }

    void addText(sqlite3_value* value) {
        const bool timestamps = !kinds_ && column_->type.kind == TypeKind::timestamp;
        const bool narrows = narrows_ && classes_[SQLITE_TEXT] == values_ && texts_.open();
        if (!timestamps && !narrows) return;
        const void* const data = sqlite3_value_text(value);
        if (data == nullptr) return;  // out of memory, which the next step tells
        const std::string_view text(static_cast<const char*>(data),
                                    static_cast<std::size_t>(sqlite3_value_bytes(value)));
        if (timestamps)
            times_.add(text);
        else
            texts_.add(text);
    }

    [[nodiscard]] std::uint64_t count(int storage) const {
        return classes_[static_cast<std::size_t>(storage)];
    }

    void inferKind() {
        if (values_ == 0) return;
        if (column_->type.kind == TypeKind::boolean) return checkBoolean();
        const std::uint64_t numbers = count(SQLITE_INTEGER) + count(SQLITE_FLOAT);
        if (count(SQLITE_TEXT) == values_) return inferText();
        if (count(SQLITE_BLOB) == values_)
            return become(TypeKind::bytes, allOf(values_, "value") + are("blob"));
        if (numbers != values_) return tellKinds();
        // Money, say: that no value has a fraction today does not mean that none will.
        if (count(SQLITE_INTEGER) == values_ && column_->type.kind == TypeKind::decimal &&
            sql::sameName(column_->nativeType.substr(0, 3), "dec", sql::NameCase::folded))
            return become(TypeKind::decimal,
                          allOf(values_, "value") + are("whole number") + " in a column of decimals");
        if (count(SQLITE_INTEGER) == values_ && !hasFractionalDefault(*column_))
            return become(TypeKind::int64, allOf(values_, "value") + are("whole number"));
        if (inexact_ > 0) {
            column_->typeReason =
                "it holds reals and " + counted(inexact_, "whole number") + " that a double would not keep";
            return;
        }
        if (count(SQLITE_FLOAT) == values_)
            return become(TypeKind::float64, allOf(values_, "value") + are("real"));
        become(TypeKind::float64, allOf(values_, "value") + are("number") + ", which doubles keep exactly");
    }

    /// numeric DEFAULT true.
    void checkBoolean() {
        if (count(SQLITE_INTEGER) != values_) return tellKinds();
        if (notBinary_ == 0) {
            column_->typeReason +=
                ", " + allOf(values_, "value") + (values_ == 1 ? " is 0 or 1" : " are 0 or 1");
            return;
        }
        become(TypeKind::int64, column_->typeReason + ", but of " + counted(values_, "whole number") + " " +
                                    grouped(notBinary_) + (notBinary_ == 1 ? " is" : " are") +
                                    " neither 0 nor 1");
    }

    void inferText() {
        if (narrows_) {
            // A row that comes later gets the default: it must fit, too.
            TextKinds withDefault = texts_;
            if (isQuoted(*column_)) withDefault.add(textOfDefault(*column_));
            if (withDefault.open() && texts_.narrow(*column_)) {
                column_->typeOrigin = TypeOrigin::inferred;
                return;
            }
        }
        become(TypeKind::text, allOf(values_, "value") + are("text"));
    }

    [[nodiscard]] std::string are(const char* noun) const {
        return values_ == 1 ? std::string(" is a ") + noun : std::string(" are ") + noun + "s";
    }

    void become(TypeKind kind, std::string reason) {
        column_->type = LogicalType{};
        column_->type.kind = kind;
        column_->typeOrigin = TypeOrigin::inferred;
        column_->typeReason = std::move(reason);
    }

    void tellKinds() {
        std::string list;
        std::size_t left = static_cast<std::size_t>(std::ranges::count_if(
            storageKinds, [&](const StorageKind& kind) { return count(kind.number) > 0; }));
        for (const StorageKind& kind : storageKinds) {
            if (count(kind.number) == 0) continue;
            list += counted(count(kind.number), kind.noun);
            if (--left > 0) list += left == 1 ? " and " : ", ";
        }
        column_->typeReason = "it holds " + list;
    }

    std::string inferNumbers(const std::string& table) {
        if (numbers_.empty() || column_->numbersAre != NumericTime::none) return {};
        const NumericTime unit = numbers_.unit();
        if (unit == NumericTime::none) {
            Column example = *column_;
            example.type.withZone = example.type.kind == TypeKind::timestamp;
            example.numbersAre = NumericTime::seconds;
            return "table " + table + ": the numbers in column '" + column_->name +
                   "' are not taken for times, since " + numbers_.reason() +
                   "; if they are times, say so in 'types', such as {" + table + "." + column_->name + ": " +
                   formatType(example) + "}";
        }
        column_->numbersAre = unit;
        column_->typeReason += (column_->typeReason.empty() ? "" : "; ") + numbers_.reason();
        if (column_->typeOrigin == TypeOrigin::set) return {};
        column_->typeOrigin = TypeOrigin::inferred;
        if (column_->type.kind != TypeKind::timestamp) return {};
        if (!times_.anyLocal())
            column_->type.withZone = true;
        else if (!column_->type.withZone)
            column_->typeReason += "; there are texts without an offset beside them";
        return {};
    }

    Column* column_;
    bool kinds_;                              ///< the type itself is in question
    bool narrows_;                            ///< texts may make it a uuid, date or timestamp
    std::uint64_t values_ = 0;                ///< that were not NULL
    std::array<std::uint64_t, 6> classes_{};  ///< by SQLite's number of the storage class
    std::uint64_t notBinary_ = 0;
    std::uint64_t inexact_ = 0;  ///< whole numbers that a double doesn't hold
    NumberTimes numbers_;
    TimeTexts times_;
    TextKinds texts_;
};

bool isInQuestion(const Column& column) {
    if (!isStored(column)) return false;
    if (isTime(column)) return true;
    return column.typeOrigin != TypeOrigin::set && saysLittle(column.nativeType);
}

/// A type of its own needs values that are compared by their letters, and by no key with those of others.
bool mayNarrow(const Table& table, const Column& column, const KeyColumns& keys) {
    return affinityOf(column.nativeType) != Affinity::text && !keys.contains({table.name, column.name}) &&
           (column.collation.empty() || sql::sameName(column.collation, "binary", sql::NameCase::folded));
}

void inferTable(const Connection& connection, const KeyColumns& keys, Table& table,
                std::vector<std::string>& warnings) {
    std::vector<ColumnFacts> facts;
    std::string names;
    for (Column& column : table.columns) {
        if (!isInQuestion(column)) continue;
        names += (names.empty() ? "" : ", ") + sql::quoteIdentifier(column.name);
        facts.emplace_back(column, mayNarrow(table, column, keys));
    }
    if (facts.empty()) return;
    Statement rows(connection,
                   "SELECT " + names + " FROM main." + sql::quoteIdentifier(table.name) + " NOT INDEXED",
                   "look at the values of table '" + table.name + "'");
    while (rows.step())
        for (std::size_t i = 0; i < facts.size(); ++i)
            facts[i].add(sqlite3_column_value(rows.handle(), static_cast<int>(i)));
    for (ColumnFacts& column : facts)
        if (std::string warning = column.conclude(table.name); !warning.empty())
            warnings.push_back(std::move(warning));
}

}  // namespace

void inferColumns(const Connection& connection, Catalog& catalog) {
    const KeyColumns keys = keyColumnsOf(catalog);
    for (Table& table : catalog.tables) {
        if (Context* context = connection.context()) context->alive();
        inferTable(connection, keys, table, catalog.warnings);
    }
    followDeclaredTimes(catalog);
}

}  // namespace roost::sqlite
