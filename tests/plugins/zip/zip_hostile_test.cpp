#include <catch2/catch.hpp>
#include <functional>

#include "plugins/stream/sample_data.hpp"
#include "plugins/zip/made_zip.hpp"

using namespace roost;
using namespace roost::testing;

namespace {

/// Runs Python with the module zipfile imported as z; `out` is the zip to write.
std::filesystem::path byPython(const TemporaryFolder& folder, const std::string& program) {
    const auto script = folder / "make.py";
    const auto out = folder / "hostile.zip";
    std::filesystem::remove(out);
    writeFile(script,
              "import zipfile as z, struct, sys, warnings\nwarnings.simplefilter('ignore')\nout=sys.argv[1]\n"
              "M='{}'\n" +
                  program);
    const ShellResult result = shell("python3 '" + script.native() + "' '" + out.native() + "'");
    INFO(result.output);
    REQUIRE(result.status == 0);
    return out;
}

std::string refusal(const std::string& entry, const std::string& how, const std::filesystem::path& path) {
    return "'" + path.native() + "' is refused: its entry '" + entry + "' " + how;
}

}  // namespace

TEST_CASE("names and kinds that no backup has are refused by name") {
    TemporaryFolder folder;
    RecordingContext context;
    struct Case {
        const char* program;
        const char* entry;
        const char* how;
    };
    const std::string base = "a=z.ZipFile(out,'w')\na.writestr('metadata.json',M)\n";
    for (const Case& example :
         {Case{"a.writestr('/etc/passwd','x')", "/etc/passwd", "has an absolute name"},
          Case{"a.writestr('filesystem/../x','x')", "filesystem/../x", "has '..' in its path"},
          Case{"a.writestr('filesystem//x','x')", "filesystem//x", "has an empty part in its path"},
          Case{"i=z.ZipInfo('x'); i.filename='C:/x'; a.writestr(i,'x')", "C:/x",
               "has a drive letter in its name"},
          Case{"i=z.ZipInfo('x'); i.filename='a\\\\..\\\\x'; i.create_system=0; a.writestr(i,'x')",
               "a\\x5c..\\x5cx", "has a backslash in its name, and may come from Windows"},
          Case{"i=z.ZipInfo('l'); i.external_attr=0o120777<<16; a.writestr(i,'/etc')", "l",
               "is a symbolic link"},
          Case{"i=z.ZipInfo('p'); i.external_attr=0o010644<<16; a.writestr(i,'')", "p", "is a FIFO"},
          Case{"i=z.ZipInfo('d'); i.external_attr=0o020644<<16; a.writestr(i,'')", "d", "is a device"},
          Case{"i=z.ZipInfo('s'); i.external_attr=0o140644<<16; a.writestr(i,'')", "s",
               "is neither a file nor a folder"},
          Case{"i=z.ZipInfo('f/'); i.external_attr=0o100644<<16; a.writestr(i,'')", "f/",
               "is a folder by its name or by its mode, but not by both"},
          Case{"a.writestr('filesystem/documents/u/x','1'); a.writestr('filesystem/documents/u/x','2')",
               "filesystem/documents/u/x", "is there twice"},
          Case{"a.writestr('filesystem/documents/u/x','1'); a.writestr('filesystem/documents/u/x/y','2')",
               "filesystem/documents/u/x/y", "lies in a folder that is a file in the archive, too"},
          Case{"a.writestr(z.ZipInfo('x'),'x'*1000,compress_type=z.ZIP_BZIP2)", "x",
               "is compressed by method 12, which roost does not read"}}) {
        const auto path = byPython(folder, base + example.program + "\na.close()\n");
        CHECK(readZip(path, context) == refusal(example.entry, example.how, path));
    }
    CHECK(std::filesystem::is_empty(context.temporary.path()));
}

