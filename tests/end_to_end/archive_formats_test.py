"""Backups as zip and encrypted ones: what restores from them, who opens them, and where no secret may show."""
import hashlib
import io
import json
import os
import subprocess
import tarfile
import unittest
import zipfile
import zlib

from support import PIPELINES, ROOST, Restoring, aviary_data, difference, server_state

PASSPHRASE = "tr0ub4dor-and-3-horses"


class Formats(Restoring):
    def setUp(self):
        super().setUp()
        self.users = aviary_data(self.data)
        self.before = server_state(self.data)
        self.home = self.folder / "gnupg"
        self.home.mkdir(mode=0o700)
        self.addCleanup(subprocess.run, ["gpgconf", "--homedir", str(self.home), "--kill", "all"], check=False)

    def gpg(self, *arguments, **more):
        return subprocess.run(["gpg", "--homedir", self.home, "--batch", "--quiet", "--yes", "--pinentry-mode", "loopback",
                               *map(str, arguments)], check=True, capture_output=True, **more)

    def make_key(self, name):
        self.gpg("--passphrase", "", "--quick-generate-key", f"{name}@example.org", "future-default", "default", "never")
        public, secret = self.folder / f"{name}.pub", self.folder / f"{name}.key"
        public.write_bytes(self.gpg("--armor", "--export", name).stdout)
        secret.write_bytes(self.gpg("--armor", "--export-secret-keys", name).stdout)
        return public, secret

    def assertSame(self, left, right):
        self.assertTrue(left == right, difference(left, right))

    def assertRestores(self, archive, name, env=None):
        data = self.empty_server(name)
        self.restore(archive, data, env=env)
        self.assertSame(server_state(data), self.before)
        self.assertEqual(list(self.temporary.rglob("*")), [])

    def assertNothingChanges(self, archive, name, message, env=None):
        data = self.empty_server(name)
        done = self.restore(archive, data, env=env, expect=1)
        self.assertIn(message, done.stderr)
        self.assertOnlyRoostSpeaks(done.stderr)
        self.assertEqual(list(data.iterdir()), [])
        return done

    def assertOnlyRoostSpeaks(self, text):
        """Libraries print lines of their own to standard error, unless they are kept from it."""
        for line in text.splitlines():
            self.assertRegex(line, r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (debug|info|warning|error): |roost: |  |\S+\.yaml:\d)")

    def test_a_zip_holds_and_restores_what_a_tar_gz_does(self):
        zipped, tarred = self.backup("a.zip"), self.backup("a.tar.gz")
        self.assertEqual(zipped.stat().st_mode & 0o777, 0o600)
        with zipfile.ZipFile(zipped) as one, tarfile.open(tarred) as other:
            self.assertIsNone(one.testzip())
            members = {i.name for i in other.getmembers() if i.isfile() and i.name.isascii() and i.name.isprintable()}
            self.assertGreater(len(members), 30)
            for name in members - {"metadata.json", "checksums.sha256"}:
                self.assertEqual(one.read(name), other.extractfile(name).read(), name)
                self.assertEqual(one.getinfo(name).external_attr >> 16 & 0o7777, other.getmember(name).mode, name)
        self.assertRestores(zipped, "from-zip")
        self.assertIn("every byte was read", self.roost("verify", zipped).stdout)
        inspected = [json.loads(self.roost("inspect", "--json", a).stdout)["tables"] for a in (zipped, tarred)]
        self.assertEqual(inspected[0], inspected[1])
        # The first bytes decide, whatever the name says; also through a pipe.
        renamed = self.out / "renamed.tar.gz"
        renamed.write_bytes(zipped.read_bytes())
        self.assertRestores(renamed, "renamed")
        data = self.empty_server("piped")
        with open(zipped, "rb") as file:
            self.restore("-", data, "--yes", stdin=file)
        self.assertSame(server_state(data), self.before)

    def test_a_zip_that_is_damaged_changes_nothing(self):
        whole = self.backup("a.zip").read_bytes()
        bad = self.out / "bad.zip"
        for at in (0, len(whole) // 3, len(whole) // 2, len(whole) - 30):
            bad.write_bytes(whole[:at] + bytes([whole[at] ^ 8]) + whole[at + 1:])
            self.assertNothingChanges(bad, f"at{at}", "bad.zip'")
        bad.write_bytes(whole[:-1000])
        self.assertNothingChanges(bad, "cut", "is damaged: the end of its directory is missing")

    def test_a_passphrase_from_a_file_encrypts_and_opens_and_shows_nowhere(self):
        secret = self.folder / "secret"
        secret.write_text(PASSPHRASE + "\n")
        env = {"BACKUP_PASSPHRASE_FILE": secret}
        report = self.folder / "report.json"
        plan = self.roost("run", PIPELINES / "full-backup.yaml", "--set", f"out={self.out / 'p.zip.gpg'}", "--dry-run", env=env)
        self.assertIn("p.zip.gpg (encrypted)", plan.stdout)
        self.assertEqual(list(self.out.iterdir()), [])
        texts = [plan.stdout, plan.stderr]
        for name in ("a.tar.gz.gpg", "b.zip.pgp"):
            archive = self.backup(name, "--report", report, "--log-level", "debug", env=env)
            texts += [self.result.stdout, self.result.stderr, report.read_text()]
            self.assertEqual(archive.stat().st_mode & 0o777, 0o600)
            self.assertRestores(archive, f"from-{name}", env=env)
            for verb in ("inspect", "verify"):
                told = [self.roost(verb, archive, env=env), self.roost(verb, archive, "--passphrase-file", secret),
                        self.roost(verb, archive, env={"BACKUP_PASSPHRASE": PASSPHRASE})]
                self.assertIn("users", told[0].stdout)
                self.assertEqual({t.stdout for t in told}, {told[0].stdout})
                missing = self.roost(verb, archive, expect=1)
                self.assertIn(f"{name}' is encrypted, and no key was given", missing.stderr)
                self.assertIn("--passphrase-file", missing.stderr)
                wrong = self.roost(verb, archive, env={"BACKUP_PASSPHRASE": "wr0ng-horse"}, expect=1)
                self.assertIn(f"{name}' cannot be decrypted with that passphrase", wrong.stderr)
                texts += [t.stdout + t.stderr for t in [*told, missing, wrong]]
        for text in texts:
            self.assertNotIn(PASSPHRASE, text)
            self.assertNotIn("wr0ng-horse", text)
        for left in self.state.rglob("*"):
            self.assertNotIn(PASSPHRASE.encode(), left.read_bytes() if left.is_file() else b"")
        plain = self.gpg("--passphrase-file", secret, "--decrypt", self.out / "a.tar.gz.gpg").stdout
        with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
            self.assertEqual(tar.getnames()[0], "metadata.json")
            sums = tar.extractfile("checksums.sha256").read()
            self.assertIn(hashlib.sha256(tar.extractfile("schema.json").read()).hexdigest().encode(), sums)

    def test_wrong_keys_and_changed_bytes_change_nothing(self):
        env = {"BACKUP_PASSPHRASE": PASSPHRASE}
        archive = self.backup("a.tar.gz.gpg", env=env)
        self.assertNothingChanges(archive, "none", "is encrypted, and no key was given")
        self.assertNothingChanges(archive, "wrong", "cannot be decrypted with that passphrase", {"BACKUP_PASSPHRASE": "x"})
        whole = archive.read_bytes()
        bad = self.out / "bad.tar.gz.gpg"
        for i in range(1, 8):
            at = len(whole) * i // 8
            bad.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
            self.assertNothingChanges(bad, f"bit{i}", "bad.tar.gz.gpg' is damaged or was altered", env)
            bad.write_bytes(whole[:at])
            self.assertNothingChanges(bad, f"cut{i}", "bad.tar.gz.gpg' is damaged or was altered", env)
        for cut in (1, 10, 22, 40):
            bad.write_bytes(whole[:-cut])
            self.assertNothingChanges(bad, f"end{cut}", "bad.tar.gz.gpg' is damaged or was altered", env)

    def test_damage_near_the_front_is_called_damage_and_the_file_is_named(self):
        """What the garbled front of the plain bytes looks like must not show: an archive of another kind, or none."""
        alice, alice_key = self.make_key("alice")
        _, eve_key = self.make_key("eve")
        bad = self.out / "bad.tar.gz.gpg"
        altered = "bad.tar.gz.gpg' is damaged or was altered: its encrypted data is not valid"
        key = f"bad.tar.gz.gpg' cannot be decrypted with the key in '{alice_key}'"
        near = ", or the file is damaged near its beginning"
        for env, opening in (({"BACKUP_PASSPHRASE": PASSPHRASE},) * 2,
                             ({"BACKUP_RECIPIENTS": alice}, {"BACKUP_SECRET_KEY": alice_key})):
            name = f"{len(env)}{next(iter(env))}.tar.gz.gpg"
            whole = self.backup(name, env=env).read_bytes()
            session = whole[1] + 2  # bytes of the session key's packet: its length is one octet
            self.assertIn(whole[session], (0xD2, 0xC9 | 0x80))
            closed = "cannot be decrypted with that passphrase" if opening is env else key
            where = near if opening is env else "it was made for that key: the file is damaged near its beginning; take another copy of it"
            for at, bit, part in ((0, 0x80, "is damaged: its name is one of an encrypted archive, and it does not begin like one"),
                                  (0, 0x10, "is damaged: its name is one of an encrypted archive, and it does not begin like one"),
                                  (session - 3, 1, closed), (session, 1, altered), (session + 60, 1, altered),
                                  (session + 300, 0x40, altered), (session + 2000, 0x20, altered)):
                with self.subTest(name, at=at, bit=bit):
                    bad.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1:])
                    for verb in ("inspect", "verify"):
                        told = self.roost(verb, bad, env=opening, expect=1)
                        self.assertIn(part, told.stderr)
                        self.assertIn("bad.tar.gz.gpg'", told.stderr)
                        self.assertIn(where if part == closed else "take another copy of it", told.stderr)
                        self.assertOnlyRoostSpeaks(told.stderr)
            for size in (0, 1, session // 2, session + 500, session + 3000):
                with self.subTest(name, cut=size):
                    bad.write_bytes(whole[:size])
                    told = self.roost("inspect", bad, env=opening, expect=1)
                    self.assertRegex(told.stderr, "bad.tar.gz.gpg' is damaged")
                    self.assertOnlyRoostSpeaks(told.stderr)
        told = self.roost("inspect", self.out / name, env={"BACKUP_SECRET_KEY": eve_key}, expect=1)
        self.assertIn(f"it was made for another key{near}", told.stderr)
        self.assertNothingChanges(self.out / name, "none", "set BACKUP_PASSPHRASE or BACKUP_SECRET_KEY")

    def test_a_message_that_hides_whom_it_is_for_is_opened(self):
        alice, alice_key = self.make_key("alice")
        _, bob_key = self.make_key("bob")
        _, eve_key = self.make_key("eve")
        plain = self.backup("a.tar.gz")
        hidden = self.out / "hidden.tar.gz.gpg"
        self.gpg("--trust-model", "always", "--hidden-recipient", "alice", "-r", "bob", "--output", hidden, "--encrypt", plain)
        for key in (alice_key, bob_key):
            told = self.roost("verify", hidden, env={"BACKUP_SECRET_KEY": key})
            self.assertIn("verified", told.stdout)
            self.assertEqual(told.stderr, "")
        hidden.unlink()
        self.gpg("--trust-model", "always", "--throw-keyids", "-r", "alice", "-r", "bob", "--output", hidden, "--encrypt", plain)
        self.assertRestores(hidden, "bob", {"BACKUP_SECRET_KEY": bob_key})
        self.assertNothingChanges(hidden, "eve", "it does not tell for whom it was made, and that key does not open it",
                                  {"BACKUP_SECRET_KEY": eve_key})
        armored = self.out / "armored.tar.gz.gpg"
        self.gpg("--trust-model", "always", "--throw-keyids", "--armor", "-r", "alice", "--output", armored, "--encrypt", plain)
        self.assertNothingChanges(armored, "armored", "only where that is not in ASCII armor: gpg --dearmor",
                                  {"BACKUP_SECRET_KEY": alice_key})

    def test_recipients_that_name_nobody_are_no_reason_to_write_plain_bytes(self):
        for nobody in (",", " ", " , ,"):
            for pipeline in ("full-backup.yaml", "user-export.yaml"):
                done = self.roost("run", PIPELINES / pipeline, "--set", f"out={self.out / 'x.tar.gz'}", "--set", "users=*",
                                  expect=2, env={"BACKUP_RECIPIENTS": nobody})
                self.assertIn("'recipients' is not empty, but names no file of public keys", done.stderr)
        self.assertNothingLeft()

    def test_the_safety_backup_is_as_encrypted_as_what_is_restored(self):
        """Whoever can open the one can open the other, and nobody else."""
        alice, alice_key = self.make_key("alice")
        _, eve_key = self.make_key("eve")
        archive = self.backup("a.tar.gz.gpg", env={"BACKUP_RECIPIENTS": alice})
        there = server_state(self.data)
        for number, env in enumerate(({"BACKUP_SECRET_KEY": alice_key},
                                      {"BACKUP_SECRET_KEY": alice_key, "BACKUP_PASSPHRASE": PASSPHRASE})):
            safety = self.out / f"safety{number}.tar.gz.gpg"
            self.restore(archive, self.data, "--yes", "--set", f"safety_backup={safety}", env=env)
            self.assertSame(server_state(self.data), there)
            plain = self.gpg("--decrypt", safety).stdout
            self.assertEqual(plain[:2], b"\x1f\x8b")
            self.assertIn("verified", self.roost("verify", safety, env=env).stdout)
            self.roost("verify", safety, env={"BACKUP_SECRET_KEY": eve_key}, expect=1)
        signs = self.folder / "signs.key"
        self.gpg("--passphrase", "", "--quick-generate-key", "signs@example.org", "ed25519", "sign", "never")
        signs.write_bytes(self.gpg("--armor", "--export-secret-keys", "signs@example.org").stdout)
        done = self.restore(self.backup("plain.tar.gz"), self.data, "--yes", "--set", f"safety_backup={self.out / 's.tar.gz'}",
                            env={"BACKUP_SECRET_KEY": signs}, expect=1)
        self.assertIn("signs.key' has no key that encrypts", done.stderr)
        self.assertFalse((self.out / "s.tar.gz").exists())
        self.assertSame(server_state(self.data), there)

    def test_a_message_that_unpacks_without_end_is_refused(self):
        """Anybody may encrypt for a public key, and OpenPGP compresses within."""
        _, alice_key = self.make_key("alice")
        bomb = self.out / "bomb.tar.gz.gpg"
        packer = zlib.compressobj(0, zlib.DEFLATED, 31)
        piece = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_SYNC_FLUSH)
        with subprocess.Popen(["gpg", "--homedir", self.home, "--batch", "--quiet", "--trust-model", "always", "-r", "alice",
                               "--compress-algo", "zip", "-z", "6", "--output", bomb, "--encrypt"], stdin=subprocess.PIPE) as gpg:
            gpg.stdin.write(piece)
            more = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_SYNC_FLUSH)
            for _ in range(80):
                gpg.stdin.write(more)
        self.assertLess(bomb.stat().st_size, 2_000_000)
        self.assertNothingChanges(bomb, "bomb", "bomb.tar.gz.gpg' is refused: its encrypted data unpacks to more than",
                                  {"BACKUP_SECRET_KEY": alice_key})

    def test_a_key_in_place_of_its_files_name_is_shown_to_nobody(self):
        """NAME_FILE gives the content of a file, and these variables name one."""
        alice, alice_key = self.make_key("alice")
        archive = self.backup("a.tar.gz.gpg", env={"BACKUP_RECIPIENTS": alice})
        report = self.out / "report.json"
        done = self.roost("run", PIPELINES / "restore.yaml", "--set", f"archive={archive}", "--yes", "--report", report, expect=1,
                          env={"DATA_DIR": self.empty_server("leak"), "BACKUP_SECRET_KEY_FILE": alice_key})
        self.assertIn("where the name of a file of secret keys belongs, a key itself was given", done.stderr)
        for text in (done.stdout, done.stderr, report.read_text()):
            self.assertNotIn("PRIVATE KEY", text)

    def test_a_passphrase_that_got_lost_is_no_reason_to_write_plain_bytes(self):
        empty = self.folder / "empty"
        empty.write_text("\n")
        done = self.roost("run", PIPELINES / "full-backup.yaml", "--set", f"out={self.out / 'x.tar.gz'}", expect=2,
                          env={"BACKUP_PASSPHRASE_FILE": empty})
        self.assertIn(f"cannot read {empty}, which BACKUP_PASSPHRASE_FILE names: it is empty", done.stderr)
        done = self.roost("verify", self.out / "x.tar.gz.gpg", "--passphrase-file", empty, expect=1)
        self.assertEqual(done.stderr, f"roost: cannot read {empty}: it is empty\n")
        self.assertEqual(list(self.out.iterdir()), [])

    def test_public_keys_encrypt_and_their_secret_keys_open(self):
        alice, alice_key = self.make_key("alice")
        bob, bob_key = self.make_key("bob")
        _, eve_key = self.make_key("eve")
        archive = self.backup("a.tar.gz.gpg", env={"BACKUP_RECIPIENTS": f"{alice},{bob}"})
        self.assertRestores(archive, "alice", {"BACKUP_SECRET_KEY": alice_key})
        self.assertRestores(archive, "bob", {"BACKUP_SECRET_KEY": bob_key})
        self.assertNothingChanges(archive, "eve", "cannot be decrypted with the key in", {"BACKUP_SECRET_KEY": eve_key})
        self.assertNothingChanges(archive, "public", f"'{alice}' has no secret key that decrypts", {"BACKUP_SECRET_KEY": alice})
        self.assertIn("verified", self.roost("verify", archive, "--secret-key", alice_key).stdout)
        # What gpg wrote, through a pipe.
        plain = self.gpg("--decrypt", archive).stdout
        again = self.out / "by-gpg.gpg"
        self.gpg("--trust-model", "always", "--encrypt", "-r", "bob", "--output", again, "-", input=plain)
        data = self.empty_server("piped")
        with open(again, "rb") as file:
            self.restore("-", data, "--yes", env={"BACKUP_SECRET_KEY": bob_key}, stdin=file)
        self.assertSame(server_state(data), self.before)

    def test_names_and_keys_that_do_not_go_together_are_told_before_anything_is_written(self):
        for name in ("a.tar.gz.gpg", "a.tar.gz.GPG", "a.ZIP.Pgp"):
            self.backup(name, expect=1)
            self.assertIn(f"'{name}' is one of an encrypted archive, and nothing says who may read it", self.result.stderr)
        self.backup("a.tar.gz.gpg", env={"BACKUP_RECIPIENTS": self.data / "aviary.db"}, expect=1)
        self.assertIn("aviary.db' is no file of OpenPGP keys", self.result.stderr)
        self.backup("a.tar.gz.gpg", env={"BACKUP_PASSPHRASE": "p" * 300}, expect=2)
        self.assertIn("a passphrase has more than 255 bytes", self.result.stderr)
        self.assertNothingLeft()
        self.backup("a.tar.gz", env={"BACKUP_PASSPHRASE": PASSPHRASE})
        self.assertIn("'a.tar.gz.gpg' would", self.result.stdout + self.result.stderr)

    def test_nothing_plain_lies_on_the_disk_meanwhile(self):
        """What the program's own temporary files hold while it encrypts, as /proc shows them."""
        (self.data / "users" / self.users[0] / "pdfs" / "big.txt").write_bytes(b"VERY-PLAIN-TEXT " * 8_000_000)
        definition = self.folder / "stored.yaml"
        text = (PIPELINES / "full-backup.yaml").read_text().replace("    format: tar.gz ", "    level: 0\n    format: tar.gz ")
        definition.write_text(text)
        process = self.start("run", definition, "--set", f"out={self.out / 'a.tar.gz.gpg'}", "--progress", "none",
                             env={"BACKUP_PASSPHRASE": PASSPHRASE})
        seen = 0
        while process.poll() is None:
            for descriptor in self.descriptors(process.pid):
                try:
                    if not self.is_own(os.readlink(descriptor)):
                        continue
                    with open(descriptor, "rb") as file:
                        # The descriptor may have become another file's meanwhile: the data's own, which is plain.
                        name = os.readlink(f"/proc/self/fd/{file.fileno()}")
                        content = file.read(20_000_000) if self.is_own(name) else b""
                except OSError:  # closed meanwhile
                    continue
                seen = max(seen, len(content))
                self.assertFalse(b"VERY-PLAIN-TEXT" in content, name)
        self.assertEqual(process.wait(), 0, process.stderr.read())
        process.stdout.close()
        process.stderr.close()
        self.assertGreater(seen, 1_000_000)

    def is_own(self, name):
        return name.startswith((str(self.temporary), str(self.out)))

    @staticmethod
    def descriptors(pid):
        folder = f"/proc/{pid}/fd"
        try:
            return [f"{folder}/{name}" for name in os.listdir(folder)]
        except OSError:
            return []


if __name__ == "__main__":
    unittest.main()
