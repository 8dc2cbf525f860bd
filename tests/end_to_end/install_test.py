"""An installed roost works from where it lies, and builds plugins outside of its tree."""
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from support import SOURCE, Archive, RoostCase, aviary_data

PLUGIN = """
#include "roost/plugin.hpp"

// Takes everything and keeps nothing.
class Null final : public roost::Sink {
public:
    struct Options {
        roost::Location url;
    };
    static roost::PluginInfo info() { return {"null", "1.0", "Keeps nothing", "archive", {"null"}}; }
    static const roost::OptionTable<Options>& options() {
        static const auto table = roost::OptionTable<Options>().url(&Options::url, "Anything.");
        return table;
    }
    explicit Null(Options) {}
    roost::Acceptance accept(const roost::Catalog&, roost::Context&) override { return {true, true, "nowhere", {}, {}, {}}; }
    void begin(const roost::Catalog&, roost::Context&) override {}
    void write(roost::Item&) override {}
    void prepare() override {}
    void commit() override {}
    void abort() noexcept override {}
};
ROOST_PLUGIN(Null)
"""


class Installed(RoostCase):
    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "prefix"
        subprocess.run(["cmake", "--install", os.environ["ROOST_BUILD_DIR"], "--prefix", self.prefix], check=True, capture_output=True)
        self.program = self.prefix / "bin" / "roost"

    def run_installed(self, *arguments, env=None):
        return subprocess.run([self.program, *map(str, arguments)], env=self.environment(**(env or {})), capture_output=True,
                              text=True, timeout=60)

    def test_it_lies_where_it_should(self):
        for path in ("bin/roost", "lib/roost/plugins/sink-tar-gz.so", "lib/roost/plugins/sink-tar-gz.json", "include/roost/plugin.hpp",
                     "share/roost/pipelines/full-backup.yaml", "share/man/man1/roost.1", "share/bash-completion/completions/roost",
                     "lib/cmake/roost/roostConfig.cmake"):
            self.assertTrue((self.prefix / path).exists(), path)

    def test_the_full_backup_runs_from_a_moved_installation(self):
        users = aviary_data(self.data)
        moved = self.folder / "elsewhere"
        self.prefix.rename(moved)
        self.program = moved / "bin" / "roost"
        done = self.run_installed("run", moved / "share/roost/pipelines/full-backup.yaml", "--set", f"out={self.out}/b.tar.gz")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(Archive(self.out / "b.tar.gz").metadata["total_users"], len(users))

    @unittest.skipIf(os.environ.get("ROOST_SANITIZED"), "an outside build has no sanitizer")
    def test_a_plugin_is_built_outside_of_the_tree_and_used(self):
        project = self.folder / "project"
        project.mkdir()
        (project / "null.cpp").write_text(PLUGIN)
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(outside LANGUAGES CXX)\nfind_package(roost REQUIRED)\n"
            "roost_add_plugin(sink-null SOURCES null.cpp)\n")
        subprocess.run(["cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}"], check=True, capture_output=True)
        built = subprocess.run(["cmake", "--build", project / "build"], capture_output=True, text=True)
        self.assertEqual(built.returncode, 0, built.stdout + built.stderr)
        aviary_data(self.data)
        pipeline = self.folder / "null.yaml"
        pipeline.write_text("roost: 1\nname: outside\nsources:\n  - plugin: storage\n    url: file:" + str(self.data / "users") +
                            "\nsinks:\n  - plugin: 'null'\n    url: null:x\n")
        done = self.run_installed("run", pipeline, "--plugin-dir", project / "build")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("outside: done", done.stdout)
        self.assertEqual(self.run_installed("run", pipeline).returncode, 2)


if __name__ == "__main__":
    unittest.main()
