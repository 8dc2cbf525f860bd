#include "pipeline/source_text.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "pipeline/definition_files.hpp"
#include "pipeline/secret_words.hpp"
#include "roost/error.hpp"

using namespace roost;
using roost::test::TemporaryFolder;

namespace {

std::string readProblem(const std::filesystem::path& file) {
    try {
        return "read " + std::to_string(SourceText::read(file).text().size()) + " bytes";
    } catch (const Error& error) {
        return error.what();
    }
}

std::string render(const SourceText& source, Position position, std::size_t width = 1) {
    Diagnostics diagnostics;
    diagnostics.error(position, "wrong", width);
    return renderDiagnostics(source, diagnostics);
}

}  // namespace

TEST_CASE("a definition that is no text to read gives one clear sentence") {
    const TemporaryFolder folder;
    CHECK(readProblem(folder.path() / "missing.yaml") == "there is no such file");
    CHECK(readProblem(folder.path()) == "it is a folder, not a definition");
    CHECK(readProblem(folder.write("empty.yaml", "")) ==
          "it is empty; a definition begins with 'roost: 1' (see roost new pipeline)");
    CHECK(readProblem(folder.write("whole.yaml", std::string(SourceText::largestBytes, 'x'))) ==
          "read 1048576 bytes");
    CHECK(readProblem(folder.write("large.yaml", std::string(SourceText::largestBytes + 1, 'x'))) ==
          "it is larger than 1 MiB, which no definition is");
    CHECK(readProblem("/dev/zero") == "it is larger than 1 MiB, which no definition is");
    CHECK(readProblem(folder.write("file.yaml", "x") / "below.yaml") == "it cannot be read: Not a directory");
    if (::geteuid() != 0) {  // root may read everything
        const auto locked = folder.write("locked.yaml", "x");
        ::chmod(locked.c_str(), 0);
        CHECK(readProblem(locked) == "it cannot be read: Permission denied");
    }
}

TEST_CASE("positions count lines and characters, not bytes, and go both ways") {
    const SourceText source("f", "a\r\nü: x\n\nend");
    CHECK(source.lineCount() == 4);
    CHECK(source.line(1) == "a");
    CHECK(source.line(2) == "ü: x");
    CHECK(source.line(4) == "end");
    CHECK(source.line(5).empty());
    const std::size_t x = source.text().find('x');
    CHECK(source.positionAt(x) == Position{2, 4});
    CHECK(source.offsetOf({2, 4}) == x);
    CHECK(source.positionAt(source.text().size()) == Position{4, 4});
    CHECK(source.positionAt(99999) == Position{4, 4});
}

TEST_CASE("a byte order mark is no part of the text") {
    const SourceText source("f", "\xEF\xBB\xBFroost: 1\n");
    CHECK(source.line(1) == "roost: 1");
}

TEST_CASE("the underline stands below its characters after tabs, wide and combining characters") {
    CHECK(render(SourceText("f", "a:\tbad"), {1, 4}, 3) ==
          "f:1:4: error: wrong\n  1 | a:\tbad\n    |   \t^^^\n");
    CHECK(render(SourceText("f", "日本: bad"), {1, 5}, 3) ==
          "f:1:5: error: wrong\n  1 | 日本: bad\n    |       ^^^\n");
    CHECK(render(SourceText("f", "e\xCC\x81: bad"), {1, 5}, 3) ==
          "f:1:5: error: wrong\n  1 | e\xCC\x81: bad\n    |    ^^^\n");
    CHECK(render(SourceText("f", "日本: bad"), {1, 1}, 2) ==
          "f:1:1: error: wrong\n  1 | 日本: bad\n    | ^^^^\n");
}

TEST_CASE("an underline ends with its line, and a place behind the last line has one") {
    CHECK(render(SourceText("f", "abc\nd"), {1, 3}, 50) == "f:1:3: error: wrong\n  1 | abc\n    |   ^\n");
    CHECK(render(SourceText("f", "abc\n"), {2, 1}) == "f:2:1: error: wrong\n  2 | \n    | ^\n");
    CHECK(render(SourceText("f", "abc\n"), {7, 1}) == "f:7:1: error: wrong\n  7 | \n    | ^\n");
}

TEST_CASE("a very long line is cut around the place") {
    const SourceText source("f", std::string(500, 'a') + "bad" + std::string(500, 'c'));
    CHECK(render(source, {1, 501}, 3) == "f:1:501: error: wrong\n  1 | ..." + std::string(36, 'a') + "bad" +
                                             std::string(71, 'c') + "...\n    | " + std::string(39, ' ') +
                                             "^^^\n");
    CHECK(render(source, {1, 1}, 2) ==
          "f:1:1: error: wrong\n  1 | " + std::string(110, 'a') + "...\n    | ^^\n");
}

