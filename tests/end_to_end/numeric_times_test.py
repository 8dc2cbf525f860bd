"""SQLite's numbers that are times, and columns that declare nothing, on their way into PostgreSQL."""
import json
import os
import random
import sqlite3
import unittest
import uuid
from datetime import datetime, timedelta, timezone
from decimal import ROUND_FLOOR, Decimal

from backup_postgres_test import psql, rows
from support import Archive, RoostCase, same, sqlite_rows

EPOCH = datetime(1970, 1, 1)

SCHEMA = """
    CREATE TABLE events(id INTEGER PRIMARY KEY, seconds DATETIME, millis TIMESTAMP, julian DATETIME, fraction DATETIME,
        mixed DATETIME, local TIMESTAMP, day DATE, number BIGINT);
    CREATE TABLE bare(id INTEGER PRIMARY KEY, whole, real, both NUMERIC, word, bytes, ident, day, stamp, flag NUMERIC DEFAULT true);
"""
PIPELINE = """
roost: 1
name: move
sources:
  - plugin: database
    url: sqlite:{database}
    infer: {infer}
    types: {types}
transforms:
  - plugin: schema-map
sinks:
  - plugin: database
    url: {target}
"""


def shown(moment, zone):
    """As psql prints it."""
    text = moment.strftime("%Y-%m-%d %H:%M:%S")
    if moment.microsecond:
        text += f".{moment.microsecond:06d}".rstrip("0")
    return text + ("+00" if zone else "")


def from_seconds(number, zone=True):
    """A real means the digits that Python, too, shows; what is below a microsecond is cut off."""
    if number is None:
        return None
    micros = int((Decimal(repr(number)) * 1_000_000).to_integral_value(ROUND_FLOOR))
    return shown(EPOCH + timedelta(microseconds=micros), zone)


def from_millis(number):
    return None if number is None else shown(EPOCH + timedelta(milliseconds=number), True)


