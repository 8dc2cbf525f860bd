"""The full backup of a real SQLite server: every value and every byte."""
import gzip
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import unittest

from support import PIPELINES, ROOST, Archive, RoostCase, aviary_data, same, sqlite_rows, sqlite_tables, tree


class FullBackup(RoostCase):
    def setUp(self):
        super().setUp()
        self.users = aviary_data(self.data)

    def test_every_value_of_every_table_comes_back(self):
        archive = Archive(self.backup())
        tables = sqlite_tables(self.data / "aviary.db")
        self.assertEqual(sorted(name for _, name in archive.tables), tables)
        for table in tables:
            expected = sqlite_rows(self.data / "aviary.db", table)
            got = archive.rows(table)
            self.assertEqual(len(got), len(expected), table)
            for row, (left, right) in enumerate(zip(got, expected)):
                for column, (a, b) in enumerate(zip(left, right, strict=True)):
                    self.assertTrue(same(a, b), f"{table} row {row} column {column}: {a!r} is not {b!r}")

    def test_every_file_comes_back_with_its_mode_and_time(self):
        archive = Archive(self.backup())
        files, folders = tree(self.data / "users")
        stored = {n: d for n, d in archive.members.items() if n.startswith(b"filesystem/")}
        self.assertEqual(sorted(stored), sorted(files))
        for name, (content, mode, time) in files.items():
            self.assertEqual(stored[name], content, name)
            self.assertEqual(archive.infos[name].mode & 0o777, mode, name)
            self.assertEqual(int(archive.infos[name].mtime), time, name)
        self.assertTrue(folders <= archive.folders | {b"filesystem"}, folders - archive.folders)

    def test_metadata_comes_first_and_its_totals_are_exact(self):
        archive = Archive(self.backup())
        self.assertEqual(archive.names[:2], [b"metadata.json", b"schema.json"])
        self.assertEqual(archive.names[-1], b"checksums.sha256")
        files, _ = tree(self.data / "users")
        documents = [n for n in files if n.startswith(b"filesystem/documents/")]
        metadata = archive.metadata
        self.assertEqual(metadata["total_documents"], len(documents))
        self.assertEqual(metadata["total_size_bytes"], sum(len(c) for c, _, _ in files.values()))
        self.assertEqual(metadata["total_users"], len(self.users))
        self.assertEqual(metadata["total_api_keys"], len(sqlite_rows(self.data / "aviary.db", "api_keys")))
        self.assertEqual(metadata["users_exported"], sorted(self.users))
        self.assertEqual(metadata["database_type"], "sqlite")
        self.assertEqual(metadata["aviary_version"], "unknown")
        self.assertEqual(sorted(metadata["exported_tables"]), sqlite_tables(self.data / "aviary.db"))
        self.assertRegex(metadata["export_timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")

    def test_files_come_in_the_order_of_their_bytes(self):
        archive = Archive(self.backup())
        files = [n for n in archive.names if n.startswith(b"filesystem/") and n in archive.members]
        self.assertEqual(files, sorted(files))

    def test_real_tools_unpack_and_check_it(self):
        target = self.backup()
        unpacked = self.folder / "unpacked"
        unpacked.mkdir()
        subprocess.run(["tar", "xzf", target, "-C", unpacked], check=True, capture_output=True)
        checked = subprocess.run(["sha256sum", "--strict", "-c", "checksums.sha256"], cwd=unpacked, capture_output=True)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        listed = checked.stdout.count(b": OK\n")
        on_disk = sum(len(names) for _, _, names in os.walk(unpacked)) - 1
        self.assertEqual(listed, on_disk, "each file but the list itself has a checksum")
        for table in sqlite_tables(self.data / "aviary.db"):
            counted = subprocess.run(["jq", "length", unpacked / "database" / f"{table}.json"], check=True,
                                     capture_output=True, text=True)
            self.assertEqual(int(counted.stdout), len(sqlite_rows(self.data / "aviary.db", table)), table)

    def test_aviary_gets_the_encodings_that_its_restore_expects(self):
        archive = Archive(self.backup())
        for user in archive.records("users"):
            self.assertIsInstance(user["is_admin"], bool)
            self.assertIsInstance(user["is_active"], bool)
            self.assertEqual(user["id"], user["id"].lower())
            for name in ("created_at", "updated_at", "last_login", "reset_token_expires"):
                value = user[name]
                if value is not None and not isinstance(value, dict):
                    self.assertRegex(value, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
        self.assertFalse(any(n in (b"./", b".") or n.startswith(b"./") for n in archive.names))
        self.assertEqual(self.result.stderr.count("password"), 0)

    def test_the_archive_is_private_and_whole_under_its_name(self):
        target = self.backup()
        self.assertEqual(stat.S_IMODE(os.stat(target).st_mode), 0o600)
        self.assertEqual([p.name for p in self.out.iterdir()], ["backup.tar.gz"])
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_an_existing_archive_is_never_overwritten_unless_asked(self):
        target = self.backup()
        before = target.read_bytes()
        self.backup(expect=1)
        self.assertIn(f"{target}", self.result.stderr)
        self.assertIn("exists", self.result.stderr)
        self.assertEqual(target.read_bytes(), before)
        text = (PIPELINES / "full-backup.yaml").read_text()
        replacing = self.folder / "replace.yaml"
        replacing.write_text(text.replace("# on-existing: replace  ", "on-existing: replace  "))
        (self.data / "users" / self.users[0] / "pdfs" / "one more.pdf").write_bytes(b"more")
        self.roost("run", replacing, "--set", f"out={target}")
        self.assertNotEqual(target.read_bytes(), before)
        self.assertEqual([p.name for p in self.out.iterdir()], ["backup.tar.gz"])

    def test_unchanged_data_give_the_same_tar_byte_for_byte(self):
        one = self.backup("one.tar.gz", env={"SOURCE_DATE_EPOCH": "1700000000"})
        two = self.backup("two.tar.gz", env={"SOURCE_DATE_EPOCH": "1700000000"})
        self.assertEqual(gzip.decompress(one.read_bytes()), gzip.decompress(two.read_bytes()))
        self.assertEqual(Archive(one).metadata["export_timestamp"], "2023-11-14T22:13:20Z")

    def test_a_dry_run_writes_nothing_and_agrees_with_the_run(self):
        report = self.folder / "dry.json"
        self.backup("dry.tar.gz", "--dry-run", "--report", report)
        self.assertNothingLeft()
        plan = json.loads(report.read_text())
        self.assertTrue(plan["dry_run"])
        archive = Archive(self.backup("real.tar.gz"))
        planned = {t["name"]: t["rows_planned"] for s in plan["sources"] for t in s["tables"]}
        self.assertEqual(planned, {name: len(archive.records(name)) for _, name in archive.tables})
        kinds = {k["kind"]: k for s in plan["sources"] for k in s["files"]}
        self.assertEqual(kinds["documents"]["files"], archive.metadata["total_documents"])
        self.assertEqual(kinds["documents"]["bytes"] + kinds["configs"]["bytes"], archive.metadata["total_size_bytes"])
        for table, rows in planned.items():
            self.assertRegex(self.roost("run", PIPELINES / "full-backup.yaml", "--dry-run").stdout,
                             rf"(?m)^ +{table} +{rows:,}$")

    def test_the_report_tells_what_was_done(self):
        report = self.folder / "report.json"
        target = self.backup("a.tar.gz", "--report", report)
        told = json.loads(report.read_text())
        self.assertEqual((told["status"], told["exit_code"]), ("done", 0))
        self.assertEqual(told["sinks"][0]["target"], str(target))
        self.assertTrue(told["sinks"][0]["committed"])
        self.assertEqual(stat.S_IMODE(os.stat(report).st_mode), 0o600)
        rows = sum(len(sqlite_rows(self.data / "aviary.db", t)) for t in sqlite_tables(self.data / "aviary.db"))
        self.assertEqual(told["sources"][0]["rows_read"], rows)
        self.assertEqual(told["sinks"][0]["rows"], rows)
        self.assertEqual(told["sinks"][0]["size"], os.path.getsize(target))

    def test_a_report_that_cannot_be_written_in_the_end_is_exit_code_4(self):
        folder = self.folder / "reports"
        folder.mkdir()
        process = subprocess.Popen([ROOST, "run", PIPELINES / "full-backup.yaml", "--set", "out=-", "--report", folder / "r.json"],
                                   env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
        first = process.stdout.read(1)  # now it runs, and the pipe holds it up
        folder.rmdir()
        rest, told = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 4, told)
        self.assertIn(f"{folder} is no folder that can be written to; the run is committed, only its report is missing",
                      told.decode())
        (self.out / "whole.tar.gz").write_bytes(first + rest)
        self.roost("verify", self.out / "whole.tar.gz")
        # A name that leaves no room for a temporary one is found before.
        self.backup("a.tar.gz", "--report", self.folder / ("r" * 250), expect=1)
        self.assertIn("the report cannot be written: its name is too long", self.result.stderr)
        self.assertFalse((self.out / "a.tar.gz").exists())

    def test_a_report_or_a_target_never_replaces_data(self):
        kept = (self.data / "aviary.db").read_bytes()
        for victim in (self.data / "aviary.db", PIPELINES / "full-backup.yaml", "/dev/null", self.out):
            self.backup("a.tar.gz", "--report", victim, expect=1)
            self.assertIn("report", self.result.stderr)
        self.assertNothingLeft()
        text = (PIPELINES / "full-backup.yaml").read_text()
        replacing = self.folder / "replace.yaml"
        replacing.write_text(text.replace("# on-existing: replace  ", "on-existing: replace  "))
        done = self.roost("run", replacing, "--set", f"out={self.data}/aviary.db", "--set", f"DATA_DIR={self.data}", expect=None)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual((self.data / "aviary.db").read_bytes(), kept)

    def test_a_summary_that_cannot_be_written_does_not_make_a_failure_of_a_backup(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([os.environ["ROOST_BIN"], "run", PIPELINES / "full-backup.yaml", "--set", f"out={self.out}/a.tar.gz"],
                                  env=self.environment(), stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        Archive(self.out / "a.tar.gz")

    def test_inspect_shows_what_is_inside(self):
        target = self.backup()
        told = json.loads(self.roost("inspect", target, "--json").stdout)
        self.assertEqual(told["metadata"], Archive(target).metadata)
        self.assertEqual({t["name"]: t["rows"] for t in told["tables"]},
                         {t: len(sqlite_rows(self.data / "aviary.db", t)) for t in sqlite_tables(self.data / "aviary.db")})
        self.assertIn("users", self.roost("inspect", target).stdout)

    def test_an_archive_without_files_has_no_filesystem_entry(self):
        shutil.rmtree(self.data / "users")
        (self.data / "users").mkdir()
        archive = Archive(self.backup())
        self.assertEqual([n for n in archive.names if n.startswith(b"filesystem")], [])
        self.assertEqual(archive.metadata["total_documents"], 0)

    def test_links_and_strange_files_are_named_and_not_followed(self):
        pdfs = self.data / "users" / self.users[0] / "pdfs"
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "secret").write_text("secret")
        (pdfs / "link.pdf").symlink_to(elsewhere / "secret")
        (pdfs / "linked folder").symlink_to(elsewhere)
        os.mkfifo(pdfs / "pipe")
        archive = Archive(self.backup(expect=3))
        self.assertFalse(any(b"link" in n or n.endswith(b"/pipe") for n in archive.names))
        for name in ("link.pdf", "linked folder", "pipe"):
            self.assertIn(name, self.result.stderr)

    def test_the_archive_goes_to_standard_output(self):
        pipeline = self.folder / "stdout.yaml"
        pipeline.write_text((PIPELINES / "full-backup.yaml").read_text().replace(
            "url: file:${out:-aviary_backup_${timestamp}.tar.gz}", "url: '-'"))
        target = self.out / "piped.tar.gz"
        with open(target, "wb") as file:
            done = subprocess.run([os.environ["ROOST_BIN"], "run", pipeline], env=self.environment(), stdout=file,
                                  stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(Archive(target).metadata["total_users"], len(self.users))
        self.assertIn("full-backup: done", done.stderr)


class OddValues(RoostCase):
    """One odd value never stops a backup, and every one comes back as it was."""

    def test_any_storage_class_in_any_column(self):
        (self.data / "users").mkdir()
        values = [None, 0, 1, -1, 2, 2**63 - 1, -2**63, 9007199254740993, 0.0, -0.0, 0.1 + 0.2, 5e-324, 1.7976931348623157e308,
                  float("inf"), float("-inf"), 2.5, 1e15, "", "abc", "true", "1", "00123", "1e5", "\u00e4\U0001F600",
                  "nul\0inside", "2026-02-30 10:00:00", "2026-01-02 03:04:05.123456789+02:00", "2026-01-02T03:04:05Z",
                  "2026-01-02", "2026-01-02 03:04", "0001-01-01 00:00:00+00:00", "infinity", "12:34:56",
                  "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc999c0b4ef8bb6d6bb9bd380a11", "{\"a\": 1}", "$exact",
                  b"", b"\x00\xff", b"text", "x" * 100_000, b"\xfe" * 100_000]
        declared = ["", "integer", "int", "text", "blob", "real", "numeric", "boolean", "datetime", "date", "time", "uuid",
                    "decimal(10,2)", "varchar(3)", "json", "timestamp", "bigint unsigned", "whatever"]
        database = sqlite3.connect(self.data / "aviary.db")
        columns = ", ".join(f'"c{i}" {t}' for i, t in enumerate(declared))
        database.execute(f'CREATE TABLE odd ({columns}, "$exact" text, "select" text, "qu""ote" text)')
        holes = ", ".join("?" * (len(declared) + 3))
        for value in values:
            database.execute(f"INSERT INTO odd VALUES ({holes})", [value] * (len(declared) + 3))
        database.execute(f"INSERT INTO odd SELECT {', '.join(['CAST(x' + chr(39) + '61ff62' + chr(39) + ' AS TEXT)'] * (len(declared) + 3))}")
        database.execute("CREATE TABLE empty (a, b)")
        database.execute('CREATE TABLE "a/b ../c" (x)')
        database.execute("CREATE TABLE nokey (a TEXT PRIMARY KEY, b) WITHOUT ROWID")
        database.execute("INSERT INTO nokey VALUES ('z', 1), ('a', 2)")
        database.commit()
        database.close()
        archive = Archive(self.backup())
        for table in ("odd", "empty", "a/b ../c", "nokey"):
            expected = sqlite_rows(self.data / "aviary.db", table)
            got = archive.rows(table)
            self.assertEqual(len(got), len(expected))
            for row, (left, right) in enumerate(zip(got, expected)):
                for column, (a, b) in enumerate(zip(left, right, strict=True)):
                    self.assertTrue(same(a, b), f"{table} row {row} column {column}: {a!r} is not {b!r}")
        self.assertEqual(archive.members[archive.tables[("", "empty")]["file"].encode()].strip(), b"[]")
        self.assertNotIn("/", archive.tables[("", "a/b ../c")]["file"].removeprefix("database/"))


if __name__ == "__main__":
    unittest.main()
