#include "sources/tar_gz/tar_gz_source.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "pipeline/item_check.hpp"
#include "plugins/archive/made_backup.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::testing;

namespace {

class TargetContext final : public Context {
public:
    explicit TargetContext(RecordingContext& inner, std::string dialect)
        : inner_(inner), dialect_(std::move(dialect)) {}
    void log(LogLevel level, const std::string& message) override { inner_.log(level, message); }
    void warn(const std::string& message) override { inner_.warn(message); }
    void setAside(const std::string& subject, const std::string& message) override {
        inner_.setAside(subject, message);
    }
    [[nodiscard]] std::stop_token stopToken() const override { return inner_.stopToken(); }
    void alive() override { inner_.alive(); }
    [[nodiscard]] bool dryRun() const override { return inner_.dryRun(); }
    [[nodiscard]] std::string targetDialect() const override { return dialect_; }
    [[nodiscard]] std::string pipelineName() const override { return inner_.pipelineName(); }
    [[nodiscard]] std::chrono::system_clock::time_point startTime() const override {
        return inner_.startTime();
    }
    [[nodiscard]] std::filesystem::path temporaryFolder() const override { return inner_.temporaryFolder(); }
    bool journal(const std::string& record) override { return inner_.journal(record); }

private:
    RecordingContext& inner_;
    std::string dialect_;
};

std::string shown(const Cell& cell) {
    if (cell.isNull()) return "null";
    if (cell.kind() == CellKind::integer) return std::to_string(cell.integer());
    return std::string(cell.text());
}

/// Everything that a source gives, as lines, checked as the engine does.
std::vector<std::string> give(TarGzSource& source, const Catalog& catalog) {
    ItemCheck check(catalog);
    std::vector<std::string> lines;
    for (Item item; source.next(item);) {
        check.check(item);
        if (const auto* const begin = std::get_if<TableBegin>(&item))
            lines.push_back("table " + catalog.find(begin->table)->qualifiedName());
        else if (const auto* const batch = std::get_if<BatchPtr>(&item))
            for (std::size_t i = 0; i < (*batch)->rows(); ++i) {
                std::string line = "row";
                for (const Cell& cell : (*batch)->row(i)) line += " " + shown(cell);
                lines.push_back(line);
            }
        else if (auto* const entry = std::get_if<Entry>(&item)) {
            std::string content;
            std::vector<std::byte> piece(7);
            if (entry->content)
                for (std::size_t got = entry->content->read(piece); got != 0;
                     got = entry->content->read(piece))
                    content.append(reinterpret_cast<const char*>(piece.data()), got);
            CHECK(content.size() == entry->size);
            lines.push_back((entry->type == EntryType::folder ? "folder " : "file ") + entry->displayName() +
                            " " + std::to_string(entry->mode) + " " +
                            std::to_string(entry->modifiedNanoseconds) + " " + content);
        }
    }
    check.finish();
    return lines;
}

TarGzSource makeSource(const std::string& url) {
    TarGzSource::Options options;
    options.url = Location::parse(url);
    return TarGzSource(std::move(options));
}

const std::vector<std::string> sampleItems{
    "table users",
    "row 0 note 0 \"quoted\" \xC3\xA4",
    "row 1 note 7919 \"quoted\" \xC3\xA4",
    "table api_keys",
    "row 0 note 0 \"quoted\" \xC3\xA4",
    "row 1 note 7919 \"quoted\" \xC3\xA4",
    "row 2 note 15838 \"quoted\" \xC3\xA4",
    "table empty",
    "table a/b",
    "row 0 note 0 \"quoted\" \xC3\xA4",
    "folder documents/alice/sub 493 1500000000000000000 ",
    "file documents/alice/sub/a.pdf 416 1600000000000000000 pdf bytes",
    "file documents/bob/notes..pdf 416 1600000000000000000 ",
    "file configs/alice/rmapi.conf 416 1600000000000000000 devicetoken: x",
};

/// Aviary's archive: users last, files before the tables, the metadata between.
void makeForeign(const TemporaryFolder& folder, const std::string& order) {
    const auto tree = folder / "tree";
    std::filesystem::create_directories(tree / "database");
    std::filesystem::create_directories(tree / "filesystem/documents/u1");
    writeFile(
        tree / "metadata.json",
        R"({"aviary_version":"1.9.2","database_type":"sqlite","total_documents":1,"total_size_bytes":5})");
    writeFile(tree / "database/users.json", R"([{"id":"u1","username":"x"}])");
    writeFile(tree / "database/documents.json",
              R"([{"id":"d1","user_id":"u1","local_path":"/data/users/u1/pdfs/missing.pdf"}])");
    writeFile(tree / "database/api_keys.json", "null\n");
    writeFile(tree / "filesystem/documents/u1/a.pdf", "12345");
    const auto result = shell("cd '" + tree.native() +
                              "' && chmod 640 filesystem/documents/u1/a.pdf && touch -d @1000000000 "
                              "filesystem/documents/u1/a.pdf && tar --no-recursion -czf ../f.tar.gz " +
                              order);
    INFO(result.output);
    REQUIRE(result.status == 0);
}

std::vector<std::string> withoutRows(std::vector<std::string> lines) {
    std::erase_if(lines, [](const std::string& line) { return line.starts_with("row"); });
    return lines;
}

void checkOptions(const std::string& option, const std::vector<std::pair<std::string, std::string>>& pairs,
                  const std::string& expected) {
    Node settings;
    settings.kind = Node::Kind::mapping;
    Node key, value;
    key.kind = Node::Kind::scalar;
    key.scalar = option;
    value.kind = Node::Kind::mapping;
    for (const auto& [name, pattern] : pairs) {
        Node column, text;
        column.kind = text.kind = Node::Kind::scalar;
        column.scalar = name;
        text.scalar = pattern;
        value.members.emplace_back(column, text);
    }
    settings.members.emplace_back(key, value);
    Diagnostics diagnostics;
    TarGzSource::check({}, settings, diagnostics);
    REQUIRE(diagnostics.list().size() == 1);
    CHECK(diagnostics.list().front().message == expected);
}

}  // namespace

