#include "roost/plugin.hpp"

#include "transforms/schema_map/schema_map.hpp"

ROOST_PLUGIN(roost::SchemaMap)
