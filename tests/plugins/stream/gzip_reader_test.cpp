#include "lib/stream/gzip_reader.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"
#include "plugins/stream/sample_data.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::testing;

namespace {

std::string readAll(const std::filesystem::path& path) {
    stream::GzipReader reader(path);
    std::string data;
    std::vector<std::byte> piece(5000);
    for (std::size_t got = reader.read(piece); got != 0; got = reader.read(piece))
        data.append(reinterpret_cast<const char*>(piece.data()), got);
    return data;
}

/// What gzip makes of 100,000 bytes of words.
std::string gzipped(const TemporaryFolder& folder) {
    writeFile(folder / "data", words(100'000));
    REQUIRE(shell("gzip -nk '" + (folder / "data").native() + "'").status == 0);
    return readFile(folder / "data.gz");
}

std::string problemWith(const TemporaryFolder& folder, const std::string& content) {
    writeFile(folder / "bad.gz", content);
    try {
        readAll(folder / "bad.gz");
    } catch (const Error& error) {
        std::string message = error.what();
        const std::string path = (folder / "bad.gz").native();
        if (const auto at = message.find(path); at != std::string::npos)
            message.replace(at, path.size(), "BAD");
        return message;
    }
    return "no problem";
}

}  // namespace

TEST_CASE("whole files come out as they went in, members one after the other, zeros behind them") {
    TemporaryFolder folder;
    const std::string file = gzipped(folder);
    CHECK(readAll(folder / "data.gz") == words(100'000));
    writeFile(folder / "two.gz", file + file);
    CHECK(readAll(folder / "two.gz") == words(100'000) + words(100'000));
    writeFile(folder / "zeros.gz", file + std::string(70'000, '\0'));
    CHECK(readAll(folder / "zeros.gz") == words(100'000));
}

TEST_CASE("every cut of a file is noticed") {
    TemporaryFolder folder;
    const std::string file = gzipped(folder);
    for (const std::size_t missing :
         {std::size_t{1}, std::size_t{4}, std::size_t{8}, std::size_t{9}, file.size() / 2, file.size() - 5}) {
        INFO(missing);
        CHECK(problemWith(folder, file.substr(0, file.size() - missing)) ==
              "'BAD' is damaged: it ends too early");
    }
    CHECK(problemWith(folder, "") == "'BAD' is empty, not a gzip archive");
}

TEST_CASE("every flipped bit is noticed") {
    TemporaryFolder folder;
    const std::string file = gzipped(folder);
    // Beyond the header, whose time and system say nothing about the data.
    for (std::size_t at = 10; at < file.size(); at += 1 + file.size() / 200) {
        std::string damaged = file;
        damaged[at] = static_cast<char>(damaged[at] ^ 4);
        INFO(at);
        CHECK(problemWith(folder, damaged) != "no problem");
    }
    std::string crc = file;
    crc[crc.size() - 6] = static_cast<char>(crc[crc.size() - 6] ^ 1);
    CHECK(problemWith(folder, crc) ==
          "'BAD' is damaged: its compressed data is not valid (incorrect data check)");
    std::string length = file;
    length.back() = static_cast<char>(length.back() ^ 1);
    CHECK(problemWith(folder, length) ==
          "'BAD' is damaged: its compressed data is not valid (incorrect length check)");
}

TEST_CASE("garbage behind the archive and other files are told apart") {
    TemporaryFolder folder;
    const std::string file = gzipped(folder);
    CHECK(problemWith(folder, file + "x") ==
          "'BAD' is damaged: something that is no gzip data follows the archive's end");
    CHECK(problemWith(folder, file + std::string(10, '\0') + file) ==
          "'BAD' is damaged: something that is no gzip data follows the archive's end");
    CHECK(problemWith(folder, "PK\x03\x04 and so on and so on") == "'BAD' is not a gzip archive");
    CHECK_THROWS_WITH(readAll(folder / "none.gz"),
                      "cannot read '" + (folder / "none.gz").native() + "': No such file or directory");
    CHECK_THROWS_WITH(readAll(folder.path()), "cannot read '" + folder.path().native() + "': Is a directory");
}

TEST_CASE("members, header and zeros tell whether a file is as roost writes it") {
    TemporaryFolder folder;
    const std::string file = gzipped(folder);
    const auto framing = [&folder](const std::string& content) {
        writeFile(folder / "x.gz", content);
        stream::GzipReader reader(folder / "x.gz");
        while (!reader.next().empty()) {
        }
        return reader.framing();
    };
    std::string plain = file;
    plain[9] = '\xFF';
    CHECK(framing(plain).isRoosts());
    CHECK_FALSE(framing(file).isRoosts());  // gzip -n says "Unix"
    CHECK_FALSE(framing(plain + plain).isRoosts());
    CHECK(framing(plain + plain).members == 2);
    CHECK_FALSE(framing(plain + std::string(1, '\0')).isRoosts());
    for (const std::size_t at : {std::size_t{4}, std::size_t{7}, std::size_t{8}}) {
        std::string other = plain;
        other[at] = '\1';
        INFO(at);
        CHECK_FALSE(framing(other).isRoosts());
    }
}

TEST_CASE("names and comments in the header are read past, and its checksum is checked") {
    TemporaryFolder folder;
    const std::string file = gzipped(folder);
    std::string head = file.substr(0, 10);
    head[3] = '\x1E';  // checksum, extra field, name, comment
    head += std::string("\x03\0abcname\0comment\0", 18);
    const std::string rest = file.substr(10);
    CHECK(problemWith(folder, head + std::string("\0\0", 2) + rest) ==
          "'BAD' is damaged: its gzip header is not valid");
    head[3] = '\x1C';
    CHECK(problemWith(folder, head + rest) == "no problem");
    head[3] = '\x3C';
    CHECK(problemWith(folder, head + rest) == "'BAD' is damaged: its gzip header is not valid");
    CHECK(problemWith(folder, head.substr(0, 12)) == "'BAD' is damaged: its gzip header is not valid");
    head[3] = '\x1C';
    CHECK(problemWith(folder, head.substr(0, 16)) == "'BAD' is damaged: it ends too early");
}
