"""One user back into a live server: exactly as in the backup, and everybody else exactly as they are, in both databases."""
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tarfile
import time
import unittest
import uuid

from backup_postgres_test import psql, rows
from restore_postgres_test import normal
from support import FIXTURES, PIPELINES, RoostCase, difference, make_user_files, quote, sqlite_rows, sqlite_tables, write

ALICE = "451abd81-f1d6-4ed6-97f5-e837d70820fe"
BOB = "9118bb16-000f-49c8-9a35-8ca00d75985d"
ADMIN = "6513270e-269e-4d37-b2a7-4de452e6b438"
#: whose a row is, by its column
OWNERS = {"users": "id", "api_keys": "user_id", "user_sessions": "user_id", "user_folders_cache": "user_id",
          "documents": "user_id", "restore_uploads": "admin_user_id", "restore_extraction_jobs": "admin_user_id"}
NEW = "99999999-9999-4999-8999-%012d"


class SqliteServer:
    """A server's database: what it holds, and a way to change it. Foreign keys are not enforced by SQLite's shell."""
    kind = "sqlite"

    def __init__(self, case, path, script=None):
        self.path = path
        if script is not None:
            self.sql(script)

    def sql(self, script):
        database = sqlite3.connect(self.path)
        database.executescript(script)
        database.commit()
        database.close()

    def environment(self):
        return {}

    def url(self):
        return f"sqlite:{self.path}"

    def tables(self):
        return sqlite_tables(self.path)

    def cells(self):
        """{table: its rows}: every value with its storage class, the numbers given out included."""
        state = {}
        for table in self.tables():
            kinds = ", ".join(f"typeof({quote(c)}), {quote(c)}" for c in self.columns(table))
            state[table] = sorted(sqlite_rows(self.path, table, kinds), key=repr)
        return state

    def columns(self, table):
        return [r[0] for r in self.query(f"SELECT name FROM pragma_table_info('{table}')")]

    def rows(self, table, where):
        return sorted(sqlite_rows(self.path, f"{table}", "*") if where is None else self.query(f'SELECT * FROM "{table}" WHERE {where}'), key=repr)

    def query(self, sql):
        database = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        try:
            return [list(row) for row in database.execute(sql)]
        finally:
            database.close()

    def dangling(self):
        return self.query("PRAGMA foreign_key_check")


