#include "lib/sql/sqlite/shown_cell.hpp"

#include <array>
#include <charconv>
#include <string_view>

#include "lib/sql/value_text.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sqlite {

namespace {

constexpr std::size_t longest = 64;

std::string shownBytes(std::string_view data) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "x'";
    for (const char c : data.substr(0, longest / 2)) {
        text += digits[static_cast<unsigned char>(c) >> 4U];
        text += digits[static_cast<unsigned char>(c) & 0xFU];
    }
    return text + (data.size() > longest / 2 ? "...'" : "'");
}

std::string shownReal(double value) {
    std::array<char, 40> digits{};
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return std::string(digits.data(), end);
}

}  // namespace

std::string shownCell(const Cell& cell) {
    switch (cell.kind()) {
        case CellKind::null:
            return "NULL";
        case CellKind::boolean:
            return cell.integer() != 0 ? "true" : "false";
        case CellKind::integer:
            return std::to_string(cell.integer());
        case CellKind::real:
            return shownReal(cell.real());
        case CellKind::decimal:
            return std::string(cell.text().substr(0, longest)) + (cell.text().size() > longest ? "..." : "");
        case CellKind::text:
            return "'" + storage::shownName(cell.text().substr(0, longest)) +
                   (cell.text().size() > longest ? "...'" : "'");
        case CellKind::bytes:
            return shownBytes(cell.text());
        default: {
            std::array<char, sql::longestValue> text{};
            char* const end = sql::writeValue(text.data(), cell, false);
            return "'" + std::string(text.data(), end) + "'";
        }
    }
}

}  // namespace roost::sqlite
