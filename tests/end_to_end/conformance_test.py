"""roost test-plugin: our own plugins keep their contract, and what breaks it is caught in each way."""
import json
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from support import FIXTURES, PIPELINES, RoostCase, make_user_files, aviary_data

BUILD = Path(os.environ["ROOST_BUILD_DIR"])
PLUGINS = BUILD / "lib" / "roost" / "plugins"
BAD = BUILD / "tests" / "bad_plugins"
GOOD = BUILD / "tests" / "plugins"


class Conformance(RoostCase):
    def check(self, library, *arguments, expect=0, **settings):
        sets = [part for name, value in settings.items() for part in ("--set", f"{name.replace('_', '-')}={value}")]
        done = self.roost("test-plugin", library, *sets, *arguments, "--json", expect=expect, timeout=300)
        return json.loads(done.stdout)

    def failures(self, report):
        return {c["name"]: c.get("why", "") for c in report["checks"] if c["result"] == "failed"}

    def skipped(self, report):
        return {c["name"] for c in report["checks"] if c["result"] == "skipped"}


class Own(Conformance):
    def test_database_and_archive_sources(self):
        aviary_data(self.data)
        (self.data / "users" / "x" / "pdfs").mkdir(parents=True)
        with open(self.data / "users" / "x" / "pdfs" / "large.bin", "wb") as large:
            large.truncate(80 << 20)
        archive = self.backup()
        self.assertEqual(self.skipped(self.check(PLUGINS / "source-sqlite.so", url=f"sqlite:{self.data}/aviary.db")), {"memory"})
        files = self.check(PLUGINS / "source-files.so", url=f"file:{self.data}/users")
        self.assertEqual(self.skipped(files) - {"memory"}, {"reread", "restrict"})
        self.assertEqual(self.skipped(self.check(PLUGINS / "source-tar-gz.so", url=f"file:{archive}")) - {"memory"}, {"restrict"})
        zipped = self.out / "backup.zip"
        self.roost("run", PIPELINES / "full-backup.yaml", "--set", f"out={zipped}", "--progress", "none")
        self.assertEqual(self.skipped(self.check(PLUGINS / "source-zip.so", url=f"file:{zipped}")) - {"memory"}, {"restrict"})
        # Hashes with fresh salt are what it makes.
        self.check(PLUGINS / "source-aviary-single-user.so", "--except", "repeatable", username="admin", password="secret",
                   documents=self.data / "users" / "x" / "pdfs")

    def test_sinks(self):
        self.assertEqual(self.skipped(self.check(PLUGINS / "sink-tar-gz.so", url="file:${FOLDER}/b.tar.gz")) - {"memory"}, set())
        self.assertEqual(self.skipped(self.check(PLUGINS / "sink-zip.so", url="file:${FOLDER}/b.zip")) - {"memory"}, set())
        self.assertEqual(self.skipped(self.check(PLUGINS / "sink-sqlite.so", url="sqlite:${FOLDER}/b.db")) - {"memory"}, set())
        files = self.check(PLUGINS / "sink-files.so", url="file:${FOLDER}/users")
        self.assertEqual(self.skipped(files) - {"memory"}, {"mixed", "empty"})

    @unittest.skipUnless(os.environ.get("ROOST_TEST_S3_FOLDER"), "needs scripts/with-s3.sh")
    def test_s3(self):
        bucket = f"conformance-{os.getpid()}"
        place = Path(os.environ["ROOST_TEST_S3_FOLDER"]) / bucket
        place.mkdir()
        self.addCleanup(shutil.rmtree, place, ignore_errors=True)
        # What a killed run left in the bucket is out of sight of those who look for users; recovery takes it away.
        # With 40 MiB of requests in flight it comes near the limit of memory when the machine is busy: seen at 66 MiB.
        report = self.check(PLUGINS / "sink-s3.so", "--except", "memory", "--before", f"rm -rf '{place}'; mkdir '{place}'", "--observe",
                            f"cd '{place}' && find . -type f -not -path '*/.roost-staging*' -exec sha1sum {{}} + | sort",
                            url=f"s3://{bucket}/users")
        self.assertEqual(self.skipped(report), {"mixed", "empty", "no-place", "not-writable"})

    def test_sinks_over_data_that_is_there(self):
        self.check(PLUGINS / "sink-sqlite.so", "--before", f"cp '{FIXTURES}/aviary/aviary.db' \"$FOLDER/b.db\"", "--except", "mixed",
                   "--only", "accept-quiet", "--only", "dry-run", "--only", "abort-after-begin", "--only", "abort-while-writing",
                   "--only", "abort-after-prepare", url="sqlite:${FOLDER}/b.db")

    def test_transforms(self):
        for name, settings in (("select", {"exclude_tables": "empty"}),
                               ("mask", {"key": "0123456789abcdef", "rules": "[{column: users.email, email: true}]"}),
                               ("schema-map", {"to": "postgresql"}),
                               ("user-filter", {"users": "user1", "allow_empty": "true"})):
            with self.subTest(name):
                self.assertEqual(self.skipped(self.check(PLUGINS / f"transform-{name}.so", **settings)) - {"memory"},
                                 {"empty"} if name == "user-filter" else set())

    @unittest.skipUnless(os.environ.get("ROOST_TEST_PG_SOCKET"), "needs scripts/with-postgres.sh")
    def test_postgres(self):
        database = f"conformance_{os.getpid()}"
        where = f"{database}?host={os.environ['PGHOST']}&port={os.environ['PGPORT']}&user={os.environ['PGUSER']}"
        psql = f"psql -XqAt -h '{os.environ['PGHOST']}' -p {os.environ['PGPORT']} -U {os.environ['PGUSER']} {database}"
        base = psql.removesuffix(database)
        subprocess.run(f"{base} postgres -c 'CREATE DATABASE {database}'", shell=True, check=True)
        self.addCleanup(subprocess.run, f"{base} postgres -c 'DROP DATABASE {database}'", shell=True)
        state = ("SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2; "
                 "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        report = self.check(PLUGINS / "sink-postgresql.so", "--before",
                            f"PGOPTIONS='-c client_min_messages=error' {psql} -c 'DROP SCHEMA public CASCADE; CREATE SCHEMA public'",
                            "--observe", f'{psql} -c "{state}"', url=f"postgresql:///{where}")
        self.assertEqual(self.skipped(report) - {"memory"}, {"no-place", "not-writable"})
        subprocess.run(f"{psql} -c 'DROP SCHEMA public CASCADE; CREATE SCHEMA public' -c 'CREATE TABLE a(id bigint PRIMARY KEY, t text)' "
                       "-c \"INSERT INTO a SELECT g, repeat('x', 200) FROM generate_series(1, 400000) g\"", shell=True, check=True,
                       capture_output=True)
        self.assertEqual(self.skipped(self.check(PLUGINS / "source-postgresql.so", url=f"postgresql:///{where}")) - {"memory"}, set())


    @unittest.skipUnless(os.environ.get("ROOST_TEST_S3_FOLDER"), "needs scripts/with-s3.sh")
    def test_s3(self):
        # The server shows a bucket as a folder; what it keeps of its own beside the objects is none of the target.
        bucket = Path(os.environ["ROOST_TEST_S3_FOLDER"]) / f"conformance-{os.getpid()}"
        bucket.mkdir()
        self.addCleanup(shutil.rmtree, bucket, ignore_errors=True)
        seen = f"cd '{bucket}' && find . -path ./.sgwtmp/tmp -prune -o -type f -printf '%p %s\\n' | sort"
        empty = f"find '{bucket}' -mindepth 1 -delete"
        where = f"s3://{bucket.name}/users"
        sink = self.check(PLUGINS / "sink-s3.so", "--before", empty, "--observe", seen, "--except", "destroyed", url=where)
        self.assertEqual(self.skipped(sink) - {"memory"}, {"mixed", "empty", "no-place", "not-writable"})
        # One that is destroyed leaves what it has staged to recovery; what counts is what shows.
        shown = f"cd '{bucket}' && find . -path ./.sgwtmp -prune -o -path './users/.roost-staging-*' -prune -o -type f -print | sort"
        self.check(PLUGINS / "sink-s3.so", "--before", empty, "--observe", shown, "--only", "destroyed", url=where)
        for name in ("tar-gz", "zip"):
            with self.subTest(name):
                self.check(PLUGINS / f"sink-{name}.so", "--before", empty, "--observe", seen, url=f"s3://{bucket.name}/b.{name.replace('-', '.')}")
        make_user_files(bucket / "users", ["u1", "u2"], awkward=False)
        with open(bucket / "users" / "u1" / "pdfs" / "large.bin", "wb") as large:
            large.truncate(80 << 20)
        source = self.check(PLUGINS / "source-s3.so", url=f"s3://{bucket.name}/users")
        self.assertEqual(self.skipped(source) - {"memory"}, {"reread", "restrict"})
        self.roost("run", PIPELINES / "full-backup.yaml", "--set", f"out=s3://{bucket.name}/backup.tar.gz", "--progress", "none",
                   env={"DATABASE_URL": f"sqlite:{FIXTURES}/aviary/aviary.db", "STORAGE_BACKEND": "s3", "S3_BUCKET": bucket.name})
        archive = self.check(PLUGINS / "source-tar-gz.so", url=f"s3://{bucket.name}/backup.tar.gz")
        self.assertEqual(self.skipped(archive) - {"memory"}, {"restrict"})


