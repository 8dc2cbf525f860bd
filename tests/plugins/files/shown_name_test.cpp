#include "lib/storage/shown_name.hpp"

#include <catch2/catch.hpp>

using namespace roost::storage;

TEST_CASE("a name for people keeps text and escapes what could steer a terminal or break a report") {
    CHECK(shownName("report ä€😀.pdf") == "report ä€😀.pdf");
    CHECK(shownName("a\nb\x1b[31m\x7f") == "a\\x0ab\\x1b[31m\\x7f");
    CHECK(shownName("back\\slash") == "back\\x5cslash");
    CHECK(shownName("a\xff"
                    "b\xc3") == "a\\xffb\\xc3");
    CHECK(shownName("\xc2\x9b") == "\\xc2\\x9b");                    // C1: CSI in one character
    CHECK(shownName("\xc0\xaf") == "\\xc0\\xaf");                    // overlong '/'
    CHECK(shownName("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // surrogate
    CHECK(shownName("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond Unicode
    CHECK(shownName("\xe2\x82") == "\\xe2\\x82");
    CHECK(shownName("").empty());
}

TEST_CASE("sizes and counts read like a sentence") {
    CHECK(shownSize(0) == "0 bytes");
    CHECK(shownSize(1) == "1 byte");
    CHECK(shownSize(1023) == "1023 bytes");
    CHECK(shownSize(1536) == "1.5 KiB");
    CHECK(shownSize(std::uint64_t{5} << 30U) == "5.0 GiB");
    CHECK(counted(1, "file", "files") == "1 file");
    CHECK(counted(0, "file", "files") == "0 files");
}

TEST_CASE("a sample counts everything and names the first") {
    NameSample sample(2);
    CHECK(sample.text().empty());
    sample.add("a");
    sample.add("b\n");
    CHECK(sample.text() == "a, b\\x0a");
    sample.add("c");
    CHECK(sample.text() == "a, b\\x0a and 1 more");
    CHECK(sample.count() == 3);
    CHECK(sample.unnamed() == 1);
}
