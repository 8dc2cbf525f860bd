// Entries from what a walk finds: what the sources of users' files share.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

#include "lib/storage/read_choice.hpp"
#include "lib/storage/tree_walk.hpp"
#include "roost/context.hpp"
#include "roost/entry.hpp"

namespace roost::storage {

/// Opens the files and tells the host of those that give no entry. Used by one thread.
class EntryMaker {
public:
    /// `context` must outlive the object.
    EntryMaker(ReadChoice choice, Context& context) : choice_(choice), context_(context) {}

    /// Fills `entry`, whose kind and owner are set already. False for what gives no entry. Throws
    /// roost::Error where the choice says so.
    [[nodiscard]] bool make(const Found& found, Entry& entry);
    /// What the file was when the last make() opened it; nothing where it opened none.
    [[nodiscard]] const std::optional<struct stat>& opened() const noexcept { return opened_; }
    /// Tells that the entry is left out, because of an errno.
    void leaveOut(const Entry& entry, int error);
    /// Links and special files that gave no entry.
    [[nodiscard]] std::uint64_t passedOver() const noexcept { return passedOver_; }

private:
    [[nodiscard]] bool open(const Found& found, Entry& entry);
    [[nodiscard]] bool giveVanished(Entry& entry, std::string message) const;
    void lose(const Entry& entry) const;

    ReadChoice choice_;
    Context& context_;
    std::optional<struct stat> opened_;
    std::uint64_t passedOver_ = 0;
};

}  // namespace roost::storage
