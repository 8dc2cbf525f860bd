"""A user's data under another name and with new keys, beside the original."""
import json
import os
import shutil
import sqlite3
import unittest

from support import FIXTURES, Archive, RoostCase, aviary_data, make_user_files

COPY = """roost: 1
name: copy
sources:
%s
transforms:%s
  - plugin: schema-map
sinks:
%s
"""
AVIARY = """users: alice
as: alice-old
match: {login_attempts.username: users.username}
owner: {backup_jobs: none}
as-without: [api_keys, user_sessions]
as-paths: documents.local_path"""


def filtered(options):
    return "\n  - plugin: user-filter\n" + "\n".join("    " + line for line in options.strip().split("\n")) if options else ""


class CopyCase(RoostCase):
    def copy(self, sources, options, sinks, *arguments, **more):
        path = self.folder / "copy.yaml"
        path.write_text(COPY % ("\n".join("  - " + s for s in sources), filtered(options), "\n".join("  - " + s for s in sinks)))
        return self.roost("run", path, "--progress", "none", *arguments, **more)

    def archived(self, source, options, name="copy.tar.gz", **more):
        self.done = self.copy([source], options, [f'{{plugin: archive, url: "file:{self.out / name}", on-existing: replace}}'], **more)
        return Archive(self.out / name) if not more.get("expect") else None


