#include "roost/plugin.hpp"
#include "sinks/s3/s3_sink.hpp"

ROOST_PLUGIN(roost::s3::S3Sink)
