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

    def test_an_id_that_is_somebody_elses_now(self):
        self.refused(f"UPDATE users SET username = 'zed', email = 'zed@example.com' WHERE id = '{ALICE}'",
                     f"table users: id = {ALICE} is 'alice', 'alice@example.com' in what comes and 'zed', 'zed@example.com' in the target: "
                     "if that is the same user, give them one of those names there first; else the transform user-copy ('as') "
                     "brings them back beside the other, under a new key")

    def test_a_name_that_is_somebody_elses_now(self):
        gone = f"DELETE FROM system_settings WHERE updated_by = '{ALICE}'; DELETE FROM users WHERE id = '{ALICE}';"
        self.refused(gone + f"INSERT INTO users (id, username, email, password) VALUES ('{NEW % 1}', 'alice', 'other@example.com', 'x')",
                     f"table users: user 'alice' has id = {NEW % 1} in the target and id = {ALICE} in what comes: remove or rename the "
                     "user in the target, or let the transform user-copy ('as') bring back a copy under another name")

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
                     "table documents: 1 row that comes has the primary key of a row that is somebody else's in the target "
                     f"(id = {shown})", "the transform user-copy ('as') brings the user back as a copy under new keys")

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
                     "table login_attempts does not exist in the target, and 'mode: users' (here: --set mode=users) makes none: "
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


if __name__ == "__main__":
    unittest.main()
