#include "transforms/mask/mask.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "plugins/transformed.hpp"

using namespace roost;
using namespace roost::testing;
using mask::MaskRule;

namespace {

Catalog server(const std::string& dialect = "sqlite") {
    Catalog catalog;
    catalog.dialect = dialect;
    catalog.tables = {
        table(0, "users",
              {column("id", "uuid", false), column("email", "text", false), column("phone", "text"),
               column("age", "int16"), column("password", "text", false), column("reset_token", "text"),
               column("domain", "text"), column("born", "date")}),
        table(1, "keys",
              {column("user_id", "uuid"), column("key_hash", "text", false), column("api_key_id", "int64"),
               column("raw", "bytes")}),
        table(2, "settings", {column("key", "text", false), column("value", "text")})};
    Table& users = catalog.tables[0];
    users.primaryKey = {"id"};
    users.uniques = {{"", {"email"}}};
    users.columns[6].generated = "substr(email, 1 + instr(email, '@'))";
    catalog.tables[1].uniques = {{"", {"key_hash"}}};
    catalog.tables[1].foreignKeys = {reference("user_id", "users", "id")};
    catalog.tables[2].primaryKey = {"key"};
    return catalog;
}

MaskRule rule(std::string column) {
    MaskRule made;
    made.column = std::move(column);
    return made;
}
MaskRule hash(std::string column) {
    MaskRule made = rule(std::move(column));
    made.hash = true;
    return made;
}
MaskRule email(std::string column) {
    MaskRule made = rule(std::move(column));
    made.email = true;
    return made;
}
MaskRule digits(std::string column) {
    MaskRule made = rule(std::move(column));
    made.digits = true;
    return made;
}
MaskRule null(std::string column) {
    MaskRule made = rule(std::move(column));
    made.null = true;
    return made;
}
MaskRule value(std::string column, std::string text) {
    MaskRule made = rule(std::move(column));
    made.value = std::move(text);
    return made;
}

Mask::Options options(std::vector<MaskRule> rules) {
    Mask::Options made;
    made.rules = std::move(rules);
    made.key = "sixteen characters";
    return made;
}

std::string refused(std::vector<MaskRule> rules, Mask::Secrets secrets = Mask::Secrets::keep,
                    Catalog catalog = server()) {
    RecordingContext context;
    Mask::Options made = options(std::move(rules));
    made.secrets = secrets;
    return errorOf([&] { Mask(made).rewrite(catalog, context); });
}

Cell uuid(std::string_view bytes) { return Cell::view(CellKind::uuid, bytes); }

constexpr std::string_view someone = "0123456789abcdef";

std::vector<Cell> user(std::string_view mail) {
    return {uuid(someone),        textCell(mail),  textCell("+49 170 1"),   Cell::integer(42),
            textCell("$2a$hash"), textCell("tok"), textCell("example.com"), Cell::date(1)};
}

}  // namespace

TEST_CASE("values are replaced as the rules say; others and NULL stay") {
    RecordingContext context;
    Catalog catalog = server();
    Mask masked(options({hash("*.user_id"), hash("users.id"), email("users.email"), digits("users.phone"),
                         digits("users.age"), value("users.born", "1970-01-01"), hash("keys.raw")}));
    masked.rewrite(catalog, context);
    CHECK(catalog.tables[0].partial);
    CHECK_FALSE(catalog.tables[2].partial);
    CHECK(context.warnings ==
          std::vector<std::string>{
              "table users is masked: id (hash), email (email), phone (digits), age (digits), born (a fixed "
              "value)",
              "table keys is masked: user_id (hash), raw (hash)",
              "these look like secrets and are kept: users.password, users.reset_token, keys.key_hash, "
              "settings.value where key is the name of a secret"});
    std::vector<BatchPtr> keep;
    const Rows users =
        passed(masked, 0, {user("alice@example.com"), user("bob@example.com"), user("")}, keep);
    REQUIRE(users.size() == 3);
    const std::string mail(users[0][1].text());
    CHECK(mail.size() == 24 + 16);
    CHECK(mail.ends_with("@example.invalid"));
    CHECK(mail != users[1][1].text());
    CHECK(users[2][1].text().empty());
    CHECK(users[0][2].text().size() == 9);
    CHECK(users[0][2].text() != "+49 170 1");
    CHECK(users[0][3].integer() >= 10);
    CHECK(users[0][3].integer() <= 99);
    CHECK(users[0][4].text() == "$2a$hash");
    CHECK(users[0][6].isNull());  // made of the address
    CHECK(users[0][7].kind() == CellKind::date);
    CHECK(users[0][7].integer() == -10957);

    const Rows keys = passed(masked, 1,
                             {{uuid(someone), textCell("k"), Cell::integer(1), Cell::null()},
                              {textCell("30313233-3435-3637-3839-616263646566"), textCell("k"), Cell::null(),
                               Cell::view(CellKind::bytes, std::string_view("\x00\xFF", 2))}},
                             keep);
    CHECK(keys[0][0].text() == users[0][0].text());  // joins still find each other
    CHECK(keys[1][0].text() == users[0][0].text());  // also where the uuid is a text
    CHECK(keys[0][0].kind() == CellKind::uuid);
    CHECK(keys[0][0].text() != someone);
    CHECK(keys[0][3].isNull());
    CHECK(keys[1][3].bytes().size() == 32);
}

