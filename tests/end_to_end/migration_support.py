"""What the tests of whole-database moves share: both pipelines, every cell of a database, and its schema in words.

It asks SQLite and psql themselves and uses nothing of roost's code, so that it can disagree with it.
"""
import datetime
import os
import re
import sqlite3
import subprocess
import unittest
import uuid
from pathlib import Path

from backup_postgres_test import psql
from support import FIXTURES, PIPELINES, SOURCE, RoostCase, quote

SHARED = Path(os.environ.get("ROOST_TEST_FIXTURES") or SOURCE.parent / "shared" / "fixtures")
TO_POSTGRES = PIPELINES / "sqlite-to-postgres.yaml"
TO_SQLITE = PIPELINES / "postgres-to-sqlite.yaml"


def sample(name):
    """A sample database of tests/fixtures, or a larger one that lies beside the checkout."""
    for folder in (FIXTURES, SHARED):
        if (folder / name).exists():
            return folder / name
    raise unittest.SkipTest(f"{name} is not in {SHARED}; ROOST_TEST_FIXTURES names another folder")


class Moving(RoostCase):
    maxDiff = 4000

    def setUp(self):
        super().setUp()
        if "PGHOST" not in os.environ:
            self.fail("no PostgreSQL: run this through scripts/with-postgres.sh or scripts/test.sh")

    def create_database(self, *scripts, sql=None):
        name = "e2e_" + uuid.uuid4().hex[:12]
        psql("postgres", "-c", f"CREATE DATABASE {name}")
        self.addCleanup(lambda: psql("postgres", "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", check=False))
        for script in scripts:
            psql(name, "-f", script)
        if sql is not None:
            psql(name, sql=sql)
        return name

    def url(self, database):
        return f"postgresql:///{database}?host={os.environ['PGHOST']}&port={os.environ['PGPORT']}&user={os.environ['PGUSER']}"

    def move(self, pipeline, source, target, *arguments, expect=0, **more):
        self.result = self.roost("run", pipeline, "--set", f"from={source}", "--set", f"to={target}", "--progress", "none",
                                 *arguments, expect=expect, stdin=subprocess.DEVNULL, **more)
        return self.result

    def to_postgres(self, file, database, *arguments, **more):
        return self.move(TO_POSTGRES, f"sqlite:{file}", self.url(database), *arguments, **more)

    def to_sqlite(self, database, file, *arguments, **more):
        return self.move(TO_SQLITE, self.url(database), f"sqlite:{file}", *arguments, **more)

    def archived(self, source, name="moved.tar.gz"):
        """An archive of that database, by its url, and nothing else."""
        target = self.out / name
        definition = self.folder / (name + ".yaml")
        definition.write_text(f"roost: 1\nname: archived\nsources:\n  - plugin: database\n    url: '{source}'\n"
                              f"sinks:\n  - plugin: archive\n    url: file:{target}\n")
        self.roost("run", definition, "--progress", "none")
        return target

    def unpacked(self, archive, target, expect=0):
        """The archive into that database, of whichever kind it is."""
        definition = self.folder / (archive.name + ".back.yaml")
        definition.write_text(f"roost: 1\nname: unpacked\nsources:\n  - plugin: archive\n    url: file:{archive}\n"
                              f"transforms:\n  - plugin: schema-map\nsinks:\n  - plugin: database\n    url: '{target}'\n")
        self.result = self.roost("run", definition, "--progress", "none", expect=expect, stdin=subprocess.DEVNULL)

    def assertSame(self, left, right):
        """Two mappings of names to lists of rows."""
        self.assertEqual(sorted(left), sorted(right), "tables")
        for name in left:
            if left[name] == right[name]:
                continue
            pairs = [(a, b) for a, b in zip(left[name], right[name]) if a != b]
            self.fail(f"{name}: {len(left[name])} and {len(right[name])} rows, {len(pairs)} differ, such as\n"
                      + "\n".join(f"  {a!r:.1500}\n  {b!r:.1500}" for a, b in pairs[:3]))


# --- SQLite ---

TIMES = re.compile(r"(datetime|timestamp|timestamptz)\b", re.I)


