// What a restore does with the files that are there.
#pragma once

#include <cstdint>

namespace roost::storage {

/// The option `mode`.
enum class FilesMode : std::uint8_t {
    replace,       ///< the kinds that come end up exactly as they come, of all users
    replaceUsers,  ///< the same, of the users that come; others are not touched
    merge,         ///< files that come are added; one of the same path is replaced
    add,           ///< files that come are added; one of the same path must have the same bytes
};

/// The option `partial`: what becomes of files that are there, where only some of their kind come.
enum class OnPartialKind : std::uint8_t { refuse, replace };

/// Whether files that are there stay beside those that come.
[[nodiscard]] constexpr bool keepsFiles(FilesMode mode) noexcept {
    return mode == FilesMode::merge || mode == FilesMode::add;
}

}  // namespace roost::storage
