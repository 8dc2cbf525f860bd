#include "pipeline/option_variables.hpp"

#include <catch2/catch.hpp>

using namespace roost;

TEST_CASE("advice that names an option tells which variable gives it") {
    const OptionVariables variables{{"on-orphans", "on_orphans"}, {"keep-tables", "KEEP"}};
    CHECK(nameVariables("set 'on-orphans: apply', or 'on-orphans: keep'", variables) ==
          "set 'on-orphans: apply' (here: --set on_orphans=apply), or 'on-orphans: keep' (here: --set "
          "on_orphans=keep)");
    CHECK(nameVariables("let 'on-orphans' decide", variables) ==
          "let 'on-orphans' (here: --set on_orphans=...) decide");
    CHECK(nameVariables("'mode: merge' adds to them; see 'keep-tables: a,b'", variables) ==
          "'mode: merge' adds to them; see 'keep-tables: a,b' (here: --set KEEP=a,b)");
}

TEST_CASE("text that is no advice stays as it is") {
    const OptionVariables variables{{"on-orphans", "on_orphans"}};
    for (const char* text : {"", "it's the user's", "'", "row 'on-orphans", "'on-orphans: a b'",
                             "'o'n-orphans'", "on-orphans: apply"}) {
        CAPTURE(text);
        CHECK(nameVariables(text, variables) == text);
        CHECK(nameVariables(text, {}) == text);
    }
    // A quote that closes nothing hides no advice.
    CHECK(nameVariables("the user's rows: 'on-orphans: apply'", variables) ==
          "the user's rows: 'on-orphans: apply' (here: --set on_orphans=apply)");
}
