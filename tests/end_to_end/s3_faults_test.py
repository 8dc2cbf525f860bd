"""Between roost and a real S3 server, a network that resets, delays, cuts and alters, and answers that say "not now"."""
import os
import random
import shutil
import time
import unittest

from s3_servers import BehindProxy, Cut, Reset, answer, signed_headers, take_token
from support import make_user_files, write

COPY = """roost: 1
name: copy
sources:
  - {plugin: storage, url: "%s"}
sinks:
  - {plugin: storage, url: "%s"%s}
"""


def kind(request):
    """What a request is for, roughly: the rules below meet one of each."""
    if request.begins_upload:
        return "begin"
    if request.sends_part:
        return "part"
    if request.completes_upload:
        return "complete"
    if request.method == "POST":
        return "delete"
    if request.method == "GET" and not request.key:
        return "uploads" if "uploads" in request.query else "list"
    return request.method.lower()


class Faults(BehindProxy):
    def setUp(self):
        super().setUp()
        self.users, self.back = self.folder / "users", self.folder / "back"
        self.back.mkdir()
        make_user_files(self.users, ["u1", "u2"], awkward=False)
        write(self.users / "u2" / "pdfs" / "large.bin", random.Random(3).randbytes(20_000_000), 0o644, 1_500_000_006)
        self.everything = ""

    def copy(self, source, sink, *arguments, more="", **rest):
        path = self.folder / "copy.yaml"
        path.write_text(COPY % (source, sink, more))
        said = self.roost("run", path, "--yes", "--progress", "none", "--log-level", "debug", *arguments, **rest)
        self.everything += said.stdout + said.stderr
        return said

    def up(self, **more):
        return self.copy(f"file:{self.users}", "s3://bkt/users", **more)

    def down(self, **more):
        return self.copy("s3://bkt/users", f"file:{self.back}", **more)

    def local(self, folder):
        return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    def assertUp(self):
        self.assertEqual(self.local(self.place / "users"), self.local(self.users))
        self.assertNothingStaged()

    def assertNothingStaged(self):
        self.assertEqual([str(p) for p in self.place.rglob(".roost-staging*")], [])
        parts = self.place / ".sgwtmp" / "multipart"
        self.assertEqual([str(p) for p in parts.glob("*/*")] if parts.exists() else [], [])

    def once_each(self, fault, before=lambda request: None):
        """A rule: the first request of each kind meets the fault. What it met is in `self.met`."""
        self.met = set()

        def rule(request, forward):
            if told := before(request):
                return told
            with self.proxy.lock:
                first = kind(request) not in self.met
                self.met.add(kind(request))
            return fault(request, forward) if first else forward()
        self.proxy.rule = rule


class Passing(Faults):
    """What passes is tried again, whatever it is for, and nothing of it shows."""

    def check(self, fault, said):
        self.once_each(fault)
        up = self.up()
        self.assertUp()
        self.assertEqual(self.met, {"list", "head", "put", "begin", "part", "complete", "get", "delete"} | self.met & {"uploads"})
        self.once_each(fault)
        self.down()
        self.assertEqual(self.local(self.back), self.local(self.users))
        self.assertEqual(self.met, {"list", "get"})
        self.assertRegex(up.stderr, f"debug: sink 1 'storage' \\(s3\\): trying again to [a-z ]+ 's3://bkt/.*: {said}")

    def test_slow_down(self):
        self.check(lambda request, forward: answer(503, "SlowDown", "Please reduce your request rate."), "the server answers 503 SlowDown")

    def test_internal_errors(self):
        self.check(lambda request, forward: answer(500, "InternalError", "We encountered an internal error."),
                   "the server answers 500 InternalError")

    def test_a_gateways_pages(self):
        self.check(lambda request, forward: b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 17\r\n\r\n<html><br></html>",
                   "the server answers 502")

    def test_connections_that_are_reset_before_the_server_sees_the_request(self):
        def fault(request, forward):
            raise Reset
        self.check(fault, "")

    def test_answers_that_are_lost(self):
        def fault(request, forward):
            forward()
            raise Reset
        self.check(fault, "")

    def test_answers_that_are_lost_on_the_way_to_an_archive(self):
        def fault(request, forward):
            forward()
            raise Reset
        self.once_each(fault)
        path = self.folder / "archive.yaml"
        path.write_text((COPY % (f"file:{self.users}", "s3://bkt/a.tar.gz", "")).replace("sinks:\n  - {plugin: storage", "sinks:\n  - {plugin: archive"))
        self.roost("run", path, "--yes", "--progress", "none")
        self.assertLessEqual({"begin", "part", "complete"}, self.met)
        self.proxy.rule = None
        self.roost("verify", "s3://bkt/a.tar.gz")
        self.assertNothingStaged()

    def test_answers_that_are_cut(self):
        self.check(lambda request, forward: Cut(forward()), "")

    def test_answers_that_come_late(self):
        def fault(request, forward):
            time.sleep(1.5)
            return forward()
        self.once_each(fault)
        self.up()
        self.assertUp()

    def test_an_answer_that_never_comes_is_given_up(self):
        asked = []

        def rule(request, forward):
            if request.sends_part and not asked:
                asked.append(request)
                time.sleep(75)
                raise Reset
            return forward()
        self.proxy.rule = rule
        said = self.up(timeout=200)
        self.assertEqual(len(asked), 1)
        self.assertRegex(said.stderr, "trying again to write 's3://bkt/users/.*: Operation too slow")
        self.assertUp()

    def test_an_error_within_a_good_answer(self):
        told = []

        def rule(request, forward):
            if request.completes_upload and not told:
                told.append(request)
                return answer(200, "InternalError", "We encountered an internal error.")
            return forward()
        self.proxy.rule = rule
        self.up()
        self.assertEqual(len(told), 1)
        self.assertUp()

    def test_bytes_that_are_altered_on_their_way_to_the_server_are_sent_again(self):
        altered = []

        def rule(request, forward):
            if (request.sends_part or request.method == "PUT") and kind(request) not in altered:
                altered.append(kind(request))
                request.body = flipped(request.body)
            return forward()
        self.proxy.rule = rule
        said = self.up()
        self.assertEqual(sorted(altered), ["part", "put"])
        self.assertEqual(said.stderr.count("the server answers 400 XAmzContentSHA256Mismatch"), 2)
        self.assertUp()


