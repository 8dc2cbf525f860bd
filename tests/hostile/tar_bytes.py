"""Tar and gzip from their bytes up, so that every field can be wrong on purpose."""
import hashlib
import struct
import zlib

BLOCK = 512
END = b"\0" * 1024
TIME = 1767323045  # 2026-01-02 03:04:05 UTC


def octal(value, length):
    return b"%0*o\0" % (length - 1, value)


def padded(data):
    return data + b"\0" * (-len(data) % BLOCK)


def header(name, size=0, kind=b"0", mode=0o644, mtime=TIME, link=b"", magic=b"ustar\x0000", size_field=None,
           checksum=None):
    """One block. `name` has at most 100 bytes."""
    block = bytearray(BLOCK)
    block[0:len(name)] = name
    block[100:108] = octal(mode, 8)
    block[108:116] = octal(0, 8)
    block[116:124] = octal(0, 8)
    block[124:136] = size_field if size_field is not None else octal(size, 12)
    block[136:148] = octal(mtime, 12)
    block[148:156] = b" " * 8
    block[156:157] = kind
    block[157:157 + len(link)] = link
    block[257:265] = magic
    block[329:337] = octal(0, 8)
    block[337:345] = octal(0, 8)
    block[148:156] = b"%06o\0 " % (sum(block) if checksum is None else checksum)
    return bytes(block)


def pax(records, kind=b"x"):
    """An extended header; `records` are pairs, or bytes as they stand."""
    body = records if isinstance(records, bytes) else b"".join(record(k, v) for k, v in records)
    return header(b"PaxHeader", len(body), kind) + padded(body)


def record(key, value):
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest) + 1
    while len(b"%d" % length) + len(rest) != length:
        length = len(b"%d" % length) + len(rest)
    return b"%d" % length + rest


def file(name, data=b"", **fields):
    if len(name) > 100:
        return pax([(b"path", name)]) + header(name[:99], len(data), **fields) + padded(data)
    return header(name, len(data), **fields) + padded(data)


def folder(name, **fields):
    fields.setdefault("mode", 0o755)
    return header(name, 0, b"5", **fields)


def gnu_long(name, kind=b"L"):
    body = name + b"\0"
    return header(b"././@LongLink", len(body), kind, mode=0, mtime=0, magic=b"ustar  \0") + padded(body)


def gzip(data, flags=0, extra=b"", mtime=0, crc=None, size=None):
    """One member, always of the same bytes."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    head = b"\x1f\x8b\x08" + bytes([flags]) + struct.pack("<I", mtime) + b"\0\xff" + extra
    return head + body + struct.pack("<II", zlib.crc32(data) if crc is None else crc,
                                     (len(data) if size is None else size) & 0xFFFFFFFF)


def combined_crc(first, second, length):
    """The CRC-32 of two texts one behind the other; `length` is the second one's."""
    def times(matrix, vector):
        total, i = 0, 0
        while vector:
            if vector & 1:
                total ^= matrix[i]
            vector >>= 1
            i += 1
        return total

    def square(matrix):
        return [times(matrix, row) for row in matrix]

    matrix = [0xEDB88320] + [1 << i for i in range(31)]  # one bit of zeros
    matrix = square(square(square(matrix)))  # one byte
    while length:
        if length & 1:
            first = times(matrix, first)
        length >>= 1
        matrix = square(matrix)
    return first ^ second


def gzip_with_zeros(front, zeros, behind, byte=b"\0"):
    """A gzip member of `front`, that many zeros (or other bytes), and `behind`, without ever holding the zeros."""
    piece = 1 << 24
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed_piece = packer.compress(byte * piece) + packer.flush(zlib.Z_FULL_FLUSH)
    start = zlib.compressobj(9, zlib.DEFLATED, -15)
    out = [b"\x1f\x8b\x08\0\0\0\0\0\0\xff", start.compress(front) + start.flush(zlib.Z_FULL_FLUSH)]
    crc, piece_crc = zlib.crc32(front), zlib.crc32(byte * piece)
    for _ in range(zeros // piece):
        out.append(packed_piece)
        crc = combined_crc(crc, piece_crc, piece)
    last = byte * (zeros % piece) + behind
    end = zlib.compressobj(9, zlib.DEFLATED, -15)
    out.append(end.compress(last) + end.flush())
    crc = combined_crc(crc, zlib.crc32(last), len(last))
    out.append(struct.pack("<II", crc, (len(front) + zeros + len(behind)) & 0xFFFFFFFF))
    return b"".join(out)


def sha256(data):
    return hashlib.sha256(data).hexdigest()
