#include "lib/stream/tar_reader.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"
#include "plugins/stream/sample_data.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::testing;

namespace {

struct Member {
    std::string name;
    stream::MemberKind kind = stream::MemberKind::file;
    std::uint32_t mode = 0;
    std::int64_t modified = 0;
    std::string content;
    std::string oddity;
};

std::vector<Member> members(const std::filesystem::path& path) {
    stream::GzipReader gzip(path);
    stream::TarReader tar(gzip);
    std::vector<Member> found;
    while (tar.next()) {
        const stream::MemberHeader& header = tar.header();
        Member member{header.name, header.kind, header.mode, header.modifiedNanoseconds, "", header.oddity};
        for (stream::Bytes piece = tar.data(); !piece.empty(); piece = tar.data())
            member.content.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        if (header.kind != stream::MemberKind::sparse) CHECK(member.content.size() == header.size);
        found.push_back(std::move(member));
    }
    CHECK_FALSE(tar.next());
    return found;
}

/// Packs the folder "tree" by GNU tar.
void pack(const TemporaryFolder& folder, const std::string& options) {
    const auto result =
        shell("cd '" + (folder / "tree").native() + "' && tar " + options + " -cf - . | gzip >../a.gz");
    INFO(result.output);
    REQUIRE(result.status == 0);
}

}  // namespace

TEST_CASE("names, kinds, modes, times and bytes are what tar was given, in each of its formats") {
    TemporaryFolder folder;
    const std::string longName = std::string(120, 'd') + "/" + std::string(130, 'f');
    std::filesystem::create_directories(folder / "tree" / std::string(120, 'd'));
    const std::string content = randomBytes(700'001);
    writeFile(folder / "tree" / longName, content);
    const auto format = GENERATE(as<std::string>{}, "gnu", "pax", "posix");
    const std::string path = "'" + (folder / "tree" / longName).native() + "'";
    REQUIRE(shell("chmod 4751 " + path + " && touch -d '2001-02-03 04:05:06.789 UTC' " + path).status == 0);
    pack(folder, "--sort=name --format=" + format);
    const auto found = members(folder / "a.gz");
    REQUIRE(found.size() == 3);
    CHECK(found[0].name == "./");
    CHECK(found[1].name == "./" + std::string(120, 'd') + "/");
    CHECK(found[1].kind == stream::MemberKind::folder);
    CHECK(found[2].name == "./" + longName);
    CHECK(found[2].kind == stream::MemberKind::file);
    CHECK(found[2].mode == 04751);
    CHECK(found[2].modified == (format == "gnu" ? 981'173'106'000'000'000 : 981'173'106'789'000'000));
    CHECK(found[2].content == content);
    CHECK_FALSE(found[2].oddity.empty());
}

TEST_CASE("times before 1970 and sizes of 8 GiB and more are read") {
    TemporaryFolder folder;
    std::filesystem::create_directories(folder / "tree");
    writeFile(folder / "tree/old", "x");
    REQUIRE(shell("touch -d '1950-06-07 08:09:10 UTC' '" + (folder / "tree/old").native() + "'").status == 0);
    const auto format = GENERATE(as<std::string>{}, "gnu", "pax");
    pack(folder, "--format=" + format);
    CHECK(members(folder / "a.gz").back().modified == -617'557'850'000'000'000);

    REQUIRE(shell("truncate -s 8589934593 '" + (folder / "tree/old").native() + "'").status == 0);
    // The header alone: what follows is cut, which is noticed.
    const auto result = shell("cd '" + (folder / "tree").native() + "' && tar --format=" + format +
                              " -cf - old | head -c 100000 | gzip >../a.gz");
    REQUIRE(result.status == 0);
    stream::GzipReader gzip(folder / "a.gz");
    stream::TarReader tar(gzip);
    REQUIRE(tar.next());
    CHECK(tar.header().size == 8'589'934'593);
    CHECK_THROWS_WITH(tar.next(), "'" + (folder / "a.gz").native() +
                                      "' is damaged: its tar data ends within a member ('old')");
}

TEST_CASE("links, devices and holes are told apart") {
    TemporaryFolder folder;
    std::filesystem::create_directories(folder / "tree");
    const auto made = shell("cd '" + (folder / "tree").native() +
                            "' && echo x >a && ln a b && ln -s /etc c && mkfifo d && truncate -s 1M e");
    REQUIRE(made.status == 0);
    const auto format = GENERATE(as<std::string>{}, "gnu", "posix");
    pack(folder, "--sort=name --sparse --format=" + format);
    const auto found = members(folder / "a.gz");
    REQUIRE(found.size() == 6);
    CHECK(found[1].kind == stream::MemberKind::file);
    CHECK(found[2].kind == stream::MemberKind::hardLink);
    CHECK(found[3].kind == stream::MemberKind::symbolicLink);
    CHECK(found[4].kind == stream::MemberKind::fifo);
    CHECK(found[5].kind == stream::MemberKind::sparse);
}
