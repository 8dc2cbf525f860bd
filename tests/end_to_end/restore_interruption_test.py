"""A restore that is killed at any moment: after the recovery all is old or all is new, database and files together."""
import itertools
import os
import random
import signal
import sqlite3
import time
import unittest
import uuid

from backup_postgres_test import psql, rows
from support import FIXTURES, PIPELINES, Restoring, aviary_data, difference, make_user_files, server_state, write


class Killed(Restoring):
    def setUp(self):
        super().setUp()
        users = aviary_data(self.data)
        generator = random.Random(11)
        for i in range(12):
            write(self.data / "users" / users[0] / "pdfs" / f"large {i}.bin", generator.randbytes(1 << 20), 0o644, 1_500_000_000)
        self.fill_documents()
        self.archive = self.backup()
        self.new = server_state(self.data)
        self.server = self.empty_server()
        old_users = aviary_data(self.server, seed=9)
        make_user_files(self.server / "users", ["99999999-9999-4999-8999-999999999999"], seed=4, awkward=False)
        self.old = server_state(self.server)
        self.assertNotEqual(self.old, self.new)

    def fill_documents(self):
        database = sqlite3.connect(self.data / "aviary.db")
        (user,) = database.execute("SELECT id FROM users").fetchone()
        database.executemany("INSERT INTO documents (id, user_id, document_name) VALUES (?, ?, ?)",
                             [(f"00000000-0000-4000-8000-{i:012x}", user, f"document {i}" + "x" * 200) for i in range(30_000)])
        database.commit()
        database.close()

    #: what restore.yaml and full-backup.yaml get besides DATA_DIR
    database = {}

    def contents(self):
        return server_state(self.server)

    def launch(self):
        return self.start("run", PIPELINES / "restore.yaml", "--set", f"archive={self.archive}", "--yes", "--progress", "none",
                          env={"DATA_DIR": self.server, **self.database})

    def reset(self):
        """The old server again, by way of another restore."""
        self.restore(self.old_archive, self.server, "--yes", env=self.database)
        self.assertEqual(self.contents(), self.old)

    def check_one_of_both(self, context):
        state = self.contents()
        if state == self.new:
            return "new"
        self.assertTrue(state == self.old, f"{context}\n{difference(state, self.old)}\n--- and from the new:\n{difference(state, self.new)}")
        return "old"

    def test_sigkill_at_any_moment(self):
        self.old_archive = self.out / "old.tar.gz"
        self.roost("run", PIPELINES / "full-backup.yaml", "--set", f"out={self.old_archive}", "--progress", "none",
                   env={"DATA_DIR": self.server, **self.database})
        began = time.monotonic()
        self.restore(self.archive, self.server, "--yes", env=self.database)
        whole = time.monotonic() - began
        self.assertEqual(self.check_one_of_both("unkilled"), "new")
        self.reset()
        generator = random.Random(5)
        ends = []
        for i in range(24):
            process = self.launch()
            # The last third of a run has the commit in it: look there more often.
            time.sleep(generator.uniform(0, whole) if i % 2 else generator.uniform(whole * 0.6, whole * 1.05))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            recovered = self.roost("recover", env=self.database).stdout
            ends.append(self.check_one_of_both(f"try {i}: {recovered}"))
            left = [p for p in (self.server / "users").iterdir() if p.name.startswith(".roost")]
            left += [p for p in self.server.iterdir() if "roost" in p.name]
            self.assertEqual(left, [])
            self.assertEqual(self.roost("recover", env=self.database).stdout, "nothing to recover\n")
            if ends[-1] == "new":
                self.reset()
        self.assertIn("old", ends)

    def test_the_next_run_recovers_by_itself_and_says_so(self):
        for attempt in range(40):
            process = self.launch()
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and not any(p.name.startswith(".roost") for p in (self.server / "users").iterdir()):
                time.sleep(0.001)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            if any(p.name.startswith(".roost") for p in (self.server / "users").iterdir()):
                break
        self.restore(self.archive, self.server, "--yes", env=self.database)
        self.assertIn("recovered: undid the unfinished restore of files", self.result.stderr)
        self.assertEqual(self.check_one_of_both("after"), "new")

    def test_a_signal_leaves_everything_as_it_was(self):
        caught = 0
        moments = ((signal.SIGINT, 0.05), (signal.SIGTERM, 0.1), (signal.SIGINT, 0.15), (signal.SIGTERM, 0.2), (signal.SIGINT, 0.3))
        for slowness, (number, part) in itertools.product((1, 4, 16), moments):
            if slowness > 1 and caught:
                break
            process = self.launch()
            time.sleep(part * slowness)
            process.send_signal(number)
            _, stderr = process.communicate(timeout=60)
            if process.returncode == -number:  # before the program had set up its signals
                continue
            if process.returncode == 0:  # it was quicker
                break
            self.assertEqual(process.returncode, 130, stderr)
            self.assertIn("nothing at the target has changed", stderr)
            self.assertEqual(self.check_one_of_both("signalled"), "old")
            caught += 1
        self.assertGreater(caught, 0, "the test hit no moment")


