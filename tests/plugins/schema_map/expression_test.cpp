// Expressions from each dialect into the other.
#include <catch2/catch.hpp>
#include <string>

#include "lib/sql/mapping/default_mapping.hpp"
#include "lib/sql/mapping/expression_parser.hpp"
#include "lib/sql/mapping/expression_translation.hpp"
#include "lib/sql/mapping/index_statement.hpp"

using namespace roost;
using namespace roost::sql::mapping;

namespace {

ExpressionScope scope(Dialect from) {
    ExpressionScope scope;
    scope.nameCase = from == Dialect::sqlite ? sql::NameCase::folded : sql::NameCase::exact;
    const auto add = [&](const char* name, ValueKind kind, TextOrder order = TextOrder::standard,
                         const char* spelling = "") {
        scope.columns.push_back({name, name, kind, order, false, false, spelling});
    };
    add("n", ValueKind::integer);
    add("m", ValueKind::integer);
    add("d", ValueKind::decimal);
    add("r", ValueKind::real);
    add("b", ValueKind::boolean);
    add("t", ValueKind::text);
    add("c", ValueKind::text, TextOrder::asciiFold);
    add("x", ValueKind::bytes);
    add("u", ValueKind::uuid);
    add("j", ValueKind::json);
    add("day", ValueKind::date);
    add("start", ValueKind::instant, TextOrder::standard, "YYYY-MM-DD HH:MM:SS");
    add("stop", ValueKind::instant, TextOrder::standard, "YYYY-MM-DD HH:MM:SS");
    add("other", ValueKind::instant, TextOrder::standard, "YYYY-MM-DDTHH:MM:SS");
    if (from == Dialect::postgresql) add("wide", ValueKind::decimal);
    if (from == Dialect::postgresql) scope.columns.back().decimalAsText = true;
    return scope;
}

/// What becomes of a condition; "! why" where it is refused.
std::string condition(const std::string& text, Dialect from) {
    try {
        const Dialect to = from == Dialect::sqlite ? Dialect::postgresql : Dialect::sqlite;
        return translateCondition(parseExpression(text, from), scope(from), to).sql;
    } catch (const NotTranslatable& why) {
        return std::string("! ") + why.what();
    }
}
std::string toPostgresql(const std::string& text) { return condition(text, Dialect::sqlite); }
std::string toSqlite(const std::string& text) { return condition(text, Dialect::postgresql); }

std::string fallback(const std::string& text, const char* type, Dialect from) {
    try {
        const Dialect to = from == Dialect::sqlite ? Dialect::postgresql : Dialect::sqlite;
        return translateDefault(parseDefault(text, from), parseLogicalType(type), to).value_or("(none)");
    } catch (const NotTranslatable& why) {
        return std::string("! ") + why.what();
    }
}
std::string postgresqlDefault(const std::string& text, const char* type) {
    return fallback(text, type, Dialect::sqlite);
}
std::string sqliteDefault(const std::string& text, const char* type) {
    return fallback(text, type, Dialect::postgresql);
}

}  // namespace

