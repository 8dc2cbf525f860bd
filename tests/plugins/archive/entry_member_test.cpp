#include "lib/archive/entry_member.hpp"

#include <catch2/catch.hpp>

#include "plugins/archive/made_backup.hpp"
#include "plugins/stream/sample_data.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::archive;
using namespace roost::testing;

TEST_CASE("files of all sizes come out whole") {
    Made made;
    const std::vector<std::size_t> sizes{
        0, 1, 511, 512, 513, (1U << 20U) - 1, 1U << 20U, (1U << 20U) + 1, 5'000'000};
    made.make({}, [&sizes](const Catalog&, const GiveItem& give) {
        for (const std::size_t size : sizes)
            giveEntry(makeFile("documents", "u", "f" + std::to_string(size), randomBytes(size, size)), give);
    });
    for (const std::size_t size : sizes) {
        INFO(size);
        CHECK(made.member("filesystem/documents/u/f" + std::to_string(size)) == randomBytes(size, size));
    }
    CHECK(made.unpackedAnd("sha256sum -c --quiet checksums.sha256").empty());
    CHECK(made.context.asides.empty());
}

TEST_CASE("file names in any bytes have checksums that sha256sum can check") {
    Made made;
    made.make({}, [](const Catalog&, const GiveItem& give) {
        for (const char* name :
             {"line\nfeed", "back\\slash", "return\r", "\xFF\xFE", "\xC3\xA4", "-rf", " blank ", "*"})
            giveEntry(makeFile("documents", "u", name, name), give);
    });
    CHECK(made.unpackedAnd("sha256sum -c --quiet --strict checksums.sha256").empty());
    CHECK(made.unpackedAnd("wc -l < checksums.sha256") == "10\n");
}

namespace {

Entry changed(const std::string& path, std::size_t promised, const std::string& content, ReadState state) {
    Entry entry = makeFile("documents", "u", path, content);
    entry.size = promised;
    entry.content = std::make_unique<MemoryReader>(content, state, "it changed while it was read");
    return entry;
}

}  // namespace

TEST_CASE("files that change while they are read are archived as far as they go, and named") {
    Made made;
    const std::string large = randomBytes(2'000'000);
    made.make({}, [&large](const Catalog&, const GiveItem& give) {
        giveEntry(changed("small-shrank", 100, "short", ReadState::shrank), give);
        giveEntry(changed("large-shrank", 3'000'000, large, ReadState::shrank), give);
        giveEntry(changed("large-shrank-much", 3'000'000, "short", ReadState::shrank), give);
        giveEntry(changed("small-grew", 5, "12345", ReadState::grew), give);
        giveEntry(changed("large-modified", large.size(), large, ReadState::modified), give);
        giveEntry(changed("small-vanished", 100, "", ReadState::vanished), give);
        giveEntry(changed("large-vanished", 3'000'000, "", ReadState::vanished), give);
        giveEntry(changed("large-failed", 3'000'000, large, ReadState::failed), give);
    });
    CHECK(made.names() ==
          "metadata.json\nschema.json\nfilesystem/documents/u/small-shrank\nfilesystem/documents/u/"
          "large-shrank\n"
          "filesystem/documents/u/large-shrank-much\nfilesystem/documents/u/small-grew\n"
          "filesystem/documents/u/large-modified\nfilesystem/documents/u/large-failed\nchecksums.sha256\n");
    CHECK(made.member("filesystem/documents/u/small-shrank") == "short");
    CHECK(made.member("filesystem/documents/u/large-shrank") == large + std::string(1'000'000, '\0'));
    CHECK(made.member("filesystem/documents/u/large-shrank-much") == "short");
    CHECK(made.member("filesystem/documents/u/large-failed") == large + std::string(1'000'000, '\0'));
    using Aside = std::pair<std::string, std::string>;
    const std::string why = ": it changed while it was read";
    CHECK(made.context.asides ==
          std::vector<Aside>{{"documents/u/small-shrank", "archived as it was read" + why},
                             {"documents/u/large-shrank", "filled up with zeros" + why},
                             {"documents/u/large-shrank-much", "archived as it was read" + why},
                             {"documents/u/small-grew", "archived as it was read" + why},
                             {"documents/u/large-modified", "archived as it was read" + why},
                             {"documents/u/small-vanished", "left out" + why},
                             {"documents/u/large-vanished", "left out" + why},
                             {"documents/u/large-failed", "filled up with zeros" + why}});
    CHECK(made.jq("metadata.json", "[.roost.set_aside, .total_documents, .total_size_bytes]") ==
          "[8,6,8000015]\n");
    CHECK(made.unpackedAnd("sha256sum -c --quiet checksums.sha256").empty());
}

TEST_CASE("on-changed: fail ends the run and names the file") {
    const auto state = GENERATE(ReadState::shrank, ReadState::vanished, ReadState::modified);
    const std::size_t promised = GENERATE(100U, 3'000'000U);
    Made made;
    made.options.onChanged = OnChanged::fail;
    CHECK_THROWS_WITH(
        made.make({}, [&](const Catalog&,
                          const GiveItem& give) { giveEntry(changed("a", promised, "", state), give); }),
        "'documents/u/a' cannot be archived as it was: it changed while it was read");
    CHECK(std::filesystem::is_empty(made.folder.path()));
}
