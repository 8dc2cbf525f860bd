"""What the end-to-end tests share: the real program, data folders, and an independent reader of archives.

The reader follows docs/archive-format.md and nothing of roost's code, so that it can disagree with it.
"""
import base64
import hashlib
import io
import json
import os
import random
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import unittest
import uuid
from pathlib import Path

ROOST = os.environ["ROOST_BIN"]
SOURCE = Path(os.environ["ROOST_SOURCE_DIR"])
PIPELINES = SOURCE / "pipelines"
FIXTURES = SOURCE / "tests" / "fixtures"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class RoostCase(unittest.TestCase):
    """A test with a folder of its own, in which everything that roost writes must lie."""

    maxDiff = 2000

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="roost-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.folder / "data"
        self.data.mkdir()
        self.out = self.folder / "out"
        self.out.mkdir()
        self.state = self.folder / "state"
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()

    def environment(self, **more):
        keep = {k: v for k, v in os.environ.items()
                if not k.startswith(("DB_", "PG", "DATA_DIR", "DATABASE_URL", "SOURCE_DATE", "ROOST_"))}
        keep.update(DATA_DIR=str(self.data), ROOST_STATE_DIR=str(self.state), TMPDIR=str(self.temporary))
        keep.update({k: str(v) for k, v in more.items()})
        return keep

    def roost(self, *arguments, env=None, expect=0, timeout=120, **popen):
        """Runs the program to its end and checks its exit code."""
        done = subprocess.run([ROOST, *map(str, arguments)], env=self.environment(**(env or {})),
                              capture_output=True, text=True, errors="surrogateescape", timeout=timeout, **popen)
        if expect is not None:
            self.assertEqual(done.returncode, expect, f"stdout:\n{done.stdout}\nstderr:\n{done.stderr}")
        return done

    def start(self, *arguments, env=None, **popen):
        return subprocess.Popen([ROOST, *map(str, arguments)], env=self.environment(**(env or {})),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **popen)

    def backup(self, name="backup.tar.gz", *arguments, env=None, expect=0, **more):
        target = self.out / name
        self.result = self.roost("run", PIPELINES / "full-backup.yaml", "--set", f"out={target}", "--progress", "none",
                                 *arguments, env=env, expect=expect, **more)
        return target

    def assertNothingLeft(self):
        """No archive, no temporary file."""
        left = [p for p in self.out.rglob("*")] + [p for p in self.temporary.rglob("*")]
        self.assertEqual(left, [])


def aviary_data(folder, seed=1, users=("11111111-1111-4111-8111-111111111111",), extra_files=True):
    """Aviary's fixture database, and user files with awkward names, modes and times."""
    shutil.copy(FIXTURES / "aviary" / "aviary.db", folder / "aviary.db")
    database = sqlite3.connect(folder / "aviary.db")
    ids = [row[0] for row in database.execute("SELECT id FROM users ORDER BY id")]
    database.close()
    make_user_files(folder / "users", ids or users, seed, extra_files)
    return ids


def make_user_files(root, ids, seed=1, awkward=True):
    generator = random.Random(seed)
    for number, user in enumerate(ids):
        documents = root / user / "pdfs"
        documents.mkdir(parents=True)
        configs = root / user / "rmapi"
        configs.mkdir()
        write(configs / "rmapi.conf", b"devicetoken: secret\nusertoken: secret\n", 0o600, 1_600_000_000)
        for i in range(5):
            write(documents / f"document {i}.pdf", generator.randbytes(generator.randrange(0, 40_000)), 0o644,
                  1_577_836_800 + i)
        if awkward and number == 0:
            write(documents / "empty.pdf", b"", 0o640, 1_500_000_000)
            (documents / "empty folder").mkdir()
            (documents / "a").mkdir()
            write(documents / "a" / "x.pdf", b"in a", 0o644, 1_500_000_001)
            write(documents / "a-b.pdf", b"beside a", 0o644, 1_500_000_002)
            write(documents / "\u00e4\u00f6 \u65e5\u672c.pdf", b"unicode", 0o644, 1_500_000_003)
            write(documents / ("n" * 240 + ".pdf"), b"long", 0o644, 1_500_000_004)
            write(documents / "new\nline.pdf", b"newline", 0o644, 1_500_000_005)
            write(documents / "-rf.pdf", b"dash", 0o644, 1_500_000_006)
            write(documents / "back\\slash.pdf", b"backslash", 0o644, 1_500_000_007)
            write(os.fsencode(documents) + b"/bad \xff\xfe utf8.pdf", b"bytes", 0o644, 1_500_000_008)
            deep = documents.joinpath(*[f"level {i}" for i in range(30)])
            deep.mkdir(parents=True)
            write(deep / "deep.pdf", b"deep", 0o644, 1_500_000_009)
            write(documents / "large.bin", generator.randbytes(3_000_000) + b"A" * 2_000_000, 0o644, 1_500_000_010)


