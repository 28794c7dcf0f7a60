"""Where a file waits between two systems: the port, and what is known of a kept file."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from ponte.errors import PonteError


class StoreFailed(PonteError):
    """The store did not answer or refused: try again."""

    code = "file_store"


class NotKept(PonteError):
    """There is no such file (any more)."""

    code = "file_not_kept"


class FileStore(Protocol):
    """Keeps files by key. Holds one part of a file in memory, never a whole one (media.limits)."""

    def keep(self, key: str, chunks: Iterable[bytes], mime: str, disposition: str) -> None:
        """Store what comes, whole or not at all: whatever `chunks` raises leaves nothing behind.

        mime, disposition: headers with which the file is handed out. Raises StoreFailed.
        """
        ...

    def read(self, key: str) -> AbstractContextManager[Iterator[bytes]]:
        """The file's bytes, a chunk at a time. Raises NotKept, StoreFailed."""
        ...

    def link(self, key: str, seconds: int) -> str:
        """An address where anybody may read this one file for so long; made without a call."""
        ...


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in the store. name: safe to show. mime: by its own bytes where they tell. traits: see media.types."""

    key: str
    name: str
    mime: str
    size: int
    traits: tuple[str, ...] = ()

    def as_outcome(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "name": self.name,
            "mime": self.mime,
            "size": self.size,
            "traits": list(self.traits),
        }

    @classmethod
    def of(cls, outcome: Mapping[str, Any]) -> "KeptFile":
        """The inverse of `as_outcome`, for a step's outcome as the ledger gives it back."""
        return cls(
            key=str(outcome["key"]),
            name=str(outcome["name"]),
            mime=str(outcome["mime"]),
            size=int(outcome["size"]),
            traits=tuple(str(one) for one in outcome.get("traits") or ()),
        )
