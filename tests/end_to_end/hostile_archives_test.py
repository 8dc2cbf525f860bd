"""Archives made to do harm, and odd ones that are sound: what `roost verify` and `roost inspect` make of them."""
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from support import ROOST, SOURCE

sys.path.insert(0, str(SOURCE / "tests" / "hostile"))
import make_archives  # noqa: E402
import zip_bytes  # noqa: E402
from sample_backups import Aviary, to_json  # noqa: E402

SAMPLES = SOURCE / "tests" / "fixtures" / "archives"
MEMORY = 128 << 20
SANITIZED = bool(os.environ.get("ROOST_SANITIZED"))


class Outcome:
    def __init__(self, code, out, err, memory):
        self.code, self.out, self.err, self.memory = code, out, err, memory


def no_large_files():
    """Whoever writes more than 64 MiB into one file gets an error."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))


def run(folder, *arguments, stdin=subprocess.DEVNULL, env=None):
    """roost in an empty folder with an empty folder for temporary files; both must be empty afterwards."""
    place, temporary = folder / "place", folder / "temporary"
    place.mkdir(exist_ok=True)
    temporary.mkdir(exist_ok=True)
    with open(folder / "out", "w+b") as out, open(folder / "err", "w+b") as err:
        process = subprocess.Popen([ROOST, *map(str, arguments)], cwd=place, stdin=stdin, stdout=out, stderr=err,
                                   preexec_fn=no_large_files,
                                   env={**os.environ, "TMPDIR": str(temporary), **(env or {})})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        outcome = Outcome(process.returncode, out.read().decode(), err.read().decode(), usage.ru_maxrss * 1024)
    left = list(place.iterdir()) + list(temporary.iterdir())
    assert not left, f"{arguments} left {left}"
    return outcome


class HostileArchives(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="roost-test-")
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.archives = cls.folder / "archives"
        make_archives.write_all(cls.archives)
        cls.base = run(cls.folder, "version").memory

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def check_refused(self, outcome, part):
        self.assertEqual(outcome.code, 1, outcome.err)
        self.assertIn(part, outcome.err)
        # One error, and perhaps a line of what to do.
        lines = outcome.err.rstrip("\n").split("\n")
        self.assertTrue(lines[0].startswith("roost: "), outcome.err)
        self.assertTrue(len(lines) == 1 or (len(lines) == 2 and lines[1].startswith("  ")), outcome.err)
        self.assertFalse([c for c in outcome.err if c < " " and c != "\n"], outcome.err)
        self.check_memory(outcome)

    def check_memory(self, outcome):
        if not SANITIZED:
            self.assertLess(outcome.memory, self.base + MEMORY)

    def test_each_hostile_archive_is_refused_by_name(self):
        for name, (_, part) in make_archives.CASES.items():
            with self.subTest(name):
                self.check_refused(run(self.folder, "verify", self.archives / f"{name}.tar.gz"), part)

    def test_inspect_never_takes_what_is_not_whole_in_front(self):
        for name, (_, part) in make_archives.CASES.items():
            if name.startswith("roost-") or name == "json-field-twice":
                continue  # of roost's own it reads the front alone, and values are verify's task
            with self.subTest(name):
                self.check_refused(run(self.folder, "inspect", self.archives / f"{name}.tar.gz"), part)

    def test_odd_but_sound_archives_are_read(self):
        for name, (_, part) in make_archives.GOOD.items():
            with self.subTest(name):
                outcome = run(self.folder, "verify", self.archives / f"{name}.tar.gz")
                self.assertEqual(outcome.code, 0, outcome.err)
                self.assertIn(part, outcome.out)
                self.check_memory(outcome)

    def test_a_bomb_is_refused_before_it_is_unpacked(self):
        for name in ("10-gb-of-zeros", "roost-10-gb-of-zeros"):
            with self.subTest(name):
                before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
                self.check_refused(run(self.folder, "verify", self.archives / f"{name}.tar.gz"), "10.0 GiB")
                # To unpack it alone takes seconds.
                if not SANITIZED:
                    self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, 1.5)

    def zip_with(self, name, *members):
        path = self.folder / name
        path.write_bytes(zip_bytes.archive(members))
        return path

    def zip_bombs(self):
        """Two zips whose metadata comes last: of 2 GiB of zeros, and of a little over 1 GiB."""
        metadata = (b"metadata.json", zip_bytes.deflated(to_json(Aviary().metadata)))
        for name, pieces, part in (("large.zip", 128, "of which metadata.json does not tell, or not yet"),
                                   ("late.zip", 65, "tells of files of 30 bytes, and those before it have 1.0 GiB")):
            yield self.zip_with(name, (make_archives.USER + b"zeros", zip_bytes.deflated_run(b"\0", pieces)), metadata), part

    def test_a_bomb_in_front_of_its_metadata_reaches_no_target(self):
        data, state = self.folder / "data", self.folder / "state"
        data.mkdir()
        shutil.copy(SOURCE / "tests" / "fixtures" / "aviary" / "aviary.db", data)
        documents = data / "users" / make_archives.ALICE / "pdfs"
        documents.mkdir(parents=True)
        (documents / "kept.pdf").write_bytes(b"kept")

        def server():
            return {str(p): (p.stat().st_ino, p.read_bytes() if p.is_file() else b"") for p in sorted(data.rglob("*"))}

        before = server()
        bombs = [(self.archives / f"{name}.tar.gz", make_archives.CASES[name][1])
                 for name in ("10-gb-of-zeros-before-the-metadata", "1-gb-of-zeros-before-the-metadata",
                              "10-gb-of-blanks-in-a-table")] + list(self.zip_bombs())
        for bomb, part in bombs:
            for piped in (False, True):
                with self.subTest(bomb.name, piped=piped), open(bomb, "rb") as file:
                    outcome = run(self.folder, "run", SOURCE / "pipelines" / "restore.yaml", "--yes", "--progress", "none",
                                  "--set", f"archive={'-' if piped else bomb}", stdin=file if piped else subprocess.DEVNULL,
                                  env={"DATA_DIR": str(data), "ROOST_STATE_DIR": str(state)})
                    self.assertEqual(outcome.code, 1, outcome.err)
                    self.assertIn(part, outcome.err)
                    self.check_memory(outcome)
                    self.assertEqual(server(), before)

    def test_who_means_it_can_allow_more_than_archives_are_trusted_with(self):
        archive = self.archives / "1-gb-of-zeros-before-the-metadata.tar.gz"
        outcome = run(self.folder, "run", SOURCE / "pipelines" / "restore.yaml", "--dry-run", "--set",
                      f"archive={archive}", "--set", "max_size=2GiB",
                      env={"DATA_DIR": str(self.folder / "nobody"), "ROOST_STATE_DIR": str(self.folder / "state")})
        self.assertNotIn("is refused", outcome.err)
        self.assertIn("metadata.json tells of 30 bytes of files, but the archive has", outcome.out + outcome.err)

    def test_samples_of_other_makers(self):
        bad = {"24-gz-bad-crc": "incorrect data check", "30-path-00": "'../escape.txt' has '..' in its path",
               "30-path-01": "dotdot' has '..' in its path", "30-path-02": "has an absolute name",
               "30-path-03": "has an absolute name", "36-symlink-out-then-write": "link' is a symbolic link"}
        seen = set()
        for archive in sorted(SAMPLES.glob("*.tar.gz")):
            name = archive.name.removesuffix(".tar.gz")
            seen.add(name)
            with self.subTest(name):
                outcome = run(self.folder, "verify", archive)
                if name in bad:
                    self.check_refused(outcome, bad[name])
                else:
                    self.assertEqual(outcome.code, 0, outcome.err)
                    self.assertIn("every byte was read and is sound", outcome.out)
        self.assertEqual(set(bad) - seen, set())
        self.assertIn("00-good", seen)

    def test_an_archive_through_a_pipe_is_read_as_from_a_file(self):
        for name in ("good-roost", "good-aviary", "good-files-first"):
            with self.subTest(name):
                archive = self.archives / f"{name}.tar.gz"
                fifo = self.folder / f"{name}.fifo"
                os.mkfifo(fifo)
                with subprocess.Popen(["sh", "-c", f"(head -c 200; sleep 0.3; cat) <'{archive}' >'{fifo}'"]):
                    outcome = run(self.folder, "verify", "--format", "tar.gz", fifo)
                self.assertEqual(outcome.code, 0, outcome.err)
                self.assertEqual(outcome.out.split("\n")[1:],
                                 run(self.folder, "verify", archive).out.split("\n")[1:])


if __name__ == "__main__":
    unittest.main()
