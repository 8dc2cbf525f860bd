// Whether all files and folders of a run can stand beside each other: a target has each name once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "roost/entry.hpp"
#include "scratch/entry_ledger.hpp"

namespace roost {

/// What the names of a run say against a stage.
struct EntryNameFault {
    bool renamed = false;    ///< a transform gave one of the names; else the sources gave both
    std::size_t source = 0;  ///< the one that gave the later name
    std::size_t other = 0;   ///< the one that gave the earlier one; often the same
    std::string told;        ///< "documents/alice/a.txt twice"
};

/// Takes the names of all entries where they leave for the sinks, so once a run: behind the last transform
/// where there are any, else behind the sources. That finds what one source gives twice, what two sources
/// both give, and what transforms rename to one name. Memory stays within some MiB; see EntryLedger.
class EntryNames {
public:
    explicit EntryNames(std::filesystem::path temporaryFolder) : ledger_(std::move(temporaryFolder)) {}

    /// An entry has come out of that source; the sources come one after the other. From their thread.
    void given(std::size_t source);
    /// An entry goes to the sinks: `number` counts those that came out of the sources, from 0. From one
    /// thread.
    void leaves(const Entry& entry, std::uint64_t number, bool renamed);
    /// After all have left and the sources have ended. Throws roost::Error where the temporary folder fails.
    [[nodiscard]] std::optional<EntryNameFault> fault();

private:
    [[nodiscard]] std::size_t sourceOf(std::uint64_t number) const;

    EntryLedger ledger_;
    std::string name_;
    std::vector<std::uint64_t> given_;  ///< how many entries each source gave
};

}  // namespace roost
