#include "sources/sqlite/utf16.hpp"

#include <array>
#include <catch2/catch.hpp>

#include "plugins/sqlite/sqlite_test_support.hpp"

using roost::sqlite::ByteOrder;
using roost::sqlite::convertUtf16;
using namespace roost::sqlite::testing;

namespace {

std::string convert(std::u16string_view units) {
    std::string bytes;
    for (const char16_t unit : units) {
        bytes += static_cast<char>(unit & 0xFFU);
        bytes += static_cast<char>(unit >> 8U);
    }
    std::string target(units.size() * 3, '\0');
    target.resize(convertUtf16(bytes, ByteOrder::little, target));
    return target;
}

}  // namespace

TEST_CASE("UTF-16 becomes UTF-8 of one to four bytes") {
    CHECK(convert(u"a\u00e4\u20ac\U0001F600") == "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
    CHECK(convert(std::u16string_view(u"a\0b", 3)) == std::string("a\0b", 3));
    CHECK(convert(u"\uFFFF\uFEFF") == "\xEF\xBF\xBF\xEF\xBB\xBF");
}

TEST_CASE("half a surrogate pair is kept, and so is its neighbour") {
    const std::u16string high{u'a', 0xD800, u'b'};
    CHECK(convert(high) ==
          "a\xED\xA0\x80"
          "b");
    const std::u16string low{0xDC00, u'b'};
    CHECK(convert(low) ==
          "\xED\xB0\x80"
          "b");
    const std::u16string last{u'a', 0xDBFF};
    CHECK(convert(last) == "a\xED\xAF\xBF");
}

TEST_CASE("big-endian text and a last odd byte") {
    std::array<char, 8> target{};
    const std::string_view bytes("\x20\xAC\x00", 3);
    CHECK(convertUtf16(bytes, ByteOrder::big, target) == 3);
    CHECK(std::string_view(target.data(), 3) == "\xE2\x82\xAC");
}

TEST_CASE("databases in UTF-16 of both orders read like those in UTF-8") {
    const std::string rows =
        "CREATE TABLE t(a TEXT, b BLOB, c);"
        "INSERT INTO t VALUES ('plain', x'6100', 1), ('\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80', NULL, 1.5), "
        "('', x'', 'x'||char(0)||'y');";
    const Folder folder;
    Host host;
    Database(folder.file("8.db")).run(rows);
    const Reading expected = readAll(optionsFor(folder.file("8.db")), host);
    for (const char* encoding : {"UTF-16le", "UTF-16be"}) {
        CAPTURE(encoding);
        const std::string path = folder.file(encoding);
        Database(path).run("PRAGMA encoding = '" + std::string(encoding) + "';" + rows);
        CHECK(readAll(optionsFor(path), host) == expected);
        CHECK(readWithPython(path) == expected);
    }
}

TEST_CASE("text that is no UTF-16 is carried without loss") {
    const Folder folder;
    Host host;
    // a, half a pair, b in little-endian order; stored as text by a cast of the bytes.
    Database(folder.file("x.db"))
        .run(
            "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t(a); INSERT INTO t VALUES (CAST(x'610000D86200' AS "
            "TEXT));");
    CHECK(readAll(optionsFor(folder.file("x.db")), host) == Reading{"T 74", "R t61eda08062"});
}
