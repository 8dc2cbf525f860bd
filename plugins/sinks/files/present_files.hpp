// What a restore of files will meet in its storage folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/storage/files_mode.hpp"
#include "lib/storage/layout.hpp"
#include "roost/context.hpp"
#include "roost/stage.hpp"

namespace roost::storage {

/// Looks at the storage folder and changes nothing.
class PresentFiles {
public:
    /// `scope` says which kinds of the layout will be replaced, `owners` whose files come (null for
    /// everybody's). All that is referred to must outlive it.
    PresentFiles(std::string path, const Layout& layout, const std::vector<bool>& scope, FilesMode mode,
                 const OwnerChoice* owners)
        : path_(std::move(path)), layout_(layout), scope_(scope), mode_(mode), owners_(owners) {}

    /// Kinds of which less comes than the mode takes away are refused where files are there.
    void protect(const std::vector<EntryKindTotals>& coming);

    /// Adds to `acceptance` what will be replaced, and what makes a restore of `bytes` bytes impossible.
    void look(std::uint64_t bytes, Acceptance& acceptance, Context& context) const;

private:
    void checkRoom(std::uint64_t bytes, const std::string& folder, Acceptance& acceptance) const;
    void checkLeftOvers(int root, Acceptance& acceptance, Context& context) const;
    void refusePart(const std::string& kind, const std::string& present, Acceptance& acceptance) const;
    void count(int root, Acceptance& acceptance, Context& context) const;

    std::string path_;
    const Layout& layout_;
    const std::vector<bool>& scope_;
    FilesMode mode_;
    const OwnerChoice* owners_;
    std::vector<EntryKindTotals> protected_;
};

}  // namespace roost::storage
