#include "conformance/recording.hpp"

#include <catch2/catch.hpp>

using namespace roost;
using namespace roost::conformance;

namespace {

Recording recording() {
    Recording made;
    made.kinds = {{"documents", Coverage::users}, {"configs", Coverage::whole}};
    made.entries["documents/u/folder"] = {EntryType::folder, 0755, 1, 0, {}};
    made.entries["documents/u/folder/a"] = {EntryType::file, 0640, 1, 5, "abc"};
    made.entries["documents/u/empty"] = {EntryType::folder, 0755, 1, 0, {}};
    return made;
}

}  // namespace

TEST_CASE("what is the same has no difference") { CHECK(difference(recording(), recording(), {}).empty()); }

TEST_CASE("kinds come back, and a part stays a part") {
    Recording read = recording();
    read.kinds.erase("configs");
    CHECK(difference(recording(), read, {}) == "the kind 'configs' of files did not come back");
    read = recording();
    read.kinds["documents"] = Coverage::whole;
    CHECK(difference(recording(), read, {}) ==
          "a part of the kind 'documents' of files came back as all of it");
}

TEST_CASE("a folder with something in it may be left out, an empty one only where it was told") {
    Recording read = recording();
    read.entries.erase("documents/u/folder");
    CHECK(difference(recording(), read, {}).empty());
    read.entries.erase("documents/u/empty");
    CHECK(difference(recording(), read, {}) == "folder documents/u/empty did not come back");
    CHECK(difference(recording(), read, {"2 empty folders are left out"}).empty());
}

TEST_CASE("folders above what was written may come unasked, other things not") {
    Recording read = recording();
    read.entries["documents/u"] = {EntryType::folder, 0700, 2, 0, {}};
    CHECK(difference(recording(), read, {}).empty());
    read.entries["documents/v"] = {EntryType::folder, 0700, 2, 0, {}};
    CHECK(difference(recording(), read, {}) == "documents/v came back, and was never written");
}

TEST_CASE("telling of modes excuses no bytes") {
    Recording read = recording();
    read.entries["documents/u/folder/a"].mode = 0600;
    CHECK(difference(recording(), read, {}) ==
          "documents/u/folder/a was written with mode 640 and came back with 600");
    CHECK(difference(recording(), read, {"modes are not kept"}).empty());
    read.entries["documents/u/folder/a"].digest = "abd";
    CHECK(difference(recording(), read, {"modes and times are not kept"}) ==
          "file documents/u/folder/a came back with other bytes");
    CHECK(difference(recording(), read, {"documents/u/folder/a: written as it was read"}).empty());
}
