#include "lib/sql/postgresql/numeric_text.hpp"

#include <catch2/catch.hpp>
#include <initializer_list>
#include <string>

#include "roost/error.hpp"

using namespace roost;
using sql::postgresql::numericText;

namespace {

std::string bytes(std::initializer_list<int> words) {
    std::string data;
    for (const int word : words) {
        data += static_cast<char>((static_cast<unsigned>(word) >> 8U) & 0xFFU);
        data += static_cast<char>(static_cast<unsigned>(word) & 0xFFU);
    }
    return data;
}

std::string text(std::initializer_list<int> words) {
    Batch batch(0, 1);
    const std::string data = bytes(words);
    return std::string(numericText(data, batch));
}

}  // namespace

TEST_CASE("a numeric is written with the digits of its display scale") {
    CHECK(text({0, 0, 0, 0}) == "0");
    CHECK(text({0, 0, 0, 3}) == "0.000");
    CHECK(text({1, 0, 0x4000, 0, 7}) == "-7");
    CHECK(text({2, 0, 0, 2, 12, 3400}) == "12.34");
    CHECK(text({2, 0, 0, 6, 12, 3400}) == "12.340000");
    CHECK(text({1, 1, 0, 0, 1}) == "10000");
    CHECK(text({1, 2, 0, 1, 1}) == "100000000.0");
    CHECK(text({1, -1, 0, 4, 1}) == "0.0001");
    CHECK(text({1, -2, 0, 5, 1000}) == "0.00001");
    CHECK(text({1, -3, 0x4000, 9, 9000}) == "-0.000000009");
    CHECK(text({3, 1, 0, 4, 9999, 1, 20}) == "99990001.0020");
}

TEST_CASE("what is no number keeps its name") {
    CHECK(text({0, 0, 0xC000, 0}) == "NaN");
    CHECK(text({0, 0, 0xD000, 0}) == "Infinity");
    CHECK(text({0, 0, 0xF000, 0}) == "-Infinity");
}

TEST_CASE("bytes that are no numeric are refused") {
    CHECK_THROWS_WITH(text({0, 0, 0}), "the server sent a numeric that is none");
    CHECK_THROWS_AS(text({2, 0, 0, 0, 1}), Error);       // fewer digits than announced
    CHECK_THROWS_AS(text({1, 0, 0, 0, 10000}), Error);   // no digit to the base of 10,000
    CHECK_THROWS_AS(text({1, 0, 0x8000, 0, 1}), Error);  // no such sign
    CHECK_THROWS_AS(text({0, 0, 0, -1}), Error);
}
