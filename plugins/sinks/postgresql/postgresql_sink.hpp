// Sink `database` for postgresql: tables restored in one transaction.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/sql/load_plan.hpp"
#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/transaction_record.hpp"
#include "roost/plugin.hpp"
#include "sinks/postgresql/load.hpp"
#include "sinks/postgresql/load_settings.hpp"

namespace roost::postgresql {

class PostgresqlSink final : public Sink {
public:
    struct Options : sql::DatabaseSinkOptions {
        Location url;
        OnOrphans onOrphans = OnOrphans::fail;
        std::int64_t lockTimeout = 30'000;
    };

    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);
    static Decision decision(const std::string& record, Context& context);
    static std::string recover(const std::string& record, Decision decision, Context& context);

    explicit PostgresqlSink(Options options);

    [[nodiscard]] std::string dialect() const override { return "postgresql"; }
    [[nodiscard]] CommitRole commitRole() const override { return CommitRole::decides; }
    [[nodiscard]] std::int64_t firstFree(const Table& table, const std::string& column,
                                         Context& context) override;
    Acceptance accept(const Catalog& catalog, Context& context) override;
    void begin(const Catalog& catalog, Context& context) override;
    void write(Item& item) override { load_->write(item); }
    void prepare() override;
    void commit() override;
    void abort() noexcept override;
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> summary() const override;

private:
    Acceptance accept(sql::postgresql::Connection& connection, const Catalog& catalog, Context& context);
    [[nodiscard]] bool mayRehearse(sql::postgresql::Connection& connection, Acceptance& acceptance) const;

    Options options_;
    sql::postgresql::ConnectionSettings connectionSettings_;
    LoadSettings settings_;
    Context* context_ = nullptr;
    std::unique_ptr<sql::postgresql::Connection> connection_;
    std::optional<Load> load_;
    sql::postgresql::TransactionRecord record_;
    LoadTotals totals_;
};

}  // namespace roost::postgresql
