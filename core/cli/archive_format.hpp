// What an archive is whose name does not tell it.
#pragma once

#include <filesystem>
#include <string>

namespace roost::cli {

/// By the file's first bytes: "tar.gz" for gzip (RFC 1952), "zip" (PKWARE's APPNOTE, 4.3), "gpg" for OpenPGP
/// (RFC 4880, 4.2 and 6.2), "" for anything else. Throws roost::Error where it cannot be read.
[[nodiscard]] std::string formatByContent(const std::filesystem::path& archive);

}  // namespace roost::cli
