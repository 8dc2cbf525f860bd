"""Plugins that are wrong are refused or contained, named with what is wrong about them, and harm nothing else."""
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

from support import RoostCase

BUILD = Path(os.environ["ROOST_BUILD_DIR"])
BAD = BUILD / "tests" / "bad_plugins"
GOOD = BUILD / "tests" / "plugins"


def abi_of_host():
    return json.loads((GOOD / "fixture_counter.json").read_text())["abi"]


class BadPlugins(RoostCase):
    """All the bad ones in one folder, beside good ones."""

    def setUp(self):
        super().setUp()
        self.plugins = self.folder / "plugins"
        self.plugins.mkdir()
        for good in GOOD.glob("fixture_*"):
            shutil.copy(good, self.plugins)

    def put(self, name, as_name=None, manifest=None, **changes):
        """A bad plugin, with the manifest that it has, or one that says what a keeper's would."""
        as_name = as_name or name
        shutil.copy(BAD / f"bad_{name}.so", self.plugins / f"{as_name}.so")
        own = BAD / f"bad_{name}.json"
        if manifest is None and own.exists():
            manifest = json.loads(own.read_text())
        if manifest is None:
            manifest = self.manifest(name=as_name)
        manifest.update(changes)
        self.write_manifest(as_name, manifest)
        return self.plugins / f"{as_name}.so"

    def manifest(self, **changes):
        good = json.loads((GOOD / "fixture_drop_table.json").read_text())
        return {"name": "keeper", "kind": "transform", "role": "keeper", "serves": ["keeper"], "version": "1.0",
                "description": "Changes nothing, for tests", "abi": good["abi"], "toolchain": good["toolchain"], **changes}

    def write_manifest(self, stem, manifest):
        (self.plugins / f"{stem}.json").write_text(manifest if isinstance(manifest, str) else json.dumps(manifest))

    def pipeline(self, source="plugin: blobs, url: 'blobs:x'", transform=None, sink=None, name="bad"):
        sink = sink or f"plugin: discard, url: 'file:{self.out}/x.discard', file: '{self.out}/counts.json'"
        text = f"roost: 1\nname: {name}\nsources:\n  - {{{source}}}\n"
        if transform:
            text += f"transforms:\n  - {{{transform}}}\n"
        path = self.folder / f"{name}.yaml"
        path.write_text(text + f"sinks:\n  - {{{sink}}}\n")
        return path

    def run_bad(self, *, expect, more=(), **stages):
        return self.roost("run", self.pipeline(**stages), "--plugin-dir", self.plugins, "--progress", "none", *more,
                          expect=expect)

    def assertOthersWork(self):
        """Help, the list of plugins, and a pipeline that uses none of the bad ones."""
        self.assertIn("run", self.roost("--help").stdout)
        listed = self.roost("plugins", "--plugin-dir", self.plugins)
        self.assertRegex(listed.stdout, r"source +counter ")
        good = self.pipeline(source="plugin: counter, url: 'counter:x', rows: 7",
                             sink=f"plugin: discard, url: 'file:{self.out}/g.discard', file: '{self.out}/good.json'", name="good")
        self.assertIn("good: done", self.roost("run", good, "--plugin-dir", self.plugins).stdout)
        self.assertEqual(json.loads((self.out / "good.json").read_text())["tables"], {"items": 7})
        (self.out / "good.json").unlink()
        return listed


