// A pipeline definition: what its YAML file says, before any plugin has a say.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/interpolation.hpp"
#include "pipeline/source_text.hpp"
#include "pipeline/yaml_reader.hpp"
#include "roost/diagnostic.hpp"
#include "roost/plugin.hpp"

namespace roost {

/// One entry of `sources`, `transforms` or `sinks`.
struct StageDefinition {
    PluginKind kind = PluginKind::source;
    std::string plugin;  ///< a role or an exact plugin name, as written
    Position pluginPosition;
    Node settings;      ///< the stage's mapping without `plugin`
    Position position;  ///< of the stage
};

struct Definition {
    SourceText source;
    ScalarRanges scalars;
    bool isReadable = false;  ///< the file is YAML, and what follows was read from it
    std::string name;
    std::string description;
    /// The definition that runs before this one, relative to the folder of this one's file; nothing where
    /// there is none.
    std::optional<std::filesystem::path> before;
    Position beforePosition;
    /// This one is planned first, and the other runs only where the plan replaces something.
    bool beforeWhenReplacing = false;
    /// What the definition that runs before gets as if by --set; goes before what the user gives.
    SetValues beforeSet;
    Position beforeSetPosition;
    std::vector<StageDefinition> sources;
    std::vector<StageDefinition> transforms;
    std::vector<StageDefinition> sinks;
    Node vars;                         ///< as written
    std::vector<Position> unresolved;  ///< scalars that could not be interpolated: already reported
    /// Scalars that are one reference alone, by their place, with the variable's name.
    std::vector<std::pair<Position, std::string>> references;
    std::set<std::string> variableNames;  ///< every name that --set may give
    /// Those that give secret options their values, once the definition is resolved.
    std::set<std::string> secretVariables;
};

/// The variable that gives the scalar's whole value; "" where none does.
[[nodiscard]] std::string variableOf(const Definition& definition, const Node& node);

/// True for a scalar that is in Definition::unresolved.
[[nodiscard]] bool isUnresolved(const Definition& definition, const Node& node);

/// Reads, interpolates and checks the file. What is wrong with it lands in `diagnostics`; the definition then
/// holds what could be read. Touches nothing but the file, the environment and NAME_FILE files.
[[nodiscard]] Definition loadDefinition(const std::filesystem::path& file, const SetValues& set,
                                        Diagnostics& diagnostics);

}  // namespace roost
