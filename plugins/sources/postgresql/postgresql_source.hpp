// Source `database` for postgresql: the tables of a database, from one snapshot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/sql/postgresql/catalog_reader.hpp"
#include "lib/sql/postgresql/snapshot.hpp"
#include "lib/sql/postgresql/table_scan.hpp"
#include "roost/plugin.hpp"

namespace roost::postgresql {

class PostgresqlSource final : public Source {
public:
    struct Options {
        Location url;
        std::vector<std::string> schemas;
        std::vector<std::string> tables;
        std::vector<std::string> excludeTables;
        TextMap types;
        sql::postgresql::RowOrder order = sql::postgresql::RowOrder::scan;
        std::int64_t lockTimeout = 60'000;
    };

    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);

    explicit PostgresqlSource(Options options) : options_(std::move(options)) {}

    Catalog catalog(Context& context) override;
    bool next(Item& item) override;
    [[nodiscard]] RowAccess rowAccess() const override { return RowAccess::chosen; }
    void reread(const std::vector<TableRead>& reads, const RowVisitor& visit) override;
    std::uint64_t restrict(TableId table, const RowCondition& rows) override;

private:
    [[nodiscard]] std::string conditionOn(const RowCondition& rows) const;
    void readGenerated(Catalog& catalog, const std::string& target);

    Options options_;
    sql::postgresql::Snapshot snapshot_;
    std::vector<sql::postgresql::TableDescription> tables_;
    std::vector<std::size_t> order_;  ///< positions in tables_, parents first
    std::size_t current_ = 0;         ///< position in order_
    std::optional<sql::postgresql::TableScan> scan_;
    std::vector<std::string> conditions_;  ///< for each table; "" for all rows
    bool counts_ = false;
};

}  // namespace roost::postgresql
