#include "sinks/tar_gz/tar_gz_sink.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>

#include "plugins/archive/sample_backup.hpp"
#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"
#include "plugins/stream/sample_data.hpp"

using namespace roost;
using namespace roost::testing;

namespace {

Node scalar(const std::string& text, std::uint32_t line) {
    Node node;
    node.kind = Node::Kind::scalar;
    node.scalar = text;
    node.position = {line, 5};
    return node;
}

Node settings(const std::vector<std::pair<std::string, std::string>>& members) {
    Node node;
    node.kind = Node::Kind::mapping;
    std::uint32_t line = 1;
    for (const auto& [key, value] : members) {
        node.members.emplace_back(scalar(key, line), scalar(value, line));
        ++line;
    }
    return node;
}

std::vector<std::string> problems(const std::vector<std::pair<std::string, std::string>>& members) {
    Diagnostics diagnostics;
    StageFactory<TarGzSink>().check(settings(members), diagnostics);
    std::vector<std::string> messages;
    for (const Diagnostic& diagnostic : diagnostics.list()) messages.push_back(diagnostic.message);
    return messages;
}

std::unique_ptr<Sink> makeSink(const std::filesystem::path& target,
                               std::vector<std::pair<std::string, std::string>> more = {}) {
    more.emplace_back("url", "file:" + target.native());
    return StageFactory<TarGzSink>().makeSink(settings(more));
}

std::vector<std::string> names(const std::filesystem::path& folder) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    return found;
}

void giveAll(Sink& sink, const Catalog& catalog) {
    giveSample(catalog, [&sink](Item& item) { sink.write(item); });
}

/// A whole run, as the engine makes it.
void backUp(Sink& sink, Context& context) {
    const Catalog catalog = sampleCatalog();
    REQUIRE(sink.accept(catalog, context).refusals.empty());
    sink.begin(catalog, context);
    giveAll(sink, catalog);
    sink.prepare();
    sink.commit();
}

}  // namespace

TEST_CASE("the plugin is found as the archive sink for tar.gz and tgz") {
    const PluginInfo info = TarGzSink::info();
    CHECK(info.name == "tar-gz");
    CHECK(info.role == "archive");
    CHECK(info.serves ==
          std::vector<std::string>{"tar.gz", "tgz", "tar.gz.gpg", "tar.gz.pgp", "tgz.gpg", "tgz.pgp"});
    std::vector<std::string> options;
    for (const OptionSpec& spec : TarGzSink::options().specs()) options.push_back(spec.name);
    CHECK(options == std::vector<std::string>{"url", "endpoint", "region", "force-path-style",
                                              "access-key-id", "secret-access-key", "session-token",
                                              "profile", "ca-file", "level", "on-existing", "on-changed",
                                              "users-table", "api-keys-table", "application-version",
                                              "application-commit", "encrypt", "threads"});
}

TEST_CASE("what is wrong with the settings is told before anything is touched") {
    CHECK(problems({{"url", "file:a.tar.gz"}, {"level", "9"}, {"on-existing", "replace"}}).empty());
    CHECK(problems({{"url", "-"}}).empty());
    CHECK(problems({{"url", "s3://bucket/a.tar.gz"}}).empty());
    CHECK(problems({{"url", "s3://bucket/"}}) ==
          std::vector<std::string>{"the url names no object: it is s3://BUCKET/KEY"});
    CHECK(
        problems({{"url", "ftp://host/a.tar.gz"}}) ==
        std::vector<std::string>{"tar-gz cannot write to 'ftp:'; it takes file:PATH, s3://BUCKET/KEY and -"});
    CHECK(problems({{"url", "file:backups/"}}) == std::vector<std::string>{"the url names no file"});
    CHECK(problems({{"url", "file:a.tar.gz"}, {"level", "10"}}).size() == 1);
    CHECK(problems({{"url", "file:a.tar.gz"}, {"on-changed", "ignore"}}).size() == 1);
}

