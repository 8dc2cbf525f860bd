"""Archives of Aviary's own exporter: all that is in them comes back, also what Aviary's own restore loses."""
import gzip
import io
import json
import os
import sqlite3
import tarfile
import unittest

from support import FIXTURES, Restoring, server_state, sqlite_rows

SHAPES = ["backup-new-shape.tar.gz", "backup-old-shape-metadata-last-no-totals.tar.gz"]


def members(path):
    with tarfile.open(path, "r:gz") as tar:
        return [(info, tar.extractfile(info).read() if info.isfile() else None) for info in tar]


def write_archive(path, entries):
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as tar:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(info)
            else:
                info.size, info.mode = len(content), 0o644
                tar.addfile(info, io.BytesIO(content))


class AviarysOwn(Restoring):
    def setUp(self):
        super().setUp()
        self.archives = [FIXTURES / "aviary" / shape for shape in SHAPES]

    def server(self, name="aviary"):
        data = self.empty_server(name)
        database = sqlite3.connect(data / "aviary.db")
        database.executescript((FIXTURES / "aviary" / "schema-sqlite.sql").read_text())
        database.close()
        return data

    def check(self, archive, data):
        """Every field of every record is in the database, by the type that its column has."""
        for info, content in members(archive):
            if not info.name.lstrip("./").startswith("database/") or content is None or "unknown" in info.name:
                continue
            if os.path.basename(info.name).startswith("._"):
                continue
            table = os.path.basename(info.name).removesuffix(".json")
            records = json.loads(content) or []
            key = "key" if table == "system_settings" else "id"
            columns = sorted({k for r in records for k in r} - {"email_verified", "verification_token"})
            stored = {row[0]: row[1:] for row in sqlite_rows(data / "aviary.db", table, ", ".join([key] + columns))} if records else {}
            self.assertEqual(set(stored), {r[key] for r in records}, table)
            for record in records:
                for column, value in zip(columns, stored[record[key]]):
                    expected = record.get(column)
                    if isinstance(expected, bool):
                        expected = int(expected)
                    if column == "reset_token_expires" and expected == "0001-01-01T00:00:00Z":
                        expected = None
                    if isinstance(expected, str) and isinstance(value, str) and value != expected:
                        value = value.replace(" ", "T", 1).replace("+00:00", "Z")
                        expected = expected.replace("+00:00", "Z")
                    self.assertEqual(value, expected, f"{table}.{column} of {record[key]}")

    def test_both_shapes_into_the_servers_own_tables_and_into_an_empty_server(self):
        for archive in self.archives:
            with self.subTest(archive=archive.name, into="its own tables"):
                data = self.server(archive.name + "-own")
                self.restore(archive, data, "--yes")
                self.check(archive, data)
            with self.subTest(archive=archive.name, into="an empty server"):
                data = self.empty_server(archive.name + "-empty")
                self.restore(archive, data)
                self.check(archive, data)

    def test_files_come_back_under_their_users(self):
        data = self.server()
        self.restore(self.archives[0], data, "--yes")
        for info, content in members(self.archives[0]):
            if content is not None and info.name.startswith("filesystem/"):
                _, kind, user, rest = info.name.split("/", 3)
                folder = {"documents": "pdfs", "configs": "rmapi"}[kind]
                self.assertEqual((data / "users" / user / folder / rest).read_bytes(), content)

    def test_edges_of_the_format(self):
        entries = [(i.name, c) for i, c in members(self.archives[0])]
        metadata = dict(entries)["metadata.json"]
        others = [(n, c) for n, c in entries if n != "metadata.json"]
        extra = json.loads(metadata)
        extra.update({"a_field_of_tomorrow": {"nested": [1, 2, {"x": None}]}, "users_exported": None})
        cases = {
            "AppleDouble in front and within": [("._metadata.json", b"\x00\x05\x16\x07")] + [("metadata.json", metadata)] + others
            + [("database/._users.json", b"\x00\x05\x16\x07")],
            "metadata last": others + [("metadata.json", metadata)],
            "names with ./": [("./" + n, c) for n, c in entries],
            "without some tables": [(n, c) for n, c in entries if "login_attempts" not in n and "user_sessions" not in n],
            "without the file system": [(n, c) for n, c in entries if not n.startswith("filesystem")],
            "fields of tomorrow": [("metadata.json", json.dumps(extra).encode())] + others,
        }
        for name, content in cases.items():
            with self.subTest(name):
                archive = self.out / (name.replace("/", "_") + ".tar.gz")
                write_archive(archive, content)
                data = self.server(name.replace("/", "_"))
                self.restore(archive, data, "--yes")
                self.check(archive, data)

    def test_without_files_the_servers_files_stay(self):
        entries = [(i.name, c) for i, c in members(self.archives[0]) if not i.name.startswith("filesystem/")]
        archive = self.out / "no-files.tar.gz"
        write_archive(archive, entries + ([] if any(n == "filesystem" for n, _ in entries) else [("filesystem", None)]))
        data = self.server()
        kept = data / "users" / "11111111-1111-4111-8111-111111111111" / "pdfs" / "mine.pdf"
        kept.parent.mkdir(parents=True)
        kept.write_bytes(b"mine")
        self.restore(archive, data, "--yes")
        self.assertEqual(kept.read_bytes(), b"mine")


if __name__ == "__main__":
    unittest.main()