class KilledMerge(Killed):
    """The same where what comes is added to what is there: rows by their keys, files by their paths."""

    DEFINITION = """roost: 1
name: merge
sources:
  - plugin: archive
    url: file:${archive}
    format: tar.gz
sinks:
  - plugin: database
    url: sqlite:${DATA_DIR}/aviary.db
    mode: merge
  - plugin: storage
    url: file:${DATA_DIR}/users
    mode: merge
"""

    def setUp(self):
        super().setUp()
        self.definition = self.folder / "merge.yaml"
        self.definition.write_text(self.DEFINITION)
        users = sorted(p.name for p in (self.data / "users").iterdir())
        write(self.server / "users" / users[0] / "pdfs" / "only here.pdf", b"stays", 0o640, 1_500_000_000)
        self.old = server_state(self.server)
        self.old_archive = self.out / "before.tar.gz"
        self.roost("run", PIPELINES / "full-backup.yaml", "--set", f"out={self.old_archive}", "--progress", "none",
                   env={"DATA_DIR": self.server})
        self.restore(self.archive, self.server, "--yes")
        merged = server_state(self.server)
        files = {k: v for k, v in self.old.items() if k.startswith("file ") and v[0] is not None}
        files.update({k: v for k, v in self.new.items() if k.startswith("file ") and v[0] is not None})
        self.assertEqual({k: v for k, v in merged.items() if k.startswith("file ") and v[0] is not None}, files)
        self.new = merged
        self.assertNotEqual(self.new, self.old)
        self.reset()

    def restore(self, archive, data, *arguments, **more):
        if archive != self.archive:
            return super().restore(archive, data, *arguments, **more)
        more["env"] = {"DATA_DIR": data, **(more.get("env") or {})}
        self.result = self.roost("run", self.definition, "--set", f"archive={archive}", "--progress", "none", *arguments, **more)
        return self.result

    def launch(self):
        return self.start("run", self.definition, "--set", f"archive={self.archive}", "--yes", "--progress", "none",
                          env={"DATA_DIR": self.server})


class KilledOnPostgreSQL(Killed):
    """The same with the database on a server, whose COMMIT is another process's."""

    def setUp(self):
        super().setUp()
        if "PGHOST" not in os.environ:
            self.fail("no PostgreSQL: run this through scripts/with-postgres.sh or scripts/test.sh")
        name = "e2e_" + uuid.uuid4().hex[:12]
        psql("postgres", "-c", f"CREATE DATABASE {name}")
        self.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", check=False))
        psql(name, "-f", FIXTURES / "aviary" / "schema-pg.sql")
        psql(name, "-c", "INSERT INTO users (id, username, email, password) VALUES ('99999999-9999-4999-8999-999999999999', 'o', 'o', 'x')")
        (self.server / "aviary.db").unlink()
        self.name = name
        self.database = {"DB_TYPE": "postgres", "DB_HOST": os.environ["PGHOST"], "DB_PORT": os.environ["PGPORT"],
                         "DB_USER": os.environ["PGUSER"], "DB_NAME": name}
        self.old = self.contents()
        first = self.folder / "first"
        first.mkdir()
        self.server, kept = first, self.server
        psql("postgres", "-c", f"CREATE DATABASE {name}_new TEMPLATE {name}")
        self.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {name}_new WITH (FORCE)", check=False))
        self.restore(self.archive, first, "--yes", env={**self.database, "DB_NAME": name + "_new"})
        self.name = name + "_new"
        self.new = self.contents()
        self.server, self.name = kept, name

    def contents(self):
        # A backend that still runs a killed client's transaction ends soon.
        tables = [r[0] for r in rows(self.name, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1")]
        state = {f"table {t}": rows(self.name, f'SELECT md5(string_agg(x::text, chr(10) ORDER BY x::text)), count(*) FROM "{t}" x') for t in tables}
        state["constraints"] = rows(self.name, "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1")
        state.update(server_state(self.server))
        return state

    def test_recovery_of_a_decided_run_needs_no_database(self):
        """The journal has the decision: the files are put in place also while the server is down."""
        old = self.server / "users" / "99999999-9999-4999-8999-999999999999" / "pdfs"
        for i in range(3000):  # what has to be removed in the end, so that there is a moment to hit
            (old / f"{i}.pdf").write_bytes(b"x")
        for _ in range(20):
            process = self.launch()
            while process.poll() is None:
                journals = list(self.state.glob("*.journal")) if self.state.exists() else []
                if any(b"decided" in j.read_bytes() for j in journals if j.exists()):
                    break
            process.send_signal(signal.SIGKILL)
            process.communicate()
            if list(self.state.glob("*.journal")):
                break
            self.server.joinpath("users").rename(self.folder / uuid.uuid4().hex)
            old.mkdir(parents=True)
            for i in range(3000):
                (old / f"{i}.pdf").write_bytes(b"x")
        else:
            self.fail("no run could be caught between its commit and its end")
        psql("postgres", "-c", f"ALTER DATABASE {self.name} RENAME TO {self.name}_away")
        self.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {self.name}_away WITH (FORCE)", check=False))
        self.roost("recover", env=self.database)
        files = {k: v for k, v in server_state(self.server).items() if k.startswith("file ")}
        self.assertEqual(files, {k: v for k, v in self.new.items() if k.startswith("file ")})


if __name__ == "__main__":
    unittest.main()
