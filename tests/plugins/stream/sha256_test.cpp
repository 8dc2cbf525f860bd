#include "lib/stream/sha256.hpp"

#include <catch2/catch.hpp>

#include "plugins/stream/sample_data.hpp"

TEST_CASE("digests are those of FIPS 180-4's examples, one after the other") {
    roost::stream::Sha256 hash;
    hash.update(roost::testing::asBytes("ab"));
    hash.update(roost::testing::asBytes("c"));
    CHECK(hash.finish() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hash.finish() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
