#include "lib/archive/content_analysis.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "plugins/archive/sample_backup.hpp"
#include "plugins/recording_context.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::archive;
using namespace roost::testing;

namespace {

const std::string digestOfX = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
const std::string digestOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Tables `documents` and `users` whose column `note` speaks of files.
Catalog sample() {
    Catalog catalog;
    catalog.tables = {makeTable(0, "documents"), makeTable(1, "users")};
    catalog.tables[1].columns[0].type.kind = TypeKind::text;
    catalog.entryKinds = {{"documents", 0, 0, 0, 0}, {"configs", 0, 0, 0, 0}};
    return catalog;
}

ContentRules sampleRules() {
    return contentRules({{"documents.note", "documents: users/{user}/pdfs/{path}"}},
                        {{"users.note", "configs/{key}/rmapi.conf"}});
}

void addRow(ContentAnalysis& analysis, TableId table, const Cell& key, const Cell& note) {
    Batch batch(table, 2);
    const auto row = batch.addRow();
    row[0] = key;
    row[1] = note;
    analysis.addRows(batch);
}

Cell text(std::string_view value) { return Cell::view(CellKind::text, value); }

}  // namespace

TEST_CASE("rows whose file is missing and files that no row names are told") {
    TemporaryFolder folder;
    ContentAnalysis analysis(sampleRules(), sample(), folder.path());
    addRow(analysis, 0, Cell::integer(1), text("/data/users/u1/pdfs/a.pdf"));
    addRow(analysis, 0, Cell::integer(2), text("users/u1/pdfs/sub/b.pdf"));
    addRow(analysis, 0, Cell::integer(3), text("/x/users/users/u2/pdfs/c.pdf"));
    addRow(analysis, 0, Cell::integer(4), text("/x/users/users/u2/pdfs/c.pdf"));
    addRow(analysis, 0, Cell::integer(5), text("otherusers/u1/pdfs/a"));
    addRow(analysis, 0, Cell::integer(6), text("users//pdfs/a"));
    addRow(analysis, 0, Cell::integer(7), text("users/u1/pdfs/"));
    addRow(analysis, 0, Cell::integer(8), Cell::null());
    addRow(analysis, 0, Cell::integer(9), Cell::integer(7));
    addRow(analysis, 1, text("users/u9/pdfs/z"), Cell::null());
    analysis.addFile("documents", "u1", "a.pdf", "");
    analysis.addFile("documents", "u1", "a.pdf2", "");
    analysis.addFile("documents", "u2", "d.pdf", "");
    analysis.addFile("configs", "u2", "other", "");
    CHECK(analysis.finish() ==
          std::vector<std::string>{
              "2 files that documents.note names are not in the archive: documents/u1/sub/b.pdf, "
              "documents/u2/c.pdf",
              "2 files are in the archive that no row names in documents.note: documents/u1/a.pdf2, "
              "documents/u2/d.pdf"});
}

TEST_CASE("a column that holds another text than its file is told, but not its text") {
    TemporaryFolder folder;
    ContentAnalysis analysis(sampleRules(), sample(), folder.path());
    CHECK(analysis.wantsDigest("configs", "rmapi.conf"));
    CHECK_FALSE(analysis.wantsDigest("configs", "other.conf"));
    CHECK_FALSE(analysis.wantsDigest("documents", "rmapi.conf"));
    addRow(analysis, 1, text("same"), text("x"));
    addRow(analysis, 1, text("different"), text("secret"));
    addRow(analysis, 1, text("null"), Cell::null());
    addRow(analysis, 1, text("empty"), Cell::null());
    addRow(analysis, 1, text("without file"), text("x"));
    for (const char* const owner : {"same", "different", "null", "without row"})
        analysis.addFile("configs", owner, "rmapi.conf", digestOfX);
    analysis.addFile("configs", "empty", "rmapi.conf", digestOfNothing);
    CHECK(analysis.finish() == std::vector<std::string>{"2 files differ from what users.note holds: "
                                                        "configs/different/rmapi.conf, "
                                                        "configs/null/rmapi.conf"});
}

TEST_CASE("what the archive does not have is not held against it") {
    TemporaryFolder folder;
    Catalog catalog = sample();
    catalog.entryKinds.clear();
    ContentAnalysis analysis(sampleRules(), catalog, folder.path());
    addRow(analysis, 0, Cell::integer(1), text("/data/users/u1/pdfs/a.pdf"));
    CHECK(analysis.finish().empty());
    ContentAnalysis other(contentRules(aviaryFileColumns(), aviaryContentColumns()), sample(), folder.path());
    other.addFile("documents", "u1", "a.pdf", "");
    CHECK(other.finish().empty());
}

TEST_CASE("patterns that make no sense are refused") {
    for (const char* const pattern : {"", "documents", "documents: {user}", "documents: a/{user}{path}",
                                      ": a/{user}/{path}", "documents: a/{path}/{user}"}) {
        INFO(pattern);
        CHECK_THROWS_WITH(
            fileColumn("a.b", pattern),
            "'" + std::string(pattern) + "' is no pattern of files; write KIND: FOLDER/{user}/FOLDER/{path}");
    }
    CHECK_THROWS_WITH(fileColumn("ab", "documents: {user}/{path}"), "'ab' is no column; write table.column");
    CHECK(fileColumn("s.t.c", "documents: {user}/{path}").table == "s.t");
    for (const char* const pattern :
         {"", "configs", "configs/{key}", "configs/{key}/", "/{key}/x", "a/b/{key}/x"}) {
        INFO(pattern);
        CHECK_THROWS_WITH(contentColumn("a.b", pattern),
                          "'" + std::string(pattern) + "' names no file of a row; write KIND/{key}/FILE");
    }
}