class NumericTimes(RoostCase):
    def setUp(self):
        super().setUp()
        if "PGHOST" not in os.environ:
            self.fail("no PostgreSQL: run this through scripts/with-postgres.sh or scripts/test.sh")
        self.path = self.folder / "app.db"
        database = sqlite3.connect(self.path)
        database.executescript(SCHEMA)
        generator = random.Random(11)
        texts = ["2026-01-02T03:04:05Z", "2026-01-02 05:04:05.5+02:00", None]
        local = ["2026-01-02 03:04:05", "2026-01-02", None]
        for number in range(1, 501):
            moment = generator.randrange(100_000_000, 4_000_000_000)
            database.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (
                number,
                generator.choice([moment, -moment, 0, None]),
                generator.choice([moment * 1000 + generator.randrange(1000), 0, None]),
                generator.uniform(2_440_588, 2_480_000),
                moment + generator.random(),
                texts[number % 3] if number % 2 else moment,
                local[number % 3] if number % 2 else moment,
                2_440_587.5 + generator.randrange(20_000),
                moment))
            database.execute("INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (
                number, generator.randrange(-2**63, 2**63), generator.random(), generator.choice([1, 2.5, 2**53, None]),
                generator.choice(["", "a", "2026-01-02"]), generator.randbytes(3), str(uuid.UUID(int=generator.getrandbits(128))),
                f"20{number % 100:02d}-0{number % 9 + 1}-15", f"2026-01-02 03:{number % 60:02d}:05", number % 2))
        database.commit()
        database.close()
        self.events = {row[0]: row for row in sqlite_rows(self.path, "events")}
        self.before = self.path.read_bytes()

    def tearDown(self):
        self.assertEqual(self.path.read_bytes(), self.before)

    def create_database(self):
        name = "e2e_" + uuid.uuid4().hex[:12]
        psql("postgres", "-c", f"CREATE DATABASE {name}")
        psql("postgres", "-c", f"ALTER DATABASE {name} SET timezone = 'Asia/Kolkata'")
        self.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", check=False))
        return name

    def url(self, database):
        return f"postgresql:///{database}?host={os.environ['PGHOST']}&port={os.environ['PGPORT']}&user={os.environ['PGUSER']}"

    def move(self, target, *arguments, infer="true", types="{}", expect=0):
        file = self.folder / "move.yaml"
        file.write_text(PIPELINE.format(database=self.path, infer=infer, types=types, target=self.url(target)))
        return self.roost("run", file, "--progress", "none", "--yes", *arguments, expect=expect)

    def types(self, database, table):
        return dict(rows(database, "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
                                   f"WHERE attrelid = '{table}'::regclass AND attnum > 0"))

    def julian(self, column, form="%Y-%m-%d %H:%M:%f"):
        """What SQLite itself makes of the numbers."""
        database = sqlite3.connect(self.path)
        found = dict(database.execute(f"SELECT id, strftime('{form}', {column}) FROM events"))
        database.close()
        return found

    def check_events(self, database):
        julian, days = self.julian("julian"), self.julian("day", "%Y-%m-%d")
        texts = {"2026-01-02T03:04:05Z": "2026-01-02 03:04:05+00", "2026-01-02 05:04:05.5+02:00": "2026-01-02 03:04:05.5+00",
                 "2026-01-02 03:04:05": "2026-01-02 03:04:05", "2026-01-02": "2026-01-02 00:00:00", None: None}
        found = rows(database, "SELECT id, seconds, millis, julian, fraction, mixed, local, day, number FROM events ORDER BY id")
        self.assertEqual(len(found), 500)
        for row in found:
            key, seconds, millis, _, fraction, mixed, local, _, number = self.events[int(row[0])]
            moment = datetime.strptime(julian[key], "%Y-%m-%d %H:%M:%S.%f")
            self.assertEqual(list(row), [
                str(key), from_seconds(seconds), from_millis(millis), shown(moment, True), from_seconds(fraction),
                from_seconds(mixed) if isinstance(mixed, int) else texts[mixed],
                from_seconds(local, False) if isinstance(local, int) else texts[local], days[key], str(number)])

    def test_with_infer_every_number_is_the_time_that_it_stands_for(self):
        target = self.create_database()
        done = self.move(target)
        self.check_events(target)
        self.assertEqual(self.types(target, "events"), {
            "id": "bigint", "seconds": "timestamp with time zone", "millis": "timestamp with time zone",
            "julian": "timestamp with time zone", "fraction": "timestamp with time zone", "mixed": "timestamp with time zone",
            "local": "timestamp without time zone", "day": "date", "number": "bigint"})
        self.assertEqual(self.types(target, "bare"), {
            "id": "bigint", "whole": "bigint", "real": "double precision", "both": "double precision", "word": "text",
            "bytes": "bytea", "ident": "uuid", "day": "date", "stamp": "timestamp without time zone", "flag": "boolean"})
        self.assertIn("times of column 'fraction' in table events: digits of a second beyond what", done.stderr)
        for row, was in zip(rows(target, "SELECT * FROM bare ORDER BY id"), sqlite_rows(self.path, "bare"), strict=True):
            self.assertEqual(row[:2], list(map(str, was[:2])))
            self.assertEqual(float(row[2]), was[2])
            self.assertEqual(None if row[3] is None else float(row[3]), was[3])
            self.assertEqual(row[4:6], [was[4], "\\x" + was[5].hex()])
            self.assertEqual(row[6:], [*was[6:9], "t" if was[9] else "f"])

    def test_without_infer_a_number_is_a_bad_value_and_the_hint_says_what_to_do(self):
        target = self.create_database()
        done = self.move(target, infer="false", expect=1)
        self.assertRegex(done.stderr, r"table events, row id=\d+: column '\w+' cannot hold -?[\d.]+: it is no timestamp with")
        self.assertIn("'infer: true' finds out, and 'types' says it, such as {table.column: timestamptz as seconds}", done.stderr)
        self.assertEqual(rows(target, "SELECT count(*) FROM pg_class WHERE relname = 'events'"), [["0"]])

    def test_types_say_the_same_without_infer_and_win_over_a_declaration(self):
        target = self.create_database()
        psql(self.database_with_tables(target), sql="ALTER TABLE events ALTER number TYPE timestamptz USING NULL")
        self.move(target, infer="false", types="{events.seconds: timestamptz as seconds, events.millis: timestamptz as milliseconds, "
                  "events.julian: timestamptz as julian-day, events.fraction: timestamptz as seconds, "
                  "events.mixed: timestamptz as seconds, events.local: timestamp as seconds, events.day: date as julian-day, "
                  "events.number: timestamptz as seconds}")
        for key, number in rows(target, "SELECT id, number FROM events"):
            self.assertEqual(number, from_seconds(self.events[int(key)][8]))
        psql(target, sql="ALTER TABLE events ALTER number TYPE bigint USING extract(epoch FROM number)::bigint")
        self.check_events(target)

    def database_with_tables(self, target):
        """The application's own tables, whose types differ from what would be made."""
        psql(target, sql="CREATE TABLE events(id int PRIMARY KEY, seconds timestamptz, millis timestamptz, julian timestamptz, "
             "fraction timestamptz, mixed timestamptz, local timestamp, day date, number bigint); "
             "CREATE TABLE bare(id int PRIMARY KEY, whole bigint, \"real\" float8, \"both\" numeric, word text, bytes bytea, "
             "ident text, day text, stamp text, flag boolean)")
        return target

    def test_the_targets_own_tables_take_the_numbers_by_their_own_types(self):
        target = self.database_with_tables(self.create_database())
        self.move(target)
        self.check_events(target)
        self.assertEqual(rows(target, "SELECT ident, day, stamp FROM bare ORDER BY id"),
                         [row[6:9] for row in sqlite_rows(self.path, "bare")])

    def test_the_archive_keeps_numbers_as_numbers_and_what_they_are(self):
        archive = self.out / "a.tar.gz"
        file = self.folder / "backup.yaml"
        file.write_text(f"roost: 1\nname: b\nsources:\n  - plugin: database\n    url: sqlite:{self.path}\n    infer: true\n"
                        f"sinks:\n  - plugin: archive\n    url: file:{archive}\n")
        self.roost("run", file, "--progress", "none")
        self.roost("verify", archive)
        kept = Archive(archive)
        self.assertEqual({c["name"]: c.get("numbers_are") for c in kept.tables[("", "events")]["columns"]},
                         {"id": None, "seconds": "seconds", "millis": "milliseconds", "julian": "julian-day",
                          "fraction": "seconds", "mixed": "seconds", "local": "seconds", "day": "julian-day", "number": None})
        for table in ("events", "bare"):
            for is_, was in zip(kept.rows(table), sqlite_rows(self.path, table), strict=True):
                self.assertTrue(all(map(same, is_, was)), (is_, was))
        target = self.create_database()
        file.write_text(f"roost: 1\nname: r\nsources:\n  - plugin: archive\n    url: file:{archive}\n"
                        f"transforms:\n  - plugin: schema-map\nsinks:\n  - plugin: database\n    url: {self.url(target)}\n")
        self.roost("run", file, "--progress", "none", "--yes")
        self.check_events(target)
        back = self.folder / "back.db"
        file.write_text(f"roost: 1\nname: s\nsources:\n  - plugin: archive\n    url: file:{archive}\n"
                        f"sinks:\n  - plugin: database\n    url: sqlite:{back}\n")
        self.roost("run", file, "--progress", "none", "--yes")
        for table in ("events", "bare"):
            for is_, was in zip(sqlite_rows(back, table), sqlite_rows(self.path, table), strict=True):
                self.assertTrue(all(map(same, is_, was)), (is_, was))

    def test_the_plan_and_the_report_say_what_was_made_of_each_column_and_why(self):
        target, report = self.create_database(), self.folder / "report.json"
        done = self.move(target, "--dry-run", "--report", report, types="{events.number: timestamptz as seconds}")
        self.assertIn("      declared 'BIGINT', set to timestamptz as seconds: events.number\n", done.stdout)
        self.assertIn("      declared '', inferred to uuid (all 500 texts are uuids in lower case): bare.ident\n", done.stdout)
        self.assertRegex(done.stdout, r"declared 'TIMESTAMP', inferred to timestamptz as milliseconds \(all \d+ numbers that are "
                                      r"not 0 lie between \d+ and \d+: milliseconds since 1970\): events.millis\n")
        types = {(t["table"], t["column"]): t for t in json.loads(report.read_text())["sources"][0]["types"]}
        self.assertEqual(types[("events", "number")], {"table": "events", "column": "number", "declared": "BIGINT",
                                                       "logical": "timestamptz as seconds", "origin": "set"})
        self.assertEqual(types[("bare", "word")], {"table": "bare", "column": "word", "declared": "", "logical": "text",
                                                   "origin": "inferred", "reason": "all 500 values are texts"})
        self.assertNotIn(("events", "id"), types)
        self.assertEqual(rows(target, "SELECT count(*) FROM pg_class WHERE relname = 'events'"), [["0"]])

    def test_numbers_that_do_not_agree_are_told_and_not_guessed(self):
        database = sqlite3.connect(self.path)
        database.execute("UPDATE events SET seconds = 1700000000000 WHERE id = 500")
        database.commit()
        database.close()
        self.before = self.path.read_bytes()
        target = self.create_database()
        done = self.move(target, expect=1)
        self.assertIn("table events: the numbers in column 'seconds' are not taken for times, since ", done.stderr)
        self.assertIn("such as {events.seconds: timestamptz as seconds}", done.stderr)
        self.assertRegex(done.stderr, r"column 'seconds' cannot hold -?\d+: it is no timestamp with")

    def test_a_wrong_unit_is_found_before_anything_runs(self):
        done = self.move("nowhere", types="{events.seconds: timestamptz as hours}", expect=2)
        self.assertIn("move.yaml:8:29: error: 'hours' is nothing that numbers in a column of times are; possible are seconds, "
                      "milliseconds, julian-day", done.stderr)
        done = self.move("nowhere", types="{events.seconds: int64 as seconds}", expect=2)
        self.assertIn("move.yaml:8:29: error: 'int64 as seconds': numbers are times in a column of the type timestamptz", done.stderr)


if __name__ == "__main__":
    unittest.main()