class Refused(BadPlugins):
    """What cannot be loaded."""

    def check_message(self, file, *parts, transform=None, expect=2):
        done = self.run_bad(expect=expect, transform=f"plugin: {transform or file.stem}")
        for part in (str(file), *parts):
            self.assertIn(part, done.stderr)
        self.assertNothingLeft()
        return done

    def test_without_loading_by_the_manifest(self):
        abi = abi_of_host()
        for stem, changes, part in (
                ("older_abi", {"abi": abi - 1}, f"it was built for plugin ABI {abi - 1}, this roost has ABI {abi}"),
                ("newer_abi", {"abi": abi + 1}, f"it was built for plugin ABI {abi + 1}, this roost has ABI {abi}"),
                ("other_toolchain", {"toolchain": "libstdc++ cxx11 msan"}, "it was built with 'libstdc++ cxx11 msan', this roost with '")):
            with self.subTest(stem):
                file = self.put(stem, **changes)
                listed = self.assertOthersWork()
                self.assertIn(f"refused {file}: {part}", listed.stderr)
                self.check_message(file, part)

    def test_on_loading_where_the_manifest_is_stale(self):
        abi = abi_of_host()
        for stem, part in (
                ("older_abi", f"it was built for plugin ABI {abi - 1}, this roost has ABI {abi}"),
                ("newer_abi", f"it was built for plugin ABI {abi + 1}, this roost has ABI {abi}"),
                ("other_toolchain", "it was built with 'libstdc++ cxx11 msan', this roost with '"),
                ("no_entry", "it has no entry 'roost_plugin_v1', so it is no roost plugin"),
                ("entry_throws", "its entry threw: not today"),
                ("entry_nothing", "its entry returned nothing"),
                ("no_role", "it has no role"),
                ("options_throw", "it cannot say what it is: the options are not known yet")):
            with self.subTest(stem):
                file = self.put(stem)
                self.check_message(file, "cannot be used", part, "rebuild it against this roost")
        self.assertOthersWork()

    def test_one_that_throws_while_it_is_loaded_ends_the_program_with_words(self):
        file = self.put("initialiser_throws")
        done = self.run_bad(expect=-signal.SIGABRT, transform="plugin: initialiser_throws")
        self.assertIn(f"an exception where none may be thrown ended the program while {file} was loaded: the licence is missing",
                      done.stderr)
        self.assertNothingLeft()
        self.assertOthersWork()

    def test_what_is_no_library(self):
        whole = (GOOD / "fixture_drop_table.so").read_bytes()
        other_machine = bytearray(whole)
        other_machine[18:20] = b"\x14\x00"  # EM_PPC
        program = bytearray(whole)
        program[16:18] = b"\x02\x00"  # ET_EXEC
        for stem, content, part in (("text", b"I am a text.\n", "it is no shared library"), ("empty", b"", "the file is empty"),
                                    ("head", whole[:30], "the file is cut short"), ("half", whole[:len(whole) // 2], "the file is cut short"),
                                    ("segments", whole[:100], "the file is cut short"),
                                    ("other", bytes(other_machine), "it was built for another kind of machine"),
                                    ("program", bytes(program), "it is no shared library")):
            with self.subTest(stem):
                file = self.plugins / f"{stem}.so"
                file.write_bytes(content)
                self.write_manifest(stem, self.manifest(name=stem))
                self.check_message(file, part)
        self.assertOthersWork()

    def test_every_truncation_of_a_library_is_an_error_and_no_crash(self):
        whole = (GOOD / "fixture_drop_table.so").read_bytes()
        file = self.plugins / "cut.so"
        self.write_manifest("cut", self.manifest(name="cut"))
        # The end of the file holds only what the dynamic linker never maps: such a cut may go unnoticed.
        for size in [*range(0, len(whole), max(1, len(whole) // 40))]:
            file.write_bytes(whole[:size])
            done = self.run_bad(expect=2, transform="plugin: cut")
            self.assertIn(str(file), done.stderr, size)

    def test_a_manifest_that_speaks_of_something_else(self):
        good = json.loads((GOOD / "fixture_drop_table.json").read_text())
        for changes, part in (({"version": "0.9"}, "it has version 1.0, the manifest speaks of 0.9"),
                              ({"name": "other"}, "it is transform 'drop-table', the manifest speaks of transform 'other'"),
                              ({"serves": ["drop-table", "more"]},
                               "it serves drop-table for drop-table, the manifest speaks of drop-table for drop-table, more")):
            with self.subTest(part):
                self.write_manifest("fixture_drop_table", {**good, **changes})
                name = changes.get("name", "drop-table")
                done = self.run_bad(expect=2, transform=f"plugin: {name}, names: [a]")
                self.assertIn(f"plugin {self.plugins}/fixture_drop_table.so is not what its manifest says: {part}", done.stderr)
                self.assertIn("run roost-manifest on it again", done.stderr)
        self.assertOthersWork()

    def test_a_library_without_manifest_and_a_manifest_without_library(self):
        shutil.copy(BAD / "bad_no_entry.so", self.plugins / "lonely.so")
        self.write_manifest("widow", self.manifest(name="widow"))
        listed = self.assertOthersWork()
        self.assertIn(f"refused {self.plugins}/lonely.so: it has no manifest lonely.json beside it", listed.stderr)
        self.assertIn(f"refused {self.plugins}/widow.so: there is no widow.so", listed.stderr)
        self.check_message(self.plugins / "lonely.so", "it has no manifest lonely.json")
        self.check_message(self.plugins / "widow.so", "there is no widow.so")

    def test_manifests_that_cannot_be_read(self):
        for stem, text in (("damaged", "{"), ("list", "[]"), ("number", '{"name": 5}'), ("huge", " " * 100_000),
                           ("deep", "[" * 60_000), ("binary", "\x00\x01")):
            shutil.copy(BAD / "bad_no_entry.so", self.plugins / f"{stem}.so")
            self.write_manifest(stem, text)
        os.mkfifo(self.plugins / "pipe.json")
        os.mkdir(self.plugins / "folder.json")
        os.symlink("nowhere", self.plugins / "dangling.so")
        listed = self.assertOthersWork()
        for stem in ("damaged", "list", "number", "huge", "deep", "binary"):
            self.assertIn(f"refused {self.plugins}/{stem}.json: manifest {self.plugins}/{stem}.json is damaged", listed.stderr)
        self.check_message(self.plugins / "damaged.json", "is damaged")

    def test_two_plugins_with_one_key(self):
        for ending in ("so", "json"):
            shutil.copy(GOOD / f"fixture_blobs.{ending}", self.plugins / f"second.{ending}")
        by_role = self.run_bad(expect=2, source="plugin: storage, url: 'blobs:x'")
        by_name = self.run_bad(expect=2)
        for done in (by_role, by_name):
            self.assertIn(f"{self.plugins}/fixture_blobs.so", done.stderr)
            self.assertIn(f"{self.plugins}/second.so", done.stderr)
        self.assertIn("two plugins serve source 'storage' for 'blobs'", by_role.stderr)
        self.assertIn("two plugins are named 'blobs'", by_name.stderr)
        self.assertOthersWork()


class Throwing(BadPlugins):
    """What fails in a call: the stage and its words are told, nothing is published."""

    words = {"error": "it went wrong in {}", "exception": "nobody thought of {}", "number": "threw something that is no exception"}

    def setUp(self):
        super().setUp()
        for name in ("throwing_source", "throwing_transform", "throwing_sink"):
            self.put(name)

    def stages(self, kind, call, how):
        return {"source": {"source": f"plugin: throwing-source, url: 'throwing:x', in: {call}, how: {how}"},
                "transform": {"transform": f"plugin: throwing, in: {call}, how: {how}"},
                "sink": {"sink": f"plugin: throwing, url: 'file:{self.out}/made', in: {call}, how: {how}"}}[kind]

    def test_every_call_and_every_way(self):
        calls = {"source": ("constructor", "catalog", "removes-files", "next", "read"),
                 "transform": ("constructor", "chooses-owners", "rewrite", "connect", "apply"),
                 "sink": ("constructor", "dialect", "role", "accept", "begin", "write", "prepare", "commit")}
        labels = {"source": "source 1 'throwing-source' (throwing-source)", "transform": "transform 1 'throwing' (throwing)",
                  "sink": "sink 1 'throwing' (throwing)"}
        for kind, names in calls.items():
            for call in names:
                for how, words in self.words.items():
                    with self.subTest(f"{kind} {call} {how}"):
                        done = self.run_bad(expect=1, **self.stages(kind, call, how))
                        self.assertIn(labels[kind], done.stderr)
                        self.assertIn(words.format(kind), done.stderr)
                        self.assertEqual(list(self.out.iterdir()), [])
                        self.assertEqual(list(self.state.glob("*")) if self.state.exists() else [], [])
        self.assertOthersWork()

    def test_checking_the_settings(self):
        for how, words in self.words.items():
            done = self.run_bad(expect=2, **self.stages("source", "check", how))
            self.assertIn(f"plugin {self.plugins}/throwing_source.so failed when it looked at its settings", done.stderr)
            self.assertIn(words.format("source"), done.stderr)
            self.assertIn("bad.yaml:4:14", done.stderr)

    def test_after_the_commit_the_run_stays_committed(self):
        for how, words in self.words.items():
            for kind, call in (("source", "tidy"), ("sink", "tidy")):
                done = self.run_bad(expect=4, **self.stages(kind, call, how))
                self.assertIn("everything is in place, but tidying up is left", done.stderr)
                self.assertIn(words.format(kind), done.stderr)
            (self.out / "made").unlink()
            done = self.run_bad(expect=0, **self.stages("sink", "summary", how))
            self.assertIn("it was committed, but has no summary", done.stderr)
            self.assertTrue((self.out / "made").exists())

    def test_throwing_where_nothing_may_be_thrown_ends_the_program_with_words(self):
        pipeline = self.pipeline(source="plugin: throwing-source, url: 'throwing:x', in: next",
                                 sink=f"plugin: throwing, url: 'file:{self.out}/made', in: abort, how: exception")
        done = subprocess.run([os.environ["ROOST_BIN"], "run", pipeline, "--plugin-dir", self.plugins, "--log-level", "debug"],
                              env=self.environment(), capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, -signal.SIGABRT)
        self.assertIn("sink 1 'throwing' (throwing): is undone", done.stderr)
        self.assertIn("an exception where none may be thrown ended the program", done.stderr)
        self.assertIn("'roost recover' tidies up", done.stderr)
        self.assertNothingLeft()


SANITIZED = bool(os.environ.get("ROOST_SANITIZED"))


class Ending(BadPlugins):
    """What ends the program from within a plugin is no success and is told."""

    ways = {"exit": (1, "a plugin ended the program (stage {}), by exit() or quick_exit()"),
            "quick-exit": (1, "a plugin ended the program (stage {}), by exit() or quick_exit()"),
            "crash": (-signal.SIGSEGV, "the program crashed (SIGSEGV) (stage {})"),
            "divide": (-signal.SIGFPE, "the program crashed (SIGFPE) (stage {})"),
            "abort": (-signal.SIGABRT, "the program crashed (SIGABRT) (stage {})"),
            "overflow": (-signal.SIGSEGV, "the program crashed (SIGSEGV) (stage {})")}
    labels = {"source": "source 1 'throwing-source' (throwing-source)", "transform": "transform 1 'throwing' (throwing)",
              "sink": "sink 1 'throwing' (throwing)"}

    def setUp(self):
        super().setUp()
        for name in ("throwing_source", "throwing_transform", "throwing_sink"):
            self.put(name)

    def end(self, kind, call, how, expect, *more):
        """Runs it without a core dump."""
        stages = Throwing.stages(self, kind, call, how)
        if more:
            stages["sink"] = stages.get("sink", f"plugin: throwing, url: 'file:{self.out}/made'") + "".join(more)
        limit = lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        done = subprocess.run([os.environ["ROOST_BIN"], "run", self.pipeline(**stages), "--plugin-dir", self.plugins, "--progress", "none"],
                              env=self.environment(), capture_output=True, text=True, timeout=60, preexec_fn=limit)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done

    def test_in_each_stage_and_each_way(self):
        calls = {"source": ("constructor", "catalog", "next", "read"), "transform": ("rewrite", "apply"),
                 "sink": ("accept", "begin", "write", "prepare")}
        for how, (code, words) in self.ways.items():
            if SANITIZED and code != 1:
                continue
            for kind, names in calls.items():
                for call in names if how in ("exit", "crash") else names[-1:]:
                    with self.subTest(f"{kind} {call} {how}"):
                        done = self.end(kind, call, how, code)
                        self.assertEqual(done.stderr.count("roost: error:"), 1, done.stderr)
                        self.assertIn("roost: error: " + words.format(self.labels[kind]) + "; nothing was published\n", done.stderr)
                        self.assertNothingLeft()
                        self.assertFalse(self.state.exists() and list(self.state.iterdir()))
        self.assertOthersWork()

    def test_where_a_journal_waits_it_is_said_and_recovered(self):
        for how in ("exit", "crash"):
            if SANITIZED and how == "crash":
                continue
            with self.subTest(how):
                done = self.end("source", "next", how, 4 if how == "exit" else -signal.SIGSEGV, ", journals: true")
                self.assertIn(f"(stage {self.labels['source']})", done.stderr)
                self.assertIn("; nothing was published, and 'roost recover' (or the next run) removes what was begun\n", done.stderr)
                self.assertEqual([path.name for path in self.out.iterdir()], ["made.part"])
                recovered = self.roost("recover", "--plugin-dir", self.plugins)
                self.assertIn(f"removed {self.out}/made.part", recovered.stdout)
                self.assertNothingLeft()
                good = self.pipeline(sink=f"plugin: throwing, url: 'file:{self.out}/made', journals: true")
                self.roost("run", good, "--plugin-dir", self.plugins)
                self.assertEqual([path.name for path in self.out.iterdir()], ["made"])
                (self.out / "made").unlink()

    def test_in_the_commit_and_after_it(self):
        for call, code, words in (("commit", 4, "; the commit was under way: look at the target"),
                                  ("tidy", 4, "; the commit was under way: look at the target"),
                                  ("summary", 4, "; the commit was under way: look at the target")):
            with self.subTest(call):
                done = self.end("sink", call, "exit", code)
                self.assertIn(f"a plugin ended the program (stage {self.labels['sink']})", done.stderr)
                self.assertIn(words, done.stderr)
                self.assertEqual((self.out / "made").exists(), call != "commit")
                (self.out / "made").unlink(missing_ok=True)
        done = self.end("sink", "commit", "exit", 4, ", journals: true")
        self.assertIn("; the commit was under way: 'roost recover' (or the next run) finishes or undoes it", done.stderr)
        self.roost("recover", "--plugin-dir", self.plugins)
        self.assertNothingLeft()

    def test_while_settings_are_checked(self):
        for verb in (("run",), ("check",)):
            path = self.pipeline(source="plugin: throwing-source, url: 'throwing:x', in: check, how: exit")
            done = self.roost(*verb, path, "--plugin-dir", self.plugins, expect=1)
            self.assertIn("roost: error: a plugin ended the program (stage throwing-source), by exit() or quick_exit()\n", done.stderr)
            self.assertEqual(done.stdout, "")

    def test_that_a_check_of_the_test_program_dies_is_told_by_its_parent_alone(self):
        done = self.roost("test-plugin", self.plugins / "throwing_source.so", "--set", "url=throwing:x", "--set", "in=catalog",
                          "--set", "how=exit", expect=None)
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("a plugin ended the program", done.stderr + done.stdout)


class Hanging(BadPlugins):
    """What never comes back is given up after the stall limit, and nothing is published."""

    def test_in_each_call_that_is_watched(self):
        for name in ("throwing_source", "throwing_transform", "throwing_sink"):
            self.put(name)
        calls = (("source", "next"), ("source", "catalog"), ("transform", "apply"), ("sink", "accept"), ("sink", "begin"), ("sink", "write"))
        for kind, call in calls:
            with self.subTest(f"{kind} {call}"):
                done = self.run_bad(expect=1, more=("--stall-limit", "1"), **Throwing.stages(self, kind, call, "hang"))
                self.assertRegex(done.stderr, kind + r" 1 .*: the plugin has given no sign of life for 1 seconds")
                self.assertIn("--stall-limit allows more time", done.stderr)
                self.assertNothingLeft()

    def test_the_limit_is_told_by_the_help(self):
        self.assertRegex(self.roost("run", "--help").stdout, r"--stall-limit SECONDS=600 +seconds after which a plugin that gives no sign of life")


class Impossible(BadPlugins):
    """Items that do not fit the catalog never reach a sink."""

    def test_sources(self):
        self.put("impossible_source")
        for way, words in {"wrong-ids": "the plugin numbered its tables in a wrong way",
                           "wrong-table": "table one: the plugin gave rows of a table that is not open",
                           "wrong-columns": "the plugin gave rows of 3 values for table one, which has 2 columns",
                           "no-batch": "the plugin gave a batch that is none",
                           "rows-after-end": "the plugin gave rows of a table that is not open",
                           "wrong-count": "table one: the plugin gave 2 rows and speaks of 3",
                           "table-twice": "the plugin gave table one twice",
                           "table-missing": "the plugin left out table two",
                           "never-closed": "the plugin ended within table two",
                           "file-in-table": "the plugin gave a file before it closed table one",
                           "unsafe-path": "the plugin gave a file with an unsafe name",
                           "no-content": "file documents/alice/a.txt came without content",
                           "too-many-bytes": "file documents/alice/a.txt gave more bytes than the 2 that were announced",
                           "path-twice": "the plugin gave documents/alice/a.txt twice",
                           "folder-twice": "the plugin gave documents/alice twice",
                           "file-and-folder": "the plugin gave documents/alice/a.txt as a file and as a folder",
                           "file-in-file": "the plugin gave documents/alice/a.txt as a file, and documents/alice/a.txt/inside below it",
                           "unknown-kind": "the plugin gave letters/alice/a.txt, and its catalog knows no kind 'letters'",
                           "unsafe-kind": "the plugin gave a file with an unsafe name: ../documents/alice/a.txt",
                           "no-owner": "the plugin gave a file with an unsafe name: documents//a.txt",
                           "folder-with-size": "the plugin gave folder documents/alice with a size of 4096 bytes",
                           "folder-with-content": "the plugin gave folder documents/alice with content",
                           "table-after-file": "the plugin gave table two after a file",
                           "none-came": "the catalog tells of 1 file of the kind 'documents', and 0 came"}.items():
            with self.subTest(way):
                done = self.run_bad(expect=1, source=f"plugin: impossible, url: 'impossible:x', way: {way}")
                self.assertIn("source 1 'impossible' (impossible)", done.stderr)
                self.assertIn(words, done.stderr)
                self.assertNothingLeft()
        self.run_bad(expect=0, source="plugin: impossible, url: 'impossible:x'")
        self.assertEqual(json.loads((self.out / "counts.json").read_text()), {"tables": {"one": 2, "two": 2}, "files": 1, "bytes": 3})

    def test_an_archive_that_is_there_stays_as_it_was(self):
        """The real sinks: what is wrong at the very end comes before they replace anything."""
        self.put("impossible_source")
        for ending in ("tar.gz", "zip"):
            target = self.out / f"backup.{ending}"
            for way in ("path-twice", "file-and-folder", "file-in-file", "none-came"):
                with self.subTest(f"{ending} {way}"):
                    target.write_bytes(b"yesterday's")
                    self.run_bad(expect=1, source=f"plugin: impossible, url: 'impossible:x', way: {way}",
                                 sink=f"plugin: archive, url: 'file:{target}', on-existing: replace")
                    self.assertEqual(target.read_bytes(), b"yesterday's")
                    target.unlink()
                    self.assertNothingLeft()

    def test_two_sources_with_one_file(self):
        self.put("impossible_source")
        path = self.pipeline(source="plugin: blobs, url: 'blobs:x', name: first}\n  - {plugin: blobs, url: 'blobs:y', count: 2, name: second")
        done = self.roost("run", path, "--plugin-dir", self.plugins, "--progress", "none", expect=1)
        file = "documents/00000000-0000-4000-8000-000000000001/file-000000.bin"
        self.assertIn(f"source 2 'second' (blobs): together with source 1 'first' (blobs) it gives {file} twice\n  "
                      "let one of them alone give it", done.stderr)
        self.assertNothingLeft()

    def test_fewer_files_than_told_are_a_warning(self):
        """A live storage may lose files while it is read; so may a plugin."""
        self.put("impossible_source")
        report = self.folder / "report.json"
        done = self.run_bad(expect=0, source="plugin: impossible, url: 'impossible:x', way: fewer-came", more=("--report", report))
        words = ("the catalog tells of 7 files of the kind 'documents', and 1 came: the others were removed meanwhile, "
                 "or the plugin lost them")
        self.assertIn(words, done.stderr)
        self.assertIn(words, report.read_text())

    def test_names_that_transforms_make(self):
        self.put("impossible_transform")
        user = "documents/00000000-0000-4000-8000-000000000001"
        for way, words in {"one-name": f"the plugin gave {user}/everything.bin twice",
                           "one-folder": f"the plugin gave {user}/all as a file, and {user}/all/file-000001.bin below it",
                           "other-kind": f"the plugin gave letters/00000000-0000-4000-8000-000000000001/file-000000.bin, and its "
                                         "catalog knows no kind 'letters'",
                           "drops-files": "the plugin dropped a file of the kind 'documents', of which the catalog says that all come"
                           }.items():
            with self.subTest(way):
                done = self.run_bad(expect=1, transform=f"plugin: impossible, way: {way}")
                self.assertIn("transform 1 'impossible' (impossible)", done.stderr)
                self.assertIn(words, done.stderr)
                self.assertNothingLeft()
        self.run_bad(expect=0, transform="plugin: impossible, way: drops-files-and-tells")
        self.assertEqual(json.loads((self.out / "counts.json").read_text())["files"], 0)

    def test_what_a_source_gives_twice_is_its_fault_behind_transforms_too(self):
        self.put("impossible_source")
        self.put("impossible_transform")
        done = self.run_bad(expect=1, source="plugin: impossible, url: 'impossible:x', way: path-twice", transform="plugin: impossible")
        self.assertIn("source 1 'impossible' (impossible): the plugin gave documents/alice/a.txt twice", done.stderr)
        self.assertNothingLeft()

    def test_transforms(self):
        self.put("impossible_transform")
        source = "plugin: counter, url: 'counter:x', tables: [a, b]"
        for way, words in {"wrong-columns": "the plugin gave rows of 4 values for table a, which has 3 columns",
                           "wrong-table": "the plugin gave rows of a table that is not open",
                           "no-batch": "the plugin gave a batch that is none",
                           "wrong-count": "table a: the plugin gave 10 rows and speaks of 11",
                           "dropsEnd": None,
                           "drops-end": "the plugin opened a table before it closed a",
                           "renumbers": "the plugin opened a table that is not in its catalog"}.items():
            with self.subTest(way):
                done = self.run_bad(expect=1 if words else 2, source=source, transform=f"plugin: impossible, way: {way}")
                self.assertIn(f"transform 1 'impossible' (impossible)" if words else "did you mean 'drops-end'?", done.stderr)
                self.assertIn(words or "", done.stderr)
                self.assertNothingLeft()
        self.run_bad(expect=0, source=source, transform="plugin: impossible")


if __name__ == "__main__":
    unittest.main()
