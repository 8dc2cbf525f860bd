"""A move to the other kind of database that ends early, at any moment: the target is as it was, or it is whole."""
import os
import random
import signal
import sqlite3
import time
import unittest

from migration_support import TO_POSTGRES, TO_SQLITE, Moving, asked, postgres_cells, sqlite_cells

ROWS = 40_000


class Interrupted(Moving):
    def setUp(self):
        super().setUp()
        self.file = self.out / "from.db"
        database = sqlite3.connect(self.file)
        database.executescript("CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
                               "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES p(id), text TEXT); CREATE INDEX by_p ON c (p)")
        database.executemany("INSERT INTO p VALUES (?, ?)", ((i, f"name {i}") for i in range(ROWS)))
        database.executemany("INSERT INTO c VALUES (?, ?, ?)", ((i, i % ROWS, "x" * 300) for i in range(2 * ROWS)))
        database.execute("INSERT INTO c VALUES (?, 0, ?)", (2 * ROWS, "y\0z"))  # no text for PostgreSQL
        database.commit()
        database.close()
        self.before = self.file.read_bytes()
        self.database = self.create_database(sql="CREATE TABLE p (id bigint PRIMARY KEY, name text); INSERT INTO p VALUES (-1, 'old')")
        self.old = postgres_cells(self.database)
        self.rejected = self.out / "rejected.jsonl"

    def launch(self, pipeline, source, target, *more):
        return self.start("run", pipeline, "--set", f"from={source}", "--set", f"to={target}", "--yes", "--progress", "none", *more)

    def to_postgres_started(self):
        return self.launch(TO_POSTGRES, f"sqlite:{self.file}", self.url(self.database), "--set", "on_bad_value=reject-file", "--set",
                           f"reject_file={self.rejected}")

    def is_whole(self):
        counts = asked(self.database, "SELECT (SELECT count(*) FROM p), (SELECT count(*) FROM c)")
        self.assertEqual(counts, [[str(ROWS), str(2 * ROWS)]])
        self.assertEqual(self.rejected.read_text().count("\n"), 1)

    def test_into_postgresql(self):
        began = time.monotonic()
        process = self.to_postgres_started()
        self.assertEqual(process.wait(120), 3, process.stderr.read())
        process.communicate()
        whole = time.monotonic() - began
        self.is_whole()
        generator = random.Random(3)
        for how, code in ((signal.SIGINT, 130), (signal.SIGTERM, 130), *[(signal.SIGKILL, -9)] * 10):
            self.rejected.unlink(missing_ok=True)
            self.database = self.create_database(sql="CREATE TABLE p (id bigint PRIMARY KEY, name text); INSERT INTO p VALUES (-1, 'old')")
            process = self.to_postgres_started()
            time.sleep(generator.uniform(0.1, whole))
            process.send_signal(how)
            _, told = process.communicate(timeout=60)
            self.roost("recover")
            self.assertEqual(self.file.read_bytes(), self.before)
            if process.returncode == 3 or "c" in postgres_cells(self.database):
                self.is_whole()
                continue
            self.assertEqual(process.returncode, code, told)
            self.assertEqual(postgres_cells(self.database), self.old)
            # After a SIGKILL between its appearance and the commit it may be there; nothing else of it is.
            if how != signal.SIGKILL:
                self.assertFalse(self.rejected.exists())
        # What a killed run has left of the file goes with the next one.
        self.rejected.unlink(missing_ok=True)
        self.database = self.create_database()
        process = self.to_postgres_started()
        process.communicate(timeout=120)
        self.is_whole()
        self.assertEqual([p for p in os.listdir(self.out) if "partial" in p], [])

    def test_into_sqlite(self):
        source = self.create_database()
        self.to_postgres(self.file, source, "--set", "on_bad_value=null", expect=3)
        target = self.out / "to.db"
        self.to_sqlite(source, target)
        whole = sqlite_cells(target)
        target.unlink()
        generator = random.Random(4)
        for exists in (False, True):
            for how in (signal.SIGINT, signal.SIGTERM, *[signal.SIGKILL] * 8):
                target.unlink(missing_ok=True)
                if exists:
                    database = sqlite3.connect(target)
                    database.executescript("CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO p VALUES (-1, 'old')")
                    database.close()
                old = sqlite_cells(target) if exists else None
                process = self.launch(TO_SQLITE, self.url(source), f"sqlite:{target}")
                time.sleep(generator.uniform(0.05, 1.5))
                process.send_signal(how)
                _, told = process.communicate(timeout=60)
                self.roost("recover")
                state = sqlite_cells(target) if target.exists() else None
                if state != whole:
                    self.assertEqual(state, old, told)
                    self.assertIn(process.returncode, (130, -9), told)


if __name__ == "__main__":
    unittest.main()
