#include "sources/aviary_single_user/single_user_source.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>

#include "plugins/recording_context.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::single_user;
using roost::testing::RecordingContext;

namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;
using Aside = std::pair<std::string, std::string>;

void writeFile(const fs::path& path, std::string_view bytes) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string errorOf(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return {};
}

/// An installation, and a run of the source over it.
struct Installation {
    Installation() {
        options.username = "admin";
        options.password = "geheim";
        options.apiKey = "aviary_0123456789abcdef";
        options.documents = pdfs().native();
        options.rmapiConfig = (folder / "rmapi.conf").native();
        writeFile(options.rmapiConfig, "devicetoken: x\n");
        fs::create_directory(pdfs());
    }
    [[nodiscard]] fs::path pdfs() const { return folder / "pdfs"; }

    Catalog begin() {
        source = std::make_unique<SingleUserSource>(options);
        return source->catalog(context);
    }
    /// Reads all that comes; `reading` is called in the midst of the first file of each path.
    std::map<std::string, std::string> readAll(const std::function<void(const std::string&)>& reading = {}) {
        std::map<std::string, std::string> files;
        for (Item item; source->next(item);) {
            auto* entry = std::get_if<Entry>(&item);
            if (entry == nullptr || entry->type == EntryType::folder) continue;
            CHECK(entry->kind == "documents");
            CHECK(entry->owner == userId("admin"));
            std::string bytes;
            std::vector<std::byte> buffer(4);
            while (const std::size_t got = entry->content->read(buffer)) {
                bytes.append(reinterpret_cast<const char*>(buffer.data()), got);
                if (reading) reading(entry->path);
            }
            files[entry->path] = bytes;
        }
        return files;
    }
    [[nodiscard]] Texts left() const {
        Texts names;
        for (const auto& entry : fs::recursive_directory_iterator(pdfs()))
            names.push_back(entry.path().lexically_relative(pdfs()).native());
        std::ranges::sort(names);
        return names;
    }

    roost::testing::TemporaryFolder folder;
    SingleUserOptions options;
    RecordingContext context;
    std::unique_ptr<SingleUserSource> source;
};

}  // namespace

TEST_CASE("rows come first, then every file whatever its name; nothing leaves without move") {
    Installation made;
    writeFile(made.pdfs() / "a.pdf", "first");
    writeFile(made.pdfs() / "sub/no ending", "second");
    writeFile(made.pdfs() / "empty.txt", "");
    const Catalog catalog = made.begin();
    REQUIRE(catalog.entryKinds.size() == 1);
    CHECK(catalog.entryKinds[0].kind == "documents");
    CHECK(catalog.entryKinds[0].files == 3);
    CHECK(catalog.entryKinds[0].folders == 2);
    CHECK(catalog.entryKinds[0].bytes == 11);
    CHECK(catalog.entryKinds[0].users == 1);
    CHECK(catalog.warnings.empty());

    Texts order;
    for (Item item; made.source->next(item);) {
        if (const auto* begin = std::get_if<TableBegin>(&item))
            order.push_back("begin " + std::to_string(begin->table));
        if (const auto* batch = std::get_if<BatchPtr>(&item))
            order.push_back(std::to_string((*batch)->rows()) + " row");
        if (const auto* end = std::get_if<TableEnd>(&item))
            order.push_back("end " + std::to_string(end->table) + " " + std::to_string(end->rows));
        if (const auto* entry = std::get_if<Entry>(&item)) order.push_back(entry->path);
    }
    CHECK(order == Texts{"begin 0", "1 row", "end 0 1", "begin 1", "1 row", "end 1 1", "", "a.pdf",
                         "empty.txt", "sub", "sub/no ending"});
    made.source->tidy();
    CHECK(made.left() == Texts{"a.pdf", "empty.txt", "sub", "sub/no ending"});
}

