// A JSON Schema of pipeline definitions, made from the option specs of the plugins.
#pragma once

#include <string>
#include <vector>

#include "plugin/registry.hpp"

namespace roost {

struct SchemaDocument {
    std::string json;                  ///< JSON Schema, draft 2020-12
    std::vector<std::string> leftOut;  ///< plugins that could not be loaded, and why
};

/// Loads every plugin that is installed.
[[nodiscard]] SchemaDocument makeSchema(PluginRegistry& registry);

}  // namespace roost
