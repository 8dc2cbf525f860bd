#include "lib/archive/json_text.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "plugins/shell.hpp"

using namespace roost::archive;

namespace {

std::string stringOf(std::string_view text) {
    std::string result;
    TextBuffer out(TextBuffer::mostRoom, [&result](std::string_view piece) { result += piece; });
    if (!appendString(out, text)) return "(no UTF-8)";
    out.flush();
    return result;
}

/// RFC 8259, section 7.
std::string escaped(char c) {
    switch (c) {
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        case '\b':
            return "\\b";
        case '\f':
            return "\\f";
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            break;
    }
    if (c >= 0x20) return {c};
    return std::string("\\u00") + (c < 16 ? "0" : "1") + "0123456789abcdef"[c % 16];
}

}  // namespace

TEST_CASE("only well-formed UTF-8 is text") {
    // Unicode 15, table 3-7: the ends of each range, and what lies just outside.
    for (const char* good :
         {"", "abc", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
          "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "12345678\xC3\xA4"}) {
        CHECK(isUtf8(good));
        CHECK(stringOf(good) == "\"" + std::string(good) + "\"");
    }
    for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x7F", "\xC2\xC0",
                            "\xE0\x9F\xBF", "\xE0\xA0", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                            "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "12345678\xC3", "\xF0\x90\x80"}) {
        CHECK_FALSE(isUtf8(bad));
        CHECK(stringOf(bad) == "(no UTF-8)");
    }
}

TEST_CASE("every character is escaped as JSON demands at every place of a word") {
    for (int c = 0; c < 128; ++c) {
        for (std::size_t place = 0; place < 20; ++place) {
            std::string text(20, 'x');
            text[place] = static_cast<char>(c);
            std::string expected(20, 'x');
            expected.replace(place, 1, escaped(static_cast<char>(c)));
            REQUIRE(stringOf(text) == "\"" + expected + "\"");
        }
    }
}

TEST_CASE("large text is written in pieces, whatever its characters") {
    std::string text;
    for (int i = 0; i < 50'000; ++i) text += i % 3 == 0 ? "\xE2\x82\xAC" : i % 7 == 0 ? "\"" : "a";
    std::string expected = "\"";
    for (const char c : text) expected += c == '"' ? "\\\"" : std::string(1, c);
    CHECK(stringOf(text) == expected + "\"");
    CHECK(stringOf(text + "\xE2\x82") == "(no UTF-8)");
}

TEST_CASE("large bytes are base64 in one piece") {
    std::mt19937 random(1);
    std::string bytes(100'001, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    std::string result;
    TextBuffer out(TextBuffer::mostRoom, [&result](std::string_view piece) { result += piece; });
    appendBase64(out, std::as_bytes(std::span(bytes)));
    out.flush();
    REQUIRE(result.size() == (bytes.size() + 2) / 3 * 4 + 2);
    std::string expected;
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        unsigned group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group = group << 8U | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        for (unsigned j = 0; j < 4; ++j)
            expected += i + j > bytes.size() ? '=' : digits[group >> (18 - 6 * j) & 63U];
    }
    CHECK(result.substr(1, result.size() - 2) == expected);
}

TEST_CASE("numbers are told from what only looks like one") {
    for (const char* good : {"0", "-0", "1", "-1.5", "0.50", "1e5", "1E-5", "1.25e+10", "10"})
        CHECK(isJsonNumber(good));
    for (const char* bad : {"", "-", "01", "1.", ".5", "+1", "1e", "1e+", "NaN", "1 ", " 1", "0x1", "1.5.5"})
        CHECK_FALSE(isJsonNumber(bad));
    CHECK(significantDigits("0.00120") == 3);
    CHECK(significantDigits("-100.5") == 4);
    CHECK(significantDigits("0") == 0);
    CHECK(significantDigits("1.5e10") == 2);
}
