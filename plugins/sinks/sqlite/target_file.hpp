// The file that a load goes to, before anything is opened.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace roost::sqlite {

enum class TargetState : std::uint8_t {
    missing,  ///< to be built under a temporary name
    empty,    ///< a file of 0 bytes, which SQLite takes for a database without tables
    filled,
};

struct TargetFile {
    TargetState state = TargetState::missing;
    std::vector<std::string> refusals;  ///< why nothing can be written there
};

/// Looks at `path` and its folder; changes nothing.
[[nodiscard]] TargetFile inspectTarget(const std::filesystem::path& path);

/// The left-over journal or log beside a database that is missing: SQLite would mix its content into a new
/// file of that name. "" where there is none.
[[nodiscard]] std::string leftOver(const std::filesystem::path& path);

}  // namespace roost::sqlite
