#include "transforms/mask/form_mask.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <set>

using namespace roost::mask;

namespace {

const std::string key = "a key for the tests alone";

std::string text(const std::string& value) {
    KeyedHash hash(key);
    return FormMask(hash).text(value).value();
}

std::string shape(const std::string& value) {
    std::string form;
    for (const char c : value)
        form += c >= '0' && c <= '9' ? '0' : c >= 'a' && c <= 'z' ? 'a' : c >= 'A' && c <= 'Z' ? 'A' : c;
    return form;
}

}  // namespace

TEST_CASE("digests are HMAC-SHA-256 of purpose, NUL and value") {
    KeyedHash hash("Jefe");
    // Python: hmac.new(b"Jefe", b"hash\0what do ya want for nothing?", "sha256").hexdigest()
    const std::string once = hexadecimal(hash.digest("hash", "what do ya want for nothing?"), 64);
    CHECK(once == "a07b53c6b291dbb26758eade408f2c021b5456c0edb4f9c89ed68ede0a5e02f7");
    CHECK(hexadecimal(hash.digest("hash", "x"), 64) != once);
    CHECK(hexadecimal(hash.digest("hash", "what do ya want for nothing?"), 64) == once);
    CHECK(hexadecimal(hash.digest("has", "hwhat do ya want for nothing?"), 64) != once);
}

TEST_CASE("the form stays: digits, letters, case, all else") {
    for (const std::string value :
         {"+49 (170) 123-45 67", "Ab1-Cd2", "10.0.0.1", "x", "7", "2001:db8::ff00:42"}) {
        CHECK(shape(text(value)) == shape(value));
        CHECK(text(value) == text(value));
    }
    CHECK(text("+49 (170) 123-45 67") != "+49 (170) 123-45 67");
    CHECK(text("").empty());
    CHECK(text("-- !") == "-- !");
}

TEST_CASE("no two values become one") {
    KeyedHash hash(key);
    FormMask mask(hash);
    std::set<std::string> all;
    for (int i = 0; i < 1000; ++i) {
        std::string digits = std::to_string(1000 + i).substr(1);
        all.insert(*mask.text("a" + digits));
    }
    CHECK(all.size() == 1000);
    std::set<std::int64_t> numbers;
    for (std::int64_t i = -999; i < 1000; ++i) numbers.insert(mask.integer(i, -32768, 32767));
    CHECK(numbers.size() == 1999);
    for (const char* other : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
        KeyedHash otherHash(other);
        std::set<std::int64_t> few;
        for (std::int64_t i = -9; i < 10; ++i) few.insert(FormMask(otherHash).integer(i, -100, 100));
        CHECK(few.size() == 19);  // -0 is 0
    }
    std::set<std::int64_t> small;
    for (std::int64_t i = 10'000; i <= 32'767; ++i) small.insert(mask.integer(i, -32768, 32767));
    CHECK(small.size() == 22'768);
    CHECK(*small.begin() >= 10'000);
    CHECK(*small.rbegin() <= 32'767);
}

TEST_CASE("numbers keep their sign and number of digits") {
    KeyedHash hash(key);
    FormMask mask(hash);
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    for (const std::int64_t value :
         {std::int64_t{12345}, std::int64_t{-987654321}, most, least, std::int64_t{-1}}) {
        const std::int64_t masked = mask.integer(value, least, most);
        CHECK(shape(std::to_string(masked)) == shape(std::to_string(value)));
        CHECK((masked < 0) == (value < 0));
    }
    CHECK(shape(mask.number("120.50")) == "000.00");
    CHECK(mask.number("120.50")[0] != '0');
    CHECK(mask.number("NaN") == "NaN");
    CHECK(mask.number("1.5e+20").ends_with("e+20"));
}

TEST_CASE("letters beyond ASCII are replaced, and stay valid UTF-8") {
    for (const std::string value :
         {"\xC3\x84rger", "\xD0\x96\xD1\x83\xD0\xBA", "\xE7\x94\xA8\xE6\x88\xB7", "\xF0\x9F\x98\x80"}) {
        const std::string masked = text(value);
        CHECK(masked.size() == value.size());
        CHECK(masked != value);
        CHECK(text(masked).size() == masked.size());  // throws where it is no UTF-8
    }
    KeyedHash hash(key);
    CHECK_FALSE(FormMask(hash).text("\xFF"));
    CHECK_FALSE(FormMask(hash).text("a\xC3"));
    CHECK_FALSE(FormMask(hash).text("\xED\xA0\x80"));
}
