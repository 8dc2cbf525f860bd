// What this build of roost is.
#pragma once

#include <string_view>

namespace [[gnu::visibility("default")]] roost {

/// "0.1.0"
[[nodiscard]] std::string_view version() noexcept;
/// The commit that it was built from, "unknown" outside a checkout.
[[nodiscard]] std::string_view gitCommit() noexcept;
/// "GNU 12.2.0"
[[nodiscard]] std::string_view compiler() noexcept;

}  // namespace roost
