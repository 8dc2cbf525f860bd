#include "roost/error.hpp"

#include <system_error>

namespace roost {

Error systemError(const std::string& action, int errorNumber) {
    return Error(action + ": " + std::generic_category().message(errorNumber));
}

}  // namespace roost