TEST_CASE("what was archived comes back, from a file, a pipe and in a dry run") {
    Made made;
    made.make(sampleCatalog(), giveSample);
    const bool pipe = GENERATE(false, true);
    const bool dry = GENERATE(false, true);
    RecordingContext context;
    context.dry = dry;
    const auto fifo = made.folder / "fifo";
    std::jthread writer;
    if (pipe) {
        REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
        writer = std::jthread([&] { shell("cat '" + made.path.native() + "' >'" + fifo.native() + "'"); });
    }
    TarGzSource source = makeSource("file:" + (pipe ? fifo : made.path).native());
    const Catalog catalog = source.catalog(context);
    CHECK(catalog.dialect == "sqlite");
    REQUIRE(catalog.tables.size() == 4);
    CHECK(catalog.tables[1].rows == 3);
    REQUIRE(catalog.entryKinds.size() == 2);
    CHECK(catalog.entryKinds[0].kind == "documents");
    CHECK(catalog.entryKinds[0].bytes == 9);
    CHECK(catalog.warnings.empty());
    CHECK(give(source, catalog) == sampleItems);
    CHECK(std::filesystem::is_empty(context.temporaryFolder()));
}

TEST_CASE("damage behind the front is found before the last item, in a dry run before the plan") {
    Made made;
    made.make(sampleCatalog(), giveSample);
    std::string file = readFile(made.path);
    file[file.size() - 6] = static_cast<char>(file[file.size() - 6] ^ 1);
    writeFile(made.path, file);
    const std::string expected =
        "'" + made.path.native() + "' is damaged: its compressed data is not valid (incorrect data check)";
    RecordingContext context;
    TarGzSource source = makeSource("file:" + made.path.native());
    const auto readAll = [&] {
        const Catalog catalog = source.catalog(context);
        give(source, catalog);
    };
    CHECK_THROWS_WITH(readAll(), expected);
    context.dry = true;
    TarGzSource dry = makeSource("file:" + made.path.native());
    CHECK_THROWS_WITH(dry.catalog(context), expected);
}

TEST_CASE("Aviary's archives give parents before children and files last, whatever their order") {
    TemporaryFolder folder;
    const char* const order = GENERATE(
        "metadata.json database/users.json database/api_keys.json database/documents.json filesystem "
        "filesystem/documents filesystem/documents/u1 filesystem/documents/u1/a.pdf",
        "filesystem filesystem/documents filesystem/documents/u1 filesystem/documents/u1/a.pdf database "
        "database/documents.json database/api_keys.json database/users.json metadata.json",
        "database/documents.json filesystem/documents/u1 metadata.json database/users.json "
        "filesystem/documents/u1/a.pdf database/api_keys.json");
    makeForeign(folder, order);
    const bool pipe = GENERATE(false, true);
    RecordingContext context;
    const auto fifo = folder / "fifo";
    std::jthread writer;
    if (pipe) {
        REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
        writer = std::jthread(
            [&] { shell("cat '" + (folder / "f.tar.gz").native() + "' >'" + fifo.native() + "'"); });
    }
    TarGzSource source = makeSource("file:" + (pipe ? fifo : folder / "f.tar.gz").native());
    const Catalog catalog = source.catalog(context);
    REQUIRE(catalog.entryKinds.size() == 1);
    CHECK(catalog.entryKinds[0].files == 1);
    const auto lines = withoutRows(give(source, catalog));
    REQUIRE(lines.size() == 5);
    CHECK(lines[0] == "table users");
    CHECK(lines[3].starts_with("folder documents/u1 "));
    CHECK(lines[4] == "file documents/u1/a.pdf 416 1000000000000000000 12345");
    CHECK(context.warnings ==
          std::vector<std::string>{"1 file that documents.local_path names is not in the archive: "
                                   "documents/u1/missing.pdf",
                                   "1 file is in the archive that no row names in documents.local_path: "
                                   "documents/u1/a.pdf"});
    CHECK(std::filesystem::is_empty(context.temporaryFolder()));
}

