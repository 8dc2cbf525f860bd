"""Rules of the transform schema-map: the real program moves real databases by them, each way, and the values and schemas
that come out are compared."""
import json
import os
import sqlite3
import unittest
import uuid

from backup_postgres_test import psql, rows
from support import Archive, RoostCase, sqlite_rows, sqlite_schema, sqlite_tables

SHOP = """
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, role TEXT DEFAULT 'guest',
  legacy_a TEXT, created DATETIME);
CREATE TABLE events (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE,
  payload TEXT, kind VARCHAR(20) CHECK (kind IN ('a', 'b')), legacy_b BLOB, at DATETIME);
CREATE INDEX by_kind ON events (kind, at DESC) WHERE kind <> 'b';
CREATE INDEX by_legacy ON events (legacy_b);
CREATE TABLE audit_log (id INTEGER PRIMARY KEY, event INTEGER REFERENCES events(id));
CREATE TABLE audit_old (id INTEGER PRIMARY KEY, what TEXT);
CREATE TABLE notes (id INTEGER PRIMARY KEY, event INTEGER REFERENCES events(id), old INTEGER REFERENCES audit_old(id));
CREATE VIEW kinds AS SELECT kind FROM events;
CREATE VIEW mails AS SELECT email FROM users;
INSERT INTO users VALUES (7, 'a@example.com', 'admin', 'gone', '2024-01-01 00:00:00'), (8, 'b@example.com', NULL, NULL, NULL);
INSERT INTO events VALUES (1, 7, '{"a": [1, 2]}', 'a', x'00ff', '2024-01-01 10:00:00.5'), (2, 8, '[2]', 'b', NULL, NULL),
  (3, 7, NULL, NULL, x'', '1969-12-31 23:59:59');
INSERT INTO audit_log VALUES (1, 3);
INSERT INTO audit_old VALUES (1, 'x');
INSERT INTO notes VALUES (1, 2, 1), (2, NULL, NULL);
"""

RULES = """
    rules:
      - {table: events, rename: app_events}
      - {column: events.kind, rename: Sort}
      - {column: '*.legacy_*', drop: true}
      - {column: users.role, default: "'member'"}
      - {table: 'audit_*', drop: true}
      - {table: audit_log, drop: false}
      - {column: events.at, type: datetime, cast: timestamptz}
"""

LOSSES = ["table app_events: the index 'by_legacy' is left out: column 'legacy_b' is dropped",
          "table notes: a foreign key to audit_old is left out: that table is dropped"]


