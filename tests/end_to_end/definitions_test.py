"""Bad definitions and bad runs: what the user reads, the exit code, and that nothing was touched."""
import os
import shutil
import sqlite3
import subprocess
import unittest

from support import PIPELINES, ROOST, RoostCase, aviary_data


class BadDefinitions(RoostCase):
    def check(self, text, *expected, name="p.yaml", verb="run"):
        file = self.folder / name
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        done = self.roost(verb, file, expect=2)
        for line in expected:
            self.assertIn(line, done.stderr)
        self.assertNotIn("terminate", done.stderr)
        self.assertFalse(self.state.exists())
        return done

    GOOD = """roost: 1
name: p
sources:
  - plugin: storage
    url: file:/nowhere
sinks:
  - plugin: archive
    url: file:/nowhere/a.tar.gz
"""

    def test_every_problem_at_once_with_line_and_suggestion(self):
        done = self.check("""roost: 1
name: p
descripton: x
sources:
  - plugin: databse
    url: sqlite:a.db
  - plugin: storage
    url: file:${NO_SUCH_NAME}
sinks:
  - plugin: archive
    url: file:a.tar.gz
    levle: 9
  - plugin: archive
    url: file:b.tar.gz
    level: high
  - plugin: archive
""", "p.yaml:3:1: error: unknown key 'descripton'", "did you mean 'description'?", "p.yaml:5:13: error: ", "'databse'",
                          "did you mean 'database'?", "p.yaml:8:15: error: ", "NO_SUCH_NAME",
                          "p.yaml:12:5: error: unknown option 'levle' for sink 'archive' (tar-gz)", "did you mean 'level'?",
                          "  12 |     levle: 9", "tar-gz accepts: ", "(roost plugins tar-gz)",
                          "p.yaml:15:12: error: option 'level' takes a whole number, not 'high'", "p.yaml:16:5: error: ")
        self.assertEqual(done.stderr.count("error:"), 6, done.stderr)

    def test_shapes_that_are_no_definition(self):
        self.check("", "empty")
        self.check("roost: 1\nname: [\n", "p.yaml:")
        self.check(self.GOOD + "---\n" + self.GOOD, "p.yaml:9:1: error: ")
        self.check(self.GOOD + "name: again\n", "p.yaml:9:1: error: ", "'name'")
        self.check("roost: 2\n" + self.GOOD[9:], "newer")
        self.check("- a\n- b\n", "p.yaml:1:1: error: ")
        self.check(self.GOOD.replace("name: p", "name: yes"), "p.yaml:2:7: error: ")
        self.check(b"roost: 1\nname: \xff\xfe\n", "UTF-8")
        self.check("a: " + "x" * 100_000_000, "p.yaml")

    def test_files_that_cannot_be_read(self):
        for path, words in ((self.folder, "folder"), (self.folder / "missing.yaml", "no such file"), ("/dev/zero", "")):
            done = self.roost("run", path, expect=2)
            self.assertIn(words, done.stderr)

    def test_check_touches_nothing_and_says_ok(self):
        file = self.folder / "good.yaml"
        file.write_text(self.GOOD)
        self.assertEqual(self.roost("check", file).stdout, f"{file}: ok\n")
        self.assertEqual(self.roost("check", PIPELINES / "full-backup.yaml").returncode, 0)

    def test_a_name_given_with_set_must_be_known(self):
        done = self.roost("run", PIPELINES / "full-backup.yaml", "--set", "ot=x.tar.gz", expect=2)
        self.assertIn("'ot'", done.stderr)
        self.assertIn("out", done.stderr)

    def test_a_secret_in_a_wrong_definition_is_not_shown(self):
        done = self.check(self.GOOD.replace("plugin: storage\n    url: file:/nowhere",
                                            "plugin: database\n    url: postgresql://u:hunter2@h/d\n    tabels: [a]"),
                          "did you mean 'tables'?")
        self.assertNotIn("hunter2", done.stderr + done.stdout)

    def test_the_command_line(self):
        self.assertIn("run", self.roost("--help").stdout)
        self.assertIn("Examples", self.roost("run", "--help").stdout)
        self.assertIn("check", self.roost("chekc", expect=2).stderr)
        self.roost(expect=2)
        self.roost("run", expect=2)


class BadRuns(RoostCase):
    def setUp(self):
        super().setUp()
        self.users = aviary_data(self.data)

    def fails(self, *words, env=None, out="b.tar.gz"):
        self.backup(out, env=env, expect=1)
        errors = [l for l in self.result.stderr.splitlines() if "error:" in l]
        self.assertEqual(len(errors), 1, self.result.stderr)
        for word in words:
            self.assertIn(word, self.result.stderr)
        left = [p for p in self.out.rglob("*") if "roost-partial" in p.name or p.name == "b.tar.gz"]
        self.assertEqual(left, [])

    def test_the_database_is_missing(self):
        (self.data / "aviary.db").unlink()
        self.fails(str(self.data / "aviary.db"))
        self.assertFalse((self.data / "aviary.db").exists())

    def test_the_database_is_none(self):
        (self.data / "aviary.db").write_bytes(b"not a database at all, but long enough to look at" * 100)
        self.fails(str(self.data / "aviary.db"))

    def test_the_users_folder_is_missing(self):
        shutil.rmtree(self.data / "users")
        self.fails(str(self.data / "users"))

    def test_the_target_folder_is_missing(self):
        self.fails(str(self.out / "no" / "where"), out="no/where/b.tar.gz")

    def test_the_target_folder_cannot_be_written(self):
        self.backup_to("/proc/b.tar.gz")

    def backup_to(self, target):
        done = self.roost("run", PIPELINES / "full-backup.yaml", "--set", f"out={target}", expect=1)
        self.assertEqual(len([l for l in done.stderr.splitlines() if "error:" in l]), 1, done.stderr)

    def test_a_table_that_does_not_exist(self):
        text = (PIPELINES / "full-backup.yaml").read_text().replace("    types:\n", "    tables: [users, documets]\n    types:\n")
        file = self.folder / "tables.yaml"
        file.write_text(text)
        done = self.roost("run", file, "--set", f"out={self.out}/b.tar.gz", expect=1)
        self.assertIn("documets", done.stderr)
        self.assertIn("documents", done.stderr)
        self.assertNothingLeft()

    def test_no_postgresql_server(self):
        self.fails("nowhere.invalid", env={"DB_TYPE": "postgres", "DB_HOST": "nowhere.invalid", "DB_PASSWORD": "hunter2"})
        self.assertNotIn("hunter2", self.result.stderr)


if __name__ == "__main__":
    unittest.main()
