"""What a file is: by its first bytes, beside what its sender says of it.

Bytes that are not recognised prove nothing, so they are taken for what they were declared to be; bytes that are
recognised as something else than declared are a contradiction, and the file does not cross.
Source: the formats' own specifications; MIME types as IANA lists them (read 2026-11).
"""

import re
import struct
from dataclasses import dataclass

HTML, EXECUTABLE, UNKNOWN = "text/html", "application/x-msdownload", "application/octet-stream"
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,95}")

OPUS_MONO = "opus_mono"  # an Ogg file with one Opus channel: what WhatsApp shows as a voice note
ANIMATED = "animated"  # a moving WebP
STICKER_SIZE = "512x512"  # a WebP of a sticker's size
DEEP = "deep"  # a PNG with more than 8 bits a channel

EXTENSIONS: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/bmp": ("bmp",),
    "image/tiff": ("tif", "tiff"),
    "image/heic": ("heic", "heif"),
    "image/avif": ("avif",),
    "video/mp4": ("mp4", "m4v"),
    "video/3gpp": ("3gp", "3gpp", "3g2"),
    "video/quicktime": ("mov", "qt"),
    "video/webm": ("webm", "mkv"),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/mpeg": ("mp3", "mpga"),
    "audio/mp4": ("m4a", "mp4"),
    "audio/aac": ("aac",),
    "audio/amr": ("amr",),
    "audio/wav": ("wav",),
    "audio/flac": ("flac",),
    "application/pdf": ("pdf",),
    "text/plain": ("txt", "csv", "log", "md", "text"),
    "text/csv": ("csv",),
    "text/vcard": ("vcf",),
    "application/rtf": ("rtf",),
    "application/zip": ("zip",),
    "application/msword": ("doc", "dot"),
    "application/vnd.ms-excel": ("xls", "xlt"),
    "application/vnd.ms-powerpoint": ("ppt", "pps"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
}
"""Extensions that fit a type, the usual one first. Types without a row keep whatever extension the name has."""

