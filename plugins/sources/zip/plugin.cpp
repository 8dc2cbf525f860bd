#include "roost/plugin.hpp"

#include "sources/zip/zip_source.hpp"

ROOST_PLUGIN(roost::ZipSource)
