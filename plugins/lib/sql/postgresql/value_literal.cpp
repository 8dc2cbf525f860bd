#include "lib/sql/postgresql/value_literal.hpp"

#include <array>

#include "lib/sql/condition_text.hpp"
#include "lib/sql/quoting.hpp"
#include "lib/sql/value_text.hpp"
#include "roost/error.hpp"

namespace roost::sql::postgresql {

std::string literalOf(const Value& value) {
    const Cell cell = value.cell();
    switch (cell.kind()) {
        case CellKind::boolean:
            return cell.integer() != 0 ? "TRUE" : "FALSE";
        case CellKind::integer:
            return "'" + std::to_string(cell.integer()) + "'";
        case CellKind::text:
        case CellKind::decimal:
            return quoteLiteral(cell.text());
        case CellKind::bytes:
            return "'\\x" + hexDigits(cell.text()) + "'";
        case CellKind::uuid: {
            std::array<char, longestValue> text{};
            return "'" + std::string(text.data(), writeValue(text.data(), cell, false)) + "'";
        }
        default:
            throw Error("users cannot be chosen by a value of this type");
    }
}

}  // namespace roost::sql::postgresql