class PostgresServer:
    kind = "postgresql"

    def __init__(self, case, _path, script=None):
        if "PGHOST" not in os.environ:
            case.fail("no PostgreSQL: run this through scripts/with-postgres.sh or scripts/test.sh")
        self.name = "e2e_" + uuid.uuid4().hex[:12]
        psql("postgres", "-c", f"CREATE DATABASE {self.name}")
        case.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)", check=False))
        if script is not None:
            self.sql(script)

    def sql(self, script):
        psql(self.name, sql=script)

    def environment(self):
        return {"DB_TYPE": "postgres", "DB_HOST": os.environ["PGHOST"], "DB_PORT": os.environ["PGPORT"],
                "DB_USER": os.environ["PGUSER"], "DB_NAME": self.name}

    def url(self):
        return f"postgresql:///{self.name}?host={os.environ['PGHOST']}&port={os.environ['PGPORT']}&user={os.environ['PGUSER']}"

    def tables(self):
        return [r[0] for r in rows(self.name, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1")]

    def cells(self):
        state = {table: self.rows(table, "true") for table in self.tables()}
        state["keys"] = rows(self.name, "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint ORDER BY 1, 2")
        state["indexes"] = rows(self.name, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
        state["triggers"] = rows(self.name, "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1")
        state["schemas"] = rows(self.name, "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp' ORDER BY 1")
        return state

    def rows(self, table, where):
        return sorted(self.query(f'SELECT * FROM "{table}" WHERE {where}'), key=repr)

    def query(self, sql):
        return rows(self.name, sql)

    def dangling(self):
        return []  # the keys are in the state


def files_of(root):
    """Every file and folder of every user: bytes, mode, time."""
    state = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        inner = len(path.relative_to(root).parts) > 1
        state[str(path.relative_to(root))] = (path.read_bytes() if path.is_file() else None, status.st_mode,
                                              int(status.st_mtime) if inner else None)
    return state


class UserCase(RoostCase):
    server_type = None

    def bring_back(self, archive, *arguments, users="alice", expect=0, server=None, data=None, **more):
        self.result = self.roost("run", PIPELINES / "restore-user.yaml", "--set", f"archive={archive}", "--set", f"users={users}",
                                 "--progress", "none", *arguments, expect=expect, stdin=subprocess.DEVNULL,
                                 env={"DATA_DIR": data or self.data, **(server or self.server).environment()}, **more)
        return self.result

    def assertError(self, *parts):
        errors = self.result.stderr
        for part in parts:
            self.assertIn(part, errors)


class Aviary:
    """On the model application's own tables; `server_type` says in which database."""

    def setUp(self):
        super().setUp()
        self.server = self.live()
        self.ids = [r[0] for r in self.server.query("SELECT id FROM users ORDER BY id")]
        make_user_files(self.data / "users", self.ids)
        self.archive = self.backup(env=self.server.environment())
        self.before = self.server.cells()
        self.files_before = files_of(self.data / "users")

    def live(self):
        if self.server_type is SqliteServer:
            shutil.copy(FIXTURES / "aviary" / "aviary.db", self.data / "aviary.db")
            return SqliteServer(self, self.data / "aviary.db")
        return PostgresServer(self, None, (FIXTURES / "aviary" / "aviary-pg.sql").read_text())

    def theirs(self, user, names, state_of=None):
        """The user's rows of each table."""
        server = state_of or self.server
        state = {t: server.rows(t, f"{c} = '{user}'") for t, c in OWNERS.items()}
        listed = ", ".join("'" + n.replace("'", "''") + "'" for n in names)
        state["login_attempts"] = server.rows("login_attempts", f"username IN ({listed})")
        return state

    def others(self, user, names):
        listed = ", ".join("'" + n.replace("'", "''") + "'" for n in names)
        state = {t: self.server.rows(t, f"{c} <> '{user}'") for t, c in OWNERS.items()}
        state["login_attempts"] = self.server.rows("login_attempts", f"username IS NULL OR username NOT IN ({listed})")
        for table in set(self.server.tables()) - state.keys():
            state[table] = self.server.rows(table, "1 = 1")
        return state

    def change_everything(self):
        """What happens between the backup and the day when Alice calls."""
        self.server.sql(f"""
            DELETE FROM documents WHERE id IN (SELECT id FROM documents WHERE user_id = '{ALICE}' ORDER BY id LIMIT 4);
            UPDATE documents SET document_name = 'ruined', status = 'x' WHERE user_id = '{ALICE}';
            INSERT INTO documents (id, user_id, document_name) VALUES ('{NEW % 1}', '{ALICE}', 'since the backup');
            DELETE FROM api_keys WHERE user_id = '{ALICE}';
            DELETE FROM user_folders_cache WHERE user_id = '{ALICE}';
            UPDATE users SET password = 'forgotten', username = 'alicia', rmapi_config = NULL WHERE id = '{ALICE}';
            INSERT INTO login_attempts (id, ip_address, username) VALUES ('{NEW % 2}', '127.0.0.1', 'alicia'), ('{NEW % 3}', '127.0.0.1', 'nobody');
            UPDATE users SET rmapi_host = 'of Bob since' WHERE id = '{BOB}';
            DELETE FROM documents WHERE id IN (SELECT id FROM documents WHERE user_id = '{BOB}' ORDER BY id LIMIT 2);
            INSERT INTO documents (id, user_id, document_name) VALUES ('{NEW % 4}', '{BOB}', 'Bob''s since');
            INSERT INTO backup_jobs (id, admin_user_id) VALUES ('{NEW % 5}', '{ALICE}');
            UPDATE system_settings SET value = 'since', updated_by = '{ALICE}';
            INSERT INTO users (id, username, email, password) VALUES ('{NEW % 6}', 'dora', 'dora@example.com', 'x');
            INSERT INTO documents (id, user_id, document_name) VALUES ('{NEW % 7}', '{NEW % 6}', 'Dora''s')""")
        folder = self.data / "users" / ALICE / "pdfs"
        first = sorted(p for p in folder.iterdir() if p.is_file())
        first[0].unlink()
        write(first[1], b"ruined", 0o600, 1_600_000_000)
        write(folder / "since.pdf", b"since", 0o644, 1_600_000_000)
        write(self.data / "users" / BOB / "pdfs" / "since.pdf", b"Bob's", 0o644, 1_600_000_000)
        write(self.data / "users" / ALICE / "other.txt", b"no document", 0o644, 1_600_000_000)
        os.makedirs(self.data / "users" / (NEW % 6) / "pdfs")
        write(self.data / "users" / (NEW % 6) / "pdfs" / "d.pdf", b"Dora's", 0o644, 1_600_000_000)

    def expected_files(self):
        """Alice's documents and configurations as in the backup, all else as it is."""
        state = files_of(self.data / "users")
        kinds = (f"{ALICE}/pdfs", f"{ALICE}/rmapi")
        state = {k: v for k, v in state.items() if not k.startswith(kinds)}
        state.update({k: v for k, v in self.files_before.items() if k.startswith(kinds)})
        return state

    def assertUnchanged(self, cells, files):
        self.assertTrue(self.server.cells() == cells, difference(self.server.cells(), cells))
        self.assertEqual(files_of(self.data / "users"), files)

    def check_alice_back(self, archive, *arguments):
        hers = self.theirs(ALICE, ["alice"])
        self.change_everything()
        everybody, files = self.others(ALICE, ["alice", "alicia"]), self.expected_files()
        changed, changed_files = self.server.cells(), files_of(self.data / "users")
        self.bring_back(archive, "--dry-run")
        for what in ("table users: 1 row of the users that come", "table documents: 7 rows of the users that come",
                     "table login_attempts: 2 rows of the users that come"):
            self.assertIn("replaces: " + what, self.result.stdout)
        self.assertNotIn("api_keys: ", self.result.stdout.split("replaces:", 1)[1])
        self.assertUnchanged(changed, changed_files)
        self.bring_back(archive, expect=1)
        self.assertError("table documents: 7 rows of the users that come", "--yes")
        self.assertUnchanged(changed, changed_files)
        self.bring_back(archive, "--yes", *arguments)
        self.assertEqual(self.theirs(ALICE, ["alice", "alicia"]), hers)
        self.assertEqual(self.others(ALICE, ["alice", "alicia"]), everybody)
        self.assertEqual(files_of(self.data / "users"), files)
        self.assertEqual(self.server.dangling(), [])
        self.assertIn("verified: 20 rows", self.result.stdout)
        after = self.server.cells()
        for what in ("keys", "indexes", "triggers", "schemas"):
            self.assertEqual(after.get(what), changed.get(what))
        self.bring_back(archive, "--yes")  # again: the same
        self.assertTrue(self.server.cells() == after, difference(self.server.cells(), after))

    def test_from_a_full_backup(self):
        self.check_alice_back(self.archive)

    def test_from_a_user_export_with_a_safety_backup(self):
        export = self.out / "alice.tar.gz"
        self.roost("run", PIPELINES / "user-export.yaml", "--set", "users=alice", "--set", f"out={export}", "--progress", "none",
                   env=self.server.environment())
        safety = self.out / "safety.tar.gz"
        self.check_alice_back(export, "--set", f"safety_backup={safety}")
        self.assertEqual(self.roost("verify", safety).returncode, 0)
        with tarfile.open(safety) as tar:
            documents = json.load(tar.extractfile("database/documents.json"))
        self.assertIn("since the backup", [d["document_name"] for d in documents])

    def test_users_who_are_gone(self):
        hers = self.theirs(ALICE, ["alice"])
        everybody = self.others(ALICE, ["alice"])
        self.server.sql(f"UPDATE system_settings SET updated_by = NULL WHERE updated_by = '{ALICE}'")
        everybody["system_settings"] = self.server.rows("system_settings", "1 = 1")
        self.server.sql(f"DELETE FROM users WHERE id = '{ALICE}'")  # in SQLite without the cascades
        shutil.rmtree(self.data / "users" / ALICE)
        self.bring_back(self.archive, "--yes")
        self.assertEqual(self.theirs(ALICE, ["alice"]), hers)
        self.assertEqual(self.others(ALICE, ["alice"]), everybody)
        self.assertEqual(files_of(self.data / "users"), self.files_before)
        self.assertEqual(self.server.dangling(), [])

    def test_several_users(self):
        self.change_everything()
        self.bring_back(self.archive, "--yes", users=f"{ALICE},bob+tag@example.org")
        for table in OWNERS:
            where = f"{OWNERS[table]} IN ('{ALICE}', '{BOB}')"
            self.assertEqual(len(self.server.rows(table, where)),
                             sum(1 for r in self.before[table] if ALICE in r or BOB in r) if table != "users" else 2, table)
        self.assertEqual(self.server.query("SELECT document_name FROM documents WHERE id LIKE '99999999%'"
                                           if self.server.kind == "sqlite" else
                                           "SELECT document_name FROM documents WHERE id::text LIKE '99999999%'"), [["Dora's"]])

    def refused(self, sql, *parts, arguments=()):
        self.server.sql(sql)
        cells, files = self.server.cells(), files_of(self.data / "users")
        for mode in (["--yes"], ["--dry-run"]):
            self.bring_back(self.archive, *mode, *arguments, expect=1)
            self.assertError(*parts)
        self.assertUnchanged(cells, files)

    def test_a_copy_beside_the_original(self):
        """Twice the same: the copy is who it was, and what it has done since goes."""
        theirs = self.theirs(ALICE, ["alice"])
        self.change_everything()
        cells, files = self.server.cells(), files_of(self.data / "users")
        for _ in range(2):
            self.bring_back(self.archive, "--yes", "--set", "as=alice-old")
            copy, = [r[0] for r in self.server.query("SELECT id FROM users WHERE username = 'alice-old'")]
            self.assertNotIn(copy, self.ids)
            now = self.theirs(copy, ["alice-old"])
            self.assertEqual({t: len(r) for t, r in now.items()},
                             {t: 0 if t in ("api_keys", "user_sessions") else len(r) for t, r in theirs.items()})
            self.assertEqual(self.server.query(f"SELECT email FROM users WHERE id = '{copy}'"), [["alice+alice-old@example.com"]])
            told = "SELECT document_name, document_type, file_size, status, upload_date FROM documents WHERE user_id = '%s'"
            names = self.server.query(told % copy)
            self.assertEqual(len(names), 10)
            self.assertNotIn("since the backup", [n[0] for n in names])
            after = self.server.cells()
            for table, had in cells.items():
                if table in theirs:
                    self.assertEqual([r for r in after[table] if r not in now[table] and copy not in str(r) and "alice-old" not in str(r)], had, table)
                else:
                    self.assertEqual(after[table], had, table)
            found = files_of(self.data / "users")
            self.assertEqual({k: v for k, v in found.items() if not k.startswith(copy)}, files)
            kinds = (f"{ALICE}/pdfs", f"{ALICE}/rmapi")
            self.assertEqual({k: v for k, v in found.items() if k.startswith((f"{copy}/pdfs", f"{copy}/rmapi"))},
                             {k.replace(ALICE, copy): v for k, v in self.files_before.items() if k.startswith(kinds)})
            self.assertEqual(self.server.dangling(), [])
            self.server.sql(f"INSERT INTO documents (id, user_id, document_name) VALUES ('{NEW % 20}', '{copy}', 'since the backup')")
        self.bring_back(self.archive, "--yes", "--set", "as=dora", expect=1)
        self.assertError("table users: user 'dora' has id = ")

    def test_nothing_is_replaced_by_a_copy(self):
        """So it neither asks nor makes a safety backup."""
        safety = self.out / "safety.tar.gz"
        self.bring_back(self.archive, "--set", "as=alice-old", "--set", f"safety_backup={safety}")
        self.assertFalse(safety.exists())
        self.assertNotIn("replaces", self.result.stdout + self.result.stderr)

    def test_a_user_without_files_in_the_backup(self):
        for kind in ("pdfs", "rmapi"):
            shutil.rmtree(self.data / "users" / ALICE / kind)
        self.archive = self.backup("without.tar.gz", env=self.server.environment())
        write(self.data / "users" / ALICE / "since.txt", b"no document", 0o644, 1_600_000_000)
        others = files_of(self.data / "users")
        os.makedirs(self.data / "users" / ALICE / "pdfs")
        write(self.data / "users" / ALICE / "pdfs" / "since.pdf", b"since", 0o644, 1_600_000_000)
        self.bring_back(self.archive, "--dry-run")
        self.assertIn("replaces: documents of 1 user: 1 file, 5 bytes\n", self.result.stdout)
        self.bring_back(self.archive, "--yes")
        self.assertEqual(files_of(self.data / "users"), others)

    def test_a_part_of_the_users_own_data(self):
        cells, files = self.server.cells(), files_of(self.data / "users")
        full = self.out / "full.tar.gz"
        shutil.copy(self.archive, full)
        for number, (transform, refusals) in enumerate((
                ("{plugin: select, where: [{table: documents, column: document_name, is: Plan.pdf}], files: '*1.pdf'}",
                 ["table documents comes with only a part of the users' rows or columns, or with masked values", "only some files of the kind 'documents' come"]),
                ("{plugin: mask, secrets: drop}", ["table users comes with only a part of the users' rows or columns, or with masked values"]))):
            part, path = self.out / f"part{number}.tar.gz", self.folder / "part.yaml"
            path.write_text(f"""roost: 1
name: part
sources: [{{plugin: archive, url: "file:{full}"}}]
transforms:
  - {{plugin: user-filter, users: alice, match: {{login_attempts.username: users.username}}, owner: {{backup_jobs: none}}}}
  - {transform}
sinks: [{{plugin: archive, url: "file:{part}"}}]
""")
            self.roost("run", path, "--progress", "none")
            self.bring_back(part, "--yes", expect=1)
            self.assertError(*refusals, "here: --set partial=replace")
            self.assertUnchanged(cells, files)
            self.bring_back(part, "--yes", "--set", "partial=replace")
            self.assertNotEqual(self.server.cells(), cells)
            self.bring_back(full, "--yes")
            self.assertUnchanged(cells, files)

    def test_a_column_that_the_backup_lacks(self):
        self.server.sql("ALTER TABLE documents ADD COLUMN extra text DEFAULT 'new'")
        self.bring_back(self.archive, "--dry-run")
        self.assertIn("table documents, column 'extra' does not come: rows that come get its default", self.result.stdout)

    def test_an_id_that_is_somebody_elses_now(self):
        self.refused(f"UPDATE users SET username = 'zed', email = 'zed@example.com' WHERE id = '{ALICE}'",
                     f"table users: id = {ALICE} is 'alice', 'alice@example.com' in what comes and 'zed', 'zed@example.com' in the target: "
                     "if that is the same user, give them one of those names there first; else 'as' of the transform user-filter "
                     "brings them back beside the other, under a new key")

    def test_a_name_that_is_somebody_elses_now(self):
        gone = f"DELETE FROM system_settings WHERE updated_by = '{ALICE}'; DELETE FROM users WHERE id = '{ALICE}';"
        self.refused(gone + f"INSERT INTO users (id, username, email, password) VALUES ('{NEW % 1}', 'alice', 'other@example.com', 'x')",
                     f"table users: user 'alice' has id = {NEW % 1} in the target and id = {ALICE} in what comes: remove or rename the "
                     "user in the target, or let 'as' of the transform user-filter bring back a copy under another name")

    def test_another_unique_value_that_is_somebody_elses_now(self):
        self.server.sql("UPDATE users SET oidc_subject = 'alice-subject' WHERE username = 'alice'")
        self.archive = self.backup("subject.tar.gz", env=self.server.environment())
        constraint = ("UNIQUE constraint failed: users.oidc_subject" if self.server.kind == "sqlite" else
                      "Key (oidc_subject)=(alice-subject) already exists")
        self.refused(f"UPDATE users SET oidc_subject = NULL WHERE id = '{ALICE}'; UPDATE users SET oidc_subject = 'alice-subject' WHERE id = '{BOB}'",
                     constraint, "users")

    def test_a_document_whose_id_is_anothers(self):
        document = self.server.query(f"SELECT id FROM documents WHERE user_id = '{ALICE}' ORDER BY id LIMIT 1")[0][0]
        shown = f"'{document}'" if self.server.kind == "sqlite" else document
        self.refused(f"UPDATE documents SET user_id = '{BOB}' WHERE id = '{document}'",
                     "table documents: 1 row that comes has the primary key of a row that is not theirs in the target "
                     f"(id = {shown})", "'as' of the transform user-filter brings the user back as a copy under new keys")

    def test_others_rows_that_refer_to_rows_that_go(self):
        sql = f"""INSERT INTO restore_uploads (id, admin_user_id, filename, file_path, expires_at)
                      VALUES ('{NEW % 1}', '{ALICE}', 'f', 'p', '2026-01-01 00:00:00+00:00');
                  INSERT INTO restore_extraction_jobs (id, admin_user_id, restore_upload_id) VALUES ('{NEW % 2}', '{BOB}', '{NEW % 1}')"""
        self.refused(sql, "restore_extraction_jobs", NEW % 2, "on-orphans: apply")
        self.bring_back(self.archive, "--yes", "--set", "on_orphans=apply")
        self.assertEqual(self.server.query(f"SELECT id FROM restore_extraction_jobs WHERE admin_user_id = '{BOB}'"), [])
        self.assertEqual(self.server.dangling(), [])

    def test_a_reference_to_another_users_row(self):
        """It stays where that row is there, and is refused where it is not."""
        self.server.sql(f"""INSERT INTO restore_uploads (id, admin_user_id, filename, file_path, expires_at)
                                VALUES ('{NEW % 1}', '{BOB}', 'f', 'p', '2026-01-01 00:00:00+00:00');
                            INSERT INTO restore_extraction_jobs (id, admin_user_id, restore_upload_id) VALUES ('{NEW % 2}', '{ALICE}', '{NEW % 1}')""")
        self.archive = self.backup("reference.tar.gz", env=self.server.environment())
        self.server.sql(f"DELETE FROM restore_extraction_jobs WHERE id = '{NEW % 2}'")
        self.bring_back(self.archive, "--yes")
        self.assertEqual(self.server.query(f"SELECT restore_upload_id FROM restore_extraction_jobs WHERE id = '{NEW % 2}'"), [[NEW % 1]])
        self.refused(f"DELETE FROM restore_extraction_jobs; DELETE FROM restore_uploads WHERE id = '{NEW % 1}'",
                     "restore_extraction_jobs", NEW % 2, "restore_uploads", "come so")

    def test_a_value_that_does_not_fit_changes_nothing(self):
        if self.server.kind == "sqlite":
            sql = "UPDATE documents SET file_size = rowid; CREATE UNIQUE INDEX narrow ON documents(user_id, file_size)"
        else:
            sql = "ALTER TABLE documents ALTER COLUMN document_name TYPE varchar(3) USING left(document_name, 3)"
        if self.server.kind == "sqlite":
            self.server.sql("UPDATE documents SET file_size = 7")
            self.archive = self.backup("same.tar.gz")
        self.refused(sql, "documents")

    def test_a_schema_that_is_another(self):
        self.refused("ALTER TABLE login_attempts RENAME COLUMN username TO login",
                     "table login_attempts of the target has no column 'username', which says whose its rows are")
        self.refused("DROP TABLE login_attempts",
                     "table login_attempts does not exist in the target, and 'mode: users' makes none: "
                     "let the application make its tables first")

    def test_a_user_whom_the_backup_does_not_have(self):
        cells = self.server.cells()
        self.bring_back(self.archive, "--yes", users="alicia", expect=1)
        self.assertError("there is no user 'alicia' in table users (by id, username, email)")
        self.assertTrue(self.server.cells() == cells)

    def test_a_kill_at_any_moment(self):
        self.change_everything()
        old, old_files = self.server.cells(), files_of(self.data / "users")
        began = time.monotonic()
        self.bring_back(self.archive, "--dry-run")
        whole = time.monotonic() - began
        new_files = self.expected_files()
        hers = [r for r in self.before["documents"] if ALICE in r]
        seen = set()
        for i in range(10):
            process = self.start("run", PIPELINES / "restore-user.yaml", "--set", f"archive={self.archive}", "--set", "users=alice",
                                 "--progress", "none", "--yes", env=self.server.environment())
            time.sleep(whole * (0.3 + i * 0.12))
            process.send_signal(signal.SIGKILL if i % 2 else signal.SIGTERM)
            process.communicate()
            self.roost("recover", env=self.server.environment(), expect=None)
            cells, files = self.server.cells(), files_of(self.data / "users")
            cells.pop("_roost_commit", None)
            if [r for r in cells["documents"] if ALICE in r] == hers:
                self.assertEqual(files, new_files)
                seen.add("new")
                break
            self.assertTrue(cells == old, difference(cells, old))
            self.assertEqual(files, old_files)
            seen.add("old")
        self.bring_back(self.archive, "--yes")
        self.assertEqual(files_of(self.data / "users"), new_files)


class OnSqlite(Aviary, UserCase):
    server_type = SqliteServer

    def test_from_aviarys_own_archives(self):
        for archive in ("backup-new-shape.tar.gz", "backup-old-shape-metadata-last-no-totals.tar.gz"):
            with self.subTest(archive):
                self.change_own()
                everybody = self.others(ALICE, ["alice"])
                self.bring_back(FIXTURES / "aviary" / archive, "--yes")
                self.assertEqual(self.others(ALICE, ["alice"]), everybody)
                with tarfile.open(FIXTURES / "aviary" / archive) as tar:
                    names = {os.path.normpath(i.name): i for i in tar}
                    documents = [d for d in json.load(tar.extractfile(names["database/documents.json"])) if d["user_id"] == ALICE]
                    (user,) = [u for u in json.load(tar.extractfile(names["database/users.json"])) if u["id"] == ALICE]
                    pdfs = {n.split("/", 3)[3]: tar.extractfile(i).read() for n, i in names.items()
                            if i.isfile() and n.startswith(f"filesystem/documents/{ALICE}/")}
                self.assertEqual(self.server.query(f"SELECT id, document_name, file_size FROM documents WHERE user_id = '{ALICE}' ORDER BY id"),
                                 sorted([d["id"], d["document_name"], d["file_size"]] for d in documents))
                self.assertEqual(self.server.query(f"SELECT username, email, password, rmapi_host FROM users WHERE id = '{ALICE}'"),
                                 [[user[c] for c in ("username", "email", "password", "rmapi_host")]])
                folder = self.data / "users" / ALICE / "pdfs"
                self.assertEqual({str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}, pdfs)

    def change_own(self):
        self.server.sql(f"DELETE FROM documents WHERE user_id = '{ALICE}' AND rowid % 2; UPDATE users SET password = 'x';"
                        f"UPDATE documents SET document_name = 'x'")

    def test_into_a_server_on_postgresql(self):
        target = PostgresServer(self, None, (FIXTURES / "aviary" / "aviary-pg.sql").read_text())
        before = self.theirs(ALICE, ["alice"], target)
        target.sql(f"DELETE FROM documents WHERE user_id = '{ALICE}'; UPDATE users SET password = 'x', is_admin = NOT is_admin, last_login = NULL")
        others = target.rows("users", f"id <> '{ALICE}'")
        self.bring_back(self.archive, "--yes", server=target)
        after = self.theirs(ALICE, ["alice"], target)
        for table in before:
            self.assertEqual([plain(r) for r in after[table]], [plain(r) for r in before[table]], table)
        self.assertEqual(target.rows("users", f"id <> '{ALICE}'"), others)


def plain(row):
    """PostgreSQL's decimals keep zeros at the end."""
    return [v.removesuffix(".0") if isinstance(v, str) and v[:1].isdigit() else v for v in normal(row)]


class OnPostgres(Aviary, UserCase):
    server_type = PostgresServer

    def test_into_a_server_on_sqlite(self):
        path = self.folder / "other"
        path.mkdir()
        shutil.copy(FIXTURES / "aviary" / "aviary.db", path / "aviary.db")
        target = SqliteServer(self, path / "aviary.db")
        before = self.theirs(ALICE, ["alice"], target)
        target.sql(f"DELETE FROM documents WHERE user_id = '{ALICE}'; UPDATE users SET password = 'x'")
        others = target.rows("users", f"id <> '{ALICE}'")
        self.bring_back(self.archive, "--yes", server=target, data=path)
        after = self.theirs(ALICE, ["alice"], target)
        for table in before:
            self.assertEqual([normal(r) for r in after[table]], [normal(r) for r in before[table]], table)
        self.assertEqual(target.rows("users", f"id <> '{ALICE}'"), others)


FULL = """roost: 1
name: full
sources:
  - {plugin: database, url: "%s"}
sinks:
  - {plugin: archive, url: "file:%s", format: tar.gz}
"""
BACK = """roost: 1
name: back
sources:
  - {plugin: archive, url: "file:%s", format: tar.gz}
transforms:
  - plugin: user-filter
%s
  - plugin: schema-map
sinks:
  - plugin: database
    url: "%s"
    mode: users
%s
"""
#: an application with numbers for ids, rows that are nobody's, a table without a key, and users who refer to each other's rows
SHOP = """
    CREATE TABLE plans (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE users (id {identity}, name TEXT NOT NULL UNIQUE, plan_id INTEGER REFERENCES plans (id));
    CREATE TABLE folders (id {identity}, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                          parent INTEGER REFERENCES folders (id) ON DELETE SET NULL);
    CREATE TABLE notes (id {identity}, folder_id INTEGER NOT NULL REFERENCES folders (id) ON DELETE CASCADE, body TEXT);
    CREATE TABLE tags (note_id INTEGER NOT NULL REFERENCES notes (id) ON DELETE CASCADE, word TEXT);
    CREATE TABLE shares (user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
                         note_id INTEGER NOT NULL REFERENCES notes (id) ON DELETE CASCADE, PRIMARY KEY (user_id, note_id));
    CREATE TABLE templates (id {identity}, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE, body TEXT);
    INSERT INTO plans VALUES (1, 'free'), (2, 'paid');
    INSERT INTO users (name, plan_id) VALUES ('ann', 2), ('ben', 1);
    INSERT INTO folders (user_id, parent) VALUES (1, NULL), (1, 1), (2, NULL);
    INSERT INTO notes (folder_id, body) VALUES (1, 'a1'), (2, 'a2'), (3, 'b3'), (2, 'a4');
    INSERT INTO tags VALUES (1, 'x'), (1, 'x'), (3, 'y');
    INSERT INTO shares VALUES (1, 3), (2, 1), (1, 2);
    INSERT INTO templates (user_id, body) VALUES (NULL, 'everybody''s'), (1, 'ann''s');
"""


class Shop:
    def setUp(self):
        super().setUp()
        identity = ("INTEGER PRIMARY KEY AUTOINCREMENT" if self.server_type is SqliteServer else
                    "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
        self.schema = SHOP.replace("{identity}", identity)
        self.server = self.server_type(self, self.data / "shop.db", self.schema)
        self.archive = self.full(self.server)

    def full(self, server, name="full.tar.gz"):
        path = self.folder / "full.yaml"
        path.write_text(FULL % (server.url(), self.out / name))
        self.roost("run", path, "--progress", "none")
        return self.out / name

    def back(self, *arguments, user="ann", filter="", sink="", server=None, expect=0):
        """One user from the archive; `filter` and `sink` are further options."""
        path = self.folder / "back.yaml"
        chosen = "\n".join("    " + line for line in f"users: [{user}]\nnames: [name]\nreferences: keep\n{filter}".splitlines())
        path.write_text(BACK % (self.archive, chosen, (server or self.server).url(), sink and "    " + sink))
        self.result = self.roost("run", path, "--progress", "none", *arguments, expect=expect, stdin=subprocess.DEVNULL)

    def of(self, sql):
        return [[None if v is None else str(v) for v in row] for row in self.server.query(sql)]

    def refused(self, *parts, **more):
        cells = self.server.cells()
        for mode in ("--yes", "--dry-run"):
            self.back(mode, expect=1, **more)
            self.assertError(*parts)
            self.assertTrue(self.server.cells() == cells, difference(self.server.cells(), cells))

    def test_rows_at_any_distance_and_what_is_nobodys(self):
        before = self.server.cells()
        self.server.sql("""
            DELETE FROM notes WHERE id IN (1, 2); UPDATE notes SET body = 'ruined' WHERE id = 4; UPDATE folders SET parent = NULL WHERE id = 2;
            DELETE FROM tags WHERE note_id = 1; DELETE FROM shares WHERE note_id IN (1, 2);
            INSERT INTO folders (user_id) VALUES (1); INSERT INTO notes (folder_id, body) VALUES (4, 'a5'), (3, 'b6');
            INSERT INTO tags VALUES (5, 'since'), (6, 'ben''s');
            UPDATE plans SET name = 'dearer' WHERE id = 2; UPDATE templates SET body = 'changed';
            UPDATE users SET plan_id = 1""")
        self.back("--yes")
        self.assertEqual(self.of("SELECT id, name, plan_id FROM users ORDER BY 1"), [["1", "ann", "2"], ["2", "ben", "1"]])
        self.assertEqual(self.of("SELECT id, user_id, parent FROM folders ORDER BY 1"), [["1", "1", None], ["2", "1", "1"], ["3", "2", None]])
        self.assertEqual(self.of("SELECT id, folder_id, body FROM notes ORDER BY 1"),
                         [["1", "1", "a1"], ["2", "2", "a2"], ["3", "3", "b3"], ["4", "2", "a4"], ["6", "3", "b6"]])
        self.assertEqual(self.of("SELECT note_id, word FROM tags ORDER BY 1, 2"), [["1", "x"], ["1", "x"], ["3", "y"], ["6", "ben's"]])
        # Ben's share of a note went with the note and is his: it is not in what comes for Ann
        self.assertEqual(self.of("SELECT user_id, note_id FROM shares ORDER BY 1, 2"), [["1", "2"], ["1", "3"]])
        self.assertEqual(self.of("SELECT id, body FROM templates ORDER BY 1"), [["1", "changed"], ["2", "ann's"]])
        self.assertEqual(self.of("SELECT id, name FROM plans ORDER BY 1"), [["1", "free"], ["2", "dearer"]])
        self.assertEqual(self.server.cells().get("keys"), before.get("keys"))
        self.assertEqual(self.server.dangling(), [])
        self.server.sql("INSERT INTO notes (folder_id, body) VALUES (1, 'next'); INSERT INTO folders (user_id) VALUES (1)")
        self.assertEqual(self.of("SELECT max(id) FROM notes"), [["7"]])  # numbers that were given out stay so
        self.assertEqual(self.of("SELECT max(id) FROM folders"), [["5"]])

    def test_a_shared_row_that_is_missing_comes_too(self):
        self.server.sql("UPDATE users SET plan_id = NULL; DELETE FROM plans")
        self.back("--yes")
        self.assertEqual(self.of("SELECT id, name FROM plans"), [["2", "paid"]])
        self.assertEqual(self.of("SELECT name, plan_id FROM users ORDER BY 1"), [["ann", "2"], ["ben", None]])

    def test_numbers_are_above_those_that_come(self):
        """A server that has given out fewer of them than the backup's."""
        other = self.server_type(self, self.folder / "other.db", self.schema.split("INSERT INTO users")[0])
        other.sql("INSERT INTO users (name) VALUES ('zoe')")
        other.sql("DELETE FROM users")
        self.server.sql("DELETE FROM shares")
        self.archive = self.full(self.server, "without-shares.tar.gz")
        self.back("--yes", server=other)
        other.sql("INSERT INTO users (name) VALUES ('new'); INSERT INTO notes (folder_id, body) VALUES (1, 'new')")
        self.assertEqual([[str(v) for v in r] for r in other.query("SELECT id, name FROM users ORDER BY id")], [["1", "ann"], ["3", "new"]])
        self.assertEqual([[str(v) for v in r] for r in other.query("SELECT id FROM notes ORDER BY id")], [["1"], ["2"], ["4"], ["5"]])

    def test_another_users_row_that_would_dangle(self):
        self.server.sql("INSERT INTO notes (folder_id, body) VALUES (1, 'a5'); INSERT INTO shares VALUES (2, 5)")
        self.refused("shares", "1 row refers", "rows of table", "notes", "of users who do not come", "'on-orphans: apply'")
        self.back("--yes", sink="on-orphans: apply")
        self.assertEqual(self.of("SELECT user_id, note_id FROM shares ORDER BY 1, 2"), [["1", "2"], ["1", "3"], ["2", "1"]])
        self.assertEqual(self.of("SELECT id FROM notes ORDER BY 1"), [["1"], ["2"], ["3"], ["4"]])
        self.assertIn("1 row", self.result.stderr)

    def test_a_reference_to_a_row_that_is_gone(self):
        self.server.sql("DELETE FROM shares WHERE note_id = 3; DELETE FROM tags WHERE note_id = 3; DELETE FROM notes WHERE id = 3")
        self.refused("shares", "1 row refers", "notes", "come so", "bring back what they refer to first")
        if self.server.kind == "sqlite":
            self.back("--yes", sink="on-orphans: keep")
            self.assertEqual(self.of("SELECT user_id, note_id FROM shares ORDER BY 1, 2"), [["1", "2"], ["1", "3"], ["2", "1"]])
            self.assertIn("and come so; they are kept", self.result.stderr)

    def test_keys_that_are_taken(self):
        key = "id = 2"
        self.server.sql("DELETE FROM shares WHERE note_id = 2; UPDATE notes SET folder_id = 3 WHERE id = 2")
        self.refused("table notes: 1 row that comes has the primary key of a row that is not theirs in the target (" + key + ")")
        self.server.sql("UPDATE notes SET folder_id = 2 WHERE id = 2; UPDATE templates SET user_id = NULL WHERE id = 2")
        self.refused("table templates: 1 row that comes has the primary key of a row that is not theirs in the target (" + key + ")")
        self.server.sql("UPDATE templates SET user_id = 1 WHERE id = 2; UPDATE users SET name = 'bea' WHERE id = 1")
        self.refused("table users: id = 1 is 'ann' in what comes and 'bea' in the target")

    def test_what_the_options_leave(self):
        self.server.sql("DELETE FROM tags WHERE note_id = 1; UPDATE notes SET body = 'ruined' WHERE id = 1")
        self.back("--yes", sink="keep-tables: [tags]")
        self.assertEqual(self.of("SELECT note_id FROM tags"), [["3"]])
        self.assertEqual(self.of("SELECT body FROM notes WHERE id = 1"), [["a1"]])
        path = self.folder / "plain.yaml"
        path.write_text((BACK % (self.archive, "    users: [ann]\n    names: [name]\n    references: keep", self.server.url(), ""))
                        .replace("  - plugin: user-filter\n    users: [ann]\n    names: [name]\n    references: keep\n", ""))
        done = self.roost("run", path, "--yes", "--progress", "none", expect=1)
        self.assertIn("'mode: users' needs to know whose rows are whose: add the transform user-filter", done.stderr)

    def test_without_keys_that_tell_shared_rows_apart(self):
        self.server.sql("DROP TABLE tags")
        self.server.sql("CREATE TABLE words (word TEXT UNIQUE); INSERT INTO words VALUES ('w');"
                        "CREATE TABLE marks (user_id INTEGER NOT NULL REFERENCES users (id), word TEXT REFERENCES words (word)); INSERT INTO marks VALUES (1, 'w')")
        self.archive = self.full(self.server, "words.tar.gz")
        self.refused("table words has rows that are nobody's, and no primary key: those that are there cannot be told from those that come")


class ShopOnSqlite(Shop, UserCase):
    server_type = SqliteServer


class ShopOnPostgres(Shop, UserCase):
    server_type = PostgresServer


class RealApplications(UserCase):
    """Chinook's customers, whose invoices name tracks that are everybody's; memos, which declares no foreign keys."""

    full = Shop.full

    def test_chinook(self):
        path = shutil.copy(FIXTURES / "chinook" / "Chinook_Sqlite.sqlite", self.data / "chinook.db")
        self.server = SqliteServer(self, path)
        before = self.server.cells()
        self.archive = self.full(self.server)
        customer, = self.server.query("SELECT CustomerId FROM Customer WHERE Email = 'leonekohler@surfeu.de'")
        invoices = f"SELECT InvoiceId FROM Invoice WHERE CustomerId = {customer[0]}"
        self.server.sql(f"""DELETE FROM InvoiceLine WHERE InvoiceId IN ({invoices}) AND InvoiceLineId % 2;
            UPDATE Invoice SET Total = 0 WHERE CustomerId = {customer[0]}; UPDATE Customer SET Phone = NULL;
            INSERT INTO Invoice (CustomerId, InvoiceDate, Total) VALUES ({customer[0]}, '2026-01-01', 1);
            UPDATE Track SET Composer = 'since' WHERE TrackId < 100""")
        live = self.server.cells()
        path = self.folder / "chinook.yaml"
        path.write_text(BACK % (self.archive, "    users-table: Customer\n    names: [CustomerId, Email]\n    users: leonekohler@surfeu.de",
                                self.server.url(), ""))
        self.roost("run", path, "--yes", "--progress", "none")
        after = self.server.cells()
        for table in before:
            expected = live[table]
            if table in ("Invoice", "InvoiceLine"):
                expected = before[table]
            if table == "Customer":
                mine = [r for r in before[table] if r[1] == customer[0]]
                expected = sorted([r for r in live[table] if r[1] != customer[0]] + mine, key=repr)
            self.assertEqual(after[table], expected, table)

    def test_memos(self):
        path = shutil.copy(FIXTURES / "apps" / "memos" / "seeded-sqlite.db", self.data / "memos.db")
        self.server = SqliteServer(self, path, "INSERT OR REPLACE INTO user_setting VALUES (5, 'GENERAL', '{}'), (1, 'GENERAL', '{}')")
        self.archive = self.full(self.server)
        before = self.server.cells()
        owned = {"user_setting": "user_id", "memo": "creator_id", "attachment": "creator_id", "inbox": "receiver_id",
                 "reaction": "creator_id", "memo_share": "creator_id", "user_identity": "user_id", "user": "id"}
        everything = {t: self.server.rows(t, "1") for t in before}
        hers = {t: self.server.rows(t, f"{c} = 5") for t, c in owned.items()}
        self.assertTrue(hers["memo"] and hers["user_setting"])
        self.server.sql("DELETE FROM user WHERE id = 5; DELETE FROM memo WHERE creator_id = 5; UPDATE memo SET content = 'since' WHERE creator_id = 1;"
                        "UPDATE user_setting SET value = 'ruined' WHERE user_id = 5; DELETE FROM reaction WHERE creator_id = 5")
        others = {t: self.server.rows(t, f"{c} <> 5") for t, c in owned.items()}
        rest = {t: self.server.rows(t, "1") for t in before if t not in owned and t != "memo_relation"}
        path = self.folder / "memos.yaml"
        path.write_text(BACK % (self.archive, """    users-table: user
    users: ["5"]
    references: keep
    owner: {user_setting: user_id, memo: creator_id, attachment: creator_id, inbox: receiver_id, reaction: creator_id,
            memo_share: creator_id, user_identity: user_id, memo_relation.memo_id: memo.id}""", self.server.url(), ""))
        self.roost("run", path, "--yes", "--progress", "none")
        self.assertEqual({t: self.server.rows(t, f"{c} = 5") for t, c in owned.items()}, hers)
        self.assertEqual({t: self.server.rows(t, f"{c} <> 5") for t, c in owned.items()}, others)
        self.assertEqual({t: self.server.rows(t, "1") for t in rest}, rest)
        self.assertEqual(self.server.rows("memo_relation", "1"), everything["memo_relation"])


if __name__ == "__main__":
    unittest.main()
