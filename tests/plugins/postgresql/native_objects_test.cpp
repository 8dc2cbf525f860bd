#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "plugins/postgresql/collected.hpp"
#include "plugins/postgresql/test_server.hpp"

using namespace roost;
using namespace roost::test;

namespace {

constexpr const char* everything = R"(
    CREATE SCHEMA app;
    CREATE TYPE app.mood AS ENUM ('sad', 'it''s', 'happy'); ALTER TYPE app.mood ADD VALUE 'first' BEFORE 'sad';
    CREATE DOMAIN positive AS numeric(8,2) DEFAULT 1 NOT NULL CONSTRAINT above CHECK (VALUE > 0);
    CREATE TYPE pair AS (a positive, "b c" text COLLATE "C");
    CREATE TYPE span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
    CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x * 2';
    CREATE PROCEDURE nothing() LANGUAGE plpgsql AS $$ BEGIN END $$;
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
    CREATE SEQUENCE app.numbers AS int START 7 MINVALUE 5 MAXVALUE 50 INCREMENT 2 CACHE 4 CYCLE; SELECT nextval('app.numbers');
    CREATE TABLE t (id serial PRIMARY KEY, a int, b int, during int4range, EXCLUDE USING gist (during WITH &&));
    ALTER TABLE t ADD CONSTRAINT young CHECK (a < 100) NOT VALID;
    CREATE TABLE full_match (x int, y int, id int); ALTER TABLE t ADD UNIQUE (a, b);
    ALTER TABLE full_match ADD CONSTRAINT whole FOREIGN KEY (x, y) REFERENCES t (a, b) MATCH FULL,
      ADD CONSTRAINT late FOREIGN KEY (id) REFERENCES t NOT VALID;
    CREATE VIEW first AS SELECT id, twice(a) AS a2 FROM t; CREATE VIEW alpha WITH (security_barrier = true) AS SELECT * FROM first;
    CREATE MATERIALIZED VIEW kept AS SELECT * FROM alpha; CREATE INDEX on_kept ON kept (id);
    CREATE TRIGGER touched BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch(); ALTER TABLE t DISABLE TRIGGER touched;
    CREATE RULE quiet AS ON DELETE TO t DO INSTEAD NOTHING;
    CREATE STATISTICS app.stat ON a, b FROM t;
    ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON t FOR SELECT TO PUBLIC USING (a > 0);
    CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
    CREATE FOREIGN TABLE outside (a int NOT NULL, b text) SERVER files OPTIONS (filename '/dev/null', format 'csv');
    CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int); SELECT lo_create(4711);)";

std::string sqlOf(const Collected& collected, const std::string& type, const std::string& name) {
    const NativeObject* object = collected.object(type, name);
    return object == nullptr ? "missing" : object->sql;
}

std::size_t place(const Collected& collected, const std::string& type, const std::string& name) {
    return static_cast<std::size_t>(collected.object(type, name) - collected.catalog.objects.data());
}

}  // namespace

TEST_CASE("what stands beside the tables is carried as the server's SQL") {
    ScratchDatabase database(everything);
    const Collected read = collect(database.url());
    CHECK(sqlOf(read, "schema", "app") == "CREATE SCHEMA app;");
    REQUIRE(read.object("enum", "mood") != nullptr);
    CHECK(read.object("enum", "mood")->labels == std::vector<std::string>{"first", "sad", "it's", "happy"});
    CHECK(read.object("enum", "mood")->schema == "app");
    CHECK(sqlOf(read, "enum", "mood") == "CREATE TYPE app.mood AS ENUM ('first', 'sad', 'it''s', 'happy');");
    CHECK(sqlOf(read, "domain", "positive") ==
          "CREATE DOMAIN public.positive AS numeric(8,2) DEFAULT 1 NOT NULL CONSTRAINT above CHECK ((VALUE > "
          "(0)::numeric));");
    CHECK(sqlOf(read, "composite type", "pair") ==
          "CREATE TYPE public.pair AS (a public.positive, \"b c\" text COLLATE pg_catalog.\"C\");");
    CHECK(sqlOf(read, "range", "span") ==
          "CREATE TYPE public.span AS RANGE (SUBTYPE = double precision, SUBTYPE_DIFF = float8mi);");
    CHECK(sqlOf(read, "function", "twice(x integer)").find("SELECT x * 2") != std::string::npos);
    CHECK(sqlOf(read, "procedure", "nothing()").starts_with("CREATE OR REPLACE PROCEDURE public.nothing()"));
    CHECK(sqlOf(read, "sequence", "numbers") ==
          "CREATE SEQUENCE \"app\".\"numbers\" AS integer START WITH 7 INCREMENT BY 2 MINVALUE 5 MAXVALUE 50 "
          "CACHE 4 CYCLE;\n"
          "SELECT pg_catalog.setval('\"app\".\"numbers\"', 13, true);");
    CHECK(sqlOf(read, "sequence owner", "t_id_seq") ==
          "ALTER SEQUENCE \"public\".\"t_id_seq\" OWNED BY \"public\".\"t\".\"id\";");
    CHECK(sqlOf(read, "exclusion constraint", "t_during_excl") ==
          "ALTER TABLE ONLY public.t ADD CONSTRAINT t_during_excl EXCLUDE USING gist (during WITH &&);");
    CHECK(sqlOf(read, "constraint", "young") ==
          "ALTER TABLE ONLY public.t ADD CONSTRAINT young CHECK ((a < 100)) NOT VALID;");
    CHECK(sqlOf(read, "foreign key", "whole")
              .ends_with("FOREIGN KEY (x, y) REFERENCES public.t(a, b) MATCH FULL;"));
    CHECK(sqlOf(read, "foreign key", "late").ends_with("NOT VALID;"));
    CHECK(
        sqlOf(read, "view", "alpha").starts_with("CREATE VIEW public.alpha WITH (security_barrier=true) AS"));
    CHECK(sqlOf(read, "materialized view", "kept").ends_with("WITH NO DATA;"));
    CHECK(sqlOf(read, "index", "on_kept") == "CREATE INDEX on_kept ON public.kept USING btree (id);");
    CHECK(sqlOf(read, "trigger", "touched") ==
          "CREATE TRIGGER touched BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION public.touch();\n"
          "ALTER TABLE public.t DISABLE TRIGGER touched;");
    CHECK(read.object("trigger", "touched")->table == "t");
    CHECK(sqlOf(read, "rule", "quiet").find("DO INSTEAD NOTHING") != std::string::npos);
    CHECK(sqlOf(read, "statistics", "stat") == "CREATE STATISTICS app.stat ON a, b FROM public.t;");
    CHECK(sqlOf(read, "row security", "t") == "ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;");
    CHECK(sqlOf(read, "policy", "own") ==
          "CREATE POLICY own ON public.t AS PERMISSIVE FOR SELECT TO PUBLIC USING ((a > 0));");
    CHECK(sqlOf(read, "foreign table", "outside") ==
          "CREATE FOREIGN TABLE public.outside (a integer NOT NULL, b text) SERVER files OPTIONS (filename "
          "'/dev/null', format 'csv');");
}

