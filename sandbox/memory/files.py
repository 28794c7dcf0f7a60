"""Files in memory: the same port as the bucket's, for tests and the simulation."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ponte.media.limits import CHUNK_BYTES
from ponte.media.store import NotKept


@dataclass(frozen=True, slots=True)
class StoredFile:
    data: bytes = field(repr=False)
    mime: str
    disposition: str


class MemoryFiles:
    """A FileStore. files: what is kept, by key."""

    def __init__(self) -> None:
        self.files: dict[str, StoredFile] = {}

    def keep(self, key: str, chunks: Iterable[bytes], mime: str, disposition: str) -> None:
        self.files[key] = StoredFile(b"".join(chunks), mime, disposition)

    @contextmanager
    def read(self, key: str) -> Iterator[Iterator[bytes]]:
        if key not in self.files:
            raise NotKept
        data = self.files[key].data
        yield (data[start : start + CHUNK_BYTES] for start in range(0, len(data), CHUNK_BYTES))

    def link(self, key: str, seconds: int) -> str:
        return f"memory://{key}?seconds={seconds}"

    def behind(self, link: str) -> StoredFile | None:
        """What a link of ours gives whoever follows it."""
        return self.files.get(link.removeprefix("memory://").partition("?")[0])
