// Which columns speak of files, so that a backup's tables and files can be held against each other.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roost::archive {

/// A column whose values name files: `<table>.<column>: <kind>: ...<front>{user}<middle>{path}`.
struct FileColumn {
    std::string table;
    std::string column;
    std::string kind;
    std::string front;   ///< stands before the user, at the value's beginning or behind a '/'
    std::string middle;  ///< stands between the user and the path
};

/// A column that holds what a file holds: `<table>.<column>: <kind>/{key}/<path>`.
struct ContentColumn {
    std::string table;
    std::string column;
    std::string kind;
    std::string path;  ///< below the folder of the user that the row's primary key names
};

struct ContentRules {
    std::vector<FileColumn> files;
    std::vector<ContentColumn> contents;
};

/// The options as they are written: pairs of a column and a pattern.
using ColumnPatterns = std::vector<std::pair<std::string, std::string>>;

/// The options as Aviary needs them.
[[nodiscard]] ColumnPatterns aviaryFileColumns();
[[nodiscard]] ColumnPatterns aviaryContentColumns();

/// Reads one pair of the options. Throws roost::Error that says how it should look.
[[nodiscard]] FileColumn fileColumn(std::string_view column, std::string_view pattern);
[[nodiscard]] ContentColumn contentColumn(std::string_view column, std::string_view pattern);
[[nodiscard]] ContentRules contentRules(const ColumnPatterns& fileColumns,
                                        const ColumnPatterns& contentColumns);

}  // namespace roost::archive
