// Staged units that take in what is there, so that exchanging them adds to it.
#pragma once

#include <string>

#include "lib/storage/file_descriptor.hpp"
#include "lib/storage/sorted_names.hpp"
#include "lib/storage/watch.hpp"
#include "roost/context.hpp"
#include "sinks/files/staged_tree.hpp"
#include "sinks/files/unit_list.hpp"

namespace roost::storage {

/// Whether the staged unit turned out to be what is there already, so that it need not be exchanged.
[[nodiscard]] bool isUnchanged(int staging, const Unit& unit);

class UnitAdoption {
public:
    /// `staging` is the open staging folder; all must outlive the object.
    UnitAdoption(int staging, StagedTree& tree, Context& context, OnSamePath onSamePath)
        : staging_(staging), tree_(tree), context_(context), onSamePath_(onSamePath) {}

    /// Completes the unit with what lies in the open folder `present`; `kind` is the name of its kind. Throws
    /// roost::Error that names what cannot be brought together.
    void adopt(const Unit& unit, const std::string& kind, FileDescriptor present, NameStore& store,
               Watch& watch);

private:
    [[nodiscard]] std::uint64_t countStaged(const Unit& unit, NameStore& store, Watch& watch) const;
    void noteUnchanged(const Unit& unit) const;

    int staging_;
    StagedTree& tree_;
    Context& context_;
    OnSamePath onSamePath_;
};

}  // namespace roost::storage
