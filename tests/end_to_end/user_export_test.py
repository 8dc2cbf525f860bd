"""One user's data, whole, and no one else's: live databases and archives, four applications' schemas."""
import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import unittest
import uuid
from pathlib import Path

from support import FIXTURES, PIPELINES, Archive, RoostCase, aviary_data, make_user_files

EXPORT = """roost: 1
name: export
sources:
%s
transforms:
  - plugin: user-filter
%s
sinks:
  - {plugin: archive, url: "file:${out}", format: tar.gz}
"""
PLAIN = """roost: 1
name: plain
sources:
%s
sinks:
%s
"""


OWN_PASSWORDS = """UPDATE users SET password = 'hash of ' || email;
    UPDATE users SET rmapi_config = 'devicetoken=' || email || rmapi_config;
    UPDATE api_keys SET key_hash = 'hash of key ' || id; UPDATE user_sessions SET token_hash = 'hash of token ' || id"""


def psql(database, *arguments, check=True):
    return subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, *arguments], text=True,
                          capture_output=True, check=check)


def postgres_url(database):
    host, port, user = (os.environ[name] for name in ("PGHOST", "PGPORT", "PGUSER"))
    if host.startswith("/"):
        return f"postgresql://{user}@/{database}?host={host}&port={port}"
    return f"postgresql://{user}@{host}:{port}/{database}"


def indented(options):
    return "\n".join("    " + line for line in options.strip().split("\n"))


class ExportCase(RoostCase):
    def define(self, text, name="pipeline.yaml"):
        path = self.folder / name
        path.write_text(text)
        return path

    def export(self, source, options, name="export.tar.gz", *arguments, **more):
        sources = "  - " + source
        path = self.define(EXPORT % (sources, indented(options)))
        self.done = self.roost("run", path, "--set", f"out={self.out / name}", "--progress", "none", *arguments, **more)
        return self.out / name

    def full(self, source, name="full.tar.gz"):
        path = self.define(PLAIN % ("  - " + source, '  - {plugin: archive, url: "file:${out}", format: tar.gz}'), "full.yaml")
        self.roost("run", path, "--set", f"out={self.out / name}", "--progress", "none")
        return self.out / name

    def restored(self, archive):
        """The archive in a database of its own, its foreign keys checked by SQLite."""
        target = self.folder / f"restored-{uuid.uuid4().hex[:8]}.db"
        path = self.define(PLAIN % (f'  - {{plugin: archive, url: "file:{archive}", format: tar.gz}}',
                                    f'  - {{plugin: database, url: "sqlite:{target}"}}'), "restore.yaml")
        self.roost("run", path, "--yes", "--progress", "none")
        database = sqlite3.connect(target)
        self.addCleanup(database.close)
        self.assertEqual(database.execute("PRAGMA foreign_key_check").fetchall(), [])
        return database

    def same_rows(self, database, source, table, query, *values):
        """What the export has of a table is what the query finds in the source."""
        columns = "*"
        expected = source.execute(f'SELECT {columns} FROM "{table}" WHERE {query}', values).fetchall()
        found = database.execute(f'SELECT {columns} FROM "{table}"').fetchall()
        self.assertEqual(sorted(map(repr, found)), sorted(map(repr, expected)), table)
        return expected

    def assertAbsent(self, words, archive, *texts):
        raw = gzip.decompress(archive.read_bytes())
        for word in words:
            self.assertFalse(word.encode() in raw, f"{word} is in {archive.name}")
            for text in texts:
                self.assertNotIn(word, text)


def json_escaped(word):
    return json.dumps(word)[1:-1]


