"""Files and archives in a bucket of a real S3 server (scripts/with-s3.sh), written and read by rclone beside roost."""
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest
import uuid
from pathlib import Path

from support import PIPELINES, Restoring, aviary_data, make_user_files, server_state, tree, write

COPY = """roost: 1
name: copy
sources:
  - {plugin: storage, url: "%s"}
sinks:
  - {plugin: storage, url: "%s"}
"""


class Bucket(Restoring):
    def setUp(self):
        super().setUp()
        folder = os.environ.get("ROOST_TEST_S3_FOLDER")
        self.assertTrue(folder, "no S3 server: run the tests by scripts/with-s3.sh")
        self.bucket = "e2e-" + uuid.uuid4().hex[:12]
        self.place = Path(folder) / self.bucket
        self.place.mkdir()
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)
        self.s3 = {"STORAGE_BACKEND": "s3", "S3_BUCKET": self.bucket}

    def rclone(self, *arguments, endpoint=None):
        settings = {"TYPE": "s3", "PROVIDER": "Other", "ACCESS_KEY_ID": os.environ["S3_ACCESS_KEY_ID"],
                    "SECRET_ACCESS_KEY": os.environ["S3_SECRET_ACCESS_KEY"],
                    "ENDPOINT": endpoint or os.environ["S3_ENDPOINT"], "REGION": "us-east-1"}
        env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        env.update({"RCLONE_CONFIG_GW_" + k: v for k, v in settings.items()}, RCLONE_CONFIG="/dev/null")
        done = subprocess.run(["rclone", *arguments], env=env, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def upload(self, folder, prefix="users"):
        self.rclone("copy", str(folder), f"gw:{self.bucket}/{prefix}")

    def objects(self, prefix="users"):
        """{key: (bytes, seconds of mtime)}, as another program sees them."""
        listed = json.loads(self.rclone("lsjson", "-R", "--files-only", f"gw:{self.bucket}/{prefix}")) if (self.place / prefix).exists() else []
        return {one["Path"]: ((self.place / prefix / one["Path"]).read_bytes(), one["ModTime"][:19]) for one in listed}

    def local(self, folder):
        return {str(p.relative_to(folder)): (p.read_bytes(), time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(p.stat().st_mtime)))
                for p in folder.rglob("*") if p.is_file()}

    def assertNothingStaged(self):
        """No staging area, no unfinished upload: looked for in the server's own folder."""
        self.assertEqual([str(p) for p in self.place.rglob(".roost-staging*")], [])
        parts = self.place / ".sgwtmp" / "multipart"
        self.assertEqual([str(p) for p in parts.rglob("*") if p.is_file()] if parts.exists() else [], [])

    def copy(self, source, sink, *arguments, **more):
        path = self.folder / "copy.yaml"
        path.write_text(COPY % (source, sink))
        return self.roost("run", path, "--yes", "--progress", "none", *arguments, **more)

    def users(self):
        """A folder of users with small and large files; names that S3 can hold."""
        folder = self.folder / "users"
        make_user_files(folder, ["u1", "u2"], awkward=False)
        write(folder / "u1" / "pdfs" / "\u00e4\u00f6 + \u65e5\u672c & 100%.pdf", b"unicode", 0o600, 1_500_000_003)
        write(folder / "u1" / "pdfs" / "empty.pdf", b"", 0o644, 1_500_000_004)
        (folder / "u2" / "pdfs" / "deep" / "er").mkdir(parents=True)
        write(folder / "u2" / "pdfs" / "deep" / "er" / "large.bin", random.Random(3).randbytes(20_000_000), 0o644, 1_500_000_006)
        return folder


