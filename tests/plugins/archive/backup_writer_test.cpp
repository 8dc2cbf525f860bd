#include "lib/archive/backup_writer.hpp"

#include <catch2/catch.hpp>

#include "plugins/archive/made_backup.hpp"
#include "plugins/stream/sample_data.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::archive;
using namespace roost::testing;

TEST_CASE("a backup has the layout, the totals and the checksums that it promises") {
    Made made;
    made.make(sampleCatalog(), giveSample);
    CHECK(made.names() ==
          "metadata.json\nschema.json\ndatabase/users.json\ndatabase/api_keys.json\ndatabase/empty.json\n"
          "database/a%2Fb.json\nfilesystem/documents/alice/sub/\nfilesystem/documents/alice/sub/a.pdf\n"
          "filesystem/documents/bob/notes..pdf\nfilesystem/configs/alice/rmapi.conf\nchecksums.sha256\n");
    CHECK(made.unpackedAnd("sha256sum -c --strict checksums.sha256") ==
          "metadata.json: OK\nschema.json: OK\ndatabase/users.json: OK\ndatabase/api_keys.json: OK\n"
          "database/empty.json: OK\ndatabase/a%2Fb.json: OK\nfilesystem/documents/alice/sub/a.pdf: OK\n"
          "filesystem/documents/bob/notes..pdf: OK\nfilesystem/configs/alice/rmapi.conf: OK\n");
    CHECK(made.member("database/empty.json") == "[]\n");
    CHECK(made.member("database/users.json") ==
          "[\n{\"id\":0,\"note\":\"note 0 \\\"quoted\\\" \xC3\xA4\"},\n"
          "{\"id\":1,\"note\":\"note 7919 \\\"quoted\\\" \xC3\xA4\"}\n]\n");
    CHECK(made.member("filesystem/configs/alice/rmapi.conf") == "devicetoken: x");
    CHECK(made.jq("metadata.json", "keys_unsorted") ==
          "[\"aviary_version\",\"git_commit\",\"export_timestamp\",\"database_type\",\"users_exported\","
          "\"total_documents\",\"total_size_bytes\",\"exported_tables\",\"total_users\",\"total_api_keys\","
          "\"roost\"]\n");
    CHECK(made.jq("metadata.json", "del(.roost)") ==
          "{\"aviary_version\":\"unknown\",\"git_commit\":\"unknown\",\"export_timestamp\":\"2026-01-31T12:"
          "34:56Z\","
          "\"database_type\":\"sqlite\",\"users_exported\":[\"0\",\"1\",\"alice\",\"bob\"],\"total_"
          "documents\":2,"
          "\"total_size_bytes\":23,\"exported_tables\":[\"users\",\"api_keys\",\"empty\",\"a/b\"],"
          "\"total_users\":2,\"total_api_keys\":3}\n");
    CHECK(
        made.jq("metadata.json", ".roost | del(.roost_version, .members_sha256)") ==
        "{\"format_version\":1,\"pipeline\":\"test-pipeline\",\"complete\":true,"
        "\"scopes\":[\"tables\",\"documents\",\"configs\"],\"tables\":["
        "{\"name\":\"users\",\"file\":\"database/users.json\",\"rows\":2},"
        "{\"name\":\"api_keys\",\"file\":\"database/api_keys.json\",\"rows\":3},"
        "{\"name\":\"empty\",\"file\":\"database/empty.json\",\"rows\":0},"
        "{\"name\":\"a/b\",\"file\":\"database/a%2Fb.json\",\"rows\":1}],\"entries\":["
        "{\"kind\":\"configs\",\"files\":1,\"folders\":0,\"bytes\":14,\"users\":1},"
        "{\"kind\":\"documents\",\"files\":2,\"folders\":1,\"bytes\":9,\"users\":2}],\"set_aside\":0,"
        "\"warnings\":[\"Aviary does not restore 'documents/bob/notes..pdf': its path has '..' in it\"]}\n");
    CHECK(made.context.warnings ==
          std::vector<std::string>{
              "Aviary does not restore 'documents/bob/notes..pdf': its path has '..' in it"});
    CHECK(made.context.asides.empty());
}

