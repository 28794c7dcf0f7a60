"""Files that people of a history attach, with bytes of their own, so that a screen shows which one it is.

Some are no good, as files are: gone before they are asked for, other bytes than were announced, or not what they are
called. Some are whole when they are sent and gone a while later.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sandbox import played_files
from sandbox.portals import PortalState
from sandbox.scenario import File
from sandbox.simulate.scheduler import Scheduler
from sandbox.world import World

_MAGIC = {
    "image/jpeg": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "jpg"),
    "application/pdf": (b"%PDF-1.7\n", "pdf"),
    "audio/mpeg": (b"ID3\x04\x00\x00\x00\x00\x00\x00", "mp3"),
}
_PAGE = b"<!DOCTYPE html><script>"
_SIZES = (40, 400, 9_000, 150_000)
_LONGEST_LIFE_MS = 120_000
GOOD, GONE, DAMAGED, DISGUISED, FLEETING = "", "gone", "damaged", "disguised", "fleeting"


@dataclass(frozen=True, slots=True)
class Attached:
    """data: as it lies where the sender's app put it. flaw: why it may not, or must not, cross; "" where it must."""

    name: str
    mime: str
    data: bytes = field(repr=False)
    flaw: str = GOOD

    def as_played(self) -> dict[str, Any]:
        return {"name": self.name, "mime_type": self.mime, "bytes_base64": base64.b64encode(self.data).decode()}


class Attachments:
    """Makes them and puts them at Meta or behind a portal's links."""

    def __init__(self, scheduler: Scheduler, rng: Random, world: World) -> None:
        self._scheduler = scheduler
        self._rng = rng
        self._world = world

    def of_customer(self, mark: str) -> Attached:
        """mark: a word that no other file has."""
        return self._make(mark, (GONE, DAMAGED, DISGUISED, FLEETING))

    def of_operator(self, mark: str) -> Attached:
        """Nobody says what an operator's file should measure but its size, so that none is found damaged."""
        return self._make(mark, (GONE, DISGUISED, FLEETING))

    def at_meta(self, file: Attached, caption: str) -> tuple[str, dict[str, Any]]:
        """(kind, the webhook's object of that kind) of a customer's message that carries it."""
        kind, content, _ = played_files.written(self._world, caption, file.as_played())
        media = self._world.media[content["id"]]
        if file.flaw == DAMAGED:
            content["sha256"] = base64.b64encode(hashlib.sha256(b"another").digest()).decode()

        def vanish() -> None:
            media["status"] = 404

        self._end(file, vanish)
        return kind, content

    def in_portal(self, portal: PortalState, files: Sequence[Attached]) -> list[File]:
        """As the webhook of an operator's message names them."""
        kept = played_files.attached(portal, [file.as_played() for file in files])
        for file, link in zip(files, kept, strict=True):
            self._end(file, lambda link=link: portal.config["files"].remove(link))
        return kept

    def _make(self, mark: str, flaws: tuple[str, ...]) -> Attached:
        rng = self._rng
        flaw = rng.choice(flaws) if rng.random() < 0.2 else GOOD
        mime = rng.choice(tuple(_MAGIC))
        magic, extension = _MAGIC[mime]
        if flaw == DISGUISED:
            magic = _PAGE
        data = magic + mark.encode() + b" " * rng.choice(_SIZES)
        return Attached(f"{mark}.{extension}", mime, data, flaw)

    def _end(self, file: Attached, vanish: Any) -> None:
        if file.flaw == GONE:
            vanish()
        elif file.flaw == FLEETING:
            self._scheduler.at(self._scheduler.now + self._rng.randint(1, _LONGEST_LIFE_MS), vanish)
