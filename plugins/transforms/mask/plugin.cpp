#include "roost/plugin.hpp"

#include "transforms/mask/mask.hpp"

ROOST_PLUGIN(roost::Mask)
