#include "plugins/sqlite_sink/sink_test_support.hpp"

#include <catch2/catch.hpp>

namespace roost::sqlite::testing {

namespace {

/// Plans and begins; false where the sink refuses or less was asked for.
bool start(SqliteSink& sink, const Catalog& catalog, Context& context, Until until, Acceptance& acceptance) {
    acceptance = sink.accept(catalog, context);
    if (until == Until::accepted || !acceptance.refusals.empty()) return false;
    sink.begin(catalog, context);
    return true;
}

void finish(SqliteSink& sink, Until until) {
    if (until >= Until::prepared) sink.prepare();
    if (until >= Until::committed) sink.commit();
    if (until >= Until::tidied) sink.tidy();
}

std::string errorOf(const std::function<Acceptance()>& work) {
    std::string refusals;
    const std::string error = writeErrorOf([&] {
        const Acceptance acceptance = work();
        for (const std::string& refusal : acceptance.refusals)
            refusals += (refusals.empty() ? "" : "; ") + refusal;
    });
    return error.empty() ? refusals : error;
}

}  // namespace

SqliteSink::Options sinkOptions(const std::string& path) {
    SqliteSink::Options options;
    options.url = Location::parse("sqlite:" + path);
    options.busyTimeout = 200;
    return options;
}

Table& Content::table(const std::string& name,
                      const std::vector<std::pair<std::string, std::string>>& columns) {
    Table made;
    made.id = static_cast<TableId>(catalog.tables.size());
    made.name = name;
    for (const auto& [columnName, type] : columns) {
        Column column;
        column.name = columnName;
        column.type = parseLogicalType(type);
        made.columns.push_back(std::move(column));
    }
    made.primaryKey = {columns.front().first};
    catalog.tables.push_back(std::move(made));
    rows.emplace_back();
    return catalog.tables.back();
}

Acceptance run(SqliteSink& sink, const std::string& source, Context& context, Until until) {
    SqliteSource reader(optionsFor(source));
    // The catalog has to outlive the sink's work.
    auto catalog = std::make_shared<Catalog>(reader.catalog(context));
    Acceptance acceptance;
    if (!start(sink, *catalog, context, until, acceptance)) return acceptance;
    for (Item item; reader.next(item);) sink.write(item);
    finish(sink, until);
    return acceptance;
}

Acceptance run(SqliteSink& sink, const Content& content, Context& context, Until until) {
    Acceptance acceptance;
    if (!start(sink, content.catalog, context, until, acceptance)) return acceptance;
    for (std::size_t i = 0; i < content.catalog.tables.size(); ++i) {
        const Table& table = content.catalog.tables[i];
        Item item = TableBegin{table.id};
        sink.write(item);
        auto batch = std::make_shared<Batch>(table.id, table.columns.size());
        for (const auto& row : content.rows[i]) std::ranges::copy(row, batch->addRow().begin());
        if (!batch->empty()) {
            item = BatchPtr(batch);
            sink.write(item);
        }
        item = TableEnd{table.id, content.rows[i].size()};
        sink.write(item);
    }
    finish(sink, until);
    return acceptance;
}

std::string move(const std::string& from, const SqliteSink::Options& options,
                 roost::testing::RecordingContext& context) {
    SqliteSink sink(options);
    return errorOf([&] { return run(sink, from, context); });
}

std::string move(const Content& content, const SqliteSink::Options& options,
                 roost::testing::RecordingContext& context) {
    SqliteSink sink(options);
    return errorOf([&] { return run(sink, content, context); });
}

std::string query(const std::string& path, const std::string& sql) {
    Database database(path);
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    std::string text;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const auto* value = sqlite3_column_text(statement, 0);
        if (!text.empty()) text += ' ';
        text += value == nullptr ? "NULL" : static_cast<const char*>(static_cast<const void*>(value));
    }
    sqlite3_finalize(statement);
    return text;
}

void make(const std::string& path, const std::string& sql) { Database(path).run(sql); }

std::string schemaOf(const std::string& path) {
    return query(path,
                 "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || ifnull(sql, '') || char(10) FROM "
                 "sqlite_schema "
                 "ORDER BY type, name");
}

std::string writeErrorOf(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return std::string(error.what()) + (error.hint().empty() ? "" : " | " + error.hint());
    } catch (const Interrupted&) {
        return "interrupted";
    }
    return {};
}

}  // namespace roost::sqlite::testing
