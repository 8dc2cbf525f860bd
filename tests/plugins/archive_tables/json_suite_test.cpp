// Nicolas Seriot's JSONTestSuite: what the parsers take and refuse, each in pieces of several sizes.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "lib/archive/field_scan.hpp"
#include "lib/archive/json_tree.hpp"
#include "lib/archive/metadata_reader.hpp"
#include "plugins/archive_tables/reading.hpp"
#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"

using namespace roost;
using namespace roost::archive;
using namespace roost::testing;

namespace {

/// The message of what `call` throws.
template <class Call>
std::string thrown(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

template <class Reader>
std::string scanned(Reader& reader, const std::string& json, std::size_t piece) {
    return thrown([&] {
        for (std::size_t at = 0; at < json.size(); at += piece) {
            const std::vector<char> copy(
                json.begin() + static_cast<std::ptrdiff_t>(at),
                json.begin() + static_cast<std::ptrdiff_t>(std::min(at + piece, json.size())));
            reader.feed(copy);
        }
        static_cast<void>(reader.finish());
    });
}

}  // namespace

TEST_CASE("what is no JSON is refused, what is JSON is read, and nothing crashes") {
    TemporaryFolder folder;
    shell("tar xzf " + std::string(ROOST_TEST_DATA) + "/JSONTestSuite.tar.gz -C " + folder.path().native());
    Table table;
    table.name = "t";
    table.columns.resize(1);
    table.columns[0].name = "a";
    table.columns[0].type.kind = TypeKind::text;
    std::size_t files = 0;
    for (const char* part : {"test_parsing", "test_transform"}) {
        for (const auto& entry : std::filesystem::directory_iterator(folder.path() / part)) {
            const std::string name = entry.path().filename().native();
            const std::string json = readFile(entry.path());
            INFO(name);
            ++files;
            const bool refused = name.starts_with("n_");
            const std::string tree = thrown([&] { static_cast<void>(parseTree(json, "x", 1 << 20)); });
            if (refused) CHECK_FALSE(tree.empty());
            if (name.starts_with("y_")) CHECK((tree.empty() || tree.ends_with("' twice")));
            for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{1} << 20U}) {
                const std::string read = failure(table, "sqlite", json, {}, piece);
                FieldScan scan("t.json");
                const std::string scannedText = scanned(scan, json, piece);
                MetadataReader metadata;
                const std::string metadataText = scanned(metadata, json, piece);
                if (!refused) continue;
                CHECK_FALSE(read.empty());
                CHECK_FALSE(scannedText.empty());
                CHECK_FALSE(metadataText.empty());
            }
        }
    }
    CHECK(files > 300);
}
