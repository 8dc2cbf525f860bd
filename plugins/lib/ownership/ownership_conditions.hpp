// The rules of ownership as conditions on rows: whatever evaluates them, a database or a store of keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "lib/ownership/ownership_graph.hpp"
#include "roost/row_condition.hpp"

namespace roost::ownership {

/// What becomes of references to rows of users that were not chosen. keep: nothing, they lead where they
/// lead.
enum class References : std::uint8_t { fail, null, include, keep };

/// Tells which rows of a table are in a state, as a condition on that table.
using RowState = std::function<RowCondition(std::size_t table)>;

/// The rows of a tied table that are the chosen users', `mine` telling which of the parents are.
[[nodiscard]] RowCondition chosenRows(const Catalog& catalog, const TableTies& ties, const RowState& mine);

/// The rows that are nobody's, `nobodys` telling which of the parents are. Every row of a table that is tied
/// to nothing.
[[nodiscard]] RowCondition nobodysRows(const Catalog& catalog, const TableTies& ties,
                                       const RowState& nobodys);

/// Rows of the parent that `included` rows of the child point at.
[[nodiscard]] RowCondition wantedBy(const Catalog& catalog, const Reference& reference,
                                    const RowCondition& included);

/// Included rows of the child that point at no included row of the parent.
[[nodiscard]] RowCondition dangling(const Catalog& catalog, const Reference& reference,
                                    const RowCondition& childIncluded, const RowCondition& parentIncluded);

/// What goes along, said in one condition for each table. Possible where what decides goes in no circle.
class NestedConditions {
public:
    /// `chosen`: of the users table. `whole`: tables that are taken as they are. All must outlive the object.
    NestedConditions(const Catalog& catalog, const Graph& graph, const std::vector<bool>& whole,
                     References references, const RowCondition& chosen);

    [[nodiscard]] RowCondition included(std::size_t table);
    /// The chosen users' rows alone.
    [[nodiscard]] RowCondition mine(std::size_t table);
    /// The rows that belong to no user.
    [[nodiscard]] RowCondition nobodys(std::size_t table);
    /// False once something went in a circle, or grew too large for a statement: what was said is of no use.
    [[nodiscard]] bool possible() const noexcept { return possible_; }
    /// The table whose ties led back to itself; nothing where it was the size.
    [[nodiscard]] std::optional<std::size_t> circle() const noexcept { return circle_; }

private:
    template <class Make>
    [[nodiscard]] RowCondition guarded(std::vector<bool>& open, std::size_t table, Make make);

    const Catalog& catalog_;
    const Graph& graph_;
    const std::vector<bool>& whole_;
    References references_;
    const RowCondition& chosen_;
    std::vector<bool> mineOpen_, nobodysOpen_, includedOpen_;
    std::size_t steps_ = 0;
    bool possible_ = true;
    std::optional<std::size_t> circle_;
};

}  // namespace roost::ownership
