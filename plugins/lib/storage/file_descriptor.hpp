// How storage opens a file or folder: relative to its folder, never through a link.
#pragma once

#include "scratch/file_descriptor.hpp"

namespace roost::storage {

using roost::FileDescriptor;

/// Opens the folder `name` of the open folder `parent` for reading. Symbolic links are refused (ENOTDIR or
/// ELOOP). Leaves the access time alone where the system allows that. None, and errno, on failure.
[[nodiscard]] FileDescriptor openFolder(int parent, const char* name) noexcept;

/// The same for a file. Never blocks: what turns out to be no regular file must be told by fstat().
[[nodiscard]] FileDescriptor openFile(int parent, const char* name) noexcept;

}  // namespace roost::storage
