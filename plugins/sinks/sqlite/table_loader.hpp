// Writes the rows of one table.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/sql/load_plan.hpp"
#include "lib/sql/rejection/bad_values.hpp"
#include "lib/sql/sqlite/column_binder.hpp"
#include "lib/sql/sqlite/connection.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "lib/sql/sqlite/value_fields.hpp"
#include "roost/batch.hpp"
#include "roost/context.hpp"
#include "sinks/sqlite/load_settings.hpp"

namespace roost::sqlite {

/// What the load of one table came to.
struct TableResult {
    std::uint64_t rows = 0;           ///< that came
    std::uint64_t present = 0;        ///< of these, those that LoadMode::add left as they were
    std::uint64_t becameNumbers = 0;  ///< values: text that came from SQLite and is a number now
    std::uint64_t lostSigns = 0;      ///< zeros that were negative
};

/// Inserts, or with TableAction::merge inserts or updates, or leaves those that are there, as
/// TableAction::users does, which keeps a copy of what it left. `load.to` is the table as it stands in the
/// database.
class TableLoader {
public:
    /// All that is given must outlive it. `dialect` is the one that the rows come from.
    TableLoader(Connection& connection, const sql::TableLoad& load, const LoadSettings& settings,
                const std::string& dialect, sql::BadValues& bad, Context& context);

    /// Rows that the table does not take go to the BadValues. Throws roost::Error, or Interrupted; the
    /// transaction must be given up then.
    void write(const Batch& batch);
    [[nodiscard]] const TableResult& result() const noexcept { return result_; }
    /// Reads the rows back and compares them with those that were written. Throws roost::Error that names the
    /// table and the columns. Not for merged tables, nor where triggers may have changed the rows; of a table
    /// of TableAction::users where nothing but the users' rows came: once all tables are loaded, with the
    /// condition `where` for them. Returns whether it did.
    [[nodiscard]] bool verify(const std::string& where = {});
    /// The rows that were there already, with TableAction::users: a temporary table with the columns that
    /// are loaded; "" where there are none.
    [[nodiscard]] const std::string& presentRows() const noexcept { return presentRows_; }
    [[nodiscard]] const sql::TableLoad& load() const noexcept { return *load_; }

private:
    enum class RowState : std::uint8_t { bound, leftOut };

    [[nodiscard]] RowState bindRow(std::span<const Cell> row);
    [[nodiscard]] RowState settle(Binding binding, std::size_t column, std::span<const Cell> row);
    [[nodiscard]] sql::BadCell badCell(std::span<const Cell> row, std::size_t column,
                                       const std::string& reason) const;
    void tellOthers(std::size_t column, std::span<const Cell> row);
    void addToDigest();

    [[nodiscard]] std::string insertText() const;
    [[nodiscard]] bool merges() const {
        return load_->action == sql::TableAction::merge || (isUsers() && !load_->key.empty());
    }
    [[nodiscard]] bool isUsers() const { return load_->action == sql::TableAction::users; }
    void keepPresent(std::span<const Cell> row);
    [[nodiscard]] ColumnTraits traitsOf(const Column& from, const Column& to, bool strict,
                                        const std::string& dialect) const;
    [[nodiscard]] bool refusesPresent(int code) const;
    [[nodiscard]] bool changedNothing() const;
    void failRow(std::span<const Cell> row);
    [[nodiscard]] std::string rowName(std::span<const Cell> row) const;
    [[nodiscard]] const std::string& columnName(std::size_t column) const {
        return load_->to->columns[load_->columns[column].to].name;
    }

    Connection* connection_;
    const sql::TableLoad* load_;
    Context* context_;
    bool isVirtual_;
    bool onlyAdds_;                     ///< when it merges: a row that is there stays
    std::deque<ColumnBinder> binders_;  ///< one for each of load_->columns; they must not move
    Statement insert_;
    std::string presentRows_;
    std::unique_ptr<Statement> keep_;  ///< into presentRows_
    sql::BadValues* bad_;
    std::optional<sql::TableDigest> digest_;  ///< of what was written; nothing where it is not verified
    ValueFields fields_;
    TableResult result_;
};

}  // namespace roost::sqlite