TEST_CASE("another key gives other values") {
    std::vector<BatchPtr> keep;
    std::set<std::string> mails;
    for (const char* key : {"0123456789abcdef", "0123456789abcdeF", "0123456789abcdef"}) {
        RecordingContext context;
        Catalog catalog = server();
        Mask::Options made = options({email("users.email")});
        made.key = key;
        Mask masked(made);
        masked.rewrite(catalog, context);
        mails.emplace(passed(masked, 0, {user("alice@example.com")}, keep)[0][1].text());
    }
    CHECK(mails.size() == 2);
}

TEST_CASE("secrets go, without a key, and stay unique where they have to") {
    RecordingContext context;
    Catalog catalog = server();
    Mask::Options made;
    made.secrets = Mask::Secrets::drop;
    made.secretColumns = {"users.age"};
    Mask masked(made);
    masked.rewrite(catalog, context);
    CHECK(context.warnings ==
          std::vector<std::string>{"table users is masked: age (NULL), password (''), reset_token (NULL)",
                                   "table keys is masked: key_hash (numbered placeholders)",
                                   "table settings is masked: value (NULL in some rows)"});
    std::vector<BatchPtr> keep;
    const Rows users = passed(masked, 0, {user("alice@example.com")}, keep);
    CHECK(users[0][1].text() == "alice@example.com");
    CHECK(users[0][3].isNull());
    CHECK(users[0][4].text().empty());
    CHECK(users[0][4].kind() == CellKind::text);
    CHECK(users[0][5].isNull());
    const std::vector<Cell> key{Cell::null(), textCell("h"), Cell::integer(5), Cell::null()};
    const Rows keys = passed(masked, 1, {key, key}, keep);
    CHECK(keys[0][1].text() == "dropped-1");
    CHECK(keys[1][1].text() == "dropped-2");
    CHECK(keys[0][2].integer() == 5);
    const Rows settings = passed(masked, 2,
                                 {{textCell("smtp_password"), textCell("hunter2")},
                                  {textCell("smtp_host"), textCell("mail")},
                                  {textCell("password_reset_timeout_hours"), textCell("24")}},
                                 keep);
    CHECK(settings[0][1].isNull());
    CHECK(settings[1][1].text() == "mail");
    CHECK(settings[2][1].text() == "24");
}

TEST_CASE("the last rule that is about a value counts, before what secrets says") {
    RecordingContext context;
    Catalog catalog = server();
    MaskRule keep = rule("keys.key_hash");
    keep.keep = true;
    MaskRule some = value("settings.value", "x");
    some.where = {{"key", "smtp_*"}};
    Mask::Options made = options({value("settings.value", "all"), some, keep});
    made.secrets = Mask::Secrets::drop;
    Mask masked(made);
    masked.rewrite(catalog, context);
    std::vector<BatchPtr> held;
    const Rows settings =
        passed(masked, 2,
               {{textCell("smtp_password"), textCell("hunter2")}, {textCell("SMTP_x"), Cell::null()}}, held);
    CHECK(settings[0][1].text() == "x");
    CHECK(settings[1][1].text() == "all");
    CHECK(passed(masked, 1, {{Cell::null(), textCell("h"), Cell::null(), Cell::null()}}, held)[0][1].text() ==
          "h");
}

