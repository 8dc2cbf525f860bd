#include "lib/archive/inspection.hpp"

#include <catch2/catch.hpp>

#include "lib/archive/archive_input.hpp"
#include "lib/archive/backup_writer.hpp"
#include "lib/archive/content_rules.hpp"
#include "lib/stream/partial_file.hpp"
#include "lib/stream/tar_gz.hpp"
#include "plugins/archive/sample_backup.hpp"
#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"
#include "plugins/stream/sample_data.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::archive;
using namespace roost::testing;

namespace {

constexpr const char* metadataText =
    R"({"aviary_version":"1.0","database_type":"sqlite","exported_tables":["users"],"total_documents":1,"total_size_bytes":5})";

using Rows = std::vector<std::pair<std::string, std::uint64_t>>;

void makeSample(const std::filesystem::path& path) {
    RecordingContext context;
    stream::PartialFile file(path, stream::OnExisting::fail);
    const Catalog catalog = sampleCatalog();
    {
        stream::TarGzWriter archive(file, {}, context.stopToken());
        BackupWriter writer(archive, catalog, {}, context);
        giveSample(catalog, [&writer](Item& item) { writer.write(item); });
        for (int i = 0; i < 3; ++i)
            giveEntry(makeFile("documents", "zoe", "f" + std::to_string(i), randomBytes(3'000'000)),
                      [&writer](Item& item) { writer.write(item); });
        writer.finish();
    }
    file.commit();
}

ArchiveSummary inspect(const std::filesystem::path& path, Context& context) {
    return inspectArchive(std::make_shared<ArchiveInput>(std::make_shared<stream::FileInput>(path), context),
                          {}, context);
}

ArchiveSummary verify(const std::filesystem::path& path, Context& context) {
    BackupReading reading;
    reading.rules = contentRules(aviaryFileColumns(), aviaryContentColumns());
    return verifyArchive(std::make_shared<ArchiveInput>(std::make_shared<stream::FileInput>(path), context),
                         reading, context);
}

const std::string unproven =
    "the archive was not made by roost: it has no checksums, so only CRC-32 tells that its files are whole";

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
    writeFile(folder / "tree/metadata.json", metadataText);
    writeFile(folder / "tree/database/users.json",
              R"([{"id":"a","username":"x"},{"id":"b","username":"y"}])");
    writeFile(folder / "tree/database/api_keys.json", "null\n");
    writeFile(folder / "tree/filesystem/documents/u1/a..b.pdf", "12345");
}

std::string problem(const std::filesystem::path& path) {
    RecordingContext context;
    try {
        (void)inspect(path, context);
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
    const ArchiveSummary whole = inspect(folder / "a.tar.gz", context);
    CHECK(whole.tables == Rows{{"users", 2}, {"api_keys", 3}, {"empty", 0}, {"a/b", 1}});
    REQUIRE(whole.entryKinds.size() == 2);
    CHECK(whole.entryKinds[0].kind == "documents");
    CHECK(whole.entryKinds[0].files == 5);
    CHECK(whole.entryKinds[0].folders == 1);
    CHECK(whole.entryKinds[0].bytes == 9'000'009);
    CHECK(whole.entryKinds[0].users == 3);
    CHECK(whole.warnings ==
          std::vector<std::string>{
              "Aviary does not restore 'documents/bob/notes..pdf': its path has '..' in it"});
    CHECK(whole.metadataJson.starts_with("{\n  \"aviary_version\": \"unknown\""));
    CHECK(whole.schemaJson.starts_with("{\n  \"format_version\": 1"));

    // Nothing behind the front is read, so what is missing there does not matter here.
    std::filesystem::resize_file(folder / "a.tar.gz", 400'000);
    CHECK(inspect(folder / "a.tar.gz", context).tables == whole.tables);
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
    const ArchiveSummary summary = inspect(folder / "a.tar.gz", context);
    CHECK(summary.tables == Rows{{"users", 2}, {"api_keys", 0}});
    REQUIRE(summary.entryKinds.size() == 1);
    CHECK(summary.entryKinds[0].kind == "documents");
    CHECK(summary.entryKinds[0].files == 1);
    CHECK(summary.entryKinds[0].folders == 1);
    CHECK(summary.entryKinds[0].bytes == 5);
    CHECK(summary.entryKinds[0].users == 1);
    CHECK(summary.metadataJson == metadataText);
    CHECK(summary.schemaJson.empty());
    CHECK(summary.warnings == std::vector<std::string>{unproven});
    CHECK(
        verify(folder / "a.tar.gz", context).warnings ==
        std::vector<std::string>{
            unproven, "Aviary does not restore files whose paths have '..' in them: documents/u1/a..b.pdf"});
}

TEST_CASE("entries of a Mac's resource forks may come before the metadata") {
    TemporaryFolder folder;
    makeTree(folder);
    writeFile(folder / "tree/._metadata.json", "fork");
    makeByTar(folder, "./._metadata.json metadata.json database/users.json");
    RecordingContext context;
    const ArchiveSummary summary = inspect(folder / "a.tar.gz", context);
    CHECK(summary.tables == Rows{{"users", 2}});
    CHECK(summary.warnings ==
          std::vector<std::string>{"1 entry that macOS had added was passed over: ._metadata.json",
                                   "metadata.json tells of 1 documents, but the archive has 0",
                                   "metadata.json tells of 5 bytes of files, but the archive has 0",
                                   unproven});
}

TEST_CASE("links in an archive are refused by name") {
    TemporaryFolder folder;
    makeTree(folder);
    std::filesystem::create_symlink("/etc/passwd", folder / "tree/filesystem/link");
    makeByTar(folder, "metadata.json filesystem/link");
    CHECK(problem(folder / "a.tar.gz") == "'A' is refused: its entry 'filesystem/link' is a symbolic link");
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

    for (const char* const rows : {R"([{"id":1},5])", R"([{"id":1})", "{}"}) {
        writeFile(folder / "tree/database/users.json", rows);
        makeByTar(folder, "metadata.json database/users.json");
        INFO(rows);
        CHECK_THAT(problem(path), Catch::StartsWith("'database/users.json'"));
    }
    writeFile(folder / "tree/metadata.json", "[1]");
    makeByTar(folder, "metadata.json");
    CHECK_THAT(problem(path), Catch::StartsWith("'metadata.json'"));
    writeFile(folder / "tree/database/users.json", "[]");
    makeByTar(folder, "database/users.json");
    CHECK(problem(path) == "'A' is no backup: it has no metadata.json");
}

TEST_CASE("deep nesting is refused and costs no stack") {
    TemporaryFolder folder;
    makeTree(folder);
    writeFile(folder / "tree/database/users.json",
              "[{\"a\":" + std::string(2'000'000, '[') + std::string(2'000'000, ']') + "}]");
    makeByTar(folder, "metadata.json database/users.json");
    CHECK_THAT(problem(folder / "a.tar.gz"), Catch::StartsWith("'database/users.json'"));
}
