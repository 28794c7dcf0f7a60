"""The ports of the bundle, over memory and the fakes, each call of which takes time and may go wrong.

A call is three moments: the caller waits its turn, the effect happens in an instant, the answer comes back. Crashes,
refusals and lost answers strike between them; what nobody tells the caller it cannot know.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from ponte.http import HttpRequest
from ponte.media.store import StoreFailed
from ponte.storage.table import Item, Table, Update, Write
from sandbox.memory.files import MemoryFiles
from sandbox.memory.objects import MemoryStore
from sandbox.memory.sqs import MemorySqs
from sandbox.simulate.scheduler import Killed, Process, Scheduler
from sandbox.simulate.weather import Fate, Weather


class Unavailable(Exception):
    """An AWS service did not answer as asked. What our code makes of it must be right; it is no bug of ours."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A call of a provider. came_to: the answer's status, or the kind of error our code saw."""

    at_ms: int
    function: str
    request: HttpRequest
    came_to: str


class Strait:
    """Where a caller meets trouble: waits its turn, dies if the weather says so. heard: told of calls to providers.
    dropped: bytes of files that a portal could not fetch."""

    def __init__(self, scheduler: Scheduler, weather: Weather, rng: Random) -> None:
        self.scheduler = scheduler
        self.weather = weather
        self.rng = rng
        self.heard: Callable[[Heard], object] = lambda _: None
        self.dropped: set[bytes] = set()
        self._renewing: set[Process] = set()
        scheduler.on_kill = self._killed

    def renewed(self) -> None:
        """The current process holds a refresh token that nobody has stored yet: with it, the grant would be gone."""
        process = self.scheduler.current()
        if process is not None:
            self._renewing.add(process)

    def _killed(self, process: Process) -> None:
        if process in self._renewing:
            self.weather.lost_grants += 1

    def crash(self) -> None:
        """The current process ends here. People and providers have none, and do not die."""
        process = self.scheduler.current()
        if process is not None:
            self.scheduler.kill(process)
            raise Killed

    def latency(self, at_most: int) -> None:
        self.scheduler.wait(1 + int(self.rng.random() * at_most))

    def aws(self, fate: Fate, act: Callable[[], Any], *, repeatable: bool = True) -> Any:
        """One call of an AWS service. repeatable: the SDK may send it twice, and each time it counts."""
        self.latency(12)
        if fate is Fate.OK:
            return act()
        if fate is Fate.REFUSED:
            raise Unavailable("throttled")
        if fate is Fate.CRASH_BEFORE:
            self.crash()
        answer = act()
        if fate is Fate.ASKED_AGAIN and repeatable:
            self.latency(200)
            answer = act()
        elif fate is Fate.CRASH_AFTER:
            self.crash()
        elif fate is Fate.ANSWER_LOST:
            raise Unavailable("no answer")
        return answer


class StormyTable:
    """A `Table`."""

    def __init__(self, table: Table, strait: Strait) -> None:
        self._table = table
        self._strait = strait

    def get(self, pk: str, sk: str) -> Item | None:
        found: Item | None = self._read(lambda: self._table.get(pk, sk))
        return found

    def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Item]:
        found: list[Item] = self._read(lambda: self._table.get_many(keys))
        return found

    def query(self, pk: str, prefix: str = "", limit: int = 100, after: str = "") -> list[Item]:
        found: list[Item] = self._read(lambda: self._table.query(pk, prefix, limit, after))
        return found

    def query_index(self, gsi1pk: str, limit: int = 100, after: str = "") -> list[Item]:
        found: list[Item] = self._read(lambda: self._table.query_index(gsi1pk, limit, after))
        return found

    def scan(self, limit: int, after: tuple[str, str] | None = None) -> tuple[list[Item], tuple[str, str] | None]:
        found: tuple[list[Item], tuple[str, str] | None] = self._read(lambda: self._table.scan(limit, after))
        return found

    def write(self, write: Write) -> Item:
        old: Item = self._write(lambda: self._table.write(write))
        return old

    def write_new(self, write: Update) -> Item:
        new: Item = self._write(lambda: self._table.write_new(write))
        return new

    def transact(self, writes: Sequence[Write]) -> None:
        # The SDK gives a transaction a token, so that its own repeats count once.
        self._write(lambda: self._table.transact(writes), repeatable=False)

    def _read(self, act: Callable[[], Any]) -> Any:
        return self._strait.aws(self._strait.weather.reading(), act)

    def _write(self, act: Callable[[], Any], *, repeatable: bool = True) -> Any:
        return self._strait.aws(self._strait.weather.writing(), act, repeatable=repeatable)


