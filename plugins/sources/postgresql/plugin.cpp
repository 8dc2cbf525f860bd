#include "roost/plugin.hpp"

#include "sources/postgresql/postgresql_source.hpp"

ROOST_PLUGIN(roost::postgresql::PostgresqlSource)
