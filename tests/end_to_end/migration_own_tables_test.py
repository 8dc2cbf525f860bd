"""Into tables that the application has made itself, in its own types: Aviary's rows, which are there in both kinds."""
import re
import subprocess
import unittest
from pathlib import Path

from backup_postgres_test import psql, rows
from migration_support import (FIXTURES, TO_POSTGRES, Moving, changes, postgres_cells, postgres_schema_lines, sample,
                               sqlite_cells, sqlite_schema_lines)
from support import sqlite_schema

AVIARY = FIXTURES / "aviary"


def executed(file, sql):
    subprocess.run(["sqlite3", "-bail", file], input=sql, text=True, check=True, capture_output=True)


def aviary_cells(database):
    """users.page_dpi is a decimal in PostgreSQL, whose 226.0 SQLite has as a number."""
    cells = postgres_cells(database)
    place = [row[0] for row in rows(database, "SELECT attname FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0")].index("page_dpi")
    for row in cells["users"]:
        row[place] = float(row[place])
    return cells


class OwnTables(Moving):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "server.db"
        executed(self.file, (AVIARY / "schema-sqlite.sql").read_text())
        self.database = self.create_database(AVIARY / "schema-pg.sql")

    def test_sqlite_into_the_tables_that_aviary_made_in_postgresql(self):
        schema = postgres_schema_lines(self.database)
        self.to_postgres(AVIARY / "aviary.db", self.database)
        self.assertSame(aviary_cells(self.database), aviary_cells(self.create_database(AVIARY / "aviary-pg.sql")))
        self.assertEqual(changes(schema, postgres_schema_lines(self.database)), [])

    def test_postgresql_into_the_tables_that_aviary_made_in_sqlite(self):
        schema = sqlite_schema(self.file)
        self.to_sqlite(self.create_database(AVIARY / "aviary-pg.sql"), self.file)
        self.assertSame(sqlite_cells(self.file), sqlite_cells(AVIARY / "aviary.db"))
        self.assertEqual(sqlite_schema(self.file), schema)

    def test_through_archives_into_the_other_kind(self):
        self.unpacked(self.archived(f"sqlite:{AVIARY / 'aviary.db'}", "sqlite.tar.gz"), self.url(self.database))
        full = self.create_database(AVIARY / "aviary-pg.sql")
        self.assertSame(aviary_cells(self.database), aviary_cells(full))
        self.unpacked(self.archived(self.url(full), "postgres.tar.gz"), f"sqlite:{self.file}")
        self.assertSame(sqlite_cells(self.file), sqlite_cells(AVIARY / "aviary.db"))

    def test_rows_that_are_there_are_asked_about_and_replaced(self):
        psql(self.database, sql="INSERT INTO system_settings (key, value) VALUES ('stale', '1')")
        done = self.to_postgres(AVIARY / "aviary.db", self.database, expect=1)
        self.assertIn("table system_settings: 1 row", done.stderr)
        self.assertEqual(rows(self.database, "SELECT key FROM system_settings"), [["stale"]])
        psql(self.database, sql="CREATE TABLE migrations (id text PRIMARY KEY); INSERT INTO migrations VALUES ('007')")
        original = self.folder / "more.db"
        original.write_bytes((AVIARY / "aviary.db").read_bytes())
        executed(original, "CREATE TABLE migrations (id TEXT PRIMARY KEY); INSERT INTO migrations VALUES ('001')")
        self.to_postgres(original, self.database, "--yes", "--set", "keep_tables=migrations")
        expected = aviary_cells(self.create_database(AVIARY / "aviary-pg.sql"))
        self.assertSame(aviary_cells(self.database), {**expected, "migrations": [["007"]]})

    def test_a_part_of_the_tables(self):
        self.to_postgres(AVIARY / "aviary.db", self.database, "--set", "tables=users,system_*")
        expected = aviary_cells(self.create_database(AVIARY / "aviary-pg.sql"))
        self.assertSame(aviary_cells(self.database),
                        {name: cells if name in ("users", "system_settings") else [] for name, cells in expected.items()})
        self.to_sqlite(self.create_database(AVIARY / "aviary-pg.sql"), self.file, "--set", "exclude_tables=documents,user_*")
        found = sqlite_cells(self.file)
        self.assertEqual(found["documents"], [])
        self.assertEqual(found["users"], sqlite_cells(AVIARY / "aviary.db")["users"])

    def test_a_table_that_the_application_has_otherwise_is_refused_by_name_before_anything_moves(self):
        psql(self.database, sql="ALTER TABLE documents DROP COLUMN status")
        done = self.to_postgres(AVIARY / "aviary.db", self.database, expect=1)
        self.assertIn("documents", done.stderr)
        self.assertIn("status", done.stderr)
        self.assertEqual({tuple(map(tuple, cells)) for cells in aviary_cells(self.database).values()}, {()})
        self.to_postgres(AVIARY / "aviary.db", self.database, "--set", "on_schema_drift=warn", expect=3)
        self.assertEqual(rows(self.database, "SELECT count(*) FROM documents"), [["40"]])

    def test_new_tables_have_the_types_that_are_given(self):
        """The types that full-backup.yaml gives, added to a copy as the definition's comments say."""
        types = re.search(r"(?m)^    types:\n((      .*\n)+)", (Path(TO_POSTGRES).parent / "full-backup.yaml").read_text())[0]
        text = TO_POSTGRES.read_text()
        own = self.folder / "own.yaml"
        own.write_text(re.sub(r"(?m)^    # types: .*\n", lambda _: types, text))
        self.assertNotEqual(own.read_text(), text)
        made = self.create_database()
        self.move(own, f"sqlite:{AVIARY / 'aviary.db'}", self.url(made))
        self.assertSame(aviary_cells(made), aviary_cells(self.create_database(AVIARY / "aviary-pg.sql")))


if __name__ == "__main__":
    unittest.main()
