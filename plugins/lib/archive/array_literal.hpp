// PostgreSQL's array literals as JSON arrays.
#pragma once

#include <string_view>

#include "lib/archive/text_buffer.hpp"
#include "roost/types.hpp"

namespace roost::archive {

/// Appends `{1,NULL,"a b"}` as `[1,null,"a b"]`. Numbers, booleans and null are JSON's own where the
/// literal's digits stay as they are, every other element is a string of its text. False, and nothing
/// appended, for what has bounds of its own (`[0:1]={5,6}`), is no array literal (PostgreSQL's
/// documentation, 8.15.6) or is not UTF-8.
[[nodiscard]] bool appendArray(TextBuffer& out, std::string_view literal, TypeKind element);

}  // namespace roost::archive
