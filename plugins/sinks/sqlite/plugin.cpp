#include "roost/plugin.hpp"

#include "sinks/sqlite/sqlite_sink.hpp"

ROOST_PLUGIN(roost::sqlite::SqliteSink)
