#include "roost/plugin.hpp"
#include "sources/aviary_single_user/single_user_source.hpp"

ROOST_PLUGIN(roost::single_user::SingleUserSource)
