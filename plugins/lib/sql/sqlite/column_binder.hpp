// Cells as the values of one column: what SQLite would change on the way in is done here, or refused.
#pragma once

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/sql/sqlite/declared_type.hpp"
#include "lib/sql/value_text.hpp"
#include "roost/catalog.hpp"

namespace roost::sqlite {

/// How a time that comes as a value of its own kind is written as text.
struct TimeFormat {
    char separator = ' ';
    bool offset = true;  ///< "+00:00" behind an instant

    /// From the option `timestamp-format`: the names of Column::spelling, also with ".fff" and "±". Nothing
    /// for any other text.
    [[nodiscard]] static std::optional<TimeFormat> parse(std::string_view text);
};

/// What a column of a target table does to values.
struct ColumnTraits {
    Affinity affinity = Affinity::blob;
    bool isRowid = false;     ///< an INTEGER PRIMARY KEY: takes integers alone, and a NULL would be numbered
    bool keepsZeros = false;  ///< decimals without a scale: 1.50 is not 1.5, and stays a text
    bool instants = false;    ///< the column that comes holds instants
    bool rewritesTimes = false;  ///< RFC 3339 text becomes the TimeFormat
    bool checksUtf8 = false;     ///< the database is not in UTF-8: other bytes would be replaced
};

enum class Binding : std::uint8_t {
    exact,
    asNumber,  ///< text became the number that it spells; nothing was lost
    asNull,    ///< not a number: SQLite has no such value
    asZero,    ///< minus zero, whose sign a column of numbers does not keep
    refused,   ///< the column would change the value; nothing was bound
};

/// A value as SQLite keeps it.
struct StoredValue {
    enum class Class : char { null = '0', number = 'n', real = 'r', text = 't', blob = 'b' };

    Class kind = Class::null;  ///< `number`: an integer, or a real that is one; `real`: any other
    std::int64_t number = 0;   ///< of a `real` its bits
    std::string_view bytes;

    [[nodiscard]] static StoredValue of(std::int64_t value) noexcept { return {Class::number, value, {}}; }
    [[nodiscard]] static StoredValue of(double value) noexcept;
};

/// Binds the cells of one column. Stays where it is made: bound values may point into it, and into the cell,
/// until the statement has run.
class ColumnBinder {
public:
    ColumnBinder(ColumnTraits traits, TimeFormat times) : traits_(traits), times_(times) {}

    /// Binds `cell` to `parameter`, so that the very same value will stand in the column, or one that is
    /// equal.
    [[nodiscard]] Binding bind(sqlite3_stmt* statement, int parameter, const Cell& cell);
    /// What bind() has bound; as long as that counts. Only after a value that was not refused.
    [[nodiscard]] const StoredValue& stored() const noexcept { return stored_; }
    /// Why bind() refused the cell: "the column keeps no text that looks like a number".
    [[nodiscard]] std::string refusal(const Cell& cell) const;

private:
    [[nodiscard]] bool wantsNumbers() const noexcept {
        return traits_.affinity != Affinity::text && traits_.affinity != Affinity::blob;
    }
    [[nodiscard]] Binding bindText(sqlite3_stmt* statement, int parameter, std::string_view text);
    void bindBytes(sqlite3_stmt* statement, int parameter, std::string_view text) noexcept;
    void bindNull(sqlite3_stmt* statement, int parameter) noexcept;
    [[nodiscard]] Binding bindInteger(sqlite3_stmt* statement, int parameter, std::int64_t value);
    [[nodiscard]] Binding bindReal(sqlite3_stmt* statement, int parameter, double value);
    [[nodiscard]] Binding bindDecimal(sqlite3_stmt* statement, int parameter, std::string_view digits);
    [[nodiscard]] Binding bindTyped(sqlite3_stmt* statement, int parameter, const Cell& cell);
    [[nodiscard]] char* writeTime(const Cell& cell);

    ColumnTraits traits_;
    TimeFormat times_;
    std::array<char, sql::longestValue + 8> buffer_{};
    std::string text_;
    StoredValue stored_;
};

}  // namespace roost::sqlite
