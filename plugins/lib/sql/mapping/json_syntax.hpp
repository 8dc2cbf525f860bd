// Whether a text is JSON, for the constants of a schema.
#pragma once

#include <string_view>

namespace roost::sql::mapping {

/// True for one JSON value (RFC 8259) with blanks around it, nested at most 100 levels deep. Bytes of strings
/// are not checked to be UTF-8.
[[nodiscard]] bool isJson(std::string_view text) noexcept;

}  // namespace roost::sql::mapping