TEST_CASE("move removes what was read whole and is as it was; all else stays and is told") {
    Installation made;
    made.options.move = true;
    for (const char* name : {"same.pdf", "sub/also.pdf", "edited.pdf", "replaced.pdf", "gone.pdf",
                             "grown.pdf", "sub/deep/x.pdf", "touched.pdf", "torn.pdf"})
        writeFile(made.pdfs() / name, "twelve bytes");
    fs::create_directories(made.pdfs() / "empty/inner");
    CHECK(made.begin().warnings ==
          Texts{"9 files leave '" + made.pdfs().native() + "' once everything is in place (move)"});
    const auto files = made.readAll([&](const std::string& path) {
        if (path == "torn.pdf") writeFile(made.pdfs() / "torn.pdf", "other bytes and more");
    });
    CHECK(files.size() == 9);
    const fs::path root = made.pdfs();
    struct stat before {};
    REQUIRE(::stat((root / "edited.pdf").c_str(), &before) == 0);
    writeFile(root / "edited.pdf", "TWELVE BYTES");  // the same size, another time
    writeFile(root / "new", "twelve bytes");
    fs::rename(root / "new", root / "replaced.pdf");
    fs::remove(root / "gone.pdf");
    writeFile(root / "grown.pdf", "twelve bytes and more");
    fs::last_write_time(root / "touched.pdf", fs::file_time_type::clock::now() + std::chrono::seconds(5));
    writeFile(root / "later.pdf", "came later");
    fs::remove_all(root / "sub/deep");
    fs::create_directory_symlink(made.folder / "elsewhere", root / "sub/deep");
    writeFile(made.folder / "elsewhere/x.pdf", "twelve bytes");
    made.source->tidy();

    CHECK(made.left() == Texts{"edited.pdf", "grown.pdf", "later.pdf", "replaced.pdf", "sub", "sub/deep",
                               "torn.pdf", "touched.pdf"});
    CHECK(fs::exists(made.folder / "elsewhere/x.pdf"));  // no link was followed
    const std::string prefix = root.native() + "/";
    const std::string changed = "stays in the old place: it has changed since it was copied";
    CHECK(made.context.asides ==
          std::vector<Aside>{{prefix + "edited.pdf", changed},
                             {prefix + "grown.pdf", changed},
                             {prefix + "replaced.pdf", changed},
                             {prefix + "torn.pdf", "stays in the old place: it could not be read whole"},
                             {prefix + "touched.pdf", changed}});
    CHECK(made.context.logged.back() ==
          "removed 2 files and 2 folders from '" + root.native() + "': they are in the user's folder");
}

TEST_CASE("a run whose content was never read to its end removes nothing of it") {
    Installation made;
    made.options.move = true;
    writeFile(made.pdfs() / "a.pdf", "some bytes");
    made.begin();
    for (Item item; made.source->next(item);)
        if (auto* entry = std::get_if<Entry>(&item); entry != nullptr && entry->content) {
            std::vector<std::byte> buffer(3);
            CHECK(entry->content->read(buffer) == 3);
        }
    made.source->tidy();
    CHECK(made.left() == Texts{"a.pdf"});
}

TEST_CASE("links and special files are left out, named and counted") {
    Installation made;
    made.options.move = true;
    writeFile(made.folder / "secret", "not the user's");
    REQUIRE(::symlink((made.folder / "secret").c_str(), (made.pdfs() / "link.pdf").c_str()) == 0);
    REQUIRE(::mkfifo((made.pdfs() / "pipe.pdf").c_str(), 0644) == 0);
    const std::string prefix = made.pdfs().native();
    CHECK(made.begin().warnings == Texts{prefix + "/link.pdf is a symbolic link and is not followed",
                                         prefix + "/pipe.pdf is a socket, FIFO or device and is left out",
                                         "the documents' folder '" + prefix + "' holds no files"});
    CHECK(made.readAll().empty());
    CHECK(made.context.asides ==
          std::vector<Aside>{
              {prefix,
               "2 links or special files are left out, with what lies behind; the warnings name them"}});
    made.source->tidy();
    CHECK(made.left() == Texts{"link.pdf", "pipe.pdf"});
}

