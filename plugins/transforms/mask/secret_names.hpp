// What columns and settings that hold secrets are usually called.
#pragma once

#include <string_view>

namespace roost::mask {

/// True for `password_hash`, `reset_token`, `smtp_password`, `api_key`; not for what only speaks of one, as
/// `password_changed_at` and `api_key_id` do. Case does not count.
[[nodiscard]] bool looksSecret(std::string_view name);

}  // namespace roost::mask