class Backup(Bucket):
    def test_a_server_that_keeps_its_files_in_s3_is_backed_up_and_restored_by_the_definitions_as_they_stand(self):
        users = aviary_data(self.data, extra_files=False)
        write(self.data / "users" / users[0] / "pdfs" / "\u00e4 b+c.pdf", os.urandom(12_000_000), 0o644, 1_500_000_003)
        self.upload(self.data / "users")
        before = self.local(self.data / "users")
        files, _ = tree(self.data / "users")
        shutil.move(self.data / "users", self.folder / "elsewhere")
        unpacked = self.folder / "unpacked"
        unpacked.mkdir()
        subprocess.run(["tar", "xzf", self.backup(env=self.s3), "-C", unpacked], check=True)
        self.assertEqual({os.fsencode(p.relative_to(unpacked)): (p.read_bytes(), int(p.stat().st_mtime))
                          for p in (unpacked / "filesystem").rglob("*") if p.is_file()},
                         {name: (content, seconds) for name, (content, _, seconds) in files.items()})
        # Into a bucket that holds other things: what is stale goes, what is no user's stays.
        self.rclone("purge", f"gw:{self.bucket}/users")
        stale = self.folder / "stale"
        make_user_files(stale, ["99999999-9999-4999-8999-999999999999"], seed=5, awkward=False)
        self.upload(stale)
        self.upload(stale, "backups")
        other = self.objects("backups")
        server = self.empty_server()
        archive = self.out / "backup.tar.gz"
        asked = self.restore(archive, server, env=self.s3, expect=1)
        self.assertIn("documents of 1 user: 5 files", asked.stdout + asked.stderr)
        self.restore(archive, server, "--yes", env=self.s3)
        self.assertEqual(self.objects(), before)
        self.assertEqual(self.objects("backups"), other)
        self.assertFalse((server / "users").exists())
        self.assertNothingStaged()

    def test_an_archive_goes_to_s3_and_comes_from_it(self):
        aviary_data(self.data)
        state = server_state(self.data)
        url = f"s3://{self.bucket}/backups/nightly one.tar.gz"
        self.roost("run", PIPELINES / "full-backup.yaml", "--set", f"out={url}", "--progress", "none")
        self.assertEqual([p.name for p in (self.place / "backups").iterdir()], ["nightly one.tar.gz"])
        subprocess.run(["tar", "tzf", self.place / "backups" / "nightly one.tar.gz"], check=True, capture_output=True)
        server = self.empty_server()
        self.restore(url, server, "--yes")
        self.assertEqual(server_state(server), state)
        self.assertNothingStaged()
        self.roost("verify", url)
        self.assertIn("documents", self.roost("inspect", url).stdout)
        again = self.roost("run", PIPELINES / "full-backup.yaml", "--set", f"out={url}", "--progress", "none", expect=1)
        self.assertIn(f"'{url}' exists already; choose another name or set 'on-existing: replace'", again.stderr + again.stdout)

    def test_an_archive_goes_to_s3_without_a_journal_and_that_is_told_once(self):
        aviary_data(self.data)
        done = self.roost("run", PIPELINES / "full-backup.yaml", "--set", f"out=s3://{self.bucket}/a.tar.gz", "--progress", "none",
                          env={"ROOST_STATE_DIR": "/proc/none"})
        self.assertEqual(done.stderr.count("no journal is kept, so that what a crash would leave has to be looked for by hand: "), 1, done.stderr)
        self.roost("verify", f"s3://{self.bucket}/a.tar.gz")

    def test_a_users_export_from_s3_holds_nobody_elses_files(self):
        aviary_data(self.data)
        with sqlite3.connect(self.data / "aviary.db") as database:
            users = database.execute("SELECT id, username FROM users ORDER BY id").fetchall()
        shutil.rmtree(self.data / "users")
        make_user_files(self.data / "users", [users[0][0], "nobody-here"], awkward=False)
        self.upload(self.data / "users")
        shutil.rmtree(self.data / "users")
        out = self.out / "export.tar.gz"
        self.roost("run", PIPELINES / "user-export.yaml", "--set", f"users={users[0][1]}", "--set", f"out={out}", "--progress",
                   "none", env=self.s3)
        names = subprocess.run(["tar", "tzf", out], check=True, capture_output=True, text=True).stdout.split("\n")
        files = [name for name in names if name.startswith("filesystem/") and not name.endswith("/")]
        self.assertEqual(len(files), 6)
        self.assertTrue(all(users[0][0] in name for name in files), files)


