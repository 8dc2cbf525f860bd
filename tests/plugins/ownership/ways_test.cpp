// Conditions in the database and the store of keys choose the same rows.
#include <sqlite3.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "lib/ownership/selection.hpp"
#include "plugins/recording_context.hpp"
#include "roost/error.hpp"
#include "sources/sqlite/sqlite_source.hpp"

namespace roost::ownership {

namespace {

class OneSource final : public SourceAccess {
public:
    explicit OneSource(Source& source) : source_(source) {}
    [[nodiscard]] bool isFirst() const override { return true; }
    [[nodiscard]] RowAccess access(TableId) const override { return source_.rowAccess(); }
    [[nodiscard]] bool together(TableId, TableId) const override { return true; }
    void reread(const std::vector<TableRead>& reads, const RowVisitor& visit) override {
        source_.reread(reads, visit);
    }
    std::uint64_t restrict(TableId table, const RowCondition& rows) override {
        return source_.restrict(table, rows);
    }
    void chooseOwners(const std::shared_ptr<const OwnerChoice>&, Catalog&) override {}
    std::int64_t firstFree(const Table&, const std::string&) override { return 1; }

private:
    Source& source_;
};

class Database {
public:
    explicit Database(const std::string& sql) : path_(context.temporary / "app.db") {
        sqlite3* handle = nullptr;
        REQUIRE(sqlite3_open(path_.c_str(), &handle) == SQLITE_OK);
        const int code = sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr);
        INFO(sqlite3_errmsg(handle));
        REQUIRE(code == SQLITE_OK);
        sqlite3_close(handle);
    }

    /// The rows of each table (its first column), chosen in that way.
    std::vector<std::vector<std::string>> chosen(const SelectionOptions& options, Way way) {
        context.dry = true;
        sqlite::SqliteSource::Options settings;
        Diagnostics diagnostics;
        Node url;
        url.kind = Node::Kind::scalar;
        url.scalar = "sqlite:" + path_.string();
        settings.url = option_values::url(url, {}, diagnostics).value();
        sqlite::SqliteSource source(settings);
        const Catalog catalog = source.catalog(context);
        OneSource access(source);
        const Selection selection = select(catalog, options, access, context, way);
        std::vector<std::vector<std::string>> rows(catalog.tables.size());
        for (std::size_t i = 0; i < catalog.tables.size(); ++i) {
            const TableSelection& table = selection.tables[i];
            if (table.fate == TableSelection::Fate::dropped) continue;
            std::uint64_t number = 0;
            access.reread({{catalog.tables[i].id,
                            {catalog.tables[i].columns.front().name},
                            table.rows.value_or(RowCondition::everything())}},
                          [&](std::size_t, const Batch& batch) {
                              for (std::size_t r = 0; r < batch.rows(); ++r, ++number)
                                  if (!table.numbers || table.numbers->contains(number))
                                      rows[i].push_back(std::to_string(batch.row(r)[0].integer()));
                          });
        }
        return rows;
    }

    testing::RecordingContext context;

private:
    std::filesystem::path path_;
};

constexpr const char* schema = R"(
    CREATE TABLE plans(id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE users(id INTEGER PRIMARY KEY, username TEXT, plan INTEGER REFERENCES plans(id));
    CREATE TABLE projects(id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id) ON DELETE CASCADE, plan INTEGER REFERENCES plans(id));
    CREATE TABLE tasks(id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES projects(id), helper INTEGER REFERENCES users(id) ON DELETE SET NULL);
    CREATE TABLE shared(id INTEGER PRIMARY KEY, one INTEGER REFERENCES users(id) ON DELETE CASCADE, other INTEGER REFERENCES users(id) ON DELETE CASCADE);
    CREATE TABLE uses(id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(id), project INTEGER REFERENCES projects(id) ON DELETE SET NULL);
    CREATE TABLE log(id INTEGER PRIMARY KEY, name TEXT);
)";

std::string number(std::mt19937& random, int most, bool nullable) {
    const int value = std::uniform_int_distribution<int>(nullable ? 0 : 1, most)(random);
    return value == 0 ? "NULL" : std::to_string(value);
}

}  // namespace