TEST_CASE("the list has a line for every file, what became of it included") {
    Installation made;
    made.options.move = true;
    made.options.list = (made.folder / "list.jsonl").native();
    writeFile(made.pdfs() / "a \"quoted\".pdf", "abc");
    writeFile(made.pdfs() / "b\xff.pdf", "");
    writeFile(made.pdfs() / "c.pdf", "changes");
    made.begin();
    made.readAll();
    CHECK(!fs::exists(made.options.list));
    writeFile(made.pdfs() / "c.pdf", "changed after");
    made.source->tidy();
    std::ifstream file(made.options.list);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const std::string id = userId("admin");
    const std::string from = "{\"from\":\"" + made.pdfs().native() + "/";
    const std::string user = "\",\"user\":\"" + id + "\",\"kind\":\"documents\",\"path\":\"";
    CHECK(text.starts_with(
        from + "a \\\"quoted\\\".pdf" + user + "a \\\"quoted\\\".pdf\",\"bytes\":3,\"sha256\":" +
        "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"read\":\"whole\"," +
        "\"old_place\":\"removed\"}\n"));
    CHECK(text.ends_with(
        "}\n" + from + "c.pdf" + user + "c.pdf\",\"bytes\":7,\"sha256\":" +
        "\"d0b4ba2311b3e84977dc4bb320fe72cd85426f5cf14b487a4c5352ae3ad8cb37\",\"read\":\"whole\"," +
        "\"old_place\":\"changed\"}\n"));
    CHECK(std::ranges::count(text, '\n') == 3);
    CHECK(text.find("\"path\":{\"$text\":{\"$blob\":\"Yv8ucGRm\"}},\"bytes\":0,\"sha256\":"
                    "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"") !=
          std::string::npos);
    struct stat status {};
    REQUIRE(::stat(made.options.list.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
}

TEST_CASE("what cannot be done is refused at the plan, with what to do") {
    Installation made;
    made.options.list = (made.folder / "missing/list").native();
    CHECK(errorOf([&] { made.begin(); }) ==
          "the list '" + made.options.list +
              "' cannot be written: No such file or directory | set 'list' to a file in a folder that can be "
              "written");
    made.options.list = (made.folder / std::string(300, 'l')).native();
    CHECK(errorOf([&] { made.begin(); }) ==
          "the list cannot be written: the name '" + std::string(300, 'l') +
              "' is too long: 300 bytes, where 255 are possible; choose a shorter one | ");
    made.options.list.clear();
    made.options.apiKey = "no";
    CHECK(
        errorOf([&] { made.begin(); }) ==
        "api-key: Aviary takes only API keys that begin with 'aviary_' once it has users, and this one does "
        "not | unset API_KEY and make a new key in Aviary afterwards, or set 'on-bad-key: skip'");
    made.options.apiKey.clear();
    made.options.usersFolder = (made.folder / "pdfs/users").native();
    CHECK(errorOf([&] { made.begin(); }) ==
          "the documents' folder '" + made.pdfs().native() + "' and the users' folder '" +
              made.options.usersFolder +
              "' lie one in the other | move the documents into a folder of their own first");
    made.options.usersFolder = made.folder.path().native() + "/";
    CHECK(errorOf([&] { made.begin(); }).find("lie one in the other") != std::string::npos);
    made.options.usersFolder = (made.folder / "users").native();
    fs::create_directory_symlink(made.pdfs(), made.folder / "users");
    CHECK(errorOf([&] { made.begin(); }).find("lie one in the other") != std::string::npos);
    made.options.usersFolder = (made.folder / "pdfs-and-more").native();
    CHECK(errorOf([&] { made.begin(); }).empty());
    made.options.documents = made.options.rmapiConfig;
    CHECK(errorOf([&] { made.begin(); })
              .starts_with("the documents' folder '" + made.options.documents +
                           "' cannot be used: Not a directory"));
}

TEST_CASE("rmapi.conf must be a small text") {
    Installation made;
    const std::string name = "rmapi.conf '" + made.options.rmapiConfig + "'";
    writeFile(made.options.rmapiConfig, std::string_view("a\0b", 3));
    CHECK(errorOf([&] { made.begin(); }) == name + " is no configuration: it is not text | ");
    writeFile(made.options.rmapiConfig, std::string((1U << 20U) + 1, 'x'));
    CHECK(errorOf([&] { made.begin(); }) == name + " is no configuration: it takes more than 1 MiB | ");
    made.options.rmapiConfig = made.folder.path().native();
    CHECK(errorOf([&] { made.begin(); }) ==
          "rmapi.conf '" + made.options.rmapiConfig + "' is no configuration: it is not a file | ");
    made.options.rmapiConfig.clear();
    CHECK(made.begin().warnings ==
          Texts{"no rmapi.conf is given: the user has to pair the tablet again",
                "the documents' folder '" + made.pdfs().native() + "' holds no files"});
}
