"""Awkward databases of SQLite's own: to PostgreSQL and back again, or refused by name with nothing changed. The numbers
are those of the list of traps in the design's papers."""
import json
import os
import sqlite3
import subprocess
import unittest

from backup_postgres_test import psql, rows
from migration_support import Moving, asked, changes, postgres_cells, postgres_schema_lines, sample, sqlite_cells, sqlite_schema_lines


class Traps(Moving):
    def made(self, sql, values=()):
        file = self.folder / "original.db"
        database = sqlite3.connect(file)
        database.executescript(sql)
        for statement, parameters in values:
            database.execute(statement, parameters)
        database.commit()
        database.close()
        return file

    def trip(self, file):
        self.middle, self.back = self.create_database(), self.folder / "back.db"
        self.told = self.to_postgres(file, self.middle, "--report", self.folder / "there.json").stderr
        self.to_sqlite(self.middle, self.back)

    def refused(self, sql, *told, values=()):
        """The run ends, says why, and the target is as before."""
        database = self.create_database(sql="CREATE TABLE mine (id int); INSERT INTO mine VALUES (1)")
        before = postgres_schema_lines(database), postgres_cells(database)
        file = self.made(sql, values)
        for arguments in ((), ("--dry-run",)):
            done = self.to_postgres(file, database, *arguments, expect=1)
            for words in told:
                self.assertIn(words, done.stderr)
            self.assertEqual((postgres_schema_lines(database), postgres_cells(database)), before)
        os.remove(file)

    def test_19_20_22_24_30_values_to_their_last_bit(self):
        file = self.made("CREATE TABLE t (id INTEGER PRIMARY KEY, r REAL, n NUMERIC, d DECIMAL(10,2), w DECIMAL(20,2), b BOOLEAN, s TEXT, v VARCHAR(5), x BLOB, j JSON)",
                         [("INSERT INTO t VALUES (?,?,?,?,?,?,?,?,?,?)", row) for row in [
                             (1, 0.1 + 0.2, 9.8, 9.5, 9.5, 1, "", "", b"", "null"),
                             (2, float("inf"), float("-inf"), 9, 1234567890123456, 0, None, None, None, '{"b":1, "a":2, "b":3}'),
                             (3, 1e300, 1e300, -0.05, 0.1, 1, "00123", "00123", b"\0", None),
                             (4, 5.0, 5.0, 1e5, 0, 0, "é😀", "😀😀😀😀😀", b"\xff", "[]"),
                             (-2 ** 63, 4.9e-324, 2 ** 63 - 1, 0, 0, None, "\1\t\n\r\\", "1e5", os.urandom(100_000), None),
                             (2 ** 63 - 1, 1.7976931348623157e308, 1.8e19, 0, 99999999999.99, None, "1", "1", b"", None),
                             (9007199254740993, 123456789.123, 226.53, 0, 0, None, "NULL", None, None, '"1e2"'),
                             (5, -1.5, -2 ** 63, 0, 0, None, "\\N", None, None, None)]])
        self.trip(file)
        self.assertSame(sqlite_cells(self.back), sqlite_cells(file))

    def test_naughty_strings(self):
        strings = [text for text in json.loads(sample("strings/blns.json").read_text()) if "\0" not in text]
        file = self.made("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT NOT NULL, v VARCHAR(9999), b BLOB)",
                         [("INSERT INTO t (s, v, b) VALUES (?, ?, ?)", (text, text, text.encode())) for text in strings])
        self.trip(file)
        self.assertGreater(len(strings), 400)
        self.assertSame(sqlite_cells(self.back), sqlite_cells(file))

    def test_2_booleans_in_all_their_words(self):
        file = self.made("CREATE TABLE t (id INTEGER PRIMARY KEY, b BOOLEAN);"
                         "INSERT INTO t VALUES (1,0),(2,1),(3,'true'),(4,'f'),(5,'YES'),(6,'off'),(7,NULL)")
        self.trip(file)
        self.assertEqual([row[1] for row in sqlite_cells(self.back)["t"]], ["0", "1", "1", "0", "1", "0", "None"])

    def test_4_5_6_7_defaults_give_what_they_gave(self):
        file = self.made("""CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT "none", b TEXT DEFAULT null, c TEXT DEFAULT CURRENT_TIMESTAMP,
            d DATETIME DEFAULT current_timestamp, e DATE DEFAULT (date('now')), f INTEGER DEFAULT (strftime('%s','now')), g BLOB DEFAULT x'00ff',
            h numeric DEFAULT true, i REAL DEFAULT 1e3, j INT DEFAULT -5, k TEXT DEFAULT 'it''s', m DECIMAL DEFAULT 1.5, n BOOLEAN DEFAULT 't',
            o TEXT DEFAULT (lower(hex(randomblob(4)))), p DECIMAL(20,2) DEFAULT 0);""")
        self.trip(file)
        self.assertIn("column o has no default any more: the function randomblob() has no translation", self.told)
        psql(self.middle, sql="INSERT INTO t DEFAULT VALUES")
        self.assertEqual(asked(self.middle, "SELECT a, b, g, h, i, j, k, m, n, o, p, now() AT TIME ZONE 'utc' - c::timestamp < '1 minute', now() AT TIME ZONE 'utc' - d < '1 minute',"
                                            " e = (now() AT TIME ZONE 'utc')::date, abs(extract(epoch FROM now()) - f) < 60 FROM t"),
                         [["none", "\\N", "\\\\x00ff", "t", "1000", "-5", "it's", "1.5", "t", "\\N", "0.00", "t", "t", "t", "t"]])
        for path in (file, self.back):
            database = sqlite3.connect(path)
            database.execute("INSERT INTO t DEFAULT VALUES")
            database.commit()
            found = database.execute("SELECT a, b, g, h, i, j, k, m, p, typeof(m), typeof(p), julianday('now') - julianday(c) < 1, julianday('now') - julianday(d) < 1, e = date('now') FROM t").fetchall()
            self.assertEqual(found, [("none", None, b"\0\xff", 1, 1000.0, -5, "it's", 1.5, 0, "real", "integer", 1, 1, 1)], path)
            database.close()

    def test_11_13_15_times_in_all_their_spellings(self):
        file = self.made("CREATE TABLE t (id INTEGER PRIMARY KEY, a DATETIME, b TIMESTAMP, d DATE, c TIME)", [
            ("INSERT INTO t VALUES (?,?,?,?,?)", row) for row in [
                (1, "2026-01-02 03:04:05", "2026-01-02T03:04:05Z", "2026-01-31", "12:34:56.789"),
                (2, "2026-01-02", "0001-01-01 00:00:00", "0001-01-01", "00:00:00"),
                (3, "9999-12-31 23:59:59.9999999", "10000-01-01 00:00:00", "9999-12-31", "23:59:59"),
                (4, "2026-01-02 03:04", "2026-01-02T03:04:05.999999+00:00", None, "24:00:00"),
                (5, "2026-01-02 03:04:05.123456789", "2026-01-02 03:04:05-08:00", "2024-02-29", None)]])
        self.trip(file)
        self.assertIn("converted 2 times of column 'a' in table t: digits of a second beyond", self.told)
        self.assertSame(sqlite_cells(self.back), sqlite_cells(file))
        self.assertEqual(asked(self.middle, "SELECT a FROM t WHERE id = 3"), [["9999-12-31 23:59:59.999999"]])

    def test_27_28_uuids_and_texts_among_bytes(self):
        file = self.made("CREATE TABLE t (id INTEGER PRIMARY KEY, u uuid, x BLOB);"
                         "INSERT INTO t VALUES (1,'01234567-89AB-CDEF-0123-456789ABCDEF','text'),(2,x'0123456789abcdef0123456789abcdef',x'00')")
        self.trip(file)
        one = "01234567-89ab-cdef-0123-456789abcdef"
        self.assertEqual(asked(self.middle, "SELECT u, x FROM t ORDER BY id"), [[one, "\\\\x74657874"], [one, "\\\\x00"]])
        self.assertEqual(sqlite_cells(self.back)["t"], [["1", repr(one), "b'text'"], ["2", repr(one), r"b'\x00'"]])

    def test_41_42_43_44_numbering_goes_on(self):
        file = self.made("""CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (5);
            CREATE TABLE b (id INTEGER PRIMARY KEY AUTOINCREMENT, v INT); INSERT INTO b VALUES (500,1); DELETE FROM b;
            CREATE TABLE c (id INTEGER PRIMARY KEY AUTOINCREMENT);""")
        self.trip(file)
        psql(self.middle, sql="INSERT INTO a DEFAULT VALUES; INSERT INTO b (v) VALUES (1); INSERT INTO c DEFAULT VALUES")
        self.assertEqual(asked(self.middle, "SELECT max(id) FROM a UNION ALL SELECT max(id) FROM b UNION ALL SELECT max(id) FROM c"), [["6"], ["501"], ["1"]])
        database = sqlite3.connect(self.back)
        self.assertEqual([database.execute(f"INSERT INTO {table} DEFAULT VALUES").lastrowid for table in "abc"], [6, 501, 1])
        database.close()

    def test_46_48_49_50_52_53_54_keys_checks_indexes_and_generated_columns(self):
        file = self.made("""
            CREATE TABLE g (a INT, b INT AS (a*2) VIRTUAL, c INT AS (a+1) STORED, d TEXT AS (printf('%03d',a))); INSERT INTO g (a) VALUES (1),(2);
            CREATE TABLE n (k TEXT PRIMARY KEY NOT NULL, v TEXT CHECK (json_valid(v)), w TEXT COLLATE NOCASE UNIQUE, q TEXT CHECK (length(q) < 5));
            INSERT INTO n VALUES ('a','{}','x','1'),('b','[]','Ä','2'),('c','1','ä','3');
            CREATE INDEX partial ON n (q) WHERE q > '1'; CREATE UNIQUE INDEX expr ON n (lower(q)); CREATE INDEX dsc ON n (q DESC, k);
            CREATE UNIQUE INDEX odd ON n (k) WHERE CASE WHEN q > '0' THEN 1 END;
            CREATE TABLE p (x INT, y TEXT, PRIMARY KEY (x, y)) WITHOUT ROWID; INSERT INTO p VALUES (1,'a');
            CREATE TABLE f (id INTEGER PRIMARY KEY, x INT, y TEXT, me INT REFERENCES f(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
              FOREIGN KEY (x,y) REFERENCES p(x,y) ON UPDATE CASCADE ON DELETE SET NULL);
            INSERT INTO f VALUES (1,1,'a',2),(2,NULL,NULL,1);
            CREATE TABLE c1 (id INTEGER PRIMARY KEY, o INT REFERENCES c2(id)); CREATE TABLE c2 (id INTEGER PRIMARY KEY, o INT REFERENCES c1(id));
            INSERT INTO c1 VALUES (1,1); INSERT INTO c2 VALUES (1,1);
            CREATE TABLE bad (id INTEGER PRIMARY KEY, a INT REFERENCES nowhere(id), b INT REFERENCES n(w)); INSERT INTO bad VALUES (1,1,1)""")
        self.trip(file)
        self.assertSame(sqlite_cells(self.back), sqlite_cells(file))
        found = changes(sqlite_schema_lines(file), [line for line in sqlite_schema_lines(self.back) if not line.startswith("next ")])
        self.assertCountEqual([line for line in found if not line[2:].startswith("column ")], [
            # A foreign key speaks of the column itself, so it stays unique, too.
            "- unique n  [('w', 0, 'NOCASE')]", "+ unique n  [('w', 0, 'BINARY')]", "+ unique n n_w_folded [(None, 0, 'BINARY')]",
            "- unique n odd [('k', 0, 'BINARY')] partial",
            "- reference bad ['a'] to nowhere ['id'] NO ACTION NO ACTION", "- reference bad ['b'] to n ['w'] NO ACTION NO ACTION"])
        for words in ("table g: generated column d becomes an ordinary one, with the values that it has now: the function printf() has no translation",
                      "the unique index 'odd' is left out", "the foreign key (a) to nowhere (id) is left out",
                      "the foreign key (b) to n (w) is left out", "column w compares its texts as they are"):
            self.assertIn(words, self.told)
        for row, why in (("'d', 'no json', 'y', '4'", "json"), ("'d', '{}', 'X', '4'", "n_w_folded"), ("'d', '{}', 'y', '12345'", "n_q_check"), ("'d', '{}', 'y', '1'", "expr")):
            self.assertIn(why, psql(self.middle, sql=f"INSERT INTO n VALUES ({row})", check=False).stderr)

    def test_55_56_57_names(self):
        long = "long" * 20
        file = self.made(f"""CREATE TABLE "select" ("from" INT, "a b" TEXT, "Ünï""😀" TEXT, "xmin" INT); INSERT INTO "select" VALUES (1,'x','y',3);
            CREATE TABLE "{long}1" (a INT); CREATE TABLE "{long}2" ("{'col' * 30}" INT); INSERT INTO "{long}2" VALUES (7);
            CREATE TABLE Mixed (Case_ INT); INSERT INTO Mixed VALUES (8); CREATE TABLE wide ({', '.join(f'c{i} INT' for i in range(1600))});
            INSERT INTO wide (c0, c1599) VALUES (1, 2)""")
        self.trip(file)
        expected = sqlite_cells(file)
        found = sqlite_cells(self.back)
        shortened = {name for name in found if name.startswith("long")}
        self.assertEqual(len(shortened), 2)
        self.assertTrue(all(len(name) <= 63 for name in shortened))
        self.assertEqual(sorted(found[name] for name in shortened), [[], [["7"]]])
        self.assertSame({k: v for k, v in found.items() if k not in shortened}, {k: v for k, v in expected.items() if not k.startswith("long")})
        for words in ("column 'xmin' is called 'xmin_'", f"table '{long}1' is called '", f"column '{'col' * 30}' is called '"):
            self.assertIn(words, self.told)

    def test_59_60_what_no_row_is_of_is_left_out_and_listed(self):
        file = self.made("""CREATE VIRTUAL TABLE ft USING fts5(title, body); INSERT INTO ft VALUES ('a','b'); CREATE VIEW v AS SELECT 1 AS one;
            CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END; INSERT INTO t VALUES (1); ANALYZE;""")
        database = self.create_database()
        done = self.to_postgres(file, database, "--dry-run")
        for words in ("view 'v' is left out", "table t: trigger 'tr' is left out", "it is a virtual table"):
            self.assertIn(words, done.stdout + done.stderr)
        self.assertEqual(postgres_cells(database), {})
        self.trip(file)
        losses = {(loss.get("table", ""), loss["message"]): loss["sql"] for loss in json.loads((self.folder / "there.json").read_text())["losses"]}
        self.assertEqual(losses[("", "view 'v' is left out")], "CREATE VIEW v AS SELECT 1 AS one")
        self.assertEqual(losses[("t", "trigger 'tr' is left out")], "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END")
        self.assertEqual(postgres_cells(self.middle), {"ft": [["1", "a", "b"]], "t": [["1"]]})

    def test_values_that_a_column_cannot_hold_are_named_and_nothing_changes(self):
        table = "CREATE TABLE t (id INTEGER PRIMARY KEY, v {}); INSERT INTO t VALUES (1, {}), (2, {})"
        for trap, kind, good, bad, told in (
                (1, "INT", "1", "'abc'", "table t, row id=2: column 'v' cannot hold 'abc': it is no bigint"),
                (3, "BOOLEAN", "1", "2", "table t, row id=2: column 'v' cannot hold 2: it is no boolean"),
                (14, "DATE", "'2026-02-28'", "'2026-02-30'", "table t, row id=2: column 'v' cannot hold '2026-02-30': it is no date"),
                (31, "TEXT", "'a'", "'a'||char(0)||'b'", r"table t, row id=2: column 'v' cannot hold 'a\x00b'"),
                (32, "jsonb_text", "'{}'", "'\"\\u0000\"'", "table t, row id=2: column 'v' cannot hold"),
                (33, "TEXT", "'a'", "CAST(x'61ff' AS TEXT)", r"table t, row id=2: column 'v' cannot hold 'a\xff': it is not UTF-8"),
                (40, "VARCHAR(3)", "'abc'", "'abcd'", "table t, row id=2: column 'v' cannot hold 'abcd': it has 4 characters")):
            with self.subTest(trap=trap):
                self.refused(table.format(kind, good, bad), told)

    def test_47_51_rows_that_break_a_key_are_named_and_nothing_changes(self):
        self.refused("CREATE TABLE t (k TEXT PRIMARY KEY); INSERT INTO t VALUES ('a'), (NULL)", "table t, row k=null: column 'k' cannot hold null")
        self.refused("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, p INT REFERENCES p(id));"
                     "INSERT INTO p VALUES (1); INSERT INTO t VALUES (1, 1), (2, 7)", "foreign key (p) of table t: 1 row", "id=2 (p=7)")
        self.refused(f"CREATE TABLE wide ({', '.join(f'c{i} INT' for i in range(1601))})", "table wide has 1601 columns; PostgreSQL allows 1600")


if __name__ == "__main__":
    unittest.main()
