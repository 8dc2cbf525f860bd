"""A single-user installation of Aviary becomes the first user of a multi-user one, on SQLite and PostgreSQL."""
import base64
import crypt
import json
import os
import random
import signal
import sqlite3
import time
import unittest
import uuid
import warnings

from backup_postgres_test import psql, rows
from support import FIXTURES, PIPELINES, RoostCase, sha256, sqlite_columns, sqlite_rows, sqlite_schema, sqlite_tables, write

SPACE = uuid.UUID("5b0f2c1e-6a5d-4f7e-9d3a-1c8e4b7a9f20")
KEY = "aviary_00112233445566778899aabbccddeeff"
PASSWORD = "korrekt pferd batterie klammer"
EPOCH = 1_769_862_896  # 2026-01-31 12:34:56 UTC


def user_id(name):
    """README of the source: version 5, in roost's name space, of the name in lower case."""
    return str(uuid.uuid5(SPACE, "user:" + name.lower()))


def key_id(name):
    return str(uuid.uuid5(uuid.UUID(user_id(name)), "api-key"))


def looks(root):
    """path -> (bytes, mode, time in ns, inode): a file that is written again would not have the same."""
    found = {}
    for path, folders, names in os.walk(os.fsencode(root)):
        for name in folders + names:
            full = os.path.join(path, name)
            status = os.lstat(full)
            content = open(full, "rb").read() if os.path.isfile(full) else None
            found[os.path.relpath(full, os.fsencode(root))] = (content, status.st_mode, status.st_mtime_ns, status.st_ino)
    return found


def without_inodes(found):
    return {k: v[:3] for k, v in found.items()}