class SchemaRules(RoostCase):
    def setUp(self):
        super().setUp()
        if "PGHOST" not in os.environ:
            self.fail("no PostgreSQL: run this through scripts/with-postgres.sh or scripts/test.sh")
        self.shop = self.folder / "shop.db"
        self.make(self.shop, SHOP)

    def make(self, path, sql):
        database = sqlite3.connect(path)
        database.executescript(sql)
        database.close()

    def create_database(self):
        name = "e2e_" + uuid.uuid4().hex[:12]
        psql("postgres", "-c", f"CREATE DATABASE {name}")
        self.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", check=False))
        return name

    def pipeline(self, source, sink, options):
        path = self.folder / f"{uuid.uuid4().hex}.yaml"
        role = "archive" if str(sink).endswith(".tar.gz") else "database"
        path.write_text(f"roost: 1\nname: rules\nsources:\n  - {{plugin: database, url: '{source}'}}\n"
                        f"transforms:\n  - plugin: schema-map\n{options.strip(chr(10))}\n"
                        f"sinks:\n  - {{plugin: {role}, url: '{sink}'}}\n")
        return path

    def move(self, source, sink, options, expect=0):
        """Runs it; its losses as the report has them."""
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        self.result = self.roost("run", self.pipeline(source, sink, options), "--yes", "--progress", "none", "--report",
                                 report, expect=expect,
                                 env={name: os.environ[name] for name in ("PGHOST", "PGPORT", "PGUSER")})
        if expect:
            return None
        self.losses = json.loads(report.read_text())["losses"]
        return [("table " + loss["table"] + ": " if loss.get("table") else "") + loss["message"] for loss in self.losses]

    def test_sqlite_to_sqlite(self):
        target = self.out / "new.db"
        losses = self.move(f"sqlite:{self.shop}", f"sqlite:{target}", RULES)
        self.assertEqual(losses, LOSSES + ["view 'kinds' is left out: it speaks of table 'events', which is renamed"])
        self.assertEqual([loss.get("sql") for loss in self.losses],
                         ["CREATE INDEX by_legacy ON events (legacy_b)",
                          'FOREIGN KEY ("old") REFERENCES "audit_old" ("id")', "CREATE VIEW kinds AS SELECT kind FROM events"])
        self.assertEqual(sqlite_tables(target), ["app_events", "audit_log", "notes", "users"])
        self.assertEqual(sqlite_rows(target, "users"),
                         [[7, "a@example.com", "admin", "2024-01-01 00:00:00"], [8, "b@example.com", None, None]])
        self.assertEqual(sqlite_rows(target, "app_events"),
                         [[1, 7, '{"a": [1, 2]}', "a", "2024-01-01 10:00:00.5"], [2, 8, "[2]", "b", None],
                          [3, 7, None, None, "1969-12-31 23:59:59"]])
        self.assertEqual(sqlite_rows(target, "audit_log"), [[1, 3]])
        self.assertEqual(sqlite_rows(target, "notes"), [[1, 2, 1], [2, None, None]])
        self.assertEqual([" ".join(sql.split()) for sql in sqlite_schema(target)], [
            'CREATE INDEX by_kind ON "app_events" ("Sort", at DESC) WHERE "Sort" <> \'b\'',
            'CREATE TABLE "app_events" ( "id" INTEGER PRIMARY KEY, "user_id" INTEGER NOT NULL, "payload" TEXT, "Sort" '
            'VARCHAR(20), "at" datetime, CHECK ("Sort" IN (\'a\', \'b\')), FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON '
            'DELETE CASCADE )',
            'CREATE TABLE "audit_log" ( "id" INTEGER PRIMARY KEY, "event" INTEGER, FOREIGN KEY ("event") REFERENCES '
            '"app_events" ("id") )',
            'CREATE TABLE "notes" ( "id" INTEGER PRIMARY KEY, "event" INTEGER, "old" INTEGER, FOREIGN KEY ("event") REFERENCES '
            '"app_events" ("id") )',
            'CREATE TABLE "users" ( "id" INTEGER PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, "role" TEXT DEFAULT '
            '\'member\', "created" DATETIME, UNIQUE ("email") )',
            "CREATE TABLE sqlite_sequence(name,seq)",
            "CREATE VIEW mails AS SELECT email FROM users"])
        self.assertEqual(sqlite_rows(target, "sqlite_sequence"), [["users", 8]])

    def test_sqlite_to_postgresql_into_a_schema_of_its_own(self):
        database = self.create_database()
        more = RULES + "      - {column: events.payload, native: jsonb}\n    schema: tenant\n"
        losses = self.move(f"sqlite:{self.shop}", f"postgresql:///{database}", more)
        self.assertEqual(losses, ["view 'kinds' is left out", "view 'mails' is left out"] + LOSSES)
        self.assertEqual({loss.get("schema") for loss in self.losses if loss.get("table")}, {"tenant"})
        self.assertEqual(rows(database, "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('tenant', 'public') "
                                        "ORDER BY 2"),
                         [["tenant", name] for name in ("app_events", "audit_log", "notes", "users")])
        self.assertEqual(rows(database, "SELECT * FROM tenant.app_events ORDER BY id"),
                         [["1", "7", '{"a": [1, 2]}', "a", "2024-01-01 10:00:00.5+00"], ["2", "8", "[2]", "b", None],
                          ["3", "7", None, None, "1969-12-31 23:59:59+00"]])
        self.assertEqual(rows(database, "SELECT * FROM tenant.users ORDER BY id"),
                         [["7", "a@example.com", "admin", "2024-01-01 00:00:00"], ["8", "b@example.com", None, None]])
        self.assertEqual(rows(database, "SELECT column_name, data_type, column_default FROM information_schema.columns WHERE "
                                        "table_name IN ('app_events', 'users') AND column_name IN ('payload', 'Sort', 'at', "
                                        "'role', 'created') ORDER BY 1"),
                         [["Sort", "character varying", None], ["at", "timestamp with time zone", None],
                          ["created", "timestamp without time zone", None], ["payload", "jsonb", None],
                          ["role", "text", "'member'::text"]])
        self.assertEqual(rows(database, "SELECT conname, conrelid::regclass, confrelid::regclass FROM pg_constraint WHERE "
                                        "contype = 'f' ORDER BY 1"),
                         [["app_events_user_id_fkey", "tenant.app_events", "tenant.users"],
                          ["audit_log_event_fkey", "tenant.audit_log", "tenant.app_events"],
                          ["notes_event_fkey", "tenant.notes", "tenant.app_events"]])
        self.assertEqual(rows(database, "SELECT indexdef FROM pg_indexes WHERE indexname = 'by_kind'"),
                         [["CREATE INDEX by_kind ON tenant.app_events USING btree (\"Sort\", at DESC) WHERE "
                           "((\"Sort\")::text <> 'b'::text)"]])
        self.assertEqual(rows(database, "INSERT INTO tenant.users (email) VALUES ('c') RETURNING id, role")[0], ["9", "member"])

    def test_postgresql_to_sqlite_without_its_schema(self):
        database = self.create_database()
        psql(database, sql="""
            CREATE SCHEMA shop; CREATE SCHEMA other;
            CREATE TYPE shop.mood AS ENUM ('sad', 'happy');
            CREATE TABLE shop.users (id serial PRIMARY KEY, "Name" text UNIQUE, mood shop.mood DEFAULT 'sad', old text,
              CHECK (length("Name") > 1));
            CREATE TABLE shop.events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner int REFERENCES shop.users,
              at timestamptz, price numeric(30,10), tags text[]);
            INSERT INTO shop.users ("Name", mood, old) VALUES ('ann', 'happy', 'x'), ('bob', NULL, NULL);
            INSERT INTO shop.events (owner, at, price, tags) VALUES (1, '2024-05-05 12:00+02', 12345678901234567890.0123456789,
              '{a,NULL}'), (2, NULL, NULL, NULL);""")
        options = """
            schemas: strip
            rules:
              - {table: shop.users, rename: people}
              - {column: shop.users.Name, rename: name}
              - {column: old, drop: true}
              - {column: users.mood, cast: text, default: "'calm'"}
              - {column: events.price, native: TEXT}
        """.replace("            ", "    ", 1).replace("\n            ", "\n    ")
        target = self.out / "new.db"
        losses = self.move(f"postgresql:///{database}", f"sqlite:{target}", options)
        self.assertEqual(losses, ["enum 'shop.mood' is left out"])
        self.assertEqual(sqlite_tables(target), ["events", "people"])
        self.assertEqual(sqlite_rows(target, "people"), [[1, "ann", "happy"], [2, "bob", None]])
        self.assertEqual(sqlite_rows(target, "events", "id, owner, price, typeof(price), tags"),
                         [[1, 1, "12345678901234567890.0123456789", "text", "{a,NULL}"], [2, 2, None, "null", None]])
        people = " ".join(next(sql for sql in sqlite_schema(target) if sql.startswith('CREATE TABLE "people"')).split())
        self.assertEqual(people, 'CREATE TABLE "people" ( "id" INTEGER PRIMARY KEY AUTOINCREMENT, "name" text, "mood" text '
                                 "DEFAULT 'calm', CONSTRAINT \"users_Name_key\" UNIQUE (\"name\"), CONSTRAINT "
                                 "\"users_Name_check\" CHECK ((length(\"name\") > 1)) )")
        events = " ".join(next(sql for sql in sqlite_schema(target) if sql.startswith('CREATE TABLE "events"')).split())
        self.assertIn('REFERENCES "people" ("id")', events)
        self.assertIn('"price" TEXT', events)

        psql(database, sql="CREATE TABLE other.users (id int)")
        before = target.read_bytes()
        self.move(f"postgresql:///{database}", f"sqlite:{target}", "    schemas: strip", expect=1)
        self.assertIn("can't become users: table ", self.result.stderr)
        self.assertEqual(target.read_bytes(), before)

    def test_postgresql_to_postgresql(self):
        source, target = self.create_database(), self.create_database()
        psql(source, sql="""
            CREATE TABLE users (id serial PRIMARY KEY, name text, old text);
            CREATE TABLE events (id int PRIMARY KEY, owner int REFERENCES users ON DELETE CASCADE, at timestamp);
            CREATE INDEX by_owner ON events (owner DESC) INCLUDE (at);
            CREATE VIEW names AS SELECT name FROM users;
            INSERT INTO users (name, old) VALUES ('ann', 'x'), ('bob', 'y');
            INSERT INTO events VALUES (1, 2, '2024-05-05 12:00');""")
        losses = self.move(f"postgresql:///{source}", f"postgresql:///{target}", """
    rules:
      - {table: users, rename: people}
      - {column: users.old, drop: true}
      - {column: events.owner, rename: Owner}
      - {column: events.at, native: timestamptz(3)}
""")
        self.assertEqual(losses, ["view 'names' is left out: it speaks of table 'users', which is renamed"])
        self.assertEqual(rows(target, "SELECT * FROM people ORDER BY id"), [["1", "ann"], ["2", "bob"]])
        self.assertEqual(rows(target, 'SELECT id, "Owner", at FROM events'), [["1", "2", "2024-05-05 12:00:00+00"]])
        self.assertEqual(rows(target, "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"),
                         [['FOREIGN KEY ("Owner") REFERENCES people(id) ON DELETE CASCADE']])
        self.assertEqual(rows(target, "SELECT indexdef FROM pg_indexes WHERE indexname = 'by_owner'"),
                         [['CREATE INDEX by_owner ON public.events USING btree ("Owner" DESC) INCLUDE (at)']])
        self.assertEqual(rows(target, "INSERT INTO people (name) VALUES ('c') RETURNING id")[0], ["3"])
        self.assertEqual(rows(target, "SELECT pg_get_serial_sequence('people', 'id')"), [["public.users_id_seq"]])

    def test_sqlite_to_an_archive_and_back(self):
        target = self.out / "shop.tar.gz"
        losses = self.move(f"sqlite:{self.shop}", f"file:{target}", RULES)
        self.assertEqual(losses, LOSSES + ["view 'kinds' is left out: it speaks of table 'events', which is renamed"])
        archive = Archive(target)
        self.assertEqual(sorted(name for _, name in archive.tables), ["app_events", "audit_log", "notes", "users"])
        self.assertEqual(archive.schema["dialect"], "sqlite")
        self.assertEqual(archive.rows("users"),
                         [[7, "a@example.com", "admin", "2024-01-01 00:00:00"], [8, "b@example.com", None, None]])
        self.assertNotIn(b"gone", archive.members[b"database/users.json"])
        self.roost("verify", target)
        back = self.out / "back.db"
        path = self.folder / "back.yaml"
        path.write_text(f"roost: 1\nname: back\nsources:\n  - {{plugin: archive, url: 'file:{target}'}}\n"
                        f"sinks:\n  - {{plugin: database, url: 'sqlite:{back}'}}\n")
        self.roost("run", path, "--yes")
        direct = self.out / "direct.db"
        self.move(f"sqlite:{self.shop}", f"sqlite:{direct}", RULES)
        self.assertEqual(sqlite_schema(back), sqlite_schema(direct))
        for table in sqlite_tables(direct):
            self.assertEqual(sqlite_rows(back, table), sqlite_rows(direct, table))

    def test_a_rule_about_what_is_not_there_changes_nothing(self):
        target = self.out / "new.db"
        self.move(f"sqlite:{self.shop}", f"sqlite:{target}", "    rules: {column: users.rol, drop: true}", expect=1)
        self.assertIn("the rule of line 7: there is no column 'users.rol'; did you mean 'users.role'?", self.result.stderr)
        self.assertNothingLeft()

    def test_meaningless_rules_are_told_at_their_place(self):
        path = self.folder / "wrong.yaml"
        path.write_text("""roost: 1
name: wrong
sources: [{plugin: database, url: 'sqlite:x.db'}]
transforms:
  - plugin: schema-map
    rules:
      - {drop: true}
      - {table: a}
      - {table: a, rename: b, drop: true}
      - {table: 'a*', rename: 'b*'}
      - {table: a, cast: text}
      - {column: a.b, cast: tekst}
      - {column: a.b, cast: array(text)}
      - {column: a.b, native: 'text; DROP TABLE a'}
      - {type: text, rename: b}
      - {table: '', drop: true}
      - {tabel: a, drop: true}
      - {column: a.b, drop: maybe}
    schema: app
    to: sqlite
sinks: [{plugin: database, url: 'sqlite:y.db'}]
""")
        done = self.roost("check", path, expect=2)
        problems = [line.split("wrong.yaml:", 1)[1] for line in done.stderr.splitlines() if "wrong.yaml:" in line]
        self.assertEqual(sorted(problems, key=lambda line: [int(n) for n in line.split(":")[:2]]), [
            "7:9: error: a rule has to say what it is about: add 'table', 'column' or 'type'",
            "8:9: error: a rule has to say what is done: add 'rename', 'drop', 'cast', 'native' or 'default'",
            "9:28: error: 'rename' means nothing beside 'drop: true'",
            "10:31: error: 'rename' takes a name, without * and ?",
            "11:26: error: 'cast' is about columns: add 'column' or 'type' to the rule",
            "12:29: error: 'tekst' is no logical type; possible are boolean, int16, int32, int64, float32, float64, "
            "decimal(p,s), text(n), bytes, uuid, date, time, timestamp, timestamptz, interval, json, array(type), enum, other",
            "13:29: error: 'cast' takes a type that both databases have: use 'native' for array(text)",
            "14:31: error: 'native' takes the name of a type",
            "15:30: error: 'rename' is about a name: add 'column' to the rule",
            "16:17: error: 'table' of a rule is empty",
            "17:10: error: unknown option 'tabel' in an item of 'rules'",
            "18:29: error: option 'drop' takes true or false, not 'maybe'",
            "19:13: error: 'schema' is one of PostgreSQL's: SQLite has none"])


if __name__ == "__main__":
    unittest.main()
