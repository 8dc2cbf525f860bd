// bcrypt, as Aviary keeps passwords and API keys.
#pragma once

#include <string>

namespace roost::single_user {

/// Throws roost::Error where bcrypt cannot hash all of `secret`; `name` says whose it is ("password"). The
/// message holds nothing of the secret.
void checkHashable(const std::string& secret, const std::string& name);

/// "$2b$10$...": 60 characters, with a salt of its own. `secret` passed checkHashable().
[[nodiscard]] std::string bcrypt(const std::string& secret);

}  // namespace roost::single_user
