// Globs for paths of files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/sql/name_pattern.hpp"

namespace roost::select {

/// `*` and `?` stay within one part of a path, `**` as a part stands for any number of them, `\` takes the
/// next character as it is. A pattern without a `/` is about a name in any folder, one that begins with `/`
/// about the top. What matches a folder takes all that is in it.
class PathPattern {
public:
    explicit PathPattern(const std::string& text);

    /// True if the path, or a folder that it lies in, matches.
    [[nodiscard]] bool takes(std::string_view path) const;
    /// True if the folder may hold something that is taken.
    [[nodiscard]] bool mayHold(std::string_view folder) const;

private:
    enum class Match { none, possible, whole };
    [[nodiscard]] Match match(std::string_view path) const;
    void skipAny(std::vector<bool>& states) const;

    std::vector<std::optional<sql::NamePattern>> parts_;  ///< nothing stands for `**`
};

}  // namespace roost::select
