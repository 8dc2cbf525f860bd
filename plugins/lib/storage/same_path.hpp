// What is refused where something comes under the path of something that stays.
#pragma once

#include <string>

#include "roost/error.hpp"

namespace roost::storage {

// `shown` is the entry's name, for people.

[[nodiscard]] inline Error otherBytes(const std::string& shown) {
    return Error("'" + shown + "' is there already, with other bytes than come",
                 "'mode: merge' replaces it; or move it away first");
}
[[nodiscard]] inline Error fileOverFolder(const std::string& shown) {
    return Error("'" + shown + "' comes as a file, and is a folder there", "move it away first");
}
[[nodiscard]] inline Error folderOverFile(const std::string& shown) {
    return Error("'" + shown + "' comes as a folder, and is none there", "move it away first");
}
[[nodiscard]] inline Error fileOverLink(const std::string& shown) {
    return Error("'" + shown + "' comes as a file, and is a link or special file there",
                 "move it away first");
}

}  // namespace roost::storage
