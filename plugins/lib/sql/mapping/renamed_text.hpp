// Native text of a table whose columns, or which itself, got other names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/sql/mapping/dialect.hpp"
#include "lib/sql/name_pattern.hpp"

namespace roost::sql::mapping {

/// What became of the columns of one table.
class ColumnNames {
public:
    explicit ColumnNames(NameCase nameCase = NameCase::exact) : nameCase_(nameCase) {}

    /// The next column; nothing as its new name where it is dropped.
    void add(std::string before, std::optional<std::string> after) {
        changed_ = changed_ || after != before;
        entries_.push_back({std::move(before), std::move(after)});
    }
    void drop(std::size_t place) {
        changed_ = true;
        entries_[place].after.reset();
    }

    struct Entry {
        std::string before;
        std::optional<std::string> after;
        [[nodiscard]] bool isDropped() const noexcept { return !after; }
        [[nodiscard]] bool isChanged() const noexcept { return after != before; }
    };
    /// The one of that former name, or null.
    [[nodiscard]] const Entry* find(std::string_view before) const noexcept;
    [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
    [[nodiscard]] bool anyChanged() const noexcept { return changed_; }
    /// True if a new name, and no former one, is this.
    [[nodiscard]] bool isNew(std::string_view name) const noexcept;

private:
    NameCase nameCase_;
    bool changed_ = false;
    std::vector<Entry> entries_;
};

struct RenamedText {
    std::optional<std::string> sql;
    std::string why;  ///< where there is none: "it uses column 'a', which is dropped"
    bool usesDropped = false;
};

/// An expression with the new names, everything else to the letter.
[[nodiscard]] RenamedText renameInExpression(const std::string& sql, Dialect dialect,
                                             const ColumnNames& names);

/// The same for CREATE INDEX, which then stands on the table that is called `table`, quoted and qualified as
/// the dialect wants it.
[[nodiscard]] RenamedText renameInIndex(const std::string& sql, Dialect dialect, const ColumnNames& names,
                                        const std::string& table);

/// True if the text has this name as a whole word, whatever the case of its ASCII letters: perhaps it means
/// something else, but it surely doesn't mean it where this is false.
[[nodiscard]] bool mentions(std::string_view sql, std::string_view name);

}  // namespace roost::sql::mapping
