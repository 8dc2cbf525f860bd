// What a transform reaches of the sources while the plan is made.
#pragma once

#include "pipeline/plan.hpp"

namespace roost {

/// Sorts what is asked for to the sources that hold it, and numbers tables as each of them does.
class PlannedSources final : public SourceAccess {
public:
    /// All that is referred to must outlive the object. `first`: no transform stands before.
    PlannedSources(std::vector<PlannedSource>& sources, std::vector<PlannedSink>& sinks, bool first)
        : sources_(sources), sinks_(sinks), first_(first) {}

    [[nodiscard]] bool isFirst() const override { return first_; }
    [[nodiscard]] RowAccess access(TableId table) const override;
    [[nodiscard]] bool together(TableId one, TableId other) const override;
    void reread(const std::vector<TableRead>& reads, const RowVisitor& visit) override;
    std::uint64_t restrict(TableId table, const RowCondition& rows) override;
    void chooseOwners(const std::shared_ptr<const OwnerChoice>& owners, Catalog& catalog) override;
    std::int64_t firstFree(const Table& table, const std::string& column) override;

private:
    [[nodiscard]] PlannedSource& holder(TableId table) const;

    std::vector<PlannedSource>& sources_;
    std::vector<PlannedSink>& sinks_;
    bool first_;
};

/// Adds the totals of a source's files to those of others.
void addEntryKinds(std::vector<EntryKindTotals>& whole, const std::vector<EntryKindTotals>& own);

}  // namespace roost
