#include "pipeline/source_access.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "pipeline/stage_call.hpp"

namespace roost {

namespace {

/// With the source's own numbers of the tables.
void renumber(RowCondition& rows, TableId firstTable) {
    if (rows.kind == RowCondition::Kind::matching) rows.table -= firstTable;
    for (RowCondition& part : rows.parts) renumber(part, firstTable);
}

}  // namespace

PlannedSource& PlannedSources::holder(TableId table) const {
    for (PlannedSource& planned : sources_)
        if (planned.catalog.find(table) != nullptr) return planned;
    throw Error("a transform asked for a table that no source holds");
}

RowAccess PlannedSources::access(TableId table) const { return holder(table).source->rowAccess(); }

bool PlannedSources::together(TableId one, TableId other) const { return &holder(one) == &holder(other); }

void PlannedSources::reread(const std::vector<TableRead>& reads, const RowVisitor& visit) {
    for (PlannedSource& planned : sources_) {
        std::vector<TableRead> own;
        std::vector<std::size_t> positions;
        for (std::size_t i = 0; i < reads.size(); ++i) {
            if (&holder(reads[i].table) != &planned) continue;
            own.push_back(reads[i]);
            own.back().table -= planned.firstTable;
            renumber(own.back().rows, planned.firstTable);
            positions.push_back(i);
        }
        if (own.empty()) continue;
        callStage(*planned.context, [&] {
            planned.source->reread(
                own, [&](std::size_t read, const Batch& rows) { visit(positions.at(read), rows); });
        });
    }
}

std::uint64_t PlannedSources::restrict(TableId table, const RowCondition& rows) {
    PlannedSource& planned = holder(table);
    RowCondition own = rows;
    renumber(own, planned.firstTable);
    return callStage(*planned.context,
                     [&] { return planned.source->restrict(table - planned.firstTable, own); });
}

void PlannedSources::chooseOwners(const std::shared_ptr<const OwnerChoice>& owners, Catalog& catalog) {
    catalog.entryKinds.clear();
    for (PlannedSource& planned : sources_) {
        if (!planned.catalog.entryKinds.empty()) {
            // What was told before stays told.
            const std::vector<std::string> told = std::exchange(planned.catalog.warnings, {});
            callStage(*planned.context, [&] { planned.source->chooseOwners(owners, planned.catalog); });
            for (const std::string& warning : planned.catalog.warnings) planned.context->warn(warning);
            std::ranges::copy(planned.catalog.warnings, std::back_inserter(catalog.warnings));
            planned.catalog.warnings.insert(planned.catalog.warnings.begin(), told.begin(), told.end());
        }
        addEntryKinds(catalog.entryKinds, planned.catalog.entryKinds);
    }
}

std::int64_t PlannedSources::firstFree(const Table& table, const std::string& column) {
    std::int64_t highest = 1;
    for (PlannedSink& planned : sinks_)
        highest = std::max(highest, callStage(*planned.context, [&] {
                               return planned.sink->firstFree(table, column, *planned.context);
                           }));
    return highest;
}

void addEntryKinds(std::vector<EntryKindTotals>& whole, const std::vector<EntryKindTotals>& own) {
    for (const EntryKindTotals& kind : own) {
        const auto same = std::ranges::find(whole, kind.kind, &EntryKindTotals::kind);
        if (same == whole.end()) {
            whole.push_back(kind);
        } else {
            same->files += kind.files;
            same->folders += kind.folders;
            same->bytes += kind.bytes;
            same->users += kind.users;
            same->coverage = std::max(same->coverage, kind.coverage);
        }
    }
}

}  // namespace roost
