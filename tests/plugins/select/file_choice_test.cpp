#include "transforms/select/file_choice.hpp"

#include <catch2/catch.hpp>

#include "plugins/transformed.hpp"
#include "transforms/select/path_pattern.hpp"

using namespace roost;
using namespace roost::select;
using roost::testing::errorOf;
using roost::testing::RecordingContext;

namespace {

bool takes(const std::string& pattern, const std::string& path) { return PathPattern(pattern).takes(path); }

Entry file(const std::string& path, std::uint64_t size = 1, std::int64_t seconds = 0) {
    Entry entry;
    entry.kind = "documents";
    entry.owner = "alice";
    entry.path = path;
    entry.size = size;
    entry.modifiedNanoseconds = seconds * 1'000'000'000;
    return entry;
}

Entry folder(const std::string& path) {
    Entry entry = file(path, 0);
    entry.type = EntryType::folder;
    return entry;
}

FileChoice choice(const FileOptions& options) { return {options, RecordingContext().start}; }

}  // namespace

TEST_CASE("patterns of paths") {
    CHECK(takes("*.pdf", "a.pdf"));
    CHECK(takes("*.pdf", "deep/er/a.pdf"));
    CHECK_FALSE(takes("*.pdf", "a.PDF"));
    CHECK_FALSE(takes("*.pdf", "a.pdf.tmp"));
    CHECK(takes("/*.pdf", "a.pdf"));
    CHECK_FALSE(takes("/*.pdf", "deep/a.pdf"));
    CHECK(takes("a/*.pdf", "a/b.pdf"));
    CHECK_FALSE(takes("a/*.pdf", "a/b/c.pdf"));
    CHECK_FALSE(takes("a/*.pdf", "x/a/b.pdf"));
    CHECK(takes("a/**/z.pdf", "a/z.pdf"));
    CHECK(takes("a/**/z.pdf", "a/b/c/z.pdf"));
    CHECK_FALSE(takes("a/**/z.pdf", "b/z.pdf"));
    CHECK(takes("**/b/*", "a/b/c"));
    CHECK(takes("a/**", "a/b/c"));
    CHECK(takes("tmp", "x/tmp/y/z"));  // a folder with all that is in it
    CHECK(takes(".cache/", "x/.cache/y"));
    CHECK_FALSE(takes("tmp", "tmpfile"));
    CHECK(takes("?.pdf", "\xC3\xA4.pdf"));
    CHECK(takes("\\*.pdf", "*.pdf"));
    CHECK_FALSE(takes("\\*.pdf", "a.pdf"));
    CHECK_FALSE(takes("*", ""));
    // No pattern takes for ever.
    std::string stars;
    for (int i = 0; i < 40; ++i) stars += "**/a/";
    std::string path;
    for (int i = 0; i < 200; ++i) path += "a/";
    CHECK_FALSE(takes(stars + "b", path + "c"));
}

TEST_CASE("folders stay where files in them may") {
    FileOptions options;
    options.files = {"reports/*/*.pdf"};
    options.excludeFiles = {"reports/old"};
    const FileChoice chosen = choice(options);
    CHECK(chosen.takes(folder("")));
    CHECK(chosen.takes(folder("reports")));
    CHECK(chosen.takes(folder("reports/2026")));
    CHECK_FALSE(chosen.takes(folder("reports/2026/deep")));
    CHECK_FALSE(chosen.takes(folder("other")));
    CHECK_FALSE(chosen.takes(folder("reports/old")));
    CHECK(chosen.takes(file("reports/2026/a.pdf")));
    CHECK_FALSE(chosen.takes(file("reports/old/a.pdf")));
    CHECK_FALSE(chosen.takes(file("reports/a.pdf")));
}

TEST_CASE("limits of size and age") {
    FileOptions size;
    size.largerThan = 10;
    size.smallerThan = 20;
    CHECK_FALSE(choice(size).takes(file("a", 10)));
    CHECK(choice(size).takes(file("a", 11)));
    CHECK(choice(size).takes(file("a", 19)));
    CHECK_FALSE(choice(size).takes(file("a", 20)));
    CHECK(choice(size).takes(folder("a")));

    constexpr std::int64_t start = 1'769'862'896;  // RecordingContext's
    FileOptions newer;
    newer.newerThan = "30d";
    CHECK(choice(newer).takes(file("a", 1, start - 30 * 86'400)));
    CHECK_FALSE(choice(newer).takes(file("a", 1, start - 30 * 86'400 - 1)));
    FileOptions older;
    older.olderThan = "2026-01-01T00:00:00+01:00";
    CHECK(choice(older).takes(file("a", 1, 1'767'221'999)));
    CHECK_FALSE(choice(older).takes(file("a", 1, 1'767'222'000)));
    for (const char* none : {"", "30", "d", "30 days", "-1d", "2026-02-30", "99999999999999d", "infinity"})
        CHECK_FALSE(momentOf(none, {}));
}

TEST_CASE("the catalog tells of kinds that come in part, and no number that is not true") {
    RecordingContext context;
    Catalog catalog;
    catalog.entryKinds = {{"documents", 5, 2, 100, 3}, {"configs", 1, 0, 9, 1}};
    FileOptions options;
    options.kinds = {"doc*", "x*"};
    choice(options).rewrite(catalog, context);
    REQUIRE(catalog.entryKinds.size() == 1);
    CHECK(catalog.entryKinds[0].files == 5);
    CHECK(catalog.entryKinds[0].coverage == Coverage::whole);
    CHECK(context.warnings == std::vector<std::string>{"no kind of files matches 'x*' in 'kinds'"});
    options.files = {"*.pdf"};
    choice(options).rewrite(catalog, context);
    CHECK(catalog.entryKinds[0].files == 0);
    CHECK(catalog.entryKinds[0].bytes == 0);
    CHECK(catalog.entryKinds[0].coverage == Coverage::files);
    CHECK(context.warnings.back() == "only some files of the kind 'documents' go along");
    options.kinds = {"document"};
    CHECK(errorOf([&] { choice(options).rewrite(catalog, context); }) ==
          "'kinds': no files of the kind 'document' come | did you mean 'documents'?");
}