TEST_CASE("headers that contradict each other or lie about sizes are refused") {
    TemporaryFolder folder;
    RecordingContext context;
    const auto whole = byPython(folder,
                                "a=z.ZipFile(out,'w',z.ZIP_DEFLATED)\na.writestr('metadata.json',M)\n"
                                "a.writestr('filesystem/documents/u/name-one','x'*5000)\na.close()\n");
    const std::string bytes = readFile(whole);
    const std::string name = "filesystem/documents/u/name-one";
    const std::size_t local = bytes.find(name) - 30;
    const std::size_t record = bytes.rfind(name) - 46;
    const auto path = folder / "bad.zip";
    const auto verdict = [&](const std::function<void(std::string&)>& change) {
        std::string changed = bytes;
        change(changed);
        writeFile(path, changed);
        return readZip(path, context);
    };
    CHECK(verdict([&](std::string& b) { b[local] = 'Q'; }) ==
          refusal(name, "has no header at its bytes", path));
    CHECK(verdict([&](std::string& b) { b[record + 8] |= 1; }) ==
          refusal(name, "is encrypted in a way that roost does not read", path));
    CHECK(verdict([&](std::string& b) { b[record + 42] = 0; }) ==
          refusal(name, "overlaps another one, or stands before it", path));
    CHECK(verdict([&](std::string& b) { b[record + 45] = 1; }) ==
          refusal(name, "reaches into the archive's directory", path));
    CHECK(verdict([&](std::string& b) { b[record + 26] = 127; }).find("in the archive and claims 7.9 MiB") !=
          std::string::npos);
    const std::string damaged = "'" + path.native() + "' is damaged: ";
    // The same lie in both headers.
    CHECK(verdict([&](std::string& b) { b[local + 22] ^= 1, b[record + 24] ^= 1; }) ==
          damaged + "an entry has fewer bytes than its header says ('" + name + "')");
    CHECK(verdict([&](std::string& b) { b[local + 23] ^= 3, b[record + 25] ^= 3; }) ==
          damaged + "an entry has more bytes than its header says ('" + name + "')");
    CHECK(verdict([&](std::string& b) { b[local + 14] ^= 1, b[record + 16] ^= 1; }) ==
          damaged + "the checksum of an entry is not right (CRC-32) ('" + name + "')");
    // Untouched it is no backup of roost's, but a sound zip.
    CHECK(readZip(whole, context).empty());
}