TEST_CASE("a run makes a whole archive of mode 0600 and tells what it made") {
    TemporaryFolder folder;
    RecordingContext context;
    const auto target = folder / "a.tar.gz";
    const auto sink = makeSink(target, {{"application-version", "1.2.3"}, {"application-commit", "abc"}});
    const Catalog catalog = sampleCatalog();
    const Acceptance acceptance = sink->accept(catalog, context);
    CHECK(acceptance.tables);
    CHECK(acceptance.entries);
    CHECK(acceptance.target == target.native());
    CHECK(acceptance.refusals.empty());
    CHECK(acceptance.warnings.empty());
    CHECK(names(folder.path()).empty());
    backUp(*sink, context);
    CHECK(names(folder.path()) == std::vector<std::string>{"a.tar.gz"});
    struct stat info {};
    REQUIRE(::stat(target.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777U) == 0600);
    CHECK(sink->summary() ==
          std::vector<std::pair<std::string, std::string>>{{"archive", target.native()},
                                                           {"size", std::to_string(info.st_size)},
                                                           {"rows", "6"},
                                                           {"files", "3"}});
    CHECK(shell("tar -xzOf '" + target.native() + "' metadata.json | jq -c '[.aviary_version,.git_commit]'")
              .output == "[\"1.2.3\",\"abc\"]\n");
    CHECK(shell("cd '" + folder.path().native() +
                "' && tar xzf a.tar.gz && sha256sum -c --quiet checksums.sha256")
              .output == "");
    CHECK(std::filesystem::is_empty(context.temporary.path()));
}

TEST_CASE("an abort leaves nothing, at whatever point it comes") {
    const int steps = GENERATE(0, 1, 2);
    TemporaryFolder folder;
    RecordingContext context;
    const auto sink = makeSink(folder / "a.tar.gz");
    const Catalog catalog = sampleCatalog();
    sink->begin(catalog, context);
    CHECK(names(folder.path()).size() == 1);
    if (steps > 0) giveAll(*sink, catalog);
    if (steps > 1) sink->prepare();
    sink->abort();
    CHECK(names(folder.path()).empty());
}

TEST_CASE("a sink that is dropped without a commit leaves nothing") {
    TemporaryFolder folder;
    RecordingContext context;
    const Catalog catalog = sampleCatalog();
    {
        const auto sink = makeSink(folder / "a.tar.gz");
        sink->begin(catalog, context);
        giveAll(*sink, catalog);
        sink->prepare();
    }
    CHECK(names(folder.path()).empty());
}

TEST_CASE("an existing archive is refused, or replaced where that is wanted") {
    TemporaryFolder folder;
    RecordingContext context;
    const auto target = folder / "a.tar.gz";
    writeFile(target, "old");
    CHECK(makeSink(target)->accept({}, context).refusals ==
          std::vector<std::string>{"'" + target.native() +
                                   "' exists already; choose another name or set 'on-existing: replace'"});
    const auto sink = makeSink(target, {{"on-existing", "replace"}});
    const Acceptance acceptance = sink->accept({}, context);
    CHECK(acceptance.refusals.empty());
    CHECK(acceptance.warnings ==
          std::vector<std::string>{"'" + target.native() + "' exists (3 bytes) and will be replaced"});
    CHECK(acceptance.destroys.empty());
    backUp(*sink, context);
    CHECK(shell("gunzip -t '" + target.native() + "'").status == 0);

    std::filesystem::create_symlink(target, folder / "link.tar.gz");
    CHECK(makeSink(folder / "link.tar.gz", {{"on-existing", "replace"}})->accept({}, context).refusals ==
          std::vector<std::string>{"'" + (folder / "link.tar.gz").native() +
                                   "' cannot be replaced: it is not a plain file"});
}

TEST_CASE("a file that takes the name during the run stays") {
    TemporaryFolder folder;
    RecordingContext context;
    const auto target = folder / "a.tar.gz";
    const auto sink = makeSink(target);
    const Catalog catalog = sampleCatalog();
    sink->begin(catalog, context);
    giveAll(*sink, catalog);
    sink->prepare();
    writeFile(target, "another's");
    CHECK_THROWS_WITH(sink->commit(), "'" + target.native() + "' exists already");
    sink->abort();
    CHECK(names(folder.path()) == std::vector<std::string>{"a.tar.gz"});
    CHECK(readFile(target) == "another's");
}

