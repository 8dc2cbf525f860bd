#include "roost/plugin.hpp"
#include "sinks/files/files_sink.hpp"

ROOST_PLUGIN(roost::storage::FilesSink)
