"""Small backups in the shape of Aviary's and of roost's, whose parts can be changed before they are packed."""
import json

from tar_bytes import END, file, folder, padded, sha256

ALICE = "451abd81-f1d6-4ed6-97f5-e837d70820fe"
BOB = "9118bb16-000f-49c8-9a35-8ca00d75985d"
METADATA_BYTES = 4096


class Aviary:
    """What Aviary's exporter writes."""

    def __init__(self):
        self.metadata = {
            "aviary_version": "1.9.2", "git_commit": "abc", "export_timestamp": "2026-01-02T03:04:05Z",
            "database_type": "sqlite", "users_exported": [ALICE, BOB], "total_documents": 2,
            "total_size_bytes": 30, "exported_tables": ["users", "documents"], "total_users": 2,
            "total_api_keys": 0}
        self.tables = {
            "users": [user(ALICE, "alice"), user(BOB, "bob")],
            "documents": [document(ALICE, "a.pdf"), document(BOB, "b.pdf")],
            "api_keys": None}
        self.files = [(f"filesystem/documents/{ALICE}/a.pdf", b"0123456789"),
                      (f"filesystem/documents/{BOB}/b.pdf", b"01234567890123456789")]

    def members(self):
        """Bytes of the members: the metadata's, the tables', the files'."""
        tables = [folder(b"database")] + [
            file(b"database/%s.json" % name.encode(), to_json(rows)) for name, rows in self.tables.items()]
        files = [folder(b"filesystem"), folder(b"filesystem/documents")] + [
            file(name.encode(), data) for name, data in self.files]
        return file(b"metadata.json", to_json(self.metadata)), b"".join(tables), b"".join(files)

    def tar(self, extra=b""):
        return b"".join(self.members()) + extra + END


class Roost:
    """What roost writes. The members of `parts` are (name, folder, mode, data); everything derived from them is
    made at the end, unless it is given."""

    def __init__(self):
        self.rows = ["alice", "bob"]
        self.parts = [
            (f"filesystem/documents/{ALICE}", True, 0o755, b""),
            (f"filesystem/documents/{ALICE}/a.pdf", False, 0o640, b"0123456789"),
            (f"filesystem/documents/{ALICE}/sub", True, 0o700, b""),
            (f"filesystem/documents/{BOB}", True, 0o755, b""),
            (f"filesystem/documents/{BOB}/b.pdf", False, 0o644, b"01234567890123456789"),
        ]
        self.own = {}       # members of the object `roost` to replace
        self.checksums = None

    def schema(self):
        column = {"nullable": False, "type": "text", "type_origin": "declared", "native_type": "text"}
        return to_json({"format_version": 1, "dialect": "sqlite", "tables": [
            {"name": "users", "file": "database/users.json", "columns": [dict(column, name="id")],
             "primary_key": ["id"]}]})

    def table(self):
        return ("[\n" + ",\n".join(json.dumps({"id": row}) for row in self.rows) + "\n]\n").encode()

    def front(self):
        return [("schema.json", False, 0o600, self.schema()), ("database/users.json", False, 0o600, self.table())]

    def all_parts(self):
        return self.front() + self.parts

    def metadata(self):
        files = [part for part in self.parts if not part[1]]
        owners = sorted({part[0].split("/")[2] for part in self.parts})
        total = sum(len(part[3]) for part in files)
        # Both are as long as they will be.
        checksums = ("checksums.sha256", False, 0o600, b" " * len(self.checksum_lines(b"")))
        document = ("metadata.json", False, 0o600, b" " * METADATA_BYTES)
        headers = b"".join(packed_header(*part) for part in self.all_parts() + [checksums, document])
        own = {"format_version": 1, "roost_version": "0.1.0", "pipeline": "full-backup", "complete": True,
               "scopes": ["tables", "documents"],
               "tables": [{"name": "users", "file": "database/users.json", "rows": len(self.rows)}],
               "entries": [{"kind": "documents", "files": len(files),
                            "folders": len(self.parts) - len(files), "bytes": total, "users": len(owners)}],
               "set_aside": 0, "members_sha256": sha256(headers), "warnings": []}
        own.update(self.own)
        text = to_json({
            "aviary_version": "unknown", "git_commit": "unknown", "export_timestamp": "2026-01-02T03:04:05Z",
            "database_type": "sqlite", "users_exported": sorted(set(self.rows) | set(owners)),
            "total_documents": len(files), "total_size_bytes": total, "exported_tables": ["users"],
            "total_users": len(self.rows), "total_api_keys": 0, "roost": own})
        return text[:-1] + b" " * (METADATA_BYTES - len(text)) + b"\n"

    def checksum_lines(self, metadata):
        lines = ["%s  metadata.json\n" % sha256(metadata)]
        lines += ["%s  %s\n" % (sha256(data), name) for name, is_folder, _, data in self.all_parts() if not is_folder]
        return "".join(lines).encode()

    def member_list(self):
        """Every member's bytes, the metadata's first."""
        metadata = self.metadata()
        checksums = self.checksums if self.checksums is not None else self.checksum_lines(metadata)
        members = [("metadata.json", False, 0o600, metadata)] + self.all_parts() + [
            ("checksums.sha256", False, 0o600, checksums)]
        return [packed(*member) for member in members]

    def tar(self):
        return b"".join(self.member_list()) + END


def packed(name, is_folder, mode, data):
    name = name.encode()
    return folder(name + b"/", mode=mode) if is_folder else file(name, data, mode=mode)


def packed_header(name, is_folder, mode, data):
    whole = packed(name, is_folder, mode, data)
    return whole[:len(whole) - len(padded(data))]


def user(key, name):
    return {"id": key, "username": name, "email": name + "@example.com", "password": "x", "is_admin": False,
            "is_active": True, "created_at": "2026-01-02T03:04:05Z"}


def document(owner, name):
    return {"id": owner[:-4] + "0000", "user_id": owner, "document_name": name,
            "local_path": f"/data/users/{owner}/pdfs/{name}", "remote_path": "/", "document_type": "pdf",
            "file_size": 1, "status": "uploaded", "upload_date": "2026-01-02T03:04:05Z"}


def to_json(value):
    return (json.dumps(value, indent=2) + "\n").encode()
