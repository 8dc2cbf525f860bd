#include "roost/plugin.hpp"

#include "transforms/user_filter/user_filter.hpp"

ROOST_PLUGIN(roost::UserFilter)