class Migration:
    """The tests of both kinds of database."""

    def setUp(self):
        super().setUp()
        self.pdfs = self.data / "pdfs"
        self.pdfs.mkdir()
        write(self.pdfs / "a.pdf", b"first", 0o644, 1_500_000_000)
        (self.pdfs / "sub" / "deep").mkdir(parents=True)
        write(self.pdfs / "sub" / "b.epub", b"book" * 1000, 0o600, 1_500_000_001)
        write(self.pdfs / "sub" / "deep" / "notes.txt", b"any ending", 0o640, 1_500_000_002)
        write(self.pdfs / "no ending", b"", 0o644, 1_500_000_003)
        write(self.pdfs / "large.bin", random.Random(3).randbytes(3_000_000), 0o644, 1_500_000_004)
        write(os.fsencode(self.pdfs) + b"/bad \xff utf8.pdf", b"bytes", 0o644, 1_500_000_005)
        (self.pdfs / "empty").mkdir(mode=0o750)
        os.utime(self.pdfs / "sub", ns=(1_400_000_000_123_456_789,) * 2)
        os.utime(self.pdfs, ns=(1_400_000_001_000_000_000,) * 2)
        self.config = self.folder / "rmapi.conf"
        self.config.write_text("devicetoken: abc\nusertoken: def\n")
        self.files = looks(self.pdfs)

    def migrate(self, *arguments, expect=0, env=None, **variables):
        given = {"AUTH_USERNAME": "Admin", "AUTH_PASSWORD": PASSWORD, "API_KEY": KEY, "rmapi_config": self.config,
                 **self.database, **variables}
        self.result = self.roost("run", PIPELINES / "single-to-multi-user.yaml", "--progress", "none", *arguments,
                                 env={**{k: v for k, v in given.items() if v is not None}, **(env or {})}, expect=expect)
        for text in (self.result.stdout, self.result.stderr):
            self.assertNotIn(PASSWORD, text)
            self.assertNotIn(KEY, text)
        return self.result

    @property
    def users(self):
        return self.data / "users"

    def placed(self, name="admin"):
        return looks(self.users / user_id(name) / "pdfs")

    def check_hashes(self, user, key=None, password=PASSWORD):
        self.assertRegex(user["password"], r"^\$2[ab]\$10\$[./A-Za-z0-9]{53}$")
        self.assertEqual(crypt.crypt(password, user["password"]), user["password"])
        self.assertNotEqual(crypt.crypt(password[:-1], user["password"]), user["password"])
        if key is not None:
            self.assertRegex(key["key_hash"], r"^\$2[ab]\$10\$[./A-Za-z0-9]{53}$")
            self.assertEqual(crypt.crypt(KEY, key["key_hash"]), key["key_hash"])

    def expected_user(self, **other):
        number = int.from_bytes(uuid.UUID(user_id("admin")).bytes[14:], "big") % 99 + 1
        return {"id": user_id("admin"), "username": "Admin", "email": "Admin@localhost", "is_admin": self.true,
                "is_active": self.true, "rmapi_host": "", "default_rmdir": "/", "folder_refresh_percent": self.number(number),
                "coverpage_setting": "current", "contrast_setting": "none", "conflict_resolution": "abort",
                "folder_depth_limit": self.number(0), "folder_exclusion_list": "", "page_resolution": "", "page_dpi": self.zero,
                "conversion_output_format": "epub", "rmapi_config": "devicetoken: abc\nusertoken: def\n",
                "pdf_background_removal": None, "experimental_download_link": None, "reset_token": "",
                "reset_token_expires": self.time("0001-01-01 00:00:00"), "oidc_subject": None,
                "created_at": self.time("2026-01-31 12:34:56"), "updated_at": self.time("2026-01-31 12:34:56"), "last_login": None,
                **other}

    def check_columns(self):
        user, = self.records("users")
        key, = self.records("api_keys")
        self.check_hashes(user, key)
        del user["password"], key["key_hash"]
        self.assertEqual(user, self.expected_user())
        self.assertEqual(key, {"id": key_id("admin"), "user_id": user_id("admin"), "name": "Migrated from API_KEY env var",
                               "key_prefix": KEY[:16], "is_active": self.true, "last_used": None, "expires_at": None,
                               "created_at": self.time("2026-01-31 12:34:56")})

    def test_every_column_into_no_database_and_every_file(self):
        self.migrate(SOURCE_DATE_EPOCH=EPOCH)
        self.check_columns()
        self.assertEqual(without_inodes(self.placed()), without_inodes(self.files))
        self.assertEqual(looks(self.pdfs), self.files)
        self.assertIn("user 'Admin' gets the id " + user_id("admin"), self.result.stderr)
        self.check_made_schema()

    def test_every_setting(self):
        self.migrate(ADMIN_EMAIL="me@example.org", RMAPI_HOST="https://sync.example", RM_TARGET_DIR="/Books", RMAPI_COVERPAGE="first",
                     RMAPI_CONTRAST="high", RMAPI_CONFLICT_RESOLUTION="overwrite", RMAPI_FOLDER_DEPTH_LIMIT="3",
                     RMAPI_FOLDER_EXCLUSION_LIST="/trash,/x", API_KEY=None, SOURCE_DATE_EPOCH=EPOCH, rmapi_config=self.folder / "none")
        user, = self.records("users")
        self.check_hashes(user)
        del user["password"]
        self.assertEqual(user, self.expected_user(
            email="me@example.org", rmapi_host="https://sync.example", default_rmdir="/Books", coverpage_setting="first",
            contrast_setting="high", conflict_resolution="overwrite", folder_depth_limit=self.number(3),
            folder_exclusion_list="/trash,/x", rmapi_config=""))
        self.assertEqual(self.records("api_keys"), [])
        self.assertIn("no API key is given: none is made", self.result.stderr)
        self.assertIn(f"no rmapi.conf '{self.folder}/none' is there", self.result.stderr)

    def test_into_a_database_that_aviary_has_made(self):
        self.make_aviary()
        self.run_sql("INSERT INTO system_settings (key, value) VALUES ('max_api_keys_per_user', '10')")
        schema = self.schema()
        settings = self.records("system_settings")
        self.migrate(SOURCE_DATE_EPOCH=EPOCH)
        self.check_columns()
        self.assertEqual(self.schema(), schema)
        self.assertEqual(self.records("system_settings"), settings)
        self.assertEqual(without_inodes(self.placed()), without_inodes(self.files))

    def test_a_second_run_changes_nothing_and_says_so(self):
        self.migrate()
        database, tree = self.dump(), looks(self.users)
        self.migrate()
        self.assertEqual(self.dump(), database)
        self.assertEqual(looks(self.users), tree)
        self.assertIn("rows: 0\n    rows there already: 2\n", self.result.stdout)
        self.assertIn("files: 0\n    size: 0 B\n    files there already: 6\n", self.result.stdout)

    def test_what_came_later_stays(self):
        """The user goes on working: a third run, with move, does not undo anything."""
        self.migrate()
        self.run_sql("UPDATE users SET email = 'new@example.org'")
        new = self.users / user_id("admin") / "pdfs" / "sub" / "new.pdf"
        write(new, b"uploaded later", 0o644, 1_600_000_000)
        write(self.pdfs / "sub" / "late.pdf", b"left behind", 0o644, 1_600_000_001)
        self.migrate(move="true")
        self.assertEqual([r["email"] for r in self.records("users")], ["new@example.org"])
        placed = self.placed()
        self.assertEqual(placed[b"sub/new.pdf"][0], b"uploaded later")
        self.assertEqual(placed[b"sub/late.pdf"][0], b"left behind")
        self.assertEqual(placed[b"a.pdf"][0], b"first")
        self.assertEqual(list(self.pdfs.iterdir()), [])

    def test_move_and_the_list_of_every_file(self):
        listed = self.out / "files.jsonl"
        report = self.out / "report.json"
        self.migrate("--report", report, "--set", f"files_list={listed}", move="true")
        self.assertEqual(without_inodes(self.placed()), without_inodes(self.files))
        self.assertEqual(list(self.pdfs.iterdir()), [])  # the folder itself stays
        self.assertIn("6 files leave", self.result.stderr)
        self.assertIn("removed 6 files and 3 folders", self.result.stderr)
        self.assertEqual(listed.stat().st_mode & 0o777, 0o600)
        lines = [json.loads(line) for line in listed.read_text().splitlines()]
        expected = {}
        for path, (content, mode, _, _) in self.files.items():
            if content is not None:
                expected[path] = (len(content), sha256(content))
        self.assertEqual(len(lines), len(expected))
        for line in lines:
            path = line["path"] if isinstance(line["path"], str) else None
            if path is None:  # bytes that are not UTF-8: docs/archive-format.md's {"$text":{"$blob":...}}
                path = base64.b64decode(line["path"]["$text"]["$blob"])
            else:
                path = path.encode()
            self.assertEqual((line["bytes"], line["sha256"]), expected.pop(path))
            self.assertEqual((line["user"], line["kind"], line["read"], line["old_place"]),
                             (user_id("admin"), "documents", "whole", "removed"))
        self.assertEqual(expected, {})
        text = report.read_text()
        self.assertNotIn(PASSWORD, text)
        self.assertNotIn(KEY, text)
        self.migrate(move="true")  # and once more: there is nothing left to move
        self.assertIn("holds no files", self.result.stderr)
        self.assertEqual(without_inodes(self.placed()), without_inodes(self.files))

    def test_a_dry_run_changes_nothing(self):
        self.make_aviary()
        before = self.dump(), looks(self.data)
        self.migrate("--dry-run", "--set", f"files_list={self.out}/l", move="true")
        self.assertEqual((self.dump(), looks(self.data)), before)
        self.assertEqual(list(self.out.iterdir()), [])
        self.assertIn("documents: 6 files of 1 user", self.result.stdout)

    def test_nothing_to_move_is_told(self):
        self.migrate(PDF_DIR=self.folder / "nowhere", rmapi_config=self.folder / "none", API_KEY=None)
        self.assertIn(f"no documents' folder '{self.folder}/nowhere' is there: no files are moved", self.result.stderr)
        self.assertEqual(len(self.records("users")), 1)
        self.assertFalse(self.users.exists() and any(self.users.iterdir()))

    def test_a_key_that_aviary_would_not_take(self):
        self.migrate(API_KEY="hunter2-secret", expect=1)
        self.assertIn("Aviary takes only API keys that begin with 'aviary_'", self.result.stderr)
        self.assertIn("on-bad-key: skip", self.result.stderr)
        self.assertFalse(self.users.exists())
        self.assertEqual(self.tables(), [])
        self.migrate("--set", "on_bad_key=skip", API_KEY="hunter2-secret", expect=3)
        self.assertNotIn("hunter2-secret", self.result.stdout + self.result.stderr)
        self.assertIn("API key: left out: Aviary takes only", self.result.stderr)
        self.assertEqual(self.records("api_keys"), [])
        self.assertEqual(len(self.records("users")), 1)

    def test_settings_that_are_missing_or_wrong(self):
        self.migrate(AUTH_PASSWORD=None, expect=2)
        self.assertIn("set AUTH_PASSWORD, or AUTH_PASSWORD_FILE", self.result.stderr)
        self.migrate(AUTH_USERNAME=None, expect=2)
        self.assertIn("set AUTH_USERNAME, or AUTH_USERNAME_FILE", self.result.stderr)
        self.migrate(AUTH_PASSWORD="x" * 73, expect=1)
        self.assertIn("the password has 73 bytes, and bcrypt takes 72 at most", self.result.stderr)
        self.assertNotIn("xxx", self.result.stderr)
        self.migrate(PDF_DIR=self.data, expect=1)
        self.assertIn("lie one in the other", self.result.stderr)
        self.assertEqual(self.tables(), [])
        self.assertFalse(self.users.exists())

    def test_secrets_from_files_and_the_longest_password(self):
        longest = "\u00e4" * 36
        for name, text in (("AUTH_PASSWORD", longest), ("AUTH_USERNAME", "root"), ("API_KEY", KEY)):
            (self.folder / name).write_text(text + "\n")
        self.migrate(AUTH_PASSWORD=None, AUTH_USERNAME=None, API_KEY=None,
                     **{f"{n}_FILE": self.folder / n for n in ("AUTH_PASSWORD", "AUTH_USERNAME", "API_KEY")})
        user, = self.records("users")
        key, = self.records("api_keys")
        self.assertEqual((user["id"], user["username"]), (user_id("root"), "root"))
        self.check_hashes(user, key, longest)

    def test_other_users_stay_and_a_name_that_is_taken_refuses(self):
        self.make_aviary()
        other = "11111111-1111-4111-8111-111111111111"
        self.run_sql(f"INSERT INTO users (id, username, email, password) VALUES ('{other}', 'other', 'o@x', 'p')")
        (self.users / other / "pdfs").mkdir(parents=True)
        write(self.users / other / "pdfs" / "o.pdf", b"other's", 0o644, 1_500_000_000)
        before = looks(self.users / other)
        self.migrate()
        self.assertEqual(sorted(r["id"] for r in self.records("users")), sorted([other, user_id("admin")]))
        self.assertEqual(looks(self.users / other), before)

        self.run_sql("DELETE FROM api_keys")
        self.run_sql(f"DELETE FROM users WHERE id <> '{other}'")
        self.run_sql("UPDATE users SET username = 'Admin'")
        state = self.dump(), looks(self.users), looks(self.pdfs)
        for more in (["--dry-run"], []):
            self.migrate(*more, expect=1, move="true")
            self.assertRegex(self.result.stderr, "table '?users.*username")
            self.assertEqual((self.dump(), looks(self.users), looks(self.pdfs)), state)

    def test_another_file_of_the_same_name_refuses_and_the_dry_run_knows(self):
        self.make_aviary()
        place = self.users / user_id("admin") / "pdfs" / "sub"
        place.mkdir(parents=True)
        write(place / "b.epub", b"something else", 0o644, 1_500_000_000)
        state = self.dump(), looks(self.users), looks(self.pdfs)
        for more in (["--dry-run"], []):
            self.migrate(*more, expect=1, move="true")
            self.assertIn(f"'documents/{user_id('admin')}/sub/b.epub' is there already, with other bytes than come", self.result.stderr)
            self.assertEqual((self.dump(), looks(self.users), looks(self.pdfs)), state)

    def test_killed_at_any_moment_nothing_is_lost(self):
        for i in range(40):
            write(self.pdfs / f"many {i}.pdf", random.Random(i).randbytes(200_000), 0o644, 1_500_000_000 + i)
        self.make_aviary()
        wanted = {k: v[0] for k, v in looks(self.pdfs).items() if v[0] is not None}
        began = time.monotonic()
        self.migrate("--dry-run", move="true")
        whole = (time.monotonic() - began) * 1.5 + 0.15
        generator = random.Random(7)
        ends = set()
        for _ in range(16):
            process = self.start("run", PIPELINES / "single-to-multi-user.yaml", "--progress", "none",
                                 env={"AUTH_USERNAME": "admin", "AUTH_PASSWORD": PASSWORD, "API_KEY": KEY, "move": "true",
                                      "rmapi_config": self.config, **self.database})
            time.sleep(generator.uniform(0, whole))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            self.roost("recover", env=self.database)
            old = {k: v[0] for k, v in looks(self.pdfs).items() if v[0] is not None}
            new = {k: v[0] for k, v in self.placed().items() if v[0] is not None} if self.users.exists() else {}
            committed = len(self.records("users")) == 1
            self.assertEqual(len(self.records("api_keys")), int(committed))
            self.assertEqual(new, wanted if committed else {})
            self.assertEqual({**new, **old}, wanted)  # nothing is lost
            if not committed:
                self.assertEqual(old, wanted)
            ends.add((committed, old == wanted))
            left = [p.name for p in self.users.iterdir() if p.name.startswith(".roost")] if self.users.exists() else []
            self.assertEqual(left, [])
            if committed and not old:  # all the way back
                self.run_sql("DELETE FROM api_keys")
                self.run_sql("DELETE FROM users")
                self.pdfs.rmdir()
                (self.users / user_id("admin") / "pdfs").rename(self.pdfs)
        self.assertIn((False, True), ends)
        self.migrate(AUTH_USERNAME="admin", move="true")  # what was left is finished by a further run
        self.assertEqual({k: v[0] for k, v in self.placed().items() if v[0] is not None}, wanted)
        self.assertEqual([p for p in self.pdfs.rglob("*") if p.is_file()], [])


