#include "sinks/files/exchange.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "plugins/files_sink/restored.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::storage;
using files_test::TemporaryFolder;
using files_test::writeFile;

namespace {

struct Place {
    Place()
        : staging((std::filesystem::create_directories(root / "s/new/0"), root / "s")),
          rootFolder(::open(root.path().c_str(), O_RDONLY | O_DIRECTORY)),
          stagingFolder(::open(staging.c_str(), O_RDONLY | O_DIRECTORY)),
          layout(TextMap{{"documents", "pdfs"}}) {}

    Unit stage(const std::string& owner, const std::string& content) {
        writeFile(root / ("s/new/0/" + owner + "/f"), content);
        struct stat status {};
        ::stat((root / ("s/new/0/" + owner)).c_str(), &status);
        return {0, owner, status.st_ino};
    }
    [[nodiscard]] std::string at(const std::string& path) const {
        std::ifstream file(root / path);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    TemporaryFolder root;
    std::filesystem::path staging;
    FileDescriptor rootFolder;
    FileDescriptor stagingFolder;
    Layout layout;
    Exchange exchange{rootFolder.get(), stagingFolder.get(), layout};
};

}  // namespace

TEST_CASE("each step of an exchange may be repeated after a crash") {
    Place place;
    writeFile(place.root / "alice/pdfs/f", "old");
    const Unit unit = place.stage("alice", "new");
    place.exchange.place(unit);
    CHECK(place.at("alice/pdfs/f") == "new");
    CHECK(place.at("s/old/0/alice/f") == "old");
    place.exchange.place(unit);
    CHECK(place.at("alice/pdfs/f") == "new");

    // A crash between the exchange and the move of the former one.
    std::filesystem::rename(place.root / "s/old/0/alice", place.root / "s/new/0/alice");
    place.exchange.place(unit);
    CHECK(place.at("alice/pdfs/f") == "new");
    CHECK(place.at("s/old/0/alice/f") == "old");
}

TEST_CASE("a unit whose former one was moved away already is put in place") {
    Place place;
    const Unit unit = place.stage("alice", "new");
    writeFile(place.root / "s/old/0/alice/f", "old");
    place.exchange.place(unit);
    CHECK(place.at("alice/pdfs/f") == "new");
    CHECK(place.at("s/old/0/alice/f") == "old");
}

TEST_CASE("what is taken away twice takes nothing that came in between") {
    Place place;
    writeFile(place.root / "carol/pdfs/f", "carol's");
    const Unit unit{0, "carol", 0};
    place.exchange.place(unit);
    CHECK(!std::filesystem::exists(place.root / "carol"));
    CHECK(place.at("s/old/0/carol/f") == "carol's");
    writeFile(place.root / "carol/pdfs/f", "came later");
    place.exchange.place(unit);
    CHECK(place.at("carol/pdfs/f") == "came later");
}

TEST_CASE("a list of units gives every unit back, and refuses one that is cut") {
    const TemporaryFolder root;
    FileDescriptor folder(::open(root.path().c_str(), O_RDONLY | O_DIRECTORY));
    {
        UnitList list(folder.get());
        for (std::uint64_t i = 0; i < 20'000; ++i) list.add({i % 3, "user\n" + std::to_string(i), i});
        list.finish();
    }
    UnitListReader reader(folder.get());
    std::uint64_t count = 0;
    bool equal = true;
    for (Unit unit; reader.next(unit); ++count)
        equal &=
            unit.kind == count % 3 && unit.owner == "user\n" + std::to_string(count) && unit.inode == count;
    CHECK(equal);
    CHECK(count == 20'000);
    std::filesystem::resize_file(root / "units", std::filesystem::file_size(root / "units") - 1);
    UnitListReader cut(folder.get());
    CHECK(files_test::errorOf([&] {
              for (Unit unit; cut.next(unit);) {
              }
          }) == "the list of a restore's units is cut off | ");
}
