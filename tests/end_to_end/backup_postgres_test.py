"""The full backup of the same server on PostgreSQL, through Aviary's own variables."""
import json
import os
import re
import subprocess
import time
import unittest
import uuid

from support import FIXTURES, PIPELINES, Archive, RoostCase, make_user_files, tree


def psql(database, *arguments, sql=None, check=True):
    return subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, *arguments], input=sql, text=True,
                          capture_output=True, check=check)


def rows(database, query):
    """What the server itself prints of each value, null told from empty."""
    done = psql(database, "-At", "-F", "\x1f", "-R", "\x1e", "-P", "null=\x1dnull", "-c", "SET TimeZone = 'UTC'", "-c", query)
    text = done.stdout.removesuffix("\n")
    return [[None if v == "\x1dnull" else v for v in row.split("\x1f")] for row in text.split("\x1e")] if text else []


def shown(value, kind):
    """A value of the archive as psql would print it."""
    if value is None:
        return None
    if isinstance(value, dict):
        ((_, value),) = value.items()
        return value
    if kind == "boolean":
        return "t" if value else "f"
    if kind == "timestamptz":
        text = re.sub(r"Z$", "+00", value.replace("T", " "))
        return text
    if isinstance(value, float):
        return value.text
    return str(value)


class FullBackup(RoostCase):
    def setUp(self):
        super().setUp()
        if "PGHOST" not in os.environ:
            self.fail("no PostgreSQL: run this through scripts/with-postgres.sh or scripts/test.sh")
        self.database = "e2e_" + uuid.uuid4().hex[:12]
        psql("postgres", "-c", f"CREATE DATABASE {self.database}")
        self.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)", check=False))
        psql(self.database, "-f", FIXTURES / "aviary" / "aviary-pg.sql")
        self.variables = {"DB_TYPE": "postgres", "DB_HOST": os.environ["PGHOST"], "DB_PORT": os.environ["PGPORT"],
                          "DB_USER": os.environ["PGUSER"], "DB_NAME": self.database}
        self.users = [r[0] for r in rows(self.database, "SELECT id FROM users ORDER BY id")]
        make_user_files(self.data / "users", self.users)

    def test_every_value_is_what_the_server_prints(self):
        archive = Archive(self.backup(env=self.variables))
        self.assertEqual(archive.metadata["database_type"], "postgres")
        self.assertEqual(archive.metadata["users_exported"], sorted(self.users))
        names = [r[0] for r in rows(self.database, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1")]
        self.assertEqual(sorted(n for _, n in archive.tables), names)
        for table in names:
            columns = archive.tables[("", table)]["columns"]
            expected = rows(self.database, f'SELECT * FROM "{table}"')
            got = [[shown(record[c["name"]], c["type"]) for c in columns] for record in archive.records(table)]
            self.assertEqual(got, expected, table)
        files, _ = tree(self.data / "users")
        self.assertEqual({n: c for n, c in archive.members.items() if n.startswith(b"filesystem/")},
                         {n: c for n, (c, _, _) in files.items()})

    def test_the_password_may_come_from_a_file(self):
        secret = self.folder / "password"
        secret.write_text(os.environ["ROOST_TEST_PG_PASSWORD"] + "\n")
        over_tcp = dict(self.variables, DB_HOST="127.0.0.1", DB_PORT=os.environ["ROOST_TEST_PG_TCP_PORT"], DB_PASSWORD_FILE=secret)
        Archive(self.backup(env=over_tcp))

    def test_a_wrong_password_is_one_clear_error_and_never_shown(self):
        over_tcp = dict(self.variables, DB_HOST="127.0.0.1", DB_PORT=os.environ["ROOST_TEST_PG_TCP_PORT"], DB_PASSWORD="wrong-hunter2")
        self.backup(env=over_tcp, expect=1)
        self.assertIn("password", self.result.stderr)
        self.assertNotIn("hunter2", self.result.stderr)
        self.assertEqual(len([l for l in self.result.stderr.splitlines() if "error:" in l]), 1, self.result.stderr)
        self.assertNothingLeft()

    def test_a_url_stands_before_the_single_variables(self):
        url = f"postgresql:///{self.database}?host={os.environ['PGHOST']}&port={os.environ['PGPORT']}&user={os.environ['PGUSER']}"
        archive = Archive(self.backup(env={"DATABASE_URL": url, "DB_TYPE": "sqlite"}))
        self.assertEqual(archive.metadata["total_users"], len(self.users))

    def test_a_server_that_is_written_to_gives_one_moment(self):
        psql(self.database, sql="""
            CREATE TABLE a (id int PRIMARY KEY, amount bigint); INSERT INTO a SELECT i, 1000 FROM generate_series(0, 999) i;
            CREATE TABLE b (id int PRIMARY KEY, amount bigint); INSERT INTO b SELECT i, 1000 FROM generate_series(0, 999) i;
            CREATE PROCEDURE move() LANGUAGE plpgsql AS $$ BEGIN FOR i IN 0..1000000 LOOP
                UPDATE a SET amount = amount - 1 WHERE id = i % 1000; UPDATE b SET amount = amount + 1 WHERE id = i % 1000;
                COMMIT; END LOOP; END $$;""")
        writer = subprocess.Popen(["psql", "-X", "-q", "-d", self.database, "-c", "CALL move()"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        try:
            for i in range(4):
                time.sleep(0.1)
                archive = Archive(self.backup(f"live {i}.tar.gz", env=self.variables))
                total = sum(r["amount"] for t in ("a", "b") for r in archive.records(t))
                self.assertEqual(total, 2_000_000, "money came or went")
            self.assertIsNone(writer.poll())
        finally:
            writer.kill()
            writer.wait()

    def test_a_dry_run_counts_exactly(self):
        report = self.folder / "dry.json"
        self.backup("dry.tar.gz", "--dry-run", "--report", report, env=self.variables)
        planned = {t["name"]: t["rows_planned"] for s in json.loads(report.read_text())["sources"] for t in s["tables"]}
        for table, count in planned.items():
            self.assertEqual(count, int(rows(self.database, f'SELECT count(*) FROM "{table}"')[0][0]))
        self.assertNothingLeft()


if __name__ == "__main__":
    unittest.main()
