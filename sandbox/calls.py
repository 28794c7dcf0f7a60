"""A call to a provider and the provider's reply, as values: what the egress, the fakes and the journal share."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

from sandbox import php_forms

_JSON = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True)
class Call:
    """host: the original one. headers: names in lower case, without the sandbox's own. query: raw, without `?`."""

    provider: str
    method: str
    host: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    at_ms: int
    function: str = ""
    pid: int = 0
    generation: int = 0

    @cached_property
    def decoded(self) -> Any:
        """The body as data; files as name, mime_type, size and sha256; None when there is none."""
        return decode_body(self.headers.get("content-type", ""), self.body)

    @cached_property
    def parts(self) -> list["Part"]:
        return multipart(self.headers.get("content-type", ""), self.body)

    @cached_property
    def params(self) -> dict[str, Any]:
        """Query and body parameters together, the body's winning."""
        merged = php_forms.decode(self.query.encode())
        if isinstance(self.decoded, dict):
            merged.update(self.decoded)
        return merged

    def contains(self, text: str) -> bool:
        """Whether the body holds the text, as sent or as decoded (escapes and percent-encoding undone)."""
        return text in self.body.decode("utf-8", "replace") or text in json.dumps(self.decoded, ensure_ascii=False)


@dataclass(frozen=True)
class Reply:
    """took_effect: whether the provider did what was asked; a 200 may lie about it, as the real ones do."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    took_effect: bool = False


class Fake(Protocol):
    """One provider. partial: fail the last part of a call that has parts. Called with the world's lock held."""

    def __call__(self, call: Call, *, partial: bool = False) -> Reply: ...


@runtime_checkable
class Fetching(Protocol):
    """A fake that reads what a call points to before the call takes effect, without the world's lock."""

    def fetch(self, call: Call) -> None: ...


def json_reply(status: int, value: Any, *, took_effect: bool | None = None) -> Reply:
    """took_effect: by default whether the status says so."""
    done = status < 300 if took_effect is None else took_effect
    body = _JSON.encode(value).encode()
    return Reply(status, body, {"content-type": "application/json; charset=utf-8"}, done)


def html_reply(status: int, text: str, **headers: str) -> Reply:
    return Reply(status, text.encode(), {"content-type": "text/html; charset=utf-8", **headers})


@dataclass(frozen=True)
class Part:
    """One part of a multipart/form-data body."""

    name: str
    filename: str | None
    mime_type: str
    data: bytes


def decode_body(content_type: str, body: bytes) -> Any:
    if not body:
        return None
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return {part.name: _part_as_data(part) for part in multipart(content_type, body)}
    if kind == "application/x-www-form-urlencoded" and body[:1] not in (b"{", b"["):
        return php_forms.decode(body)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _digest(None, kind, body)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text if kind.startswith("text/") or len(text) < 10_000 else _digest(None, kind, body)


def multipart(content_type: str, body: bytes) -> list[Part]:
    """The parts of a form with files; what cannot be read is left out."""
    boundary = re.search(r'boundary="?([^";]+)"?', content_type)
    if not boundary:
        return []
    parts = []
    for chunk in body.split(b"--" + boundary[1].encode())[1:]:
        head, found, data = chunk.partition(b"\r\n\r\n")
        headers = head.decode("utf-8", "replace")
        name = re.search(r'[; ]name="([^"]*)"', headers)
        if not found or not name:
            continue
        filename = re.search(r'filename="([^"]*)"', headers)
        mime = re.search(r"(?im)^content-type:\s*([^\r\n]+)", headers)
        parts.append(
            Part(
                name[1],
                filename[1] if filename else None,
                mime[1].strip() if mime else "text/plain",
                data.removesuffix(b"\r\n"),
            )
        )
    return parts


def _part_as_data(part: Part) -> Any:
    if part.filename is None:
        return part.data.decode("utf-8", "replace")
    return _digest(part.filename, part.mime_type, part.data)


def _digest(name: str | None, mime_type: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mime_type": mime_type, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
