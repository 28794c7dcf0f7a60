"""Files at Meta: which hosts give them, what WhatsApp takes as which kind, and the two calls around them.

Source: .../whatsapp/business-phone-numbers/media (read 2026-06-16).
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

from ponte.http import HttpRequest
from ponte.media import types
from ponte.media.limits import MAX_BYTES, MEBIBYTE
from ponte.whatsapp.events import MediaKind
from ponte.whatsapp.requests import GRAPH_HOST, media_path, read_path
from ponte.whatsapp.typed_reads import Json, integer, label

HOSTS = frozenset({"lookaside.fbsbx.com"})
"""Where a download URL may point. The token goes there and nowhere else."""

CAPTIONED: frozenset[MediaKind] = frozenset({"image", "video", "document"})
MAX_CAPTION = 1024
MAX_FILENAME = 200
UPLOAD_SECONDS = 40.0

_MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")
_DOCUMENTS = frozenset(
    {
        "text/plain",
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    }
)
_AUDIO = frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4"})
_STILL_STICKER, _MOVING_STICKER = 100 * 1024, 500 * 1024


def is_media_host(host: str) -> bool:
    return host in HOSTS


def is_graph_host(host: str) -> bool:
    return host == GRAPH_HOST


@dataclass(frozen=True, slots=True)
class Form:
    """As what a file is sent. mime: what the upload says it is. voice: shown as a voice note."""

    kind: MediaKind
    mime: str
    voice: bool = False


def form_of(mime: str, size: int, traits: tuple[str, ...]) -> Form:
    """The kind WhatsApp takes such a file as; whatever fits no kind, or is too big for its own, is a document.

    An upload is measured by its type, so a picture of 6 MB that goes as a document must not be called a picture.
    """
    match mime:
        case "image/jpeg" | "image/png" if size <= 5 * MEBIBYTE and types.DEEP not in traits:
            return Form("image", mime)
        case "image/webp" if types.STICKER_SIZE in traits and size <= _sticker_bytes(traits):
            return Form("sticker", mime)
        case "video/mp4" | "video/3gpp" if size <= 16 * MEBIBYTE:
            return Form("video", mime)
        case "audio/ogg" if types.OPUS_MONO in traits and size <= 16 * MEBIBYTE:
            return Form("audio", mime, voice=True)
        case _ if mime in _AUDIO and size <= 16 * MEBIBYTE:
            return Form("audio", mime)
    return Form("document", mime if mime in _DOCUMENTS else types.UNKNOWN)


def header_mime(format_: str, mime: str, size: int, traits: tuple[str, ...]) -> str:
    """What to upload a file as that is to be a template's header of that format (templates.MEDIA); "" where it does not
    fit. A header changes into nothing else: a picture that is too big for one is refused, not sent as a document.

    Source: .../whatsapp/templates/template-media (read 2026-05-21).
    """
    if format_ == "DOCUMENT":
        return mime if mime in _DOCUMENTS and size <= MAX_BYTES else ""
    form = form_of(mime, size, traits)
    return form.mime if form.kind == format_.lower() else ""


def _sticker_bytes(traits: tuple[str, ...]) -> int:
    return _MOVING_STICKER if types.ANIMATED in traits else _STILL_STICKER


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What the media API says of a file. url: good for five minutes, with the token. size: None where not told."""

    url: str
    mime: str
    sha256: bytes
    size: int | None


def info(phone_number_id: str, graph_version: str, token: str, media_id: str) -> HttpRequest:
    """Ask for a file's address: {"url", "mime_type", "sha256" (hex), "file_size", "id"}. Raises ValueError for an id
    that is none: it would name another path."""
    if not _MEDIA_ID.fullmatch(media_id):
        raise ValueError("media_id")
    return read_path(media_id, graph_version, token, {"phone_number_id": phone_number_id})


def read_info(answer: Json) -> MediaInfo:
    """The answer to `info`, with "" and None for what is missing or broken."""
    return MediaInfo(
        url=label(answer, "url", 4096),
        mime=label(answer, "mime_type"),
        sha256=digest_of(label(answer, "sha256")),
        size=integer(answer, "file_size") or None,
    )


def digest_of(written: str) -> bytes:
    """The 32 bytes of a SHA-256 in hex (the API's way) or base64 (the webhook's); b"" for anything else."""
    try:
        if len(written) == 64:
            return bytes.fromhex(written)
        padded = written.rstrip("=").replace("-", "+").replace("_", "/") + "="
        digest = base64.b64decode(padded, validate=True)
    except (ValueError, binascii.Error):
        return b""
    return digest if len(digest) == 32 else b""


def download(url: str, token: str, timeout_seconds: float) -> HttpRequest:
    """Fetch a file. token: "" after a redirect, since a token goes only where the API itself pointed."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return HttpRequest("GET", url, headers, timeout_seconds=timeout_seconds)


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart form around a file: its bytes go between `before` and `after`. length: of the whole body."""

    request: HttpRequest
    before: bytes
    after: bytes
    length: int


def upload(
    phone_number_id: str, graph_version: str, token: str, *, name: str, mime: str, size: int, boundary: str
) -> Upload:
    """Put a file at Meta, where it stays 30 days: {"id"}. boundary: random, so that no file can hold it on purpose.

    Raises ValueError for a size Meta never takes, or a type that is none.
    """
    if not 0 < size <= MAX_BYTES:
        raise ValueError("size")
    if types.base_type(mime) != mime:
        raise ValueError("mime")
    plain = name.replace('"', "%22").replace("\r", "").replace("\n", "")
    before = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{plain}"\r\n'
        f"Content-Type: {mime}\r\n\r\n"
    ).encode("utf-8", "replace")
    after = f"\r\n--{boundary}--\r\n".encode()
    request = media_path(phone_number_id, graph_version, token, f"multipart/form-data; boundary={boundary}")
    return Upload(request, before, after, len(before) + size + len(after))


def content(kind: MediaKind, media_id: str, *, caption: str, filename: str, voice: bool) -> dict[str, Any]:
    """The content of a message with an uploaded file. caption: for images, films and documents only; filename: what a
    document is called on the phone; voice: an audio that is shown as a voice note."""
    found: dict[str, Any] = {"id": media_id}
    if caption and kind in CAPTIONED:
        found["caption"] = caption
    if filename and kind == "document":
        found["filename"] = filename
    if voice and kind == "audio":
        found["voice"] = True
    return found


# Meta's for media it does not take, and for a parameter, an object or a size that is not right; and ours.
_ABOUT_THE_FILE = frozenset(
    {"131051", "131052", "131053", "33", "100", "131008", "131009", "http_413", "expired", "unreachable", "default"}
)


def is_about_the_file(code: str) -> bool:
    """Whether a refused upload or send speaks of the file alone, so that the message's other parts can go on."""
    return code in _ABOUT_THE_FILE