TEST_CASE("a target folder that is missing or no folder is refused") {
    TemporaryFolder folder;
    RecordingContext context;
    CHECK(makeSink(folder / "none/a.tar.gz")->accept({}, context).refusals ==
          std::vector<std::string>{"the folder '" + (folder / "none").native() +
                                   "' for the archive does not exist; make it first"});
    writeFile(folder / "file", "");
    CHECK(makeSink(folder / "file/a.tar.gz")->accept({}, context).refusals ==
          std::vector<std::string>{"'" + (folder / "file").native() +
                                   "', where the archive should go, is not a folder"});
}

TEST_CASE("a name that is too long for a file is refused before anything is written") {
    TemporaryFolder folder;
    RecordingContext context;
    const std::string name = std::string(249, 'n') + ".tar.gz";  // 256 bytes
    CHECK(makeSink(folder / name)->accept({}, context).refusals ==
          std::vector<std::string>{"the name '" + name +
                                   "' is too long: 256 bytes, where 255 are possible; choose a shorter one"});
    CHECK(makeSink(folder / name.substr(1))->accept({}, context).refusals.empty());
}

TEST_CASE("a name that Aviary would not take is warned of") {
    TemporaryFolder folder;
    RecordingContext context;
    CHECK(makeSink(folder / "a.backup")->accept({}, context).warnings ==
          std::vector<std::string>{"Aviary restores only archives whose names end in .tar.gz or .tgz"});
    CHECK(makeSink(folder / "a.tgz")->accept({}, context).warnings.empty());
}

TEST_CASE("what a killed run left is removed by the next one, or by recovery") {
    TemporaryFolder folder;
    RecordingContext context;
    const auto left = folder / ".a.tar.gz.AbCdEf.roost-partial";
    writeFile(left, "unfinished");
    const auto sink = makeSink(folder / "a.tar.gz");
    backUp(*sink, context);
    CHECK(std::count(context.warnings.begin(), context.warnings.end(),
                     "removed '" + left.native() + "', which an interrupted run had left") == 1);
    CHECK(names(folder.path()) == std::vector<std::string>{"a.tar.gz"});

    REQUIRE(context.journalRecords.size() == 1);
    CHECK(TarGzSink::recover(context.journalRecords[0], Decision::undone, context).empty());
    writeFile(left, "unfinished");
    CHECK(TarGzSink::recover(context.journalRecords[0], Decision::undone, context) ==
          "removed the unfinished archive '" + left.native() + "'");
    CHECK(names(folder.path()) == std::vector<std::string>{"a.tar.gz"});
    CHECK_THROWS_AS(TarGzSink::recover("nonsense", Decision::undone, context), Error);
}

TEST_CASE("a run that cannot keep a journal goes on") {
    TemporaryFolder folder;
    RecordingContext context;
    context.keepsJournal = false;
    backUp(*makeSink(folder / "a.tar.gz"), context);
    CHECK(names(folder.path()) == std::vector<std::string>{"a.tar.gz"});
}

TEST_CASE("no room gives one clear error, and no file") {
    TemporaryFolder folder;
    RecordingContext context;
    const auto former = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit small{1'000'000, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    std::string message;
    {
        const auto sink = makeSink(folder / "a.tar.gz");
        try {
            const Catalog catalog = sampleCatalog();
            sink->begin(catalog, context);
            giveAll(*sink, catalog);
            for (int i = 0; i < 10; ++i)
                giveEntry(makeFile("documents", "u", std::to_string(i), randomBytes(500'000)),
                          [&sink](Item& item) { sink->write(item); });
            sink->prepare();
        } catch (const Error& error) {
            message = error.what();
        }
        sink->abort();
    }
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, former);
    CHECK_THAT(message,
               Catch::Matchers::Matches("cannot write '.*/a\\.tar\\.gz': the limit on the size of a file is "
                                        "reached \\([0-9.]+ [KMGT]?i?B free on the file system\\)"));
    CHECK(names(folder.path()).empty());
}
