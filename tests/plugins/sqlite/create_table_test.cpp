#include "lib/sql/sqlite/create_table.hpp"

#include <catch2/catch.hpp>

#include "lib/sql/sqlite/ddl_tokens.hpp"

using roost::CheckConstraint;
using roost::UniqueConstraint;
using roost::sqlite::parseCreateTable;
using roost::sqlite::Token;
using roost::sqlite::tokenize;

TEST_CASE("quotes of all four kinds, comments and numbers are cut as SQLite does") {
    const std::string sql = "a \"b\"\"c\" `d``e` [f g] 'h''i' -- end\n/* ( */ 1.5e-3+x'0A' \xC3\xA4$1,";
    const auto tokens = tokenize(sql);
    std::vector<std::string> texts;
    for (const Token& token : tokens) texts.push_back(token.unquoted());
    CHECK(texts == std::vector<std::string>{"a", "b\"c", "d`e", "f g", "h'i", "1.5e-3", "+", "x'0A'",
                                            "\xC3\xA4$1", ",", ""});
    CHECK(tokens.back().kind == Token::Kind::end);
}

TEST_CASE("text that breaks off ends with its last token") {
    for (const std::string sql : {"'abc", "\"abc", "[abc", "/* abc", "-- abc", "'", "x'"})
        CHECK(tokenize(sql).back().kind == Token::Kind::end);
    CHECK(tokenize("").size() == 1);
}

TEST_CASE("columns tell their collation, expression and checks") {
    const auto table = parseCreateTable(R"(CREATE TABLE "t (x" ( -- a comment, with a comma
      id INTEGER CONSTRAINT pk PRIMARY KEY ON CONFLICT REPLACE AUTOINCREMENT,
      [name, it] VARCHAR(20, 3) NOT NULL ON CONFLICT IGNORE COLLATE "NO CASE" DEFAULT (')') CHECK (length([name, it]) > (1)),
      `n` UNSIGNED BIG INT DEFAULT -5 NULL CONSTRAINT positive CHECK( n > 0 /* ) */ ) UNIQUE,
      'g' AS (id + 1) STORED, h TEXT GENERATED ALWAYS AS (upper(name)) VIRTUAL NOT NULL,
      i default current_timestamp, j
    ))");
    REQUIRE(table);
    REQUIRE(table->columns.size() == 7);
    CHECK(table->autoincrement);
    CHECK(table->columns[1].name == "name, it");
    CHECK(table->columns[1].collation == "NO CASE");
    CHECK(table->columns[2].collation.empty());
    CHECK(table->columns[3].name == "g");
    CHECK(table->columns[3].generated == "id + 1");
    CHECK(table->columns[3].generatedStored);
    CHECK(table->columns[4].generated == "upper(name)");
    CHECK_FALSE(table->columns[4].generatedStored);
    CHECK_FALSE(table->columns[5].generated);
    CHECK(table->checks ==
          std::vector<CheckConstraint>{{"", "length([name, it]) > (1)"}, {"positive", "n > 0 /* ) */"}});
    CHECK(table->uniques == std::vector<UniqueConstraint>{{"", {"n"}}});
}

TEST_CASE("table constraints are read with their names, also without commas between them") {
    const auto table = parseCreateTable(
        "CREATE TABLE t(a REFERENCES p ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, b, c,"
        " CONSTRAINT pk PRIMARY KEY(a COLLATE nocase DESC, b AUTOINCREMENT) ON CONFLICT FAIL"
        " CONSTRAINT both UNIQUE(b, \"c\") CHECK(a<>b)"
        " CONSTRAINT fk FOREIGN KEY(b, c) REFERENCES \"q\"(x, y) ON UPDATE NO ACTION ON DELETE CASCADE MATCH "
        "FULL"
        " NOT DEFERRABLE INITIALLY IMMEDIATE, FOREIGN KEY(c) REFERENCES r DEFERRABLE) WITHOUT ROWID, STRICT");
    REQUIRE(table);
    REQUIRE(table->foreignKeys.size() == 3);
    CHECK(table->foreignKeys[0].columns == std::vector<std::string>{"a"});
    CHECK(table->foreignKeys[0].deferrable);
    CHECK(table->foreignKeys[0].initiallyDeferred);
    CHECK(table->foreignKeys[1].name == "fk");
    CHECK(table->foreignKeys[1].columns == std::vector<std::string>{"b", "c"});
    CHECK_FALSE(table->foreignKeys[1].deferrable);
    CHECK(table->foreignKeys[2].deferrable);
    CHECK_FALSE(table->foreignKeys[2].initiallyDeferred);
    CHECK(table->uniques == std::vector<UniqueConstraint>{{"both", {"b", "c"}}});
    CHECK(table->checks == std::vector<CheckConstraint>{{"", "a<>b"}});
    CHECK(table->autoincrement);
}

TEST_CASE("a column may be named or typed with a word that elsewhere is a keyword") {
    const auto table = parseCreateTable(
        "CREATE TABLE t(key text, generated generated, \"check\" int, action integer(3) default(1))");
    REQUIRE(table);
    std::vector<std::string> names;
    for (const auto& column : table->columns) names.push_back(column.name);
    CHECK(names == std::vector<std::string>{"key", "generated", "check", "action"});
    CHECK(table->checks.empty());
}

TEST_CASE("what is not understood is not guessed") {
    CHECK_FALSE(parseCreateTable(""));
    CHECK_FALSE(parseCreateTable("CREATE TABLE t"));
    CHECK_FALSE(parseCreateTable("CREATE TABLE t(a int"));
    CHECK_FALSE(parseCreateTable("CREATE TABLE t(a int nonsense(1) 5)"));
    CHECK_FALSE(parseCreateTable("CREATE VIRTUAL TABLE t USING fts5(a)"));
    CHECK_FALSE(parseCreateTable("CREATE TABLE t(a CHECK (a > (1)"));
}
