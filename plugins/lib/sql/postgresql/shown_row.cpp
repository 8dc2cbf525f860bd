#include "lib/sql/postgresql/shown_row.hpp"

#include <array>
#include <charconv>

#include "lib/sql/value_text.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sql::postgresql {

namespace {

constexpr std::size_t longestShown = 80;

std::string shownText(std::string_view text) {
    if (text.size() <= longestShown) return "'" + storage::shownName(text) + "'";
    // Not within a character: its bytes would be shown one by one.
    std::size_t end = longestShown;
    while (end > longestShown - 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return "'" + storage::shownName(text.substr(0, end)) + "...' (" + std::to_string(text.size()) + " bytes)";
}

}  // namespace

std::string shownCell(const Cell& cell) {
    std::array<char, longestValue> written{};
    switch (cell.kind()) {
        case CellKind::null:
            return "null";
        case CellKind::boolean:
            return cell.integer() != 0 ? "true" : "false";
        case CellKind::integer:
            return std::to_string(cell.integer());
        case CellKind::real: {
            const char* const end =
                std::to_chars(written.data(), written.data() + written.size(), cell.real()).ptr;
            return std::string(written.data(), static_cast<std::size_t>(end - written.data()));
        }
        case CellKind::decimal:
            return cell.text().size() <= longestShown ? std::string(cell.text()) : shownText(cell.text());
        case CellKind::text:
            return shownText(cell.text());
        case CellKind::bytes:
            return std::to_string(cell.bytes().size()) + " bytes";
        case CellKind::uuid:
        case CellKind::date:
        case CellKind::time:
        case CellKind::timestamp:
        case CellKind::interval:
            return {written.data(), writeValue(written.data(), cell, false)};
    }
    return {};
}

std::string shownRow(std::span<const Cell> row, const std::vector<KeyColumn>& key, std::uint64_t number) {
    if (key.empty()) return "row " + std::to_string(number);
    std::string shown = "row ";
    for (const KeyColumn& column : key) {
        if (&column != key.data()) shown += ", ";
        shown += storage::shownName(column.name) + "=" + shownCell(row[column.from]);
    }
    return shown;
}

}  // namespace roost::sql::postgresql