class OnSQLite(Migration, RoostCase):
    database = {}
    true = 1
    zero = 0.0

    @staticmethod
    def number(value):
        return value

    @staticmethod
    def time(text):
        return text + "+00:00"

    @property
    def file(self):
        return self.data / "aviary.db"

    def records(self, table):
        return [dict(zip(sqlite_columns(self.file, table), row)) for row in sqlite_rows(self.file, table)]

    def tables(self):
        return sqlite_tables(self.file) if self.file.exists() else []

    def schema(self):
        return sqlite_schema(self.file)

    def dump(self):
        database = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)
        try:
            return list(database.iterdump())
        finally:
            database.close()

    def run_sql(self, sql):
        database = sqlite3.connect(self.file)
        database.executescript(sql)
        database.close()

    def make_aviary(self):
        self.run_sql((FIXTURES / "aviary" / "schema-sqlite.sql").read_text())

    def check_made_schema(self):
        """What roost makes, column by column, is what Aviary's own statements make."""
        made = self.file
        own = self.folder / "own.db"
        database = sqlite3.connect(own)
        database.executescript((FIXTURES / "aviary" / "schema-sqlite.sql").read_text())
        database.close()

        def described(path, table):
            connection = sqlite3.connect(path)
            try:
                columns = [(r[1], r[2].lower(), r[3], r[4], r[5]) for r in connection.execute(f"PRAGMA table_info({table})")]
                indexes = sorted((r[1], r[2]) for r in connection.execute(f"PRAGMA index_list({table})") if not r[1].startswith("sqlite_"))
                keys = [r[2:7] for r in connection.execute(f"PRAGMA foreign_key_list({table})")]
                return columns, indexes, keys
            finally:
                connection.close()

        for table in ("users", "api_keys"):
            self.assertEqual(described(made, table), described(own, table))


