// The transform `select`: some tables, columns, rows and files of all that come.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/sql/mapping/ruled_mapping.hpp"
#include "roost/plugin.hpp"
#include "transforms/select/file_choice.hpp"
#include "transforms/select/row_choice.hpp"
#include "transforms/select/table_choice.hpp"

namespace roost {

class Select final : public Transform {
public:
    struct Options : select::TableOptions, select::FileOptions {
        std::vector<select::WhereRecord> where;
    };

    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);

    explicit Select(Options options) : options_(std::move(options)) {}

    void rewrite(Catalog& catalog, Context& context) override;
    bool apply(Item& item) override;

private:
    void rewriteTables(Catalog& catalog);
    void tellOfReferences(const Catalog& catalog) const;
    [[nodiscard]] bool changesTables() const {
        return !options_.tables.empty() || !options_.excludeTables.empty() || !options_.columns.empty() ||
               !options_.excludeColumns.empty() || !options_.where.empty();
    }
    bool applyBatch(BatchPtr& batch);

    Options options_;
    Context* context_ = nullptr;
    std::unique_ptr<select::FileChoice> files_;
    select::RowChoice rows_;
    sql::mapping::RowChanges changes_;
    std::uint64_t kept_ = 0;  ///< rows of the table that is open
};

}  // namespace roost
