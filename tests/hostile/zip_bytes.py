"""A zip from its bytes up, with members that are never held unpacked."""
import struct
import zlib

from tar_bytes import combined_crc

TIME = 0x5C223883  # 2026-01-02 07:04:06


def deflated(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush(), len(data), zlib.crc32(data)


def deflated_run(byte, pieces, piece=1 << 24):
    """That many pieces of 16 MiB of one byte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(byte * piece) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = piece_crc = zlib.crc32(byte * piece)
    for _ in range(pieces - 1):
        crc = combined_crc(crc, piece_crc, piece)
    return packed * pieces + b"\x03\0", piece * pieces, crc


def archive(members):
    """Of (name, (packed bytes, size, CRC)), in order; sizes below 4 GiB."""
    body, directory = b"", b""
    for name, (packed, size, crc) in members:
        fields = struct.pack("<HHHIIIIHH", 20, 0, 8, TIME, crc, len(packed), size, len(name), 0)
        directory += (b"PK\x01\x02" + struct.pack("<H", 3 << 8 | 20) + fields +
                      struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, len(body)) + name)
        body += b"PK\x03\x04" + fields + name + packed
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end