class OnPostgreSQL(Migration, RoostCase):
    true = "t"
    zero = "0"

    @staticmethod
    def number(value):
        return str(value)

    @staticmethod
    def time(text):
        return text + "+00"

    def setUp(self):
        super().setUp()
        if "PGHOST" not in os.environ:
            self.fail("no PostgreSQL: run this through scripts/with-postgres.sh or scripts/test.sh")
        self.name = "e2e_" + uuid.uuid4().hex[:12]
        psql("postgres", "-c", f"CREATE DATABASE {self.name}")
        self.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)", check=False))
        self.database = {"DB_TYPE": "postgres", "DB_HOST": os.environ["PGHOST"], "DB_PORT": os.environ["PGPORT"],
                         "DB_USER": os.environ["PGUSER"], "DB_NAME": self.name}

    def records(self, table):
        columns = [r[0] for r in rows(self.name, f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 ORDER BY attnum")]
        return [dict(zip(columns, row)) for row in rows(self.name, f"SELECT * FROM {table}")]

    def tables(self):
        return [r[0] for r in rows(self.name, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1")]

    def schema(self):
        return (rows(self.name, "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"),
                rows(self.name, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"),
                rows(self.name, "SELECT attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace) ORDER BY 1, attnum"))

    def dump(self):
        return self.schema(), {t: sorted(rows(self.name, f"SELECT * FROM {t}"), key=repr) for t in self.tables()}

    def run_sql(self, sql):
        psql(self.name, "-c", sql)

    def make_aviary(self):
        psql(self.name, "-f", FIXTURES / "aviary" / "schema-pg.sql")

    def check_made_schema(self):
        own = self.name + "_own"
        psql("postgres", "-c", f"CREATE DATABASE {own}")
        self.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {own} WITH (FORCE)", check=False))
        psql(own, "-f", FIXTURES / "aviary" / "schema-pg.sql")
        made = self.schema()
        self.name, kept = own, self.name
        try:
            expected = [[r for r in part if r[0] in ("users", "api_keys") or " ON public.users " in r[0] or " ON public.api_keys " in r[0]]
                        for part in self.schema()]
        finally:
            self.name = kept
        self.assertEqual([list(part) for part in made], expected)


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    unittest.main()
