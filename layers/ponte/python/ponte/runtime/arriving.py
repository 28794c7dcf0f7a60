"""What is checked of a file while it streams by: size, digest and type, without ever holding it."""

import hashlib
from collections.abc import Iterator
from itertools import chain

from ponte.errors import FateUnknown, PonteError
from ponte.media import types
from ponte.media.limits import HEAD_BYTES, MAX_BYTES


class FileRefused(PonteError):
    """The file does not cross, however often it is tried. code: a key of reason.file."""


class Inspected:
    """A body under inspection. Iterating gives its chunks; the last one only after everything was found right.

    declared: what its sender says it is. size, sha256: what it must measure, None and () where nobody said. Raises
    FileRefused, and FateUnknown for a body that ended early.
    """

    def __init__(
        self, chunks: Iterator[bytes], declared: str, size: int | None = None, sha256: tuple[bytes, ...] = ()
    ) -> None:
        self._expected = size
        self._digests = [digest for digest in sha256 if digest]
        self.size = 0
        if (size or 0) > MAX_BYTES:
            raise FileRefused("too_big")
        head, taken = b"", []
        for chunk in chunks:
            taken.append(chunk)
            head += chunk
            if len(head) >= HEAD_BYTES:
                break
        found = types.look(head[:HEAD_BYTES])
        base = types.base_type(declared)
        if types.contradicts(base, found.mime):
            raise FileRefused("disguised")
        self.mime = types.settled(base, found.mime)
        self.traits = found.traits
        self._chunks = chain(taken, chunks)

    def __iter__(self) -> Iterator[bytes]:
        digest = hashlib.sha256()
        held: bytes | None = None
        for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > MAX_BYTES:
                raise FileRefused("too_big")
            digest.update(chunk)
            if held is not None:
                yield held
            held = chunk
        self._judge(digest.digest())
        if held is not None:
            yield held

    def _judge(self, digest: bytes) -> None:
        """A digest that is right proves the content, whatever size was announced."""
        missing = self._expected is not None and self.size < self._expected
        proved = bool(self.size and self._digests) and all(digest == expected for expected in self._digests)
        if missing and not proved:
            raise FateUnknown("ended_early")
        if not self.size:
            raise FileRefused("empty")
        if not proved and (self._digests or self._expected not in (None, self.size)):
            raise FileRefused("damaged")
