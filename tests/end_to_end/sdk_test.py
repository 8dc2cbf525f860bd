"""Plugins from outside: what `roost new plugin` writes, the examples, and the guide build against an installed roost."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import SOURCE, RoostCase, Archive, aviary_data, make_user_files

BUILD = Path(os.environ["ROOST_BUILD_DIR"])


@unittest.skipIf(os.environ.get("ROOST_SANITIZED"), "an outside build has no sanitizer")
class Outside(RoostCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.installed = Path(tempfile.mkdtemp(prefix="roost-sdk-"))
        cls.addClassCleanup(shutil.rmtree, cls.installed, ignore_errors=True)
        subprocess.run(["cmake", "--install", BUILD, "--prefix", cls.installed], check=True, capture_output=True)
        cls.program = cls.installed / "bin" / "roost"

    def call(self, *command, expect=0, env=None, cwd=None):
        done = subprocess.run([*map(str, command)], env=self.environment(**(env or {})), capture_output=True, text=True, timeout=300, cwd=cwd)
        self.assertEqual(done.returncode, expect, f"{command}\n{done.stdout}\n{done.stderr}")
        return done

    def build(self, project):
        """Configures, builds, and runs the project's own tests, outside of roost's tree."""
        self.call("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={self.installed}")
        self.call("cmake", "--build", project / "build", "-j2")
        done = self.call("ctest", "--test-dir", project / "build", "--output-on-failure")
        self.assertRegex(done.stdout, "100% tests passed")
        return project / "build"

    def options_table(self, plugin, kind, folder):
        return self.call(self.program, "plugins", plugin, "--kind", kind, "--markdown", "--plugin-dir", folder).stdout


class New(Outside):
    def test_each_kind_builds_passes_its_tests_and_works_in_a_pipeline(self):
        built = {}
        for kind in ("source", "transform", "sink"):
            project = self.folder / f"my-{kind}"
            done = self.call(self.program, "new", "plugin", kind, f"my-{kind}", project)
            self.assertIn(f"the {kind} 'my-{kind}' was written to {project}", done.stdout)
            built[kind] = self.build(project)
            readme = (project / "README.md").read_text()
            self.assertIn(self.options_table(f"my-{kind}", kind, built[kind]), readme)
            for file in project.rglob("*"):
                if file.is_file() and "build" not in file.relative_to(project).parts:
                    self.assertNotRegex(file.read_text(), "@[A-Z]+@")
            # with the compiler's warnings on, it has none
            self.call("cmake", "-S", project, "-B", project / "strict", f"-DCMAKE_PREFIX_PATH={self.installed}",
                      "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wconversion -Werror")
            self.call("cmake", "--build", project / "strict", "-j2")
        (self.folder / "input.txt").write_text("one\n\nthree\n")
        pipeline = self.folder / "all.yaml"
        pipeline.write_text(
            f"roost: 1\nname: all\nsources:\n  - {{plugin: my-source, url: 'my-source:{self.folder}/input.txt', skip-empty: true}}\n"
            "transforms:\n  - {plugin: my-transform, columns: [lines.text]}\n"
            f"sinks:\n  - {{plugin: my-sink, url: 'file:{self.out}/list.my-sink'}}\n"
            f"  - {{plugin: archive, url: 'file:{self.out}/all.tar.gz'}}\n")
        folders = [word for folder in built.values() for word in ("--plugin-dir", folder)]
        self.call(self.program, "run", pipeline, *folders)
        self.assertEqual((self.out / "list.my-sink").read_text(), "lines: 2 rows\n")
        records = json.loads(Archive(self.out / "all.tar.gz").members[b"database/lines.json"])
        self.assertEqual(records, [{"number": 1, "text": "ONE"}, {"number": 3, "text": "THREE"}])

    def test_nothing_is_overwritten_and_names_are_checked(self):
        (self.folder / "full").mkdir()
        (self.folder / "full" / "notes").write_text("mine")
        done = self.call(self.program, "new", "plugin", "sink", "mine", self.folder / "full", expect=1)
        self.assertIn("full is there and is no empty folder; nothing was written", done.stderr)
        self.assertEqual([p.name for p in (self.folder / "full").iterdir()], ["notes"])
        file = self.folder / "full" / "notes"
        self.call(self.program, "new", "plugin", "sink", "mine", file, expect=1)
        self.assertEqual(file.read_text(), "mine")
        for name in ("Mine", "my_plugin", "9lives", "a b", "../x", "", "-x", "x-", "x" * 65):
            done = self.call(self.program, "new", "plugin", "sink", "--", name, self.folder / "new", expect=1)
            self.assertIn("is no name for a plugin", done.stderr)
            self.assertFalse((self.folder / "new").exists())
        self.assertIn("source", self.call(self.program, "new", "plugin", "sauce", "mine", self.folder / "new", expect=2).stderr)


class Examples(Outside):
    def setUp(self):
        super().setUp()
        self.examples = self.folder / "examples"
        shutil.copytree(SOURCE / "examples", self.examples)

    def built(self, name):
        folder = self.build(self.examples / name)
        kind, plugin = name.split("-", 1)
        readme = (self.examples / name / "README.md").read_text()
        tables = re.findall(r"<!-- options: begin(?: (\w+) ([a-z-]+))? -->\n(.*?)<!-- options: end -->", readme, re.S)
        self.assertTrue(tables, name)
        for of_kind, of_plugin, table in tables:
            self.assertEqual(table, self.options_table(of_plugin or plugin, of_kind or kind, folder), "run scripts/update-docs.sh")
        return folder

    def run_example(self, name, *sets):
        folder = self.built(name)
        return self.call(self.program, "run", self.examples / name / "pipeline.yaml", "--plugin-dir", folder,
                         *[word for pair in sets for word in ("--set", pair)])

    def test_the_smallest_source_has_forty_lines_of_its_own(self):
        self.run_example("source-maildir", f"mail={self.examples}/source-maildir/mail", f"out={self.out}/mail.tar.gz")
        archive = Archive(self.out / "mail.tar.gz")
        self.assertEqual({name: content for name, content in archive.members.items() if b"/mail/" in name},
                         {b"filesystem/mail/alice/cur/1.eml": b"From: bob@example.org\nSubject: Hello\n\nHello Alice.\n",
                          b"filesystem/mail/bob/new/2.eml": b"From: alice@example.org\nSubject: Re: Hello\n\nHello Bob.\n"})
        code = (SOURCE / "examples/source-maildir/maildir.cpp").read_text()
        lines = [line for line in code.splitlines() if re.search(r"\w", line) and not line.lstrip().startswith(("//", "#include"))]
        self.assertLessEqual(len(lines), 40)

    def test_texts_are_redacted(self):
        database = self.folder / "app.db"
        self.call("sqlite3", database, "CREATE TABLE t(a TEXT, b INTEGER); INSERT INTO t VALUES ('call 555123 now', 555123), (NULL, 1)")
        self.run_example("transform-redact", f"database={database}", f"out={self.out}/r.tar.gz")
        records = json.loads(Archive(self.out / "r.tar.gz").members[b"database/t.json"])
        self.assertEqual(records, [{"a": "call [redacted] now", "b": 555123}, {"a": None, "b": 1}])
        definition = self.examples / "transform-redact" / "pipeline.yaml"
        definition.write_text(definition.read_text().replace("[0-9]{3,}", "[0-9"))
        done = self.call(self.program, "check", definition, "--plugin-dir", self.examples / "transform-redact" / "build",
                         "--set", f"database={database}", "--set", "out=x.tar.gz", expect=2)
        self.assertIn("'pattern' is no regular expression", done.stderr)

    def test_rows_become_json_lines(self):
        database = self.folder / "app.db"
        self.call("sqlite3", database, "CREATE TABLE t(a TEXT, b INTEGER, c BLOB, d REAL); INSERT INTO t VALUES ('x\"y', 1, x'00ff', 0.5)")
        self.run_example("sink-json-lines", f"database={database}", f"out={self.out}/rows.jsonl")
        lines = (self.out / "rows.jsonl").read_text().splitlines()
        self.assertEqual([json.loads(line) for line in lines], [{"$table": "t", "a": 'x"y', "b": 1, "c": "AP8=", "d": 0.5}])
        self.assertEqual([p.name for p in self.out.iterdir()], ["rows.jsonl"])
        self.assertEqual((self.out / "rows.jsonl").stat().st_mode & 0o777, 0o600)


    def test_a_storage_of_ones_own(self):
        folder = self.built("storage-box")
        self.call("cmake", "-S", self.examples / "storage-box", "-B", folder, "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wconversion -Werror")
        self.call("cmake", "--build", folder, "-j2")
        report = json.loads(self.call(self.program, "test-plugin", folder / "sink-box.so", "--json", "--set", "url=box:${FOLDER}/a.box").stdout)
        results = {check["name"]: check["result"] for check in report["checks"]}
        self.assertEqual({name for name, result in results.items() if result != "passed"}, {"mixed", "empty"})

        # From files into a box and back: names, bytes, modes and times of all that is awkward.
        users, box, back = self.folder / "users", self.out / "files.box", self.folder / "back"
        make_user_files(users, ["alice", "bob"])
        kinds = "kinds: {documents: pdfs, configs: rmapi}"
        fill, empty, some = (self.folder / f"{name}.yaml" for name in ("fill", "empty", "some"))
        fill.write_text(f"roost: 1\nname: fill\nsources:\n  - {{plugin: storage, url: 'file:{users}', {kinds}}}\n"
                        f"sinks:\n  - {{plugin: storage, url: 'box:{box}'}}\n")
        empty.write_text(f"roost: 1\nname: empty\nsources:\n  - {{plugin: storage, url: 'box:{box}'}}\n"
                         f"sinks:\n  - {{plugin: storage, url: 'file:{back}', {kinds}}}\n")
        back.mkdir()
        self.call(self.program, "run", fill, "--plugin-dir", folder, "--yes")
        self.call(self.program, "run", empty, "--plugin-dir", folder, "--yes")
        self.assertEqual(self.tree(back), self.tree(users))
        self.assertEqual(box.stat().st_mode & 0o777, 0o600)

        # What is there is not overwritten without being asked to, and what is no box is told.
        before = box.read_bytes()
        done = self.call(self.program, "run", fill, "--plugin-dir", folder, "--yes", expect=1)
        self.assertIn(f"'{box}' exists; 'replace: true' replaces it", done.stderr)
        self.assertEqual(box.read_bytes(), before)
        box.unlink()
        self.call("sqlite3", box, "CREATE TABLE t(a)")
        self.assertIn(f"'{box}' is no box", self.call(self.program, "run", empty, "--plugin-dir", folder, "--yes", expect=1).stderr)

    def tree(self, folder):
        """{path: (bytes or nothing for a folder, mode, time)} of what users' kinds hold."""
        found = {}
        for path in folder.rglob("*"):
            inside = path.relative_to(folder)
            if path.is_symlink() or len(inside.parts) < 3 or inside.parts[1] not in ("pdfs", "rmapi") or not (path.is_file() or path.is_dir()):
                continue
            status = path.stat()
            found[str(inside)] = (path.read_bytes() if path.is_file() else None, status.st_mode & 0o777, status.st_mtime_ns)
        return found