class Bad(Conformance):
    """Each wrong plugin fails the check that is about what is wrong with it."""

    def assertFails(self, library, check, words, *arguments, **settings):
        failed = self.failures(self.check(library, *arguments, expect=1, **settings))
        self.assertIn(check, failed)
        self.assertIn(words, failed[check])

    def test_what_does_not_load(self):
        for stem, words in (("older_abi", "it was built for plugin ABI"), ("no_entry", "it has no entry 'roost_plugin_v1'"),
                            ("initialiser_throws", "ended by signal 6 (Aborted)"), ("options_throw", "the options are not known yet"),
                            ("entry_throws", "its entry threw: not today")):
            with self.subTest(stem):
                report = self.check(BAD / f"bad_{stem}.so", expect=1)
                self.assertEqual(list(self.failures(report)), ["loads"])
                self.assertIn(words, self.failures(report)["loads"])

    def test_manifests(self):
        library = Path(shutil.copy(GOOD / "fixture_drop_table.so", self.folder / "plugin.so"))
        self.assertFails(library, "manifest", "there is no plugin.json beside it", names="users")
        manifest = json.loads((GOOD / "fixture_drop_table.json").read_text())
        library.with_suffix(".json").write_text(json.dumps({**manifest, "description": "Something else"}))
        self.assertFails(library, "manifest", "the manifest has 'Something else'", names="users")

    def test_descriptions(self):
        library = BAD / "bad_ill_described.so"
        failed = self.failures(self.check(library, expect=1))
        self.assertEqual(failed["info"], "its name 'Ill_Described' has more than lower case letters, digits and '-'")
        self.assertEqual(failed["options"], "option 'api-key' is called like a secret and not marked as one (.secret())")
        self.assertEqual(failed["bad-settings"], "too long (while option 'api-key' was given a text of a MiB)")

    def test_sources(self):
        library = BAD / "bad_impossible_source.so"
        for way, check, words in (
                ("wrong-ids", "catalog", "table one has number 5 at position 0"), ("wrong-table", "items", "rows of a table that is not open"),
                ("wrong-columns", "items", "rows of 3 values for table one"), ("no-batch", "items", "a batch that is none"),
                ("rows-after-end", "items", "not open"), ("wrong-count", "items", "gave 2 rows and speaks of 3"),
                ("table-twice", "items", "twice"), ("table-missing", "items", "left out table two"), ("never-closed", "items", "ended within"),
                ("file-in-table", "items", "a file before it closed"), ("unsafe-path", "items", "unsafe name"),
                ("no-content", "items", "without content"), ("too-many-bytes", "items", "more bytes"),
                ("unstable", "repeatable", "other values"), ("resumes", "end", "after it had said that there are no more"),
                ("none", "counts", "its catalog says 0 rows of table one, and 2 came")):
            with self.subTest(way):
                self.assertFails(library, check, words, "--only", check, url="impossible:x", way=way)
        self.assertFails(library, "items", "", "--only", "items", url="impossible:x", way="wordless")

    @unittest.skipIf(os.environ.get("ROOST_SANITIZED"), "a sanitizer keeps what was freed")
    def test_memory(self):
        for library, settings in ((BAD / "bad_impossible_source.so", {"url": "impossible:x", "batches": 150}),
                                  (BAD / "bad_impossible_transform.so", {}), (BAD / "bad_careless_sink.so", {"url": "file:${FOLDER}/x"})):
            self.assertFails(library, "memory", "64 MiB is the limit", "--only", "memory", way="hoards", **settings)
            self.assertEqual(self.failures(self.check(library, "--only", "memory", **settings)), {})

    def test_transforms(self):
        for way, check, words in (
                ("wrong-columns", "items", "values for table users, which has 5 columns"), ("wrong-table", "items", "not open"),
                ("no-batch", "items", "a batch that is none"), ("wrong-count", "items", "speaks of"), ("drops-end", "items", "before it closed"),
                ("renumbers", "items", "not in its catalog"), ("changes-batch", "batches-kept", "changed a batch in place"),
                ("refuses-bytes", "mixed", "it takes no bytes")):
            with self.subTest(way):
                self.assertFails(BAD / "bad_impossible_transform.so", check, words, "--only", check, way=way)

    def test_sinks(self):
        for way, check, words in (
                ("accept", "accept-quiet", "'x' appeared in the target when it was asked whether it accepts"),
                ("begin", "abort-after-begin", "after it was aborted right after begin()"),
                ("write", "abort-while-writing", "after it was aborted while it wrote"),
                ("prepare", "abort-after-prepare", "after it was aborted behind prepare()"), ("abort", "abort-after-begin", "'x' appeared"),
                ("destructor", "destroyed", "'x' was published though it was destroyed without a commit"),
                ("dry-run", "dry-run", "'x' appeared in the target after a dry run"), ("never", "commit", "nothing is in the target"),
                ("leaves-parts", "abort-after-begin", "'x.part' appeared"), ("refuses-uuids", "commit", "it takes no uuids")):
            with self.subTest(way):
                self.assertFails(BAD / "bad_careless_sink.so", check, words, "--only", check, url="file:${FOLDER}/x", way=way)

    def test_files_that_do_not_come_back(self):
        library = BAD / "bad_lossy_files.so"
        kinds = "kinds={documents: documents, configs: configs}"
        reading = ("--source", PLUGINS / "source-files.so", "--source-set", kinds, "--only", "read-back")
        for way, words in (
                ("last-byte", "with 40 bytes and came back with 39"), ("zeros", "came back with other bytes"),
                ("file", "file documents/11111111-1111-4111-8111-111111111110/a.pdf did not come back"),
                ("folder", "folder documents/11111111-1111-4111-8111-111111111111/nothing in it did not come back"),
                ("mode", "was written with mode 640 and came back with 644"), ("time", "came back with another modification time"),
                ("more", "a.pdf.more came back, and was never written"), ("kind", "configs/11111111-1111-4111-8111-111111111110/app.conf did not come back")):
            with self.subTest(way):
                self.assertFails(library, "read-back", words, *reading, url="file:${FOLDER}/users", way=way)
        # What it tells that it loses is not held against it, but bytes and files are.
        for way in ("none", "mode", "time", "folder"):
            self.assertEqual(self.failures(self.check(library, *reading, url="file:${FOLDER}/users", way=way, told="true")), {})
        self.assertFails(library, "read-back", "did not come back", *reading, url="file:${FOLDER}/users", way="file", told="true")

    def test_rows_that_do_not_come_back(self):
        library = BAD / "bad_lossy_tables.so"
        reading = ("--source", PLUGINS / "source-sqlite.so", "--only", "read-back")
        for way, words in (
                ("silent", "came back without its column"), ("row", "table users was written with 3 rows and came back with 2"),
                ("table", "table documents did not come back"), ("shortens", "111111111110' and came back as text '11111111-1111-4111-8'"),
                ("rounds", "column 'a_float64' of the row id = 2 of table everything was written as number '0.1' and came back as number '0'"),
                ("nulls", "was written as number '0.1' and came back as NULL")):
            with self.subTest(way):
                self.assertFails(library, "read-back", words, *reading, url="sqlite:${FOLDER}/x.db", way=way)
        self.assertEqual(self.failures(self.check(library, *reading, url="sqlite:${FOLDER}/x.db")), {})
        self.assertFails(library, "killed-after-commit",
                         "killed and recovered: column 'a_float64' of the row id = 2 of table everything was written as number '0.1' and came back",
                         "--only", "killed-after-commit", *reading[:2], url="sqlite:${FOLDER}/x.db", way="rounds")

    def test_what_is_not_read_back_is_said(self):
        report = self.check(BAD / "bad_careless_sink.so", "--only", "read-back", url="file:${FOLDER}/x")
        why = [c["why"] for c in report["checks"] if c["name"] == "read-back"][0]
        self.assertIn("not checked: beside bad_careless_sink.so is no source of the role 'archive'", why)
        self.assertEqual(self.skipped(report), {"read-back"})
        reading = ("--only", "read-back", "--source")
        self.assertFails(BAD / "bad_lossy_files.so", "read-back", "is the sink 'files', no source", *reading, PLUGINS / "sink-files.so",
                         url="file:${FOLDER}/x")
        self.assertFails(BAD / "bad_lossy_files.so", "read-back", "the options of the source that reads it back are refused: ", *reading,
                         PLUGINS / "source-files.so", "--source-set", "kidns=5", url="file:${FOLDER}/x")
        self.assertIn("takes NAME=VALUE", self.roost("test-plugin", "x.so", "--source-set", "x", expect=2).stderr)

    def test_recovery_and_targets_that_are_there(self):
        for way, check, words in (
                ("leaves-parts", "killed-at-begin", "'x.part' appeared in the target after it was killed right after begin() and recovered"),
                ("write", "killed-while-writing", "after it was killed while it wrote and recovered"),
                ("recovery-publishes", "killed-after-prepare", "'x' appeared in the target after it was killed after prepare()"),
                ("recovery-removes", "killed-after-commit", "nothing is in the target after a run that was decided"),
                ("recovery-ignores", "killed-after-commit", "nothing is in the target after a run that was decided"),
                ("aborts-for-nobody", "abort-for-another", "after it was aborted when"),
                ("none", "target-exists", "it neither refused a target that is there nor told what it replaces, and 'x' changed"),
                ("none", "no-place", "a run was done though its target would lie below a file"),
                ("none", "not-writable", "a run was done though nothing can be written into its target's folder")):
            with self.subTest(f"{way} {check}"):
                self.assertFails(BAD / "bad_careless_sink.so", check, words, "--only", check, url="file:${FOLDER}/x", way=way)

    def test_calls_that_no_run_watches_are_watched(self):
        for library, call, check in (
                ("sink", "commit", "commit"), ("sink", "tidy", "commit"), ("sink", "abort", "abort-after-begin"), ("sink", "summary", "commit"),
                ("sink", "destructor", "dry-run"), ("sink", "recover", "killed-at-begin"), ("source", "tidy", "items")):
            with self.subTest(f"{library} {call}"):
                settings = {"url": "file:${FOLDER}/x" if library == "sink" else "throwing:x"}
                name = {"destructor": "its destructor"}.get(call, f"{call}()")
                self.assertFails(BAD / f"bad_throwing_{library}.so", check, f"{name} did not come back within 1 seconds", "--only", check,
                                 "--time-limit", "3", how="hang", **{"in": call}, **settings)
        for how, words in (("error", "it did not recover: recovery by journal"), ("exception", "nobody thought of sink"),
                           ("number", "it threw something that is no exception"), ("crash", "ended by signal 11")):
            self.assertFails(BAD / "bad_throwing_sink.so", "killed-at-begin", words, "--only", "killed-at-begin", how=how,
                             url="file:${FOLDER}/x", **{"in": "recover"})

    def test_crashes_and_hangs_end_one_check_alone(self):
        for how, words in (("crash", "ended by signal 11 (Segmentation fault)"), ("number", "no exception"), ("exception", "nobody thought of"),
                           ("error", "it went wrong in")):
            for library, call, settings in (("throwing_source", "next", {"url": "throwing:x"}), ("throwing_transform", "apply", {}),
                                            ("throwing_sink", "write", {"url": "file:${FOLDER}/x"})):
                with self.subTest(f"{library} {how}"):
                    report = self.check(BAD / f"bad_{library}.so", expect=1, how=how, **{"in": call}, **settings)
                    failed = self.failures(report)
                    self.assertIn(words, " ".join(failed.values()))
                    self.assertGreaterEqual(report["passed"], 5)
        report = self.check(BAD / "bad_throwing_source.so", "--only", "items", "--only", "info", "--time-limit", "3", expect=1, how="hang",
                            url="throwing:x", **{"in": "next"})
        self.assertEqual(list(self.failures(report)), ["items"])
        self.assertRegex(self.failures(report)["items"], "a call never came back|did not end within 3 seconds")


