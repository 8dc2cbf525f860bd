// What `mode: add` would refuse, found out without writing anything.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lib/storage/file_descriptor.hpp"
#include "roost/entry.hpp"

namespace roost::storage {

/// Compares entries with the files that are there. Used by one thread.
class AddRehearsal {
public:
    /// `path` is the storage folder, which may be missing.
    explicit AddRehearsal(const std::string& path);

    /// Reads a file's bytes beside those of the file of its path, if there is one. `kindParts` lead from the
    /// user's folder to the kind's. Throws roost::Error that names it where adding it would be refused.
    void check(Entry& entry, const std::vector<std::string>& kindParts);

private:
    [[nodiscard]] FileDescriptor openParent(const std::vector<std::string>& parts, const Entry& entry) const;
    void compare(Entry& entry, int present);

    FileDescriptor root_;
    std::vector<std::byte> coming_;
    std::vector<std::byte> there_;
};

}  // namespace roost::storage
