// Boost.JSON's functions that are no templates, compiled once: its Debian package is needed for them alone.
#include <boost/json/src.hpp>
