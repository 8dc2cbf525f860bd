#include "lib/archive/inspection.hpp"

#include <catch2/catch.hpp>

#include "lib/archive/backup_writer.hpp"
#include "lib/stream/partial_file.hpp"
#include "plugins/archive/sample_backup.hpp"
#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"
#include "plugins/stream/sample_data.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::archive;
using namespace roost::testing;

namespace {

using Rows = std::vector<std::pair<std::string, std::uint64_t>>;

void makeSample(const std::filesystem::path& path) {
    RecordingContext context;
    stream::PartialFile file(path, stream::OnExisting::fail);
    const Catalog catalog = sampleCatalog();
    {
        BackupWriter writer(file, catalog, {}, context);
        giveSample(catalog, [&writer](Item& item) { writer.write(item); });
        for (int i = 0; i < 3; ++i)
            giveEntry(makeFile("documents", "zoe", "f" + std::to_string(i), randomBytes(3'000'000)),
                      [&writer](Item& item) { writer.write(item); });
        writer.finish();
    }
    file.commit();
}

/// An archive of the files below `folder`/tree, in the order that is given.
void makeByTar(const TemporaryFolder& folder, const std::string& members) {
    const auto result =
        shell("cd '" + (folder / "tree").native() + "' && tar --no-recursion -czf ../a.tar.gz " + members);
    INFO(result.output);
    REQUIRE(result.status == 0);
}

void makeTree(const TemporaryFolder& folder) {
    std::filesystem::create_directories(folder / "tree/database");
    std::filesystem::create_directories(folder / "tree/filesystem/documents/u1");
    writeFile(folder / "tree/metadata.json", R"({"aviary_version":"1.0","exported_tables":["users"]})");
    writeFile(folder / "tree/database/users.json", R"([{"id":"a","x":[1,{}]},{"id":"b","n":{"y":[{}]}}])");
    writeFile(folder / "tree/database/api_keys.json", "null\n");
    writeFile(folder / "tree/filesystem/documents/u1/a..b.pdf", "12345");
}

std::string problem(const std::filesystem::path& path) {
    RecordingContext context;
    try {
        (void)inspectArchive(path, context);
    } catch (const Error& error) {
        std::string message = error.what();
        if (const auto at = message.find(path.native()); at != std::string::npos)
            message.replace(at, path.native().size(), "A");
        return message;
    }
    return "no problem";
}

}  // namespace