TEST_CASE("keys are masked on both sides or not at all") {
    CHECK(refused({hash("users.id")}) ==
          "keys.user_id refers to users.id, and only that is masked | give both one rule, or neither ('keep: "
          "true')");
    CHECK(refused({hash("keys.user_id")}) ==
          "keys.user_id refers to users.id, and only the former is masked | give both one rule, or neither "
          "('keep: "
          "true')");
    CHECK(refused({null("keys.user_id")}) == "no error");
    CHECK(refused({hash("*.user_id"), hash("users.id")}) == "no error");
    Catalog alone = server();
    alone.tables.erase(alone.tables.begin());
    CHECK(refused({hash("keys.user_id")}, Mask::Secrets::keep, alone) ==
          "keys.user_id refers to users, and only the former is masked | give both one rule, or neither "
          "('keep: "
          "true')");
    MaskRule some = hash("users.id");
    some.where = {{"email", "a*"}};
    CHECK(refused({hash("*.user_id"), some}) ==
          "keys.user_id refers to users.id, and the two are masked in different ways | give both one rule, "
          "or neither "
          "('keep: true')");
    Catalog numbered = server();
    numbered.tables[1].columns[2].identity = Identity::byDefault;
    CHECK(refused({digits("keys.api_key_id")}, Mask::Secrets::keep, numbered) ==
          "rule 1: keys.api_key_id numbers its rows and can't be masked");
}

TEST_CASE("what a column can't take is refused by name") {
    CHECK(refused({null("users.email")}) ==
          "rule 1: users.email can't be NULL | use 'value', or another mask");
    CHECK(refused({value("users.email", "x")}) ==
          "rule 1: users.email is unique, and one value for all rows is not | use 'hash'");
    CHECK(refused({value("users.age", "70000")}) ==
          "rule 1: users.age holds int16, which 'value' is none of");
    CHECK(refused({hash("users.age")}) ==
          "rule 1: users.age holds int16, which a hash is none of | use 'digits' for numbers, else "
          "'set-null' or "
          "'value'");
    CHECK(refused({digits("users.born")}) ==
          "rule 1: users.born holds date, which 'digits' does not take | use 'hash' or 'set-null'");
    CHECK(refused({email("users.age")}) == "rule 1: users.age holds int16, not text");
    CHECK(refused({null("users.domain")}) ==
          "rule 1: users.domain is generated: mask the columns that it is made of");
    CHECK(refused({null("users.mail")}) ==
          "'rules': there is no column 'users.mail' | did you mean 'users.email'?");
    Catalog narrow = server();
    narrow.tables[0].columns[1].type.precision = 20;
    CHECK(refused({email("users.email")}, Mask::Secrets::keep, narrow) ==
          "rule 1: users.email takes 20 characters, too few for an address that is unique | use 'digits'");
    CHECK(refused({hash("users.email")}, Mask::Secrets::keep, narrow) == "no error");
    narrow.tables[0].columns[1].type.precision = 15;
    CHECK(refused({hash("users.email")}, Mask::Secrets::keep, narrow) ==
          "rule 1: users.email takes 15 characters, too few for a hash that is unique | use 'digits'");
    MaskRule some = digits("users.email");
    some.where = {{"phone", "*"}};
    CHECK(refused({some}) ==
          "rule 1: users.email is unique, which 'digits' keeps only for all rows, and letter by letter | use "
          "'hash'");
    some.where = {{"fax", "*"}};
    CHECK(refused({some}) == "rule 1: users.email: its table has no column 'fax', of which 'where' asks");
    Catalog folded = server();
    folded.tables[0].columns[1].collation = "NOCASE";
    CHECK(
        refused({digits("users.email")}, Mask::Secrets::keep, folded) ==
        "rule 1: users.email is unique by more than its letters, for which values of 'digits' might be one | "
        "use 'hash'");
    CHECK(refused({digits("users.email")}) == "no error");
    Catalog keyed = server();
    keyed.tables[1].primaryKey = {"key_hash"};
    CHECK(refused({}, Mask::Secrets::drop, keyed) ==
          "keys.key_hash looks like a secret, but is a part of the primary key | give it a rule with 'hash: "
          "true' or "
          "'keep: true'");
    Catalog pin = server();
    pin.tables[0].columns.push_back(column("otp", "int32", false));
    CHECK(refused({}, Mask::Secrets::drop, pin) ==
          "users.otp looks like a secret, but can't be NULL, and holds int32, not text | give it a rule with "
          "'value', "
          "or with 'keep: true'");
}

TEST_CASE("files are told of") {
    RecordingContext context;
    Catalog catalog;
    catalog.entryKinds = {{"documents", 1, 0, 0, 1}};
    Mask({}).rewrite(catalog, context);
    CHECK(context.warnings ==
          std::vector<std::string>{"files are not masked: their contents, names and owners go "
                                   "along as they are"});
}
