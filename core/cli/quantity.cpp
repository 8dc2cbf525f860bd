#include "cli/quantity.hpp"

#include <fmt/format.h>

#include <array>

namespace roost::cli {

std::string count(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
    return digits;
}

std::string count(std::uint64_t number, const char* unit) {
    return fmt::format("{} {}{}", count(number), unit, number == 1 ? "" : "s");
}

std::string bytes(std::uint64_t number) {
    constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB"};
    if (number < 1024) return fmt::format("{} B", number);
    double value = static_cast<double>(number) / 1024;
    std::size_t unit = 0;
    while (value >= 1023.95 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    return fmt::format("{:.1f} {}", value, units.at(unit));
}

std::string duration(std::chrono::duration<double> seconds) {
    const double value = seconds.count();
    if (value < 60) return fmt::format("{:.1f} s", value);
    const auto whole = static_cast<std::uint64_t>(value);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

}  // namespace roost::cli
