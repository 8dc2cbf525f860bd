// `infer`: types of columns from all of their values.
#include <catch2/catch.hpp>
#include <map>

#include "lib/sql/sqlite/column_inference.hpp"
#include "plugins/sqlite/sqlite_test_support.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;

namespace {

using Types = std::map<std::string, std::string>;

/// The catalog of a database made with `sql`, with `infer`.
class Inferred {
public:
    explicit Inferred(const std::string& sql, const TextMap& types = {}, bool infer = true) {
        Database(folder_.file("x.db")).run(sql);
        SqliteSource::Options options;
        options.url = Location::parse("sqlite:" + folder_.file("x.db"));
        options.infer = infer;
        options.types = types;
        catalog = SqliteSource(options).catalog(host_);
    }
    [[nodiscard]] const Column& column(const std::string& table, const std::string& name) const {
        const Table* found = catalog.find("", table);
        REQUIRE(found != nullptr);
        REQUIRE(found->columnIndex(name).has_value());
        return found->columns[*found->columnIndex(name)];
    }
    /// "type: reason" of each column of the first table.
    [[nodiscard]] Types types() const {
        Types all;
        for (const Column& each : catalog.tables[0].columns)
            all[each.name] = formatType(each) + (each.typeReason.empty() ? "" : ": " + each.typeReason);
        return all;
    }
    Catalog catalog;

private:
    Folder folder_;
    Host host_;
};

/// The values of one column `v` of that declaration, and what comes out.
std::string one(const std::string& declaration, const std::string& values) {
    return Inferred("CREATE TABLE t(v " + declaration + "); INSERT INTO t VALUES " + values).types()["v"];
}

}  // namespace

TEST_CASE("columns whose declaration says little get the type of all their values") {
    const Inferred made(R"(
        CREATE TABLE t(i, r, n, s, b, mixed, none, num NUMERIC, dec DECIMAL, two NUMERIC, addr inet, p POINT,
                       kept DECIMAL(10,2), cash money, long longchar, whole INTEGER);
        INSERT INTO t VALUES (1, 1.5, 1, 'x', x'00', 1, NULL, 5, 1.25, 7, '10.0.0.1', '1,2', 1, 2, 'a', 1);
        INSERT INTO t VALUES (2, 2.5, 0.5, 'y', x'01', 'x', NULL, 6, 2, 'seven', NULL, '3,4', 2, 3, 'b', 'x');
        INSERT INTO t VALUES (3, 3.5, NULL, '', x'', x'02', NULL, NULL, NULL, 'eight', '::1', x'00', 3, 4, 'c', 2);
    )");
    CHECK(made.types() == Types{{"i", "int64: all 3 values are whole numbers"},
                                {"r", "float64: all 3 values are reals"},
                                {"n", "float64: all 2 values are numbers, which doubles keep exactly"},
                                {"s", "text: all 3 values are texts"},
                                {"b", "bytes: all 3 values are blobs"},
                                {"mixed", "bytes: it holds 1 whole number, 1 text and 1 blob"},
                                {"none", "bytes: it declares no type"},
                                {"num", "int64: all 2 values are whole numbers"},
                                {"dec", "float64: all 2 values are numbers, which doubles keep exactly"},
                                {"two", "decimal: it holds 1 whole number and 2 texts"},
                                {"addr", "text: all 2 values are texts"},
                                {"p", "int64: it holds 2 texts and 1 blob"},
                                {"kept", "decimal(10,2)"},
                                {"cash", "decimal"},
                                {"long", "text: all 3 values are texts"},
                                {"whole", "int64"}});
    CHECK((made.column("t", "num").typeOrigin == TypeOrigin::inferred));
    CHECK((made.column("t", "two").typeOrigin == TypeOrigin::declared));
    CHECK((made.column("t", "kept").typeOrigin == TypeOrigin::declared));
    CHECK(made.catalog.warnings.empty());
}

TEST_CASE("whole numbers in a column of decimals stay decimals") {
    const Inferred made("CREATE TABLE t(price Decimal, n numeric); INSERT INTO t VALUES (5, 5), (7, 7)");
    CHECK(made.types() == Types{{"price", "decimal: all 2 values are whole numbers in a column of decimals"},
                                {"n", "int64: all 2 values are whole numbers"}});
}

