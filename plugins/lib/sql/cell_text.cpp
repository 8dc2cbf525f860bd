#include "lib/sql/cell_text.hpp"

#include <charconv>

#include "lib/sql/value_text.hpp"

namespace roost::sql {

std::optional<std::string_view> cellText(const Cell& cell, bool utc, std::string& buffer) {
    buffer.resize(longestValue);
    char* const begin = buffer.data();
    char* const limit = begin + buffer.size();
    const auto upTo = [begin](const char* end) {
        return std::string_view(begin, static_cast<std::size_t>(end - begin));
    };
    switch (cell.kind()) {
        case CellKind::null:
        case CellKind::bytes:
            return std::nullopt;
        case CellKind::text:
        case CellKind::decimal:
            return cell.text();
        case CellKind::boolean:
            return cell.integer() != 0 ? "true" : "false";
        case CellKind::integer:
            return upTo(std::to_chars(begin, limit, cell.integer()).ptr);
        case CellKind::real:
            return upTo(std::to_chars(begin, limit, cell.real()).ptr);
        default:
            return upTo(writeValue(begin, cell, utc));
    }
}

}  // namespace roost::sql
