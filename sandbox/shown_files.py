"""Files as the people of the playground see them: what reached a phone or a chat, and what was sent from there."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

MOST_BYTES = 256 * 1024 * 1024  # of all files together; the oldest go first
INLINE = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/webp", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac"}
    | {"video/mp4", "video/3gpp"}
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a link gave."""

    mime_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownFile:
    """mime_type: without parameters."""

    id: str
    name: str
    mime_type: str
    data: bytes = field(repr=False)

    def as_data(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "mime_type": self.mime_type, "size": len(self.data)}

    def headers(self) -> dict[str, str]:
        """With which a browser shows pictures, sounds and films, and does nothing with anything else."""
        shown = self.mime_type in INLINE
        return {
            "content-type": self.mime_type if shown else "application/octet-stream",
            "content-disposition": "inline" if shown else "attachment",
            "content-security-policy": "default-src 'none'; sandbox",
            "x-content-type-options": "nosniff",
            "cache-control": "private, max-age=3600",
        }


class ShownFiles:
    """Not safe for threads: used under the world's lock."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, ShownFile] = OrderedDict()
        self._bytes = 0
        self._count = 0

    def add(self, name: str, mime_type: str, data: bytes) -> ShownFile:
        self._count += 1
        file = ShownFile(f"f{self._count}", name, mime_type.partition(";")[0].strip().lower(), data)
        self._files[file.id] = file
        self._bytes += len(data)
        while self._bytes > MOST_BYTES and len(self._files) > 1:
            _, oldest = self._files.popitem(last=False)
            self._bytes -= len(oldest.data)
        return file

    def get(self, file_id: str) -> ShownFile | None:
        return self._files.get(file_id)