class Lasting(Faults):
    """What does not pass ends the run in words, and nothing shows."""

    def test_a_server_that_is_always_busy(self):
        self.proxy.rule = lambda request, forward: answer(503, "SlowDown", "Slow.") if request.sends_part else forward()
        said = self.up(expect=1)
        self.assertRegex(said.stderr, r"error: sink 1 'storage' \(s3\).*: cannot write 's3://bkt/users/.*: the server asks to slow down \(SlowDown\)\n  run it again later")
        self.assertFalse((self.place / "users").exists() and self.local(self.place / "users"))
        self.proxy.rule = None
        self.assertNothingStaged()

    def test_bytes_that_are_always_altered_on_their_way_to_the_server(self):
        def rule(request, forward):
            if request.sends_part:
                request.body = flipped(request.body)
            return forward()
        self.proxy.rule = rule
        said = self.up(expect=1)
        self.assertIn("the bytes that came are not those that were sent (XAmzContentSHA256Mismatch)", said.stderr)
        self.assertNothingStaged()

    def test_bytes_that_are_altered_on_their_way_from_the_server_are_noticed(self):
        self.up()
        self.proxy.rule = lambda request, forward: flipped_answer(forward()) if request.key == "users/u1/pdfs/document 3.pdf" else forward()
        said = self.down(expect=1)
        self.assertIn("the bytes of 's3://bkt/users/u1/pdfs/document 3.pdf' are not those that its ETag was made of", said.stderr)
        self.assertEqual(self.local(self.back), {})

    def test_answers_that_are_always_cut(self):
        self.up()
        self.proxy.rule = lambda request, forward: Cut(forward()) if request.key == "users/u1/pdfs/document 3.pdf" else forward()
        said = self.down(expect=1)
        self.assertRegex(said.stderr, "cannot read 's3://bkt/users/u1/pdfs/document 3.pdf': .*bytes remaining to read")
        self.assertEqual(self.local(self.back), {})

    def test_an_archive_that_is_altered_on_its_way_is_no_good_backup(self):
        archive = self.folder / "archive.yaml"
        archive.write_text((COPY % (f"file:{self.users}", "s3://bkt/a.tar.gz", "")).replace("sinks:\n  - {plugin: storage", "sinks:\n  - {plugin: archive"))
        self.roost("run", archive, "--yes", "--progress", "none")
        self.roost("verify", "s3://bkt/a.tar.gz")
        reads = []

        def rule(request, forward):
            if request.method == "GET" and request.key == "a.tar.gz":
                reads.append(request)
                if len(reads) == 2:
                    return flipped_answer(forward())
            return forward()
        self.proxy.rule = rule
        self.assertIn("s3://bkt/a.tar.gz", self.roost("verify", "s3://bkt/a.tar.gz", expect=1).stderr)

    def test_what_is_no_s3_server(self):
        page = b"<html><body>Welcome</body></html>"
        self.proxy.rule = lambda request, forward: b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(page) + page
        said = self.up(expect=1)
        self.assertIn("cannot list 's3://bkt/users/': the answer is no list of objects\n  check that the endpoint is that of an S3 server", said.stderr)


