// Runs a PostgreSQL source to its end and keeps what it gave.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plugins/postgresql/quiet_context.hpp"
#include "roost/catalog.hpp"
#include "roost/item.hpp"
#include "sources/postgresql/postgresql_source.hpp"

namespace roost::test {

using PostgresOptions = postgresql::PostgresqlSource::Options;

struct Collected {
    Catalog catalog;
    std::vector<std::string> order;  ///< tables as they came, by qualified name
    std::map<std::string, std::vector<BatchPtr>> batches;

    [[nodiscard]] const Table& table(const std::string& qualifiedName) const;
    [[nodiscard]] const Column& column(const std::string& table, const std::string& name) const;
    [[nodiscard]] std::vector<std::vector<Cell>> rows(const std::string& qualifiedName) const;
    /// The cell of the only row.
    [[nodiscard]] Cell only(const std::string& table, const std::string& column) const;
    [[nodiscard]] const NativeObject* object(const std::string& type, const std::string& name) const;
    [[nodiscard]] bool warned(const std::string& part) const;
};

/// Also checks the order of items and the counts of TableEnd.
[[nodiscard]] Collected collect(postgresql::PostgresqlSource& source, Context& context);
[[nodiscard]] Collected collect(const PostgresOptions& options, Context& context);
[[nodiscard]] Collected collect(const std::string& url);

[[nodiscard]] PostgresOptions optionsFor(const std::string& url);

/// Compares every cell of every table with the server's own text of it. Rows are compared in scan order.
void requireSameAsServer(const std::string& database, const Collected& collected);

/// The server's own text of a cell of a column; floating-point numbers are compared by their bits elsewhere.
[[nodiscard]] std::string serverText(const Cell& cell, const Column& column);

}  // namespace roost::test
