// Whether a file can be a shared library at all, before the dynamic linker looks at it.
#pragma once

#include <filesystem>
#include <string>

namespace roost {

/// Why the file is no shared library for this machine; "" where it is one as far as its head tells. The
/// dynamic linker maps what the head promises, and a file that ends before that would end the process with
/// SIGBUS. Format: System V ABI, chapters 4 and 5 (ELF).
[[nodiscard]] std::string sharedObjectDefect(const std::filesystem::path& file);

}  // namespace roost
