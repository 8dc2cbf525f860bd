#include "lib/sql/value_parse.hpp"

#include "lib/sql/value_text.hpp"

namespace roost::sql {

}  // namespace roost::sql
