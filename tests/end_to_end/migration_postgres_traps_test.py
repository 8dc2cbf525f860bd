"""Awkward databases of PostgreSQL's own: to SQLite and back again, or refused by name. The numbers are those of the
list of traps in the design's papers."""
import json
import unittest

from backup_postgres_test import psql
from migration_support import TO_SQLITE, Moving, asked, changes, postgres_cells, postgres_schema_lines, sqlite_cells


class Traps(Moving):
    def trip(self, sql, expected=(), there=0):
        """Values as the server writes them and the schema, behind a stay in SQLite."""
        self.original = self.create_database(sql=sql)
        self.middle, self.back = self.folder / "middle.db", self.create_database()
        self.told = self.to_sqlite(self.original, self.middle, "--report", self.folder / "there.json", expect=there).stderr
        self.to_postgres(self.middle, self.back)
        self.assertSame(postgres_cells(self.original), postgres_cells(self.back))
        self.assertCountEqual(changes(postgres_schema_lines(self.original), postgres_schema_lines(self.back)), expected)

    def losses(self):
        return {loss["message"]: loss for loss in json.loads((self.folder / "there.json").read_text())["losses"]}

    def test_16_19_20_22_23_24_numbers_to_their_last_bit(self):
        """Decimals without a scale to their 131,072 digits, and every edge of the numbers."""
        self.trip("""
            CREATE TABLE t (id int PRIMARY KEY, f8 float8, f4 float4, n numeric, w numeric(40,10), up numeric(5,-2), low numeric(3,5),
                            i2 smallint, i4 int, i8 bigint, b boolean);
            INSERT INTO t VALUES
              (1, 'Infinity', '-Infinity', 'NaN', 'NaN', 12300, 0.00123, -32768, -2147483648, -9223372036854775808, true),
              (2, '-Infinity', 'Infinity', 'Infinity', 123456789012345678901234567890.0123456789, -12300, -0.00999, 32767, 2147483647,
                  9223372036854775807, false),
              (3, 0.1::float8 + 0.2::float8, 0.1, '-Infinity', 0.1, 0, 0, 0, 0, 9007199254740993, NULL),
              (4, 4.9e-324, 1.4e-45, 0.10000000000000000000, 9.8, NULL, NULL, NULL, NULL, NULL, NULL),
              (5, 1.7976931348623157e308, 3.4028235e38, repeat('9', 131072)::numeric, 1e29, NULL, NULL, NULL, NULL, NULL, NULL),
              (6, 123456789.123, 226.53, ('0.' || repeat('0', 16382) || '1')::numeric, 5.0, NULL, NULL, NULL, NULL, NULL, NULL),
              (7, 1, 1, 5.0, 14, NULL, NULL, NULL, NULL, NULL, NULL), (8, 1, 1, 0.00, 14, NULL, NULL, NULL, NULL, NULL, NULL),
              (9, 1, 1, 9223372036854775808, 14, NULL, NULL, NULL, NULL, NULL, NULL), (10, 1, 1, 1e300, 14, NULL, NULL, NULL, NULL, NULL, NULL),
              (11, 1, 1, 9.8, 14, NULL, NULL, NULL, NULL, NULL, NULL), (12, 1, 1, 9.80, 14, NULL, NULL, NULL, NULL, NULL, NULL)""")
        kinds = sqlite_cells(self.middle)["t"]
        self.assertEqual({row[3] for row in kinds if row[0] in ("7", "8", "9", "10", "11", "12")},
                         {"'5.0'", "'0.00'", "'9223372036854775808'", "1e+300", "9.8", "'9.80'"})

    def test_22_what_sqlite_has_no_number_for_is_told(self):
        database = self.create_database(sql="""CREATE TABLE t (id int PRIMARY KEY, f8 float8);
            INSERT INTO t VALUES (1, 'NaN'), (2, '-0'), (3, '-0'), (4, 0)""")
        done = self.to_sqlite(database, self.folder / "there.db", expect=1)
        self.assertIn("table t, id = 1: column 'f8' cannot hold", done.stderr)
        self.assertIn("SQLite has no value for it but NULL", done.stderr)
        self.assertFalse((self.folder / "there.db").exists())
        done = self.to_sqlite(database, self.folder / "there.db", "--set", "on_bad_value=null", expect=3)
        self.assertIn("table 't': 2 zeros that were negative have no sign any more", done.stderr)
        self.assertEqual(sqlite_cells(self.folder / "there.db")["t"], [["1", "None"], ["2", "0.0"], ["3", "0.0"], ["4", "0.0"]])

    def test_15_16_17_times_at_their_edges(self):
        self.trip("""
            CREATE TABLE t (id int PRIMARY KEY, d date, ts timestamp, tz timestamptz, t time, tt timetz, i interval, cut timestamp(3), years interval year);
            INSERT INTO t VALUES
              (1, 'infinity', 'infinity', 'infinity', '24:00', '24:00+15:59', '1 mon -1 day +00:00:01.5', '2001-01-01 00:00:00.123', '1 year'),
              (2, '-infinity', '-infinity', '-infinity', '00:00', '00:00-15:59', '-1 mon +1 day -00:00:00.000001', NULL, NULL),
              (3, '4713-01-01 BC', '4713-01-01 00:00:00 BC', '4713-01-01 00:00:00+00 BC', '23:59:59.999999', '12:00:00.000001+05:30',
                  '178000000 years', NULL, NULL),
              (4, '5874897-12-31', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '12:00', NULL, '0', NULL, NULL),
              (5, '0001-01-01 BC', '0001-01-01 00:00:00 BC', '0044-03-15 12:00:00+00 BC', '12:00', NULL, '2147483647 days -2147483648 mons', NULL, NULL),
              (6, '10000-01-01', '10000-01-01', '0001-01-01 00:00+00', '12:00', NULL, '-178000000 years', NULL, NULL)""",
                  ["- column t.cut: timestamp(3) without time zone", "+ column t.cut: timestamp without time zone",
                   "- column t.years: interval year", "+ column t.years: interval"])
        self.assertEqual(sorted(self.losses()), [
            "column cut keeps what timestamp(3) without time zone cuts off: SQLite's times have no limit",
            "column years keeps what interval year cuts off: SQLite's times have no limit"])

    def test_25_26_29_30_32_34_39_texts_and_bytes(self):
        """Empty, NULL and zeros in front; numbers in texts; bytes; JSON as it stands; padding."""
        self.trip("""
            CREATE TABLE t (id int PRIMARY KEY, s text, v varchar(5), c char(5), b bytea, j json, jb jsonb, u uuid, q "char");
            INSERT INTO t VALUES (1, '', '', '', '', 'null', 'null', '00000000-0000-0000-0000-000000000000', ''),
              (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
              (3, E'a\\tb\\nc\\\\d\\r\\x01', '00123', 'ab  ', '\\x00ff00', '{"b":1, "a":2, "b":3}',
                  '{"b":1,"a":1e400,"n":123456789012345678901234567890.10}', 'ffffffff-ffff-4fff-bfff-ffffffffffff', 'x'),
              (4, '00123', '1e5', '1e5', '\\x', '"\\u0041\\u0000"', '"é"', '01234567-89ab-cdef-0123-456789abcdef', '1'),
              (5, repeat('😀', 1000), '😀😀😀😀😀', '😀', decode(repeat('00ff', 100000), 'hex'), '[]', '[]', NULL, NULL)""")

    def test_35_38_types_of_the_servers_own(self):
        """Arrays with bounds, NULLs and quotes, ranges, addresses, bits, points, words, and what they look like in between."""
        self.trip("""
            CREATE TABLE t (id int PRIMARY KEY, a int[], b text[] DEFAULT '{x}', f int4range, g tstzrange, h nummultirange, i inet, j cidr, k macaddr, l bit(5),
              m varbit, n point, o tsvector, p xml, u numeric(10,2)[], w timestamptz[], x json[], y oid, z pg_lsn, aa circle, cc macaddr8,
              dd tsquery, ee jsonpath, ff interval[], gg varchar(3)[], hh time(3) with time zone, ii bytea[], UNIQUE (i));
            CREATE INDEX ON t (j);
            INSERT INTO t VALUES (1, '[0:1]={5,6}', '{a,NULL,"NULL","","a\\"b","c,d","{}"}', '[1,5)', '["2020-01-01 00:00:00+00",infinity]',
              '{[1.50,2),(3,)}', '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', '10101', '', '(1.5,-0)', 'a:1A b:2', '<a/>', '{1.50,NULL}',
              '{"2020-01-01 00:00:00+00",-infinity}', '{"{\\"a\\":1}"}', 4294967295, '16/B374D848', '<(0,0),1>', '08:00:2b:01:02:03:04:05',
              'a & b', '$.a', '{"1 mon",-00:00:01}', '{abc}', '12:00:00.123+02', '{"\\\\x00ff"}'),
              (2, '{{1,2},{3,4}}', '{}', 'empty', '(,)', '{}', '::1', NULL, NULL, '00000', '101', NULL, '', '', NULL, NULL, NULL, NULL, NULL,
              NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)""")
        self.assertEqual(self.losses(), {})
        self.assertIn("'[0:1]={5,6}'", sqlite_cells(self.middle)["t"][0])

    def test_36_37_types_of_the_users_own_become_what_they_are_made_of(self):
        self.original = self.create_database(sql="""
            CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "fine"'); CREATE TYPE pair AS (a int, b text); CREATE DOMAIN few AS int DEFAULT 7 NOT NULL CHECK (VALUE > 0);
            CREATE TABLE t (id int PRIMARY KEY, how mood DEFAULT 'ok', two pair, twos pair[], n few, cash money);
            INSERT INTO t VALUES (1, 'it''s "fine"', '(1,"a,b")', '{"(1,x)","(,)"}', 5, '-92233720368547758.08'), (2, 'sad', NULL, NULL, 1, '92233720368547758.07')""")
        middle, back = self.folder / "middle.db", self.create_database()
        self.to_sqlite(self.original, middle, "--report", self.folder / "there.json")
        self.to_postgres(middle, back)
        text = "SELECT id, how, two::text, twos::text, n, cash::numeric FROM t ORDER BY 1"
        self.assertEqual(asked(back, text), asked(self.original, text))
        self.assertEqual(set(self.losses()), {"composite type 'pair' is left out", "column two: its type public.pair has no counterpart and becomes text",
                                              "column twos: its type public.pair[] has no counterpart and becomes text"})
        self.assertIn("(a integer, b text)", self.losses()["composite type 'pair' is left out"]["sql"].replace("\n", ""))
        for row, why in (("3, 'happy', NULL, NULL, 1", "labels"), ("3, 'ok', NULL, NULL, 0", "few_check")):
            self.assertIn(why, psql(back, sql=f"INSERT INTO t VALUES ({row})", check=False).stderr)
        psql(back, sql="INSERT INTO t (id) VALUES (3)")
        self.assertEqual(asked(back, "SELECT how, n FROM t WHERE id = 3"), [["ok", "7"]])

    def test_45_46_53_54_keys_cycles_and_numbering(self):
        self.trip("""
            CREATE TABLE "Parent Table" (a int, b text, PRIMARY KEY (a, b), UNIQUE (b));
            CREATE TABLE child (id int GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5) PRIMARY KEY, a int, b text,
              self int REFERENCES child ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
              FOREIGN KEY (a, b) REFERENCES "Parent Table" ON DELETE CASCADE ON UPDATE RESTRICT);
            INSERT INTO "Parent Table" VALUES (1, 'x'), (2, 'y'); INSERT INTO child (a, b, self) VALUES (1, 'x', 15), (2, NULL, NULL), (2, 'y', 10);
            CREATE TABLE x (id int PRIMARY KEY, y int NOT NULL); CREATE TABLE y (id int PRIMARY KEY, x int NOT NULL REFERENCES x DEFERRABLE INITIALLY DEFERRED);
            ALTER TABLE x ADD FOREIGN KEY (y) REFERENCES y ON DELETE SET DEFAULT DEFERRABLE;
            BEGIN; SET CONSTRAINTS ALL DEFERRED; INSERT INTO x VALUES (1, 1); INSERT INTO y VALUES (1, 1); COMMIT;
            CREATE TABLE nokey (a int, b text); INSERT INTO nokey VALUES (1, 'a'), (1, 'a'), (NULL, NULL);
            CREATE SEQUENCE odd START 100 INCREMENT -3 MINVALUE -1000 MAXVALUE 100;
            CREATE TABLE down (id int PRIMARY KEY DEFAULT nextval('odd'), v text); INSERT INTO down (v) VALUES ('a'), ('b');
            CREATE TABLE ser (id bigserial PRIMARY KEY, v int); INSERT INTO ser (v) SELECT 1 FROM generate_series(1, 5); DELETE FROM ser WHERE id > 2;
            CREATE TABLE part (id smallint GENERATED BY DEFAULT AS IDENTITY, part int, PRIMARY KEY (id, part)); INSERT INTO part VALUES (DEFAULT, 1);
            CREATE TABLE gen (a int PRIMARY KEY, b bigint GENERATED ALWAYS AS (a::bigint * 2) STORED, c text GENERATED ALWAYS AS (md5(a::text)) STORED);
            INSERT INTO gen VALUES (1), (2);
            CREATE TABLE excl (r int4range, EXCLUDE USING gist (r WITH &&)); INSERT INTO excl VALUES ('[1,2)')""", [
            "- column down.id: whole number filled numbered from 94", "+ column down.id: whole number filled numbered from 101",
            "- column part.id: whole number filled numbered from 2", "+ column part.id: smallint filled",
            "- column gen.c: text default md5((a)::text) generated", "+ column gen.c: text",
            "- constraint excl: EXCLUDE USING gist (r WITH &&)"])
        losses = self.losses()
        self.assertEqual(set(losses), {
            "column id numbers its rows in steps of 1, no longer of 5", "column id numbers its rows in steps of 1, no longer of -3",
            "column id no longer numbers its rows: in SQLite only a whole number that is the whole primary key does",
            "generated column c becomes an ordinary one, with the values that it has now: the function md5() has no translation",
            "exclusion constraint 'excl_r_excl' is left out"})
        self.assertIn("EXCLUDE USING gist (r WITH &&)", losses["exclusion constraint 'excl_r_excl' is left out"]["sql"])
        psql(self.back, sql="INSERT INTO ser (v) VALUES (1); INSERT INTO child (a) VALUES (1)")
        self.assertEqual(asked(self.back, "SELECT max(id) FROM ser UNION ALL SELECT max(id) FROM child"), [["6"], ["25"]])

    def test_57_58_59_60_schemas_partitions_heirs_and_names(self):
        name, column = "n" * 63, "c" * 63
        self.trip(f"""
            CREATE SCHEMA billing; CREATE TABLE billing.t (id int PRIMARY KEY, v text); INSERT INTO billing.t VALUES (1, 'b');
            CREATE TABLE t (id int PRIMARY KEY, ref int REFERENCES billing.t); INSERT INTO t VALUES (1, 1);
            CREATE TABLE part (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
            CREATE TABLE part_a PARTITION OF part FOR VALUES FROM ('2020-01-01') TO ('2021-01-01'); CREATE TABLE part_b PARTITION OF part DEFAULT;
            INSERT INTO part VALUES (1, '2020-05-05'), (2, '1999-01-01');
            CREATE TABLE base (id int PRIMARY KEY, v text); CREATE TABLE heir (more int) INHERITS (base);
            INSERT INTO base VALUES (1, 'a'); INSERT INTO heir VALUES (2, 'b', 3);
            CREATE VIEW shown AS SELECT v FROM base; CREATE MATERIALIZED VIEW kept AS SELECT v FROM base;
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER tr BEFORE INSERT ON base FOR EACH ROW EXECUTE FUNCTION f();
            CREATE RULE r AS ON DELETE TO base DO INSTEAD NOTHING; ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (id > 5);
            CREATE SEQUENCE alone; CREATE UNLOGGED TABLE ul (a int); INSERT INTO ul VALUES (1);
            CREATE TABLE "select" ("from" int PRIMARY KEY, "a b" text, "Ünï""cödé😀" text, "1" int); INSERT INTO "select" VALUES (1, 'x', 'y', 2);
            CREATE TABLE "{name}" ("{column}" int PRIMARY KEY); INSERT INTO "{name}" VALUES (1)""",
                  ["- constraint t: FOREIGN KEY (ref) REFERENCES billing.t(id)", "+ constraint t: FOREIGN KEY (ref) REFERENCES billing_t(id)"])
        losses = self.losses()
        for kind, words in {"view 'shown'": "SELECT base.v", "materialized view 'kept'": "SELECT base.v", "function 'f()'": "RETURN NULL",
                            "trigger 'tr'": "EXECUTE FUNCTION", "rule 'r'": "INSTEAD NOTHING", "policy 'p'": "id > 5", "sequence 'alone'": "CREATE SEQUENCE"}.items():
            (found,) = [loss for message, loss in losses.items() if message.startswith(kind)]
            self.assertIn(words, found["sql"], kind)
        done = self.to_sqlite(self.original, self.folder / "never.db", "--dry-run")
        for message in losses:
            self.assertIn(message, done.stdout + done.stderr)
        self.assertFalse((self.folder / "never.db").exists())

    def test_58_names_that_would_be_one_are_refused(self):
        for sql, told in (('CREATE TABLE "User" (id int); CREATE TABLE "user" (id int)', "the tables User and user would have one name in SQLite"),
                          ('CREATE TABLE t ("A" int, a int)', "the columns 'A' and 'a' of table t would have one name in SQLite"),
                          ("CREATE SCHEMA a; CREATE TABLE a.t (x int); CREATE TABLE a_t (y int)", "the tables a.t and a_t would have one name"),
                          ("CREATE TABLE zero ()", "table zero has no columns")):
            done = self.to_sqlite(self.create_database(sql=sql), self.folder / "there.db", expect=1)
            self.assertIn(told, done.stderr)
            self.assertFalse((self.folder / "there.db").exists())

    def test_large_values_and_wide_tables(self):
        self.trip("CREATE TABLE t (id int PRIMARY KEY, s text, b bytea);"
                  "INSERT INTO t VALUES (1, repeat('aé', 17000000), decode(repeat('00ff', 5000000), 'hex'));"
                  f"CREATE TABLE wide ({', '.join(f'c{i} int' for i in range(1600))}); INSERT INTO wide (c0, c1599) VALUES (1, 2)")


if __name__ == "__main__":
    unittest.main()
