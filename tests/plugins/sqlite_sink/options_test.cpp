#include <unistd.h>

#include <catch2/catch.hpp>

#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;
using roost::testing::RecordingContext;

namespace {

using Texts = std::vector<std::string>;

Node scalar(const std::string& text) {
    Node node;
    node.kind = Node::Kind::scalar;
    node.scalar = text;
    return node;
}

Node settings(const std::vector<std::pair<std::string, std::string>>& members) {
    Node node;
    node.kind = Node::Kind::mapping;
    for (const auto& [key, value] : members) node.members.emplace_back(scalar(key), scalar(value));
    return node;
}

Texts problems(const Node& node) {
    Diagnostics diagnostics;
    const auto options = SqliteSink::options().parse(node, diagnostics);
    SqliteSink::check(options, node, diagnostics);
    Texts messages;
    for (const auto& diagnostic : diagnostics.list()) messages.push_back(diagnostic.message);
    return messages;
}

Texts refusals(const std::string& path) {
    Content content;
    content.catalog.dialect = "sqlite";
    content.table("t", {{"id", "int64"}});
    RecordingContext context;
    SqliteSink sink(sinkOptions(path));
    return run(sink, content, context, Until::accepted).refusals;
}

}  // namespace

TEST_CASE("options have the meanings that the table names") {
    Diagnostics diagnostics;
    const Node node = settings({{"url", "sqlite:/x.db"},
                                {"mode", "merge"},
                                {"on-schema-drift", "warn"},
                                {"keep-tables", "a, b_*"},
                                {"triggers", "fire"},
                                {"on-orphans", "apply"},
                                {"timestamp-format", "YYYY-MM-DDTHH:MM:SS"},
                                {"busy-timeout", "2s"}});
    const auto options = SqliteSink::options().parse(node, diagnostics);
    CHECK(diagnostics.empty());
    CHECK(options.url.path() == "/x.db");
    CHECK(options.mode == sql::LoadMode::merge);
    CHECK(options.onSchemaDrift == sql::OnDrift::warn);
    CHECK(options.keepTables == Texts{"a", "b_*"});
    CHECK(options.triggers == Triggers::fire);
    CHECK(options.onOrphans == OnOrphans::apply);
    CHECK(options.timestampFormat == "YYYY-MM-DDTHH:MM:SS");
    CHECK(options.busyTimeout == 2000);
    CHECK(problems(node).empty());
    CHECK(problems(settings({{"url", "sqlite:"}})) == Texts{"the url names no file"});
    CHECK(problems(settings({{"url", "sqlite:a"}, {"timestamp-format", "DD.MM."}})) ==
          Texts{"'DD.MM.' is no format for times"});
}

TEST_CASE("targets that cannot be written to are refused before anything is done") {
    const Folder folder;
    const std::string path = folder.file("a.db");
    CHECK(refusals(folder.file("none/a.db")) ==
          Texts{"the folder '" + folder.file("none") + "' for the database does not exist; make it first"});
    CHECK(refusals(folder.path().string()) ==
          Texts{"'" + folder.path().string() + "' is no regular file, so no database"});
    std::filesystem::create_symlink(folder.file("nowhere"), folder.file("link"));
    CHECK(refusals(folder.file("link")) ==
          Texts{"database '" + folder.file("link") + "' is a symbolic link that leads nowhere"});
    std::filesystem::remove(folder.file("link"));
    writeContent(path + "-wal", "x");
    CHECK(refusals(path) ==
          Texts{"'" + path +
                "-wal' is left over from a database that is not there any more; SQLite would mix it into a "
                "new one: move it away, or bring the database back that it belongs to"});
    std::filesystem::remove(path + "-wal");
    CHECK(refusals(path).empty());
    const std::string name(248, 'n');
    CHECK(refusals(folder.file(name)) ==
          Texts{"the name '" + name +
                "' is too long: 248 bytes, where 247 are possible; choose a shorter one"});
    CHECK(refusals(folder.file(name.substr(1))).empty());
    CHECK(folder.names().empty());
    CHECK(asOrdinaryUser([&] {
        const Folder own;
        make(own.file("a.db"), "CREATE TABLE t(id INTEGER PRIMARY KEY)");
        const bool writable = refusals(own.file("a.db")).empty();
        std::filesystem::permissions(own.file("a.db"), std::filesystem::perms::owner_read);
        const bool readOnlyFile = refusals(own.file("a.db")) == Texts{"database '" + own.file("a.db") +
                                                                      "' is not writable: Permission denied"};
        std::filesystem::permissions(own.path(),
                                     std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
        const bool readOnlyFolder =
            refusals(own.file("a.db")) == Texts{"the folder '" + own.path().string() +
                                                "' of the database is not writable: Permission denied"};
        return writable && readOnlyFile && readOnlyFolder;
    }));
}

TEST_CASE("a file that is no database is an error, and stays") {
    const Folder folder;
    const std::string path = folder.file("a.db");
    writeContent(path, "certainly no database, but long enough to be looked at by anybody who wants to");
    CHECK(writeErrorOf([&] { static_cast<void>(refusals(path)); }).find("is not a SQLite database") !=
          std::string::npos);
    CHECK(contentOf(path).starts_with("certainly"));
}
