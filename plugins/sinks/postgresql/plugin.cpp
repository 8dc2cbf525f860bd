#include "roost/plugin.hpp"

#include "sinks/postgresql/postgresql_sink.hpp"

ROOST_PLUGIN(roost::postgresql::PostgresqlSink)