class Copies(Bucket):
    def test_there_and_back_again_every_byte_and_time(self):
        users = self.users()
        self.copy(f"file:{users}", f"s3://{self.bucket}/users")
        self.assertEqual(self.objects(), self.local(users))
        self.assertNothingStaged()
        back = self.folder / "back"
        back.mkdir()
        self.copy(f"s3://{self.bucket}/users", f"file:{back}")
        self.assertEqual(self.local(back), self.local(users))
        self.assertEqual((back / "u1/pdfs/\u00e4\u00f6 + \u65e5\u672c & 100%.pdf").stat().st_mode & 0o777, 0o600)

    def test_empty_folders_are_counted_and_come_back_by_markers(self):
        users = self.folder / "users"
        for name in ("u1/pdfs/empty", "u1/pdfs/full", "u2/pdfs/z/none", "u3/pdfs"):
            (users / name).mkdir(parents=True)
        (users / "u1/pdfs/full/a.pdf").write_bytes(b"a")
        said = self.copy(f"file:{users}", f"s3://{self.bucket}/users")
        self.assertIn("2 empty folders are left out: a bucket has no folders ('folder-markers: true' keeps them)", said.stdout + said.stderr)
        self.assertEqual(list(self.objects()), ["u1/pdfs/full/a.pdf"])

    def test_what_no_kind_has_is_named_and_left_out(self):
        self.upload(self.users())
        other = self.folder / "other"
        other.mkdir()
        write(other / "stray", b"stray", 0o644, 1_500_000_000)
        self.upload(other, "users/u1/other")
        back = self.folder / "back"
        back.mkdir()
        said = self.copy(f"s3://{self.bucket}/users", f"file:{back}")
        self.assertIn(f"left out, because no kind of file has them (1 object, 5 bytes): 's3://{self.bucket}/users/u1/other/stray'",
                      said.stderr + said.stdout)

    def test_a_name_that_s3_cannot_hold_is_refused_and_nothing_changes(self):
        users = self.users()
        self.upload(users)
        before = self.objects()
        write(os.fsencode(users) + b"/u1/pdfs/bad \xff.pdf", b"x", 0o644, 1)
        said = self.copy(f"file:{users}", f"s3://{self.bucket}/users", expect=1)
        self.assertIn("'documents/u1/bad \\xff.pdf' has a name that is not UTF-8, which S3 does not take", said.stderr)
        self.assertEqual(self.objects(), before)
        self.assertNothingStaged()

    def test_wrong_credentials_and_buckets_are_told_and_no_secret_is(self):
        users = self.users()
        said = self.copy(f"file:{users}", f"s3://{self.bucket}/users", expect=1, env={"S3_SECRET_ACCESS_KEY": "not-the-secret"})
        self.assertIn("the server does not accept the signature (SignatureDoesNotMatch)", said.stderr)
        self.assertNotIn("not-the-secret", said.stderr + said.stdout)
        said = self.copy(f"file:{users}", "s3://no-such-bucket-e2e/users", expect=1)
        self.assertIn("there is no such bucket (NoSuchBucket)", said.stderr)
        said = self.copy(f"file:{users}", f"s3://{self.bucket}/users", expect=1, env={"S3_SECRET_ACCESS_KEY": ""})
        self.assertIn("only one of the two parts of the S3 credentials, the access key id", said.stderr)
        self.assertEqual(self.objects(), {})

    def test_a_source_without_a_file_takes_nothing_away(self):
        """A typing error in the prefix, a bucket that is the wrong one, a disk that is not mounted."""
        users = self.users()
        self.copy(f"file:{users}", f"s3://{self.bucket}/users")
        empty = self.folder / "empty"
        empty.mkdir()
        before = self.objects()
        for source in (f"file:{empty}", f"s3://{self.bucket}/usres"):
            done = self.copy(source, f"s3://{self.bucket}/users", expect=1)
            self.assertIn("not one file came, and all that is there would go: configs of 2 users: 2 files, 76 bytes; documents of 2 users: 13 files, ", done.stderr)
            self.assertIn("'partial: replace' removes them all the same", done.stderr)
            self.assertEqual(self.objects(), before)
            self.assertNothingStaged()
        state = self.local(users)
        self.assertIn("not one file came", self.copy(f"s3://{self.bucket}/usres", f"file:{users}", expect=1).stderr)
        self.assertEqual(self.local(users), state)
        self.assertEqual([p.name for p in users.iterdir() if "roost" in p.name], [])

    def test_objects_that_a_server_lets_be_removed_and_not_replaced_are_replaced(self):
        """versitygw with names of 240 bytes and more."""
        users = self.folder / "users"
        (users / "u1" / "pdfs").mkdir(parents=True)
        for content in (b"small", b"other"):
            for size in (239, 240, 250):
                write(users / "u1" / "pdfs" / ("s" * size), content * 3, 0o600, 1_500_000_003)
                write(users / "u1" / "pdfs" / ("l" * size), content * 500_000, 0o600, 1_500_000_003)
            self.copy(f"file:{users}", f"s3://{self.bucket}/users")
            self.assertEqual(self.objects(), self.local(users))
            self.assertNothingStaged()

    def test_a_backup_of_a_half_restored_bucket_is_told_from_a_whole_one(self):
        self.copy(f"file:{self.users()}", f"s3://{self.bucket}/users")
        left = self.place / "users" / ".roost-staging-abcdefghij" / "log"
        left.mkdir(parents=True)
        (left / "1").write_bytes(b"what another machine's restore has staged")
        done = self.copy(f"s3://{self.bucket}/users", f"file:{self.folder / 'copy'}", expect=3)
        self.assertIn(f"'s3://{self.bucket}/users/.roost-staging-abcdefghij': it is left of an interrupted restore, or another one is going on", done.stderr)
        (self.folder / "copy" / ".roost-staging-abcdefghij").mkdir()
        done = self.copy(f"file:{self.folder / 'copy'}", f"s3://{self.bucket}/elsewhere", expect=3)
        self.assertIn("copy/.roost-staging-abcdefghij: it is left of an interrupted restore", done.stderr)

    def test_modes(self):
        users = self.users()
        self.upload(users)
        coming = self.folder / "coming"
        make_user_files(coming, ["u2"], seed=8, awkward=False)
        text = (COPY % (f"file:{coming}", f"s3://{self.bucket}/users")).replace('users"}\n', 'users", mode: "${mode}"}\n')
        path = self.folder / "modes.yaml"
        path.write_text(text)
        run = lambda mode, expect=0: self.roost("run", path, "--yes", "--progress", "none", "--set", f"mode={mode}", expect=expect)
        said = run("add", 1)
        self.assertIn("is there already, with other bytes than come", said.stderr)
        self.assertEqual(self.objects(), self.local(users))
        run("merge")
        self.assertEqual(self.objects(), {**self.local(users), **self.local(coming)})
        run("replace-users")
        others = {k: v for k, v in self.local(users).items() if k.startswith("u1/")}
        self.assertEqual(self.objects(), {**others, **self.local(coming)})
        self.assertIn("files there already: 6", run("add").stdout)
        run("replace")
        self.assertEqual(self.objects(), self.local(coming))
        self.assertNothingStaged()