TEST_CASE("control characters of a file and of a value never reach the terminal") {
    const SourceText source("f", "a: \x1B[31mred");
    Diagnostics diagnostics;
    diagnostics.error({1, 1}, "no '\x1B[31m'\nhere", 1, "try\x07this");
    CHECK(renderDiagnostics(source, diagnostics) ==
          "f:1:1: error: no '?[31m' here\n  1 | a: ?[31mred\n    | ^ try?this\n");
}

TEST_CASE("a message that repeats a url shows no password") {
    Diagnostics diagnostics;
    diagnostics.add({{}, "no postgresql://u:hunter2@h/x", 0, "try a://b:hunter3@c", {"password=hunter4"}});
    CHECK(renderDiagnostics(SourceText("f", "a"), diagnostics) ==
          "f: error: no postgresql://u:***@h/x; try a://b:***@c\n  password=***\n");
}

TEST_CASE("a very long message is cut") {
    Diagnostics diagnostics;
    diagnostics.error({}, std::string(10'000, 'x'));
    CHECK(renderDiagnostics(SourceText("f", "a"), diagnostics) ==
          "f: error: " + std::string(500, 'x') + "...\n");
}

TEST_CASE("diagnostics are sorted by place, and after fifty the rest is counted") {
    const SourceText source("f", "a\nb\n");
    Diagnostics diagnostics;
    diagnostics.error({2, 1}, "second");
    diagnostics.error({}, "whole", 0, "did you mean 'x'?");
    diagnostics.error({1, 1}, "first");
    CHECK(renderDiagnostics(source, diagnostics) ==
          "f: error: whole; did you mean 'x'?\n"
          "f:1:1: error: first\n  1 | a\n    | ^\n"
          "f:2:1: error: second\n  2 | b\n    | ^\n");
    Diagnostics many;
    for (int i = 0; i < 53; ++i) many.error({}, "e");
    const std::string text = renderDiagnostics(source, many);
    CHECK(text.ends_with("f: error: e\nf: error: 3 more errors are not shown\n"));
}

TEST_CASE("shown lines hide passwords in urls and keep the mark in its place") {
    const SourceText source("f", "{url: 'postgresql://u:hunter2@h/db', levle: 9}");
    CHECK(render(source, {1, 38}, 5) ==
          "f:1:38: error: wrong\n  1 | {url: 'postgresql://u:***@h/db', levle: 9}\n    |                     "
          "             ^^^^^\n");
    CHECK(render(source, {1, 25}) ==
          "f:1:25: error: wrong\n  1 | {url: 'postgresql://u:***@h/db', levle: 9}\n    |                     "
          "  ^\n");
}

TEST_CASE("a hidden range is three stars, whatever its length and whichever of its lines is shown") {
    const std::string text = "a: one\nb: |\n  two\n  three\nc: four";
    SourceText source("f", text);
    source.hide({text.find("one"), text.find("one") + 3});
    source.hide({text.find('|'), text.find("\nc:")});
    CHECK(render(source, {1, 5}, 2) == "f:1:5: error: wrong\n  1 | a: ***\n    |    ^^^\n");
    CHECK(render(source, {2, 1}) == "f:2:1: error: wrong\n  2 | b: ***\n    | ^\n");
    CHECK(render(source, {4, 3}) == "f:4:3: error: wrong\n  4 |   ***\n    |   ^\n");
    CHECK(render(source, {5, 4}, 4) == "f:5:4: error: wrong\n  5 | c: four\n    |    ^^^^\n");
}

TEST_CASE("values of keys that look like passwords are hidden even where the file cannot be read") {
    const SourceText source(
        "f", "db-password: hunter2 # why\n  - {\"API_KEY\":abc, x: 1}\n# smtp_token: q\nuser: bob");
    CHECK(render(source, {1, 1}, 2) == "f:1:1: error: wrong\n  1 | db-password: ***\n    | ^^\n");
    CHECK(render(source, {2, 1}) == "f:2:1: error: wrong\n  2 |   - {\"API_KEY\":***\n    | ^\n");
    CHECK(render(source, {3, 1}) == "f:3:1: error: wrong\n  3 | # smtp_token: ***\n    | ^\n");
    CHECK(render(source, {4, 1}) == "f:4:1: error: wrong\n  4 | user: bob\n    | ^\n");
}

TEST_CASE("a reference to a variable is no secret, a default is") {
    CHECK(isPureReference("${DB_PASSWORD}"));
    CHECK(isPureReference(" '${DB_PASSWORD:?give it}' "));
    CHECK(isPureReference("${DB_PASSWORD:-}"));
    CHECK_FALSE(isPureReference("${DB_PASSWORD:-hunter2}"));
    CHECK_FALSE(isPureReference("${A}${B}"));
    CHECK_FALSE(isPureReference("x${A}"));
    CHECK_FALSE(isPureReference("${}"));
    CHECK_FALSE(isPureReference("${A:?${B}}"));
}
