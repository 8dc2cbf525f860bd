// ${NAME} in a definition's text values.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/yaml_reader.hpp"
#include "roost/diagnostic.hpp"
#include "roost/node.hpp"

namespace roost {

/// What --set gave, by name.
using SetValues = std::map<std::string, std::string>;

/// "20060102_150405" in UTC.
[[nodiscard]] std::string formatTimestamp(std::chrono::system_clock::time_point time);

/// Replaces ${NAME}, ${NAME:-default}, ${NAME:?message} and $$ in the text values of one definition. A name
/// is looked up in --set, `vars`, the built-in ones (timestamp, pipeline), the environment, and the file that
/// NAME_FILE names in the environment.
class Interpolation {
public:
    /// All of these must outlive the interpolation. `vars` may be null; `pipelineName` is the node of `name`,
    /// or null.
    Interpolation(const SetValues& set, const Node* vars, const Node* pipelineName, const SourceText& source,
                  const ScalarRanges& scalars, std::chrono::system_clock::time_point time,
                  Diagnostics& diagnostics);
    ~Interpolation();
    Interpolation(const Interpolation&) = delete;
    Interpolation& operator=(const Interpolation&) = delete;

    /// Expands every scalar below `node` in place, keys excepted. One that cannot be expanded keeps its text,
    /// gets a diagnostic and is listed in unresolved().
    void expand(Node& node);
    /// Expands the vars that nothing has asked for yet, so that their mistakes are told as well.
    void expandVars();

    /// The positions of scalars that could not be expanded.
    [[nodiscard]] const std::vector<Position>& unresolved() const noexcept;
    /// The scalars that are one reference and nothing else, by their place, with the name in it. Built-in
    /// names are not among them.
    [[nodiscard]] const std::vector<std::pair<Position, std::string>>& references() const noexcept;
    /// Every name that the definition mentions or gives in `vars`, also in defaults that were not needed.
    [[nodiscard]] const std::set<std::string>& names() const noexcept;

private:
    class Expander;
    std::unique_ptr<Expander> expander_;
};

}  // namespace roost
