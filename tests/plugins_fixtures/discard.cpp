// An archive sink that keeps nothing but counts, which it writes as JSON when it commits.
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <variant>

#include "roost/plugin.hpp"

namespace {

using namespace roost;

class Discard final : public Sink {
public:
    enum class Step { none, begin, write, prepare, commit };
    struct Options {
        Location url;
        std::string file;
        Step failIn = Step::none;
        std::vector<std::string> destroys;
    };

    static PluginInfo info() {
        return {"discard", "1.0", "Counts what it gets and keeps nothing, for tests", "archive", {"discard"}};
    }
    static const OptionTable<Options>& options() {
        static const auto table =
            OptionTable<Options>()
                .url(&Options::url, "Where an archive would go.")
                .example("file:nothing.discard")
                .text("file", &Options::file, "Where the counts are written as JSON on commit.")
                .choice("fail-in", &Options::failIn, {"none", "begin", "write", "prepare", "commit"},
                        "The step that fails.")
                .list("destroys", &Options::destroys, "What it says that it will replace.");
        return table;
    }

    explicit Discard(Options options) : options_(std::move(options)) {}

    Acceptance accept(const Catalog&, Context&) override {
        Acceptance acceptance;
        acceptance.tables = true;
        acceptance.entries = true;
        acceptance.target = options_.url.redacted();
        acceptance.destroys = options_.destroys;
        return acceptance;
    }
    void begin(const Catalog& catalog, Context&) override {
        failIn(Step::begin);
        for (const Table& table : catalog.tables) names_[table.id] = table.qualifiedName();
    }
    void write(Item& item) override {
        failIn(Step::write);
        std::visit([&](auto& content) { count(content); }, item);
    }
    void prepare() override { failIn(Step::prepare); }
    void commit() override {
        failIn(Step::commit);
        if (options_.file.empty()) return;
        const std::string temporary = options_.file + ".part";
        std::ofstream(temporary) << json();
        std::filesystem::rename(temporary, options_.file);
    }
    void abort() noexcept override {}
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> summary() const override {
        return {{"files", std::to_string(files_)}, {"bytes", std::to_string(bytes_)}};
    }

private:
    void failIn(Step step) const {
        if (options_.failIn == step) throw Error("discard was told to fail here");
    }
    void count(const TableBegin& begin) { rows_[begin.table] = 0; }
    void count(const BatchPtr& batch) { rows_[batch->table()] += batch->rows(); }
    static void count(const TableEnd&) {}
    void count(Entry& entry) {
        ++files_;
        std::array<std::byte, 65536> buffer{};
        if (!entry.content) return;
        while (const std::size_t got = entry.content->read(buffer)) bytes_ += got;
    }
    /// The names that it is given in tests need no escaping.
    [[nodiscard]] std::string json() const {
        std::string text = "{\"tables\":{";
        for (const auto& [table, rows] : rows_)
            text += (text.back() == '{' ? "\"" : ",\"") + names_.at(table) + "\":" + std::to_string(rows);
        return text + "},\"files\":" + std::to_string(files_) + ",\"bytes\":" + std::to_string(bytes_) +
               "}\n";
    }

    Options options_;
    std::map<TableId, std::string> names_;
    std::map<TableId, std::uint64_t> rows_;
    std::uint64_t files_ = 0;
    std::uint64_t bytes_ = 0;
};

}  // namespace

ROOST_PLUGIN(Discard)
