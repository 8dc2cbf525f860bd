#!/usr/bin/env python3
"""Makes archives that a restore must refuse, and odd ones that it must take.

    make_archives.py FOLDER     writes them all

The same bytes every time. CASES has for each name how the archive is made, and a part of the one error that it
must give; GOOD has those that must be read, and a part of what is said of them.
"""
import pathlib
import struct
import sys
import zlib

from sample_backups import ALICE, Aviary, Roost, packed, to_json
from tar_bytes import BLOCK, END, file, folder, gnu_long, gzip, gzip_with_zeros, header, octal, padded, pax

USER = f"filesystem/documents/{ALICE}/".encode()
GIB = 1 << 30


def with_entries(*entries):
    """Aviary's backup with more members behind its own."""
    return gzip(Aviary().tar(b"".join(entries)))


def aviary(**changes):
    backup = Aviary()
    for name, value in changes.items():
        getattr(backup, name).update(value)
    return gzip(backup.tar())


def with_table(text, name="documents"):
    metadata, tables, files = Aviary().members()
    del tables
    return gzip(metadata + file(b"database/%s.json" % name.encode(), text) + files + END)


def roost(change=lambda backup: None):
    backup = Roost()
    change(backup)
    return gzip(backup.tar())


def roost_members(change):
    """A roost archive whose list of members is changed, with all digests as they were."""
    members = Roost().member_list()
    members = change(members) or members
    return gzip(b"".join(members) + END)


def moved(members, source, target):
    members.insert(target, members.pop(source))


def zero_bomb():
    """10 GB of zeros in 10 MB, of which the metadata knows nothing."""
    size = 10 * GIB
    head = header(USER + b"zeros.bin", size_field=b"\x80" + size.to_bytes(11, "big"))
    return gzip_with_zeros(b"".join(Aviary().members()) + head, size, END)


def sized_header(name, size):
    return header(name, size_field=b"\x80" + size.to_bytes(11, "big"))


def without_total():
    """As old versions of Aviary wrote it."""
    backup = Aviary()
    del backup.metadata["total_size_bytes"]
    return backup


def total_less_bomb():
    return gzip_with_zeros(b"".join(without_total().members()) + sized_header(USER + b"zeros.bin", 10 * GIB), 10 * GIB, END)


def late_metadata_bomb(size=10 * GIB, backup=None):
    """The same, and the metadata, which knows nothing of it, comes last."""
    metadata, tables, files = (backup or Aviary()).members()
    return gzip_with_zeros(files + tables + sized_header(USER + b"zeros.bin", size), size, metadata + END)


def table_bomb():
    """A table of 10 GB of blanks."""
    metadata, _, files = Aviary().members()
    size = 10 * GIB
    return gzip_with_zeros(metadata + sized_header(b"database/users.json", size + 512) + b"[" + b" " * 510 + b"{", size,
                           files + END, b" ")


def roost_bomb():
    members = Roost().member_list()
    size = 10 * GIB
    head = b"".join(members[:4]) + header(USER + b"a.pdf", size_field=b"\x80" + size.to_bytes(11, "big"))
    return gzip_with_zeros(head, size, b"".join(members[5:]) + END)


def changed_block(data, offset, value):
    """A header's field, with the checksum made anew."""
    block = bytearray(data)
    block[offset:offset + len(value)] = value
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block[:BLOCK])
    return bytes(block)


def flags_set(flags, extra=b""):
    return gzip(Aviary().tar(), flags, extra)


def good_header_crc(extra_flags=0):
    front = b"\x1f\x8b\x08" + bytes([2 | extra_flags]) + b"\0\0\0\0\0\xff"
    return gzip(Aviary().tar(), 2 | extra_flags, struct.pack("<H", zlib.crc32(front) & 0xFFFF))


A_PDF = f"filesystem/documents/{ALICE}/a.pdf"

BAD_NAMES = {
    "absolute": (b"/tmp/escape", "has an absolute name"),
    "absolute-twice": (b"//tmp/escape", "has an absolute name"),
    "parent": (b"../escape", "has '..' in its path"),
    "parent-deep": (b"../../../../../../tmp/escape", "has '..' in its path"),
    "parent-inside": (USER + b"../../../../escape", "has '..' in its path"),
    "parent-last": (USER + b"..", "has '..' in its path"),
    "parent-behind-dot": (b"./../escape", "has '..' in its path"),
    "dot-inside": (USER + b"./x.pdf", "has '.' in its path"),
    "empty-part": (USER + b"a//x.pdf", "has an empty part in its path"),
    "dot-absolute": (b".//tmp/escape", "has '.' in its path"),
    "part-too-long": (USER + b"x" * 256, "has a part of more than 255 bytes"),
    "name-too-long": (USER + b"/".join([b"y" * 200] * 400), "has a name of more than 65535 bytes"),
    "control-characters": (USER + b"../\x1b[2J\n\x07", "has '..' in its path"),
}

