#include "lib/storage/read_choice.hpp"

#include <system_error>

#include "lib/storage/tree_walk.hpp"
#include "roost/error.hpp"

namespace roost::storage {

void refuseUnreadable(OnUnreadable choice, const std::string& name, int error) {
    const std::string message = name + " cannot be read: " + std::generic_category().message(error);
    if (concernsProcess(error)) throw Error(message, "raise the limit (ulimit -n) or free memory");
    if (choice == OnUnreadable::fail)
        throw Error(message,
                    "run roost as a user that may read it, or set 'on-unreadable: skip' to leave it out");
}

}  // namespace roost::storage
