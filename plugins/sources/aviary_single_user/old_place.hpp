// The folder that documents are moved out of.
#pragma once

#include <cstdint>
#include <string>

#include "lib/storage/file_descriptor.hpp"
#include "sources/aviary_single_user/file_ledger.hpp"

namespace roost::single_user {

enum class Removal : std::uint8_t {
    removed,
    changed,  ///< it is not what was copied any more: it stays
    gone,     ///< somebody else has removed or moved it
    failed,   ///< errorNumber() says why
};

/// Removes what was copied, and only that. Never goes through a link. Used by one thread.
class OldPlace {
public:
    /// `root` is the open folder, which must outlive the object.
    explicit OldPlace(int root) : root_(root) {}

    /// Removes the file if it still is what `identity` says.
    [[nodiscard]] Removal remove(const std::string& path, const FileIdentity& identity);
    /// Removes the folder if it is empty; true if it did.
    bool removeEmptyFolder(const std::string& path);
    [[nodiscard]] int errorNumber() const noexcept { return error_; }

private:
    [[nodiscard]] bool open(const std::string& folder);

    int root_;
    std::string folder_;
    storage::FileDescriptor opened_;  ///< the folder of that path
    int error_ = 0;
};

}  // namespace roost::single_user
