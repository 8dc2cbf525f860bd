"""S3 over TLS: the server of scripts/with-s3.sh --tls is trusted by its certificate alone."""
import json
import os
import socket
import subprocess
import sys
import unittest
from pathlib import Path

from s3_servers import Server
from support import SOURCE, RoostCase, make_user_files

COPY = """roost: 1
name: copy
sources:
  - {plugin: storage, url: "%s"}
sinks:
  - {plugin: storage, url: "%s"%s}
"""
HINT = "\n  name the certificate of the authority that signed it with ca-file or AWS_CA_BUNDLE, and check that the S3 endpoint (%s) has the host name"


class Tls(RoostCase):
    @classmethod
    def setUpClass(cls):
        """The script's environment, as the command that it runs has it, until that command's input ends."""
        tell = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"
        cls.script = subprocess.Popen([SOURCE / "scripts" / "with-s3.sh", "--tls", sys.executable, "-c", tell], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        line = cls.script.stdout.readline()
        assert line, "scripts/with-s3.sh --tls started no server"
        told = json.loads(line)
        cls.s3 = {name: value for name, value in told.items() if name.startswith(("S3_", "AWS_"))}
        cls.bucket = Path(told["ROOST_TEST_S3_FOLDER"]) / "bkt"
        cls.bucket.mkdir()
        cls.certificate = told["AWS_CA_BUNDLE"]

    @classmethod
    def tearDownClass(cls):
        cls.script.communicate("")
        assert cls.script.returncode == 0, cls.script.returncode

    def setUp(self):
        super().setUp()
        self.assertTrue(self.s3["S3_ENDPOINT"].startswith("https://127.0.0.1:"))

    def inspect(self, expect=1, **settings):
        return self.roost("inspect", "s3://bkt/none.tar.gz", env={**self.s3, **settings}, expect=expect).stderr

    def test_files_and_archives_there_and_back(self):
        users, back, path = self.folder / "users", self.folder / "back", self.folder / "copy.yaml"
        make_user_files(users, ["u1", "u2"], awkward=False)
        back.mkdir()
        for source, sink in ((f"file:{users}", "s3://bkt/users"), ("s3://bkt/users", f"file:{back}")):
            path.write_text(COPY % (source, sink, ""))
            self.roost("run", path, "--yes", "--progress", "none", env=self.s3)
        local = lambda folder: {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        self.assertEqual(local(back), local(users))
        path.write_text((COPY % (f"file:{users}", "s3://bkt/a.tar.gz", "")).replace("sinks:\n  - {plugin: storage", "sinks:\n  - {plugin: archive"))
        self.roost("run", path, "--progress", "none", env=self.s3)
        self.roost("verify", "s3://bkt/a.tar.gz", env=self.s3)

    def test_the_option_names_the_certificate_too_and_recovery_finds_it(self):
        users, path = self.folder / "users", self.folder / "copy.yaml"
        make_user_files(users, ["u1"], awkward=False)
        path.write_text(COPY % (f"file:{users}", "s3://bkt/option", f", ca-file: '{self.certificate}'"))
        self.roost("run", path, "--progress", "none", env={**self.s3, "AWS_CA_BUNDLE": ""})
        self.assertEqual(len([p for p in (self.bucket / "option").rglob("*") if p.is_file()]), 6)

    def test_a_certificate_that_nobody_vouches_for(self):
        for authorities in ("", self.made("other")[0]):
            said = self.inspect(AWS_CA_BUNDLE=authorities)
            self.assertIn("cannot look at 's3://bkt/none.tar.gz': the server's certificate is not accepted: SSL certificate problem: self-signed", said)
            self.assertIn(HINT % self.s3["S3_ENDPOINT"], said)

    def test_a_file_of_certificates_that_is_none(self):
        missing = self.folder / "missing.pem"
        said = self.inspect(AWS_CA_BUNDLE=missing)
        self.assertIn(f"the file of certificates cannot be used: error setting certificate file: {missing}", said)
        self.assertIn("\n  check ca-file, or AWS_CA_BUNDLE: it is a file of certificates (PEM)", said)

    def test_a_certificate_of_another_host(self):
        certificate, key = self.made("storage.example.com")
        server = Server(self.folder / "s3", "--cert", certificate, "--key", key)
        (server.folder / "bkt").mkdir()
        self.addCleanup(server.stop)
        with_keys = {name: self.s3[name] for name in ("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY")}
        server.start(**with_keys)
        endpoint = f"https://127.0.0.1:{server.port}"
        said = self.inspect(S3_ENDPOINT=endpoint, AWS_CA_BUNDLE=certificate)
        self.assertIn("the server's certificate is not accepted: SSL: no alternative certificate subject name matches target host name '127.0.0.1'", said)
        self.assertIn(HINT % endpoint, said)

    def test_clear_text_to_a_server_that_speaks_tls(self):
        endpoint = self.s3["S3_ENDPOINT"].replace("https", "http")
        said = self.inspect(S3_ENDPOINT=endpoint)
        self.assertIn("cannot look at 's3://bkt/none.tar.gz': Empty reply from server", said)
        self.assertIn(f"\n  check the S3 endpoint ({endpoint}); where the server speaks TLS, it begins with https://", said)

    def test_tls_to_a_server_that_speaks_none(self):
        server = Server(self.folder / "s3")
        self.addCleanup(server.stop)
        server.start(**{name: self.s3[name] for name in ("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY")})
        endpoint = f"https://127.0.0.1:{server.port}"
        said = self.inspect(S3_ENDPOINT=endpoint)
        self.assertIn("cannot look at 's3://bkt/none.tar.gz': what answers there speaks no TLS: ", said)
        self.assertIn(f"\n  check the S3 endpoint ({endpoint}): for a server without TLS it begins with http://", said)

    def made(self, host):
        """A certificate of its own for that host, and its key."""
        paths = [str(self.folder / f"{host}.{end}") for end in ("crt", "key")]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
        return paths


class Words(RoostCase):
    """What is wrong with the place or the key, said once and with what to do."""

    def setUp(self):
        super().setUp()
        self.bucket = Path(os.environ["ROOST_TEST_S3_FOLDER"]) / f"words-{os.getpid()}"
        self.bucket.mkdir(exist_ok=True)
        self.addCleanup(self.bucket.rmdir)

    def assertSays(self, text, url=None, **env):
        url = url or f"s3://{self.bucket.name}/a.tar.gz"
        for verb in ("inspect", "verify"):
            said = self.roost(verb, url, env=env, expect=1)
            self.assertEqual((said.stdout, said.stderr), ("", f"roost: cannot {text.replace('URL', repr(url))}\n"))

    def test_objects_and_buckets(self):
        self.assertSays("read URL: there is no such object (NoSuchKey)\n  check the key")
        self.assertSays("read URL: there is no such bucket (NoSuchBucket)\n  check its name, the endpoint and the region, or make the bucket first",
                        "s3://no-such-bucket-here/a.tar.gz")
        self.assertSays("look at URL: no bucket can have this name (InvalidBucketName)\n  a bucket's name has 3 to 63 lower-case letters, digits, "
                        "'-' and '.', with a letter or digit at both ends", "s3://Not_A_Bucket/a.tar.gz")

    def test_keys_and_regions(self):
        keys = "\n  check the access key id and the secret access key"
        self.assertSays("look at URL: the server does not accept the signature (SignatureDoesNotMatch)" + keys, S3_SECRET_ACCESS_KEY="wrong")
        self.assertSays("read URL: the server does not know the access key id (XAdminUserNotFound)" + keys, S3_ACCESS_KEY_ID="wrong")
        self.assertSays("look at URL: the request is signed for another region than the server's (AuthorizationHeaderMalformed)\n"
                        "  set the region (S3_REGION)", S3_REGION="eu-west-3")

    def test_servers(self):
        with socket.socket() as nobody:  # takes no connections
            nobody.bind(("127.0.0.1", 0))
            port = nobody.getsockname()[1]
            said = self.roost("inspect", "s3://bkt/a.tgz", env={"S3_ENDPOINT": f"http://127.0.0.1:{port}"}, expect=1).stderr
        self.assertRegex(said, f"cannot look at 's3://bkt/a.tgz': Failed to connect to 127.0.0.1 port {port} .*\n  check that the server runs, "
                               f"the S3 endpoint \\(http://127.0.0.1:{port}\\) and the network\n")
        said = self.roost("inspect", "s3://bkt/a.tgz", env={"S3_ENDPOINT": "http://nowhere.invalid"}, expect=1).stderr
        self.assertIn("Could not resolve host: bkt.nowhere.invalid\n  check the S3 endpoint (http://bkt.nowhere.invalid); where the bucket cannot "
                      "stand in the host name, set force-path-style\n", said)

    def test_amazons_names_are_checked_before_it_is_asked(self):
        said = self.roost("inspect", "s3://Not_A_Bucket/a.tgz", env={"S3_ENDPOINT": "", "S3_REGION": "eu-west-3"}, expect=1).stderr
        self.assertEqual(said, "roost: no bucket of Amazon S3 can be called 'Not_A_Bucket'\n  a bucket's name has 3 to 63 lower-case letters, digits, "
                               "'-' and '.', with a letter or digit at both ends; for another server set the endpoint (S3_ENDPOINT)\n")


if __name__ == "__main__":
    unittest.main()
