// The keys of all rows that matter, for sources that can be read again but not asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/ownership/ownership_conditions.hpp"
#include "lib/ownership/row_set.hpp"
#include "lib/sql/condition_text.hpp"
#include "lib/sql/sqlite/private_copy.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "roost/context.hpp"
#include "roost/stage.hpp"

namespace roost::ownership {

/// Keeps keys in an unlinked temporary database and follows the ownership through them until nothing is
/// added: cycles, self references and any depth included. Rows are known by their number in scan order.
class KeyStore {
public:
    /// All that is referred to must outlive the store.
    KeyStore(const Catalog& catalog, const Graph& graph, const std::vector<bool>& kept,
             const std::vector<bool>& whole, References references, Context& context);

    /// Reads the keys. `isChosen` is asked for each row of the users table, with these columns' cells.
    void load(SourceAccess& sources, const std::vector<std::string>& userColumns,
              const std::function<bool(std::span<const Cell>)>& isChosen);
    /// Marks what goes along.
    void follow();

    [[nodiscard]] std::uint64_t rows(std::size_t table) const { return rows_[table]; }
    [[nodiscard]] RowSet included(std::size_t table);
    /// The chosen users' rows alone.
    [[nodiscard]] RowSet mine(std::size_t table);
    /// Included rows that point at nothing included.
    [[nodiscard]] RowSet dangling(const Reference& reference);
    /// Their primary keys as people read them, at most `most`.
    [[nodiscard]] std::vector<std::string> danglingKeys(const Reference& reference, std::size_t most);

private:
    [[nodiscard]] std::vector<std::string> columnsOf(std::size_t table) const;
    void append(std::size_t table, const Batch& rows, std::size_t columns,
                const std::function<bool(std::span<const Cell>)>* isChosen, std::size_t userAt);
    void makeTables();
    /// Sets the flag where `rows` is true and it is not set yet; how many that were.
    std::uint64_t mark(std::size_t table, const char* flag, const RowCondition& rows);
    void spread(const char* flag, RowCondition (*rule)(const Catalog&, const TableTies&, const RowState&));
    void followReferences();
    [[nodiscard]] RowCondition taken(std::size_t table) const;
    [[nodiscard]] RowCondition nobodys(std::size_t table) const;
    [[nodiscard]] RowSet rowsWhere(std::size_t table, const RowCondition& rows);
    [[nodiscard]] std::string danglingText(const Reference& reference) const;

    const Catalog& catalog_;
    const Graph& graph_;
    const std::vector<bool>& kept_;
    const std::vector<bool>& whole_;
    References references_;
    Context& context_;
    sqlite::UnlinkedDatabase database_;
    sql::ConditionWriter writer_;
    std::vector<std::vector<std::string>> columns_;  ///< of each table, as they are kept
    std::vector<std::uint64_t> rows_;
    std::vector<std::unique_ptr<sqlite::Statement>> inserts_;
};

}  // namespace roost::ownership