TEST_CASE("the last row counts as much as the first") {
    const std::string many =
        "CREATE TABLE t(a, b datetime); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
        "i "
        "< 5000) INSERT INTO t SELECT i, 1700000000 + i FROM n; INSERT INTO t VALUES ('last', 1700000000000)";
    const Inferred made(many);
    CHECK(made.types() == Types{{"a", "bytes: it holds 5,000 whole numbers and 1 text"}, {"b", "timestamp"}});
    CHECK(
        made.catalog.warnings ==
        std::vector<std::string>{"table t: the numbers in column 'b' are not taken for times, since 5,000 "
                                 "look like seconds since 1970, 1 like milliseconds since 1970; if they are "
                                 "times, say so in 'types', such as {t.b: timestamptz as seconds}"});
    const Inferred sampled(many, {}, false);
    CHECK(sampled.types() ==
          Types{{"a", "int64: its first 200 values are whole numbers"}, {"b", "timestamp"}});
    CHECK(sampled.catalog.warnings.empty());
}

TEST_CASE("whole numbers beside reals must be exact in a double") {
    CHECK(one("", "(1.5), (9007199254740992)") ==
          "float64: all 2 values are numbers, which doubles keep exactly");
    CHECK(one("", "(1.5), (9007199254740993)") ==
          "bytes: it holds reals and 1 whole number that a double would not keep");
    CHECK(one("", "(1.5), (9223372036854775807)").find("bytes: ") == 0);
    CHECK(one("", "(1.5), (-9223372036854775808)").find("float64: ") == 0);
    CHECK(one("NUMERIC DEFAULT 0.5", "(1), (2)") ==
          "float64: all 2 values are numbers, which doubles keep exactly");
    CHECK(one("NUMERIC DEFAULT 5", "(1), (2)") == "int64: all 2 values are whole numbers");
    CHECK(one("NUMERIC", "(1)") == "int64: its one value is a whole number");
}

TEST_CASE("a numeric whose default is true or false is a boolean, but not with other numbers in it") {
    CHECK(one("numeric DEFAULT true", "(1), (0), (NULL)") ==
          "boolean: its default is true, all 2 values are 0 or 1");
    CHECK(one("numeric DEFAULT false", "(NULL)") == "boolean: its default is false");
    CHECK(one("numeric DEFAULT false", "(1), (2), (5)") ==
          "int64: its default is false, but of 3 whole numbers 2 are neither 0 nor 1");
    CHECK(one("numeric DEFAULT true", "(1), ('true')") == "boolean: it holds 1 whole number and 1 text");
    CHECK(one("tinyint(1)", "(2)") == "boolean: as libraries declare booleans");
    CHECK(one("BOOLEAN", "(2)") == "boolean");
    CHECK(one("numeric", "(0), (1)") == "int64: all 2 values are whole numbers");
}

TEST_CASE("texts that are one and all uuids, dates or times in one spelling are of that type") {
    const std::string uuid = "('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')";
    CHECK(one("", uuid + ", (NULL)") == "uuid: its one text is a uuid in lower case");
    CHECK(one("", uuid + ", ('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11')") == "text: all 2 values are texts");
    CHECK(one("", uuid + ", ('a0eebc999c0b4ef8bb6d6bb9bd380a11')") == "text: all 2 values are texts");
    CHECK(one("", uuid + ", ('')") == "text: all 2 values are texts");
    CHECK(one("", "('2026-01-02'), ('0001-12-31')") == "date: all 2 texts are dates");
    CHECK(one("", "('2026-01-02'), ('2026-02-30')") == "text: all 2 values are texts");
    CHECK(one("", "('2026-01-02 03:04:05'), ('2026-01-02 03:04:06')") ==
          "timestamp: all 2 texts are times without an offset, spelled alike");
    CHECK(one("", "('2026-01-02T03:04:05.120Z'), ('2026-01-02T03:04:05.123Z')") ==
          "timestamptz: all 2 texts are times in UTC, spelled alike");
    CHECK(one("", "('2026-01-02T03:04:05.12Z'), ('2026-01-02T03:04:05.123Z')").find("timestamptz") == 0);
    // Two texts that would be one time, an offset or digits that would be lost, two spellings.
    CHECK(one("", "('2026-01-02T03:04:05.12Z'), ('2026-01-02T03:04:05.120Z')").find("text") == 0);
    CHECK(one("", "('2026-01-02T03:04:05Z'), ('2026-01-02T03:04:05+00:00')").find("text") == 0);
    CHECK(one("", "('2026-01-02T03:04:05+02:00')").find("text") == 0);
    CHECK(one("", "('2026-01-02 03:04:05.1234567')").find("text") == 0);
    CHECK(one("", "('2026-01-02 03:04:05'), ('2026-01-02T03:04:05')").find("text") == 0);
    CHECK(one("", "('2026-01-02 03:04:05'), ('2026-01-02')").find("text") == 0);
    CHECK(one("", "('2026-01-02 03:04')").find("text") == 0);
    // The declaration, the collation or the default says that it is text.
    CHECK(one("some_text", "('2026-01-02')") == "text: its one value is a text");
    CHECK(one("TEXT", "('2026-01-02')") == "text");
    CHECK(one("COLLATE NOCASE", uuid) == "text: its one value is a text");
    CHECK(one("DEFAULT ''", "('2026-01-02')") == "text: its one value is a text");
    CHECK(one("DEFAULT '2000-01-01'", "('2026-01-02')") == "date: its one text is a date");
    const Inferred keyed(
        "CREATE TABLE p(id PRIMARY KEY); CREATE TABLE c(p TEXT REFERENCES p(id));"
        "INSERT INTO p VALUES " +
        uuid);
    CHECK(format(keyed.column("p", "id").type) == "text");
    const Inferred spelled("CREATE TABLE t(v); INSERT INTO t VALUES ('2026-01-02T03:04:05Z')");
    CHECK(spelled.column("t", "v").spelling == "YYYY-MM-DDTHH:MM:SS+hh:mm");
}

