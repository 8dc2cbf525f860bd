"""An S3 server that goes away while a run ends: what is left is told, stays in the journal, and `roost recover` ends it."""
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import time
import unittest

from s3_servers import Away, BehindProxy, Reset
from support import make_user_files, write

COPY = """roost: 1
name: copy
sources:
  - {plugin: %s, url: "%s"%s}
sinks:
  - {plugin: %s, url: "%s"}
"""


class Recovery(BehindProxy):
    def setUp(self):
        super().setUp()
        self.old, self.new = self.folder / "old", self.folder / "new"
        make_user_files(self.old, ["u1", "u3"], seed=4, awkward=False)
        make_user_files(self.new, ["u1", "u2"], seed=5, awkward=False)
        # Last by its name, so that it is what an archive that is cut short lacks.
        write(self.new / "u2" / "pdfs" / "zzz large.bin", random.Random(3).randbytes(60_000_000), 0o644, 1_500_000_006)

    def definition(self, source, sink, source_role="storage", sink_role="storage", more=""):
        path = self.folder / "copy.yaml"
        path.write_text(COPY % (source_role, source, more, sink_role, sink))
        return path

    def at(self, server):
        return {"S3_ENDPOINT": server.endpoint}

    def run_it(self, definition, server, expect=0):
        return self.roost("run", definition, "--yes", "--progress", "none", env=self.at(server), expect=expect)

    def put_old(self):
        self.run_it(self.definition(f"file:{self.old}", "s3://bkt/users"), self.server)
        self.assertEqual(self.objects(), self.local(self.old))

    def objects(self):
        """{key: bytes} below users/, as they lie in the server's folder."""
        root = self.place / "users"
        return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}

    def local(self, folder):
        return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    def staged(self):
        parts = self.place / ".sgwtmp" / "multipart"
        return [p for p in self.place.rglob(".roost-staging*")] + [p for p in parts.rglob("*") if p.is_file()]

    def journals(self):
        return list(self.state.glob("*.journal")) if self.state.exists() else []

    def wait_for_parts(self, least=2):
        for _ in range(6000):
            if len([p for p in (self.place / ".sgwtmp").rglob("*") if p.is_file() and p.stat().st_size > 1_000_000]) >= least:
                return
            time.sleep(0.01)
        self.fail("no part reached the server")

    def start_stuck(self, definition):
        """A run whose archive stops coming when some of it is staged with the server."""
        whole = self.out / "all.tar.gz"
        self.run_it(self.definition(f"file:{self.new}", f"file:{whole}", sink_role="archive"), self.server)
        path = definition()
        running = self.start("run", path, "--yes", "--progress", "none", env=self.at(self.server), stdin=-1)
        self.addCleanup(lambda: (running.kill(), running.wait()))
        archive = whole.read_bytes()
        running.stdin.buffer.write(archive[:-2_000_000])
        running.stdin.buffer.flush()
        self.wait_for_parts()
        return running

    def end(self, running):
        running.wait(timeout=120)
        if running.stdin:
            running.stdin.close()
            running.stdin = None
        said = running.communicate()[1]
        self.assertEqual(running.returncode, 4, said)
        self.assertEqual(len(self.journals()), 1)
        return said

    def stuck_restore(self):
        return self.definition("-", "s3://bkt/users", source_role="archive", more=", format: tar.gz")

    def stuck_archive(self):
        return self.definition("-", "s3://bkt/copy.tar.gz", source_role="archive", sink_role="archive", more=", format: tar.gz")

    def test_a_restore_that_is_interrupted_while_the_server_is_away_is_undone_by_recovery(self):
        self.put_old()
        running = self.start_stuck(self.stuck_restore)
        self.server.stop()
        running.send_signal(signal.SIGINT)
        said = self.end(running)
        self.assertIn("interrupted; what sink 1 'storage' (s3) had staged could not be taken away again, and shows nowhere yet", said)
        self.assertIn("'roost recover' takes away what is left, as the next run does by itself", said)
        self.assertIn("what was staged is left under 's3://bkt/users/.roost-staging-", said)
        for _ in range(2):  # and again
            away = self.roost("recover", expect=4)
            self.assertIn("is not done: cannot list 's3://bkt/users/.roost-staging-", away.stderr)
            self.assertIn(f"check that the server runs, the S3 endpoint (http://127.0.0.1:{self.server.port}) and the network", away.stderr)
            self.assertEqual(len(self.journals()), 1)
        self.server.start()
        self.assertNotEqual(self.staged(), [])
        self.assertEqual(self.roost("recover").stdout, "undid the unfinished restore of files into 's3://bkt/users/': nothing there has changed\n")
        self.assertEqual(self.staged(), [])
        self.assertEqual(self.objects(), self.local(self.old))
        self.assertEqual(self.roost("recover").stdout, "nothing to recover\n")

    def test_a_restore_that_fails_while_the_server_is_silent_is_undone_by_the_next_run(self):
        self.put_old()
        running = self.start_stuck(self.stuck_restore)
        self.server.freeze()
        running.stdin.close()  # the archive is cut short
        running.stdin = None
        said = self.end(running)
        self.assertIn("; what sink 1 'storage' (s3) had staged could not be taken away again, and shows nowhere yet", said)
        self.server.thaw()
        self.assertNotEqual(self.staged(), [])
        again = self.run_it(self.definition(f"file:{self.new}", "s3://bkt/users"), self.server)
        self.assertIn("recovered: undid the unfinished restore of files into 's3://bkt/users/': nothing there has changed", again.stderr)
        self.assertEqual(self.objects(), self.local(self.new))
        self.assertEqual(self.staged(), [])
        self.assertEqual(self.journals(), [])

    def test_a_server_that_dies_ends_the_run_and_nothing_shows(self):
        self.put_old()
        running = self.start_stuck(self.stuck_restore)
        self.server.stop()
        with contextlib.suppress(BrokenPipeError):  # the run may end before it has read all
            running.stdin.buffer.write((self.out / "all.tar.gz").read_bytes()[-2_000_000:])
        with contextlib.suppress(BrokenPipeError):
            running.stdin.close()
        running.stdin = None
        said = self.end(running)
        self.assertRegex(said, "error: sink 1 'storage' \\(s3\\).*: cannot [a-z ]+ 's3://bkt/users/.*what sink 1 'storage' \\(s3\\) had staged could not be")
        self.server.start()
        self.roost("recover")
        self.assertEqual(self.objects(), self.local(self.old))
        self.assertEqual(self.staged(), [])

    def test_the_report_says_failed_and_tidying_left(self):
        report = self.folder / "report.json"
        self.proxy.rule = self.away_at(lambda request: request.sends_part and "zzz" in request.key)
        self.roost("run", self.definition(f"file:{self.new}", "s3://bkt/users"), "--yes", "--progress", "none", "--report", report,
                   env=self.at(self.proxy), expect=4)
        self.assertIn('"status": "failed, tidying left"', report.read_text())
        self.assertIn('"exit_code": 4', report.read_text())

    def test_an_archive_that_is_interrupted_while_the_server_is_away_is_aborted_by_recovery(self):
        running = self.start_stuck(self.stuck_archive)
        self.server.stop()
        running.send_signal(signal.SIGINT)
        said = self.end(running)
        self.assertIn("an unfinished upload of 's3://bkt/copy.tar.gz' is left", said)
        self.assertIn("'roost recover' takes away what is left", said)
        away = self.roost("recover", expect=4)
        self.assertIn("is not done: cannot list the unfinished uploads to 's3://bkt/copy.tar.gz'", away.stderr)
        self.server.start()
        self.assertNotEqual(self.staged(), [])
        self.assertEqual(self.roost("recover").stdout, "aborted the unfinished upload of the archive 's3://bkt/copy.tar.gz'\n")
        self.assertEqual(self.staged(), [])
        self.assertFalse((self.place / "copy.tar.gz").exists())

    def away_at(self, when, nth=1):
        """A rule: the server is away from the n-th such request on."""
        seen = []

        def rule(request, forward):
            if when(request):
                seen.append(request)
                if len(seen) >= nth:
                    raise Away
            return forward()
        return rule

    def test_a_restore_whose_server_goes_away_within_the_commit_is_finished_by_recovery(self):
        self.put_old()
        placed = lambda request: request.method == "PUT" and ".roost-staging" not in request.key and not request.sends_part
        self.proxy.rule = self.away_at(placed, 3)
        said = self.run_it(self.definition(f"file:{self.new}", "s3://bkt/users"), self.proxy, expect=4)
        self.assertIn("the run is committed, this part of it is not in place yet", said.stderr)
        self.assertIn("'roost recover' finishes it, as the next run does by itself", said.stderr)
        self.assertNotEqual(self.objects(), self.local(self.new))
        self.assertIn("is not done: cannot look at 's3://bkt/users/.roost-staging-", self.roost("recover", expect=4).stderr)
        self.proxy.rule = None
        self.proxy.start()
        self.assertEqual(self.roost("recover").stdout, "finished the restore of files into 's3://bkt/users/'\n")
        self.assertEqual(self.objects(), self.local(self.new))
        self.assertEqual(self.staged(), [])
        self.assertEqual(self.journals(), [])

    def test_a_restore_whose_log_was_lost_meanwhile_says_what_to_do(self):
        self.put_old()
        placed = lambda request: request.method == "PUT" and ".roost-staging" not in request.key and not request.sends_part
        self.proxy.rule = self.away_at(placed)
        self.run_it(self.definition(f"file:{self.new}", "s3://bkt/users"), self.proxy, expect=4)
        self.proxy.rule = None
        self.proxy.start()
        for _ in range(2):
            for name in ("log", "stale"):
                lost = next(self.place.rglob(f".roost-staging-*/{name}/1"))
                kept = self.folder / "kept"
                lost.rename(kept)
                said = self.roost("recover", expect=4).stderr
                self.assertIn(f"is not done: the log of a restore into a bucket is damaged: cannot read 's3://bkt/{lost.relative_to(self.place)}': ", said)
                self.assertIn("remove the .roost-staging-... folder from the bucket, run 'roost recover' again, and restore the archive again", said)
                self.assertEqual(len(self.journals()), 1)
                kept.rename(lost)
        shutil.rmtree(next(self.place.rglob(".roost-staging-*")))
        self.roost("recover")
        self.assertEqual(self.journals(), [])
        self.run_it(self.definition(f"file:{self.new}", "s3://bkt/users"), self.proxy)
        self.assertEqual(self.objects(), self.local(self.new))

    def test_a_restore_whose_server_goes_away_while_it_tidies_up_is_tidied_by_recovery(self):
        log_goes = lambda request: request.method == "POST" and "delete" in request.query and b"/stale" in request.body
        self.proxy.rule = self.away_at(log_goes)
        said = self.run_it(self.definition(f"file:{self.new}", "s3://bkt/users"), self.proxy, expect=4)
        self.assertIn("everything is in place, but tidying up is left", said.stderr)
        self.proxy.rule = None
        self.proxy.start()
        self.roost("recover")
        self.assertEqual(self.objects(), self.local(self.new))
        self.assertEqual(self.staged(), [])

    def archive_definition(self):
        return self.definition(f"file:{self.new}", "s3://bkt/a.tar.gz", sink_role="archive")

    def test_an_archive_whose_completion_never_reached_the_server_is_aborted_by_recovery(self):
        self.proxy.rule = self.away_at(lambda request: request.completes_upload)
        said = self.run_it(self.archive_definition(), self.proxy, expect=4)
        self.assertIn("cannot put in place 's3://bkt/a.tar.gz': ", said.stderr)
        self.assertIn("; whether the archive is in place is not known", said.stderr)
        self.assertIn("'roost recover' finds out, and finishes or undoes it, as the next run does by itself", said.stderr)
        self.assertEqual(self.roost("recover", expect=4).stdout, "")
        self.proxy.rule = None
        self.proxy.start()
        self.assertNotEqual(self.staged(), [])
        self.assertEqual(self.roost("recover").stdout, "aborted the unfinished upload of the archive 's3://bkt/a.tar.gz'\n")
        self.assertEqual(self.staged(), [])
        self.assertFalse((self.place / "a.tar.gz").exists())

    def lose_answer(self, request, forward):
        if request.completes_upload:
            forward()
            raise Away
        return forward()

    def test_an_archive_whose_completion_was_not_answered_any_more_is_found_in_place(self):
        self.proxy.rule = self.lose_answer
        said = self.run_it(self.archive_definition(), self.proxy, expect=4)
        self.assertIn("whether the archive is in place is not known", said.stderr)
        self.proxy.rule = None
        self.proxy.start()
        self.assertEqual(self.roost("recover").stdout, "the archive 's3://bkt/a.tar.gz' had been put in place\n")
        self.assertEqual(self.staged(), [])
        self.roost("verify", "s3://bkt/a.tar.gz", env=self.at(self.server))
        self.assertEqual(self.journals(), [])

    def committed_beside_a_database(self):
        """A run whose database has committed when the server goes away within the archive's completion."""
        with sqlite3.connect(self.folder / "from.db") as database:
            database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)")
            database.executemany("INSERT INTO t VALUES (?, ?)", [(i, "x" * i) for i in range(500)])
        path = self.folder / "both.yaml"
        path.write_text(f"""roost: 1
name: both
sources:
  - {{plugin: database, url: "sqlite:{self.folder}/from.db"}}
sinks:
  - {{plugin: database, url: "sqlite:{self.folder}/to.db"}}
  - {{plugin: archive, url: "s3://bkt/a.tar.gz"}}
""")
        self.proxy.rule = self.away_at(lambda request: request.completes_upload)
        self.run_it(path, self.proxy, expect=4)
        with sqlite3.connect(self.folder / "to.db") as database:
            self.assertEqual(database.execute("SELECT count(*), sum(length(v)) FROM t").fetchone(), (500, 124750))
        self.proxy.rule = None
        self.proxy.start()

    def test_an_archive_that_the_server_lost_after_the_commit_is_told_once(self):
        self.committed_beside_a_database()
        shutil.rmtree(self.place / ".sgwtmp")
        said = self.roost("recover", expect=3)
        self.assertNotIn("a.tar.gz", said.stdout)
        self.assertIn("the archive 's3://bkt/a.tar.gz' was to be put in place, but neither it nor its upload is there any more: make it again", said.stderr)
        self.assertEqual(self.roost("recover").stdout, "nothing to recover\n")

    def test_an_archive_beside_a_database_that_has_committed_is_finished_by_recovery(self):
        self.committed_beside_a_database()
        self.assertIn("put the archive 's3://bkt/a.tar.gz' in place\n", self.roost("recover").stdout)
        self.assertIn("500", self.roost("verify", "s3://bkt/a.tar.gz", env=self.at(self.server)).stdout)
        self.assertEqual(self.staged(), [])
        self.assertEqual(self.journals(), [])

    def kill_at_start(self, key):
        """Kills the run when the server has begun the upload and before its answer arrives."""
        def rule(request, forward):
            if request.begins_upload and request.key == key:
                forward()
                self.running.kill()
                self.running.wait()
                raise Reset
            return forward()
        self.proxy.rule = rule

    def test_an_archives_upload_that_had_just_begun_is_found_after_a_kill(self):
        self.kill_at_start("a.tar.gz")
        self.running = self.start("run", self.archive_definition(), "--yes", "--progress", "none", env=self.at(self.proxy))
        self.running.communicate(timeout=60)
        self.assertEqual(self.running.returncode, -signal.SIGKILL)
        self.assertEqual(len(self.uploads()), 1)
        self.proxy.rule = None
        self.assertEqual(self.roost("recover").stdout, "aborted the unfinished upload of the archive 's3://bkt/a.tar.gz'\n")
        self.assertEqual(self.uploads(), [])

    def uploads(self):
        """The folders that versitygw keeps of unfinished uploads."""
        parts = self.place / ".sgwtmp" / "multipart"
        return [p for p in parts.glob("*/*")] if parts.exists() else []


if __name__ == "__main__":
    unittest.main()
