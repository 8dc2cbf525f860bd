// Which users a pipeline asks for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/sql/name_pattern.hpp"
#include "roost/catalog.hpp"
#include "roost/option_table.hpp"
#include "roost/row_condition.hpp"
#include "roost/stage.hpp"

namespace roost::ownership {

struct UserOptions {
    std::vector<std::string> users;    ///< names, exact or with * and ?
    std::vector<std::string> exclude;  ///< likewise
    TextMap where;                     ///< column and pattern; all have to fit
    std::vector<std::string> names = {"id", "username", "email"};
    bool allowEmpty = false;
};

/// Finds out which users are meant. A name is first taken to the letter; only where nobody is called so are *
/// and ? in it a pattern. A name that is nobody's, and one that is one user's name and another's e-mail, are
/// errors.
class UserChoice {
public:
    /// Throws roost::Error where the table has none of the columns.
    UserChoice(const Table& users, std::string dialect, UserOptions options);

    /// The columns that contains() wants, in this order; the primary key's come first.
    [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
    /// Looks at the users. Throws roost::Error, with near names, where the choice comes to nothing. `each`
    /// gets every chosen user's row.
    void resolve(SourceAccess& sources, const std::function<void(std::span<const Cell>)>& each);
    /// Whether the user of this row is chosen; after resolve().
    [[nodiscard]] bool contains(std::span<const Cell> row) const;

private:
    /// A name that was asked for.
    struct Asked {
        std::string text;
        bool excluded = false;
        bool exact = false;             ///< somebody is called so
        std::optional<std::size_t> by;  ///< the column in which the first was found
        std::string first;              ///< whose key that is
        std::uint64_t patternHits = 0;
        [[nodiscard]] bool isPattern() const;
    };

    void findExact(std::span<const Cell> row);
    void noteNear(std::span<const Cell> row);
    [[nodiscard]] std::optional<RowCondition> exactly() const;
    [[nodiscard]] std::vector<std::optional<std::string>> namesIn(std::span<const Cell> row) const;
    [[nodiscard]] std::string keyOf(std::span<const Cell> row) const;
    [[nodiscard]] bool fits(const Asked& asked, const std::vector<std::optional<std::string>>& names) const;
    [[nodiscard]] bool meetsWhere(std::span<const Cell> row) const;
    void refuseUnknown() const;

    const Table& users_;
    std::string dialect_;
    UserOptions options_;
    std::vector<std::string> columns_;
    std::vector<LogicalType> types_;  ///< of the columns
    std::size_t keys_ = 0;            ///< how many of the columns are the key's
    std::vector<std::size_t> names_;  ///< positions in columns_
    std::vector<std::pair<std::size_t, sql::NamePattern>> where_;
    std::vector<Asked> asked_;
    std::multimap<std::string, std::size_t, std::less<>> byText_;  ///< positions in asked_
    std::map<std::size_t, std::vector<std::string>> near_;         ///< by position in asked_
};

}  // namespace roost::ownership
