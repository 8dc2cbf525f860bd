"""PostgreSQL -> SQLite -> PostgreSQL, directly and through archives: every value as the server writes it, and the
schema of real databases."""
import re
import subprocess
import unittest

from backup_postgres_test import psql
from migration_support import (Moving, asked, changes, postgres_cells, postgres_schema_lines, sample, sqlite_cells)

MOMENTS = {"EXTRACT(epoch FROM now())": "(floor(EXTRACT(epoch FROM now())))::bigint",
           "timestamp(0) without time zone": "timestamp without time zone",
           "default CURRENT_TIMESTAMP": "default (now() AT TIME ZONE 'utc'::text)",
           "default ('now'::text)::date": "default ((now() AT TIME ZONE 'utc'::text))::date",
           "default now()": "default (now() AT TIME ZONE 'utc'::text)"}


def respelled(line):
    """Moments and their digits as docs/dialects.md has them behind a stay in SQLite; a timestamptz keeps now()."""
    if "with time zone" not in line:
        for old, new in MOMENTS.items():
            line = line.replace(old, new)
    return line


class RoundTrip(Moving):
    def check(self, original, leave=lambda line: False, expected=()):
        cells, schema = postgres_cells(original), postgres_schema_lines(original)
        middle, back = self.folder / "middle.db", self.create_database()
        self.to_sqlite(original, middle)
        self.to_postgres(middle, back)
        self.assertSame(cells, postgres_cells(back))
        found = changes([respelled(line) for line in schema], postgres_schema_lines(back))
        self.assertCountEqual([line for line in found if not leave(line)], expected)
        self.assertEqual((postgres_cells(original), postgres_schema_lines(original)), (cells, schema), "the source was written to")
        # Once more, into what is there now.
        self.to_sqlite(original, middle, "--yes")
        self.to_postgres(middle, back, "--yes")
        self.assertSame(cells, postgres_cells(back))
        self.through_archives(original, middle, cells)
        return middle, back

    def through_archives(self, original, middle, cells):
        again, file = self.create_database(), self.folder / "archived.db"
        self.unpacked(self.archived(self.url(original), "postgres.tar.gz"), f"sqlite:{file}")
        self.assertSame(sqlite_cells(file), sqlite_cells(middle))
        self.unpacked(self.archived(f"sqlite:{file}", "sqlite.tar.gz"), self.url(again))
        self.assertSame(postgres_cells(again), cells)

    def test_chinook(self):
        text = sample("chinook/Chinook_PostgreSql.sql").read_text()
        self.check(self.create_database(sql=re.sub(r"(?m)^((DROP|CREATE) DATABASE|\\c ).*$", "", text)))

    def test_memos(self):
        self.check(self.create_database(sample("apps/memos/seeded-pg.sql")))

    def test_shiori(self):
        self.check(self.create_database(sample("apps/shiori/seeded-pg.sql")))

    def test_aviary(self):
        self.check(self.create_database(sample("aviary/aviary-pg.sql")))

    def test_sakila(self):
        """An enum, a domain, text[], tsvector, bytea, inheritance, a cycle of keys, triggers, rules, views, functions."""
        original = self.create_database()
        for part in ("schema", "insert-data-using-copy"):
            # It names an owner that isn't here.
            text = re.sub(r"(?m)^(ALTER \w+ .* OWNER TO|REVOKE|GRANT|COMMENT ON SCHEMA) .*$", "",
                          sample(f"sakila/postgres-sakila-{part}.sql").read_text())
            done = subprocess.run(["psql", "-X", "-q", "-d", original], input=text, capture_output=True, text=True)
            self.assertNotIn("ERROR", done.stderr)
        middle, back = self.check(
            original,
            # Each is told by the plan: inherited numbering, checks of times, and of an enum's labels where there was an enum.
            leave=lambda line: re.match(r"[-+] column payment_p2007_\d\d\.payment_id:|- constraint payment_p2007_\d\d: CHECK", line),
            expected=["- column film.rating: mpaa_rating default 'G'::mpaa_rating",
                      "+ column film.rating: text default 'G'::text",
                      "- column film.release_year: year", "+ column film.release_year: integer",
                      "+ constraint film: CHECK (((release_year >= 1901) AND (release_year <= 2155)))",
                      "+ constraint film: CHECK ((rating = ANY (ARRAY['G'::text, 'PG'::text, 'PG-13'::text, 'R'::text, 'NC-17'::text])))",
                      "- index CREATE INDEX film_fulltext_idx ON film USING gist (fulltext)"])
        self.assertEqual(asked(back, "SELECT special_features[2], fulltext @@ 'dinosaur' FROM film WHERE film_id = 1"),
                         asked(original, "SELECT special_features[2], fulltext @@ 'dinosaur' FROM film WHERE film_id = 1"))
        # The planner knows the tables before anybody has asked for it.
        self.assertEqual(asked(back, "SELECT reltuples FROM pg_class WHERE relname = 'rental'"), [["16044"]])
        self.assertNotEqual(asked(back, "SELECT 1 FROM pg_stats WHERE tablename = 'rental' AND attname = 'customer_id'"), [])
        found = subprocess.run(["sqlite3", middle, "SELECT stat FROM sqlite_stat1 WHERE tbl = 'film_actor' AND idx = 'idx_fk_film_id'"],
                               capture_output=True, text=True, check=True)
        self.assertRegex(found.stdout, r"^\d+ \d+$")


if __name__ == "__main__":
    unittest.main()
