"""A run that ends early, at any moment and for any reason, leaves no archive under its name."""
import os
import resource
import random
import re
import shutil
import signal
import subprocess
import tarfile
import time
import unittest

from support import PIPELINES, ROOST, Archive, RoostCase, aviary_data, make_user_files


def enlarge(data, users, megabytes=60):
    """Enough that a run takes long enough to be hit."""
    generator = random.Random(7)
    block = generator.randbytes(1 << 20)
    for i in range(megabytes):
        (data / "users" / users[0] / "pdfs" / f"large {i}.bin").write_bytes(block[i:] + block[:i])


class Killed(RoostCase):
    def setUp(self):
        super().setUp()
        users = aviary_data(self.data)
        enlarge(self.data, users)

    def launch(self, name):
        return self.start("run", PIPELINES / "full-backup.yaml", "--set", f"out={self.out / name}", "--progress", "none")

    def duration(self):
        began = time.monotonic()
        self.backup("measure.tar.gz")
        (self.out / "measure.tar.gz").unlink()
        return time.monotonic() - began

    def test_sigkill_at_any_moment_leaves_no_archive_and_the_next_run_cleans_up(self):
        whole = self.duration()
        generator = random.Random(3)
        interrupted = 0
        for i in range(25):
            process = self.launch("killed.tar.gz")
            time.sleep(generator.uniform(0, whole))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            target = self.out / "killed.tar.gz"
            if target.exists():
                Archive(target)  # then it is whole
                target.unlink()
            else:
                interrupted += 1
        self.assertGreater(interrupted, 5, "the test hit too few moments to mean anything")
        self.backup("after.tar.gz")
        self.assertEqual([p.name for p in self.out.iterdir()], ["after.tar.gz"])
        Archive(self.out / "after.tar.gz")

    def test_a_signal_aborts_cleanly_and_says_so(self):
        whole = self.duration()
        for number in (signal.SIGINT, signal.SIGTERM):
            for part in (0.2, 0.5, 0.7):
                process = self.launch("signalled.tar.gz")
                time.sleep(whole * part)
                process.send_signal(number)
                _, stderr = process.communicate(timeout=30)
                if process.returncode == 0:
                    (self.out / "signalled.tar.gz").unlink()
                    continue
                if process.returncode in (-number,):  # before the program had set up its signals
                    continue
                self.assertEqual(process.returncode, 130, stderr)
                self.assertIn("interrupted", stderr)
                self.assertIn("nothing at the target has changed", stderr)
                self.assertNothingLeft()

    def caught_while_writing(self, name, number):
        """A run that got the signal while its archive was unfinished; on a busy machine that may take a few tries."""
        for _ in range(20):
            process = self.launch(name)
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and not list(self.out.iterdir()):
                time.sleep(0.001)
            process.send_signal(number)
            time.sleep(0.05)
            if any("roost-partial" in p.name for p in self.out.iterdir()):
                return process
            if number == signal.SIGSTOP:
                process.send_signal(signal.SIGCONT)
            process.communicate(timeout=60)
            (self.out / name).unlink(missing_ok=True)
        self.fail("no run could be caught while it wrote")

    def test_recover_removes_what_a_kill_left(self):
        self.caught_while_writing("killed.tar.gz", signal.SIGKILL).communicate()
        left = [p.name for p in self.out.iterdir()]
        self.assertEqual(len(left), 1, left)
        self.assertIn("roost-partial", left[0])
        done = self.roost("recover")
        self.assertIn(left[0], done.stdout)
        self.assertNothingLeft()
        self.assertEqual(self.roost("recover").stdout, "nothing to recover\n")

    def test_a_partial_file_of_a_living_run_is_left_alone(self):
        slow = self.caught_while_writing("slow.tar.gz", signal.SIGSTOP)
        try:
            self.backup("quick.tar.gz")
            self.assertEqual(self.roost("recover").stdout,
                             f"a run of 'full-backup' is going on (process {slow.pid}) and was left alone\n")
            self.assertTrue(any("roost-partial" in p.name for p in self.out.iterdir()))
        finally:
            slow.send_signal(signal.SIGCONT)
        _, stderr = slow.communicate(timeout=60)
        self.assertEqual(slow.returncode, 0, stderr)
        self.assertEqual(sorted(p.name for p in self.out.iterdir()), ["quick.tar.gz", "slow.tar.gz"])


class NoSpace(RoostCase):
    def setUp(self):
        super().setUp()
        users = aviary_data(self.data)
        enlarge(self.data, users, 8)

    def test_a_file_size_limit_at_any_point(self):
        for limit in (0, 1, 5_000, 100_000, 1_000_000, 4_000_000, 8_000_000):
            with self.subTest(limit=limit):
                # dash and bash would set SIGXFSZ for us; a limit that is set here leaves it to the program
                done = subprocess.run(
                    [ROOST, "run", PIPELINES / "full-backup.yaml", "--set", f"out={self.out}/full.tar.gz"],
                    env=self.environment(ROOST_STATE_DIR="/proc/none"), capture_output=True, text=True, timeout=60,
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
                self.assertEqual(done.returncode, 1, done.stderr)
                errors = [l for l in done.stderr.splitlines() if "error:" in l]
                self.assertEqual(len(errors), 1, done.stderr)
                self.assertNothingLeft()

    def test_temporary_room_that_runs_out_is_named_and_not_the_target(self):
        target = self.backup()
        server = self.folder / "server"
        server.mkdir()
        done = subprocess.run(
            [ROOST, "run", PIPELINES / "restore.yaml", "--set", f"archive={target}", "--dry-run"],
            env=self.environment(DATA_DIR=server), capture_output=True, text=True, timeout=60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(f"in its temporary copy: the folder '{self.temporary}' has no room left", done.stderr)
        self.assertIn("let TMPDIR name a folder with more", done.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small file system needs root")
    def test_a_full_disk(self):
        mount = self.folder / "small"
        mount.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", mount], capture_output=True).returncode:
            self.skipTest("no tmpfs can be mounted here")
        self.addCleanup(subprocess.run, ["umount", mount])
        done = self.roost("run", PIPELINES / "full-backup.yaml", "--set", f"out={mount}/full.tar.gz", expect=1)
        self.assertIn("the file system is full", done.stderr)
        self.assertIn("full.tar.gz", done.stderr)
        self.assertEqual(list(mount.iterdir()), [])


class FilesThatChange(RoostCase):
    def test_a_file_that_shrinks_or_vanishes_is_named_and_the_rest_is_kept(self):
        users = aviary_data(self.data)
        pdfs = self.data / "users" / users[0] / "pdfs"
        (pdfs / "zz shrinking.bin").write_bytes(os.urandom(1 << 20) * 24)
        enlarge(self.data, users, 40)
        process = self.start("run", PIPELINES / "full-backup.yaml", "--set", f"out={self.out}/b.tar.gz", "--progress", "none")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not list(self.out.iterdir()):
            time.sleep(0.001)
        process.send_signal(signal.SIGSTOP)
        os.truncate(pdfs / "zz shrinking.bin", 1_500_000)
        process.send_signal(signal.SIGCONT)
        _, stderr = process.communicate(timeout=60)
        self.assertIn(process.returncode, (0, 3), stderr)
        archive = Archive(self.out / "b.tar.gz")
        if process.returncode == 3:
            self.assertIn("zz shrinking.bin", stderr)
        self.assertIn(f"filesystem/documents/{users[0]}/zz shrinking.bin".encode(), archive.members)


if __name__ == "__main__":
    unittest.main()