def write(path, content, mode, time):
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)
    os.utime(path, (time, time))


def tree(root, kind_of={"pdfs": "documents", "rmapi": "configs"}):
    """{archive path: (bytes, mode, mtime)} of the files, and the folders, as the archive should have them."""
    files, folders = {}, set()
    base = os.fsencode(root)
    for user in sorted(os.listdir(base)):
        for folder, kind in kind_of.items():
            top = os.path.join(base, user, folder.encode())
            for path, _, names in os.walk(top):
                inside = os.path.relpath(path, top)
                prefix = b"/".join([b"filesystem", kind.encode(), user] + ([] if inside == b"." else [inside]))
                folders.add(prefix)
                for name in names:
                    full = os.path.join(path, name)
                    status = os.lstat(full)
                    with open(full, "rb") as file:
                        files[prefix + b"/" + name] = (file.read(), status.st_mode & 0o777, int(status.st_mtime))
    return files, folders


class Archive:
    """A whole archive in memory: members in order, metadata, schema, records."""

    def __init__(self, path):
        self.names, self.members, self.infos, self.folders = [], {}, {}, set()
        with tarfile.open(path, "r:gz", encoding="utf-8", errors="surrogateescape") as tar:
            for info in tar:
                name = os.fsencode(info.name)
                assert name not in self.infos, f"twice in the archive: {name}"
                self.names.append(name)
                self.infos[name] = info
                if info.isfile():
                    self.members[name] = tar.extractfile(info).read()
                elif info.isdir():
                    self.folders.add(name.rstrip(b"/"))
                else:
                    raise AssertionError(f"neither file nor folder: {name}")
        self.metadata = json.loads(self.members[b"metadata.json"])
        self.schema = json.loads(self.members[b"schema.json"])
        self.tables = {(t.get("schema", ""), t["name"]): t for t in self.schema["tables"]}

    def records(self, name, schema=""):
        return json.loads(self.members[self.tables[(schema, name)]["file"].encode()], object_pairs_hook=strict,
                          parse_float=Real, parse_int=int)

    def rows(self, name, schema=""):
        """Each row as a list of values in column order, with the storage class that SQLite had."""
        columns = [c for c in self.tables[(schema, name)]["columns"] if "generated" not in c]
        return [[decode(record, column) for column in columns] for record in self.records(name, schema)]


class Real(float):
    """A JSON number with a point or exponent, to be told from an integer; keeps its digits."""

    def __new__(cls, text):
        made = super().__new__(cls, text)
        made.text = text
        return made


def strict(pairs):
    made = dict(pairs)
    assert len(made) == len(pairs), f"a key twice in {pairs}"
    return made


def from_rfc3339(text, spelling):
    """docs/archive-format.md, 'Times': back to how the database had it."""
    if "T" not in spelling:
        text = text.replace("T", " ", 1)
    if not spelling.endswith("+hh:mm") and text.endswith("Z"):
        text = text[:-1]
    return text


