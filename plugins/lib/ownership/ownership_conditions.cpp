#include "lib/ownership/ownership_conditions.hpp"

#include <utility>

namespace roost::ownership {

namespace {

/// More would make a statement that takes a database longer to plan than to run.
constexpr std::size_t mostSteps = 400;

RowCondition matching(const Catalog& catalog, const std::vector<std::string>& columns, std::size_t table,
                      const std::vector<std::string>& targetColumns, RowCondition rows, const Tie& tie) {
    if (rows.isNothing()) return rows;
    RowCondition made;
    made.kind = RowCondition::Kind::matching;
    made.columns = columns;
    made.table = catalog.tables[table].id;
    made.targetColumns = targetColumns;
    made.collation = tie.collation;
    made.asText = tie.asText;
    made.parts.push_back(std::move(rows));
    return made;
}

RowCondition tiedTo(const Catalog& catalog, const Tie& tie, RowCondition parents) {
    return matching(catalog, tie.columns, tie.parent, tie.parentColumns, std::move(parents), tie);
}

}  // namespace

RowCondition chosenRows(const Catalog& catalog, const TableTies& ties, const RowState& mine) {
    std::vector<RowCondition> ways;
    std::vector<RowCondition> undecided;  // no tie so far has a value
    for (const std::vector<Tie>& group : ties.groups) {
        std::vector<RowCondition> any;
        any.reserve(group.size());
        for (const Tie& tie : group) any.push_back(tiedTo(catalog, tie, mine(tie.parent)));
        std::vector<RowCondition> way = undecided;
        way.push_back(RowCondition::anyOf(std::move(any)));
        ways.push_back(RowCondition::allOf(std::move(way)));
        for (const Tie& tie : group) undecided.push_back(RowCondition::missingIn(tie.columns));
    }
    return RowCondition::anyOf(std::move(ways));
}

RowCondition nobodysRows(const Catalog& catalog, const TableTies& ties, const RowState& nobodys) {
    if (ties.groups.empty()) return RowCondition::everything();
    if (ties.always) return RowCondition::nothing();
    std::vector<RowCondition> ways;
    std::vector<RowCondition> undecided;
    bool decided = false;
    for (const std::vector<Tie>& group : ties.groups) {
        std::vector<RowCondition> way = undecided;
        std::vector<RowCondition> none;
        for (const Tie& tie : group) {
            RowCondition led = tiedTo(catalog, tie, nobodys(tie.parent));
            const RowCondition missing = RowCondition::missingIn(tie.columns);
            decided |= !tie.optional;
            none.push_back(missing);
            undecided.push_back(missing);
            // One tie alone decides by having a value; of several each that has one must lead to nobody.
            way.push_back(group.size() == 1 ? std::move(led)
                                            : RowCondition::anyOf({missing, std::move(led)}));
        }
        if (group.size() > 1) way.push_back(RowCondition::noneOf(RowCondition::allOf(std::move(none))));
        ways.push_back(RowCondition::allOf(std::move(way)));
    }
    if (!decided) ways.push_back(RowCondition::allOf(std::move(undecided)));
    return RowCondition::anyOf(std::move(ways));
}

RowCondition wantedBy(const Catalog& catalog, const Reference& reference, const RowCondition& included) {
    const Tie& key = reference.key;
    return matching(catalog, key.parentColumns, key.child, key.columns, included, key);
}

RowCondition dangling(const Catalog& catalog, const Reference& reference, const RowCondition& childIncluded,
                      const RowCondition& parentIncluded) {
    return RowCondition::allOf({childIncluded,
                                RowCondition::noneOf(RowCondition::missingIn(reference.key.columns)),
                                RowCondition::noneOf(tiedTo(catalog, reference.key, parentIncluded))});
}

NestedConditions::NestedConditions(const Catalog& catalog, const Graph& graph, const std::vector<bool>& whole,
                                   References references, const RowCondition& chosen)
    : catalog_(catalog),
      graph_(graph),
      whole_(whole),
      references_(references),
      chosen_(chosen),
      mineOpen_(catalog.tables.size()),
      nobodysOpen_(catalog.tables.size()),
      includedOpen_(catalog.tables.size()) {}

template <class Make>
RowCondition NestedConditions::guarded(std::vector<bool>& open, std::size_t table, Make make) {
    if (open[table] && !circle_) circle_ = table;
    if (open[table] || ++steps_ > mostSteps) possible_ = false;
    if (!possible_) return RowCondition::nothing();
    open[table] = true;
    RowCondition made = make();
    open[table] = false;
    return made;
}

RowCondition NestedConditions::mine(std::size_t table) {
    if (table == graph_.users) return chosen_;
    return guarded(mineOpen_, table, [&] {
        return chosenRows(catalog_, graph_.tables[table],
                          [this](std::size_t parent) { return mine(parent); });
    });
}

RowCondition NestedConditions::nobodys(std::size_t table) {
    if (table == graph_.users) return RowCondition::nothing();
    return guarded(nobodysOpen_, table, [&] {
        return nobodysRows(catalog_, graph_.tables[table],
                           [this](std::size_t parent) { return nobodys(parent); });
    });
}

RowCondition NestedConditions::included(std::size_t table) {
    if (whole_[table]) return RowCondition::everything();
    return guarded(includedOpen_, table, [&] {
        const RowCondition takable =
            references_ == References::include ? RowCondition::everything() : nobodys(table);
        std::vector<RowCondition> wanted;
        for (const Reference& reference : graph_.references)
            if (reference.key.parent == table && !takable.isNothing())
                wanted.push_back(wantedBy(catalog_, reference, included(reference.key.child)));
        return RowCondition::anyOf({graph_.isTied(table) ? mine(table) : RowCondition::nothing(),
                                    RowCondition::allOf({takable, RowCondition::anyOf(std::move(wanted))})});
    });
}

}  // namespace roost::ownership
