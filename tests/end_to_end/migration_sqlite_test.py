"""SQLite -> PostgreSQL -> SQLite, directly and through archives: every cell and the schema of real databases."""
import os
import re
import shutil
import subprocess
import unittest

from migration_support import (TO_POSTGRES, TO_SQLITE, Moving, changes, postgres_cells, sample, sqlite_cells,
                               sqlite_schema_lines)

WORDS = {"integer": "bigint", "int": "bigint", "bigint": "bigint", "smallint": "smallint", "text": "text", "json": "json_text",
         "whole": "whole number", "blob": "blob", "real": "double precision", "boolean": "boolean", "date": "date", "timestamp": "timestamp",
         "datetime": "timestamp", "numeric": "decimal_blob", "uuid": "uuid_text"}


def there_and_back(line):
    """What docs/dialects.md promises for a column's declaration after both moves."""
    match = re.match(r"(column .*?): ([a-z]+)( sub_type text)?(\([\d,]+\))?( filled.*| key.*| default.*|)$", line)
    if not match:
        return line
    name, word, text, size, rest = match.groups("")
    if text:
        kind = "text"
    elif word in ("varchar", "nvarchar", "char"):
        kind = "varchar" + size
    else:
        kind = "decimal" + size if size and word in ("decimal", "numeric") else WORDS[word]
    return f"{name}: {kind}{rest.replace(' default None', '')}"


class RoundTrip(Moving):
    def prepared(self, name):
        file = self.folder / "original.db"
        if name.endswith(".sql"):
            with open(sample(name)) as script:
                subprocess.run(["sqlite3", file], stdin=script, stdout=subprocess.DEVNULL, check=True)
        else:
            shutil.copyfile(sample(name), file)
        return file

    def definition(self, types):
        """The definition, with types of columns added as its comments say."""
        if not types:
            return TO_POSTGRES
        text = TO_POSTGRES.read_text()
        own = re.sub(r"(?m)^    # types: .*$", f"    types: {types}", text)
        self.assertNotEqual(own, text)
        file = self.folder / "own.yaml"
        file.write_text(own)
        return file

    def check(self, name, types="", expected=(), changed=lambda rows: rows):
        original = self.prepared(name)
        before = original.read_bytes()
        middle, back = self.create_database(), self.folder / "back.db"
        self.move(self.definition(types), f"sqlite:{original}", self.url(middle))
        self.to_sqlite(middle, back)
        self.assertEqual(original.read_bytes(), before, "the source was written to")
        self.assertEqual(os.stat(back).st_mode & 0o777, 0o600)
        self.assertSame(changed(sqlite_cells(original)), sqlite_cells(back))
        self.assertCountEqual(self.schema_changes(original, back), expected)
        # Once more, into what is there now: the tables stay, the rows are the same.
        self.move(self.definition(types), f"sqlite:{original}", self.url(middle), "--yes")
        self.to_sqlite(middle, back, "--yes")
        self.assertSame(changed(sqlite_cells(original)), sqlite_cells(back))
        self.through_archives(original, middle, back)

    def through_archives(self, original, middle, back):
        """The same from archives that were made of either database."""
        cells = postgres_cells(middle)
        again, file = self.create_database(), self.folder / "archived.db"
        self.unpacked(self.archived(self.url(middle), "postgres.tar.gz"), f"sqlite:{file}")
        self.assertSame(sqlite_cells(file), sqlite_cells(back))
        self.unpacked(self.archived(f"sqlite:{back}", "sqlite.tar.gz"), self.url(again))
        self.assertSame(postgres_cells(again), cells)

    def schema_changes(self, original, back):
        before, after = sqlite_schema_lines(original), sqlite_schema_lines(back)
        expected = [there_and_back(line) for line in before]
        # A column that numbers its rows never uses a number twice after the move, so it has a next one.
        were = {line.rsplit(" ", 1)[0] for line in before if line.startswith("next ")}
        return changes(expected, [line for line in after if not line.startswith("next ") or line.rsplit(" ", 1)[0] in were])

    def test_chinook(self):
        self.check("chinook/Chinook_Sqlite.sqlite")

    def test_northwind(self):
        """Names with blanks, pictures, a text key, and decimals whose column says nothing of digits."""
        self.check("northwind/northwind-sqlite.sql", expected=["- column Customers.CustomerID: text key 1",
                                                               "+ column Customers.CustomerID: text filled key 1"])

    def test_memos(self):
        self.check("apps/memos/seeded-sqlite.db")

    def test_sakila_with_its_triggers(self):
        """One column holds Y and N where it says smallint: its true type is given."""
        self.check("sakila/sakila-sqlite.db", "{staff.active: text}",
                   ["- column staff.active: smallint filled default 1", "+ column staff.active: text filled default '1'"])

    def test_shiori(self):
        """A password in bytes where the column says text; a full-text table becomes one of rows."""
        unknown = [f"column bookmark_content.{name}: " for name in ("title", "content", "html", "docid")]
        self.check("apps/shiori/seeded-sqlite.db", "{account.password: bytes}",
                   ["- column account.password: text filled", "+ column account.password: blob filled",
                    "+ column bookmark_content.rowid: bigint filled key 1",
                    *("- " + line for line in unknown), *(f"+ {line}text" for line in unknown)])


if __name__ == "__main__":
    unittest.main()