def decode(record, column):
    """What SQLite had in that column of that row: None, int, float, str or bytes."""
    name = column["name"]
    key = "$" + name if name.startswith("$") else name
    value = record[key]
    exact = record.get("$exact", {})
    if name in exact:
        return tagged(exact[name])
    kind = column["type"]
    if value is None:
        return None
    if isinstance(value, dict):
        return tagged(value)
    if kind == "boolean":
        assert isinstance(value, bool), (column, value)
        return int(value)
    if kind == "bytes":
        return base64.b64decode(value, validate=True)
    if kind.startswith("timestamp"):
        return from_rfc3339(value, column.get("spelling", "YYYY-MM-DD HH:MM:SS+hh:mm"))
    if kind.startswith("decimal") and isinstance(value, str):
        return float(value) if any(c in value for c in ".eE") else int(value)
    if isinstance(value, Real):
        return float(value)
    return value


def tagged(value):
    if isinstance(value, str):
        return value
    ((tag, content),) = value.items()
    if tag == "$blob":
        return base64.b64decode(content, validate=True)
    if tag == "$real":
        return float(content)
    if tag == "$integer":
        return int(content)
    assert tag == "$text", value
    if isinstance(content, dict):
        return base64.b64decode(content["$blob"], validate=True).decode("utf-8", "surrogateescape")
    return content


def same(left, right):
    """Equal in value and in kind; NaN equals NaN, 0.0 differs from -0.0 and from 0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return repr(left) == repr(right)
    return left == right


def sqlite_rows(path, table, columns="*"):
    """Every row in rowid order, text with its bytes kept."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    quoted = '"' + table.replace('"', '""') + '"'
    try:
        return [list(row) for row in database.execute(f"SELECT {columns} FROM {quoted}")]
    finally:
        database.close()


def sqlite_tables(path):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return [row[0] for row in database.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")]
    finally:
        database.close()


class Restoring(RoostCase):
    """A backup, and servers to bring it back into."""

    def restore(self, archive, data, *arguments, env=None, expect=0, **more):
        """Runs restore.yaml into the data folder `data`."""
        self.result = self.roost("run", PIPELINES / "restore.yaml", "--set", f"archive={archive}", "--progress", "none",
                                 *arguments, env={"DATA_DIR": data, **(env or {})}, expect=expect, **more)
        return self.result

    def empty_server(self, name="server"):
        data = self.folder / name
        data.mkdir()
        return data


def server_state(data):
    """All that a server has: every value of every table with its storage class, every file's bytes, mode, time."""
    state = {}
    database = data / "aviary.db"
    if database.exists():
        for table in sqlite_tables(database):
            rows = sqlite_rows(database, table)
            state["table " + table] = sorted(rows, key=repr)
            types = ", ".join(f"typeof({quote(c)})" for c in sqlite_columns(database, table))
            state["types of " + table] = sorted(sqlite_rows(database, table, types), key=repr)
    if (data / "users").exists():
        for path in sorted((data / "users").rglob("*")):
            status = path.lstat()
            content = path.read_bytes() if path.is_file() else None
            place = path.relative_to(data)
            # A user's own folder is no part of a backup: only the kinds' folders in it are.
            time = int(status.st_mtime) if len(place.parts) > 2 else None
            state["file " + str(place)] = (content, status.st_mode, time)
    return state


def quote(name):
    return '"' + name.replace('"', '""') + '"'


def sqlite_columns(path, table):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return [row[1] for row in database.execute(f"PRAGMA table_info({quote(table)})")]
    finally:
        database.close()


def sqlite_schema(path):
    """Every CREATE statement, tables and all."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return sorted(row[0] for row in database.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"))
    finally:
        database.close()


def difference(left, right):
    """The first few things that are not the same, for a message."""
    wrong = [k for k in sorted(left.keys() | right.keys()) if left.get(k) != right.get(k)]
    return "\n".join(f"{k}:\n  {str(left.get(k))[:600]}\n  {str(right.get(k))[:600]}" for k in wrong[:4])
