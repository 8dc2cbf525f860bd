// A database source that makes its rows up.
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "roost/plugin.hpp"

namespace {

using namespace roost;

class Counter final : public Source {
public:
    struct Options {
        Location url;
        std::vector<std::string> tables{"items"};
        std::uint64_t rows = 10;
        std::uint64_t failAt = 0;
        std::int64_t delay = 0;
        bool hang = false;
        std::string token;
    };

    static PluginInfo info() {
        return {"counter", "1.0", "Tables with numbered rows, for tests", "database", {"counter"}};
    }
    static const OptionTable<Options>& options() {
        static const auto table =
            OptionTable<Options>()
                .url(&Options::url, "Says nothing more than its scheme.")
                .example("counter:demo")
                .list("tables", &Options::tables, "The tables to make; 'items' without it.")
                .example("[items, orders]")
                .integer("rows", &Options::rows, "Rows of each table.")
                .range(0, 1'000'000'000)
                .integer("fail-at", &Options::failAt,
                         "The row of the first table, counted from 1, at which reading fails; "
                         "0 for none.")
                .range(0, 1'000'000'000)
                .duration("delay", &Options::delay, "0s", "Pause before each batch.")
                .range(0, 3'600'000)
                .boolean("hang", &Options::hang, "Never come back from the first batch.")
                .text("token", &Options::token, "Not used, but never shown either.")
                .secret();
        return table;
    }

    explicit Counter(Options options) : options_(std::move(options)) {}

    Catalog catalog(Context& context) override {
        context_ = &context;
        Catalog catalog;
        catalog.dialect = "counter";
        for (const std::string& name : options_.tables) {
            Table table;
            table.id = static_cast<TableId>(catalog.tables.size());
            table.name = name;
            table.columns = {column("id", TypeKind::int64, false), column("name", TypeKind::text, false),
                             column("quarter", TypeKind::float64, true)};
            table.primaryKey = {"id"};
            table.rows = options_.rows;
            catalog.tables.push_back(std::move(table));
        }
        return catalog;
    }

    bool next(Item& item) override {
        if (table_ == options_.tables.size()) return false;
        const auto id = static_cast<TableId>(table_);
        if (!open_) {
            open_ = true;
            row_ = 0;
            item = TableBegin{id};
        } else if (row_ < options_.rows) {
            item = batch(id);
        } else {
            open_ = false;
            ++table_;
            item = TableEnd{id, options_.rows};
        }
        return true;
    }

private:
    static Column column(std::string name, TypeKind kind, bool nullable) {
        Column result;
        result.name = std::move(name);
        result.type.kind = kind;
        result.nativeType = roost::name(kind);
        result.nullable = nullable;
        return result;
    }

    BatchPtr batch(TableId id) {
        pause();
        constexpr std::size_t columns = 3;
        constexpr std::uint64_t rowsWhenSlow = 100;  // so that a delay is felt
        auto batch = std::make_shared<Batch>(id, columns);
        for (std::uint64_t n = 0; row_ < options_.rows && !batch->full(); ++n) {
            if (options_.delay > 0 && n == rowsWhenSlow) break;
            ++row_;
            if (table_ == 0 && row_ == options_.failAt)
                throw Error("row " + std::to_string(row_) + " of " + options_.tables.front() +
                            " cannot be counted");
            const auto name = batch->store("row " + std::to_string(row_));
            const auto cells = batch->addRow();
            cells[0] = Cell::integer(static_cast<std::int64_t>(row_));
            cells[1] = Cell::view(CellKind::text, name);
            if (row_ % 10 != 0) cells[2] = Cell::real(static_cast<double>(row_) / 4);
        }
        return batch;
    }

    void pause() {
        using namespace std::chrono_literals;
        while (options_.hang) std::this_thread::sleep_for(1s);  // whatever the stop token says
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.delay);
        while (std::chrono::steady_clock::now() < end) {
            if (context_->stopToken().stop_requested()) throw Interrupted();
            context_->alive();
            std::this_thread::sleep_for(1ms);
        }
    }

    Options options_;
    Context* context_ = nullptr;
    std::size_t table_ = 0;
    std::uint64_t row_ = 0;
    bool open_ = false;
};

}  // namespace

ROOST_PLUGIN(Counter)