class Lost(Faults):
    """A gateway that was killed and started again says at times that an upload is complete of which it has nothing."""

    def lose(self, key):
        def rule(request, forward):
            if not request.completes_upload or request.key != key:
                return forward()
            for upload in (self.place / ".sgwtmp" / "multipart").glob("*/*"):
                if list(upload.iterdir()):
                    shutil.rmtree(upload)
            body = b"<CompleteMultipartUploadResult><Key>k</Key><ETag>e-1</ETag></CompleteMultipartUploadResult>"
            return b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        self.proxy.rule = rule

    def test_an_archive_is_no_backup_before_it_is_seen(self):
        self.lose("a.tar.gz")
        path = self.folder / "archive.yaml"
        path.write_text((COPY % (f"file:{self.users}", "s3://bkt/a.tar.gz", "")).replace("sinks:\n  - {plugin: storage", "sinks:\n  - {plugin: archive"))
        said = self.roost("run", path, "--yes", "--progress", "none", expect=1)
        self.assertIn("the server says that 's3://bkt/a.tar.gz' is complete, but there is no such object", said.stderr)
        self.assertFalse((self.place / "a.tar.gz").exists())
        self.assertEqual(self.roost("recover").stdout, "nothing to recover\n")

    def test_a_key_that_may_write_and_not_look_makes_a_backup(self):
        """The rights that a careful admin gives a backup's key; what could not be looked at is said."""
        def rule(request, forward):
            written = any(r.completes_upload for r in self.proxy.requests)
            return answer(403, "AccessDenied", "Access Denied.") if request.method in ("HEAD", "GET") and request.key and written else forward()
        self.proxy.rule = rule
        path = self.folder / "archive.yaml"
        path.write_text((COPY % (f"file:{self.users}", "s3://bkt/a.tar.gz", "")).replace("sinks:\n  - {plugin: storage", "sinks:\n  - {plugin: archive"))
        said = self.roost("run", path, "--yes", "--progress", "none")
        self.assertIn("the server says that 's3://bkt/a.tar.gz' is complete; this key may not look whether it is", said.stderr)
        self.proxy.rule = None
        self.roost("verify", "s3://bkt/a.tar.gz")

    def test_a_file_of_a_restore_that_the_server_lost_is_named_and_the_others_are_placed(self):
        self.lose("users/u2/pdfs/large.bin")
        said = self.up(expect=4)
        self.assertIn("the server says that 's3://bkt/users/u2/pdfs/large.bin' is complete, but there is no such object", said.stderr)
        self.proxy.rule = None
        said = self.roost("recover", expect=4)
        self.assertIn("the server has lost what was uploaded of 1 file, which is missing now: 's3://bkt/users/u2/pdfs/large.bin'; everything else "
                      "of the restore is in place", said.stderr)
        self.assertIn("restore the archive again", said.stderr)
        wanted = self.local(self.users)
        del wanted["u2/pdfs/large.bin"]
        self.assertEqual(self.local(self.place / "users"), wanted)
        self.assertEqual([str(p) for p in self.place.rglob(".roost-staging*")], [])
        self.roost("recover")
        self.assertEqual(self.roost("recover").stdout, "nothing to recover\n")
        self.up()
        self.assertUp()


