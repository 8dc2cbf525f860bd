// What a restore of files meets in its part of a bucket.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/s3/bucket.hpp"
#include "lib/s3/key_layout.hpp"
#include "lib/storage/files_mode.hpp"
#include "lib/storage/sorted_names.hpp"
#include "lib/storage/watch.hpp"
#include "roost/context.hpp"
#include "roost/stage.hpp"
#include "sinks/s3/staged_log.hpp"

namespace roost::s3 {

/// Looks at the bucket and changes nothing. Used by one thread.
class PresentObjects {
public:
    /// `scope` says which kinds of the layout come, `chosen` whose files (null for everybody's). All that is
    /// referred to must outlive it.
    PresentObjects(const Bucket& bucket, const KeyLayout& keys, const storage::Layout& layout,
                   const std::vector<bool>& scope, storage::FilesMode mode, const OwnerChoice* chosen)
        : bucket_(bucket), keys_(keys), layout_(layout), scope_(scope), mode_(mode), chosen_(chosen) {}

    /// Adds to `acceptance` what will be replaced, and refuses what an earlier restore left. Of the kinds of
    /// `protectedKinds` less comes than would go: where objects are there, that is refused, too.
    void look(const std::vector<EntryKindTotals>& protectedKinds, Acceptance& acceptance,
              Context& context) const;

    /// Adds to `log` the objects that are there, and neither come (their keys are in `coming`) nor stay.
    /// `owners` has those of whom something comes, each with a '/' behind it.
    void listStale(storage::SortedNames& coming, storage::SortedNames& owners, StagedLog& log,
                   Context& context) const;

private:
    const Bucket& bucket_;
    const KeyLayout& keys_;
    const storage::Layout& layout_;
    const std::vector<bool>& scope_;
    storage::FilesMode mode_;
    const OwnerChoice* chosen_;
};

}  // namespace roost::s3