class CommandLine(Conformance):
    def test_output_is_a_line_a_check_and_a_summary(self):
        done = self.roost("test-plugin", GOOD / "fixture_counter.so", "--set", "url=counter:x")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], f"source counter 1.0   ({GOOD}/fixture_counter.so)")
        self.assertEqual(lines[1], "  ok       loads")
        self.assertIn("  skipped  reread: it says that its rows can be read once", lines)
        self.assertRegex(lines[-1], r"^\d+ passed, 0 failed, \d skipped$")

    def test_the_list_runs_nothing(self):
        done = self.roost("test-plugin", GOOD / "fixture_discard.so", "--list")
        self.assertRegex(done.stdout, r"(?m)^abort-after-prepare +nothing is left when it is aborted after prepare\(\)$")
        self.assertNotIn("ok", done.stdout.split())

    def test_options_from_a_file(self):
        file = self.folder / "options.yaml"
        file.write_text("url: 'counter:x'\ntables: [a, b]\n")
        self.assertEqual(self.failures(self.check(GOOD / "fixture_counter.so", "--options", file, "--only", "items")), {})
        file.write_text("url: 'counter:x'\nrosw: 5\n")
        failed = self.failures(self.check(GOOD / "fixture_counter.so", "--options", file, "--only", "items", expect=1))
        self.assertIn("unknown option 'rosw'", failed["items"])
        self.assertIn("did you mean 'rows'?", failed["items"])

    def test_mistakes_are_told(self):
        self.assertIn("did you mean 'memory'?",
                      self.roost("test-plugin", GOOD / "fixture_counter.so", "--only", "memroy", expect=1).stderr)
        self.assertIn("there-is-none.so", self.roost("test-plugin", self.folder / "there-is-none.so", expect=1).stdout)
        self.assertIn("FILE is required", self.roost("test-plugin", expect=2).stderr)
        self.assertIn("the command of --before failed: false",
                      self.roost("test-plugin", GOOD / "fixture_counter.so", "--before", "false", "--only", "info", expect=1).stdout)


if __name__ == "__main__":
    unittest.main()
