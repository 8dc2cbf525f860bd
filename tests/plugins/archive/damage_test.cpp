// Whatever happens to a backup's bytes, reading it to its end tells.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "lib/archive/archive_input.hpp"
#include "lib/archive/inspection.hpp"
#include "plugins/archive/made_backup.hpp"
#include "plugins/archive/stored_gzip.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::archive;
using namespace roost::testing;

namespace {

constexpr std::size_t block = 512;

/// Every sort of member: a small table and an empty one, folders, files, a name that needs a pax header.
void giveFew(const Catalog& catalog, const GiveItem& give) {
    giveTable(catalog.tables[0], 2, give);
    giveTable(catalog.tables[1], 0, give);
    giveEntry(makeFolder("documents", "alice", "sub"), give);
    giveEntry(makeFile("documents", "alice", "sub/a.pdf", "pdf bytes"), give);
    giveEntry(makeFolder("documents", "b\xC3\xB6rn", "\xC3\xA4"), give);
    giveEntry(makeFile("documents", "b\xC3\xB6rn", "n", std::string(512, 'n')), give);
}

Catalog fewCatalog() {
    Catalog catalog;
    catalog.dialect = "sqlite";
    catalog.tables = {makeTable(0, "users"), makeTable(1, "empty")};
    catalog.entryKinds = {{"documents", 2, 2, 0, 2}};
    return catalog;
}

struct Fixture {
    Made made;
    std::string file;
    std::string tar;
    std::filesystem::path bad = made.folder / "bad.tar.gz";

    Fixture() {
        made.make(fewCatalog(), giveFew);
        file = readFile(made.path);
        tar = shell("gzip -dc '" + made.path.native() + "'").output;
        REQUIRE(tar.size() % block == 0);
    }

    /// The error that reading `content` gives; "" for none.
    std::string problem(const std::string& content) {
        writeFile(bad, content);
        try {
            (void)verifyArchive(
                std::make_shared<ArchiveInput>(std::make_shared<stream::FileInput>(bad), made.context), {},
                made.context);
        } catch (const Error& error) {
            return error.what();
        }
        return "";
    }
    std::string unpacked(const std::string& content) {
        writeFile(bad, content);
        try {
            stream::GzipReader reader(bad);
            std::string data;
            for (stream::Bytes piece = reader.next(); !piece.empty(); piece = reader.next())
                data.append(reinterpret_cast<const char*>(piece.data()), piece.size());
            return data;
        } catch (const Error&) {
            return "";
        }
    }
    /// The tar's members, each with its headers and padding; last the zeros of the end.
    std::vector<std::string> members() const {
        std::vector<std::string> parts;
        for (std::size_t at = 0; tar[at] != '\0';) {
            std::size_t end = at;
            for (char type = 'x'; type == 'x';) {
                type = tar[end + 156];
                const auto size =
                    static_cast<std::size_t>(std::stoull(tar.substr(end + 124, 11), nullptr, 8));
                end += block + (size + block - 1) / block * block;
            }
            parts.push_back(tar.substr(at, end - at));
            at = end;
        }
        parts.emplace_back(2 * block, '\0');
        return parts;
    }
};

std::string joined(const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& part : parts) all += part;
    return all;
}

}  // namespace

TEST_CASE("a backup that nobody touched is sound, also when it is compressed anew") {
    Fixture fixture;
    CHECK(fixture.problem(fixture.file).empty());
    CHECK(fixture.problem(gzipped(fixture.tar)).empty());
    CHECK(joined(fixture.members()) == fixture.tar);
    CHECK(fixture.members().size() == 10);
}

TEST_CASE("every cut is found") {
    Fixture fixture;
    for (std::size_t size = 0; size < fixture.file.size(); ++size)
        if (fixture.problem(fixture.file.substr(0, size)).empty()) FAIL_CHECK("cut to " << size);
    for (std::size_t size = 0; size < fixture.tar.size(); size += size % block == 0 ? 1 : block - 1)
        if (fixture.problem(gzipped(fixture.tar.substr(0, size))).empty()) FAIL_CHECK("tar cut to " << size);
}

TEST_CASE("every flipped bit of the file is found, or changes nothing") {
    Fixture fixture;
    std::size_t harmless = 0;
    for (std::size_t bit = 0; bit < 8 * fixture.file.size(); ++bit) {
        // The blanks that fill up metadata.json stand there as they are: a bit of each will do.
        if (fixture.file[bit / 8] == ' ' && bit % 8 != bit / 8 % 8) continue;
        std::string damaged = fixture.file;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
        if (!fixture.problem(damaged).empty()) continue;
        ++harmless;
        // Bits that fill up a byte between deflate's blocks.
        if (fixture.unpacked(damaged) != fixture.tar) FAIL_CHECK("bit " << bit);
    }
    CHECK(harmless < 200);
}

TEST_CASE("every flipped bit of the tar is found, whatever gzip says") {
    Fixture fixture;
    const auto eighth = static_cast<unsigned>(GENERATE(range(0, 8)));
    for (std::size_t at = 0; at < fixture.tar.size(); ++at) {
        // Headers and attributes in full; of the rest a bit a byte.
        const bool blank = fixture.tar[at] == ' ' || fixture.tar[at] == '\0';
        if (blank && at % 8 != eighth) continue;
        std::string damaged = fixture.tar;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << eighth));
        if (fixture.problem(gzipped(damaged)).empty()) FAIL_CHECK("bit " << eighth << " of byte " << at);
    }
}

TEST_CASE("a member that is missing, there twice, or in another place is found") {
    Fixture fixture;
    const std::vector<std::string> members = fixture.members();
    for (std::size_t i = 0; i < members.size(); ++i) {
        std::vector<std::string> changed = members;
        changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
        INFO(i);
        CHECK_FALSE(fixture.problem(gzipped(joined(changed))).empty());
        for (std::size_t k = 0; k < members.size(); ++k) {
            INFO(k);
            changed = members;
            changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(k), members[i]);
            CHECK_FALSE(fixture.problem(gzipped(joined(changed))).empty());
            changed = members;
            std::swap(changed[i], changed[k]);
            if (i != k) CHECK_FALSE(fixture.problem(gzipped(joined(changed))).empty());
        }
    }
}
