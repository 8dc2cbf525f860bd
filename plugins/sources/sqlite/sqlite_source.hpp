// Source `database` for sqlite: every table of a SQLite file, from one consistent state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/sql/sqlite/snapshot.hpp"
#include "roost/plugin.hpp"
#include "sources/sqlite/table_scan.hpp"

namespace roost::sqlite {

class SqliteSource final : public Source {
public:
    struct Options {
        Location url;
        SnapshotMode snapshot = SnapshotMode::automatic;
        std::vector<std::string> tables;
        std::vector<std::string> excludeTables;
        TextMap types;
        bool infer = false;
        RowOrder order = RowOrder::scan;
        std::int64_t busyTimeout = 30'000;
    };

    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);

    explicit SqliteSource(Options options) : options_(std::move(options)) {}

    Catalog catalog(Context& context) override;
    bool next(Item& item) override;
    [[nodiscard]] RowAccess rowAccess() const override { return RowAccess::chosen; }
    void reread(const std::vector<TableRead>& reads, const RowVisitor& visit) override;
    std::uint64_t restrict(TableId table, const RowCondition& rows) override;

private:
    [[nodiscard]] std::string conditionOn(const RowCondition& rows) const;

    Options options_;
    Catalog catalog_;
    std::unique_ptr<Connection> connection_;
    std::optional<ByteOrder> encoding_;
    std::vector<std::size_t> order_;  ///< positions in catalog_.tables, parents first
    std::size_t current_ = 0;         ///< position in order_
    std::unique_ptr<TableScan> scan_;
    std::vector<std::string> conditions_;  ///< for each table; "" for all rows
    bool counts_ = false;
};

}  // namespace roost::sqlite
