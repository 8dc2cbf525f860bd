#include "lib/sql/sqlite/counted.hpp"

namespace roost::sqlite {

std::string grouped(std::uint64_t number) {
    constexpr std::size_t group = 3;
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > group; at -= group) digits.insert(at - group, 1, ',');
    return digits;
}

std::string counted(std::uint64_t number, std::string_view noun) {
    return grouped(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

std::string allOf(std::uint64_t number, std::string_view noun) {
    return number == 1 ? "its one " + std::string(noun) : "all " + counted(number, noun);
}

}  // namespace roost::sqlite
