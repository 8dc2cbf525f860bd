// The check after the load.
#include <catch2/catch.hpp>
#include <string>

#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/target_column.hpp"
#include "plugins/postgresql_sink/restored.hpp"
#include "sinks/postgresql/load_verification.hpp"

using namespace roost;
using namespace roost::test;
using namespace roost::sql::postgresql;
using roost::testing::RecordingContext;

namespace {

/// What verifyRows() says of table `found` when what was sent is what table `sent` holds.
std::string compared(const ScratchDatabase& database, const std::vector<std::size_t>& key,
                     RecordingContext& context) {
    const auto connection = Connection::open(ConnectionSettings::from(into(database).url), context);
    const auto oid = [&](const char* name) {
        return static_cast<Oid>(
            connection->query("SELECT to_regclass($1)::oid", "find it", {name}).integer(0, 0));
    };
    DigestFields fields(readTargetColumns(*connection, oid("sent")), key);
    sql::TableDigest digest(fields.layout());
    connection->startCopyOut("COPY sent TO STDOUT (FORMAT binary)", "read it");
    BinaryFields row;
    bool begun = false;
    for (CopyRow message; connection->receive(message); begun = true) {
        const auto bytes = begun ? message.bytes() : withoutCopyHeader(message.bytes());
        if (!bytes.empty() && splitRow(bytes, row)) digest.add(fields.of(row));
    }
    try {
        postgresql::verifyRows(*connection, "found", "found t", "t", fields, digest, context);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

constexpr const char* two =
    "CREATE TABLE sent (id int, a text, n numeric, c char(5), j jsonb, x numeric(6,2));"
    "INSERT INTO sent VALUES (1, 'x', 1.50, 'a', '{\"k\": 1}', 1), (2, NULL, 2, 'b', NULL, 2.5),"
    " (3, '', 'NaN', NULL, '[]', 0);"
    "CREATE TABLE found AS SELECT * FROM sent ORDER BY id DESC;";

std::string afterwards(const std::string& change, const std::vector<std::size_t>& key = {0}) {
    const ScratchDatabase database(two + change);
    RecordingContext context;
    return compared(database, key, context);
}

}  // namespace

TEST_CASE("the same rows are the same in any order") {
    CHECK(afterwards("").empty());
    CHECK(afterwards("", {}).empty());
    CHECK(afterwards("UPDATE found SET c = 'a  ' WHERE id = 1").empty());
}

TEST_CASE("a value that differs is found, with its column") {
    const std::string tail = ": the values that the target gives back are not those that were read";
    CHECK(afterwards("UPDATE found SET a = 'y' WHERE id = 1") == "table found, column 'a'" + tail);
    CHECK(afterwards("UPDATE found SET a = NULL WHERE id = 3") == "table found, column 'a'" + tail);
    CHECK(afterwards("UPDATE found SET a = '' WHERE id = 2") == "table found, column 'a'" + tail);
    CHECK(afterwards("UPDATE found SET n = 1.5 WHERE id = 1") == "table found, column 'n'" + tail);
    CHECK(afterwards("UPDATE found SET n = -2, x = 2.51 WHERE id = 2") ==
          "table found, columns 'n', 'x'" + tail);
    CHECK(afterwards("UPDATE found SET j = NULL WHERE id = 1") == "table found, column 'j'" + tail);
}

TEST_CASE("values that are swapped between rows are found, with and without a key") {
    const std::string swap = "UPDATE found SET c = CASE id WHEN 1 THEN 'b' ELSE 'a' END WHERE id < 3";
    CHECK(afterwards(swap) ==
          "table found, column 'c': the values that the target gives back are not those that were read");
    CHECK(afterwards(swap, {}) == "table found: values stand in other rows than those that were read");
}

TEST_CASE("rows that are missing or too many are found") {
    CHECK(afterwards("DELETE FROM found WHERE id = 1") == "table found holds 2 rows after the load of 3");
    CHECK(afterwards("INSERT INTO found VALUES (4)") == "table found holds 4 rows after the load of 3");
}

TEST_CASE("what the server spells in its own way is told") {
    const ScratchDatabase database("CREATE TABLE t (id int PRIMARY KEY, j jsonb, a int[])");
    Content content;
    content.add("t", {{"id", "int64"}, {"j", "text"}, {"a", "text"}},
                {{number(1), text("{\"b\":1,\"a\":2}"), text("{1, 2}")}});
    const Restored restored = restore(content, into(database));
    CHECK(table(database, "SELECT j, a FROM t") == "{\"a\": 2, \"b\": 1}|{1,2}");
    CHECK(restored.warnings ==
          std::vector<std::string>{"table t: the server spells values of 'j', 'a' in its own way, so that "
                                   "only their number could be compared"});
    content.rows[0][0][1] = text("{\"a\": 2, \"b\": 1}");
    content.rows[0][0][2] = text("{1,2}");
    CHECK(restore(content, into(database)).warnings.empty());
}

TEST_CASE("rows are verified unless triggers may change them or nobody wants it") {
    const ScratchDatabase database("CREATE TABLE t (id int PRIMARY KEY)");
    Content content;
    content.add("t", {{"id", "int64"}}, {{number(1)}, {number(2)}});
    const auto verified = [&](const SinkOptions& options) {
        const Restored restored = restore(content, options);
        for (const auto& [name, value] : restored.summary)
            if (name == "verified") return value.substr(0, value.find(" in "));
        return std::string();
    };
    SinkOptions options = into(database);
    CHECK(verified(options) == "2 rows read back and compared");
    options.mode = sql::LoadMode::merge;
    CHECK(verified(options) == "2 rows read back and compared");
    options.triggers = sql::Triggers::fire;
    CHECK(verified(options).empty());
    options.triggers = sql::Triggers::skip;
    options.verify = false;
    CHECK(verified(options).empty());
}
