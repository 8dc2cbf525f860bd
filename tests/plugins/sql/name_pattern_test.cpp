#include "lib/sql/name_pattern.hpp"

#include <catch2/catch.hpp>
#include <string>

using roost::sql::NameCase;
using roost::sql::NamePattern;
using roost::sql::sameName;

namespace {

bool matches(const std::string& pattern, const std::string& name, NameCase nameCase = NameCase::exact) {
    return NamePattern(pattern, nameCase).matches(name);
}

}  // namespace

TEST_CASE("a pattern without wildcards matches its own name only") {
    CHECK(matches("users", "users"));
    CHECK_FALSE(matches("users", "users2"));
    CHECK_FALSE(matches("users", "user"));
    CHECK_FALSE(matches("users", "Users"));
    CHECK(matches("users", "USERS", NameCase::folded));
    CHECK(matches("", ""));
    CHECK_FALSE(matches("", "a"));
}

TEST_CASE("a star matches any characters, also none and also dots") {
    CHECK(matches("*", ""));
    CHECK(matches("*", "anything.at all"));
    CHECK(matches("log_*", "log_"));
    CHECK(matches("*.created_at", "users.created_at"));
    CHECK(matches("*a*b*c", "xxaxxbxxbc"));
    CHECK_FALSE(matches("*a*b*c", "xxaxxcxxb"));
    CHECK_FALSE(matches("log_*", "alog_x"));
    CHECK(matches("a**", "a"));
}

TEST_CASE("a question mark matches one character, whatever its bytes") {
    CHECK(matches("t?", "t1"));
    CHECK(matches("t?", "t\xC3\xA4"));
    CHECK(matches("?", "\xF0\x9F\x98\x80"));
    CHECK_FALSE(matches("t?", "t"));
    CHECK_FALSE(matches("t?", "t12"));
}

TEST_CASE("a backslash makes a wildcard an ordinary character") {
    CHECK(matches("a\\*b", "a*b"));
    CHECK_FALSE(matches("a\\*b", "axb"));
    CHECK(matches("\\?", "?"));
    CHECK(matches("a\\", "a\\"));
    CHECK(NamePattern("plain", NameCase::exact).isPlain());
    CHECK_FALSE(NamePattern("pl?in", NameCase::exact).isPlain());
    CHECK_FALSE(NamePattern("pl\\*in", NameCase::exact).isPlain());
}

TEST_CASE("a pattern of many stars ends soon on a long name") {
    CHECK_FALSE(matches("*a*a*a*a*a*a*a*a*b", std::string(20'000, 'a')));
}

TEST_CASE("folding concerns ASCII letters only") {
    CHECK(sameName("Ab_1", "aB_1", NameCase::folded));
    CHECK_FALSE(sameName("\xC3\x84", "\xC3\xA4", NameCase::folded));
    CHECK_FALSE(sameName("ab", "abc", NameCase::folded));
}