def connected(path):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    return database


def tables_of(database):
    """Names of the tables with rows of their own, or of a virtual table's."""
    return [name for (name,) in database.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")]


def columns_of(database, table):
    return database.execute(
        f"SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo({literal(table)}) WHERE hidden <> 1"
    ).fetchall()


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def sqlite_cells(path, names=None, instants=()):
    """{table: its rows, sorted, each cell with its kind}. Times in columns of times count as what they say at
    microseconds: an instant where they have an offset or the column is among `instants`."""
    database = connected(path)
    try:
        return {table: sorted((cells_of(row, declared, table, instants) for row in database.execute(
                    f"SELECT {', '.join(quote(c[0]) for c in columns)} FROM {quote(table)}" if columns else f"SELECT 1 FROM {quote(table)}")),
                    key=repr)
                for table in (names or tables_of(database))
                for columns in [columns_of(database, table)]
                for declared in [[(c[0], c[1]) for c in columns]]}
    finally:
        database.close()


def cells_of(row, declared, table, instants):
    return [moment(value) if isinstance(value, str) and TIMES.match(kind) else kept(value)
            for value, (name, kind) in zip(row, declared)]


def kept(value):
    """repr() tells -0.0 from 0.0, 1 from 1.0, b'' from '' and one NaN from none."""
    return repr(value)


MOMENT = re.compile(r"([-+]?\d{4,})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:[.](\d+))?)?)? ?(Z|[+-]\d\d(?::?\d\d)?)?$")


def moment(text):
    """The moment that a text says, in UTC and microseconds; the text itself where it says none."""
    match = MOMENT.match(text)
    if not match:
        return kept(text)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    micros = int(((match[7] or "") + "000000")[:6])
    zone = match[8] or "Z"
    sign = -1 if zone[0] == "-" else 1
    digits = "0000" if zone == "Z" else (zone[1:].replace(":", "") + "00")[:4]
    offset = sign * (int(digits[:2]) * 60 + int(digits[2:]))
    # Python's years end at 9999 and begin at 1; 400 years later the calendar is the same.
    shift = (year - 2000) // 400
    try:
        found = datetime.datetime(year - 400 * shift, month, day, hour, minute, second, micros) - datetime.timedelta(minutes=offset)
    except ValueError:
        return kept(text)
    return f"moment {shift} {found.isoformat()}"


# --- PostgreSQL ---

SETTINGS = "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres -c bytea_output=hex -c extra_float_digits=1 -c lc_monetary=C"


def asked(database, query):
    """Each row as the server writes it in COPY's text format, which no value can be confused in."""
    done = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", f"COPY ({query}) TO STDOUT"],
                          capture_output=True, check=True, env={**os.environ, "PGOPTIONS": SETTINGS, "PGCLIENTENCODING": "UTF8"})
    text = done.stdout.decode("utf-8")
    return [row.split("\t") for row in text.removesuffix("\n").split("\n")] if text else []


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


RELATIONS = """SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2"""


def called(schema, table):
    """What the table is called in SQLite."""
    return table if schema == "public" else f"{schema}_{table}"


def postgres_cells(database):
    """{table as SQLite calls it: its rows as the server writes them, sorted}."""
    return {called(schema, table): sorted(asked(
                database, f"SELECT * FROM {'' if kind == 'p' else 'ONLY '}{identifier(schema)}.{identifier(table)}"))
            for schema, table, kind in asked(database, RELATIONS)}


# --- schemas in words, a line each ---

def changes(before, after):
    """What is gone and what is new."""
    return [f"- {line}" for line in sorted(set(before) - set(after))] + [f"+ {line}" for line in sorted(set(after) - set(before))]


