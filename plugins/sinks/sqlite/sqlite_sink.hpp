// Sink `database` for sqlite: rows into a SQLite file, all of them or none.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/sql/sqlite/connection.hpp"
#include "lib/stream/partial_file.hpp"
#include "roost/plugin.hpp"
#include "sinks/sqlite/commit_record.hpp"
#include "sinks/sqlite/database_load.hpp"
#include "sinks/sqlite/load_settings.hpp"

namespace roost::sqlite {

class SqliteSink final : public Sink {
public:
    struct Options : sql::DatabaseSinkOptions {
        Location url;
        OnOrphans onOrphans = OnOrphans::fail;
        std::string timestampFormat = "YYYY-MM-DD HH:MM:SS.fff\u00b1hh:mm";
        std::int64_t busyTimeout = 30'000;
    };

    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);
    static Decision decision(const std::string& record, Context& context);
    static std::string recover(const std::string& record, Decision decision, Context& context);

    explicit SqliteSink(Options options);
    ~SqliteSink() override { SqliteSink::abort(); }

    [[nodiscard]] std::string dialect() const override { return "sqlite"; }
    [[nodiscard]] CommitRole commitRole() const override { return CommitRole::decides; }
    [[nodiscard]] std::int64_t firstFree(const Table& table, const std::string& column,
                                         Context& context) override;
    Acceptance accept(const Catalog& catalog, Context& context) override;
    void begin(const Catalog& catalog, Context& context) override;
    void write(Item& item) override;
    void prepare() override;
    void commit() override;
    void tidy() override;
    void abort() noexcept override;
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> summary() const override;

private:
    /// Where the rows are written until commit().
    enum class Place : std::uint8_t { database, newFile, scratch };

    [[nodiscard]] std::chrono::milliseconds busyTimeout() const {
        return std::chrono::milliseconds(options_.busyTimeout);
    }
    [[nodiscard]] Catalog lookAtTarget(const Catalog& incoming, Context& context) const;
    void lookAtUsers(const Catalog& catalog, const sql::LoadPlan& plan, Acceptance& acceptance,
                     Context& context) const;
    void openDatabase(Context& context);
    void openNewFile(Context& context);
    void openScratch(Context& context);
    void note(CommitKind kind, Context& context);
    void failWaiting(const std::string& action);
    void finishNewFile();
    void commitTransaction();
    void renewScratch(const Item& item);
    void giveUp() noexcept;

    Options options_;
    std::filesystem::path path_;
    LoadSettings settings_;
    Place place_ = Place::database;
    Context* context_ = nullptr;
    CommitRecord record_;
    bool journaled_ = false;
    std::unique_ptr<stream::PartialFile> newFile_;  // closed after the connection: SQLite's locks go with it
    std::unique_ptr<Connection> connection_;
    std::optional<sql::BadValues> bad_;  ///< until the commit
    std::unique_ptr<DatabaseLoad> load_;
    std::size_t scratchBytes_ = 0;
    LoadResult result_;
    std::vector<std::pair<std::string, std::string>> badValues_;  ///< as the report has them
};

}  // namespace roost::sqlite
