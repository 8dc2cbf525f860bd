// A source of made-up data that asks of a stage all that it may have to take.
//
//   users       id (a uuid as text), username, email, is_admin, created_at
//   documents   id, user_id (refers to users), title, pages
//   everything  id, and a column of each logical type: of each its usual values, its limits, and NULL
//   empty       no rows
//   mixed       with Content::mixed: any kind of value in any column
//
// Files of the kinds documents and configs of two users; their names hold blanks, other scripts and a
// newline.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "roost/stage.hpp"

namespace roost::conformance {

struct Content {
    std::string dialect;  ///< of the catalog
    bool tables = true;
    bool files = true;
    bool rows = true;        ///< false leaves every table empty
    bool mixed = false;      ///< also a table with any kind of value in any column
    std::uint64_t bulk = 0;  ///< bytes that documents and one large file get beside the rest, each
    /// Called before each item and each piece of a file, with how many there were before; may throw.
    std::function<void(std::uint64_t step)> at = [](std::uint64_t) {};
    /// Sees each batch as it is handed on.
    std::function<void(const BatchPtr&)> given = [](const BatchPtr&) {};
};

/// Gives its rows again as often as it is asked, but knows no conditions.
class GeneratedSource final : public Source {
public:
    explicit GeneratedSource(Content content);
    ~GeneratedSource() override;
    Catalog catalog(Context& context) override;
    bool next(Item& item) override;
    [[nodiscard]] RowAccess rowAccess() const override { return RowAccess::again; }
    void chooseOwners(std::shared_ptr<const OwnerChoice> owners, Catalog& catalog) override;
    void reread(const std::vector<TableRead>& reads, const RowVisitor& visit) override;

private:
    class Reader;
    struct File {
        std::string kind;
        std::string owner;
        std::string path;
        std::uint64_t size = 0;
        bool folder = false;
    };

    [[nodiscard]] std::uint64_t rowsOf(const Table& table) const;
    [[nodiscard]] BatchPtr batch(const Table& table, std::uint64_t& row) const;
    void count(std::vector<EntryKindTotals>& totals) const;
    Item file(const File& file);
    void step();

    Content content_;
    Catalog catalog_;
    std::vector<File> files_;
    std::size_t table_ = 0;
    std::size_t file_ = 0;
    std::uint64_t row_ = 0;
    std::uint64_t steps_ = 0;
    bool open_ = false;
};

}  // namespace roost::conformance
