#include "sinks/postgresql/loaded_keys.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace roost::postgresql {

namespace {

using namespace sql::postgresql;
using sql::TableAction;

const Destination* find(const std::vector<Destination>& destinations, std::string_view schema,
                        std::string_view name) {
    const auto found = std::ranges::find_if(destinations, [&](const Destination& destination) {
        return destination.load->to->schema == schema && destination.load->to->name == name;
    });
    return found == destinations.end() ? nullptr : &*found;
}

KeySide sideOf(const Destination& destination) {
    KeySide side;
    side.oid = destination.oid;
    side.schema = serverSchema(destination.load->to->schema);
    side.name = destination.load->to->name;
    side.partitioned = destination.partitioned;
    return side;
}

LoadedKey loadedKey(ReferentialKey key, const Destination& child) {
    const Table& table = *child.load->to;
    LoadedKey loaded{std::move(key), child.load->from->qualifiedName(), table.primaryKey, {}, {}};
    for (const KeyPart& part : loaded.key.parts) {
        const auto place = table.columnIndex(part.child);
        const bool isKey = std::ranges::find(loaded.primaryKey, part.child) != loaded.primaryKey.end();
        if (place && !isKey && table.columns[*place].nullable) loaded.clearable.push_back(part.child);
    }
    return loaded;
}

ReferentialKey keyToCome(const ForeignKey& declared, const Destination& child, const Destination& parent) {
    ReferentialKey key;
    key.name = declared.name;
    key.child = sideOf(child);
    key.parent = sideOf(parent);
    for (std::size_t i = 0; i < declared.columns.size(); ++i)
        key.parts.push_back({declared.columns[i], declared.targetColumns[i], "=", true});
    return key;
}

}  // namespace

std::vector<LoadedKey> loadedKeys(const std::vector<Destination>& destinations,
                                  const std::vector<ReferentialKey>& loosened) {
    std::vector<LoadedKey> keys;
    for (const Destination& child : destinations) {
        for (const ReferentialKey& key : loosened)
            if (key.validated && key.child.oid == child.oid) keys.push_back(loadedKey(key, child));
        if (child.load->action != TableAction::create) continue;
        for (const ForeignKey& declared : child.load->from->foreignKeys) {
            const Destination* parent = find(destinations, declared.targetSchema, declared.targetTable);
            if (parent != nullptr && declared.columns.size() == declared.targetColumns.size())
                keys.push_back(loadedKey(keyToCome(declared, child, *parent), child));
        }
    }
    return keys;
}

}  // namespace roost::postgresql
