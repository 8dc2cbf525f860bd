#include "lib/sql/quoting.hpp"

namespace roost::sql {

namespace {

std::string quote(std::string_view text, char mark) {
    std::string quoted(1, mark);
    for (const char c : text) {
        if (c == mark) quoted += mark;
        quoted += c;
    }
    return quoted += mark;
}

}  // namespace

std::string quoteIdentifier(std::string_view name) { return quote(name, '"'); }

std::string quoteLiteral(std::string_view text) { return quote(text, '\''); }

}  // namespace roost::sql
