#include "transforms/schema_map/schema_map.hpp"

#include <optional>
#include <string>

#include "lib/sql/mapping/schema_mapping.hpp"
#include "roost/error.hpp"
#include "roost/version.hpp"

namespace roost {

using sql::mapping::Dialect;
using sql::mapping::dialectNamed;

PluginInfo SchemaMap::info() {
    return {"schema-map",
            std::string(version()),
            "Rewrites tables of SQLite for PostgreSQL and the other way round",
            "schema-map",
            {}};
}

const OptionTable<SchemaMap::Options>& SchemaMap::options() {
    static const auto table = OptionTable<Options>().choice(
        "to", &Options::to, {"auto", "sqlite", "postgresql"},
        "The kind of database that the tables are rewritten for. `auto` is that of the sink; where the sinks "
        "take "
        "tables of any kind (an archive) or of several, everything stays as it is, with a warning.");
    return table;
}

void SchemaMap::rewrite(Catalog& catalog, Context& context) {
    if (catalog.tables.empty() && catalog.objects.empty()) return;
    std::optional<Dialect> to;
    if (options_.to == To::automatic) {
        const std::string wanted = context.targetDialect();
        to = dialectNamed(wanted);
        if (!to) {
            context.warn(wanted.empty()
                             ? "schema-map leaves the schema as it is: no sink says which kind of database "
                               "it wants tables of; set 'to' to choose one"
                             : "schema-map leaves the schema as it is: it knows no tables of '" + wanted +
                                   "', which the sink takes");
            return;
        }
    } else {
        to = options_.to == To::sqlite ? Dialect::sqlite : Dialect::postgresql;
    }
    const std::optional<Dialect> from = dialectNamed(catalog.dialect);
    if (from == to) return;
    if (!from)
        throw Error("schema-map knows no tables of '" + catalog.dialect + "'",
                    "it rewrites those of SQLite and of PostgreSQL; remove it from the pipeline for others");
    sql::mapping::mapSchema(catalog, *from, *to);
}

}  // namespace roost