class StormySqs:
    """boto3's sqs client as functions see it: sending and changing visibility."""

    def __init__(self, sqs: MemorySqs, strait: Strait, stirred: Callable[[str], None]) -> None:
        """stirred: told the queue's URL whenever something may have become visible."""
        self._sqs = sqs
        self._strait = strait
        self._stirred = stirred

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        strait = self._strait
        fate = strait.weather.queueing()
        if strait.weather.is_away("sqs", strait.scheduler.now):
            fate = Fate.REFUSED
        kept, refused = Entries, []
        if fate is Fate.PART_REFUSED:
            refused = [entry for entry in Entries if strait.rng.random() < 0.5]
            kept = [entry for entry in Entries if entry not in refused]

        def act() -> dict[str, Any]:
            answer = self._sqs.send_message_batch(QueueUrl=QueueUrl, Entries=kept) if kept else {}
            self._stirred(QueueUrl)
            return answer

        answer: dict[str, Any] = strait.aws(fate, act)
        failed = [{"Id": entry["Id"], "Code": "InternalError", "SenderFault": False} for entry in refused]
        return {**answer, "Failed": failed}

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        def act() -> dict[str, Any]:
            answer = self._sqs.change_message_visibility_batch(QueueUrl=QueueUrl, Entries=Entries)
            self._stirred(QueueUrl)
            return answer

        answer: dict[str, Any] = self._strait.aws(self._strait.weather.writing(), act)
        return answer


class StormyStore:
    """The bucket."""

    def __init__(self, store: MemoryStore, strait: Strait) -> None:
        self._store = store
        self._strait = strait

    def put(self, key: str, body: bytes) -> None:
        self._strait.aws(self._strait.weather.writing(), lambda: self._store.put(key, body))

    def get(self, key: str) -> bytes:
        body: bytes = self._strait.aws(self._strait.weather.reading(), lambda: self._store.get(key))
        return body

    def delete(self, key: str) -> None:
        self._strait.aws(self._strait.weather.writing(), lambda: self._store.delete(key))

    def keys(self, prefix: str) -> Iterator[str]:
        listed: list[str] = self._strait.aws(self._strait.weather.reading(), lambda: list(self._store.keys(prefix)))
        return iter(listed)


class StormyFiles:
    """The bucket of files, a `FileStore`."""

    def __init__(self, files: MemoryFiles, strait: Strait) -> None:
        self._files = files
        self._strait = strait
        self.link = files.link

    def keep(self, key: str, chunks: Iterable[bytes], mime: str, disposition: str) -> None:
        whole = b"".join(chunks)  # whatever this raises leaves nothing behind
        self._aws(self._strait.weather.writing(), lambda: self._files.keep(key, (whole,), mime, disposition))

    @contextmanager
    def read(self, key: str) -> Iterator[Iterator[bytes]]:
        self._aws(self._strait.weather.reading(), lambda: None)
        with self._files.read(key) as chunks:
            yield self._breaking(chunks) if self._strait.weather.breaks_off() else chunks

    def _breaking(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        yield next(chunks, b"")
        raise StoreFailed

    def _aws(self, fate: Fate, act: Callable[[], Any]) -> None:
        try:
            self._strait.aws(fate, act)
        except Unavailable as error:
            raise StoreFailed from error


class PlainCipher:
    """Stands for KMS: a ciphertext opens only in the context it was made in."""

    def encrypt(self, text: str, context: dict[str, str]) -> bytes:
        return f"{context['tenant']}|{context['field']}|{text}".encode()

    def decrypt(self, data: bytes, context: dict[str, str]) -> str:
        tenant, field, text = data.decode().split("|", 2)
        if (tenant, field) != (context["tenant"], context["field"]):
            raise PermissionError("wrong encryption context")
        return text
