// Numbers as people read them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace roost::cli {

/// "1,234,567"
[[nodiscard]] std::string count(std::uint64_t number);
/// "1 row", "2 rows"
[[nodiscard]] std::string count(std::uint64_t number, const char* unit);
/// "512 B", "1.5 KiB", "12.0 MiB"
[[nodiscard]] std::string bytes(std::uint64_t number);
/// "0.4 s", "59.0 s", "3 min 20 s", "2 h 5 min"
[[nodiscard]] std::string duration(std::chrono::duration<double> seconds);

}  // namespace roost::cli
