#include "transforms/select/table_choice.hpp"

#include "lib/sql/column_pattern.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::select {

using sql::columnNames;
using sql::ColumnPattern;
using sql::failMissing;
using sql::NameCase;
using sql::NamePattern;
using sql::tableNames;
using sql::takesTable;
using storage::shownName;

namespace {

class Choice {
public:
    Choice(const Catalog& catalog, NameCase nameCase, Context& context)
        : catalog_(catalog), nameCase_(nameCase), context_(context) {
        for (const Table& table : catalog.tables) {
            changes_.emplace_back();
            changes_.back().columns.resize(table.columns.size());
        }
    }

    std::vector<sql::mapping::TableChange> choose(const TableOptions& options) {
        for (sql::mapping::TableChange& change : changes_) change.drop = !options.tables.empty();
        for (const std::string& text : options.tables) markTables("tables", text, false);
        for (const std::string& text : options.excludeTables) markTables("exclude-tables", text, true);
        keepColumns(options.columns);
        for (const std::string& text : options.excludeColumns) dropColumns(text);
        return std::move(changes_);
    }

private:
    void markTables(const char* option, const std::string& text, bool drop) {
        const NamePattern pattern(text, nameCase_);
        bool found = false;
        for (std::size_t i = 0; i < changes_.size(); ++i)
            if (takesTable(pattern, catalog_.tables[i])) {
                changes_[i].drop = drop;
                found = true;
            }
        if (found) return;
        if (pattern.isPlain()) failMissing(option, "table", text, tableNames(catalog_));
        context_.warn("no table matches '" + shownName(text) + "' in '" + option + "'");
    }

    void keepColumns(const std::vector<std::string>& texts) {
        std::vector<bool> named(changes_.size());
        std::vector<std::vector<bool>> kept(changes_.size());
        for (std::size_t i = 0; i < changes_.size(); ++i) kept[i].resize(changes_[i].columns.size());
        for (const std::string& text : texts) {
            const ColumnPattern pattern(text, nameCase_);
            for (std::size_t i = 0; i < changes_.size(); ++i)
                if (pattern.takesTable(catalog_.tables[i])) named[i] = true;
            if (!visit(pattern, [&](std::size_t i, std::size_t j) { kept[i][j] = true; }))
                missingColumn("columns", text, pattern);
        }
        for (std::size_t i = 0; i < changes_.size(); ++i)
            for (std::size_t j = 0; named[i] && j < kept[i].size(); ++j)
                changes_[i].columns[j].drop = !kept[i][j];
    }

    void dropColumns(const std::string& text) {
        const ColumnPattern pattern(text, nameCase_);
        if (!visit(pattern, [&](std::size_t i, std::size_t j) { changes_[i].columns[j].drop = true; }))
            missingColumn("exclude-columns", text, pattern);
    }

    /// True if the pattern matched anything.
    template <class Mark>
    bool visit(const ColumnPattern& pattern, Mark mark) const {
        bool found = false;
        for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
            const Table& table = catalog_.tables[i];
            for (std::size_t j = 0; j < table.columns.size(); ++j)
                if (pattern.takesColumn(table, table.columns[j])) {
                    mark(i, j);
                    found = true;
                }
        }
        return found;
    }

    void missingColumn(const char* option, const std::string& text, const ColumnPattern& pattern) const {
        if (pattern.isPlain()) failMissing(option, "column", text, columnNames(catalog_));
        context_.warn("no column matches '" + shownName(text) + "' in '" + option + "'");
    }

    const Catalog& catalog_;
    NameCase nameCase_;
    Context& context_;
    std::vector<sql::mapping::TableChange> changes_;
};

}  // namespace

std::vector<sql::mapping::TableChange> chooseTables(const Catalog& catalog, const TableOptions& options,
                                                    NameCase nameCase, Context& context) {
    return Choice(catalog, nameCase, context).choose(options);
}

}  // namespace roost::select