TEST_CASE("times, modes and owners are those of the files, and of the run for what it makes") {
    Made made;
    made.make(sampleCatalog(), giveSample);
    const auto listing = shell("TZ=UTC tar tvzf '" + made.path.native() +
                               "' --full-time --numeric-owner | awk '{print $1,$2,$4,$5}' | sort -u")
                             .output;
    CHECK(listing ==
          "-rw------- 0/0 2026-01-31 12:34:56\n-rw-r----- 0/0 2020-09-13 12:26:40\n"
          "drwxr-xr-x 0/0 2017-07-14 02:40:00\n");
}

TEST_CASE("times before 1970 and after 2242 are kept to the second") {
    Made made;
    made.make({}, [](const Catalog&, const GiveItem& give) {
        for (const std::int64_t seconds : {std::int64_t{-2'000'000'001}, std::int64_t{9'000'000'000}}) {
            Entry file = makeFile("documents", "u", std::to_string(seconds), "x");
            file.modifiedNanoseconds = seconds * 1'000'000'000 + 5;
            giveEntry(std::move(file), give);
        }
    });
    CHECK(
        shell("TZ=UTC tar tvzf '" + made.path.native() + "' --full-time | awk '/documents/ {print $4,$5,$6}'")
            .output ==
        "1906-08-16 20:26:39 filesystem/documents/u/-2000000001\n"
        "2255-03-14 16:00:00 filesystem/documents/u/9000000000\n");
}

TEST_CASE("modes that Aviary could not work with get what they lack, and no more") {
    Made made;
    made.make({}, [](const Catalog&, const GiveItem& give) {
        Entry file = makeFile("documents", "u", "locked", "x");
        file.mode = 0;
        giveEntry(std::move(file), give);
        Entry folder = makeFolder("documents", "u", "closed");
        folder.mode = 0;
        giveEntry(std::move(folder), give);
        Entry special = makeFile("documents", "u", "special", "x");
        special.mode = 04755;
        giveEntry(std::move(special), give);
    });
    CHECK(shell("tar tvzf '" + made.path.native() + "' | awk '{print $1,$6}' | grep documents").output ==
          "-r-------- filesystem/documents/u/locked\ndrwx------ filesystem/documents/u/closed/\n"
          "-rwsr-xr-x filesystem/documents/u/special\n");
}

TEST_CASE("an archive without files has no filesystem entry at all") {
    Made made;
    Catalog catalog = sampleCatalog();
    made.make(catalog, [](const Catalog& all, const GiveItem& give) {
        for (const Table& table : all.tables) giveTable(table, 1, give);
    });
    CHECK_THAT(made.names(), !Catch::Contains("filesystem"));
}

TEST_CASE("an archive without tables is one of files alone") {
    Made made;
    made.make({}, [](const Catalog&, const GiveItem& give) {
        giveEntry(makeFile("documents", "u", "a", "x"), give);
    });
    CHECK(made.jq("metadata.json", "[.database_type,.exported_tables,.users_exported,.roost.scopes]") ==
          "[\"\",[],[\"u\"],[]]\n");
}

