// What a load does for LoadMode::users.
#include <algorithm>
#include <ranges>

#include "lib/sql/users_load.hpp"
#include "sinks/postgresql/load.hpp"
#include "sinks/postgresql/load_verification.hpp"
#include "sinks/postgresql/loaded_keys.hpp"

namespace roost::postgresql {

using namespace sql::postgresql;
using sql::TableLoad;

Destination* Load::destinationOf(Oid oid) {
    const auto found = std::ranges::find(destinations_, oid, &Destination::oid);
    return found == destinations_.end() ? nullptr : &*found;
}

void Load::removeUsers() {
    for (const TableLoad* load : sql::inRemovalOrder(scheme_.plan)) {
        const Destination& destination = *std::ranges::find(destinations_, load, &Destination::load);
        totals_.removed += removeUserRows(connection_, *users_, *load, destination.rows());
    }
}

/// Parents first. A row that had no parent until now may be the users' by the one that came.
void Load::addUsers() {
    for (const TableLoad* load : sql::inRemovalOrder(scheme_.plan) | std::views::reverse) {
        Destination& destination = *std::ranges::find(destinations_, load, &Destination::load);
        totals_.removed += removeUserRows(connection_, *users_, *load, destination.rows());
        const std::uint64_t present = addUserRows(connection_, *users_, destination);
        totals_.rows -= present;
        totals_.present += present;
        if (present > 0) destination.digest.reset();  // what stayed is not what came
    }
}

void Load::verifyUsers() {
    for (Destination& destination : destinations_)
        if (destination.digest) {
            const auto started = std::chrono::steady_clock::now();
            verifyUserRows(connection_, destination,
                           users_->chosen(*destination.load) + " OR " + users_->came(destination), context_);
            totals_.verified += destination.digest->rows();
            totals_.verifying += std::chrono::steady_clock::now() - started;
        }
}

/// The condition for the rows of the key's child that came; "" where all did, or none.
std::string Load::cameRows(const ReferentialKey& key) {
    const Destination* const child = users_ ? destinationOf(key.child.oid) : nullptr;
    return child == nullptr ? std::string() : users_->came(*child);
}

std::vector<LoadedKey> Load::keysOfLoaded() {
    std::vector<LoadedKey> keys = loadedKeys(destinations_, scheme_.loosened);
    for (LoadedKey& key : keys) key.rows = cameRows(key.key);
    return keys;
}

}  // namespace roost::postgresql
