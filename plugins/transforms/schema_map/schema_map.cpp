#include "transforms/schema_map/schema_map.hpp"

#include <memory>
#include <utility>
#include <variant>

#include "lib/sql/batch_part.hpp"
#include "roost/error.hpp"
#include "roost/version.hpp"
#include "transforms/schema_map/rule_check.hpp"

namespace roost {

using sql::mapping::Dialect;
using sql::mapping::dialectNamed;
using sql::mapping::SchemaRule;

namespace {

OptionTable<SchemaRule> ruleOptions() {
    return OptionTable<SchemaRule>()
        .text("table", &SchemaRule::table,
              "About which tables: a name in the source, `table` or `schema.table`. `*` stands for any "
              "characters, "
              "`?` for one.")
        .example("audit_*")
        .text("column", &SchemaRule::column,
              "About which columns: `column`, `table.column` or `schema.table.column`, with `*` and `?`.")
        .example("events.payload")
        .text("type", &SchemaRule::type,
              "About columns of which type: as the source declares it, with or without what stands in "
              "brackets, or "
              "the logical one, with `*` and `?`.")
        .example("datetime")
        .text("rename", &SchemaRule::rename, "The new name of the table or column.")
        .boolean("drop", &SchemaRule::drop,
                 "Leaves the table or column out, with all that needs it. `false` keeps what a rule before "
                 "leaves out.")
        .text("cast", &SchemaRule::cast,
              "The column's logical type, from which the target's follows: boolean, int16, int32, int64, "
              "float32, "
              "float64, decimal(p,s), text(n), bytes, uuid, date, time, timestamp, timestamptz, interval or "
              "json.")
        .example("timestamptz")
        .text("native", &SchemaRule::native, "The column's type in the target, word for word.")
        .example("jsonb")
        .text("default", &SchemaRule::defaultValue,
              "The column's default in the target: an expression in its words, a text in its quotes. `null` "
              "takes "
              "the default away.")
        .example("\"'member'\"");
}

}  // namespace

PluginInfo SchemaMap::info() {
    return {"schema-map",
            std::string(version()),
            "Rewrites tables of SQLite for PostgreSQL and the other way round, and by rules",
            "schema-map",
            {}};
}

const OptionTable<SchemaMap::Options>& SchemaMap::options() {
    static const auto table =
        OptionTable<Options>()
            .choice("to", &Options::to, {"auto", "sqlite", "postgresql"},
                    "The kind of database that the tables are rewritten for. `auto` is that of the sink; "
                    "where the "
                    "sinks take tables of any kind (an archive) or of several, the tables stay of their "
                    "kind, and "
                    "only the rules change them.")
            .records("rules", &Options::rules, ruleOptions(),
                     "What is to become of tables and columns. Each rule says what it is about (`table`, "
                     "`column`, "
                     "`type`: all that are given have to match) and what is done. Where several do the same "
                     "to one "
                     "thing, the last one counts.")
            .example("[{table: events, rename: app_events}, {column: events.payload, native: jsonb}]")
            .choice("schemas", &Options::schemas, {"prefix", "strip"},
                    "What becomes of PostgreSQL's schemas other than `public`. prefix: in SQLite, which has "
                    "none, they "
                    "become a part of the name (`schema_table`). strip: they are left away; two tables that "
                    "would "
                    "have one name then are refused.")
            .text("schema", &Options::schema,
                  "The schema of PostgreSQL that tables are made in which would come into `public`.")
            .example("app");
    return table;
}

void SchemaMap::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    checkRules(options.rules, settings.find("rules"), diagnostics);
    const Node* schema = settings.find("schema");
    if (schema != nullptr && !options.schema.empty() && options.to == To::sqlite)
        diagnostics.error(schema->position, "'schema' is one of PostgreSQL's: SQLite has none",
                          schema->scalar.size());
}

std::optional<Dialect> SchemaMap::target(const Catalog& catalog, Context& context) const {
    if (options_.to == To::sqlite) return Dialect::sqlite;
    if (options_.to == To::postgresql) return Dialect::postgresql;
    const std::string wanted = context.targetDialect();
    if (const auto to = dialectNamed(wanted)) return to;
    if (changesWithinDialect() && wanted.empty()) return dialectNamed(catalog.dialect);
    context.warn(wanted.empty()
                     ? "schema-map leaves the schema as it is: no sink says which kind of database "
                       "it wants tables of; set 'to' to choose one"
                     : "schema-map leaves the schema as it is: it knows no tables of '" + wanted +
                           "', which the sink takes");
    return std::nullopt;
}

void SchemaMap::rewrite(Catalog& catalog, Context& context) {
    if (catalog.tables.empty() && catalog.objects.empty()) return;
    const std::optional<Dialect> from = dialectNamed(catalog.dialect);
    const std::optional<Dialect> to = target(catalog, context);
    if (from == to && (!from || !changesWithinDialect())) return;
    if (!to) return;
    if (!from)
        throw Error("schema-map knows no tables of '" + catalog.dialect + "'",
                    "it rewrites those of SQLite and of PostgreSQL; remove it from the pipeline for others");
    if (*to == Dialect::sqlite && !options_.schema.empty())
        throw Error("the tables go into SQLite, which has no schema '" + options_.schema + "'",
                    "remove 'schema' from schema-map");
    sql::mapping::MappingOrder order{*from, *to, options_.rules, {}};
    order.schemas.strip = options_.schemas == Schemas::strip;
    if (options_.schema != "public") order.schemas.made = options_.schema;
    rows_ = sql::mapping::mapByOrder(catalog, order, [&](const std::string& text) { context.warn(text); });
}

bool SchemaMap::apply(Item& item) {
    if (const auto* begin = std::get_if<TableBegin>(&item)) return !rows_.dropped.contains(begin->table);
    if (const auto* end = std::get_if<TableEnd>(&item)) return !rows_.dropped.contains(end->table);
    auto* batch = std::get_if<BatchPtr>(&item);
    if (batch == nullptr) return true;
    if (rows_.dropped.contains((*batch)->table())) return false;
    if (const auto found = rows_.kept.find((*batch)->table()); found != rows_.kept.end())
        *batch = sql::partOf(*batch, nullptr, &found->second);
    return true;
}

}  // namespace roost
