"""Backups of PostgreSQL back to life, and across the two kinds of database."""
import os
import re
import subprocess
import unittest
import uuid

from backup_postgres_test import psql, rows
from support import (FIXTURES, Archive, Restoring, aviary_data, difference, make_user_files, server_state, sqlite_rows,
                     sqlite_tables, tree)


def dump(database):
    """The database as pg_dump prints it, without what differs from one database to the next."""
    text = subprocess.run(["pg_dump", "--no-owner", "--no-privileges", database], capture_output=True, text=True, check=True).stdout
    return [line for line in text.splitlines() if not re.match(r"(-- Dump|\\(un)?restrict)", line)]


class Restore(Restoring):
    def setUp(self):
        super().setUp()
        if "PGHOST" not in os.environ:
            self.fail("no PostgreSQL: run this through scripts/with-postgres.sh or scripts/test.sh")
        self.names = []
        self.database = self.create_database()
        psql(self.database, "-f", FIXTURES / "aviary" / "aviary-pg.sql")
        self.users = [r[0] for r in rows(self.database, "SELECT id FROM users ORDER BY id")]
        make_user_files(self.data / "users", self.users)

    def create_database(self):
        name = "e2e_" + uuid.uuid4().hex[:12]
        psql("postgres", "-c", f"CREATE DATABASE {name}")
        self.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", check=False))
        return name

    def variables(self, database):
        return {"DB_TYPE": "postgres", "DB_HOST": os.environ["PGHOST"], "DB_PORT": os.environ["PGPORT"],
                "DB_USER": os.environ["PGUSER"], "DB_NAME": database}

    def contents(self, database):
        names = [r[0] for r in rows(database, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1")]
        return {name: sorted(rows(database, f'SELECT * FROM "{name}"'), key=repr) for name in names}

    def test_into_an_empty_database_everything_comes_back(self):
        archive = self.backup(env=self.variables(self.database))
        data, database = self.empty_server(), self.create_database()
        self.restore(archive, data, env=self.variables(database))
        self.assertEqual(self.contents(database), self.contents(self.database))
        self.assertEqual(dump(database), dump(self.database))
        self.assertEqual(tree(data / "users"), tree(self.data / "users"))

    def test_into_a_live_database_rows_are_replaced_and_the_rest_stays(self):
        archive = self.backup(env=self.variables(self.database))
        before = self.contents(self.database)
        data, database = self.empty_server(), self.create_database()
        psql(database, "-f", FIXTURES / "aviary" / "schema-pg.sql")
        psql(database, sql="""
            INSERT INTO users (id, username, email, password) VALUES ('99999999-9999-4999-8999-999999999999', 'o', 'o@example.com', 'x');
            INSERT INTO documents (id, user_id, document_name) VALUES (gen_random_uuid(), '99999999-9999-4999-8999-999999999999', 'stale');
            CREATE TABLE notes (id int PRIMARY KEY, text text); INSERT INTO notes VALUES (1, 'mine');""")
        done = self.restore(archive, data, env=self.variables(database), expect=1, stdin=subprocess.DEVNULL)
        self.assertIn("table users: 1 row", done.stderr)
        self.assertEqual(rows(database, "SELECT username FROM users"), [["o"]])
        self.restore(archive, data, "--yes", env=self.variables(database))
        after = self.contents(database)
        self.assertEqual(after.pop("notes"), [["1", "mine"]])
        self.assertEqual(after, before)
        constraints = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conname <> 'notes_pkey' ORDER BY 1, 2"
        self.assertEqual(rows(database, constraints), rows(self.database, constraints))

    def test_a_dry_run_leaves_the_database_exactly_as_it_was(self):
        archive = self.backup(env=self.variables(self.database))
        before = dump(self.database)
        done = self.restore(archive, self.empty_server(), "--dry-run", env=self.variables(self.database))
        self.assertIn("replaces: table users", done.stdout)
        self.assertEqual(dump(self.database), before)

    def test_a_damaged_archive_changes_nothing(self):
        archive = self.backup(env=self.variables(self.database))
        whole = archive.read_bytes()
        archive.write_bytes(whole[:-20])
        before = dump(self.database)
        self.restore(archive, self.data, "--yes", env=self.variables(self.database), expect=1)
        self.assertEqual(dump(self.database), before)

    def test_a_value_that_does_not_fit_is_named_and_nothing_changes(self):
        archive = self.backup(env=self.variables(self.database))
        data, database = self.empty_server(), self.create_database()
        psql(database, "-f", FIXTURES / "aviary" / "schema-pg.sql")
        psql(database, "-c", "ALTER TABLE documents ALTER COLUMN document_name TYPE varchar(3)")
        before = dump(database)
        done = self.restore(archive, data, env=self.variables(database), expect=1)
        error = [l for l in done.stderr.splitlines() if "error:" in l]
        self.assertEqual(len(error), 1, done.stderr)
        self.assertIn("40 values do not fit the target:", error[0])
        self.assertIn("table documents, column 'document_name': 40 values", done.stderr)
        self.assertRegex(done.stderr, r"\n +row id=[0-9a-f-]{36}: column 'document_name' cannot hold '")
        self.assertEqual(dump(database), before)
        self.assertEqual(list(data.iterdir()), [])

    def test_there_and_back_again_through_both_kinds(self):
        """SQLite -> archive -> PostgreSQL -> archive -> SQLite: the same in every value, at microseconds and as instants."""
        sqlite_data = self.empty_server("sqlite")
        aviary_data(sqlite_data)
        first = self.backup("first.tar.gz", env={"DATA_DIR": sqlite_data})
        middle = self.create_database()
        psql(middle, "-f", FIXTURES / "aviary" / "schema-pg.sql")
        self.restore(first, self.empty_server("pg"), "--yes", env=self.variables(middle))
        second = self.backup("second.tar.gz", env={**self.variables(middle), "DATA_DIR": self.folder / "pg"})
        back = self.empty_server("back")
        subprocess.run(["sqlite3", back / "aviary.db"], input=(FIXTURES / "aviary" / "schema-sqlite.sql").read_text(), text=True, check=True)
        self.restore(second, back, "--yes")
        self.assertEqual(tree(back / "users"), tree(sqlite_data / "users"))
        for table in sqlite_tables(sqlite_data / "aviary.db"):
            left = sorted((normal(r) for r in sqlite_rows(sqlite_data / "aviary.db", table)), key=repr)
            right = sorted((normal(r) for r in sqlite_rows(back / "aviary.db", table)), key=repr)
            self.assertEqual(left, right, table)

    def test_into_an_empty_database_of_the_other_kind(self):
        sqlite_data = self.empty_server("sqlite")
        aviary_data(sqlite_data)
        archive = self.backup("from-sqlite.tar.gz", env={"DATA_DIR": sqlite_data})
        database = self.create_database()
        self.restore(archive, self.empty_server("pg"), env=self.variables(database))
        for table in sqlite_tables(sqlite_data / "aviary.db"):
            (count,) = sqlite_rows(sqlite_data / "aviary.db", table, "count(*)")[0]
            self.assertEqual(rows(database, f'SELECT count(*) FROM "{table}"'), [[str(count)]], table)
        types = dict(rows(database, "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0"))
        self.assertEqual(types["id"], "uuid")
        self.assertEqual(types["is_admin"], "boolean")
        self.assertEqual(types["created_at"], "timestamp with time zone")
        back = self.empty_server("back")
        archive = self.backup("from-pg.tar.gz", env={**self.variables(self.database)})
        self.restore(archive, back)
        self.assertEqual(sqlite_rows(back / "aviary.db", "users", "count(*)"), [[len(self.users)]])


def normal(row):
    return [instant(v) if isinstance(v, str) and re.match(r"\d{4}-\d\d-\d\d[ T]\d\d:", v) else v for v in row]


def instant(text):
    import datetime
    match = re.match(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$", text)
    if not match:
        return text
    day, time, fraction, zone = match.groups()
    zone = "+00:00" if zone in (None, "Z") else zone
    micros = ((fraction or ".")[1:] + "000000")[:6]
    try:
        return datetime.datetime.fromisoformat(f"{day}T{time}.{micros}{zone}").astimezone(datetime.timezone.utc)
    except OverflowError:
        return f"{day}T{time}.{micros}{zone}"


if __name__ == "__main__":
    unittest.main()
