"""Messages that lead on: what was meant, where it is, what to type next."""
import os
import shlex
import shutil
import subprocess
import unittest
from pathlib import Path

from support import PIPELINES, ROOST, RoostCase, aviary_data


class Definitions(RoostCase):
    def test_one_that_ships_with_roost_is_found_for_who_looks_elsewhere(self):
        for verb in ("run", "check"):
            for name in ("full-backup.yaml", "pipelines/full-backup.yaml"):
                done = self.roost(verb, name, cwd=self.folder, expect=2)
                self.assertEqual(done.stderr, f"{name}: error: there is no such file\n"
                                              f"  one of that name comes with roost: {PIPELINES}/full-backup.yaml\n")
        done = self.roost("run", "mine.yaml", cwd=self.folder, expect=2)
        self.assertEqual(done.stderr, "mine.yaml: error: there is no such file\n")

    def test_one_to_run_before_a_copy_is_found_where_it_ships(self):
        shutil.copy(PIPELINES / "restore.yaml", self.folder / "mine.yaml")
        for verb in ("run", "check"):
            done = self.roost(verb, "mine.yaml", "--set", "safety_backup=x.tar.gz", cwd=self.folder, expect=2, env={"DATA_DIR": self.folder})
            self.assertRegex(done.stderr, "'before' names full-backup.yaml: there is no such file\n")
            self.assertIn(f"  one of that name comes with roost: {PIPELINES}/full-backup.yaml\n", done.stderr)

    def test_an_installed_one_is_found_too(self):
        prefix = self.folder / "it's here"
        for folder in ("bin", "lib", "share/roost/pipelines"):
            (prefix / folder).mkdir(parents=True)
        shutil.copy(ROOST, prefix / "bin" / "roost")
        (prefix / "share/roost/pipelines/full-backup.yaml").write_text("roost: 1\n")
        libraries = Path(ROOST).parent.parent / "lib"
        done = subprocess.run([prefix / "bin" / "roost", "check", "full-backup.yaml"], cwd=self.out, capture_output=True, text=True,
                              env=self.environment(LD_LIBRARY_PATH=libraries), timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("  one of that name comes with roost: " + shlex.quote(f"{prefix}/share/roost/pipelines/full-backup.yaml")
                      .replace("'\"'\"'", "'\\''"), done.stderr)

    def test_one_that_is_there_and_wrong_needs_no_other(self):
        (self.folder / "full-backup.yaml").write_text("roost: 2\n")
        done = self.roost("check", "full-backup.yaml", cwd=self.folder, expect=2)
        self.assertNotIn("comes with roost", done.stderr)


class Scaffolds(RoostCase):
    def test_the_next_steps_can_be_typed_as_they_are(self):
        for name in ("plain", "with a blank", "it's; touch pwned", "$HOME", "-S"):
            with self.subTest(name):
                made = self.roost("new", "plugin", "source", "probe", *(["--"] if name.startswith("-") else []), name, cwd=self.out)
                steps = made.stdout.split("go on with:\n", 1)[1]
                # What the shell makes of them, with programs that print their words.
                shown = subprocess.run(["sh", "-c", 'cmake() { printf "<%s>" cmake "$@"; }; ctest() { printf "<%s>" ctest "$@"; }\n' + steps],
                                       cwd=self.out, capture_output=True, text=True, check=True).stdout
                folder = "./-S" if name == "-S" else name
                self.assertEqual(shown, f"<cmake><-S><{folder}><-B><{folder}/build><cmake><--build><{folder}/build>"
                                        f"<ctest><--test-dir><{folder}/build><--output-on-failure>")
        self.assertFalse((self.out / "pwned").exists())
        made = self.roost("new", "pipeline", "my backup.yaml", cwd=self.out)
        self.assertEqual(made.stdout, "my backup.yaml was written; go on with: roost check 'my backup.yaml'\n")


class Archives(RoostCase):
    def setUp(self):
        super().setUp()
        aviary_data(self.data, extra_files=False)

    def test_one_without_an_ending_is_known_by_its_first_bytes(self):
        for ending in ("tar.gz", "zip"):
            archive = self.backup(f"backup.{ending}")
            plain = self.out / f"from {ending}"
            archive.rename(plain)
            for verb in ("verify", "inspect"):
                self.assertIn("made:", self.roost(verb, plain).stdout)
        self.assertIn("verified:     every byte was read and is sound", self.roost("verify", plain).stdout)

    def test_what_cannot_be_known_is_said(self):
        known = "tar.gz, tgz, tar.gz.gpg, tar.gz.pgp, tgz.gpg, tgz.pgp, zip, zip.gpg, zip.pgp"
        (self.out / "noext").write_text("hello\n")
        (self.out / "empty").write_bytes(b"")
        for name in ("noext", "empty"):
            done = self.roost("verify", name, cwd=self.out, expect=1)
            self.assertEqual(done.stderr, f"roost: {name} is no archive by its name's ending, and by its first bytes neither gzip nor zip "
                                          f"nor OpenPGP\n  archives end in: {known}; --format names the format of one that does not\n")
        done = self.roost("verify", "missing", cwd=self.out, expect=1)
        self.assertEqual(done.stderr, "roost: cannot read missing: No such file or directory\n")
        done = self.roost("verify", "-", stdin=subprocess.DEVNULL, expect=1)
        self.assertEqual(done.stderr, f"roost: standard input does not tell the archive's format\n  --format names it; known are: {known}\n")
        done = self.roost("verify", "noext", "--format", "rar", cwd=self.out, expect=1)
        self.assertIn("no plugin reads archives of format 'rar'", done.stderr)

    def test_an_encrypted_one_whose_name_hides_what_is_in_it(self):
        passphrase = self.folder / "passphrase"
        passphrase.write_text("of several words")
        archive = self.backup("backup.zip.gpg", env={"BACKUP_PASSPHRASE_FILE": passphrase})
        archive.rename(self.out / "g1.gpg")
        armoured = self.out / "g2"
        armoured.write_text("-----BEGIN PGP MESSAGE-----\n\n")
        for name in ("g1.gpg", "g2"):
            done = self.roost("verify", name, cwd=self.out, expect=1)
            self.assertEqual(done.stderr, f"roost: {name} is encrypted with OpenPGP, and its name does not tell what is in it\n"
                                          "  name it with --format, such as tar.gz.gpg or zip.gpg\n")
        self.roost("verify", "g1.gpg", "--format", "zip.gpg", "--passphrase-file", passphrase, cwd=self.out)

    def test_a_name_that_promises_another_format_is_refused(self):
        for ending in ("7z", "rar", "tar", "tar.xz", "tar.zst", "tar.bz2", "7Z", "tar.gz.asc", "zip.age", "tar.xz.gpg"):
            with self.subTest(ending):
                self.backup(f"backup.{ending}", expect=2)
                short = ending.removesuffix(".gpg").split(".")[-1].lower()
                self.assertIn(f"error: no sink 'archive' writes archives that end in '.{short}'\n", self.result.stderr)
                self.assertIn("archive formats are: tar.gz, tgz, tar.gz.gpg,", self.result.stderr)
                self.assertNothingLeft()
        for name in ("backup", "backup.2026-01-31", "backup.old"):  # no promise: the definition's format
            self.assertIn("verified", self.roost("verify", self.backup(name)).stdout)


class Secrets(RoostCase):
    def setUp(self):
        super().setUp()
        aviary_data(self.data, extra_files=False)

    def test_one_on_the_command_line_is_warned_of_once(self):
        words = ("--set {0} gives a secret, readable by every user of this machine while roost runs; "
                 "use the environment or {0}_FILE\n")
        self.backup("a.tar.gz.gpg", "--set", "BACKUP_PASSPHRASE=of several words")
        self.assertEqual(self.result.stderr.count(words.format("BACKUP_PASSPHRASE")), 1, self.result.stderr)
        self.assertNotIn("of several words", self.result.stderr + self.result.stdout)
        self.backup("b.tar.gz", "--set", "DATABASE_URL=postgresql://u:hunter2@127.0.0.1:1/none", expect=1)
        self.assertIn(words.format("DATABASE_URL"), self.result.stderr)
        self.assertNotIn("hunter2", self.result.stderr)

    def test_what_is_no_secret_or_comes_another_way_is_not(self):
        passphrase = self.folder / "passphrase"
        passphrase.write_text("of several words")
        for more, env in ((("--set", f"DATABASE_URL=sqlite:{self.data}/aviary.db"), {}), (("--set", "BACKUP_PASSPHRASE="), {}),
                          ((), {"BACKUP_PASSPHRASE": "of several words"}), ((), {"BACKUP_PASSPHRASE_FILE": passphrase})):
            target = self.backup("c.tar.gz" + (".gpg" if env else ""), *more, env=env)
            self.assertNotIn("gives a secret", self.result.stderr)
            target.unlink()


if __name__ == "__main__":
    unittest.main()
