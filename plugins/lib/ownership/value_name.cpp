#include "lib/ownership/value_name.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

#include "lib/storage/shown_name.hpp"

namespace roost::ownership {

namespace {

std::string uuidText(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        const auto byte = static_cast<unsigned char>(bytes[i]);
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

}  // namespace

std::optional<std::string> valueName(const Cell& cell, const LogicalType& type) {
    switch (cell.kind()) {
        case CellKind::boolean:
            return cell.integer() != 0 ? "true" : "false";
        case CellKind::integer:
            if (type.kind == TypeKind::boolean && (cell.integer() == 0 || cell.integer() == 1))
                return cell.integer() == 1 ? "true" : "false";
            return std::to_string(cell.integer());
        case CellKind::text:
        case CellKind::decimal:
            return std::string(cell.text());
        case CellKind::uuid:
            return uuidText(cell.text());
        case CellKind::real: {
            std::array<char, 40> digits{};
            const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), cell.real()).ptr;
            return std::string(digits.data(), end);
        }
        default:
            return std::nullopt;
    }
}

std::string shownValue(const Cell& cell, const LogicalType& type) {
    if (cell.isNull()) return "null";
    const auto name = valueName(cell, type);
    if (!name) return "(a value without a name)";
    const bool quoted = cell.kind() == CellKind::text || cell.kind() == CellKind::uuid;
    return quoted ? "'" + storage::shownName(*name) + "'" : *name;
}

}  // namespace roost::ownership