TEST_CASE("conditions of SQLite become PostgreSQL's") {
    CHECK(toPostgresql("n > 5") == "(\"n\" > 5)");
    CHECK(toPostgresql("N >= 0 AND \"n\" <= 1.5 or [m] is not null") ==
          "(((\"n\" >= 0) AND (\"n\" <= 1.5)) OR (\"m\" IS NOT NULL))");
    CHECK(toPostgresql("NOT b = 1") == "(NOT (\"b\" = true))");
    CHECK(toPostgresql("b IN (0, 1)") == "(\"b\" IN (false, true))");
    CHECK(toPostgresql("b") == "\"b\"");
    CHECK(toPostgresql("n") == "(\"n\" <> 0)");
    CHECK(toPostgresql("t = \"none\"") == "(\"t\" = 'none')");
    CHECK(toPostgresql("t IN ('a', 'it''s', NULL)") == "(\"t\" IN ('a', 'it''s', NULL))");
    CHECK(toPostgresql("t > 'a'") == "((\"t\" COLLATE \"C\") > 'a')");
    CHECK(toPostgresql("t == 5") == "(\"t\" = '5')");
    CHECK(toPostgresql("n BETWEEN 1 AND 9") == "((\"n\" >= 1) AND (\"n\" <= 9))");
    CHECK(toPostgresql("n NOT BETWEEN 1 AND 9") == "(NOT ((\"n\" >= 1) AND (\"n\" <= 9)))");
    CHECK(toPostgresql("n IS m") == "(\"n\" IS NOT DISTINCT FROM \"m\")");
    CHECK(toPostgresql("b IS NOT TRUE") == "(\"b\" IS NOT TRUE)");
    CHECK(toPostgresql("length(t) <= 20 /* n */ -- m") == "(length(\"t\") <= 20)");
    CHECK(toPostgresql("lower(t) = t") == "(lower(\"t\" COLLATE \"C\") = \"t\")");
    CHECK(toPostgresql("trim(t) <> ''") == "(btrim(\"t\") <> '')");
    CHECK(toPostgresql("substr(t, 1, 2) = 'ab'") == "(substr(\"t\", 1, 2) = 'ab')");
    CHECK(toPostgresql("instr(t, ' ') = 0") == "(strpos(\"t\", ' ') = 0)");
    CHECK(toPostgresql("ifnull(t, 'x') <> 'y'") == "(coalesce(\"t\", 'x') <> 'y')");
    CHECK(toPostgresql("n * m < 100") == "((CAST(\"n\" AS bigint) * \"m\") < 100)");
    CHECK(toPostgresql("x = x'00FF'") == "(\"x\" = '\\x00ff'::bytea)");
    CHECK(toPostgresql("n = 0x10") == "(\"n\" = 16)");
    CHECK(toPostgresql("day >= '2000-01-01'") == "(\"day\" >= '2000-01-01')");
    CHECK(toPostgresql("stop > start") == "(\"stop\" > \"start\")");
    CHECK(toPostgresql("c = 'ABC'") == "(lower(\"c\" COLLATE \"C\") = lower('ABC' COLLATE \"C\"))");
    CHECK(toPostgresql("t COLLATE NOCASE = 'ABC'") ==
          "(lower(\"t\" COLLATE \"C\") = lower('ABC' COLLATE \"C\"))");
    CHECK(toPostgresql("t LIKE '%Trailers_\\'") == "(lower(\"t\" COLLATE \"C\") LIKE '%trailers_\\\\')");
    CHECK(toPostgresql("t GLOB 'a*b?c%_[*]'") == "(\"t\" LIKE 'a%b_c\\%\\_*')");
    CHECK(toPostgresql("json_valid(t)") == "(CAST(\"t\" AS json) IS NOT NULL OR NULL)");
    CHECK(toPostgresql("u = '0190D2C5-0000-7000-8000-000000000001'") ==
          "(\"u\" = '0190d2c5-0000-7000-8000-000000000001')");
}

