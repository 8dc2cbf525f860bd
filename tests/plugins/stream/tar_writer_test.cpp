#include "lib/stream/tar_writer.hpp"

#include <catch2/catch.hpp>

#include "lib/stream/gzip_reader.hpp"
#include "lib/stream/partial_file.hpp"
#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"
#include "plugins/stream/sample_data.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::stream;
using namespace roost::testing;

namespace {

template <class Write>
void makeTar(const std::filesystem::path& path, Write write) {
    PartialFile file(path, OnExisting::fail);
    {
        GzipWriter gzip(file, {1, 2, 64U << 10U}, {});
        TarWriter tar(gzip);
        write(tar, gzip);
        gzip.finish();
    }
    file.commit();
}

NewMember member(std::string name, std::uint64_t size) {
    NewMember result;
    result.name = std::move(name);
    result.modifiedSeconds = 1'700'000'000;
    result.size = size;
    return result;
}

void add(TarWriter& tar, const std::string& name, const std::string& data) {
    tar.begin(member(name, data.size()));
    tar.write(asBytes(data));
    tar.end();
}

/// name, size, mode, mtime, uid and gid of each member, and the CRC of its bytes, as Python reads them.
std::string listedByPython(const std::filesystem::path& path, const std::string& mode) {
    return shell(
               "python3 -c \"import tarfile,zlib\n"
               "for m in (t := tarfile.open('" +
               path.native() + "', '" + mode +
               "')):\n"
               "  d = t.extractfile(m).read() if m.isfile() else b''\n"
               "  print(ascii(m.name), m.size, oct(m.mode), m.mtime, m.uid, m.gid, ascii(m.uname), m.type, "
               "zlib.crc32(d))\n"
               "\"")
        .output;
}

}  // namespace

TEST_CASE("members come out of GNU tar, bsdtar and Python as they went in") {
    TemporaryFolder folder;
    const auto path = folder / "a.tar.gz";
    const std::string large = randomBytes(2'000'001);
    const std::string longName =
        "filesystem/documents/u/" + std::string(200, 'l') + "/" + std::string(240, 'n');
    makeTar(path, [&](TarWriter& tar, GzipWriter&) {
        add(tar, "metadata.json", "{}\n");
        NewMember dir = member("filesystem/documents/u/folder", 0);
        dir.folder = true;
        dir.mode = 0755;
        tar.begin(dir);
        tar.end();
        add(tar, "filesystem/documents/u/empty", "");
        add(tar, "filesystem/documents/u/large", large);
        add(tar, "filesystem/documents/u/\xC3\xA4\xE2\x82\xAC.pdf", "utf8");
        add(tar, "filesystem/documents/u/\xFF\xFE.pdf", "bytes");
        add(tar, "filesystem/documents/u/line\nfeed", "newline");
        add(tar, longName, "long");
        tar.finish();
    });
    const std::string expected =
        "'metadata.json' 3 0o600 1700000000 0 0 '' b'0' 3718361094\n"
        "'filesystem/documents/u/folder' 0 0o755 1700000000 0 0 '' b'5' 0\n"
        "'filesystem/documents/u/empty' 0 0o600 1700000000 0 0 '' b'0' 0\n";
    for (const char* mode : {"r:gz", "r|gz"}) {
        const std::string listing = listedByPython(path, mode);
        INFO(mode << "\n" << listing);
        CHECK(listing.substr(0, expected.size()) == expected);
        CHECK_THAT(listing, Catch::Contains("'filesystem/documents/u/\\xe4\\u20ac.pdf' 4 "));
        CHECK_THAT(listing, Catch::Contains("'filesystem/documents/u/\\udcff\\udcfe.pdf' 5 "));
        CHECK_THAT(listing, Catch::Contains("'filesystem/documents/u/line\\nfeed' 7 "));
        CHECK_THAT(listing, Catch::Contains("'" + longName + "' 4 "));
    }
    for (const char* program : {"tar", "bsdtar"}) {
        const auto to = folder / program;
        std::filesystem::create_directory(to);
        const auto result = shell(std::string("LC_ALL=C.UTF-8 ") + program + " -xzf '" + path.native() +
                                  "' -C '" + to.native() + "'");
        INFO(program << ": " << result.output);
        CHECK(result.status == 0);
        CHECK(readFile(to / "filesystem/documents/u/large") == large);
        CHECK(readFile(to / "filesystem/documents/u/\xC3\xA4\xE2\x82\xAC.pdf") == "utf8");
        CHECK(readFile(to / "filesystem/documents/u/\xFF\xFE.pdf") == "bytes");
        CHECK(readFile(to / longName) == "long");
        CHECK(std::filesystem::is_directory(to / "filesystem/documents/u/folder"));
    }
}

