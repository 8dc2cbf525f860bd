#include "lib/storage/file_descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace roost::storage {

namespace {

/// O_NOATIME is for the file's owner and root alone; everyone else gets EPERM for it.
FileDescriptor openQuietly(int parent, const char* name, int flags) noexcept {
    for (const int accessTime : {O_NOATIME, 0}) {
        const int descriptor = ::openat(parent, name, O_RDONLY | O_CLOEXEC | flags | accessTime);
        if (descriptor >= 0 || errno != EPERM) return FileDescriptor(descriptor);
    }
    return {};
}

}  // namespace

FileDescriptor openFolder(int parent, const char* name) noexcept {
    return openQuietly(parent, name, O_DIRECTORY | O_NOFOLLOW);
}

FileDescriptor openFile(int parent, const char* name) noexcept {
    return openQuietly(parent, name, O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

}  // namespace roost::storage