class Aviary(CopyCase):
    def setUp(self):
        super().setUp()
        aviary_data(self.data)
        self.path = self.data / "aviary.db"
        self.database = sqlite3.connect(self.path)
        self.addCleanup(self.database.close)
        self.sources = [f'{{plugin: database, url: "sqlite:{self.path}"}}', f'{{plugin: storage, url: "file:{self.data / "users"}"}}']
        self.alice, = self.database.execute("SELECT id FROM users WHERE username = 'alice'").fetchone()

    def rows(self, query, *values):
        return self.database.execute(query, values).fetchall()

    def test_a_copy_stands_beside_the_original(self):
        tables = [t for t, in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        before = {t: self.rows(f'SELECT * FROM "{t}"') for t in tables}
        files = {p.relative_to(self.data): p.read_bytes() for p in (self.data / "users").rglob("*") if p.is_file()}
        archive = self.out / "alice.tar.gz"
        self.copy(self.sources, AVIARY, [f'{{plugin: archive, url: "file:{archive}"}}'])
        for again in range(2):  # a copy of the same name is the same copy
            self.copy([f'{{plugin: archive, url: "file:{archive}"}}'], None,
                      [f'{{plugin: database, url: "sqlite:{self.path}", mode: add}}',
                       f'{{plugin: storage, url: "file:{self.data / "users"}", mode: add}}'], "--yes")
        self.assertEqual(self.rows("PRAGMA foreign_key_check"), [])
        (copy, name, email, oidc), = self.rows("SELECT id, username, email, oidc_subject FROM users WHERE username = 'alice-old'")
        self.assertNotEqual(copy, self.alice)
        self.assertEqual((name, email, oidc), ("alice-old", "alice+alice-old@example.com", None))
        for table, own in {"users": "id", "documents": "user_id", "user_folders_cache": "user_id", "api_keys": "user_id",
                           "user_sessions": "user_id"}.items():
            others = [r for r in self.rows(f"SELECT * FROM {table}") if copy not in r]
            self.assertEqual(others, before[table], table)
        self.assertEqual(self.rows("SELECT count(*) FROM api_keys WHERE user_id = ?", copy), [(0,)])
        mine = "SELECT document_name, document_type, file_size, status, upload_date, remote_path FROM documents WHERE user_id = ? ORDER BY 5"
        self.assertEqual(self.rows(mine, copy), self.rows(mine, self.alice))
        self.assertEqual(len(self.rows(mine, copy)), 10)
        paths = "SELECT local_path FROM documents WHERE user_id = ? ORDER BY upload_date"
        self.assertEqual(self.rows(paths, copy), [(p.replace(self.alice, copy),) for p, in self.rows(paths, self.alice)])
        self.assertEqual(self.rows("SELECT ip_address, success FROM login_attempts WHERE username = 'alice-old'"),
                         self.rows("SELECT ip_address, success FROM login_attempts WHERE username = 'alice'"))
        after = {p.relative_to(self.data): p.read_bytes() for p in (self.data / "users").rglob("*") if p.is_file()}
        copied = {os.fsencode(str(p)).replace(self.alice.encode(), copy.encode()): b for p, b in files.items() if p.parts[1] == self.alice}
        self.assertTrue(copied)
        self.assertEqual({os.fsencode(str(p)): b for p, b in after.items() if p.parts[1] == copy}, copied)
        self.assertEqual({p: b for p, b in after.items() if p.parts[1] != copy}, files)

    def test_from_an_archive_the_same(self):
        direct, full = self.out / "direct.tar.gz", self.out / "full.tar.gz"
        self.copy(self.sources, AVIARY, [f'{{plugin: archive, url: "file:{direct}"}}'])
        self.copy(self.sources, None, [f'{{plugin: archive, url: "file:{full}"}}'])
        self.copy([f'{{plugin: archive, url: "file:{full}"}}'], AVIARY, [f'{{plugin: archive, url: "file:{self.out / "second.tar.gz"}"}}'])
        one, other = Archive(direct), Archive(self.out / "second.tar.gz")
        for table in ("users", "documents", "user_folders_cache", "login_attempts"):
            self.assertEqual(one.records(table), other.records(table))
            self.assertTrue(one.records(table))

    def test_the_plan_tells_what_is_new(self):
        done = self.copy(self.sources, AVIARY, [f'{{plugin: archive, url: "file:{self.out / "x.tar.gz"}"}}'], "--dry-run")
        for line in ("copied as 'alice-old'", "table users: the copy has its own id, username, email, oidc_subject (empty)",
                     "table documents: the copy has its own id, user_id, local_path", "table api_keys: left out of the copy"):
            self.assertIn(line, done.stdout)

    def test_what_cannot_be_copied(self):
        for options, message in (
                ("users: [alice, admin]\nas: x", "'as' makes a copy of one user, and 2 users are chosen"),
                ("users: alice\nas: ../x\nas-values: {email: x@example.com}\nfiles-by: username",
                 "the copy's files would lie in a folder '../x', which can be no folder's name"),
                ("users: alice\nas: x\nas-without: users", "'as-without' names table users, which is that of the users"),
                ("users: alice\nas: x\nas-without: restore_uploads",
                 "'as-without' leaves out table restore_uploads, to which table restore_extraction_jobs refers"),
                ("users: alice\nas: x\nas-paths: local_path", "'as-paths' names 'local_path'; write table.column"),
                ("users: alice\nas: x\nas-values: {mail: x}", "'as-values' names column 'mail', which table users does not have"),
                ("users: alice\nas: x\nas-values: {is_admin: x}", "'as-values' sets texts, and column 'is_admin' is one of boolean"),
                ("users: alice\nas: a b", "the copy needs a value of its own for column 'email' of table users")):
            self.archived(self.sources[0], options + "\nmatch: {login_attempts.username: users.username}\nowner: {backup_jobs: none}", expect=1)
            self.assertIn(message, self.done.stderr)
            self.assertEqual(list(self.out.iterdir()), [])
        typed = self.archived(self.sources[0], "users: alice\nas: x\nas-without: documentz\nas-paths: nothing.path\nmatch: {attempts.name: users.username}")
        for warning in ("'as-without' names 'documentz', and the sources have no such table",
                        "'as-paths' names table 'nothing', which the sources do not have",
                        "'match' names table 'attempts', which the sources do not have: nothing is tied by it"):
            self.assertIn(warning, self.done.stderr)
        self.assertEqual([u["username"] for u in typed.records("users")], ["x"])
        given = self.archived(self.sources[0], "users: alice\nas: a b\nas-values: {email: new@example.com}")
        self.assertEqual([(u["username"], u["email"]) for u in given.records("users")], [("a b", "new@example.com")])


class Numbers(CopyCase):
    def test_keys_that_are_numbers(self):
        """Rows that are nobody's, in tables of their own and in those of users, keep their keys."""
        path = self.data / "graph.db"
        source = sqlite3.connect(path)
        self.addCleanup(source.close)
        source.executescript("""
            CREATE TABLE plans(id INTEGER PRIMARY KEY, name TEXT);
            CREATE TABLE users(id INTEGER PRIMARY KEY, username TEXT UNIQUE, plan INTEGER REFERENCES plans(id));
            CREATE TABLE profiles(user_id INTEGER PRIMARY KEY REFERENCES users(id), bio TEXT);
            CREATE TABLE shops(owner_id INTEGER NOT NULL REFERENCES users(id), code TEXT, PRIMARY KEY(owner_id, code));
            CREATE TABLE orders(id INTEGER PRIMARY KEY, shop INTEGER NOT NULL, code TEXT NOT NULL, FOREIGN KEY(shop, code) REFERENCES shops(owner_id, code));
            CREATE TABLE folders(id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id) ON DELETE CASCADE,
                parent INTEGER REFERENCES folders(id) ON DELETE CASCADE, title TEXT);
            CREATE TABLE templates(id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id), body TEXT);
            CREATE TABLE notes(id INTEGER PRIMARY KEY, sender INTEGER NOT NULL REFERENCES users(id), template INTEGER REFERENCES templates(id) ON DELETE SET NULL, see INTEGER);
            INSERT INTO plans VALUES(1,'free'),(2,'paid');
            INSERT INTO users VALUES(1,'ann',1),(2,'ben',2);
            INSERT INTO profiles VALUES(1,'I am ann'),(2,'I am ben');
            INSERT INTO shops VALUES(1,'s'),(2,'s');
            INSERT INTO orders VALUES(5,1,'s'),(6,2,'s'),(9,1,'s');
            INSERT INTO folders VALUES(3,1,NULL,'top'),(4,NULL,3,'below'),(8,2,NULL,'bens');
            INSERT INTO templates VALUES(1,NULL,'common'),(3,1,'anns'),(4,2,'bens');
            INSERT INTO notes VALUES(7,1,1,NULL),(8,1,3,7),(9,2,4,NULL);
        """)
        options = "users: ann\nas: ann2\nas-references: {notes.see: notes.id}"
        live = f'{{plugin: database, url: "sqlite:{path}"}}'
        full = self.out / "full.tar.gz"
        self.copy([live], None, [f'{{plugin: archive, url: "file:{full}"}}'])
        self.copy([f'{{plugin: archive, url: "file:{full}"}}'], options, [f'{{plugin: database, url: "sqlite:{path}", mode: add}}'], "--yes")
        rows = lambda table: sorted(source.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
        self.assertEqual(rows("users"), [(1, "ann", 1), (2, "ben", 2), (3, "ann2", 1)])
        self.assertEqual(rows("profiles"), [(1, "I am ann"), (2, "I am ben"), (3, "I am ann")])
        self.assertEqual(rows("shops"), [(1, "s"), (2, "s"), (3, "s")])
        self.assertEqual(rows("orders"), [(10, 3, "s"), (14, 3, "s"), (5, 1, "s"), (6, 2, "s"), (9, 1, "s")])
        self.assertEqual(rows("folders"), [(10, None, 9, "below"), (3, 1, None, "top"), (4, None, 3, "below"), (8, 2, None, "bens"), (9, 3, None, "top")])
        self.assertEqual(rows("templates"), [(1, None, "common"), (3, 1, "anns"), (4, 2, "bens"), (5, 3, "anns")])
        self.assertEqual(rows("notes"), [(10, 3, 1, None), (11, 3, 5, 10), (7, 1, 1, None), (8, 1, 3, 7), (9, 2, 4, None)])
        self.assertEqual(rows("plans"), [(1, "free"), (2, "paid")])
        self.assertEqual(source.execute("PRAGMA foreign_key_check").fetchall(), [])

    def test_memos(self):
        path = shutil.copy(FIXTURES / "apps" / "memos" / "seeded-sqlite.db", self.data / "memos.db")
        source = sqlite3.connect(path)
        self.addCleanup(source.close)
        user, name = source.execute("SELECT id, username FROM user ORDER BY (SELECT count(*) FROM memo WHERE creator_id = user.id) DESC LIMIT 1").fetchone()
        options = (f"users-table: user\nusers: ['{user}']\nas: copied\nowner: {{memo: creator_id, attachment: creator_id}}\n"
                   "as-references: {attachment.memo_id: memo.id}")
        archive = self.archived(f'{{plugin: database, url: "sqlite:{path}"}}', options)
        memos = source.execute("SELECT id, content FROM memo WHERE creator_id = ? ORDER BY id", (user,)).fetchall()
        least = memos[0][0]
        found = archive.records("memo")
        self.assertTrue(memos)
        self.assertEqual([(m["id"], m["content"]) for m in found], [(i - least + 1, c) for i, c in memos])
        self.assertEqual({m["creator_id"] for m in found}, {1})
        self.assertEqual([(u["id"], u["username"]) for u in archive.records("user")], [(1, "copied")])


if __name__ == "__main__":
    unittest.main()