TEST_CASE("an archive of roost's tells what it holds from its first bytes") {
    TemporaryFolder folder;
    makeSample(folder / "a.tar.gz");
    RecordingContext context;
    const ArchiveSummary whole = inspectArchive(folder / "a.tar.gz", context);
    CHECK(whole.tables == Rows{{"users", 2}, {"api_keys", 3}, {"empty", 0}, {"a/b", 1}});
    REQUIRE(whole.entryKinds.size() == 2);
    CHECK(whole.entryKinds[1].kind == "documents");
    CHECK(whole.entryKinds[1].files == 5);
    CHECK(whole.entryKinds[1].folders == 1);
    CHECK(whole.entryKinds[1].bytes == 9'000'009);
    CHECK(whole.entryKinds[1].users == 3);
    CHECK(whole.warnings ==
          std::vector<std::string>{
              "Aviary does not restore 'documents/bob/notes..pdf': its path has '..' in it"});
    CHECK(whole.metadataJson.starts_with("{\n  \"aviary_version\": \"unknown\""));
    CHECK(whole.schemaJson.starts_with("{\n  \"format_version\": 1"));

    // Nothing behind the front is read, so what is missing there does not matter here.
    std::filesystem::resize_file(folder / "a.tar.gz", 400'000);
    CHECK(inspectArchive(folder / "a.tar.gz", context).tables == whole.tables);
}

TEST_CASE("archives of Aviary's are counted, whatever their order") {
    TemporaryFolder folder;
    makeTree(folder);
    const char* const members = GENERATE(
        "metadata.json database database/api_keys.json database/users.json filesystem filesystem/documents "
        "filesystem/documents/u1 filesystem/documents/u1/a..b.pdf",
        "database database/api_keys.json database/users.json filesystem filesystem/documents "
        "filesystem/documents/u1 filesystem/documents/u1/a..b.pdf metadata.json",
        "./metadata.json ./database/api_keys.json ./database/users.json ./filesystem/documents/u1 "
        "./filesystem/documents/u1/a..b.pdf");
    makeByTar(folder, members);
    RecordingContext context;
    const ArchiveSummary summary = inspectArchive(folder / "a.tar.gz", context);
    CHECK(summary.tables == Rows{{"api_keys", 0}, {"users", 2}});
    REQUIRE(summary.entryKinds.size() == 1);
    CHECK(summary.entryKinds[0].kind == "documents");
    CHECK(summary.entryKinds[0].files == 1);
    CHECK(summary.entryKinds[0].folders == 1);
    CHECK(summary.entryKinds[0].bytes == 5);
    CHECK(summary.entryKinds[0].users == 1);
    CHECK(summary.metadataJson == R"({"aviary_version":"1.0","exported_tables":["users"]})");
    CHECK(summary.schemaJson.empty());
    CHECK(summary.warnings ==
          std::vector<std::string>{"Aviary does not restore files whose paths have '..' in them: "
                                   "documents/u1/a..b.pdf"});
}

TEST_CASE("entries of a Mac's resource forks may come before the metadata") {
    TemporaryFolder folder;
    makeTree(folder);
    writeFile(folder / "tree/._metadata.json", "fork");
    makeByTar(folder, "./._metadata.json metadata.json database/users.json");
    RecordingContext context;
    CHECK(inspectArchive(folder / "a.tar.gz", context).tables == Rows{{"users", 2}});
}

TEST_CASE("links in an archive are named") {
    TemporaryFolder folder;
    makeTree(folder);
    std::filesystem::create_symlink("/etc/passwd", folder / "tree/filesystem/link");
    makeByTar(folder, "metadata.json filesystem/link");
    RecordingContext context;
    CHECK(inspectArchive(folder / "a.tar.gz", context).warnings ==
          std::vector<std::string>{"links and devices are never restored: filesystem/link"});
}

TEST_CASE("damage in what is read is an error that says what is wrong") {
    TemporaryFolder folder;
    makeTree(folder);
    makeByTar(folder, "metadata.json database/users.json filesystem/documents/u1/a..b.pdf");
    const auto path = folder / "a.tar.gz";
    const std::string good = readFile(path);
    CHECK(problem(path) == "no problem");
    writeFile(path, good.substr(0, good.size() - 20));
    CHECK(problem(path) == "'A' is damaged: it ends too early");
    std::string bad = good;
    bad[bad.size() - 7] = static_cast<char>(bad[bad.size() - 7] ^ 1);
    writeFile(path, bad);
    CHECK(problem(path) == "'A' is damaged: its compressed data is not valid (incorrect data check)");
    writeFile(path, "not an archive at all, but long enough to be one");
    CHECK(problem(path) == "'A' is not a gzip archive");
    CHECK(problem(folder / "none.tar.gz") == "cannot read 'A': No such file or directory");

    writeFile(folder / "tree/database/users.json", R"([{"id":1},5])");
    makeByTar(folder, "metadata.json database/users.json");
    CHECK_THAT(problem(path),
               Catch::StartsWith("'database/users.json' in 'A' is not the JSON array of records"));
    writeFile(folder / "tree/database/users.json", R"([{"id":1})");
    makeByTar(folder, "metadata.json database/users.json");
    CHECK_THAT(problem(path),
               Catch::StartsWith("'database/users.json' in 'A' is not the JSON array of records"));
    writeFile(folder / "tree/metadata.json", "[1]");
    makeByTar(folder, "metadata.json");
    CHECK_THAT(problem(path),
               Catch::StartsWith("'metadata.json' in 'A' is not the JSON object that it should be"));
    makeByTar(folder, "database/users.json");
    CHECK_THAT(problem(path),
               Catch::StartsWith("'database/users.json' in 'A' is not the JSON array of records"));
    writeFile(folder / "tree/database/users.json", "[]");
    makeByTar(folder, "database/users.json");
    CHECK(problem(path) == "'A' is no backup: it has no metadata.json");
}

TEST_CASE("deep nesting costs no stack") {
    TemporaryFolder folder;
    makeTree(folder);
    writeFile(folder / "tree/database/users.json",
              "[{\"a\":" + std::string(2'000'000, '[') + std::string(2'000'000, ']') + "}]");
    makeByTar(folder, "metadata.json database/users.json");
    RecordingContext context;
    CHECK(inspectArchive(folder / "a.tar.gz", context).tables == Rows{{"users", 1}});
}