class Killed(Bucket):
    def kill(self, running):
        """And lets the server end with what it has: a part that is complete on its way may land after its upload is
        aborted (AbortMultipartUpload in S3's API reference), and no client sees it any more."""
        running.send_signal(signal.SIGKILL)
        running.communicate()
        time.sleep(0.5)

    def test_after_a_kill_at_any_moment_recovery_makes_it_all_old_or_all_new(self):
        new, old = self.users(), self.folder / "old"
        for i in range(400):
            write(new / "u1" / "pdfs" / f"small {i}.pdf", os.urandom(3000), 0o644, 1_500_000_000 + i)
        make_user_files(old, ["u1", "u3"], seed=4, awkward=False)
        states = {"old": self.local(old), "new": self.local(new)}
        path = self.folder / "copy.yaml"
        path.write_text(COPY % (f"file:{new}", f"s3://{self.bucket}/users"))
        self.upload(old)
        began = time.monotonic()
        self.copy(f"file:{new}", f"s3://{self.bucket}/users")
        whole = time.monotonic() - began
        self.assertEqual(self.objects(), states["new"])
        seen = set()
        for i in range(12):
            self.copy(f"file:{old}", f"s3://{self.bucket}/users")
            self.assertEqual(self.objects(), states["old"])
            path.write_text(COPY % (f"file:{new}", f"s3://{self.bucket}/users"))
            running = self.start("run", path, "--yes", "--progress", "none")
            time.sleep(whole * (i + 0.5) / 12)
            self.kill(running)
            self.roost("recover", expect=None)
            now = self.objects()
            state = next((name for name, wanted in states.items() if wanted == now), None)
            self.assertIsNotNone(state, sorted(now)[:20])
            seen.add(state)
            self.assertNothingStaged()
        self.assertIn("old", seen)

    def test_an_archives_upload_that_was_killed_is_aborted_by_recovery(self):
        aviary_data(self.data)
        write(next((self.data / "users").iterdir()) / "pdfs" / "huge.bin", os.urandom(60_000_000), 0o644, 1)
        running = self.start("run", PIPELINES / "full-backup.yaml", "--set", f"out=s3://{self.bucket}/a.tar.gz", "--progress", "none")
        parts = self.place / ".sgwtmp" / "multipart"
        for _ in range(2000):
            if parts.exists() and any(p.is_file() for p in parts.rglob("*")):
                break
            time.sleep(0.005)
        self.kill(running)
        self.assertFalse((self.place / "a.tar.gz").exists())
        self.roost("recover")
        self.assertNothingStaged()


if __name__ == "__main__":
    unittest.main()
