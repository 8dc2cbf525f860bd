// Words of a command that is printed to be typed.
#pragma once

#include <string>
#include <string_view>

namespace roost::cli {

/// `text` as a POSIX shell takes it for one word that is no option: quoted where it has to be, with "./"
/// before a '-'.
[[nodiscard]] std::string shellWord(std::string_view text);

}  // namespace roost::cli