TEST_CASE("numbers in columns of times are told by their size") {
    CHECK(one("datetime", "(1700000000), (1767323045), (NULL)") ==
          "timestamptz as seconds: all 2 numbers lie between 1700000000 and 1767323045: seconds since 1970");
    CHECK(one("datetime", "(1700000000.5), (-100000000), (0)") ==
          "timestamptz as seconds: all 2 numbers that are not 0 lie between -100000000 and 1700000000.5: "
          "seconds since 1970");
    CHECK(one("TIMESTAMP", "(1700000000000)") ==
          "timestamptz as milliseconds: its one number is 1700000000000: milliseconds since 1970");
    CHECK(one("datetime", "(99999999999)").find("timestamptz as seconds") == 0);
    CHECK(one("datetime", "(100000000000)").find("timestamptz as milliseconds") == 0);
    CHECK(one("datetime", "(100000000000000)").find("timestamptz as milliseconds") == 0);
    CHECK(one("datetime", "(2460000.5), (2460001)") ==
          "timestamptz as julian-day: all 2 numbers lie between 2460000.5 and 2460001: Julian days");
    CHECK(one("date", "(2460000.5)") == "date as julian-day: its one number is 2460000.5: Julian days");
    CHECK(one("timestamptz", "(1700000000)").find("timestamptz as seconds") == 0);
    // An INTEGER declaration is no doubt, nor is a type of no times.
    CHECK(one("INTEGER", "(1700000000)") == "int64");
    CHECK(one("BIGINT", "(1700000000000)") == "int64");
    CHECK(one("", "(1700000000)") == "int64: its one value is a whole number");
    CHECK(one("time", "(1700000000)") == "time");
}

TEST_CASE("numbers that do not agree are not guessed, and told") {
    const auto warning = [](const std::string& values, const std::string& declaration = "datetime") {
        const Inferred made("CREATE TABLE t(v " + declaration + "); INSERT INTO t VALUES " + values);
        CHECK((made.column("t", "v").numbersAre == NumericTime::none));
        CHECK_FALSE(made.column("t", "v").type.withZone);
        REQUIRE(made.catalog.warnings.size() == 1);
        const std::string text = made.catalog.warnings[0];
        const std::string head = "table t: the numbers in column 'v' are not taken for times, since ";
        REQUIRE(text.find(head) == 0);
        return text.substr(head.size(), text.find("; if they are") - head.size());
    };
    CHECK(
        warning("(1700000000), (1700000000000), (5), (2460000.5)") ==
        "1 looks like seconds since 1970, 1 like milliseconds since 1970, 1 like Julian days, 1 like none of "
        "these");
    CHECK(warning("(0), (0)") == "all 2 numbers are 0");
    CHECK(warning("(2460000)") ==
          "its one number is whole, between 2460000 and 2460000: Julian days, or "
          "something else");
    CHECK(
        warning("(20260102), (20260103)", "date") ==
        "all 2 numbers lie between 20260102 and 20260103, which fits neither seconds nor milliseconds since "
        "1970 nor Julian days");
    CHECK(warning("(100000000000001)") ==
          "its one number is 100000000000001, which fits neither seconds nor milliseconds since 1970 nor "
          "Julian days");
    CHECK(warning("(1700000000), (5373484.5)") == "1 looks like seconds since 1970, 1 like none of these");
    CHECK(warning("(9e999)").find("its one number is inf, ") == 0);
}