BAD_KINDS = {
    "symbolic-link": (header(USER + b"link", kind=b"2", link=b"/etc"), "is a symbolic link"),
    "hard-link": (header(USER + b"link", kind=b"1", link=b"/etc/passwd"), "is a hard link"),
    "long-link": (gnu_long(b"/" + b"e" * 200, b"K") + header(USER + b"link", kind=b"2"), "is a symbolic link"),
    "pax-link": (pax([(b"linkpath", b"/etc")]) + header(USER + b"link", kind=b"2"), "is a symbolic link"),
    "character-device": (header(USER + b"null", kind=b"3"), "is a device"),
    "block-device": (header(USER + b"disk", kind=b"4"), "is a device"),
    "fifo": (header(USER + b"pipe", kind=b"6"), "is a FIFO"),
    "gnu-sparse": (changed_block(changed_block(header(USER + b"hole", 512, b"S", magic=b"ustar  \0"), 386,
                                               octal(1024, 12) + octal(512, 12)), 483, octal(1536, 12)) +
                   b"x" * 512, "is a sparse file"),
    "pax-sparse": (pax([(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"),
                        (b"GNU.sparse.realsize", b"99999999999")]) +
                   file(USER + b"hole", padded(b"1\n99999999999\n0\n")), "is a sparse file"),
    "continued": (header(USER + b"what", kind=b"M"), "is neither a file nor a folder"),
}

BAD_HEADERS = {
    "checksum": (header(USER + b"x", checksum=1), "the checksum of a tar header is wrong"),
    "no-name": (header(b""), "a member has no name"),
    "negative-size": (header(USER + b"x", size_field=b"\xff" * 12), "negative size"),
    "enormous-size": (header(USER + b"x", size_field=b"\x80" + b"\x7f" * 11), "a tar header is not valid"),
    "size-beyond-the-end": (header(USER + b"x", 1 << 20), "ends within a member"),
    "pax-size-beyond-the-end": (pax([(b"size", b"104857600")]) + header(USER + b"x"), "ends within a member"),
    "pax-size-of-letters": (pax([(b"size", b"12x")]) + header(USER + b"x"), "is damaged"),
    "pax-without-end": (pax(b"30 path=x"), "a tar header is not valid"),
    "pax-length-wrong": (pax(b"13 path=x\n\n\n") + header(b"x"), "a tar header is not valid"),
    "pax-length-zero": (pax(b"0 path=x\n") + header(b"x"), "a tar header is not valid"),
    "pax-length-enormous": (pax(b"99999999999999999999999 path=x\n") + header(b"x"),
                            "a tar header is not valid"),
    "pax-of-2-mib": (pax([(b"comment", b"c" * (2 << 20))]) + header(b"x"), "Special header too large"),
    "pax-twice": (pax([(b"path", b"a")]) + pax([(b"path", b"b")]) + header(b"x"), "a tar header is not valid"),
    "many-headers": (gnu_long(b"e", b"K") * 40 + header(b"x"), "is damaged"),
    "attributes-at-the-end": (pax([(b"path", b"a")]), "Damaged tar archive"),
    "folder-with-bytes": (header(USER + b"f", 512, b"5") + b"x" * 512, "the checksum of a tar header is wrong"),
    "padding": (header(USER + b"x", 3) + b"abc" + b"\1" * 509, "is not zeros"),
    "hidden-behind-the-end": (END + file(USER + b"hidden", b"x"), "something stands behind its end"),
}

JSON_TABLES = {
    "no-json": (b"<html>", "'database/documents.json'"),
    "object": (b'{"id":1}', "'database/documents.json'"),
    "numbers": (b"[1,2,3]", "'database/documents.json'"),
    "cut": (b'[{"id":"a"', "'database/documents.json'"),
    "two-documents": (b"[][]", "'database/documents.json'"),
    "million-arrays": (b'[{"id":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}]", "'database/documents.json'"),
    "million-open-arrays": (b"[" * 1_000_000, "'database/documents.json'"),
    "million-open-objects": (b'[{"id":' + b'{"a":' * 1_000_000, "'database/documents.json'"),
    "million-fields": (b"[{" + b",".join(b'"k%d":1' % i for i in range(1_000_000)) + b"}]",
                       "'database/documents.json'"),
    "not-utf-8": (b'[{"id":"\xff\xfe"}]', "'database/documents.json'"),
    "lone-surrogate": (b'[{"id":"\\ud800"}]', "'database/documents.json'"),
    "field-twice": (b'[{"id":"a","id":"b"}]', "'database/documents.json'"),
    "nul-bytes": (b"\0" * 1000, "'database/documents.json'"),
}


def set_own(**values):
    return lambda backup: backup.own.update(values)


ROOST_CASES = {
    "roost-newer-format": (roost(set_own(format_version=2)), "format"),
    "roost-not-complete": (roost(set_own(complete=False)), "never completed"),
    "roost-row-count": (roost(set_own(tables=[{"name": "users", "file": "database/users.json", "rows": 3}])),
                        "the table 'users' has 2 rows, and metadata.json says 3"),
    "roost-other-file-of-table": (
        roost(set_own(tables=[{"name": "users", "file": "database/other.json", "rows": 2}])), "the table 'users'"),
    "roost-bytes": (roost(set_own(entries=[{"kind": "documents", "files": 2, "folders": 3, "bytes": 29,
                                            "users": 2}])), "b.pdf' has 20 bytes, and metadata.json tells of 19 bytes more"),
    "roost-one-file-more": (roost(set_own(entries=[{"kind": "documents", "files": 1, "folders": 3, "bytes": 30,
                                                    "users": 2}])), "b.pdf' is one more than"),
    "roost-one-file-less": (roost(set_own(entries=[{"kind": "documents", "files": 3, "folders": 3, "bytes": 30,
                                                    "users": 2}])), "it has 2 files of 30 bytes"),
    "roost-one-folder-less": (roost(set_own(entries=[{"kind": "documents", "files": 2, "folders": 4,
                                                      "bytes": 30, "users": 2}])), "it has 2 files of 30 bytes"),
    "roost-users": (roost(set_own(entries=[{"kind": "documents", "files": 2, "folders": 3, "bytes": 30,
                                            "users": 3}])), "it has 2 files of 30 bytes"),
    "roost-kind-unknown": (roost(set_own(entries=[], scopes=["tables"])),
                           "is of a kind that metadata.json does not tell of"),
    "roost-file-removed": (roost_members(lambda m: m.pop(4) and None), "checksums.sha256 does not tell of"),
    "roost-folder-removed": (roost_members(lambda m: m.pop(5) and None), "and metadata.json tells of"),
    "roost-table-removed": (roost_members(lambda m: m.pop(2) and None),
                            "stands where 'database/users.json' should"),
    "roost-schema-removed": (roost_members(lambda m: m.pop(1) and None),
                             "schema.json does not follow metadata.json"),
    "roost-metadata-removed": (roost_members(lambda m: m.pop(0) and None), "no metadata.json"),
    "roost-checksums-removed": (roost_members(lambda m: m.pop() and None), "it ends before checksums.sha256"),
    "roost-file-added": (roost_members(lambda m: m.insert(5, packed(f"filesystem/documents/{ALICE}/b.pdf", False,
                                                                    0o644, b""))), "is one more than"),
    "roost-folder-added": (roost_members(lambda m: m.insert(5, packed(f"filesystem/documents/{ALICE}/more", True,
                                                                      0o755, b""))), "is one more than"),
    "roost-file-added-at-the-end": (roost_members(lambda m: m.append(packed(A_PDF + "x", False, 0o644, b"x"))),
                                    "stands behind checksums.sha256"),
    "roost-other-file-added": (roost_members(lambda m: m.insert(3, packed("hello", False, 0o644, b"x"))),
                               "'hello' stands where roost writes nothing"),
    "roost-files-swapped": (roost_members(lambda m: moved(m, 7, 4)), "checksums.sha256 does not tell of"),
    "roost-folders-swapped": (roost_members(lambda m: moved(m, 6, 3)), "order of its entries"),
    "roost-metadata-moved": (roost_members(lambda m: moved(m, 0, 3)), "metadata.json does not come first"),
    "roost-checksums-moved": (roost_members(lambda m: moved(m, -1, 3)), "checksums.sha256"),
    "roost-table-moved": (roost_members(lambda m: moved(m, 2, 4)), "stands where 'database/users.json' should"),
    "roost-file-twice": (roost(lambda b: b.parts.insert(2, b.parts[1])), "a.pdf' is there twice"),
    "roost-file-in-a-file": (
        roost(lambda b: b.parts.insert(2, (A_PDF + "/inside", False, 0o644, b"x"))),
        "a.pdf/inside' lies in a folder that is a file"),
    "roost-file-and-folder": (roost(lambda b: b.parts.insert(2, (A_PDF, True, 0o755, b""))),
                              "a.pdf' is both a file and a folder"),
    "roost-owner-is-a-file": (
        roost(lambda b: b.parts.append(("filesystem/documents/nobody", False, 0o644, b"x"))),
        "stands where roost writes nothing"),
    "roost-owner-not-exported": (
        roost_members(lambda m: m.__setitem__(3, packed("filesystem/documents/carol", True, 0o755, b""))),
        "metadata.json tells of"),
    "roost-file-changed": (
        roost_members(lambda m: m.__setitem__(4, packed(A_PDF, False, 0o640, b"0123456780"))),
        "the bytes of '" + A_PDF + "' are not those that checksums.sha256 tells of"),
    "roost-table-changed": (
        roost_members(lambda m: m.__setitem__(2, m[2].replace(b"alice", b"alica"))),
        "the bytes of 'database/users.json' are not those"),
    "roost-schema-changed": (
        roost_members(lambda m: m.__setitem__(1, m[1].replace(b'"native_type": "text"', b'"native_type": "tex1"'))),
        "the bytes of 'schema.json' are not those"),
    "roost-metadata-changed": (
        roost_members(lambda m: m.__setitem__(0, m[0].replace(b"full-backup", b"full-backuq"))),
        "the bytes of 'metadata.json' are not those"),
    "roost-checksums-changed": (
        roost(lambda b: setattr(b, "checksums", b.checksum_lines(b.metadata()).replace(b"a.pdf", b"c.pdf"))),
        "does not tell of '" + A_PDF + "'"),
    "roost-checksums-longer": (
        roost(lambda b: setattr(b, "checksums", b.checksum_lines(b.metadata()) + b"00  x\n")),
        "tells of files that are not in the archive"),
    "roost-checksums-shorter": (
        roost(lambda b: setattr(b, "checksums", b.checksum_lines(b.metadata())[:-40])), "checksums.sha256"),
    "roost-mode-changed": (
        roost_members(lambda m: m.__setitem__(4, changed_block(m[4], 100, octal(0o777, 8)))), "modes"),
    "roost-time-changed": (
        roost_members(lambda m: m.__setitem__(4, changed_block(m[4], 136, octal(99, 12)))), "times"),
    "roost-generated-mode-changed": (
        roost_members(lambda m: m.__setitem__(0, changed_block(m[0], 100, octal(0o777, 8)))), "'metadata.json'"),
    "roost-link": (roost_members(lambda m: m.__setitem__(4, header(A_PDF.encode(), kind=b"2", link=b"/etc/passwd"))),
                   "a.pdf' is a symbolic link"),
    "roost-parent": (roost_members(lambda m: m.__setitem__(4, file(b"filesystem/documents/../../x", b"x"))),
                     "has '..' in its path"),
    "roost-packed-anew": (roost_members(lambda m: m.insert(0, folder(b"./"))), "is not as roost wrote it"),
    "roost-apple-double": (roost_members(lambda m: m.insert(0, file(b"._metadata.json", b"x"))),
                           "is not as roost wrote it"),
    "roost-two-gzip-members": (gzip(Roost().tar()[:2048]) + gzip(Roost().tar()[2048:]), "its gzip framing"),
    "roost-zeros-behind": (gzip(Roost().tar()) + b"\0" * 20, "its gzip framing"),
    "roost-gzip-time": (gzip(Roost().tar(), mtime=99), "its gzip framing"),
    "roost-longer-end": (gzip(Roost().tar() + b"\0" * 512), "ends in another way"),
    "roost-10-gb-of-zeros": (roost_bomb, "a.pdf' has 10.0 GiB, and metadata.json tells of 30 bytes more"),
}


def whole():
    return gzip(Aviary().tar())


CASES = {
    "empty": (b"", "is empty, not a gzip archive"),
    "zip": (b"PK\x03\x04" + b"\0" * 60, "is damaged: the end of its directory is missing"),
    "openpgp": (b"\x8c\x0d\x04\x09" + b"\0" * 60, "is encrypted, and no key was given"),
    "text": (b"This is no archive.\n" * 10, "is not a gzip archive"),
    "gzip-of-nothing": (gzip(b""), "ends without the two blocks of zeros"),
    "gzip-of-text": (gzip(b"This is no tar.\n" * 100), "there is no tar archive in its gzip data"),
    "gzip-of-a-short-text": (gzip(b"This is no tar."), "ends within a block"),
    "gzip-crc": (gzip(Aviary().tar(), crc=1), "incorrect data check"),
    "gzip-length": (gzip(Aviary().tar(), size=1), "incorrect length check"),
    "gzip-cut-in-half": (whole()[:len(whole()) // 2], "it ends too early"),
    "gzip-cut-by-a-byte": (whole()[:-1], "it ends too early"),
    "gzip-cut-before-the-trailer": (whole()[:-8], "it ends too early"),
    "gzip-garbage-behind": (whole() + b"garbage", "something that is no gzip data follows"),
    "gzip-garbage-behind-zeros": (whole() + b"\0" * 100 + b"x", "something that is no gzip data follows"),
    "gzip-half-a-member-behind": (whole() + whole()[:20], "it ends too early"),
    "gzip-reserved-flags": (flags_set(0x40), "its gzip header is not valid"),
    "gzip-header-crc": (flags_set(2, b"\0\0"), "its gzip header is not valid"),
    "gzip-deflate-invalid": (b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"\xff" * 100, "compressed data is not valid"),
    "tar-without-end": (gzip(b"".join(Aviary().members())), "ends without the two blocks of zeros"),
    "tar-with-one-block-of-zeros": (gzip(b"".join(Aviary().members()) + b"\0" * 512),
                                    "ends without the two blocks of zeros"),
    "tar-cut-in-its-end": (gzip(Aviary().tar()[:-100]), "ends without the two blocks of zeros"),
    "tar-cut-in-a-header": (gzip(Aviary().members()[0] + b"database"), "ends within a block"),
    "tar-cut-in-a-member": (gzip(Aviary().tar()[:1600]), "is damaged"),
    "tar-20-mib-of-zeros": (gzip(Aviary().tar() + b"\0" * (20 << 20)), "more than 16 MiB of zeros"),
    "metadata-missing": (gzip(b"".join(Aviary().members()[1:]) + END), "is no backup: it has no metadata.json"),
    "metadata-is-a-folder": (gzip(folder(b"metadata.json") + END), "is no backup: it has no metadata.json"),
    "metadata-twice": (with_entries(Aviary().members()[0]), "'metadata.json' is there twice"),
    "metadata-no-json": (gzip(file(b"metadata.json", b"{") + END), "'metadata.json'"),
    "metadata-a-list": (gzip(file(b"metadata.json", b"[]") + END), "'metadata.json'"),
    "metadata-deep": (gzip(file(b"metadata.json", b'{"a":' * 1_000_000) + END), "'metadata.json'"),
    "metadata-wrong-types": (aviary(metadata={"total_documents": "many"}), "'metadata.json'"),
    "metadata-other-database": (aviary(metadata={"database_type": "oracle"}), "oracle"),
    "table-twice": (with_entries(file(b"database/users.json", b"[]")), "'database/users.json' is there twice"),
    "file-twice": (with_entries(file(A_PDF.encode(), b"other")), "a.pdf' is there twice"),
    "folder-twice": (with_entries(folder(b"filesystem/documents")), "'filesystem/documents' is there twice"),
    "file-in-a-file": (with_entries(file(A_PDF.encode() + b"/inside", b"x")), "lies in a folder that is a file"),
    "file-and-folder": (with_entries(folder(A_PDF.encode())), "is both a file and a folder"),
    "file-before-its-folder": (with_entries(file(USER + b"deep/x/y", b""), file(USER + b"deep/x", b"")),
                               "lies in a folder that is a file"),
    "10-gb-of-zeros": (zero_bomb, "zeros.bin' brings the files to 10.0 GiB, and metadata.json tells of 30 bytes"),
    "10-gb-of-zeros-before-the-metadata": (late_metadata_bomb, "unpack to more than 1.1 GiB of which metadata.json does "
                                                               "not tell, or not yet"),
    "10-gb-of-zeros-and-no-total": (total_less_bomb, "unpack to more than 1.1 GiB of which metadata.json does not tell"),
    "1-gb-of-zeros-before-the-metadata": (
        lambda: late_metadata_bomb(GIB + (8 << 20)),
        "'metadata.json' tells of files of 30 bytes, and those before it have 1.0 GiB"),
    "10-gb-of-blanks-in-a-table": (table_bomb, "up to its entry 'database/users.json' "),
}
for _name, (_path, _error) in BAD_NAMES.items():
    CASES["name-" + _name] = (with_entries(file(_path, b"hacked")), _error)
for _name, (_bytes, _error) in BAD_KINDS.items():
    CASES["kind-" + _name] = (with_entries(_bytes), _error)
for _name, (_bytes, _error) in BAD_HEADERS.items():
    CASES["header-" + _name] = (with_entries(_bytes), _error)
for _name, (_bytes, _error) in JSON_TABLES.items():
    CASES["json-" + _name] = (with_table(_bytes), _error)
CASES.update(ROOST_CASES)


def reordered(*order):
    parts = Aviary().members()
    return gzip(b"".join(parts[i] for i in order) + END)


GOOD = {
    "good-aviary": (whole(), "2 files, 30 B"),
    "good-metadata-last": (reordered(1, 2, 0), "2 files, 30 B"),
    "good-large-without-total": (lambda: late_metadata_bomb(GIB + (8 << 20), without_total()), "3 files, 1.0 GiB"),
    "good-files-first": (reordered(2, 1, 0), "2 files, 30 B"),
    "good-apple-doubles": (gzip(file(b"._metadata.json", b"x") + Aviary().tar(file(USER + b"._a.pdf", b"x"))),
                           "2 entries that macOS had added were passed over"),
    "good-dot-slash": (gzip(folder(b"./") + b"".join(
        file(b"./" + name, data) for name, data in [
            (b"metadata.json", to_json(Aviary().metadata)),
            (b"database/users.json", to_json(Aviary().tables["users"])),
            (A_PDF.encode(), b"0123456789")]) + END), "1 file, 10 B"),
    "good-no-tables": (gzip(Aviary().members()[0] + Aviary().members()[2] + END), "tables that are not in the archive"),
    "good-no-files": (gzip(b"".join(Aviary().members()[:2]) + END), "tells of 2 documents, but the archive has 0"),
    "good-filesystem-folder-alone": (gzip(b"".join(Aviary().members()[:2]) + folder(b"filesystem") + END),
                                     "tells of 2 documents, but the archive has 0"),
    "good-unknown-metadata": (aviary(metadata={"something": {"new": [1, 2]}}), "2 files, 30 B"),
    "good-unknown-members": (with_entries(file(b"README.txt", b"hello")), "README.txt"),
    "good-gnu-long-name": (with_entries(gnu_long(USER + b"n" * 200), header(USER[:90], 0, magic=b"ustar  \0")),
                           "3 files, 30 B"),
    "good-pax-name": (with_entries(file(USER + "ä".encode() * 100, b"")), "3 files, 30 B"),
    "good-name-not-utf-8": (with_entries(file(USER + b"\xff\xfe\x80", b"")), "3 files, 30 B"),
    "good-backslash-name": (with_entries(file(USER + b"..\\..\\x", b"")), "3 files, 30 B"),
    "good-global-comment": (gzip(pax([(b"comment", b"abc")], b"g") + Aviary().tar()), "2 files, 30 B"),
    "good-several-gzip-members": (gzip(Aviary().tar()[:1500]) + gzip(Aviary().tar()[1500:]), "2 files, 30 B"),
    "good-zeros-behind-gzip": (whole() + b"\0" * 5000, "2 files, 30 B"),
    "good-gzip-header": (good_header_crc(), "2 files, 30 B"),
    "good-tape-blocks": (gzip(Aviary().tar() + b"\0" * 9216), "2 files, 30 B"),
    "good-old-header": (with_entries(header(USER + b"old", kind=b"\0", magic=b"\0" * 8)), "3 files, 30 B"),
    "good-roost": (roost(), "every byte was read and is sound"),
}


def content(case):
    return case() if callable(case) else case


def write_all(target):
    target = pathlib.Path(target)
    target.mkdir(parents=True, exist_ok=True)
    for name, (data, _) in {**CASES, **GOOD}.items():
        (target / f"{name}.tar.gz").write_bytes(content(data))


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    write_all(sys.argv[1])