class Aviary(ExportCase):
    """The pipeline that users run."""

    def setUp(self):
        super().setUp()
        self.ids = aviary_data(self.data)
        self.source = sqlite3.connect(self.data / "aviary.db")
        self.addCleanup(self.source.close)
        self.source.executescript(OWN_PASSWORDS)  # the fixture's are all the same
        self.source.commit()
        self.report = self.folder / "report.json"
        self.names = dict(self.source.execute("SELECT username, id FROM users"))

    def run_export(self, users, *arguments, name="export.tar.gz", expect=0, env=None):
        self.done = self.roost("run", PIPELINES / "user-export.yaml", "--set", f"users={users}", "--set",
                               f"out={self.out / name}", "--progress", "none", "--report", self.report, "--log-level",
                               "debug", *arguments, expect=expect, env=env)
        return self.out / name

    def secrets_of_others(self, *chosen):
        """Everything that names or belongs to the users who were not chosen."""
        words = set()
        for name, user in self.names.items():
            if name in chosen:
                continue
            words.add(user)
            for table, columns in {"users": "email, password, rmapi_config, oidc_subject", "api_keys": "id, key_hash",
                                   "user_sessions": "id, token_hash", "documents": "id", "user_folders_cache": "id",
                                   "restore_uploads": "id"}.items():
                key = {"users": "id", "restore_uploads": "admin_user_id"}.get(table, "user_id")
                for row in self.source.execute(f"SELECT {columns} FROM {table} WHERE {key} = ?", (user,)):
                    words.update(w for w in row if isinstance(w, str) and len(w) > 5)
        kept = set()
        for name in chosen:
            for row in self.source.execute("SELECT email, password, rmapi_config FROM users WHERE username = ?", (name,)):
                kept.update(w for w in row if w)
        return {w for w in words | {json_escaped(w) for w in words} if not any(w in k for k in kept)}

    def check_alone(self, name, archive):
        words = self.secrets_of_others(name)
        self.assertGreater(len(words), 40)
        self.assertAbsent(words, archive, self.done.stdout, self.done.stderr,
                          self.report.read_text() if self.report.exists() else "")

    def test_everybody_alone(self):
        for number, (name, user) in enumerate(self.names.items()):
            archive = self.run_export(name, name=f"{number}.tar.gz")
            self.check_alone(name, archive)
            content = Archive(archive)
            self.assertEqual(content.metadata["users_exported"], [user])
            self.assertEqual(content.metadata["total_users"], 1)
            self.assertEqual(content.metadata["total_api_keys"], len(content.records("api_keys")))
            files = [n for n in content.members if n.startswith(b"filesystem/")]
            self.assertTrue(files)
            self.assertEqual({n.split(b"/")[2] for n in files}, {user.encode()})
            self.assertEqual(content.metadata["total_documents"], sum(n.startswith(b"filesystem/documents") for n in files))
            self.assertEqual(content.metadata["total_size_bytes"], sum(len(content.members[n]) for n in files))
            database = self.restored_tables(archive)
            self.same_rows(database, self.source, "users", "id = ?", user)
            for table in ("api_keys", "user_sessions", "documents", "user_folders_cache"):
                self.same_rows(database, self.source, table, "user_id = ?", user)
            for table in ("restore_uploads", "restore_extraction_jobs"):
                self.same_rows(database, self.source, table, "admin_user_id = ?", user)
            self.same_rows(database, self.source, "login_attempts", "username = ?", name)
            self.assertNotIn(("", "system_settings"), content.tables)
            self.assertNotIn(("", "backup_jobs"), content.tables)

    def restored_tables(self, archive):
        target = self.folder / ("server-" + archive.name)
        target.mkdir()
        self.roost("run", PIPELINES / "restore.yaml", "--set", f"archive={archive}", "--yes", "--progress", "none",
                   env={"DATA_DIR": target})
        database = sqlite3.connect(target / "aviary.db")
        self.addCleanup(database.close)
        self.assertEqual(database.execute("PRAGMA foreign_key_check").fetchall(), [])
        return database

    def test_from_an_archive_the_same(self):
        full = self.backup("full.tar.gz")
        options = ("users: admin\nmatch: {login_attempts.username: users.username}\nowner: {backup_jobs: none}")
        from_archive = Archive(self.export(f'{{plugin: archive, url: "file:{full}", format: tar.gz}}', options))
        live = Archive(self.run_export("admin", name="live.tar.gz"))
        head = (b"metadata.json", b"checksums.sha256")
        self.assertEqual({n: c for n, c in from_archive.members.items() if n not in head},
                         {n: c for n, c in live.members.items() if n not in head})
        for key in ("users_exported", "total_users", "total_api_keys", "total_documents", "total_size_bytes",
                    "exported_tables"):
            self.assertEqual(from_archive.metadata[key], live.metadata[key], key)
        self.check_alone("admin", self.out / "export.tar.gz")
        self.assertEqual(self.roost("verify", self.out / "export.tar.gz").returncode, 0)

    def test_a_pipe_is_refused(self):
        full = self.backup("full.tar.gz")
        path = self.define(EXPORT % ('  - {plugin: archive, url: "file:-", format: tar.gz}', indented("users: admin")))
        with open(full, "rb") as pipe:
            cat = subprocess.Popen(["cat"], stdin=pipe, stdout=subprocess.PIPE)
            done = self.roost("run", path, "--set", f"out={self.out / 'x.tar.gz'}", stdin=cat.stdout, expect=1)
            cat.stdout.close()
            cat.wait()
        self.assertIn("standard input comes through a pipe, and choosing users takes reading it more than once", done.stderr)
        self.assertIn("save the archive to a file", done.stderr)

    def test_the_plan_tells_how_tables_are_tied(self):
        self.run_export("alice", "--dry-run")
        plan = self.done.stdout
        documents = self.source.execute("SELECT count(*) FROM documents WHERE user_id = ?", (self.names["alice"],)).fetchone()[0]
        self.assertIn("1 user is chosen", plan)
        self.assertIn(f"table documents: {documents} rows, by user_id -> users.id", plan)
        self.assertIn("table login_attempts: 1 row, by username -> users.username", plan)
        self.assertIn("table system_settings: left out: it is tied to no user; "
                      "'owner: {system_settings: updated_by}' would tie it", plan)
        self.assertEqual(list(self.out.iterdir()), [])
        notes = json.loads(self.report.read_text())["notes"]["list"]
        self.assertIn("1 user is chosen", [n["message"] for n in notes])
        self.check_plan_alone("alice")

    def check_plan_alone(self, name):
        for word in self.secrets_of_others(name):
            for text in (self.done.stdout, self.done.stderr, self.report.read_text()):
                self.assertNotIn(word, text)

    def test_files_of_others_are_not_named(self):
        for user in self.ids:  # all that a source warns of
            (self.data / "users" / user / "elsewhere").mkdir()
            (self.data / "users" / user / "elsewhere" / f"stray-{user}").write_text("x")
            os.symlink("/etc/passwd", self.data / "users" / user / "pdfs" / f"link-{user}")
        (self.data / "users" / f"file-of-{self.names['bob o' + chr(39) + 'neil']}").write_text("x")
        archive = self.run_export("alice", expect=3)
        self.assertIn(f"{self.names['alice']}/elsewhere/", self.done.stderr)
        self.assertIn(f"link-{self.names['alice']}", self.done.stderr)
        self.check_alone("alice", archive)

    def test_users_that_are_not_there(self):
        self.run_export("alicia", expect=1)
        self.assertIn("there is no user 'alicia' in table users (by id, username, email)", self.done.stderr)
        self.assertIn("did you mean 'alice'?", self.done.stderr)
        self.run_export("*@nowhere.example", expect=1)
        self.assertIn("no user in table users fits '*@nowhere.example'", self.done.stderr)
        for near in ("alice ", " alice", "Alice", "alic", self.names["alice"][:-1], self.names["alice"].upper(),
                     "' OR 1=1 --", "%", "_", "alice\\"):
            path = self.define(EXPORT % ("  - {plugin: database, url: \"sqlite:%s\"}" % (self.data / "aviary.db"),
                                         indented("users: [" + json.dumps(near) + "]")))
            done = self.roost("run", path, "--set", f"out={self.out / 'x.tar.gz'}", expect=1)
            self.assertRegex(done.stderr, "there is no user|no user in table users fits")
        self.assertEqual(list(self.out.iterdir()), [])
        done = self.roost("run", PIPELINES / "user-export.yaml", "--set", "users=", expect=2)
        self.assertIn("say whose data", done.stderr)

    def test_a_setting_that_another_user_changed(self):
        database = f'{{plugin: database, url: "sqlite:{self.data / "aviary.db"}"}}'
        options = "users: alice\ninclude-tables: system_settings\n"
        self.export(database, options, expect=1)
        self.assertIn("rows that go along refer to rows of other users: table system_settings: 1 row (key = 'smtp_host') "
                      "by updated_by -> users", self.done.stderr)
        emptied = Archive(self.export(database, options + "references: 'null'"))
        self.assertEqual({r["key"]: r["updated_by"] for r in emptied.records("system_settings")},
                         dict.fromkeys([k for k, in self.source.execute("SELECT key FROM system_settings")]))
        self.check_alone("alice", self.out / "export.tar.gz")
        along = Archive(self.export(database, options + "references: include", "along.tar.gz"))
        self.assertEqual({r["username"] for r in along.records("users")}, {"alice", "admin"})
        self.assertEqual([r for r in along.records("api_keys") if r["user_id"] != self.names["alice"]], [])

    def test_the_same_on_postgresql(self):
        if "PGHOST" not in os.environ:
            self.fail("no PostgreSQL: run this through scripts/with-postgres.sh or scripts/test.sh")
        database = "e2e_" + uuid.uuid4().hex[:12]
        psql("postgres", "-c", f"CREATE DATABASE {database}")
        self.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", check=False))
        psql(database, "-f", FIXTURES / "aviary" / "aviary-pg.sql")
        psql(database, "-c", OWN_PASSWORDS)
        variables = {"DB_TYPE": "postgres", "DB_HOST": os.environ["PGHOST"], "DB_PORT": os.environ["PGPORT"],
                     "DB_USER": os.environ["PGUSER"], "DB_NAME": database}
        for number, (name, user) in enumerate(self.names.items()):
            archive = self.run_export(name, name=f"pg{number}.tar.gz", env=variables)
            self.check_alone(name, archive)
            content = Archive(archive)
            for table in ("users", "api_keys", "user_sessions", "documents", "user_folders_cache", "restore_uploads"):
                key = {"users": "id", "restore_uploads": "admin_user_id"}.get(table, "user_id")
                expected = {r[0] for r in self.source.execute(f"SELECT id FROM {table} WHERE {key} = ?", (user,))}
                self.assertEqual({r["id"] for r in content.records(table)}, expected, table)
            # all keys are looked at where the rows are to be counted
            options = f"users: [{json.dumps(user)}]\ninclude-tables: system_settings\nreferences: 'null'\n" \
                      "match: {login_attempts.username: users.username}\nowner: {backup_jobs: none}"
            keys = Archive(self.export(f'{{plugin: database, url: "{postgres_url(database)}"}}', options, f"keys{number}.tar.gz"))
            for table in ("users", "api_keys", "user_sessions", "documents", "user_folders_cache", "restore_uploads"):
                self.assertEqual(keys.records(table), content.records(table), table)


