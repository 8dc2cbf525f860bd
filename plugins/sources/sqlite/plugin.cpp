#include "roost/plugin.hpp"

#include "sources/sqlite/sqlite_source.hpp"

ROOST_PLUGIN(roost::sqlite::SqliteSource)
