// The documents of a single user, on their way to the user's folder; and out of the old place.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/storage/entry_maker.hpp"
#include "lib/storage/file_descriptor.hpp"
#include "lib/storage/sorted_names.hpp"
#include "lib/storage/tree_walk.hpp"
#include "lib/storage/watch.hpp"
#include "roost/catalog.hpp"
#include "roost/context.hpp"
#include "roost/entry.hpp"
#include "sources/aviary_single_user/file_ledger.hpp"
#include "sources/aviary_single_user/single_user_options.hpp"

namespace roost::single_user {

/// Reads the folder `documents`, whatever its files are called. Used by one thread.
class Documents {
public:
    /// Opens the folder; there() tells whether there is one. Throws roost::Error where it cannot be used.
    Documents(const SingleUserOptions& options, std::string owner, Context& context);

    [[nodiscard]] bool there() const noexcept { return static_cast<bool>(root_); }
    /// The folder's name, for messages.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// Walks through all of it without opening a file, and adds to the catalog's warnings.
    [[nodiscard]] EntryKindTotals count(Catalog& catalog);
    /// The next file or folder. False at the end.
    [[nodiscard]] bool next(Entry& entry);
    /// Once all is in place: lists every file, and with `move` removes those that came whole.
    void settle();

private:
    void refuseOverlap() const;
    void refuseUnwritable() const;
    void remember();
    [[nodiscard]] std::string shownPath(const std::string& path) const;
    [[nodiscard]] std::string_view takeAway(class OldPlace& place, const LedgerEntry& file);

    const SingleUserOptions& options_;
    std::string owner_;
    std::string name_;
    Context& context_;
    storage::FileDescriptor root_;
    storage::NameStore store_;
    storage::Watch watch_;
    storage::EntryMaker maker_;
    std::optional<storage::TreeWalk> walk_;
    FileLedger ledger_;
    std::uint64_t passedOverBefore_ = 0;
    // The file that was handed out last.
    std::string lastPath_;
    std::optional<FileIdentity> lastIdentity_;
    std::shared_ptr<Reading> lastReading_;
};

}  // namespace roost::single_user
