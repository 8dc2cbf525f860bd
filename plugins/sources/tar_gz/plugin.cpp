#include "roost/plugin.hpp"

#include "sources/tar_gz/tar_gz_source.hpp"

ROOST_PLUGIN(roost::TarGzSource)
