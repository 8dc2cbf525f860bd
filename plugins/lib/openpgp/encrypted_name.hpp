// How archives are called that are encrypted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace roost::openpgp {

/// The endings of encrypted archives' names, behind the format's own, in small letters or capitals.
[[nodiscard]] bool hasEncryptedEnding(std::string_view name) noexcept;
/// "tar.gz" with "tar.gz.gpg" and "tar.gz.pgp" behind it, and so on: what a plugin serves.
[[nodiscard]] std::vector<std::string> withEncrypted(const std::vector<std::string>& formats);

}  // namespace roost::openpgp
