// Telling by a key's name that its value is a secret, where no option spec can tell yet.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace roost {

/// True for password, db_passwd, smtp-token, api_key, ...
[[nodiscard]] bool looksSecret(std::string_view key);

/// True for text that holds nothing but one reference to a variable without a default, such as
/// ${DB_PASSWORD}.
[[nodiscard]] bool isPureReference(std::string_view text);

/// The offsets at which the values of secret-looking keys begin in a line of YAML, pure references excepted.
[[nodiscard]] std::vector<std::size_t> secretValuesIn(std::string_view line);

}  // namespace roost