class OtherApplications(ExportCase):
    def both(self, path, options, types="{}"):
        """The export of a live database and of a full archive of it hold the same."""
        source = f'{{plugin: database, url: "sqlite:{path}"}}'
        for old in self.out.iterdir():
            old.unlink()
        live = self.export(source, options, "live.tar.gz")
        full = self.full(source)
        archived = self.export(f'{{plugin: archive, url: "file:{full}", format: tar.gz}}', options, "archived.tar.gz")
        first, second = Archive(live), Archive(archived)
        self.assertEqual({n: c for n, c in first.members.items() if n.startswith(b"database/")},
                         {n: c for n, c in second.members.items() if n.startswith(b"database/")})
        self.assertEqual(first.schema["tables"], second.schema["tables"])
        self.same_on_postgresql(path, options, types, first)
        return live

    def same_on_postgresql(self, path, options, types, expected):
        """The database moved to PostgreSQL, there the same rows are chosen."""
        name = "e2e_" + uuid.uuid4().hex[:12]
        psql("postgres", "-c", f"CREATE DATABASE {name}")
        self.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", check=False))
        url = postgres_url(name)
        move = self.define(f"roost: 1\nname: move\nsources: [{{plugin: database, url: 'sqlite:{path}', types: {types}}}]\n"
                           "transforms: [{plugin: schema-map}]\n"
                           f"sinks: [{{plugin: database, url: '{url}', on-bad-value: 'null'}}]\n", "move.yaml")
        self.assertIn(self.roost("run", move, "--progress", "none", expect=None).returncode, (0, 3))
        found = Archive(self.export(f'{{plugin: database, url: "{url}"}}', options, "postgres.tar.gz"))
        keys = lambda archive, table: sorted(tuple(str(r[c]).lower() for c in table["primary_key"]) for r in archive.records(table["name"]))
        tables = {t["name"]: t for t in expected.schema["tables"]}
        self.assertEqual({t["name"] for t in found.schema["tables"]}, set(tables))
        for name, table in tables.items():
            if table.get("primary_key"):
                self.assertEqual(keys(found, table), keys(expected, table), name)
            else:
                self.assertEqual(len(found.records(name)), len(expected.records(name)), name)

    def test_chinook(self):
        path = shutil.copy(FIXTURES / "chinook" / "Chinook_Sqlite.sqlite", self.data / "chinook.db")
        source = sqlite3.connect(path)
        self.addCleanup(source.close)
        archive = self.both(path, "users-table: Customer\nnames: [CustomerId, Email]\nusers: leonekohler@surfeu.de")
        database = self.restored(archive)
        customer = "SELECT CustomerId FROM Customer WHERE Email = 'leonekohler@surfeu.de'"
        invoices = f"SELECT InvoiceId FROM Invoice WHERE CustomerId IN ({customer})"
        tracks = f"SELECT TrackId FROM InvoiceLine WHERE InvoiceId IN ({invoices})"
        albums = f"SELECT AlbumId FROM Track WHERE TrackId IN ({tracks})"
        self.assertEqual(len(self.same_rows(database, source, "Customer", f"CustomerId IN ({customer})")), 1)
        self.same_rows(database, source, "Invoice", f"InvoiceId IN ({invoices})")
        self.assertGreater(len(self.same_rows(database, source, "InvoiceLine", f"InvoiceId IN ({invoices})")), 10)
        self.same_rows(database, source, "Track", f"TrackId IN ({tracks})")
        self.same_rows(database, source, "Album", f"AlbumId IN ({albums})")
        self.same_rows(database, source, "Artist", f"ArtistId IN (SELECT ArtistId FROM Album WHERE AlbumId IN ({albums}))")
        self.same_rows(database, source, "Employee",
                       "EmployeeId IN (WITH RECURSIVE chief(k) AS (SELECT SupportRepId FROM Customer WHERE Email = "
                       "'leonekohler@surfeu.de' UNION SELECT ReportsTo FROM chief JOIN Employee ON EmployeeId = k) SELECT k FROM chief)")
        others = [e for e, in source.execute("SELECT Email FROM Customer WHERE Email != 'leonekohler@surfeu.de'")]
        self.assertEqual(len(others), 58)
        self.assertAbsent(others, archive, self.done.stdout, self.done.stderr)
        self.assertNotIn("playlist", {t.lower() for _, t in Archive(archive).tables})

    def test_memos(self):
        path = shutil.copy(FIXTURES / "apps" / "memos" / "seeded-sqlite.db", self.data / "memos.db")
        source = sqlite3.connect(path)
        self.addCleanup(source.close)
        user, = source.execute("SELECT creator_id FROM memo GROUP BY 1 ORDER BY count(*) DESC LIMIT 1").fetchone()
        tied = ("users-table: user\nusers: [\"%d\"]\nowner: {user_setting: user_id, memo: creator_id, attachment: creator_id, "
                "inbox: receiver_id, reaction: creator_id, memo_share: creator_id, user_identity: user_id, "
                "memo_relation.memo_id: memo.id}" % user)
        offered = self.export(f'{{plugin: database, url: "sqlite:{path}"}}', f'users-table: user\nusers: ["{user}"]', "x.tar.gz",
                              "--dry-run")
        self.assertIn("table memo: left out: it is tied to no user; 'owner: {memo: creator_id}' would tie it", self.done.stdout)
        self.assertFalse(offered.exists())
        source.execute("DELETE FROM memo_share WHERE memo_id NOT IN (SELECT id FROM memo m WHERE m.creator_id = memo_share.creator_id)")
        source.commit()
        database = self.restored(self.both(path, tied))
        self.same_rows(database, source, "user", "id = ?", user)
        self.assertTrue(self.same_rows(database, source, "memo", "creator_id = ?", user))
        for table, column in {"user_setting": "user_id", "attachment": "creator_id", "inbox": "receiver_id",
                              "reaction": "creator_id", "memo_share": "creator_id", "user_identity": "user_id"}.items():
            self.same_rows(database, source, table, f"{column} = ?", user)
        self.same_rows(database, source, "memo_relation", "memo_id IN (SELECT id FROM memo WHERE creator_id = ?)", user)

    def test_shiori(self):
        path = shutil.copy(FIXTURES / "apps" / "shiori" / "seeded-sqlite.db", self.data / "shiori.db")
        source = sqlite3.connect(path)
        self.addCleanup(source.close)
        name, = source.execute("SELECT username FROM account ORDER BY id LIMIT 1").fetchone()
        options = f"users-table: account\nusers: [{json.dumps(name)}]\ninclude-tables: [bookmark, bookmark_tag]"
        database = self.restored(self.both(path, options, "{account.password: bytes}"))
        self.same_rows(database, source, "account", "username = ?", name)
        self.same_rows(database, source, "bookmark", "1")
        self.same_rows(database, source, "bookmark_tag", "1")
        self.same_rows(database, source, "tag", "id IN (SELECT tag_id FROM bookmark_tag)")

    def test_graphs(self):
        """Composite keys, self references, cycles, several paths, rows that are nobody's."""
        path = self.data / "graph.db"
        source = sqlite3.connect(path)
        self.addCleanup(source.close)
        source.executescript("""
            CREATE TABLE plans(id INTEGER PRIMARY KEY, name TEXT, parent INTEGER REFERENCES plans(id));
            CREATE TABLE users(id INTEGER PRIMARY KEY, username TEXT, email TEXT, plan INTEGER REFERENCES plans(id));
            CREATE TABLE shops(owner_id INTEGER NOT NULL REFERENCES users(id), code TEXT, PRIMARY KEY(owner_id, code));
            CREATE TABLE orders(id INTEGER PRIMARY KEY, shop INTEGER NOT NULL, code TEXT NOT NULL,
                FOREIGN KEY(shop, code) REFERENCES shops(owner_id, code));
            CREATE TABLE folders(id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id) ON DELETE CASCADE,
                parent INTEGER REFERENCES folders(id) ON DELETE CASCADE, title TEXT);
            CREATE TABLE a(id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id), b INTEGER REFERENCES b(id) ON DELETE CASCADE);
            CREATE TABLE b(id INTEGER PRIMARY KEY, a INTEGER REFERENCES a(id) ON DELETE CASCADE);
            CREATE TABLE notes(id INTEGER PRIMARY KEY, sender INTEGER NOT NULL REFERENCES users(id),
                template INTEGER REFERENCES templates(id) ON DELETE SET NULL);
            CREATE TABLE templates(id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id), body TEXT);
            INSERT INTO plans VALUES(1,'root',NULL),(2,'free',1),(3,'paid',1),(4,'team',3);
            INSERT INTO users VALUES(1,'ann','ann@x',2),(2,'ben','ben@x',4),(3,'a*','star@x',NULL),(4,'a?','mark@x',2);
            INSERT INTO shops VALUES(1,'s'),(2,'s'),(2,'t');
            INSERT INTO orders VALUES(1,1,'s'),(2,2,'s'),(3,2,'t'),(4,1,'s');
            INSERT INTO folders VALUES(1,1,NULL,'ann 1'),(2,NULL,1,'ann 2'),(3,NULL,2,'ann 3'),(4,2,NULL,'ben'),(5,NULL,4,'ben 2'),(6,NULL,NULL,'nobody');
            INSERT INTO a VALUES(1,1,NULL),(2,NULL,1),(3,NULL,2),(4,2,NULL),(5,NULL,3);
            INSERT INTO b VALUES(1,1),(2,2),(3,4);
            INSERT INTO templates VALUES(1,NULL,'common'),(2,NULL,'unused'),(3,1,'anns'),(4,2,'bens');
            INSERT INTO notes VALUES(1,1,1),(2,1,3),(3,2,4),(4,2,1);
        """)
        database = self.restored(self.both(path, "users: [ann]"))
        ids = lambda table: [i for i, in database.execute(f"SELECT id FROM {table} ORDER BY id")]
        self.assertEqual({t: ids(t) for t in ("plans", "users", "orders", "folders", "a", "b", "notes", "templates")},
                         {"plans": [1, 2], "users": [1], "orders": [1, 4], "folders": [1, 2, 3], "a": [1, 2, 3], "b": [1, 2],
                          "notes": [1, 2], "templates": [1, 3]})
        self.assertEqual(database.execute("SELECT * FROM shops").fetchall(), [(1, "s")])
        # a name with * or ? is first taken to the letter
        self.assertEqual([r["id"] for r in Archive(self.both(path, "users: ['a*']")).records("users")], [3])
        self.assertEqual([r["id"] for r in Archive(self.both(path, "users: ['a?']")).records("users")], [4])
        self.assertEqual([r["id"] for r in Archive(self.both(path, "users: ['a\\*']")).records("users")], [3])
        self.assertEqual([r["id"] for r in Archive(self.both(path, "users: ['*n']")).records("users")], [1, 2])
        self.assertEqual([r["id"] for r in Archive(self.both(path, "exclude: [ann, 'a?']")).records("users")], [2, 3])
        self.assertEqual([r["id"] for r in Archive(self.both(path, "where: {email: 'b*'}")).records("users")], [2])
        source.execute("UPDATE users SET username = 'ben@x' WHERE id = 4")
        source.execute("UPDATE notes SET template = 4 WHERE id = 1")
        source.commit()
        live = f'{{plugin: database, url: "sqlite:{path}"}}'
        self.export(live, "users: ['ben@x']", expect=1)
        self.assertIn("'ben@x' is the email of one user (id = 2) and the username of another (id = 4)", self.done.stderr)
        self.export(live, "users: [ann]", "x.tar.gz", expect=1)
        self.assertIn("table notes: 1 row (id = 1) by template -> templates", self.done.stderr)
        emptied = Archive(self.both(path, "users: [ann]\nreferences: 'null'"))
        self.assertEqual([(r["id"], r["template"]) for r in emptied.records("notes")], [(1, None), (2, 3)])
        self.assertEqual([r["id"] for r in emptied.records("templates")], [3])
        along = Archive(self.both(path, "users: [ann]\nreferences: include"))
        self.assertEqual([r["id"] for r in along.records("templates")], [3, 4])
        self.assertEqual([r["id"] for r in along.records("users")], [1, 2])
        self.assertEqual([r["id"] for r in along.records("orders")], [1, 4])
        self.export(live, "where: {username: nobody}", "y.tar.gz", expect=1)
        self.assertIn("no user is chosen", self.done.stderr)
        empty = Archive(self.both(path, "where: {username: nobody}\nallow-empty: true"))
        self.assertEqual(empty.records("users") + empty.records("orders") + empty.records("folders"), [])
        self.assertEqual(empty.metadata["users_exported"], [])

    def test_options_that_fit_nothing(self):
        path = shutil.copy(FIXTURES / "apps" / "memos" / "seeded-sqlite.db", self.data / "memos.db")
        live = f'{{plugin: database, url: "sqlite:{path}"}}'
        for options, message in (
                ("users: [x]", "'users-table' names table 'users', which the sources do not have"),
                ("users-table: user\nusers: [x]\nowner: {memos: creator_id}", "'owner' names table 'memos', which the sources do not have"),
                ("users-table: user\nusers: [x]\nowner: {memo: creator}", "'owner' names column 'creator', which table memo does not have"),
                ("users-table: user\nusers: [x]\ninclude-tables: [nothing]", "'include-tables' names 'nothing', and the sources have no such table"),
                ("users-table: user\nusers: [x]\nowner: {memo_relation.memo_id: memo.id}",
                 "'owner' ties table memo_relation to table memo, which is itself tied to no user"),
                ("users-table: user\nwhere: {nick: x}", "'where' names column 'nick', which table user does not have"),
                ("users-table: user\nusers: [x]\nowner: {memo: creator_id}\ninclude-tables: [memo]",
                 "'include-tables' names table memo, whose rows belong to users")):
            self.export(live, options, expect=1)
            self.assertIn(message, self.done.stderr)
        self.export(live, "users-table: user", expect=2)
        self.assertIn("user-filter does not say which users are kept", self.done.stderr)
        twice = self.define(EXPORT % ("  - " + live, indented("users: [x]") + "\n  - plugin: user-filter\n    users: [z]\n    users-table: user"))
        text = twice.read_text().replace("    users: [x]", "    users: ['*']\n    users-table: user")
        twice.write_text(text)
        done = self.roost("run", twice, "--set", f"out={self.out / 'x.tar.gz'}", expect=1)
        self.assertIn("user-filter has to be the first transform", done.stderr)


