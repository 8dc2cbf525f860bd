// The rows of one table, from its TableBegin to its TableEnd.
#pragma once

#include <cstdint>
#include <optional>

#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/table_copy.hpp"
#include "lib/sql/rejection/bad_values.hpp"
#include "roost/context.hpp"
#include "sinks/postgresql/destination.hpp"
#include "sinks/postgresql/load_settings.hpp"

namespace roost::postgresql {

/// Copies them into their destination, and tells what was converted. Throws Error, ServerError, Interrupted.
class RowLoad {
public:
    /// All of them outlive it. Where the rows are to be verified the destination gets its digest by finish().
    RowLoad(sql::postgresql::Connection& connection, Destination& destination, const LoadSettings& settings,
            sql::BadValues& bad, Context& context);
    RowLoad(const RowLoad&) = delete;
    RowLoad& operator=(const RowLoad&) = delete;

    void add(const BatchPtr& batch) { copy_->add(batch); }
    /// Returns how many rows the table has taken of the `came` that came.
    std::uint64_t finish(std::uint64_t came);

private:
    [[nodiscard]] bool isVerified() const;
    [[nodiscard]] bool widen(const sql::postgresql::TargetColumn& column);
    void tellConversions();

    sql::postgresql::Connection& connection_;
    Destination& destination_;
    const LoadSettings& settings_;
    sql::BadValues& bad_;
    Context& context_;
    std::optional<sql::postgresql::TableCopy> copy_;
};

}  // namespace roost::postgresql
