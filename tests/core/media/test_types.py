"""What a file is by its first bytes, and whether that contradicts what was said of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.media.types import ANIMATED, DEEP, OPUS_MONO, STICKER_SIZE, base_type, contradicts, look, settled
from tests import files


@pytest.mark.parametrize(
    ("head", "mime", "traits"),
    [
        (files.jpeg(), "image/jpeg", ()),
        (files.png(), "image/png", ()),
        (files.png(16), "image/png", (DEEP,)),
        (b"GIF89a" + bytes(20), "image/gif", ()),
        (files.webp(), "image/webp", (STICKER_SIZE,)),
        (files.webp(animated=True), "image/webp", (ANIMATED, STICKER_SIZE)),
        (files.webp(640, 480), "image/webp", ()),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + b"\x00\x02\x00\x02", "image/webp", (STICKER_SIZE,)),
        (b"RIFF\0\0\0\0WEBPVP8L" + bytes(4) + b"\x2f\xff\xc1\x7f\x00", "image/webp", (STICKER_SIZE,)),
        (files.mp4(), "video/mp4", ()),
        (files.mp4(b"qt  "), "video/quicktime", ()),
        (files.mp4(b"M4A "), "audio/mp4", ()),
        (files.mp4(b"3gp4"), "video/3gpp", ()),
        (files.mp4(b"heic"), "image/heic", ()),
        (files.ogg_opus(), "audio/ogg", (OPUS_MONO,)),
        (files.ogg_opus(2), "audio/ogg", ()),
        (files.ogg_vorbis(), "audio/ogg", ()),
        (files.mp3(), "audio/mpeg", ()),
        (b"\xff\xfb\x90\x44" + bytes(50), "audio/mpeg", ()),
        (b"\xff\xf1\x50\x80" + bytes(50), "audio/aac", ()),
        (b"#!AMR\n" + bytes(20), "audio/amr", ()),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav", ()),
        (b"\x1aE\xdf\xa3" + bytes(20), "video/webm", ()),
        (files.pdf(), "application/pdf", ()),
        (files.docx(), "application/zip", ()),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9), "application/x-ole-storage", ()),
        (files.programme(), "application/x-msdownload", ()),
        (b"\x7fELF\x02\x01", "application/x-msdownload", ()),
        (b"#!/bin/sh\n", "application/x-sh", ()),
        (files.HTML, "text/html", ()),
        (b"\xef\xbb\xbf \n<!-- oi --><HTML>", "text/html", ()),
        (b'<?xml version="1.0"?><svg onload="x">', "image/svg+xml", ()),
        (b"BEGIN:VCARD\nVERSION:3.0", "text/vcard", ()),
        (b"MZ Engenharia Ltda.\nProposta", "", ()),
        (b"BM e mais texto, que nao e imagem", "", ()),
        (b"apenas um texto", "", ()),
        (b"\xff\xff\xff\xff", "", ()),
        (b"", "", ()),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, bytes) else None,
)
def test_the_first_bytes_tell(head: bytes, mime: str, traits: tuple[str, ...]) -> None:
    found = look(head[:4096])
    assert (found.mime, found.traits) == (mime, traits)


@given(st.binary(max_size=64))
def test_any_bytes_can_be_looked_at(head: bytes) -> None:
    for start in (b"", b"RIFF1234WEBPVP8X", b"OggS", b"\x89PNG\r\n\x1a\n", b"MZ", b"1234ftyp", b"\xff"):
        look(start + head)


@pytest.mark.parametrize(
    ("declared", "head", "contradiction", "type_"),
    [
        ("image/jpeg", files.jpeg(), False, "image/jpeg"),
        ("image/jpg", files.jpeg(), False, "image/jpeg"),
        ("image/png", files.jpeg(), False, "image/jpeg"),
        ("image/jpeg", b"nothing known", False, "image/jpeg"),
        ("image/jpeg", files.HTML, True, ""),
        ("image/jpeg", b"<svg onload=x>", True, ""),
        ("image/jpeg", files.programme(), True, ""),
        ("image/jpeg", files.pdf(), True, ""),
        ("image/jpeg", files.mp4(), True, ""),
        ("video/mp4", files.mp4(b"M4A "), False, "audio/mp4"),
        ("audio/mp4", files.mp4(), False, "audio/mp4"),
        ("video/mp4", files.mp4(b"qt  "), False, "video/quicktime"),
        ("audio/ogg; codecs=opus", files.ogg_opus(), False, "audio/ogg"),
        ("audio/mpeg", files.ogg_opus(), False, "audio/ogg"),
        ("audio/mpeg", files.programme(), True, ""),
        ("application/pdf", files.programme(), True, ""),
        ("application/pdf", files.HTML, True, ""),
        ("application/pdf", files.pdf(), False, "application/pdf"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", files.docx(), False, "="),
        ("application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", False, "="),
        ("application/msword", files.docx(), False, "="),
        ("application/vnd.ms-excel", files.docx(), False, "="),
        ("application/vnd.ms-excel", files.HTML, False, "="),
        ("application/vnd.ms-excel", files.programme(), True, ""),
        ("application/octet-stream", files.pdf(), False, "application/pdf"),
        ("", files.pdf(), False, "application/pdf"),
        ("", b"?", False, "application/octet-stream"),
        ("text/plain", b"MZ Engenharia", False, "text/plain"),
        ("text/plain", files.programme(), True, ""),
        ("text/plain", files.HTML, False, "text/plain"),
        ("text/html", files.HTML, False, "text/html"),
        ("application/x-custom", files.docx(), False, "application/zip"),
        ("image/png\r\nX-Evil: 1", files.pdf(), False, "application/pdf"),
    ],
    ids=repr,
)
def test_recognised_bytes_may_refine_but_not_contradict_the_declared_type(
    declared: str, head: bytes, contradiction: bool, type_: str
) -> None:
    base, found = base_type(declared), look(head[:4096]).mime
    assert contradicts(base, found) is contradiction
    if not contradiction:
        assert settled(base, found) == (declared if type_ == "=" else type_)