TEST_CASE("both ways choose the same rows of random data") {
    std::mt19937 random(GENERATE(1U, 2U, 3U, 4U, 5U));
    std::string sql = schema;
    for (int i = 1; i <= 5; ++i) sql += "INSERT INTO plans VALUES(" + std::to_string(i) + ", 'plan');";
    for (int i = 1; i <= 12; ++i)
        sql += "INSERT INTO users VALUES(" + std::to_string(i) + ", 'user" + std::to_string(i) + "', " +
               number(random, 5, true) + ");";
    for (int i = 1; i <= 60; ++i) {
        const std::string id = std::to_string(i);
        sql += "INSERT INTO projects VALUES(" + id + ", " + number(random, 12, true) + ", " +
               number(random, 5, true) + ");";
        sql += "INSERT INTO tasks VALUES(" + id + ", " + number(random, 60, false) + ", NULL);";
        sql += "INSERT INTO shared VALUES(" + id + ", " + number(random, 12, true) + ", " +
               number(random, 12, true) + ");";
        sql += "INSERT INTO uses VALUES(" + id + ", " + number(random, 12, false) + ", " +
               number(random, 60, true) + ");";
        sql += "INSERT INTO log VALUES(" + id + ", 'user" + number(random, 12, false) + "');";
    }
    // What a row uses is its user's own or nobody's, so that nothing is refused.
    sql +=
        "UPDATE uses SET project = NULL WHERE project IN (SELECT p.id FROM projects p WHERE p.user_id IS NOT "
        "NULL AND p.user_id != uses.user_id);";
    sql += "UPDATE shared SET other = one WHERE one IS NOT NULL AND other IS NOT NULL;";
    Database database(sql);
    SelectionOptions options;
    options.users.users =
        GENERATE(std::vector<std::string>{"user3"}, std::vector<std::string>{"user1", "user7", "9"},
                 std::vector<std::string>{"user1*"});
    options.graph.match = {{"log.name", "users.username"}};
    const auto byConditions = database.chosen(options, Way::conditions);
    const auto byKeys = database.chosen(options, Way::keys);
    CHECK(byConditions == byKeys);
    std::size_t rows = 0;
    for (const auto& table : byKeys) rows += table.size();
    CHECK(rows > 5);
    CHECK(rows < 300);
}

TEST_CASE("rows that are nobody's go along where they are needed, those of others are refused in both ways") {
    Database database(std::string(schema) + R"(
        INSERT INTO plans VALUES(1, 'a'), (2, 'b'), (3, 'c');
        INSERT INTO users VALUES(1, 'ann', 1), (2, 'ben', 2);
        INSERT INTO projects VALUES(1, 1, NULL), (2, 2, NULL), (3, NULL, 3), (4, NULL, 2);
        INSERT INTO tasks VALUES(1, 1, NULL), (2, 2, NULL), (3, 3, NULL);
        INSERT INTO uses VALUES(1, 1, 3), (2, 2, 4);
    )");
    SelectionOptions options;
    options.users.users = {"ann"};
    const std::vector<std::vector<std::string>> expected{{"1", "3"}, {"1"}, {"1", "3"}, {"1"}, {}, {"1"}, {}};
    CHECK(database.chosen(options, Way::conditions) == expected);
    CHECK(database.chosen(options, Way::keys) == expected);

    Database strange(std::string(schema) + R"(
        INSERT INTO users VALUES(1, 'ann', NULL), (2, 'ben', NULL);
        INSERT INTO projects VALUES(1, 1, NULL), (2, 2, NULL);
        INSERT INTO tasks VALUES(1, 1, 2);
        INSERT INTO uses VALUES(1, 1, 2);
    )");
    for (const Way way : {Way::conditions, Way::keys})
        CHECK_THROWS_WITH(
            strange.chosen(options, way),
            "rows that go along refer to rows of other users: table tasks: 1 row (id = 1) by helper -> "
            "users, table uses: 1 row (id = 1) by project -> projects");
    // What is referred to is expected where the rows go: nothing of the other user comes along.
    options.references = References::keep;
    const std::vector<std::vector<std::string>> kept{{}, {"1"}, {"1"}, {"1"}, {}, {"1"}, {}};
    CHECK(strange.chosen(options, Way::conditions) == kept);
    CHECK(strange.chosen(options, Way::keys) == kept);
}

}  // namespace roost::ownership
