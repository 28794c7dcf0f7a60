"""A Streamer over any Sender: bodies are whole for a moment, which a simulation does not mind."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from ponte.http import Arriving, HttpRequest, HttpResponse, Sender
from ponte.media.limits import CHUNK_BYTES
from ponte.runtime.egress import Way


class WholeStreamer:
    """Judges addresses as the real one does, then hands the request to `send`."""

    def __init__(self, send: Sender) -> None:
        self._send = send
        self._way = Way()

    @contextmanager
    def fetch(self, request: HttpRequest, allowed: Callable[[str], bool]) -> Iterator[Arriving]:
        self._way.judge(request.url, allowed)
        answer = self._send(request)
        starts = range(0, len(answer.body), CHUNK_BYTES)
        chunks = (answer.body[start : start + CHUNK_BYTES] for start in starts)
        yield Arriving(answer.status, answer.headers, chunks)

    def upload(
        self, request: HttpRequest, body: Iterable[bytes], length: int, allowed: Callable[[str], bool]
    ) -> HttpResponse:
        self._way.judge(request.url, allowed)
        whole = b"".join(body)
        headers = {**request.headers, "Content-Length": str(length)}
        return self._send(replace(request, headers=headers, body=whole))
