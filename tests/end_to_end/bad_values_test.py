"""Values that a target can't hold, by policy, through the real program; and what of it all a user gets to see."""
import json
import os
import sqlite3
import stat
import unittest

from migration_support import Moving, asked, postgres_cells

SCHEMA = """CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, day DATE, name VARCHAR(5), p INT REFERENCES p(id))"""


class BadValues(Moving):
    """Rows 2 to 5 of t have one fault each: a text in n, no such day, a name that is too long, no such parent."""

    def setUp(self):
        super().setUp()
        self.file = self.out / "from.db"
        database = sqlite3.connect(self.file)
        database.executescript(SCHEMA)
        database.executemany("INSERT INTO p VALUES (?, ?)", [(1, "one"), (2, "two")])
        database.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", [
            (1, 10, "2026-01-31", "a", 1), (2, "abc", "2026-01-31", "b", 1), (3, 30, "2026-02-30", "c", 2),
            (4, 40, None, "much too long", None), (5, 50, "2026-01-31", "e", 99), (6, 60, "2026-01-31", "f", 2)])
        database.commit()
        database.close()
        self.before = self.file.read_bytes()
        self.database = self.create_database()
        self.rejected = self.out / "rejected.jsonl"

    def policy(self, *settings, expect):
        self.report = self.out / f"report-{expect}-{len(list(self.out.iterdir()))}.json"
        done = self.to_postgres(self.file, self.database, *settings, "--report", self.report, expect=expect)
        self.assertEqual(self.file.read_bytes(), self.before)
        return done, json.loads(self.report.read_text())

    def rows(self):
        return ["|".join("" if cell == "\\N" else cell for cell in row)
                for row in asked(self.database, "SELECT id, n, day, name, p FROM t ORDER BY id")]

    def test_fail_names_all_and_changes_nothing(self):
        for arguments in ((), ("--dry-run",)):
            done, report = self.policy(*arguments, expect=1)
            self.assertIn("3 values do not fit the target:", done.stderr)
            for words in ("table t, column 'n': 1 value", "row id=2: column 'n' cannot hold 'abc': it is no bigint",
                          "row id=3: column 'day' cannot hold '2026-02-30': it is no date",
                          "row id=4: column 'name' cannot hold 'much too long': it has 13 characters"):
                self.assertIn(words, done.stderr)
                self.assertIn(words, report["error"])
            self.assertEqual(report["warnings"]["count"], 3, report["warnings"])
            self.assertEqual(postgres_cells(self.database), {})

    def test_a_thousand_do_not_fill_the_log(self):
        database = sqlite3.connect(self.file)
        database.executemany("INSERT INTO t VALUES (?, 'abc', NULL, NULL, 1)", [(i,) for i in range(100, 1100)])
        database.commit()
        database.close()
        self.before = self.file.read_bytes()
        done, report = self.policy("--set", "on_bad_value=null", expect=3)
        self.assertEqual(report["set_aside"]["count"], 1004)
        self.assertEqual(len(report["set_aside"]["list"]), 1004)
        lines = [line for line in done.stderr.splitlines() if "is NULL now" in line]
        self.assertEqual(len(lines), 100)
        self.assertEqual(done.stderr.count("there are more of these; the report (--report) names them"), 1)

    def test_orphans_alone_are_named_with_their_keys(self):
        database = sqlite3.connect(self.file)
        database.execute("DELETE FROM t WHERE id BETWEEN 2 AND 4")
        database.commit()
        database.close()
        self.before = self.file.read_bytes()
        done, _ = self.policy(expect=1)
        self.assertIn("foreign key (p) of table t: 1 row refers to rows of table p that do not exist: id=5 (p=99)", done.stderr)

    def test_null(self):
        done, report = self.policy("--set", "on_bad_value=null", expect=3)
        self.assertEqual(self.rows(), ["1|10|2026-01-31|a|1", "2||2026-01-31|b|1", "3|30||c|2", "4|40|||", "5|50|2026-01-31|e|",
                                       "6|60|2026-01-31|f|2"])
        self.assertEqual(report["set_aside"]["count"], 4)
        self.assertEqual(report["set_aside"]["list"][0]["subject"], "table t, row id=2: column 'n' cannot hold 'abc': it is no bigint")
        self.assertEqual(report["set_aside"]["list"][0]["message"], "is NULL now")
        self.assertEqual(report["sinks"][0]["values changed"], 4)
        self.assertIn("8 rows read back and compared", done.stdout)

    def test_reject_file(self):
        done, report = self.policy("--set", "on_bad_value=reject-file", "--set", f"reject_file={self.rejected}", expect=3)
        self.assertEqual(self.rows(), ["1|10|2026-01-31|a|1", "6|60|2026-01-31|f|2"])
        lines = [json.loads(line) for line in self.rejected.read_text().splitlines()]
        self.assertEqual([(line["table"], line["key"], line["column"], line["value"]) for line in lines],
                         [("t", {"id": 2}, "n", {"$text": "abc"}), ("t", {"id": 3}, "day", {"$text": "2026-02-30"}),
                          ("t", {"id": 4}, "name", "much too long"), ("t", {"id": 5}, "p", 99)])
        self.assertEqual(lines[0]["row"], {"id": 2, "n": {"$text": "abc"}, "day": "2026-01-31", "name": "b", "p": 1})
        self.assertEqual(stat.S_IMODE(self.rejected.stat().st_mode), 0o600)
        self.assertEqual(report["sinks"][0]["rows left out"], 4)
        self.assertEqual(report["sinks"][0]["rows"], 4)

        again = self.create_database()
        self.database = again
        done, _ = self.policy("--set", "on_bad_value=reject-file", "--set", f"reject_file={self.rejected}", expect=1)
        self.assertIn("exists already: name another one", done.stderr)
        self.assertEqual(postgres_cells(again), {})

    def test_a_dry_run_writes_no_file_of_rejected_rows(self):
        done, report = self.policy("--set", "on_bad_value=reject-file", "--set", f"reject_file={self.rejected}", "--dry-run", expect=3)
        self.assertFalse(self.rejected.exists())
        self.assertEqual(report["set_aside"]["count"], 4)

    def test_text(self):
        database = sqlite3.connect(self.file)
        database.execute("UPDATE t SET p = NULL WHERE id = 5")
        database.commit()
        database.close()
        self.before = self.file.read_bytes()
        self.policy("--set", "on_bad_value=text", expect=3)
        self.assertEqual(self.rows(), ["1|10|2026-01-31|a|1", "2|abc|2026-01-31|b|1", "3|30|2026-02-30|c|2", "4|40||much too long|",
                                       "5|50|2026-01-31|e|", "6|60|2026-01-31|f|2"])

    def test_a_file_that_the_policy_needs_is_asked_for_with_its_place(self):
        definition = self.out / "move.yaml"
        definition.write_text("roost: 1\nname: m\nsources:\n  - plugin: sqlite\n    url: sqlite:/x\nsinks:\n  - plugin: postgresql\n"
                              "    url: postgresql:///x\n    on-bad-value: reject-file\n")
        done = self.roost("check", definition, expect=2)
        self.assertIn("move.yaml:9:19: error: 'on-bad-value: reject-file' needs a file for the rows", done.stderr)

    def test_interrupted_by_a_full_disk_no_file_stays(self):
        """The file of rejected rows can't be written: the run fails, and the target is as before."""
        missing = self.out / "nowhere" / "rejected.jsonl"
        done, _ = self.policy("--set", "on_bad_value=reject-file", "--set", f"reject_file={missing}", expect=1)
        self.assertIn(str(missing.parent), done.stderr)
        self.assertEqual(postgres_cells(self.database), {})
        self.assertFalse(os.path.exists(missing))


if __name__ == "__main__":
    unittest.main()