TEST_CASE("what is not surely the same in PostgreSQL is refused") {
    CHECK(toPostgresql("t = c") == "! it compares texts of different collations");
    CHECK(toPostgresql("missing > 5") == "! there is no column 'missing'");
    CHECK(toPostgresql("t > n") == "! it compares a text with a number");
    CHECK(toPostgresql("b > 0") == "! it asks for the order of a boolean");
    CHECK(toPostgresql("b = 2") == "! '2' is not a boolean");
    CHECK(toPostgresql("b = 'true'") == "! it compares a boolean with a text");
    CHECK(toPostgresql("d * n = 10") == "! SQLite and PostgreSQL may round the two sides differently");
    CHECK(toPostgresql("start > '2020-01-01'") ==
          "! it compares a time with a constant, which SQLite does by the text");
    CHECK(toPostgresql("other > start") ==
          "! SQLite compares times as texts, which need not be spelled alike here");
    CHECK(toPostgresql("t GLOB '[a-z]*'") == "! a set of characters in GLOB has no translation");
    CHECK(toPostgresql("t LIKE t") == "! a pattern that is no constant has no translation");
    CHECK(toPostgresql("t LIKE 'a' ESCAPE 'b'") == "! LIKE with ESCAPE has no translation");
    CHECK(toPostgresql("t REGEXP 'a'") == "! 'REGEXP' has no translation");
    CHECK(toPostgresql("n / 2 > 1") == "! '/' has no translation");
    CHECK(toPostgresql("typeof(n) = 'integer'") == "! the function typeof() has no translation");
    CHECK(toPostgresql("date(day) = day") == "! the function date() has no translation");
    CHECK(toPostgresql("n IN (SELECT 1)") == "! a subquery has no translation");
    CHECK(toPostgresql("EXISTS (SELECT 1)") == "! SELECT has no translation");
    CHECK(toPostgresql("CASE WHEN n THEN 1 END") == "! CASE has no translation");
    CHECK(toPostgresql("length(n) = 1") == "! it asks for the length of a number");
    CHECK(toPostgresql("CAST(t AS INTEGER) = 1") == "! a cast to integer has no translation");
    CHECK(toPostgresql("j = '{}'") == "! it compares a JSON value");
    CHECK(toPostgresql("NOT json_valid(t)") == "! json_valid() has a translation only where it must be true");
    CHECK(toPostgresql("n > 5 garbage") == "! 'garbage' has no translation");
    CHECK(toPostgresql("n > 'open") == "! it is not understood");
    CHECK(toPostgresql("") == "! it ends too early");
    CHECK(toPostgresql(std::string(100'000, '(')) == "! it is nested too deeply");
    CHECK(toPostgresql(std::string(100'000, '+') + "n") == "! it is nested too deeply");
}

TEST_CASE("conditions of PostgreSQL become SQLite's") {
    CHECK(toSqlite("((n >= 1901) AND (n <= 2155))") == "((\"n\" >= 1901) AND (\"n\" <= 2155))");
    CHECK(toSqlite("((t)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))") ==
          "(\"t\" IN ('a', 'b'))");
    CHECK(toSqlite("(t <> ALL (ARRAY['a'::text, 'b'::text]))") == "(NOT (\"t\" IN ('a', 'b')))");
    CHECK(toSqlite("(d >= (0)::numeric)") == "(\"d\" >= 0)");
    CHECK(toSqlite("(n = '-1'::integer)") == "(\"n\" = -1)");
    CHECK(toSqlite("(NOT b)") == "(NOT \"b\")");
    CHECK(toSqlite("(b = true)") == "(\"b\" = true)");
    CHECK(toSqlite("(b IS NOT TRUE)") == "(\"b\" IS NOT TRUE)");
    CHECK(toSqlite("(stop > start)") == "(\"stop\" > \"start\")");
    CHECK(toSqlite("(day > '2000-01-01'::date)") == "(\"day\" > '2000-01-01')");
    CHECK(toSqlite("(length((t)::text) > 0)") == "(length(\"t\") > 0)");
    CHECK(toSqlite("(TRIM(BOTH FROM t) <> ''::text)") == "(trim(\"t\") <> '')");
    CHECK(toSqlite("((t)::text ~~ 'a%b_*'::text)") == "(\"t\" GLOB 'a*b?[*]')");
    CHECK(toSqlite("(t !~~ 'a%'::text)") == "(NOT (\"t\" GLOB 'a*'))");
    CHECK(toSqlite("(lower((t COLLATE \"C\")) = 'a'::text)") == "(lower(\"t\") = 'a')");
    CHECK(toSqlite("((t COLLATE \"C\") > 'a'::text)") == "(\"t\" > 'a')");
    CHECK(toSqlite("(n IS DISTINCT FROM m)") == "(\"n\" IS NOT \"m\")");
    CHECK(toSqlite("(c = 'A'::public.citext)") == "(\"c\" = 'A')");
    CHECK(toSqlite("((c)::text = 'A'::text)") == "((\"c\" COLLATE BINARY) = 'A')");
    CHECK(toSqlite("(x = '\\x00ff'::bytea)") == "(\"x\" = x'00ff')");
    CHECK(toSqlite("(wide > (0)::numeric)") == "(CAST(\"wide\" AS NUMERIC) > 0)");
    CHECK(toSqlite("(((t)::json IS NOT NULL) OR NULL::boolean)") == "(\"t\" IS NULL OR json_valid(\"t\"))");
    CHECK(toSqlite("((j IS NOT NULL) OR NULL::boolean)") == "(\"j\" IS NULL OR json_valid(\"j\"))");
}

TEST_CASE("what is not surely the same in SQLite is refused") {
    CHECK(toSqlite("(COALESCE(c, 'x'::public.citext) = 'a'::public.citext)") ==
          "! a function of citext has no translation");
    CHECK(toSqlite("(t > 'a'::text)") == "! it asks for the order of texts in the language of the database");
    CHECK(toSqlite("(t ~ '^a'::text)") == "! '~' has no translation");
    CHECK(toSqlite("(t ~~* 'a%'::text)") == "! '~~*' has no translation");
    CHECK(toSqlite("(c ~~ 'a%'::text)") ==
          "! patterns on texts whose case doesn't count have no translation");
    CHECK(toSqlite("(wide = (0)::numeric)") ==
          "! the digits of a decimal are kept as text, and compared as such");
    CHECK(toSqlite("((n)::text = 'a'::text)") == "! a cast to text has no translation");
    CHECK(toSqlite("((d)::integer = 1)") == "! a cast to integer has no translation");
    CHECK(toSqlite("(start > now())") == "! it depends on the moment");
    CHECK(toSqlite("public.f(n)") == "! a qualified name has no translation");
    CHECK(toSqlite("(t = E'a\\\\b')") == "! it is not understood");
    CHECK(toSqlite("((t COLLATE \"de_DE\") = 'a'::text)") == "! the collation de_DE has no translation");
}

TEST_CASE("defaults of SQLite become PostgreSQL's") {
    CHECK(postgresqlDefault("\"none\"", "text") == "'none'");
    CHECK(postgresqlDefault("none", "text") == "'none'");
    CHECK(postgresqlDefault("'it''s'", "text(10)") == "'it''s'");
    CHECK(postgresqlDefault("NULL", "text") == "(none)");
    CHECK(postgresqlDefault("true", "boolean") == "true");
    CHECK(postgresqlDefault("0", "boolean") == "false");
    CHECK(postgresqlDefault("TRUE", "int64") == "1");
    CHECK(postgresqlDefault("-1", "int64") == "-1");
    CHECK(postgresqlDefault("'5'", "int64") == "5");
    CHECK(postgresqlDefault("0", "text") == "'0'");
    CHECK(postgresqlDefault("4.99", "decimal(4,2)") == "4.99");
    CHECK(postgresqlDefault("x'00Ff'", "bytes") == "'\\x00ff'::bytea");
    CHECK(postgresqlDefault("''", "bytes") == "'\\x'::bytea");
    CHECK(postgresqlDefault("'{\"a\":[1]}'", "json") == "'{\"a\":[1]}'");
    CHECK(postgresqlDefault("'2026-01-31'", "date") == "'2026-01-31'");
    CHECK(postgresqlDefault("'2026-01-31 10:00:00'", "timestamptz") == "'2026-01-31 10:00:00+00:00'");
    CHECK(postgresqlDefault("current_timestamp", "timestamptz") == "CURRENT_TIMESTAMP");
    CHECK(postgresqlDefault("CURRENT_TIMESTAMP", "timestamp") == "(now() AT TIME ZONE 'utc')");
    CHECK(postgresqlDefault("datetime('now')", "timestamptz") == "CURRENT_TIMESTAMP");
    CHECK(postgresqlDefault("strftime('%Y-%m-%dT%H:%M:%fZ', 'now')", "timestamptz") == "CURRENT_TIMESTAMP");
    CHECK(postgresqlDefault("CURRENT_DATE", "date") == "((now() AT TIME ZONE 'utc')::date)");
    CHECK(postgresqlDefault("strftime('%s', 'now')", "int64") ==
          "(floor(extract(epoch FROM now()))::bigint)");
    CHECK(postgresqlDefault("CAST(strftime('%s','now') AS INTEGER)", "int64") ==
          "(floor(extract(epoch FROM now()))::bigint)");
    CHECK(postgresqlDefault("datetime('now')", "text") ==
          "to_char((now() AT TIME ZONE 'utc'), 'YYYY-MM-DD HH24:MI:SS')");
    CHECK(postgresqlDefault("'a' || 'b'", "text") == "(('a' || 'b'))");

    CHECK(postgresqlDefault("'toolong'", "text(3)") == "! 'toolong' is longer than text(3)");
    CHECK(postgresqlDefault("40000", "int16") == "! 40000 is out of range for int16");
    CHECK(postgresqlDefault("'x'", "int64") == "! 'x' is not a number");
    CHECK(postgresqlDefault("'x'", "boolean") == "! 'x' is not a boolean");
    CHECK(postgresqlDefault("'{'", "json") == "! '{' is not a JSON value");
    CHECK(postgresqlDefault("'soon'", "timestamp") == "! 'soon' is not a timestamp");
    CHECK(postgresqlDefault("'2026-02-30'", "date") == "! '2026-02-30' is not a date");
    CHECK(postgresqlDefault("strftime('%s', 'now')", "timestamp") ==
          "! the moment is no value for a timestamp");
    CHECK(postgresqlDefault("datetime('now', 'localtime')", "timestamp") ==
          "! the function datetime() has no translation");
    CHECK(postgresqlDefault("lower(hex(randomblob(16)))", "text") ==
          "! the function randomblob() has no translation");
}

TEST_CASE("defaults of PostgreSQL become SQLite's") {
    CHECK(sqliteDefault("'none'::text", "text") == "'none'");
    CHECK(sqliteDefault("'uploaded'::character varying", "text(50)") == "'uploaded'");
    CHECK(sqliteDefault("NULL::character varying", "text") == "(none)");
    CHECK(sqliteDefault("true", "boolean") == "true");
    CHECK(sqliteDefault("'-1'::integer", "int32") == "-1");
    CHECK(sqliteDefault("4.99", "decimal(4,2)") == "4.99");
    CHECK(sqliteDefault("4.990", "decimal") == "'4.990'");
    CHECK(sqliteDefault("'G'::public.mpaa_rating", "enum") == "'G'");
    CHECK(sqliteDefault("'127.0.0.1'::inet", "other") == "'127.0.0.1'");
    CHECK(sqliteDefault("'{}'::jsonb", "json") == "'{}'");
    CHECK(sqliteDefault("now()", "timestamptz") == "CURRENT_TIMESTAMP");
    CHECK(sqliteDefault("CURRENT_TIMESTAMP", "timestamptz") == "CURRENT_TIMESTAMP");
    CHECK(sqliteDefault("(now() AT TIME ZONE 'utc'::text)", "timestamp") == "CURRENT_TIMESTAMP");
    CHECK(sqliteDefault("((now() AT TIME ZONE 'utc'::text))::date", "date") == "CURRENT_DATE");
    CHECK(sqliteDefault("CURRENT_DATE", "date") == "CURRENT_DATE");
    CHECK(sqliteDefault("(floor(EXTRACT(epoch FROM now())))::bigint", "int64") ==
          "(CAST(strftime('%s', 'now') AS INTEGER))");
    CHECK(sqliteDefault("to_char((now() AT TIME ZONE 'utc'::text), 'YYYY-MM-DD HH24:MI:SS'::text)", "text") ==
          "CURRENT_TIMESTAMP");
    CHECK(sqliteDefault("('now'::text)::date", "date") == "CURRENT_DATE");
    CHECK(sqliteDefault("EXTRACT(epoch FROM now())", "int64") == "(CAST(strftime('%s', 'now') AS INTEGER))");
    CHECK(sqliteDefault("'2026-01-31 10:00:00+00'::timestamp with time zone", "timestamptz") ==
          "'2026-01-31 10:00:00+00:00'");

    CHECK(sqliteDefault("gen_random_uuid()", "uuid") ==
          "! the function gen_random_uuid() has no translation");
    CHECK(sqliteDefault("'{}'::text[]", "array(text)") == "'{}'");
    CHECK(sqliteDefault("'01:00:00'::interval", "interval") ==
          "! constants of its type are spelled differently");
    CHECK(sqliteDefault("now()", "text") == "! the moment is no value for a text");
}

TEST_CASE("statements of indexes are read") {
    const auto parts = [](const char* sql, Dialect dialect) {
        return parseIndexStatement(sql, dialect).parts.size();
    };
    CHECK(parts("CREATE UNIQUE INDEX IF NOT EXISTS \"a on b\" ON t (a, lower(b) DESC, c COLLATE NOCASE)",
                Dialect::sqlite) == 3);
    CHECK(
        parts("CREATE INDEX i ON public.t USING btree (a, lower((b)::text) text_pattern_ops DESC NULLS LAST) "
              "INCLUDE (c, d) WITH (fillfactor='70') WHERE (a > 0)",
              Dialect::postgresql) == 2);
    const IndexStatement index =
        parseIndexStatement("CREATE UNIQUE INDEX i ON t(a DESC) WHERE b IS NULL", Dialect::sqlite);
    CHECK(index.parts[0].descending);
    REQUIRE(index.predicate);
    CHECK(index.predicate->kind == Expression::Kind::isNull);
    CHECK(parseIndexStatement("CREATE UNIQUE INDEX i ON public.t USING btree (a) NULLS NOT DISTINCT",
                              Dialect::postgresql)
              .nullsNotDistinct);
    CHECK_THROWS_WITH(parts("CREATE INDEX i ON public.t USING gin (a)", Dialect::postgresql),
                      "its method gin has no counterpart");
    CHECK_THROWS_WITH(parts("CREATE INDEX i", Dialect::sqlite), "its statement has another form");
    CHECK_THROWS_WITH(parts("CREATE INDEX i ON t (a", Dialect::sqlite), "its statement has another form");
}
