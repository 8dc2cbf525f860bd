// Databases copied into empty ones: pg_dump can't tell them apart.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include "plugins/postgresql_sink/restored.hpp"

using namespace roost;
using namespace roost::test;

namespace {

std::filesystem::path data(const char* file) { return std::filesystem::path(ROOST_TEST_PG_DATA) / file; }

/// Both dumps, line by line: the first line that differs says more than two megabytes do.
void requireSame(const std::string& a, const std::string& b) {
    if (a == b) return;
    std::istringstream left(a);
    std::istringstream right(b);
    std::string inLeft;
    std::string inRight;
    int shown = 0;
    while (shown < 10) {
        const bool more = static_cast<bool>(std::getline(left, inLeft));
        const bool alsoMore = static_cast<bool>(std::getline(right, inRight));
        if (!more && !alsoMore) break;
        if (more && alsoMore && inLeft == inRight) continue;
        UNSCOPED_INFO("- " << inLeft.substr(0, 300) << "\n+ " << inRight.substr(0, 300));
        ++shown;
        inLeft.clear();
        inRight.clear();
    }
    FAIL("the dumps differ");
}

/// `leftOut`: lines of the original's dump that begin so are not carried.
void requireCopied(const ScratchDatabase& original, const std::string& leftOut = {}) {
    const ScratchDatabase copy;
    const Restored restored = copyDatabase(original, into(copy));
    CHECK(restored.acceptance.destroys.empty());
    CHECK(restored.asides.empty());
    std::string expected;
    std::istringstream lines(dump(original));
    for (std::string line; std::getline(lines, line);)
        if (leftOut.empty() || !line.starts_with(leftOut)) expected += line + "\n";
    requireSame(expected, dump(copy));
}

/// Every type that has a binary form here, with its edges.
constexpr const char* values = R"(
    CREATE TYPE mood AS ENUM ('sad', 'it''s', 'happy');
    CREATE DOMAIN positive AS numeric(8,2) CHECK (VALUE > 0);
    CREATE DOMAIN short AS varchar(3);
    CREATE TABLE t (b bool, s int2, i int4, l int8, f float4, d float8, n numeric, p numeric(12,4), z numeric(5,-2),
      w numeric(3,5), m money, a text, v varchar(5), c char(4), nm name, bp bpchar, e mood, dom positive, sh short,
      by bytea, u uuid, da date, ti time, t3 time(3), ts timestamp, tz timestamptz, t0 timestamptz(0), iv interval,
      i2 interval(2), j json, jb jsonb);
    INSERT INTO t (b, s, i, l, f, d) VALUES (true, -32768, -2147483648, -9223372036854775808, '-0', '-0'),
      (false, 32767, 2147483647, 9223372036854775807, 'NaN', 'NaN'), (true, 0, 0, 0, 'Infinity', 'Infinity'),
      (true, 0, 0, 0, '-Infinity', '-Infinity'), (true, 0, 0, 0, 1e-45, 4.9e-324), (true, 1, 1, 1, 226.53, 0.1),
      (true, 0, 0, 0, 3.4028235e38, 1.7976931348623157e308), (NULL, NULL, NULL, NULL, NULL, NULL);
    INSERT INTO t (n) VALUES ('NaN'), ('Infinity'), ('-Infinity'), (0), (0.000), (1), (-1), (10000), (9999), (99990000),
      (100000000), (0.0001), (0.00001), (123456789.123456789), (-0.00000000000000000001), (1e-1000), (-1e1000), (1e131071),
      (('1e-16383')::numeric), (('0.' || repeat('12345', 3000))::numeric), (0.10), (0.1000), (12345.6), (1234.56780000),
      ((repeat('7', 131072) || '.' || repeat('3', 16383))::numeric), (100010000.00010001), (0.00010000);
    INSERT INTO t (p, z, w, m, dom) VALUES (12345678.1234, 12345, 0.00123, -92233720368547758.08, 0.01),
      (0, 0, 0, 92233720368547758.07, 999999.99), (-0.0001, 99900, -0.00999, -0.01, NULL), (NULL, NULL, NULL, 1234.5, 1);
    INSERT INTO t (a, v, c, nm, bp, e, sh) VALUES ('', '', '', '', '', 'sad', ''),
      (E'\t\n\r\b\f\v\\ "''', 'a  ', 'ab', 'name', 'x', 'it''s', 'abc'),
      (E'\U0001F600 \u0301\u200B\uFEFF', E'\u00e4\u00e4\u00e4\u00e4\u00e4', E'\u00e4 b', E'\u00e4', '', 'happy', NULL),
      (repeat('x', 300000), '12345', '    ', repeat('n', 63), E'  \t', NULL, ' a '), ('\.', '\N', '\', '\N', '\.', NULL, '\');
    INSERT INTO t (by, u) VALUES ('', '00000000-0000-0000-0000-000000000000'),
      ('\x00ff5c0a', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
      ((SELECT string_agg(set_byte('\x00', 0, i), '' ORDER BY i) FROM generate_series(0, 255) i), NULL);
    INSERT INTO t (da, ti, t3, ts, tz, t0, iv, i2) VALUES
      ('4713-01-01 BC', '00:00', '00:00:00.001', '4713-01-01 00:00:00 BC', '4713-01-01 00:00:00+00 BC', 'infinity',
       '-178000000 years', '1.25 seconds'),
      ('5874897-12-31', '24:00', '23:59:59.999', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00',
       '-infinity', '178000000 years', '-0.01 s'),
      ('infinity', '12:34:56.000001', NULL, 'infinity', 'infinity', '1999-12-31 23:59:59+00', '1 mon -1 day 00:00:00.000001', '1 day'),
      ('-infinity', '23:59:59.999999', NULL, '-infinity', '-infinity', '2000-01-01', '-1 mon 1 day -23:59:59.999999', '0'),
      ('0001-12-31 BC', '01:02:03', NULL, '0001-01-01 00:00:00.5', '1999-12-31 23:59:59.999999+00', NULL, '-00:00:00.5', NULL),
      ('10000-01-01', '00:00:00.5', NULL, '10000-01-01 12:00:00.25', '0044-03-15 BC', NULL, '2562047788:00:54.775', NULL);
    INSERT INTO t (j, jb) VALUES ('{"b" :1,  "a":[1.50,null], "a":2}', '{"b":1,"a":[1.50,null,"\u00e4\n"]}'),
      ('null', 'null'), ('"x"', '[]');)";

}  // namespace

TEST_CASE("every type comes back to the bit, through the binary form") {
    const ScratchDatabase database(values);
    requireCopied(database);
}

TEST_CASE("every type comes back to the bit, through the text form") {
    const ScratchDatabase database(std::string(values) +
                                   "ALTER TABLE t ADD address inet DEFAULT '10.0.0.1/8'");
    requireCopied(database);
}

TEST_CASE("types that the server alone can read come back") {
    const ScratchDatabase database(R"(
        CREATE EXTENSION hstore; CREATE EXTENSION citext;
        CREATE TYPE pair AS (a int, b text); CREATE TYPE span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
        CREATE DOMAIN numbers AS int[] CHECK (VALUE[1] > 0);
        CREATE TABLE t (id int PRIMARY KEY, i inet, c cidr, m macaddr, b bit(5), vb bit varying, tz timetz, r int4range,
          mr tstzmultirange, sp span, tv tsvector, tq tsquery, x xml, h hstore, ct citext UNIQUE, p pair, ia int[], ta text[],
          tsa timestamptz[], na numbers, ba bytea[], fa float8[], iva interval[], ma money[], po point, pg polygon, o oid,
          rc regclass, q "char");
        INSERT INTO t VALUES (1, '10.1.2.3/8', '10.0.0.0/8', '08:00:2b:01:02:03', B'10101', B'1', '12:34:56.789+05:30', '[1,5)',
          '{[2020-01-01,2021-01-01),[2022-01-01,)}', '[0.1,2.5]', 'a:1 b:2A', 'a & !b', '<a>1</a> text', 'a=>1,"b c"=>NULL', 'MiXed',
          ROW(1, E'x"\\,y'), '[0:1]={5,NULL}', ARRAY['a,b', '"', NULL, '', 'NULL', E'\\'],
          ARRAY['2020-01-01 00:00:00.5+02'::timestamptz, 'infinity'], '{1,2}', ARRAY['\x00ff'::bytea], '{NaN,0.1,-Infinity}',
          ARRAY['1 mon -1 day 00:00:01'::interval], ARRAY[1.5::money, (-2)::money], '(0.1,1e300)', '((0,0),(1,1),(1,0))',
          4294967295, 'pg_catalog.pg_class', 'x'); INSERT INTO t (id) VALUES (2))");
    requireCopied(database);
}

TEST_CASE("Aviary's database comes back as it was") {
    ScratchDatabase database;
    database.load(data("../../../fixtures/aviary/aviary-pg.sql"));
    requireCopied(database);
}

TEST_CASE("memos' and shiori's databases come back as they were") {
    ScratchDatabase memos;
    memos.load(data("memos.sql"));
    requireCopied(memos);
    ScratchDatabase shiori;
    shiori.load(data("shiori.sql"));
    requireCopied(shiori);
}

TEST_CASE("Sakila comes back with views, functions, triggers and partitions") {
    const char* fixtures = std::getenv("ROOST_TEST_FIXTURES");
    if (fixtures == nullptr) {
        WARN("ROOST_TEST_FIXTURES is not set: Sakila is left out");
        return;
    }
    const std::filesystem::path folder = std::filesystem::path(fixtures) / "sakila";
    ScratchDatabase database;
    Session("postgres").run("DO $$ BEGIN CREATE ROLE postgres; EXCEPTION WHEN duplicate_object THEN END $$");
    database.load(folder / "postgres-sakila-schema.sql");
    database.load(folder / "postgres-sakila-insert-data-using-copy.sql");
    requireCopied(database, "COMMENT ON SCHEMA");  // comments but those of tables and columns are not carried
}

TEST_CASE("everything that stands beside tables comes back") {
    ScratchDatabase database(R"(
        CREATE SCHEMA app; CREATE SCHEMA ext; CREATE EXTENSION hstore WITH SCHEMA ext;
        CREATE TYPE app.mood AS ENUM ('sad', 'it''s', 'happy');
        CREATE DOMAIN positive AS numeric(8,2) DEFAULT 1 NOT NULL CONSTRAINT above CHECK (VALUE > 0);
        CREATE TYPE pair AS (a positive, "b c" text COLLATE "C");
        CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x * 2';
        CREATE FUNCTION atomic(x int) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT x; SELECT x + 1; END;
        CREATE PROCEDURE nothing() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN NEW.touched := true; RETURN NEW; END $f$;
        CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0', PARALLEL = SAFE);
        CREATE SEQUENCE app.numbers AS int START 7 MINVALUE 5 MAXVALUE 50 INCREMENT 2 CACHE 4 CYCLE; SELECT nextval('app.numbers');
        CREATE TABLE t (id serial PRIMARY KEY, a int DEFAULT 5, b int, touched bool, during int4range, EXCLUDE USING gist (during WITH &&),
          doubled int GENERATED ALWAYS AS (public.twice(a)) STORED, UNIQUE (a, b) DEFERRABLE INITIALLY DEFERRED, note text COLLATE "C",
          feeling app.mood DEFAULT 'sad', extra ext.hstore) WITH (fillfactor=70);
        COMMENT ON TABLE t IS 'it''s a table'; COMMENT ON COLUMN t.a IS 'a number';
        INSERT INTO t (a, b, during) VALUES (1, 2, '[1,3)'), (3, 4, '[3,9)'), (101, NULL, NULL);
        ALTER TABLE t ADD CONSTRAINT young CHECK (a < 100) NOT VALID, ADD CONSTRAINT old CHECK (a > 0);
        CREATE TABLE "odd ""name" ("A" bigint GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5) PRIMARY KEY, "select" text UNIQUE,
          parent bigint REFERENCES "odd ""name" ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED);
        INSERT INTO "odd ""name" ("select", parent) VALUES ('x', 15), ('y', 10);
        CREATE TABLE a1 (id int PRIMARY KEY, b int); CREATE TABLE b1 (id int PRIMARY KEY, a int REFERENCES a1);
        ALTER TABLE a1 ADD CONSTRAINT back FOREIGN KEY (b) REFERENCES b1 ON UPDATE CASCADE ON DELETE RESTRICT;
        INSERT INTO a1 VALUES (1, NULL); INSERT INTO b1 VALUES (1, 1); UPDATE a1 SET b = 1;
        CREATE UNLOGGED TABLE app.fast (x int); INSERT INTO app.fast VALUES (1);
        CREATE TABLE parent (x int); CREATE TABLE child (y int) INHERITS (parent); INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 3);
        CREATE TABLE parted (k int, v text, at date DEFAULT '2020-01-01', PRIMARY KEY (k, at)) PARTITION BY RANGE (at);
        CREATE TABLE parted_20 PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
        CREATE TABLE app.parted_rest PARTITION OF parted DEFAULT PARTITION BY HASH (k);
        CREATE TABLE app.rest_0 PARTITION OF app.parted_rest FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE app.rest_1 PARTITION OF app.parted_rest FOR VALUES WITH (MODULUS 2, REMAINDER 1);
        CREATE INDEX on_parted ON parted (v); CREATE INDEX on_one ON parted_20 (k);
        INSERT INTO parted SELECT g, 'v' || g, date '2020-01-01' + g * 30 FROM generate_series(1, 40) g;
        CREATE TABLE no_columns (); INSERT INTO no_columns SELECT FROM generate_series(1, 3);
        CREATE UNIQUE INDEX partial ON t (lower(note), (a + b) DESC NULLS LAST) WHERE a > 1;
        CREATE VIEW zfirst AS SELECT id, twice(a) AS a2, total(b) OVER () FROM t; CREATE VIEW alpha WITH (security_barrier = true) AS SELECT * FROM zfirst;
        CREATE FUNCTION rows_of() RETURNS SETOF alpha LANGUAGE sql AS 'SELECT * FROM public.alpha';
        CREATE VIEW beta AS SELECT * FROM rows_of();
        CREATE MATERIALIZED VIEW kept AS SELECT * FROM beta; CREATE INDEX on_kept ON kept (id);
        CREATE TRIGGER touched BEFORE UPDATE OR INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch();
        CREATE TRIGGER off BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION touch(); ALTER TABLE t DISABLE TRIGGER off;
        CREATE RULE quiet AS ON DELETE TO t DO INSTEAD NOTHING;
        CREATE STATISTICS app.stat ON a, b FROM t;
        ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; CREATE POLICY own ON t FOR SELECT TO PUBLIC USING (a > 0);)");
    requireCopied(database);
}
