"""Files of every kind that the tests send: real enough for whoever looks at their first bytes."""

import hashlib
import random
import struct
import zlib


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def jpeg(size: int = 2_000, seed: int = 1) -> bytes:
    head = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    return head + noise(max(0, size - len(head) - 2), seed) + b"\xff\xd9"


def png(bit_depth: int = 8) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 2, 2, bit_depth, 6, 0, 0, 0)
    row = b"\x00" + b"\x10\x80\xf0\xff" * 2 * (bit_depth // 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * 2)) + chunk(b"IEND", b"")


def ogg_opus(channels: int = 1, size: int = 1_000) -> bytes:
    page = b"OggS\x00\x02" + bytes(8) + b"\x01\x00\x00\x00" + bytes(8) + b"\x01\x13"
    return page + b"OpusHead\x01" + bytes([channels]) + bytes(9) + noise(size)


def ogg_vorbis() -> bytes:
    return b"OggS\x00\x02" + bytes(8) + b"\x01\x00\x00\x00" + bytes(8) + b"\x01\x1e\x01vorbis" + noise(400)


def mp4(brand: bytes = b"isom", size: int = 3_000) -> bytes:
    return struct.pack(">I", 24) + b"ftyp" + brand + b"\x00\x00\x02\x00isomiso2" + noise(size)


def mp3(size: int = 2_000) -> bytes:
    return b"ID3\x04\x00\x00\x00\x00\x00\x00" + noise(size)


def webp(width: int = 512, height: int = 512, *, animated: bool = False, size: int = 500) -> bytes:
    flags = 0x02 if animated else 0x00
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", 10) + bytes([flags, 0, 0, 0]) + sides + noise(size)
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def pdf(size: int = 2_000) -> bytes:
    return b"%PDF-1.7\n" + noise(size) + b"\n%%EOF"


def docx() -> bytes:
    return b"PK\x03\x04\x14\x00" + bytes(20) + b"[Content_Types].xml" + noise(500)


def programme() -> bytes:
    return b"MZ" + bytes(58) + struct.pack("<I", 128) + bytes(64) + b"PE\x00\x00" + noise(500)


HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