TEST_CASE("texts beside numbers say whether they are instants") {
    CHECK(one("datetime", "(1700000000), ('2026-01-02 03:04:05+02:00'), ('')") ==
          "timestamptz as seconds: 1 of its 2 texts carry an offset from UTC; its one number is 1700000000: "
          "seconds since 1970");
    CHECK(
        one("datetime", "(1700000000), ('2026-01-02 03:04:05')") ==
        "timestamp as seconds: its one number is 1700000000: seconds since 1970; there are texts without an "
        "offset beside them");
    CHECK(one("datetime", "(1700000000), ('')") ==
          "timestamptz as seconds: its one number is 1700000000: seconds since 1970");
    CHECK(one("datetime", "('2026-01-02 03:04:05Z'), ('2026-01-02 03:04:05')").find("timestamp") == 0);
    const Inferred made(
        "CREATE TABLE a(v datetime, w datetime, x timestamp); INSERT INTO a VALUES (1700000000, NULL, NULL)");
    CHECK(format(made.column("a", "w").type) == "timestamptz");
    CHECK(made.column("a", "w").typeReason == "the others that are declared so hold instants");
    CHECK(format(made.column("a", "x").type) == "timestamp");
}

TEST_CASE("what was set stays, and names the unit where it does") {
    const TextMap types{{"t.a", "timestamptz as milliseconds"},
                        {"t.b", "timestamp"},
                        {"t.c", "text"},
                        {"t.i", "timestamptz as seconds"}};
    const std::string sql =
        "CREATE TABLE t(a datetime, b datetime, c, i INTEGER);"
        "INSERT INTO t VALUES (1700000000, 1700000000, 1, 1700000000)";
    const Inferred made(sql, types);
    CHECK(made.types() ==
          Types{{"a", "timestamptz as milliseconds"},
                {"b", "timestamp as seconds: its one number is 1700000000: seconds since 1970"},
                {"c", "text"},
                {"i", "timestamptz as seconds"}});
    for (const Column& column : made.catalog.tables[0].columns) CHECK((column.typeOrigin == TypeOrigin::set));
    const Inferred plain(sql, types, false);
    CHECK(plain.types() == Types{{"a", "timestamptz as milliseconds"},
                                 {"b", "timestamp"},
                                 {"c", "text"},
                                 {"i", "timestamptz as seconds"}});
}

TEST_CASE("types that roost itself has declared in SQLite keep what they say") {
    const Inferred made(
        "CREATE TABLE t(d decimal_blob, u uuid_text, j json_text, s varchar(5));"
        "INSERT INTO t VALUES ('1.50', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{}', '2026-')");
    CHECK(made.types() == Types{{"d", "decimal"}, {"u", "uuid"}, {"j", "json"}, {"s", "text(5)"}});
}

TEST_CASE("generated columns, UTF-16, and tables of other kinds are looked at like others") {
    const Inferred made(
        "PRAGMA encoding = 'UTF-16'; CREATE TABLE t(a, g AS (a || 'x'), k PRIMARY KEY) WITHOUT ROWID;"
        "INSERT INTO t(a, k) VALUES ('2026-01-02', 1)");
    CHECK(made.types()["a"] == "date: its one text is a date");
    CHECK(made.types()["k"] == "int64: its one value is a whole number");
    CHECK(made.types()["g"] == "bytes: it declares no type");
    const Inferred strict("CREATE TABLE t(a ANY, b INT) STRICT; INSERT INTO t VALUES ('00123', 5)");
    CHECK(strict.types()["a"] == "text: its one value is a text");
}

TEST_CASE("a look at all values shows that it is alive, and ends when it is told to") {
    const Folder folder;
    Database(folder.file("x.db"))
        .run(
            "CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            "300000)"
            "INSERT INTO t SELECT i FROM n");
    SqliteSource::Options options;
    options.url = Location::parse("sqlite:" + folder.file("x.db"));
    options.snapshot = SnapshotMode::lock;
    Host host;
    static_cast<void>(SqliteSource(options).catalog(host));
    const std::size_t without = host.calls;
    options.infer = true;
    static_cast<void>(SqliteSource(options).catalog(host));
    CHECK(host.calls > 2 * without + 2);
    Connection connection(folder.file("x.db"), Connection::Mode::readOnly, "x.db");
    Catalog catalog = SqliteSource(options).catalog(host);
    connection.attend(host, std::chrono::milliseconds(0));
    host.stop.request_stop();
    CHECK_THROWS_AS(inferColumns(connection, catalog), Interrupted);
}
