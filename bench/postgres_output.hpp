// The rows as a script for PostgreSQL.
#pragma once

#include <cstdio>
#include <string>

#include "bench/row_output.hpp"

namespace roost::bench {

/// Writes a script for psql: the tables, the rows by COPY, the indexes. Times are cut to microseconds, which
/// is what PostgreSQL keeps. Throws std::runtime_error.
class PostgresOutput final : public RowOutput {
public:
    /// `file` is written to and left open.
    explicit PostgresOutput(std::FILE* file);

    void begin(std::string_view table, std::size_t columns) override;
    void row(std::span<const Value> values) override;
    void end() override;
    void finish() override;

private:
    void add(const Value& value);
    void flush();

    std::FILE* file_;
    std::string text_;
};

}  // namespace roost::bench