TEST_CASE("tables below and above what is held back come out whole") {
    const std::uint64_t rows = GENERATE(1U, 21'000U, 24'000U, 60'000U);
    Made made;
    Catalog catalog;
    catalog.tables = {makeTable(0, "t"), makeTable(1, "after")};
    made.make(catalog, [rows](const Catalog& all, const GiveItem& give) {
        giveTable(all.tables[0], rows, give);
        giveTable(all.tables[1], 1, give);
    });
    INFO(rows);
    std::string expected = "[\n";
    for (std::uint64_t id = 0; id < rows; ++id) {
        std::string note = "note " + std::to_string(id * 7919 % 100'003) + " \\\"quoted\\\" \xC3\xA4";
        expected +=
            (id == 0 ? "" : ",\n") + ("{\"id\":" + std::to_string(id)) + ",\"note\":\"" + note + "\"}";
    }
    CHECK(made.member("database/t.json") == expected + "\n]\n");
    CHECK(made.unpackedAnd("sha256sum -c --quiet checksums.sha256").empty());
    CHECK(shell("python3 -c \"import tarfile\nfor m in tarfile.open('" + made.path.native() +
                "','r|gz'): print(m.name, m.uid, oct(m.mode))\"")
              .output ==
          "metadata.json 0 0o600\nschema.json 0 0o600\ndatabase/t.json 0 0o600\n"
          "database/after.json 0 0o600\nchecksums.sha256 0 0o600\n");
}

TEST_CASE("values that are larger than any buffer come out whole") {
    Made made;
    Catalog catalog;
    catalog.tables = {makeTable(0, "t")};
    catalog.tables[0].columns[0].type.kind = TypeKind::bytes;
    const std::string text = words(5'000'000);
    const std::string bytes = randomBytes(5'000'001);
    made.make(catalog, [&](const Catalog&, const GiveItem& give) {
        Item item = TableBegin{0};
        give(item);
        auto batch = std::make_shared<Batch>(0, 2);
        const std::span<Cell> row = batch->addRow();
        row[0] = Cell::view(CellKind::bytes, batch->store(bytes));
        row[1] = Cell::view(CellKind::text, batch->store(text));
        item = BatchPtr(std::move(batch));
        give(item);
        item = TableEnd{0, 1};
        give(item);
    });
    writeFile(made.folder / "text", text);
    writeFile(made.folder / "bytes", bytes);
    CHECK(made.unpackedAnd("jq -j '.[0].note' database/t.json | cmp - ../text && "
                           "jq -j '.[0].id' database/t.json | base64 -d | cmp - ../bytes && echo same") ==
          "same\n");
}

TEST_CASE("more users than estimated move the archive to make room") {
    Made made;
    Catalog catalog;
    catalog.tables = {makeTable(0, "users")};
    made.make(catalog, [](const Catalog& all, const GiveItem& give) {
        giveTable(all.tables[0], 30'000, give);
        for (int i = 0; i < 500; ++i)
            giveEntry(makeFile("documents", "u" + std::to_string(i), "f", randomBytes(3000)), give);
    });
    CHECK(made.jq("metadata.json",
                  "[.total_users, (.users_exported | length), (.users_exported == (.users_exported | sort)), "
                  ".total_documents]") == "[30000,30500,true,500]\n");
    CHECK(made.unpackedAnd("sha256sum -c --quiet checksums.sha256").empty());
    CHECK(shell("tar tvzf '" + made.path.native() + "' metadata.json | awk '{print $3}'").output ==
          "524288\n");
}

TEST_CASE("two runs over the same data give the same tar, whatever was estimated") {
    Made one;
    Made other;
    Catalog catalog = sampleCatalog();
    one.options.reproducible = other.options.reproducible = true;
    one.make(catalog, giveSample);
    catalog.tables[0].rows = 1'000'000;
    other.gzip = {6, 1, 100'000};
    other.make(catalog, giveSample);
    CHECK(shell("gunzip -c '" + one.path.native() + "' | sha256sum").output ==
          shell("gunzip -c '" + other.path.native() + "' | sha256sum").output);
}

TEST_CASE("counts that do not agree are errors that name the table") {
    Made made;
    Catalog catalog;
    catalog.tables = {makeTable(0, "t"), makeTable(1, "u")};
    CHECK_THROWS_WITH(made.make(catalog, [](const Catalog& all,
                                            const GiveItem& give) { giveTable(all.tables[0], 1, give); }),
                      "the table 'u' did not come");
    CHECK_THROWS_WITH(made.make(catalog,
                                [](const Catalog&, const GiveItem& give) {
                                    Item item = TableBegin{0};
                                    give(item);
                                    item = TableEnd{0, 5};
                                    give(item);
                                }),
                      "the table 't' has 5 rows, but 0 came");
    CHECK_THROWS_WITH(made.make(catalog,
                                [](const Catalog&, const GiveItem& give) {
                                    Item item = TableBegin{0};
                                    give(item);
                                    item = BatchPtr(std::make_shared<Batch>(1, 2));
                                    give(item);
                                }),
                      "rows came that do not belong to the table 't'");
    CHECK_THROWS_WITH(made.make(catalog,
                                [](const Catalog&, const GiveItem& give) {
                                    Item item = TableBegin{0};
                                    give(item);
                                }),
                      "the table 't' did not end");
}

TEST_CASE("a stop request ends the work between two items") {
    Made made;
    made.context.stop.request_stop();
    Catalog catalog;
    catalog.tables = {makeTable(0, "t")};
    CHECK_THROWS_AS(made.make(catalog, [](const Catalog& all,
                                          const GiveItem& give) { giveTable(all.tables[0], 1, give); }),
                    Interrupted);
    CHECK(std::filesystem::is_empty(made.folder.path()));
}

TEST_CASE("schema.json says all that the catalog knows") {
    Made made;
    Catalog catalog;
    catalog.dialect = "postgresql";
    Table table = makeTable(0, "t");
    table.schema = "other";
    table.columns[0].identity = Identity::byDefault;
    table.columns[0].nextValue = 42;
    table.columns[0].nullable = false;
    table.columns[0].nativeType = "bigint";
    table.columns[1].defaultValue = "'x'::text";
    table.columns[1].collation = "C";
    table.columns[1].comment = "a note";
    table.columns[1].typeOrigin = TypeOrigin::set;
    table.columns[1].spelling = "YYYY-MM-DD HH:MM:SS";
    Column generated;
    generated.name = "g\xFF";
    generated.type = parseLogicalType("decimal(10,2)");
    generated.generated = "id * 2";
    generated.generatedStored = true;
    table.columns.push_back(generated);
    table.uniques = {{"u", {"note"}}};
    table.foreignKeys = {{"f", {"id"}, "public", "p", {"id"}, "CASCADE", "SET NULL", true, false}};
    table.indexes = {{"i", true, {}, "CREATE UNIQUE INDEX i ON t (lower(note))"}};
    table.checks = {{"k", "id > 0"}};
    table.nativeSql = "CREATE TABLE t";
    table.comment = "a table";
    catalog.tables = {table};
    catalog.objects = {{"enum", "public", "mood", "", "", {"sad", "ok"}},
                       {"view", "", "v", "", "SELECT 1", {}}};
    made.make(catalog, [](const Catalog& all, const GiveItem& give) {
        Item item = TableBegin{all.tables[0].id};
        give(item);
        item = TableEnd{all.tables[0].id, 0};
        give(item);
    });
    CHECK(
        made.jq("schema.json", ".") ==
        R"j({"format_version":1,"dialect":"postgresql","tables":[{"name":"t","schema":"other",)j"
        R"j("file":"database/other.t.json","columns":[)j"
        R"j({"name":"id","type":"int64","type_origin":"declared","native_type":"bigint","nullable":false,)j"
        R"j("identity":"by-default","next_value":42},)j"
        R"j({"name":"note","type":"text","type_origin":"set","nullable":true,"default":"'x'::text","collation":"C",)j"
        R"j("spelling":"YYYY-MM-DD HH:MM:SS","comment":"a note"},)j"
        R"j({"name":{"$text":{"$blob":"Z/8="}},"type":"decimal(10,2)","type_origin":"declared","nullable":true,)j"
        R"j("generated":"id * 2","generated_stored":true}],"primary_key":["id"],)j"
        R"j("uniques":[{"name":"u","columns":["note"]}],"foreign_keys":[{"name":"f","columns":["id"],)j"
        R"j("target_schema":"public","target_table":"p","target_columns":["id"],"on_update":"CASCADE",)j"
        R"j("on_delete":"SET NULL","deferrable":true,"initially_deferred":false}],)j"
        R"j("indexes":[{"name":"i","unique":true,"columns":[],)j"
        R"j("native_sql":"CREATE UNIQUE INDEX i ON t (lower(note))"}],"checks":[{"name":"k","expression":"id > 0"}],)j"
        R"j("native_sql":"CREATE TABLE t","comment":"a table"}],"objects":[)j"
        R"j({"type":"enum","schema":"public","name":"mood","labels":["sad","ok"]},)j"
        R"j({"type":"view","name":"v","sql":"SELECT 1"}]})j"
        "\n");
    CHECK(made.jq("metadata.json", "[.database_type, .exported_tables]") == "[\"postgres\",[\"other.t\"]]\n");
    CHECK(made.member("database/other.t.json") == "[]\n");
}
