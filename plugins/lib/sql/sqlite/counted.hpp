// Counts in sentences.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace roost::sqlite {

/// "1,204"
[[nodiscard]] std::string grouped(std::uint64_t number);

/// "1 value", "1,204 values"
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);

/// "its one text", "all 1,204 texts"
[[nodiscard]] std::string allOf(std::uint64_t number, std::string_view noun);

}  // namespace roost::sqlite
