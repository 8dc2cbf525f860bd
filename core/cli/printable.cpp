#include "cli/printable.hpp"

#include <algorithm>

namespace roost::cli {

std::string printable(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return text;
}

}  // namespace roost::cli