class Guide(Outside):
    def test_its_table_has_every_check(self):
        table = re.findall(r"(?m)^\| (`[a-z`, -]+`) \| (all three|all|[a-z, ]+) \| .+ \|$", (SOURCE / "docs" / "plugin-guide.md").read_text())
        told = {kind: set() for kind in ("source", "transform", "sink")}
        for names, kinds in table:
            for kind in told if kinds.startswith("all") else kinds.split(", "):
                told[kind].update(re.findall("[a-z-]+", names))
        for kind, plugin in (("source", "source-files"), ("transform", "transform-mask"), ("sink", "sink-files")):
            listed = self.call(self.program, "test-plugin", self.installed / "lib/roost/plugins" / f"{plugin}.so", "--list").stdout
            self.assertEqual(told[kind] - {"loads"}, {line.split()[0] for line in listed.splitlines()})

    def test_its_commands_do_what_it_says(self):
        text = (SOURCE / "docs" / "plugin-guide.md").read_text()
        blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
        self.assertEqual(len(blocks), 2)
        environment = {"PATH": f"{self.program.parent}:{os.environ['PATH']}", "CMAKE_PREFIX_PATH": self.installed}
        done = self.call("bash", "-euxc", "".join(blocks), env=environment, cwd=self.folder)
        self.assertIn("100% tests passed", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^\d+ passed, 0 failed, \d+ skipped$")
        self.assertIn("source line-file 0.1   (database: line-file)", done.stdout)

    def test_a_manifest_is_written_anew(self):
        folder = self.folder / "plugins"
        folder.mkdir()
        library = shutil.copy(self.installed / "lib/roost/plugins/sink-tar-gz.so", folder)
        self.call(self.installed / "lib/roost/roost-manifest", library)
        self.assertEqual((folder / "sink-tar-gz.json").read_text(), (self.installed / "lib/roost/plugins/sink-tar-gz.json").read_text())


if __name__ == "__main__":
    unittest.main()
