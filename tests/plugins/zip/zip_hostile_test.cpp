#include <catch2/catch.hpp>

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
    const std::string differs = "has one header at its bytes and another in the archive's directory";
    CHECK(verdict([&](std::string& b) { b[local + 30] = 'F'; }) == refusal(name, differs, path));
    CHECK(verdict([&](std::string& b) { b[local + 22] ^= 1; }) == refusal(name, differs, path));
    CHECK(verdict([&](std::string& b) { b[local + 14] ^= 1; }) == refusal(name, differs, path));
    CHECK(verdict([&](std::string& b) { b[local + 8] = 0; }) == refusal(name, differs, path));
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
    CHECK(verdict([&](std::string& b) { b += "more"; }) ==
          damaged + "it ends too early, without a directory");
    CHECK(verdict([&](std::string& b) { b.insert(0, "PKSFX"); }).starts_with(damaged));
    // Untouched it is no backup of roost's, but a sound zip.
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
