#include "lib/sql/postgresql/server_error.hpp"

#include <catch2/catch.hpp>

using namespace roost::sql::postgresql;

TEST_CASE("the SQLSTATE is taken out of a refusal's words") {
    const ConnectFailure failure = parseConnectFailure(
        "connection to server at \"h\", port 5432 failed: FATAL:  28P01: password authentication failed for "
        "user \"u\"\n"
        "LOCATION:  auth_failed, auth.c:326\n");
    CHECK(failure.sqlState == "28P01");
    CHECK(failure.message ==
          "connection to server at \"h\", port 5432 failed: FATAL: password authentication failed for user "
          "\"u\"");
}

TEST_CASE("a failure without an SQLSTATE stays as it is, on one line") {
    const ConnectFailure failure = parseConnectFailure(
        "connection to server at \"h\" (1.2.3.4), port 5432 failed: Connection refused\n\tIs the server "
        "running on that "
        "host and accepting TCP/IP connections?\n");
    CHECK(failure.sqlState.empty());
    CHECK(failure.message ==
          "connection to server at \"h\" (1.2.3.4), port 5432 failed: Connection refused Is the server "
          "running on that "
          "host and accepting TCP/IP connections?");
}

TEST_CASE("passwords in libpq's words are hidden") {
    CHECK(oneLine("tried postgresql://u:secret@h/db\n and password=secret") ==
          "tried postgresql://u:***@h/db and password=***");
}

TEST_CASE("a hint is found by SQLSTATE, else by its class") {
    CHECK(hintFor("3D000").find("psql -l") != std::string::npos);
    CHECK(hintFor("28P01").find(".pgpass") != std::string::npos);
    CHECK(hintFor("28000").find("pg_hba.conf") != std::string::npos);
    CHECK(hintFor("42P01").empty());
    CHECK(hintFor("").empty());
}
