#include "roost/plugin.hpp"

#include "transforms/select/select.hpp"

ROOST_PLUGIN(roost::Select)