def sqlite_schema_lines(path):
    """Columns, keys, indexes and next numbers of a SQLite database, checks by their number."""
    database = connected(path)
    try:
        lines = []
        for table in tables_of(database):
            (sql,) = database.execute("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,)).fetchone()
            columns = columns_of(database, table)
            whole = [c for c in columns if c[4]]
            for name, kind, filled, default, key, hidden in columns:
                rowid = key and len(whole) == 1 and kind.upper() == "INTEGER"
                # SQLite itself forgets the case of well-known words.
                lines.append(f"column {table}.{name}: {'whole number' if rowid else kind.lower()}"
                             + (" filled" if filled or rowid else "") + (f" key {key}" if key else "")
                             + (f" default {worth(database, default)}" if default is not None else "")
                             + (f" generated" if hidden else ""))
            keys = {}
            for number, place, target, own, there, update, delete, _ in database.execute(f"PRAGMA foreign_key_list({quote(table)})"):
                keys.setdefault((number, target, update, delete), []).append((place, own, there))
            for (_, target, update, delete), parts in keys.items():
                own, there = ([p[i] for p in sorted(parts)] for i in (1, 2))
                lines.append(f"reference {table} {own} to {target} {there} {update} {delete}")
            for _, index, unique, origin, partial in database.execute(f"PRAGMA index_list({quote(table)})"):
                if origin == "pk":
                    continue
                parts = [(name, backwards, collation) for _, _, name, backwards, collation, used in
                         database.execute(f"PRAGMA index_xinfo({quote(index)})") if used]
                name = index if origin == "c" else ""
                lines.append(f"{'unique' if unique else 'index'} {table} {name} {parts}{' partial' if partial else ''}")
            lines.append(f"checks {table} {len(re.findall(r'(?i)[^a-z_]check *[(]', sql))}")
        if database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").fetchone():
            lines += [f"next {table} {number}" for table, number in database.execute("SELECT name, seq FROM sqlite_sequence WHERE seq > 0")]
        return lines
    finally:
        database.close()


def worth(database, default):
    """What a default gives, however it is spelled."""
    if re.search(r"(?i)current_|strftime|now", default):
        return "the moment"
    (value,) = database.execute(f"SELECT {default}").fetchone()
    return repr(value)


COLUMNS = r"""SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
       coalesce(pg_get_expr(d.adbin, d.adrelid), ''), coalesce((SELECT s.last_value + CASE WHEN s.is_called THEN s.step ELSE 0 END
           FROM (SELECT * FROM pg_temp.sequence_state(coalesce(pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname),
               substring(pg_get_expr(d.adbin, d.adrelid) FROM '^nextval\(''(.*)''::regclass')))) s)::text, '')
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"""
STATE = """CREATE FUNCTION pg_temp.sequence_state(name text, OUT last_value bigint, OUT is_called boolean, OUT step bigint) RETURNS SETOF record
    LANGUAGE plpgsql AS $$ BEGIN IF name IS NULL THEN RETURN; END IF; RETURN QUERY EXECUTE 'SELECT s.last_value, s.is_called, q.seqincrement FROM '
        || name || ' s, pg_sequence q WHERE q.seqrelid = ' || quote_literal(name) || '::regclass'; END $$;"""
CONSTRAINTS = """SELECT n.nspname, c.relname, k.conname, k.contype, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition"""
INDEXES = """SELECT n.nspname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)"""


def postgres_schema_lines(database):
    """Columns, constraints, indexes and next numbers, as the server words them. A column that a sequence numbers is
    "numbered", however it is declared."""
    done = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", STATE, "-c", f"COPY ({COLUMNS}) TO STDOUT"],
                          capture_output=True, text=True, check=True)
    lines = []
    for schema, table, name, kind, filled, identity, generated, default, following in (row.split("\t") for row in done.stdout.splitlines()):
        numbered = identity or default.startswith("nextval(")
        kind = "whole number" if numbered and kind in ("integer", "bigint", "smallint") else kind
        lines.append(f"column {called(schema, table)}.{name}: {kind}{' filled' if filled == 't' else ''}"
                     + (" numbered" + (f" from {following}" if following else "") if numbered else f" default {default}" if default else "")
                     + (" generated" if generated else ""))
    for schema, table, name, kind, text in asked(database, CONSTRAINTS):
        lines.append(f"constraint {called(schema, table)}: {text}")
    lines += [f"index {text.replace(f' ON {schema}.', ' ON ')}" for schema, text in asked(database, INDEXES)]
    return lines
