"""A backup of a SQLite server back to life: into an empty server, and into a live one."""
import os
import pty
import shutil
import signal
import sqlite3
import subprocess
import unittest
from pathlib import Path

from support import (FIXTURES, PIPELINES, ROOST, Archive, Restoring, aviary_data, difference, make_user_files, server_state,
                     sqlite_rows, sqlite_schema)


def execute(database, sql):
    connection = sqlite3.connect(database)
    connection.executescript(sql)
    connection.close()


class Restore(Restoring):
    def setUp(self):
        super().setUp()
        self.users = aviary_data(self.data)
        self.archive = self.backup()
        self.before = server_state(self.data)

    def assertSame(self, left, right):
        self.assertTrue(left == right, difference(left, right))

    def other_server(self):
        """A live server with other rows, other users' files, and things that no backup holds."""
        data = self.empty_server()
        execute(data / "aviary.db", (FIXTURES / "aviary" / "schema-sqlite.sql").read_text())
        execute(data / "aviary.db", """
            INSERT INTO users (id, username, email, password) VALUES
              ('99999999-9999-4999-8999-999999999999', 'other', 'other@example.com', 'x');
            CREATE TABLE not_in_any_backup (a); INSERT INTO not_in_any_backup VALUES (1), ('two'), (NULL);""")
        make_user_files(data / "users", ["99999999-9999-4999-8999-999999999999", self.users[0]], seed=5, awkward=False)
        (data / "users" / self.users[0] / "notes.txt").write_text("of no kind")
        return data

    def test_into_an_empty_server_everything_comes_back(self):
        data = self.empty_server()
        done = self.restore(self.archive, data)
        self.assertSame(server_state(data), self.before)
        self.assertEqual(sqlite_schema(data / "aviary.db"), sqlite_schema(self.data / "aviary.db"))
        self.assertEqual(os.stat(data / "aviary.db").st_mode & 0o777, 0o600)
        self.assertIn("restore: done in", done.stdout)
        self.assertEqual(sorted(p.name for p in data.iterdir()), ["aviary.db", "users"])
        self.assertEqual([p for p in self.temporary.rglob("*")], [])

    def test_the_copy_backed_up_again_is_the_same_archive(self):
        data = self.empty_server()
        self.restore(self.archive, data)
        again = Archive(self.backup("again.tar.gz", env={"DATA_DIR": data}))
        first = Archive(self.archive)
        self.assertEqual(again.names, first.names)
        for name, content in first.members.items():
            if name not in (b"metadata.json", b"checksums.sha256"):
                self.assertEqual(again.members[name], content, name)
                self.assertEqual((again.infos[name].mode, again.infos[name].mtime) if name.startswith(b"filesystem") else 0,
                                 (first.infos[name].mode, first.infos[name].mtime) if name.startswith(b"filesystem") else 0)

    def test_into_a_live_server_what_the_backup_holds_is_replaced_and_nothing_else(self):
        data = self.other_server()
        schema = sqlite_schema(data / "aviary.db")
        self.restore(self.archive, data, "--yes")
        after = server_state(data)
        self.assertEqual(after.pop("table not_in_any_backup"), [["two"], [1], [None]])
        after.pop("types of not_in_any_backup")
        notes = after.pop(f"file users/{self.users[0]}/notes.txt")
        self.assertEqual(notes[0], b"of no kind")
        self.assertSame({k: v for k, v in after.items()}, self.before)
        kept = [s for s in sqlite_schema(data / "aviary.db") if s in schema]
        self.assertEqual(kept, schema, "the application's own definitions are kept")

    def test_without_a_terminal_it_needs_yes_and_says_what_it_would_replace(self):
        data = self.other_server()
        before = server_state(data)
        done = self.restore(self.archive, data, expect=1, stdin=subprocess.DEVNULL)
        self.assertIn("table users: 1 row", done.stderr)
        self.assertIn("documents of 2 users: 10 files", done.stderr)
        self.assertIn("give --yes", done.stderr)
        self.assertSame(server_state(data), before)

    def on_a_terminal(self, data, answer):
        """Runs the restore with a terminal as its input and error output, and answers its question."""
        master, terminal = pty.openpty()
        process = subprocess.Popen([ROOST, "run", PIPELINES / "restore.yaml", "--set", f"archive={self.archive}"],
                                   env=self.environment(DATA_DIR=data), stdin=terminal, stderr=terminal, stdout=subprocess.DEVNULL)
        os.close(terminal)
        shown = b""
        while b"Type 'yes' to go on: " not in shown:
            shown += os.read(master, 4096)
        if answer is None:
            process.send_signal(signal.SIGINT)
        else:
            os.write(master, answer)
        while True:
            try:
                piece = os.read(master, 4096)
            except OSError:  # the terminal's other side is closed
                break
            if not piece:
                break
            shown += piece
        os.close(master)
        return process.wait(timeout=60), shown.decode(errors="replace")

    def test_on_a_terminal_it_asks(self):
        data = self.other_server()
        before = server_state(data)
        for answer in (b"no\n", b"\n", b"y\n", b"\x04"):
            code, shown = self.on_a_terminal(data, answer)
            self.assertEqual(code, 1, shown)
            self.assertIn("this run replaces table users: 1 row", shown)
            self.assertIn("not confirmed; nothing was changed", shown)
            self.assertSame(server_state(data), before)
        code, shown = self.on_a_terminal(data, b"yes\n")
        self.assertEqual(code, 0, shown)
        self.assertEqual(server_state(data)["table users"], self.before["table users"])

    def test_a_dry_run_checks_everything_and_changes_nothing(self):
        data = self.other_server()
        before = server_state(data)
        bytes_before = (data / "aviary.db").read_bytes()
        done = self.restore(self.archive, data, "--dry-run")
        self.assertIn("replaces: table users: 1 row", done.stdout)
        self.assertSame(server_state(data), before)
        self.assertEqual((data / "aviary.db").read_bytes(), bytes_before)
        empty = self.empty_server("empty")
        self.restore(self.archive, empty, "--dry-run")
        self.assertEqual(list(empty.iterdir()), [])

    def test_a_dry_run_finds_damage_at_the_very_end(self):
        whole = self.archive.read_bytes()
        damaged = self.out / "damaged.tar.gz"
        damaged.write_bytes(whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:])
        done = self.restore(damaged, self.empty_server(), "--dry-run", expect=1)
        self.assertIn("damaged", done.stderr)

    def test_a_dry_run_whose_rehearsal_fails_shows_its_plan(self):
        data = self.other_server()
        execute(data / "aviary.db", "CREATE UNIQUE INDEX never ON documents (status)")
        done = self.restore(self.archive, data, "--dry-run", expect=1)
        self.assertIn("UNIQUE constraint failed: documents.status", done.stderr)
        self.assertIn("restore: this would move\n", done.stdout)
        self.assertIn("replaces: table users: 1 row", done.stdout)

    def test_a_safety_backup_is_made_first_and_restores_what_was_there(self):
        data = self.other_server()
        before = server_state(data)
        safety = self.out / "safety.tar.gz"
        self.restore(self.archive, data, "--yes", "--set", f"safety_backup={safety}")
        self.assertEqual(os.stat(safety).st_mode & 0o777, 0o600)
        self.assertNotEqual(server_state(data), before)
        self.restore(safety, data, "--yes")
        after = server_state(data)
        # What the first backup brought and the safety backup does not know is no part of it.
        for extra in set(after) - set(before):
            self.assertTrue(extra.endswith("migrations") or after[extra] == [], extra)
        self.assertSame({k: after.get(k) for k in before}, before)

    def test_a_safety_backup_that_fails_stops_everything(self):
        data = self.other_server()
        before = server_state(data)
        done = self.restore(self.archive, data, "--yes", "--set", f"safety_backup={self.folder}/no/such/x.tar.gz", expect=1)
        self.assertIn("'full-backup' had to succeed before 'restore', which was not begun", done.stderr)
        self.assertSame(server_state(data), before)

    def test_an_archive_that_is_unfit_costs_no_safety_backup(self):
        data = self.other_server()
        safety = self.out / "safety.tar.gz"
        for archive in (self.out / "typo.tar.gz", PIPELINES / "restore.yaml"):
            self.restore(archive, data, "--yes", "--set", f"safety_backup={safety}", expect=1)
            self.assertFalse(safety.exists())
        # Nor does a question that is not answered.
        self.restore(self.archive, data, "--set", f"safety_backup={safety}", expect=1)
        self.assertFalse(safety.exists())
        self.restore(self.archive, data, "--yes", "--set", f"safety_backup={safety}")
        self.assertTrue(safety.exists())

    def test_a_safety_backup_of_an_empty_server_is_passed_over(self):
        data = self.empty_server()
        safety = self.out / "safety.tar.gz"
        done = self.restore(self.archive, data, "--set", f"safety_backup={safety}")
        self.assertIn("'full-backup' is passed over: nothing would be replaced", done.stderr)
        self.assertFalse(safety.exists())
        self.assertSame(server_state(data), self.before)

    def test_a_safety_backup_beside_an_archive_from_a_pipe(self):
        data = self.other_server()
        safety = self.out / "safety.tar.gz"
        with open(self.archive, "rb") as archive:
            self.restore("-", data, "--yes", "--set", f"safety_backup={safety}", stdin=archive)
        self.assertTrue(safety.exists())
        self.assertEqual(server_state(data)["table users"], self.before["table users"])

    def test_a_safety_backup_is_kept_where_the_restore_fails_after_it(self):
        data = self.other_server()
        before = server_state(data)
        damaged = self.out / "damaged.tar.gz"
        content = bytearray(self.archive.read_bytes())
        content[len(content) // 2] ^= 1
        damaged.write_bytes(content)
        safety = self.out / "safety.tar.gz"
        done = self.restore(damaged, data, "--yes", "--set", f"safety_backup={safety}", expect=1)
        self.assertIn(f"{safety}, which was made before, is kept", done.stderr)
        self.roost("verify", safety)
        self.assertSame(server_state(data), before)

    def test_an_archive_from_a_slow_pipe(self):
        data = self.empty_server()
        reader, writer = os.pipe()
        slow = subprocess.Popen(["python3", "-c", f"""
import sys, time
data = open({str(self.archive)!r}, 'rb').read()
for i in range(0, len(data), 50000):
    sys.stdout.buffer.write(data[i:i + 50000]); sys.stdout.buffer.flush(); time.sleep(0.002)
"""], stdout=writer)
        os.close(writer)
        self.restore("-", data, stdin=reader)
        os.close(reader)
        slow.wait()
        self.assertSame(server_state(data), self.before)

    def test_every_damage_is_found_and_nothing_changes(self):
        data = self.other_server()
        before = server_state(data)
        whole = self.archive.read_bytes()
        for position in (20, len(whole) // 3, len(whole) // 2, len(whole) - 9, len(whole) - 1):
            damaged = self.out / "damaged.tar.gz"
            damaged.write_bytes(whole[:position] + bytes([whole[position] ^ 0x10]) + whole[position + 1:])
            with self.subTest(flipped=position):
                done = self.restore(damaged, data, "--yes", expect=1)
                self.assertEqual(len([l for l in done.stderr.splitlines() if "error:" in l]), 1, done.stderr)
                self.assertSame(server_state(data), before)
            damaged.write_bytes(whole[:position])
            with self.subTest(cut=position):
                self.restore(damaged, data, "--yes", expect=1)
                self.assertSame(server_state(data), before)

    def test_columns_that_differ_are_refused_by_name_unless_asked_for(self):
        data = self.other_server()
        execute(data / "aviary.db", "ALTER TABLE users DROP COLUMN rmapi_host; ALTER TABLE documents ADD COLUMN must TEXT NOT NULL DEFAULT 'x';")
        before = server_state(data)
        done = self.restore(self.archive, data, "--yes", expect=1)
        self.assertIn("table users of the target has no column 'rmapi_host'", done.stderr)
        self.assertIn("'on-schema-drift: warn' (here: --set on_schema_drift=warn) goes on without it", done.stderr)
        self.assertSame(server_state(data), before)
        self.restore(self.archive, data, "--yes", "--set", "on_schema_drift=warn", expect=3)
        self.assertIn("table users, column 'rmapi_host': its values are left out: the target has no such column", self.result.stderr)
        self.assertEqual({row[0] for row in sqlite_rows(data / "aviary.db", "documents", "must")}, {"x"})

    def test_a_backup_without_files_leaves_the_files_alone(self):
        definition = self.folder / "database-only.yaml"
        definition.write_text(f"""
roost: 1
name: database-only
sources:
  - {{plugin: database, url: 'sqlite:{self.data}/aviary.db'}}
sinks:
  - {{plugin: archive, url: 'file:{self.out}/db.tar.gz'}}
""")
        self.roost("run", definition)
        data = self.other_server()
        files = {k: v for k, v in server_state(data).items() if k.startswith("file ")}
        self.restore(self.out / "db.tar.gz", data, "--yes")
        after = server_state(data)
        self.assertEqual({k: v for k, v in after.items() if k.startswith("file ")}, files)
        self.assertEqual(after["table users"], self.before["table users"])

    def test_the_applications_record_of_migrations_stays_the_servers(self):
        data = self.other_server()
        execute(data / "aviary.db", "CREATE TABLE IF NOT EXISTS migrations (id varchar(255) PRIMARY KEY); "
                                    "DELETE FROM migrations; INSERT INTO migrations VALUES ('of the server');")
        self.restore(self.archive, data, "--yes")
        self.assertEqual(sqlite_rows(data / "aviary.db", "migrations"), [["of the server"]])

    def test_an_archive_in_a_folder_that_the_restore_replaces_is_refused(self):
        data = self.other_server()
        inside = data / "users" / self.users[0] / "pdfs" / "backup.tar.gz"
        shutil.copy(self.archive, inside)
        before = server_state(data)
        done = self.restore(inside, data, "--yes", expect=1)
        self.assertIn(f"holds what source 1 'archive' (tar-gz) reads ({inside}), which would be gone afterwards", done.stderr)
        self.assertSame(server_state(data), before)

    def test_a_signal_at_the_question_ends_the_run(self):
        data = self.other_server()
        before = server_state(data)
        code, shown = self.on_a_terminal(data, None)
        self.assertEqual(code, 130, shown)
        self.assertSame(server_state(data), before)

    @unittest.skipUnless(os.geteuid() == 0, "giving folders to others needs root")
    def test_a_users_folder_that_cannot_be_changed_is_refused_before_the_commit(self):
        data = self.other_server()
        for path in [data, *data.rglob("*")]:
            os.chown(path, 65534, 65534)
        os.chown(data / "users" / self.users[0], 0, 0)
        os.chmod(self.folder, 0o755)
        os.chown(self.archive, 65534, 65534)
        self.out.chmod(0o755)
        for path in (self.state, self.temporary):
            path.mkdir(exist_ok=True)
            os.chown(path, 65534, 65534)
        before = server_state(data)
        done = self.restore(self.archive, data, "--yes", expect=1, user=65534, group=65534, extra_groups=[])
        self.assertIn(f"'{data}/users/{self.users[0]}' cannot be exchanged: Permission denied", done.stderr)
        self.assertSame(server_state(data), before)

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small file system needs root")
    def test_a_disk_that_fills_up_on_the_way_changes_nothing(self):
        mount = self.folder / "filling"
        mount.mkdir()
        # Room for the files' bytes as the plan counts them, not for the blocks and the database beside them.
        size = (Archive(self.archive).metadata["total_size_bytes"] // 4096 + 8) * 4096
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", mount], capture_output=True).returncode:
            self.skipTest("no tmpfs can be mounted here")
        self.addCleanup(subprocess.run, ["umount", mount])
        done = self.restore(self.archive, mount, expect=1)
        (error,) = [line for line in done.stderr.splitlines() if " error: " in line]
        self.assertRegex(error, "No space left on device|database or disk is full")
        self.assertEqual(list(mount.iterdir()), [])

    def test_a_full_disk_changes_nothing(self):
        if os.geteuid() != 0:
            self.skipTest("mounting a small file system needs root")
        mount = self.folder / "small"
        mount.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", mount], capture_output=True).returncode:
            self.skipTest("no tmpfs can be mounted here")
        self.addCleanup(subprocess.run, ["umount", mount])
        done = self.restore(self.archive, mount, expect=1)
        self.assertIn("has room for", done.stderr)
        self.assertEqual(list(mount.iterdir()), [])


class OtherApplications(Restoring):
    def test_any_database_comes_back_with_its_schema(self):
        fixtures = os.environ.get("ROOST_TEST_FIXTURES")
        databases = [FIXTURES / "apps" / "memos" / "seeded-sqlite.db", FIXTURES / "apps" / "shiori" / "seeded-sqlite.db"]
        if fixtures:
            databases += [Path(fixtures) / "chinook" / "Chinook_Sqlite.sqlite", Path(fixtures) / "sakila" / "sakila-sqlite.db"]
        for original in databases:
            with self.subTest(database=original.name):
                data = self.empty_server(original.parent.name)
                source = self.folder / f"{original.parent.name}.db"
                shutil.copy(original, source)
                there, back = self.folder / "there.yaml", self.folder / "back.yaml"
                archive = self.out / f"{original.parent.name}.tar.gz"
                there.write_text(f"""
roost: 1
name: there
sources: [{{plugin: database, url: 'sqlite:{source}'}}]
sinks: [{{plugin: archive, url: 'file:{archive}'}}]
""")
                back.write_text(f"""
roost: 1
name: back
sources: [{{plugin: archive, url: 'file:{archive}'}}]
sinks: [{{plugin: database, url: 'sqlite:{data}/aviary.db'}}]
""")
                self.roost("run", there)
                self.roost("run", back)
                shutil.copy(source, self.data / "aviary.db")
                self.assertEqual(sqlite_schema(data / "aviary.db"), sqlite_schema(source))
                left, right = server_state(data), server_state(self.data)
                self.assertTrue(left == right, difference(left, right))
                (self.data / "aviary.db").unlink()


if __name__ == "__main__":
    unittest.main()
