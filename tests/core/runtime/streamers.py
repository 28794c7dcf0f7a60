"""A Streamer that gives scripted answers, judges hosts as the real one does, and counts what it moves."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ponte.errors import FateUnknown, NotSent
from ponte.http import Arriving, HttpRequest, HttpResponse
from ponte.media.limits import CHUNK_BYTES
from ponte.runtime.egress import Way


@dataclass
class Scripted:
    """An answer to come. breaks_after: bytes after which the body breaks off."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    breaks_after: int | None = None


@dataclass
class FakeStreamer:
    """answers: in order; an exception is raised. asked: (URL, headers) in order. uploaded: bodies in order."""

    answers: list[Scripted | Exception] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    uploaded: list[bytes] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    @contextmanager
    def fetch(self, request: HttpRequest, allowed: Callable[[str], bool]) -> Iterator[Arriving]:
        answer = self._next(request, allowed)
        yield Arriving(answer.status, answer.headers, self._chunks(answer))

    def upload(
        self, request: HttpRequest, body: Iterable[bytes], length: int, allowed: Callable[[str], bool]
    ) -> HttpResponse:
        answer = self._next(request, allowed)
        whole = b"".join(body)
        assert len(whole) == length
        self.uploaded.append(whole)
        return HttpResponse(answer.status, answer.headers, answer.body)

    def _next(self, request: HttpRequest, allowed: Callable[[str], bool]) -> Scripted:
        Way().judge(request.url, allowed)
        self.asked.append((request.url, dict(request.headers)))
        self.before()
        answer = self.answers.pop(0) if self.answers else NotSent("not_connected")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _chunks(self, answer: Scripted) -> Iterator[bytes]:
        end = len(answer.body) if answer.breaks_after is None else answer.breaks_after
        for start in range(0, end, CHUNK_BYTES):
            yield answer.body[start : min(end, start + CHUNK_BYTES)]
        if answer.breaks_after is not None:
            raise FateUnknown("no_answer")
