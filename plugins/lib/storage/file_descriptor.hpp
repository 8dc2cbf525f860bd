// An open file or folder, and how storage opens one: relative to its folder, never through a link.
#pragma once

#include <utility>

namespace roost::storage {

/// Owns a descriptor; closes it when it goes. Movable. -1 stands for none.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int descriptor) noexcept : descriptor_(descriptor) {}
    FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        if (this != &other) {
            close();
            descriptor_ = std::exchange(other.descriptor_, -1);
        }
        return *this;
    }
    ~FileDescriptor() { close(); }

    [[nodiscard]] int get() const noexcept { return descriptor_; }
    [[nodiscard]] explicit operator bool() const noexcept { return descriptor_ >= 0; }
    /// Gives the descriptor away.
    [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }
    void close() noexcept;

private:
    int descriptor_ = -1;
};

/// Opens the folder `name` of the open folder `parent` for reading. Symbolic links are refused (ENOTDIR or
/// ELOOP). Leaves the access time alone where the system allows that. None, and errno, on failure.
[[nodiscard]] FileDescriptor openFolder(int parent, const char* name) noexcept;

/// The same for a file. Never blocks: what turns out to be no regular file must be told by fstat().
[[nodiscard]] FileDescriptor openFile(int parent, const char* name) noexcept;

}  // namespace roost::storage
