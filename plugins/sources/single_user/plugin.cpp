#include "roost/plugin.hpp"
#include "sources/single_user/single_user_source.hpp"

ROOST_PLUGIN(roost::single_user::SingleUserSource)
