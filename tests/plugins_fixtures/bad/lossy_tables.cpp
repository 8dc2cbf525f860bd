// A database sink that loses a part of what it is given. The source `sqlite` reads what it writes. Columns of
// times, of which it keeps nothing, are told as losses.
#include <sqlite3.h>

#include <memory>
#include <string>
#include <variant>

#include "roost/plugin.hpp"

namespace {

using namespace roost;

bool isKept(const Column& column) {
    switch (column.type.kind) {
        case TypeKind::date:
        case TypeKind::time:
        case TypeKind::timestamp:
        case TypeKind::interval:
        case TypeKind::boolean:
            return false;
        default:
            return true;
    }
}

class LossyTables final : public Sink {
public:
    enum class Way { none, silent, row, table, shortens, rounds, nulls };
    struct Options {
        Location url;
        Way way = Way::none;
    };

    static PluginInfo info() {
        return {"lossy-tables", "1.0", "Loses a part of what it is given, for tests", "lossy", {"sqlite"}};
    }
    static const OptionTable<Options>& options() {
        static const auto table =
            OptionTable<Options>()
                .url(&Options::url, "The file.")
                .example("sqlite:x.db")
                .choice("way", &Options::way,
                        {"none", "silent", "row", "table", "shortens", "rounds", "nulls"}, "What it loses.");
        return table;
    }

    explicit LossyTables(Options options) : options_(std::move(options)) {}

    Acceptance accept(const Catalog& catalog, Context&) override {
        Acceptance acceptance;
        acceptance.tables = true;
        acceptance.target = options_.url.path();
        if (options_.way == Way::silent) return acceptance;
        for (const Table& table : catalog.tables)
            for (const Column& column : table.columns)
                if (!isKept(column))
                    acceptance.losses.push_back(
                        {table.schema, table.name, "column '" + column.name + "' is left out", ""});
        return acceptance;
    }
    void begin(const Catalog& catalog, Context&) override {
        catalog_ = &catalog;
        sqlite3* opened = nullptr;
        if (sqlite3_open(options_.url.path().c_str(), &opened) != SQLITE_OK) throw Error("cannot open it");
        database_.reset(opened);
        run("BEGIN");
        for (const Table& table : catalog.tables) {
            std::string columns;
            for (const Column& column : table.columns)
                if (isKept(column)) columns += (columns.empty() ? "" : ", ") + column.name + " BLOB";
            if (options_.way != Way::table || table.name != "documents")
                run("CREATE TABLE " + table.name + "(" + columns + ")");
        }
    }
    void write(Item& item) override {
        const auto* batch = std::get_if<BatchPtr>(&item);
        if (batch == nullptr) return;
        const Table& table = *catalog_->find((*batch)->table());
        if (options_.way == Way::table && table.name == "documents") return;
        for (std::size_t i = 0; i < (*batch)->rows(); ++i) {
            if (options_.way == Way::row && table.name == "users" && i == 1) continue;
            insert(table, (*batch)->row(i));
        }
    }
    void prepare() override {}
    void commit() override { run("COMMIT"); }
    void abort() noexcept override { database_.reset(); }

private:
    void run(const std::string& sql) {
        if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            throw Error("cannot run " + sql + ": " + sqlite3_errmsg(database_.get()));
    }
    void insert(const Table& table, std::span<const Cell> row) {
        std::string places;
        for (const Column& column : table.columns)
            if (isKept(column)) places += places.empty() ? "?" : ", ?";
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(database_.get(),
                           ("INSERT INTO " + table.name + " VALUES (" + places + ")").c_str(), -1, &statement,
                           nullptr);
        int parameter = 0;
        for (std::size_t i = 0; i < row.size(); ++i)
            if (isKept(table.columns[i])) bind(statement, ++parameter, row[i]);
        sqlite3_step(statement);
        sqlite3_finalize(statement);
    }
    void bind(sqlite3_stmt* statement, int parameter, const Cell& cell) const {
        const auto size = [&](std::size_t all) {
            return static_cast<int>(options_.way == Way::shortens && all > 20 ? 20 : all);
        };
        if (cell.isNull()) return;
        if (cell.kind() == CellKind::integer) {
            sqlite3_bind_int64(statement, parameter, cell.integer());
        } else if (cell.kind() == CellKind::real) {
            if (options_.way == Way::nulls && cell.real() == 0.1) return;
            const double value = cell.real() == 0.1 && options_.way == Way::rounds ? 0.0 : cell.real();
            sqlite3_bind_double(statement, parameter, value);
        } else if (cell.kind() == CellKind::bytes || cell.kind() == CellKind::uuid) {
            sqlite3_bind_blob(statement, parameter, cell.text().empty() ? "" : cell.text().data(),
                              size(cell.text().size()), SQLITE_STATIC);
        } else {
            sqlite3_bind_text(statement, parameter, cell.text().empty() ? "" : cell.text().data(),
                              size(cell.text().size()), SQLITE_STATIC);
        }
    }

    struct Close {
        void operator()(sqlite3* database) const noexcept { sqlite3_close(database); }
    };
    Options options_;
    const Catalog* catalog_ = nullptr;
    std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace

ROOST_PLUGIN(LossyTables)
