// Files that are there already, compared and copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace roost::storage {

/// Fills the buffer unless the file ends before; returns how many bytes came. Throws roost::Error.
[[nodiscard]] std::size_t readWhole(int file, std::span<std::byte> buffer);

/// How many bytes both open files hold, if they are the same; nothing if they differ. `buffer` is for work.
/// Throws roost::Error where one cannot be read.
[[nodiscard]] std::optional<std::uint64_t> sameBytes(int left, int right, std::span<std::byte> buffer);

/// Copies a file or symbolic link with its owner, mode and time; the new name must be free. Returns 0 or an
/// errno: EOPNOTSUPP for what is neither. `buffer` is for work.
[[nodiscard]] int copyNode(int fromFolder, const char* from, int toFolder, const char* to,
                           std::span<std::byte> buffer);

}  // namespace roost::storage
