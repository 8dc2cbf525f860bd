#include "lib/sql/sqlite/value_literal.hpp"

#include <array>
#include <cstdio>

#include "lib/sql/condition_text.hpp"
#include "lib/sql/value_text.hpp"
#include "roost/error.hpp"

namespace roost::sqlite {

std::string literalOf(const Value& value) {
    const Cell cell = value.cell();
    switch (cell.kind()) {
        case CellKind::integer:
        case CellKind::boolean:
            return std::to_string(cell.integer());
        case CellKind::text: {
            // A NUL would end the statement.
            std::string text;
            for (const char c : cell.text())
                text += c == '\'' ? "''" : c == '\0' ? "' || char(0) || '" : std::string(1, c);
            return "('" + text + "')";
        }
        case CellKind::real: {
            std::array<char, 40> digits{};
            std::snprintf(digits.data(), digits.size(), "%.17e", cell.real());
            return digits.data();
        }
        case CellKind::bytes:
            return "x'" + sql::hexDigits(cell.text()) + "'";
        case CellKind::uuid: {
            std::array<char, sql::longestValue> text{};
            return "'" + std::string(text.data(), sql::writeValue(text.data(), cell, false)) + "'";
        }
        default:
            throw Error("a value that SQLite does not have was asked for");
    }
}

}  // namespace roost::sqlite