TEST_CASE("without a folder of files an archive says nothing about files") {
    TemporaryFolder folder;
    makeForeign(folder, "metadata.json database/users.json filesystem");
    RecordingContext context;
    TarGzSource source = makeSource("file:" + (folder / "f.tar.gz").native());
    const Catalog catalog = source.catalog(context);
    CHECK(catalog.entryKinds.empty());
    CHECK(withoutRows(give(source, catalog)) == std::vector<std::string>{"table users"});
}

TEST_CASE("a file that somebody writes to meanwhile is noticed") {
    TemporaryFolder folder;
    makeForeign(folder, "metadata.json database/users.json");
    RecordingContext context;
    TarGzSource source = makeSource("file:" + (folder / "f.tar.gz").native());
    const Catalog catalog = source.catalog(context);
    REQUIRE(shell("touch -d @5 '" + (folder / "f.tar.gz").native() + "'").status == 0);
    CHECK_THROWS_WITH(give(source, catalog),
                      "'" + (folder / "f.tar.gz").native() + "' changed while it was read");
}

TEST_CASE("another version of the application and another database are warned of") {
    Made made;
    made.options.applicationVersion = "1.10.0";
    made.make(sampleCatalog(), giveSample);
    RecordingContext inner;
    TargetContext context(inner, "postgresql");
    TarGzSource::Options options;
    options.url = Location::parse("file:" + made.path.native());
    const auto warnings = [&](const std::string& version) {
        options.applicationVersion = version;
        return TarGzSource(options).catalog(context).warnings;
    };
    const std::string database = "the backup comes from SQLite and goes into PostgreSQL";
    CHECK(warnings("unknown") == std::vector<std::string>{database});
    CHECK(warnings("1.10.0") == std::vector<std::string>{database});
    CHECK(warnings("1.9.2") ==
          std::vector<std::string>{
              "the backup comes from version 1.10.0 of the application and goes into version "
              "1.9.2, which is older and may not know all of it",
              database});
    CHECK(warnings("2.0") ==
          std::vector<std::string>{
              "the backup comes from version 1.10.0 of the application and goes into version 2.0", database});
}

TEST_CASE("limits end it by name") {
    TemporaryFolder folder;
    makeForeign(folder, "metadata.json database/users.json filesystem/documents/u1/a.pdf");
    const std::string path = (folder / "f.tar.gz").native();
    RecordingContext context;
    TarGzSource::Options options;
    options.url = Location::parse("file:" + path);
    options.maxEntries = 2;
    CHECK_THROWS_WITH(TarGzSource(options).catalog(context), "'" + path + "' has more than 2 entries");
    options.maxEntries = 3;
    options.maxSize = 4;
    CHECK_THROWS_WITH(
        TarGzSource(options).catalog(context),
        "'" + path +
            "' is refused: its entry 'filesystem/documents/u1/a.pdf' brings the files to more than "
            "the 4 bytes that max-size allows");
    options.maxSize = 5;
    options.maxMetadata = 10;
    CHECK_THROWS_WITH(TarGzSource(options).catalog(context),
                      "'metadata.json' in '" + path + "' is larger than 10 bytes");
    options.maxMetadata = 1000;
    options.maxValue = 1;
    TarGzSource source(options);
    const Catalog catalog = source.catalog(context);
    CHECK_THROWS_AS(give(source, catalog), Error);

    Made made;
    made.make(sampleCatalog(), giveSample);
    options.url = Location::parse("file:" + made.path.native());
    options.maxMetadata = 1 << 20;
    CHECK_THROWS_WITH(TarGzSource(options).catalog(context),
                      "'" + made.path.native() +
                          "' holds files of 23 bytes, more than the 5 bytes that max-size "
                          "allows");
}

TEST_CASE("patterns of columns are checked with the definition") {
    checkOptions("file-columns", {{"documents.local_path", "users/{user}"}},
                 "'users/{user}' is no pattern of files; write KIND: FOLDER/{user}/FOLDER/{path}");
    checkOptions("content-columns", {{"users.rmapi_config", "configs"}},
                 "'configs' names no file of a row; write KIND/{key}/FILE");
}