class Credentials(Faults):
    """Lent credentials, and that none of any kind is ever shown."""

    def lent(self, token="lent-token-q1w2e3"):
        return {"S3_ACCESS_KEY_ID": "", "S3_SECRET_ACCESS_KEY": "", "AWS_ACCESS_KEY_ID": os.environ["S3_ACCESS_KEY_ID"],
                "AWS_SECRET_ACCESS_KEY": os.environ["S3_SECRET_ACCESS_KEY"], "AWS_SESSION_TOKEN": token}

    def lender(self, lent):
        return lambda request: take_token(request, lent["AWS_SECRET_ACCESS_KEY"], lent["AWS_SESSION_TOKEN"])

    def assertSecret(self, *secrets):
        for place in [self.everything] + [p.read_text() for p in self.state.rglob("*") if p.is_file()] + [
                p.read_text() for p in self.folder.glob("*.json")]:
            for secret in secrets:
                self.assertNotIn(secret, place)
            self.assertNotIn("Signature=", place)

    def test_the_session_token_goes_out_signed_with_every_request_and_is_never_shown(self):
        token = "lent-token-q1w2e3"
        lent = self.lent(token)
        self.once_each(lambda request, forward: answer(503, "SlowDown", "Slow."), self.lender(lent))
        self.up(env=lent)
        self.down(env=lent)
        self.assertEqual(self.local(self.back), self.local(self.users))
        self.assertGreater(len(self.proxy.requests), 30)
        for request in self.proxy.requests:
            self.assertEqual(request.headers.get("x-amz-security-token"), token, request)
            self.assertIn("x-amz-security-token", signed_headers(request))
        self.assertSecret(token, lent["AWS_SECRET_ACCESS_KEY"])

    def test_no_token_where_none_is_given(self):
        self.up()
        self.assertEqual([r for r in self.proxy.requests if "x-amz-security-token" in r.headers], [])

    def test_credentials_that_expire_within_the_run(self):
        lent = self.lent()

        def rule(request, forward):
            if told := self.lender(lent)(request):
                return told
            if request.sends_part:
                return answer(400, "ExpiredToken", "The provided token has expired.")
            return forward()
        self.proxy.rule = rule
        said = self.up(env=lent, expect=1)
        self.assertRegex(said.stderr, r"cannot write 's3://bkt/users/.*': the session's credentials have expired \(ExpiredToken\)\n  get new ones and run it again")
        self.assertNothingStaged()
        self.assertSecret(lent["AWS_SESSION_TOKEN"], lent["AWS_SECRET_ACCESS_KEY"])

    def test_credentials_that_have_expired(self):
        self.proxy.rule = lambda request, forward: b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" if request.method == "HEAD" else answer(
            400, "ExpiredToken", "The provided token has expired.")
        for arguments in (["inspect", "s3://bkt/a.tar.gz"], ["verify", "s3://bkt/a.tar.gz"]):
            said = self.roost(*arguments, env=self.lent(), expect=1)
            self.assertIn("': the session's credentials have expired (ExpiredToken)\n  get new ones and run it again", said.stderr)

    def test_credentials_of_the_definition_are_in_no_log_report_or_journal(self):
        lent = self.lent("token-of-the-definition")
        more = ', access-key-id: "${ID}", secret-access-key: "${SECRET}", session-token: "${TOKEN}"'
        env = {"S3_ACCESS_KEY_ID": "", "S3_SECRET_ACCESS_KEY": "", "ID": lent["AWS_ACCESS_KEY_ID"], "SECRET": lent["AWS_SECRET_ACCESS_KEY"],
               "TOKEN": lent["AWS_SESSION_TOKEN"]}
        self.once_each(lambda request, forward: answer(503, "SlowDown", "Slow."), self.lender(lent))
        self.copy(f"file:{self.users}", "s3://bkt/users", "--report", self.folder / "good.json", more=more, env=env)
        self.assertUp()
        self.copy(f"file:{self.users}", "s3://bkt/users", "--dry-run", more=more, env=env)
        # The server refuses the key, and a killed server leaves a journal.
        self.copy(f"file:{self.users}", "s3://bkt/users", "--report", self.folder / "refused.json", more=more,
                  env={**env, "SECRET": "a-wrong-secret"}, expect=1)
        self.assertIn("the server does not accept the signature (SignatureDoesNotMatch)", self.everything)

        def rule(request, forward):
            if told := self.lender(lent)(request):
                return told
            if request.sends_part:
                self.proxy.stop()
                raise Reset
            return forward()
        self.proxy.rule = rule
        self.copy(f"file:{self.users}", "s3://bkt/users", "--report", self.folder / "away.json", more=more, env=env, expect=4)
        self.assertEqual(len(list(self.state.glob("*.journal"))), 1)
        self.assertEqual(len(list(self.folder.glob("*.json"))), 3)
        self.assertSecret(env["SECRET"], env["TOKEN"], "a-wrong-secret")
        # Recovery has no definition: it says what it lacks, and goes on once it is there.
        self.proxy.rule = None
        self.proxy.start()
        lacks = self.roost("recover", env={"S3_ACCESS_KEY_ID": "", "S3_SECRET_ACCESS_KEY": ""}, expect=4)
        self.assertIn("there are no credentials for S3; set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY", lacks.stderr)
        self.roost("recover")
        self.assertUp()


def flipped(body):
    """One bit in the middle is another."""
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1:]


def flipped_answer(whole):
    head, body = whole.split(b"\r\n\r\n", 1)
    return head + b"\r\n\r\n" + (flipped(body) if body else b"")


if __name__ == "__main__":
    unittest.main()