_ALIASES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/heif": "image/heic",
    "audio/mp3": "audio/mpeg",
    "audio/mpga": "audio/mpeg",
    "audio/x-mpeg": "audio/mpeg",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/aacp": "audio/aac",
    "audio/x-aac": "audio/aac",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "video/3gpp2": "video/3gpp",
    "application/x-zip-compressed": "application/zip",
    "application/vnd.microsoft.portable-executable": EXECUTABLE,
    "application/x-dosexec": EXECUTABLE,
    "application/x-executable": EXECUTABLE,
    "binary/octet-stream": UNKNOWN,
}
_CONTAINERS = {  # what such bytes may rightly be declared to hold, where they do not tell it themselves
    "video/mp4": re.compile(r"(audio|video)/(mp4|3gpp|quicktime)"),
    "audio/ogg": re.compile(r"video/ogg"),
    "video/webm": re.compile(r"(audio|video)/(webm|x-matroska)"),
    "application/zip": re.compile(r"application/(epub\+zip|java-archive|msword|vnd\..+)"),
    "application/x-ole-storage": re.compile(r"application/(msword|x-msi|vnd\..+)"),
    "application/rtf": re.compile(r"application/msword"),
    "text/vcard": re.compile(r"text/.+"),
    "application/x-sh": re.compile(r"text/.+"),
    "text/html": re.compile(r"text/.+|application/(xhtml\+xml|xml|msword|vnd\.ms-.+)"),  # banks export such sheets
    "image/svg+xml": re.compile(r"text/.+|application/xml"),
}
_FILMS = frozenset({"video/mp4", "audio/mp4", "video/3gpp", "audio/3gpp", "video/quicktime"})  # one container for all
_RASTER = re.compile(r"image/(?!svg)[a-z0-9.+-]+")
_NEVER_ELSE = frozenset({HTML, EXECUTABLE, "image/svg+xml", "application/x-sh"})  # not to be brought in under a guise
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b", "application/gzip"),
    (b"{\\rtf", "application/rtf"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"\x7fELF", EXECUTABLE),
    (b"#!/", "application/x-sh"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS: tuple[tuple[bytes, str], ...] = (
    (b"qt", "video/quicktime"),
    (b"M4A", "audio/mp4"),
    (b"M4B", "audio/mp4"),
    (b"3g", "video/3gpp"),
    (b"avif", "image/avif"),
    (b"hei", "image/heic"),
    (b"hev", "image/heic"),
    (b"mif1", "image/heic"),
)
_COMMENT = rb"\s*(<!--.{0,500}?-->\s*)?"
_HTML_START = re.compile(_COMMENT + rb"<(!doctype\s+html|html|head|body|script|iframe|title)\b", re.I | re.S)
_SVG_START = re.compile(
    rb"\s*(<\?xml.{0,500}?\?>)?" + _COMMENT + rb"(<!doctype\s+svg.{0,300}?>\s*)?<svg\b", re.I | re.S
)


@dataclass(frozen=True, slots=True)
class Look:
    """What the first bytes tell. mime: "" where they tell nothing."""

    mime: str
    traits: tuple[str, ...] = ()


def base_type(declared: str) -> str:
    """The type by its usual name and without parameters ("audio/ogg; codecs=opus" -> "audio/ogg"); "" for none."""
    base = declared.partition(";")[0].strip().lower()
    return _ALIASES.get(base, base) if _TYPE.fullmatch(base) else ""


def look(head: bytes) -> Look:
    """head: the first limits.HEAD_BYTES of a file, or all of a smaller one."""
    mime = _sniff(head)
    match mime:
        case "audio/ogg" if _is_opus_mono(head):
            return Look(mime, (OPUS_MONO,))
        case "image/webp":
            return Look(mime, _webp_traits(head))
        case "image/png" if len(head) > 24 and head[24] > 8:
            return Look(mime, (DEEP,))
    return Look(mime)


def contradicts(declared: str, sniffed: str) -> bool:
    """Whether bytes of type `sniffed` were declared to be something they cannot be. declared: a base_type."""
    if not sniffed or declared in ("", UNKNOWN, sniffed) or _may_hold(sniffed, declared):
        return False
    if {declared, sniffed} <= _FILMS or all(each.startswith("audio/") for each in (declared, sniffed)):
        return False
    if _RASTER.fullmatch(declared) and _RASTER.fullmatch(sniffed):
        return False  # a PNG that is called a JPEG is still a picture
    has_marks = declared in _SNIFFABLE or declared.startswith(("image/", "audio/", "video/"))
    return has_marks or sniffed in _NEVER_ELSE


def settled(declared: str, sniffed: str) -> str:
    """The type to go on with, where they do not contradict each other: what the bytes say, if the declared one does
    not say it more exactly."""
    if not sniffed or _may_hold(sniffed, declared):
        return declared or UNKNOWN
    return sniffed


def _may_hold(sniffed: str, declared: str) -> bool:
    found = _CONTAINERS.get(sniffed)
    return found is not None and found.fullmatch(declared) is not None


def _sniff(head: bytes) -> str:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return next((mime for brand, mime in _BRANDS if head[8:12].startswith(brand)), "video/mp4")
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and len(head) > 18 and head[14] in (12, 40, 52, 56, 108, 124):
        return "image/bmp"
    if head[:3] == b"ID3" and len(head) > 4 and head[3] in (2, 3, 4):
        return "audio/mpeg"
    if head[:2] == b"MZ" and len(head) > 64 and _is_portable_executable(head):
        return EXECUTABLE
    for mark, mime in _MAGIC:
        if head.startswith(mark):
            return mime
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return _mpeg_audio(head)
    text = head.removeprefix(b"\xef\xbb\xbf")
    if _HTML_START.match(text):
        return HTML
    return "image/svg+xml" if _SVG_START.match(text) else ""


def _is_portable_executable(head: bytes) -> bool:
    """Two letters alone would make a programme of a text that begins with them."""
    at = int.from_bytes(head[60:64], "little")
    return head[at : at + 4] == b"PE\0\0" or (at >= len(head) and b"DOS mode" in head)


def _mpeg_audio(head: bytes) -> str:
    """Frame headers: ADTS has layer 0; an MP3 names a layer, a bit rate and a sample rate that exist."""
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    has_layer, rate, sampling = head[1] & 0x06, head[2] >> 4, head[2] >> 2 & 3
    return "audio/mpeg" if has_layer and rate not in (0, 15) and sampling != 3 else ""


def _is_opus_mono(head: bytes) -> bool:
    """The first page of an Ogg file holds the codec's own header: RFC 7845, 5.1."""
    start = head.find(b"OpusHead", 0, 512)
    return start > 0 and len(head) > start + 9 and head[start + 9] == 1


def _webp_traits(head: bytes) -> tuple[str, ...]:
    """RFC 9649: the first chunk tells the size."""
    kind, traits = head[12:16], []
    width = height = 0
    if kind == b"VP8X" and len(head) >= 30:
        if head[20] & 0x02:
            traits.append(ANIMATED)
        width, height = int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    elif kind == b"VP8 " and len(head) >= 30:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", head, 26))
    elif kind == b"VP8L" and len(head) >= 25:
        bits = int.from_bytes(head[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return (*traits, STICKER_SIZE) if (width, height) == (512, 512) else tuple(traits)


_SNIFFABLE = frozenset(
    {mime for _, mime in (*_MAGIC, *_BRANDS)}
    | set(_RIFF.values())
    | {"video/mp4", "image/bmp", HTML, "image/svg+xml"}
    | {mime for mime in EXTENSIONS if not mime.startswith("text/")}
)
