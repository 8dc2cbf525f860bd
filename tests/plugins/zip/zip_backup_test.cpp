#include <catch2/catch.hpp>

#include "plugins/stream/sample_data.hpp"
#include "plugins/zip/made_zip.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::testing;

namespace {

std::string quoted(const std::filesystem::path& path) { return "'" + path.native() + "'"; }

}  // namespace

TEST_CASE("a zip holds what a tar.gz would, and other programs read it") {
    MadeZip made;
    made.make(sampleCatalog(), giveSample);
    const std::string names =
        "metadata.json\nschema.json\ndatabase/users.json\ndatabase/api_keys.json\ndatabase/empty.json\n"
        "database/a%2Fb.json\nfilesystem/documents/alice/sub/\nfilesystem/documents/alice/sub/a.pdf\n"
        "filesystem/documents/bob/notes..pdf\nfilesystem/configs/alice/rmapi.conf\nchecksums.sha256\n";
    CHECK(shell("bsdtar -tf " + quoted(made.path)).output == names);
    CHECK(shell("zipinfo -1 " + quoted(made.path)).output == names);
    const std::string list =
        "import zipfile,sys\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n"
        "print('\\n'.join(z.namelist()))";
    CHECK(shell("python3 -c \"" + list + "\" " + quoted(made.path)).output == names);
    CHECK(shell("unzip -tq " + quoted(made.path)).output ==
          "No errors detected in compressed data of " + made.path.native() + ".\n");
    const auto to = made.folder / "unpacked";
    std::filesystem::create_directory(to);
    CHECK(shell("cd " + quoted(to) +
                " && TZ=Asia/Tokyo unzip -q ../a.zip && sha256sum -c --quiet checksums.sha256 && "
                "TZ=UTC find . -name rmapi.conf -printf '%m %TY-%Tm-%Td %TH:%TM:%.2TS\\n' && cat "
                "database/users.json")
              .output ==
          "640 2020-09-13 12:26:40\n[\n{\"id\":0,\"note\":\"note 0 \\\"quoted\\\" \xC3\xA4\"},\n"
          "{\"id\":1,\"note\":\"note 7919 \\\"quoted\\\" \xC3\xA4\"}\n]\n");
}

TEST_CASE("what roost wrote as a zip it reads and checks to the last byte") {
    MadeZip made;
    made.make(sampleCatalog(), giveSample);
    std::string text;
    CHECK(readZip(made.path, made.context, &text).empty());
    CHECK(text.find("configs/alice/rmapi.conf: devicetoken: x\n") != std::string::npos);
    // Through a pipe, too.
    REQUIRE(shell("mkfifo " + quoted(made.folder / "fifo")).status == 0);
    REQUIRE(shell("(cat " + quoted(made.path) + " >" + quoted(made.folder / "fifo") + ") >/dev/null 2>&1 &")
                .status == 0);
    std::string piped;
    CHECK(readZip(made.folder / "fifo", made.context, &piped).empty());
    CHECK(piped == text);
    CHECK(std::filesystem::is_empty(made.context.temporary.path()));
}

TEST_CASE("modes, times and names of files come back as they were") {
    MadeZip made;
    const std::vector<std::int64_t> times{-2'000'000'001, -1,           0, 1, 2'147'483'647,
                                          2'147'483'648,  9'000'000'000};
    const std::string odd = "back\\slash \xFF\xFE and\nline";
    made.make({}, [&](const Catalog&, const GiveItem& give) {
        for (const std::int64_t seconds : times) {
            Entry file = makeFile("documents", "u", std::to_string(seconds), "x");
            file.modifiedNanoseconds = seconds * 1'000'000'000;
            file.mode = 0640;
            giveEntry(std::move(file), give);
        }
        giveEntry(makeFile("documents", "u", odd, "odd"), give);
        Entry folder = makeFolder("documents", "v", "d");
        folder.mode = 02750;
        giveEntry(std::move(folder), give);
    });
    const auto backup = archive::openBackup(
        std::make_shared<archive::ArchiveInput>(std::make_shared<stream::FileInput>(made.path), made.context,
                                                archive::Format::zip),
        {}, made.context);
    std::vector<std::int64_t> found;
    for (Item item; backup->next(item);) {
        const Entry& entry = std::get<Entry>(item);
        if (entry.type == EntryType::folder) {
            CHECK(entry.mode == 02750);
        } else if (entry.owner == "u" && entry.path == odd) {
            CHECK(entry.size == 3);
        } else {
            CHECK(entry.mode == 0640);
            CHECK(entry.path == std::to_string(entry.modifiedNanoseconds / 1'000'000'000));
            found.push_back(entry.modifiedNanoseconds / 1'000'000'000);
        }
    }
    CHECK(found == times);
    CHECK(shell("unzip -tq " + quoted(made.path)).status == 0);
}

TEST_CASE("bytes of every kind and size survive at every level") {
    const int level = GENERATE(0, 1, 2, 6);
    MadeZip made;
    made.zip.level = level;
    const std::vector<std::string> contents{"",
                                            "x",
                                            words(100'000),
                                            randomBytes(300'000),
                                            words(3'000'000),
                                            words(1'000'000) + randomBytes(1'000'000)};
    made.make({}, [&](const Catalog&, const GiveItem& give) {
        for (std::size_t i = 0; i < contents.size(); ++i)
            giveEntry(makeFile("documents", "u", std::to_string(i), contents[i]), give);
    });
    std::string expected;
    for (std::size_t i = 0; i < contents.size(); ++i)
        expected += "documents/u/" + std::to_string(i) + ": " + contents[i] + "\n";
    std::string text;
    CHECK(readZip(made.path, made.context, &text).empty());
    CHECK(text == expected);
    CHECK(shell("unzip -tq " + quoted(made.path)).status == 0);
}

TEST_CASE("more members than sixteen bits count are read by roost and by others") {
    MadeZip made;
    constexpr std::size_t files = 70'000;
    made.make({}, [&](const Catalog&, const GiveItem& give) {
        for (std::size_t i = 0; i < files; ++i)
            giveEntry(makeFile("documents", "u", "f" + std::to_string(i), "x"), give);
    });
    CHECK(readZip(made.path, made.context).empty());
    CHECK(shell("python3 -c \"import zipfile,sys; print(len(zipfile.ZipFile(sys.argv[1]).namelist()))\" " +
                quoted(made.path))
              .output == "70003\n");
    CHECK(shell("zipinfo -h " + quoted(made.path) + " | grep -o 'entries: 70003'").output ==
          "entries: 70003\n");
    CHECK(shell("bsdtar -tf " + quoted(made.path) + " | wc -l").output == "70003\n");
}

TEST_CASE("metadata of another size than was reserved moves the rest, and everything still fits") {
    MadeZip made;
    made.options.reproducible = true;
    Catalog catalog;
    catalog.entryKinds.push_back({.kind = "documents"});
    made.make(catalog, [&](const Catalog&, const GiveItem& give) {
        for (std::size_t i = 0; i < 3'000; ++i)
            giveEntry(makeFile("documents", "user-" + std::to_string(i), "f", "x"), give);
    });
    CHECK(readZip(made.path, made.context).empty());
    CHECK(shell("unzip -tq " + quoted(made.path)).status == 0);
    CHECK(shell("unzip -p " + quoted(made.path) + " metadata.json | jq '.users_exported | length'").output ==
          "3000\n");
}
