#include "roost/plugin.hpp"
#include "sources/files/files_source.hpp"

ROOST_PLUGIN(roost::storage::FilesSource)