TEST_CASE("what is not carried is told") {
    ScratchDatabase database(everything);
    const Collected read = collect(database.url());
    CHECK(
        read.warned("the rows of foreign table outside stay where they are: only its definition is carried"));
    CHECK(read.warned(
        "the rows of materialized view kept are not carried: REFRESH MATERIALIZED VIEW makes them again"));
    CHECK(read.warned("the database also holds what is not carried: 1 large objects, 1 foreign servers"));
    CHECK(read.warned("constraint 'young' of table t is NOT VALID: rows may break it"));
    CHECK(read.warned("constraint 'late' of table full_match is NOT VALID: rows may break it"));
    CHECK(read.catalog.find("", "outside") == nullptr);
    CHECK(read.catalog.find("", "kept") == nullptr);
}

TEST_CASE("objects come in an order in which they can be made") {
    ScratchDatabase database(everything);
    const Collected read = collect(database.url());
    CHECK(place(read, "schema", "app") < place(read, "enum", "mood"));
    CHECK(place(read, "domain", "positive") < place(read, "composite type", "pair"));
    CHECK(place(read, "view", "first") < place(read, "view", "alpha"));
    CHECK(place(read, "view", "alpha") < place(read, "materialized view", "kept"));
    CHECK(place(read, "materialized view", "kept") < place(read, "index", "on_kept"));

    // All of it makes the same database again, with the tables made before the first object that needs one.
    ScratchDatabase copy;
    Session session(copy.name());
    session.run("SET check_function_bodies = false");
    const auto needsTable = [](const NativeObject& object) {
        return object.type == "sequence owner" || !object.table.empty() || object.type.ends_with("view");
    };
    bool tablesMade = false;
    for (const NativeObject& object : read.catalog.objects) {
        if (object.name == "files" || object.type == "foreign table") continue;  // its server is not carried
        if (object.type == "sequence owner" && !tablesMade) {
            for (const Table& table : read.catalog.tables) session.run(table.nativeSql);
            tablesMade = true;
        }
        REQUIRE((tablesMade || !needsTable(object)));
        session.run(object.sql);
    }
    const Collected again = collect(copy.url());
    CHECK(again.catalog.tables.size() == read.catalog.tables.size());
    for (const NativeObject& object : read.catalog.objects)
        if (object.type != "foreign table") CHECK(sqlOf(again, object.type, object.name) == object.sql);
}

TEST_CASE("only objects of what was chosen are listed") {
    ScratchDatabase database(std::string(everything) + "CREATE TABLE app.u (a int); CREATE SCHEMA empty");
    QuietContext context;
    PostgresOptions options = optionsFor(database.url());
    options.schemas = {"app"};
    const Collected read = collect(options, context);
    CHECK(read.catalog.tables.size() == 1);
    CHECK(read.object("enum", "mood") != nullptr);
    CHECK(read.object("domain", "positive") == nullptr);
    CHECK(read.object("trigger", "touched") == nullptr);
    CHECK(read.object("schema", "empty") == nullptr);
    CHECK(collect(database.url()).object("schema", "empty") != nullptr);
}
