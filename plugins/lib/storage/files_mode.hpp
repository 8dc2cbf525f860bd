// What a restore does with the files that are there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "roost/catalog.hpp"
#include "roost/error.hpp"

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

/// Whether the mode would take away what was left out of a kind on purpose.
[[nodiscard]] constexpr bool takesTooMuch(FilesMode mode, Coverage coverage) noexcept {
    return (mode == FilesMode::replace && coverage != Coverage::whole) ||
           (mode == FilesMode::replaceUsers && coverage == Coverage::files);
}

/// Why a kind of which only a part comes is refused: "only some files of the kind ... come, and 5 files that
/// are there would go for them; ...".
[[nodiscard]] std::string partRefusal(std::string_view kind, Coverage coverage, const std::string& present);

/// Why `mode: replace` does not go on where not one file came: "not one file came, and all that is there
/// would go: ...", with what Acceptance::destroys says.
[[nodiscard]] Error nothingCame(const std::vector<std::string>& destroys);

/// What "5 files" that are there means in the mode: ", of these what comes again". `ofChosen`: they are
/// counted of the users that come alone.
[[nodiscard]] std::string_view partText(FilesMode mode, bool ofChosen) noexcept;

}  // namespace roost::storage