TEST_CASE("a member without a known size gets its header at the end") {
    TemporaryFolder folder;
    const auto path = folder / "a.tar.gz";
    const std::string data = words(777'777);
    makeTar(path, [&](TarWriter& tar, GzipWriter&) {
        add(tar, "first", "1");
        tar.beginUnsized(member("database/t.json", 0));
        tar.write(asBytes(data).first(1000));
        tar.write(asBytes(data).subspan(1000));
        tar.endUnsized();
        tar.beginUnsized(member("database/empty.json", 0));
        tar.endUnsized();
        add(tar, "last", "2");
        tar.finish();
    });
    CHECK(shell("tar -xzOf '" + path.native() + "' database/t.json").output == data);
    CHECK(shell("bsdtar -xOf '" + path.native() + "' database/t.json").output == data);
    CHECK(shell("tar -tzf '" + path.native() + "'").output ==
          "first\ndatabase/t.json\ndatabase/empty.json\nlast\n");
    CHECK_THAT(listedByPython(path, "r|gz"), Catch::Contains("'database/t.json' 777777 0o600 1700000000.0"));
}

TEST_CASE("a whole member is reserved, resized and filled") {
    TemporaryFolder folder;
    const auto path = folder / "a.tar.gz";
    const std::string head(5000, 'h');
    makeTar(path, [&](TarWriter& tar, GzipWriter& gzip) {
        const auto region = tar.reserve(member("metadata.json", 100));
        add(tar, "data", words(300'000));
        tar.finish();
        gzip.drain();
        tar.resize(region, member("metadata.json", head.size()));
        gzip.fill(region, asBytes(TarWriter::header(member("metadata.json", head.size()))));
        gzip.fill(region, asBytes(head));
        gzip.fill(region, asBytes(std::string(TarWriter::padding(head.size()), '\0')));
    });
    CHECK(shell("tar -tzf '" + path.native() + "'").output == "metadata.json\ndata\n");
    CHECK(shell("tar -xzOf '" + path.native() + "' metadata.json").output == head);
    CHECK(shell("tar -xzOf '" + path.native() + "' data").output == words(300'000));
}

TEST_CASE("plain members have plain headers, and nothing has a global header") {
    CHECK(TarWriter::header(member("metadata.json", 4096)).size() == 512);
    CHECK(TarWriter::header(member("a", (std::uint64_t{1} << 33U) - 1)).size() == 512);
    CHECK(TarWriter::header(member("a", std::uint64_t{1} << 33U)).size() == 1536);
    CHECK(TarWriter::header(member("a", std::uint64_t{1} << 33U)).substr(512, 19) == "19 size=8589934592\n");
    CHECK(TarWriter::header(member("a", 1))[156] == '0');
    NewMember folder = member("f", 0);
    folder.folder = true;
    CHECK(TarWriter::header(folder)[156] == '5');
}

TEST_CASE("more or fewer bytes than the header says are an error") {
    TemporaryFolder folder;
    PartialFile file(folder / "a", OnExisting::fail);
    GzipWriter gzip(file, {}, {});
    TarWriter tar(gzip);
    tar.begin(member("a", 3));
    tar.write(asBytes("12"));
    CHECK_THROWS_WITH(tar.end(), "'a' got fewer bytes than its header says");
    CHECK_THROWS_WITH(tar.write(asBytes("34")), "'a' got more bytes than its header says");
}
