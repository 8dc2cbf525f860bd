"""Prints every row of a SQLite database in the form that the tests compare (sqlite_test_support.hpp)."""
import sqlite3
import struct
import sys
import urllib.parse


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def cell(value):
    if value is None:
        return "n"
    if isinstance(value, int):
        return "i%d" % value
    if isinstance(value, float):
        return "r" + struct.pack(">d", value).hex()
    kind, data = value
    return kind + data.hex()


def main(path):
    connection = sqlite3.connect("file:" + urllib.parse.quote(path) + "?mode=ro", uri=True)
    connection.text_factory = lambda data: ("t", data)
    run = connection.execute
    shadows = {row[0][1] for row in run("SELECT name FROM pragma_table_list WHERE type = 'shadow'")}
    tables = []
    for (_, name), (_, sql) in run("SELECT name, sql FROM sqlite_schema WHERE type = 'table'"):
        virtual = sql.upper().startswith(b"CREATE VIRTUAL")
        keeps_rows = not virtual or name + b"_content" in shadows
        if not name.startswith(b"sqlite_") and name not in shadows and keeps_rows:
            tables.append(name.decode())
    for table in sorted(tables, key=lambda name: name.encode()):
        columns = [row[1][1].decode() for row in run("PRAGMA table_xinfo(%s)" % quoted(table)) if row[6] == 0]
        if table.encode() + b"_content" in shadows:
            columns.insert(0, "rowid")
        rowid = run("SELECT wr FROM pragma_table_list(?)", (table,)).fetchone()[0] == 0
        order = " NOT INDEXED"
        if not rowid:
            keys = run("SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk", (table,))
            order = " ORDER BY " + ", ".join(quoted(row[0][1].decode()) for row in keys)
        print("T " + table.encode().hex())
        rows = run("SELECT %s FROM %s%s" % (", ".join(map(quoted, columns)), quoted(table), order))
        for row in rows:
            print("R " + " ".join(cell(("b", v) if isinstance(v, bytes) else v) for v in row))


main(sys.argv[1])
