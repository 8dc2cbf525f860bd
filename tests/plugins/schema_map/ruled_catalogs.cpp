#include "plugins/schema_map/ruled_catalogs.hpp"

#include <utility>

#include "plugins/postgresql/quiet_context.hpp"
#include "plugins/schema_map/mapped_databases.hpp"
#include "plugins/sqlite/sqlite_test_support.hpp"
#include "roost/error.hpp"

namespace roost::test {

Catalog ruled(Catalog catalog, Rules rules, SchemaMap::To to) {
    QuietContext context;
    SchemaMap::Options options;
    options.to = to;
    options.rules = std::move(rules);
    SchemaMap(options).rewrite(catalog, context);
    return catalog;
}

Catalog made(const Catalog& catalog) {
    const sqlite::testing::Folder folder;
    createSqlite(folder.file("made.db"), catalog);
    return readSqlite(folder.file("made.db"));
}

Catalog withinSqlite(const std::string& sql, Rules rules) {
    return ruled(sqliteCatalog(sql), std::move(rules));
}

std::string refusal(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

std::string refusalOf(const std::string& sql, Rules rules) {
    return refusal([&] { (void)withinSqlite(sql, std::move(rules)); });
}

Lines columnsOf(const Catalog& catalog, const std::string& table) {
    Lines names;
    for (const Column& column : tableOf(catalog, table).columns) names.push_back(column.name);
    return names;
}

Lines sqlOfLosses(const Catalog& catalog) {
    Lines texts;
    for (const Loss& loss : catalog.losses) texts.push_back(loss.sql);
    return texts;
}

const char* const shop =
    "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, role TEXT DEFAULT "
    "'guest', boss INTEGER REFERENCES users(id), CHECK (role <> \"member\"));"
    "CREATE TABLE events (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE "
    "CASCADE, kind VARCHAR(20) CHECK (kind IN ('a', 'b')), size INT, twice INT AS (size * 2) STORED, four "
    "INT "
    "AS (twice * 2) VIRTUAL, UNIQUE (user_id, kind));"
    "CREATE INDEX by_kind ON events (kind DESC, user_id) WHERE kind <> 'b';"
    "CREATE INDEX by_lower ON events (lower(kind));"
    "CREATE TABLE audit (id INTEGER PRIMARY KEY, event INTEGER REFERENCES events(id), kind TEXT);";

}  // namespace roost::test
