"""The server goes on writing while it is backed up: the archive holds one moment."""
import os
import sqlite3
import subprocess
import sys
import textwrap
import time
import unittest

from support import Archive, RoostCase, make_user_files

WRITER = textwrap.dedent("""
    import sqlite3, sys
    path, mode = sys.argv[1:]
    database = sqlite3.connect(path, timeout=60, isolation_level=None)
    database.execute(f"PRAGMA journal_mode={mode}")
    database.execute("PRAGMA synchronous=OFF")
    print("ready", flush=True)
    n = 0
    while True:
        n += 1
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE a SET amount = amount - 1 WHERE id = ?", (n % 500,))
        database.execute("UPDATE b SET amount = amount + 1 WHERE id = ?", (n % 500,))
        database.execute("INSERT INTO log VALUES (?)", (n,))
        database.execute("COMMIT")
""")


class LiveWriter(RoostCase):
    def backed_up_meanwhile(self, mode):
        path = self.data / "aviary.db"
        database = sqlite3.connect(path)
        database.execute(f"PRAGMA journal_mode={mode}")
        for table in ("a", "b"):
            database.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, amount INTEGER, pad TEXT)")
            database.executemany(f"INSERT INTO {table} VALUES (?, 1000, ?)", [(i, "x" * 200) for i in range(20_000)])
        database.execute("CREATE TABLE log (n INTEGER PRIMARY KEY)")
        database.commit()
        database.close()
        make_user_files(self.data / "users", ["u1"])
        writer = subprocess.Popen([sys.executable, "-c", WRITER, path, mode], stdout=subprocess.PIPE)
        try:
            self.assertEqual(writer.stdout.readline(), b"ready\n")
            for i in range(4):
                time.sleep(0.05)
                archive = Archive(self.backup(f"live {i}.tar.gz"))
                a = sum(r["amount"] for r in archive.records("a"))
                b = sum(r["amount"] for r in archive.records("b"))
                log = [r["n"] for r in archive.records("log")]
                self.assertEqual(a + b, 40_000_000, "money came or went")
                self.assertEqual(len(log), 20_000_000 - a, "the log is of another moment")
                self.assertEqual(log, list(range(1, len(log) + 1)))
            self.assertIsNone(writer.poll(), "the writer was locked out")
        finally:
            writer.kill()
            writer.communicate()

    def test_with_a_rollback_journal(self):
        self.backed_up_meanwhile("DELETE")

    def test_with_a_write_ahead_log(self):
        self.backed_up_meanwhile("WAL")

    def test_what_lies_in_the_write_ahead_log_alone_is_in_the_backup(self):
        path = self.data / "aviary.db"
        (self.data / "users").mkdir()
        database = sqlite3.connect(path)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA wal_autocheckpoint=0")
        database.execute("CREATE TABLE t (n)")
        database.executemany("INSERT INTO t VALUES (?)", [(i,) for i in range(100)])
        database.commit()
        self.assertGreater(os.path.getsize(str(path) + "-wal"), 0)
        self.assertEqual([r["n"] for r in Archive(self.backup()).records("t")], list(range(100)))
        database.close()


if __name__ == "__main__":
    unittest.main()
