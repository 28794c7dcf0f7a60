"""Streams over real sockets (loopback only), and the addresses that are never called."""

import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat

import pytest

from ponte.errors import FateUnknown, NotSent
from ponte.http import HttpRequest
from ponte.media.limits import CHUNK_BYTES, PART_BYTES
from ponte.runtime.arriving import Inspected
from ponte.runtime.egress import Way
from ponte.runtime.streams import HttpxStreamer
from ponte.storage.files import S3Files
from tests import files

HOST = "lookaside.fbsbx.com"
URL = f"https://{HOST}/path?mid=1"
BIG = 40 * 1024 * 1024


def allowed(host: str) -> bool:
    return host == HOST


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """One connection after the other: the head of each request is kept, then `answer` does what it wants."""
    heads: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += connection.recv(1)  # not a byte of the body
                heads.append(head)
                try:
                    answer(connection)
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", heads
    finally:
        listening.close()


def saying(*parts: bytes, length: int | None = None, status: str = "200 OK") -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        announced = sum(map(len, parts)) if length is None else length
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {announced}\r\nX-One: two\r\n\r\n".encode())
        for part in parts:
            connection.sendall(part)

    return answer


def fetch(gateway: str, seconds: float = 5, now: Callable[[], float] | None = None) -> bytes:
    streamer = HttpxStreamer(Way(gateway, "a_function"), **({"now": now} if now else {}))
    request = HttpRequest("GET", URL, {"Authorization": "Bearer t"}, timeout_seconds=seconds)
    with streamer.fetch(request, allowed) as arriving:
        return b"".join(arriving.chunks)


def test_a_body_comes_as_it_was_sent_and_the_gateway_is_told_the_host() -> None:
    data = files.noise(300_000)
    with server(saying(data)) as (gateway, heads):
        assert fetch(gateway) == data
    head = heads[0].decode()
    assert head.startswith("GET /path?mid=1 HTTP/1.1")
    assert f"X-Forwarded-Host: {HOST}" in head
    assert "Accept-Encoding: identity" in head
    assert "X-Ponte-Function: a_function" in head


def test_a_redirect_is_an_answer_like_any_other() -> None:
    with server(saying(b"", status="302 Found")) as (gateway, heads):
        with HttpxStreamer(Way(gateway)).fetch(HttpRequest("GET", URL), allowed) as arriving:
            assert (arriving.status, arriving.headers["x-one"]) == (302, "two")
        assert len(heads) == 1


def test_a_body_that_breaks_off_is_of_unknown_fate() -> None:
    with server(saying(b"only a part", length=1_000)) as (gateway, _), pytest.raises(FateUnknown):
        fetch(gateway)


def test_a_body_that_drips_for_ever_ends_at_the_deadline() -> None:
    """Each byte comes in time for a read; the whole does not."""
    ticks = iter(range(1_000))

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while True:
            connection.sendall(b"x")

    with server(drip) as (gateway, _), pytest.raises(FateUnknown) as error:
        fetch(gateway, seconds=20, now=lambda: float(next(ticks)))
    assert error.value.code == "too_slow"


def test_a_server_that_says_nothing_is_given_up() -> None:
    done = threading.Event()
    with server(lambda _: done.wait(20) and None) as (gateway, _):  # type: ignore[func-returns-value]
        with pytest.raises(FateUnknown):
            fetch(gateway, seconds=0.2)
        done.set()


def test_nobody_listening_is_certainly_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NotSent):
        fetch(f"http://127.0.0.1:{port}")


def test_an_upload_announces_its_length_and_sends_every_byte() -> None:
    received = bytearray()

    def take(connection: socket.socket) -> None:
        while len(received) < 200_000:
            received.extend(connection.recv(65536))
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"id":"1"}')

    data = files.noise(200_000)
    with server(take) as (gateway, heads):
        streamer = HttpxStreamer(Way(gateway))
        body = (data[start : start + 7_000] for start in range(0, len(data), 7_000))
        answer = streamer.upload(HttpRequest("POST", URL), body, len(data), allowed)
    assert answer.json() == {"id": "1"}
    assert bytes(received) == data
    assert b"Content-Length: 200000" in heads[0]
    assert b"chunked" not in heads[0].lower()


def test_what_the_body_of_an_upload_raises_comes_out_as_it_is() -> None:
    def broken() -> Iterator[bytes]:
        yield b"a"
        raise ZeroDivisionError

    with server(lambda connection: connection.recv(65536) and None) as (gateway, _), pytest.raises(ZeroDivisionError):  # type: ignore[func-returns-value]
        HttpxStreamer(Way(gateway)).upload(HttpRequest("POST", URL), broken(), 10, allowed)


class CountingS3:
    """What S3Files asks of a bucket, and how much it is given at once."""

    def __init__(self) -> None:
        self.parts: list[int] = []
        self.single: list[int] = []
        self.completed = self.aborted = 0

    def create_multipart_upload(self, **_: object) -> dict[str, str]:
        return {"UploadId": "u"}

    def upload_part(self, *, Body: bytearray, **_: object) -> dict[str, str]:  # noqa: N803 - boto3's names
        self.parts.append(len(Body))
        return {"ETag": "e"}

    def complete_multipart_upload(self, **_: object) -> None:
        self.completed += 1

    def abort_multipart_upload(self, **_: object) -> None:
        self.aborted += 1

    def put_object(self, *, Body: bytes, **_: object) -> None:  # noqa: N803
        self.single.append(len(Body))


def test_a_file_of_40_megabytes_is_never_whole_in_memory() -> None:
    """From a socket through the checks into the bucket: at most one part and what is read at once."""
    block = files.mp4(size=CHUNK_BYTES - 24)
    count = BIG // len(block)

    def send(connection: socket.socket) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {count * len(block)}\r\n\r\n".encode())
        for _ in range(count):
            connection.sendall(block)

    bucket = CountingS3()
    with server(send) as (gateway, _):
        streamer = HttpxStreamer(Way(gateway))
        tracemalloc.start()
        try:
            with streamer.fetch(HttpRequest("GET", URL, timeout_seconds=60), allowed) as arriving:
                S3Files(bucket, "b").keep("media/x", Inspected(arriving.chunks, "video/mp4"), "video/mp4", "attachment")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert sum(bucket.parts) == count * len(block)
    assert max(bucket.parts) <= PART_BYTES + CHUNK_BYTES
    assert bucket.completed == 1
    assert peak < 8 * 1024 * 1024 + 4 * CHUNK_BYTES


def test_an_upload_of_40_megabytes_is_never_whole_in_memory() -> None:
    block = files.noise(CHUNK_BYTES)
    count = BIG // CHUNK_BYTES
    buffer = memoryview(bytearray(1024 * 1024))

    def take(connection: socket.socket) -> None:
        left = count * CHUNK_BYTES
        while left > 0:
            got = connection.recv_into(buffer)
            if not got:
                return
            left -= got
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with server(take) as (gateway, _):
        streamer = HttpxStreamer(Way(gateway))
        tracemalloc.start()
        try:
            body = chain.from_iterable(repeat([block], count))
            request = HttpRequest("POST", URL, timeout_seconds=60)
            answer = streamer.upload(request, body, count * CHUNK_BYTES, allowed)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert answer.status == 200
    assert peak < 8 * 1024 * 1024