class ManyUsers(ExportCase):
    def test_100000_users(self):
        path = self.data / "many.db"
        source = sqlite3.connect(path)
        self.addCleanup(source.close)
        source.executescript("""
            CREATE TABLE users(id TEXT PRIMARY KEY, username TEXT UNIQUE, email TEXT UNIQUE);
            CREATE TABLE items(id INTEGER PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE, body TEXT);
            CREATE INDEX items_user ON items(user_id);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
            INSERT INTO users SELECT 'id-' || i, 'user' || i, 'user' || i || '@example.com' FROM n;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
            INSERT INTO items SELECT i, 'id-' || (i % 100000 + 1), 'body of ' || i FROM n;
        """)
        live = f'{{plugin: database, url: "sqlite:{path}"}}'
        one = Archive(self.export(live, "users: [user77]"))
        self.assertEqual([r["id"] for r in one.records("users")], ["id-77"])
        self.assertEqual([r["id"] for r in one.records("items")], [76, 100076])
        many = Archive(self.export(live, "users: ['user*']\nexclude: [user5, 'user9*']", "many.tar.gz"))
        chosen = "username != 'user5' AND username NOT LIKE 'user9%'"
        self.assertEqual([r["id"] for r in many.records("users")],
                         [i for i, in source.execute(f"SELECT id FROM users WHERE {chosen} ORDER BY rowid")])
        self.assertEqual([r["id"] for r in many.records("items")],
                         [i for i, in source.execute(f"SELECT id FROM items WHERE user_id IN (SELECT id FROM users WHERE {chosen}) ORDER BY id")])
        self.assertEqual(many.metadata["total_users"], len(many.metadata["users_exported"]))


if __name__ == "__main__":
    unittest.main()
