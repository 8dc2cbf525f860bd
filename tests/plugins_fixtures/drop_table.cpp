// A transform that leaves tables out.
#include <algorithm>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "roost/plugin.hpp"

namespace {

using namespace roost;

class DropTable final : public Transform {
public:
    struct Options {
        std::vector<std::string> names;
    };

    static PluginInfo info() {
        return {"drop-table", "1.0", "Leaves tables out, for tests", "drop-table", {"drop-table"}};
    }
    static const OptionTable<Options>& options() {
        static const auto table = OptionTable<Options>()
                                      .list("names", &Options::names, "The tables to leave out.")
                                      .required()
                                      .example("[items]");
        return table;
    }

    explicit DropTable(Options options) : options_(std::move(options)) {}

    void rewrite(Catalog& catalog, Context&) override {
        for (const std::string& name : options_.names) {
            const auto found = std::ranges::find(catalog.tables, name, &Table::name);
            if (found == catalog.tables.end()) throw Error("there is no table '" + name + "' to leave out");
            dropped_.insert(found->id);
            catalog.tables.erase(found);
        }
    }

    bool apply(Item& item) override {
        return std::visit([&](const auto& content) { return keeps(content); }, item);
    }

private:
    [[nodiscard]] bool keeps(const TableBegin& begin) const { return !dropped_.contains(begin.table); }
    [[nodiscard]] bool keeps(const TableEnd& end) const { return !dropped_.contains(end.table); }
    [[nodiscard]] bool keeps(const BatchPtr& batch) const { return !dropped_.contains(batch->table()); }
    [[nodiscard]] static bool keeps(const Entry&) { return true; }

    Options options_;
    std::set<TableId> dropped_;
};

}  // namespace

ROOST_PLUGIN(DropTable)
