// roost check, as scripts see it.
#include <catch2/catch.hpp>

#include "cli/program_run.hpp"

using roost::test::ProgramRun;
using roost::test::TemporaryFolder;

namespace {

constexpr const char* good =
    "roost: 1\nname: good\nsources:\n  - {plugin: database, url: counter:x}\n"
    "sinks:\n  - {plugin: archive, url: 'file:${out:-x}.discard'}\n";
constexpr const char* bad =
    "roost: 1\nname: bad\nsources:\n  - {plugin: database, url: counter:x}\n"
    "sinks:\n  - plugin: archive\n    url: file:x.discard\n    fial-in: begin\n";

}  // namespace

TEST_CASE("good definitions are told on stdout, with exit code 0") {
    const TemporaryFolder folder;
    folder.write("a.yaml", good);
    folder.write("sub/b.yaml", good);
    const ProgramRun result = roost::test::roost(folder, "check a.yaml sub/b.yaml --set out=/tmp/y");
    CHECK(result.code == 0);
    CHECK(result.out == "a.yaml: ok\nsub/b.yaml: ok\n");
    CHECK(result.err.empty());
}

TEST_CASE("the errors of all definitions are told on stderr, with exit code 2") {
    const TemporaryFolder folder;
    folder.write("a.yaml", good);
    folder.write("b.yaml", bad);
    const ProgramRun result = roost::test::roost(folder, "check b.yaml a.yaml missing.yaml .");
    CHECK(result.code == 2);
    CHECK(result.out == "a.yaml: ok\n");
    CHECK(result.err ==
          "b.yaml:8:5: error: unknown option 'fial-in' for sink 'archive' (discard)\n"
          "  8 |     fial-in: begin\n"
          "    |     ^^^^^^^ did you mean 'fail-in'?\n"
          "  discard accepts: url, file, fail-in, destroys   (roost plugins discard)\n"
          "missing.yaml: error: there is no such file\n"
          ".: error: it is a folder, not a definition\n");
}

TEST_CASE("what runs before is checked as well, and told once") {
    const TemporaryFolder folder;
    folder.write("first.yaml", good);
    folder.write("a.yaml", std::string(good) + "before: first.yaml\n");
    folder.write("b.yaml", std::string(good) + "before: first.yaml\n");
    const ProgramRun result = roost::test::roost(folder, "check a.yaml b.yaml");
    CHECK(result.code == 0);
    CHECK(result.out == "first.yaml: ok\na.yaml: ok\nb.yaml: ok\n");
    folder.write("first.yaml", bad);
    const ProgramRun broken = roost::test::roost(folder, "check a.yaml");
    CHECK(broken.code == 2);
    CHECK(broken.out == "a.yaml: ok\n");
    CHECK(broken.err.find("first.yaml:8:5: error: unknown option 'fial-in'") == 0);
}

TEST_CASE("a definition is checked without touching what it names") {
    const TemporaryFolder folder;
    folder.write("a.yaml",
                 "roost: 1\nname: a\nsources:\n  - {plugin: counter, url: 'counter:/nowhere', hang: true}\n"
                 "sinks:\n  - {plugin: discard, url: file:out.discard, file: out.json}\n");
    CHECK(roost::test::roost(folder, "check a.yaml").code == 0);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "out.json"));
}

TEST_CASE("a run of a definition that is wrong exits with 2 and tells the same") {
    const TemporaryFolder folder;
    folder.write("b.yaml", bad);
    const std::string checked = roost::test::roost(folder, "check b.yaml").err;
    const ProgramRun result = roost::test::roost(folder, "run b.yaml");
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    CHECK(result.err.find(checked) != std::string::npos);
}

TEST_CASE("files that are no definitions exit with 2") {
    const TemporaryFolder folder;
    folder.write("empty.yaml", "");
    folder.write("two.yaml", "a: 1\n---\nb: 1\n");
    folder.write("bad.yaml", "a: [\n");
    folder.write("binary.yaml", std::string(1000, '\xFF'));
    std::filesystem::resize_file(folder.write("large.yaml", "a: 1\n"), 100'000'000);
    const auto sentence = [&](const std::string& name) {
        const ProgramRun result = roost::test::roost(folder, "check " + name);
        CHECK(result.code == 2);
        CHECK(result.out.empty());
        return result.err.substr(0, result.err.find('\n'));
    };
    CHECK(sentence("empty.yaml") ==
          "empty.yaml: error: it is empty; a definition begins with 'roost: 1' (see roost new pipeline)");
    CHECK(sentence("two.yaml") ==
          "two.yaml:2:1: error: a second document begins here; a definition is one document");
    CHECK(sentence("bad.yaml") == "bad.yaml:2:1: error: bad YAML: end of sequence flow not found");
    CHECK(sentence("binary.yaml") ==
          "binary.yaml:1:1: error: this byte is not UTF-8; save the file as UTF-8");
    CHECK(sentence("large.yaml") == "large.yaml: error: it is larger than 1 MiB, which no definition is");
}

TEST_CASE("a definition can come from a pipe") {
    const TemporaryFolder folder;
    folder.write("a.yaml", good);
    CHECK(roost::test::roost(folder, "check /dev/stdin <a.yaml").out == "/dev/stdin: ok\n");
}
