// A transform that breaks what it was given, in the way that it is told.
#include <string>
#include <variant>
#include <vector>

#include "roost/plugin.hpp"

namespace {

using namespace roost;

class ImpossibleTransform final : public Transform {
public:
    enum class Way {
        none,
        wrongColumns,
        wrongTable,
        noBatch,
        wrongCount,
        dropsEnd,
        renumbers,
        changesBatch,
        refusesBytes,
        hoards,
        oneName,
        oneFolder,
        otherKind,
        dropsFiles,
        dropsFilesAndTells
    };
    struct Options {
        Way way = Way::none;
    };

    static PluginInfo info() {
        return {"impossible", "1.0", "Breaks what it was given, for tests", "impossible", {"impossible"}};
    }
    static const OptionTable<Options>& options() {
        static const auto table = OptionTable<Options>().choice(
            "way", &Options::way,
            {"none", "wrong-columns", "wrong-table", "no-batch", "wrong-count", "drops-end", "renumbers",
             "changes-batch", "refuses-bytes", "hoards", "one-name", "one-folder", "other-kind",
             "drops-files", "drops-files-and-tells"},
            "What is wrong.");
        return table;
    }

    explicit ImpossibleTransform(Options options) : options_(options) {}

    void rewrite(Catalog& catalog, Context&) override {
        if (is(Way::renumbers))
            for (Table& table : catalog.tables) table.id += 100;
        if (is(Way::dropsFilesAndTells))
            for (EntryKindTotals& kind : catalog.entryKinds) kind = {kind.kind, 0, 0, 0, 0, Coverage::files};
    }
    bool apply(Item& item) override {
        if (auto* batch = std::get_if<BatchPtr>(&item)) change(*batch);
        if (auto* entry = std::get_if<Entry>(&item)) return change(*entry);
        if (auto* end = std::get_if<TableEnd>(&item)) {
            if (is(Way::wrongCount)) ++end->rows;
            return !is(Way::dropsEnd);
        }
        return true;
    }

private:
    [[nodiscard]] bool is(Way way) const { return options_.way == way; }

    [[nodiscard]] bool change(Entry& entry) const {
        if (is(Way::oneName)) entry.path = "everything.bin";
        if (is(Way::oneFolder)) entry.path = entry.path.ends_with("0.bin") ? "all" : "all/" + entry.path;
        if (is(Way::otherKind)) entry.kind = "letters";
        return !is(Way::dropsFiles) && !is(Way::dropsFilesAndTells);
    }
    void change(BatchPtr& batch) {
        if (is(Way::hoards)) hoard_.push_back(batch);
        if (is(Way::noBatch)) batch = nullptr;
        if (is(Way::wrongColumns)) batch = std::make_shared<Batch>(batch->table(), batch->columns() + 1);
        if (is(Way::wrongTable)) batch = std::make_shared<Batch>(batch->table() + 1, batch->columns());
        if (is(Way::changesBatch) && !batch->empty()) {
            const std::span<const Cell> row = batch->row(0);
            const_cast<Cell&>(row.back()) = Cell::null();
        }
        if (is(Way::refusesBytes))
            for (std::size_t i = 0; i < batch->rows(); ++i)
                for (const Cell& cell : batch->row(i))
                    if (cell.kind() == CellKind::bytes) throw Error("it takes no bytes");
    }

    Options options_;
    std::vector<BatchPtr> hoard_;
};

}  // namespace

ROOST_PLUGIN(ImpossibleTransform)
