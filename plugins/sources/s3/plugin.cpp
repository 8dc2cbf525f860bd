#include "roost/plugin.hpp"
#include "sources/s3/s3_source.hpp"

ROOST_PLUGIN(roost::s3::S3Source)