TEST_CASE("what is damaged in a zip is said, and where") {
    TemporaryFolder folder;
    RecordingContext context;
    const auto whole =
        byPython(folder,
                 "a=z.ZipFile(out,'w',z.ZIP_DEFLATED)\na.writestr('metadata.json',M)\n"
                 "a.writestr('filesystem/documents/u/name-one',' '.join(map(str,range(2000))))\na.close()\n");
    const std::string bytes = readFile(whole);
    const std::string name = "filesystem/documents/u/name-one";
    const std::size_t local = bytes.find(name) - 30;
    const std::size_t data = local + 30 + name.size();
    const std::size_t record = bytes.rfind(name) - 46;
    const std::size_t end = bytes.size() - 22;
    const auto path = folder / "bad.zip";
    const auto flipped = [](std::size_t at, int bit) {
        return [at, bit](std::string& b) { b[at] = static_cast<char>(b[at] ^ bit); };
    };
    const auto cut = [](std::size_t size) { return [size](std::string& b) { b.resize(size); }; };
    const auto added = [](std::size_t at, const std::string& text) {
        return [at, text](std::string& b) { b.insert(at, text); };
    };
    const auto differs = [](const std::string& what) {
        return "is refused: its entry 'filesystem/documents/u/name-one' has one " + what +
               " at its bytes and another in the archive's directory";
    };
    const std::string ofEntry = " ('" + name + "')";
    const std::string noEnd =
        "is damaged: the end of its directory is missing; it was cut, or is damaged there";
    const std::string later = " later than its end says, as if something had come in before it";
    const std::string earlier = " earlier than its end says, as if something were missing before it";
    struct Case {
        const char* what;
        std::function<void(std::string&)> change;
        std::string message;
    };
    const std::string again = bytes;
    for (
        const Case& example : {
            Case{"first byte", flipped(0, 4), "is damaged: its first bytes are not those of a zip archive"},
            Case{"local mark", flipped(local, 1),
                 "is refused: its entry '" + name + "' has no header at its bytes"},
            Case{"local flags", flipped(local + 6, 2), differs("set of flags")},
            Case{"local method", flipped(local + 8, 1), differs("method")},
            Case{"local time", flipped(local + 10, 4), differs("time")},
            Case{"local checksum", flipped(local + 14, 1), differs("checksum")},
            Case{"local compressed size", flipped(local + 18, 1), differs("compressed size")},
            Case{"local size", flipped(local + 22, 1), differs("size")},
            Case{"length of the local name", flipped(local + 26, 1), differs("name")},
            Case{"local name", flipped(local + 30, 4), differs("name")},
            Case{"front of the data", flipped(data, 4),
                 "is damaged: its compressed data is not valid" + ofEntry},
            Case{"data", flipped(data + 1000, 4),
                 "is damaged: the checksum of an entry is not right (CRC-32)" + ofEntry},
            Case{"record's mark", flipped(record, 1), "is damaged: record 2 of its directory is not valid"},
            Case{
                "record's method", flipped(record + 10, 4),
                "is refused: its entry '" + name + "' is compressed by method 12, which roost does not read"},
            Case{"record's checksum", flipped(record + 16, 1), differs("checksum")},
            Case{"record's size", flipped(record + 24, 1), differs("size")},
            Case{"length of a record's field", flipped(record + 30, 4),
                 "is damaged: it ends within record 2 of its directory"},
            Case{"record's disk", flipped(record + 34, 1),
                 "is damaged: record 2 of its directory is not valid"},
            Case{"record's offset", flipped(record + 42, 255),
                 "is refused: its entry '" + name + "' reaches into the archive's directory"},
            Case{"record's name", flipped(record + 46, 32),
                 "is refused: its entry 'Filesystem/documents/u/name-one' has one name at its bytes and "
                 "another in the archive's directory"},
            Case{"end's mark", flipped(end, 1), noEnd},
            Case{
                "end's disk", flipped(end + 4, 1),
                "is a part of a zip of several files, which is not supported, or its last bytes are damaged"},
            Case{"end's number", flipped(end + 8, 1),
                 "is damaged: the end of its directory contradicts itself"},
            Case{"end's length", flipped(end + 12, 1), "is damaged: its directory is not where its end says"},
            Case{"end's comment", flipped(end + 20, 1), noEnd},
            Case{"nothing", cut(0), "is empty, not a zip archive"},
            Case{"a byte", cut(1), "is not a zip archive"},
            Case{"cut in the data", cut(data + 3), noEnd},
            Case{"cut in the directory", cut(record + 3), noEnd},
            Case{"cut in the end", cut(end + 21), noEnd},
            Case{"a byte behind", added(bytes.size(), "x"),
                 "is damaged: 1 byte behind its end does not belong to it"},
            Case{"bytes behind", added(bytes.size(), std::string(1'000'000, 'x')),
                 "is damaged: 1000000 bytes behind its end do not belong to it"},
            Case{"another behind", added(bytes.size(), again),
                 "is damaged: its directory begins " + std::to_string(bytes.size()) + " bytes" + later},
            Case{"a byte in front", added(0, "x"), "is damaged: its directory begins 1 byte" + later},
            Case{"a program in front", added(0, "PKSFX"), "is damaged: its directory begins 5 bytes" + later},
            Case{"bytes within", added(data + 3, "xx"), "is damaged: its directory begins 2 bytes" + later},
            Case{"bytes missing", [data](std::string& b) { b.erase(data, 3); },
                 "is damaged: its directory begins 3 bytes" + earlier},
            Case{"a text", [](std::string& b) { b = std::string(9'000, 'x'); }, "is not a zip archive"},
        }) {
        INFO(example.what);
        std::string changed = bytes;
        example.change(changed);
        writeFile(path, changed);
        CHECK(readZip(path, context) == "'" + path.native() + "' " + example.message);
    }
    CHECK(readZip(whole, context).empty());
}

TEST_CASE("an altered or cut zip of roost's own is never taken for whole") {
    MadeZip made;
    made.make(sampleCatalog(), giveSample);
    const std::string bytes = readFile(made.path);
    const auto path = made.folder / "bad.zip";
    for (std::size_t at = 0; at < bytes.size(); at += 37) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        writeFile(path, changed);
        INFO("bit at " << at << " of " << bytes.size());
        CHECK_FALSE(readZip(path, made.context).empty());
    }
    for (std::size_t size = 0; size < bytes.size(); size += 101) {
        writeFile(path, bytes.substr(0, size));
        INFO("cut to " << size);
        CHECK_FALSE(readZip(path, made.context).empty());
    }
    // Another program that packs the same files anew loses the proof.
    const auto to = made.folder / "unpacked";
    std::filesystem::create_directory(to);
    REQUIRE(shell("cd '" + to.native() +
                  "' && unzip -q ../a.zip && zip -qX ../anew.zip metadata.json schema.json "
                  "database/*.json checksums.sha256")
                .status == 0);
    CHECK(readZip(made.folder / "anew.zip", made.context) ==
          "'" + (made.folder / "anew.zip").native() +
              "' is not as roost wrote it: its zip headers are of another kind");
}
