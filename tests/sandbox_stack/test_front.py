"""The gateway's front, before a stand-in for the emulator that tells what it was given."""

import hashlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sandbox.front import AT_ONCE, MAX_BODY, Front

LIMIT = 10.0


class Upstream(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), UpstreamHandler)
        self.hold: threading.Event | None = None
        self.inside = 0
        self.most_inside = 0
        self.full = threading.Event()
        self.lock = threading.Lock()


class UpstreamHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def log_message(self, *_: object) -> None:
        """Silent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        with self.server.lock:
            self.server.inside += 1
            self.server.most_inside = max(self.server.most_inside, self.server.inside)
            if self.server.inside == AT_ONCE:
                self.server.full.set()
        if self.server.hold is not None:
            self.server.hold.wait(LIMIT)
        with self.server.lock:
            self.server.inside -= 1
        told = {
            "path": self.path,
            "host": self.headers["Host"],
            "signature": self.headers.get("X-Hub-Signature-256"),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        answer = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST  # noqa: N815


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def front(upstream: Upstream) -> Iterator[Front]:
    made = Front("127.0.0.1", 0, ("127.0.0.1", upstream.server_address[1]))
    made.start()
    made.target("abc123", frozenset({"/webhooks/meta"}))
    yield made
    made.stop()


def port(front: Front) -> int:
    return int(front._server.server_address[1])


def post(front: Front, body: bytes, headers: dict[str, str] | None = None, path: str = "/webhooks/meta") -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port(front), timeout=LIMIT)
    connection.request("POST", path, body, headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def raw(front: Front, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port(front)), timeout=LIMIT) as connection:
        connection.sendall(request)
        return connection.recv(65536)


def test_each_route_has_its_own_places_whatever_office_it_names(front: Front) -> None:
    offices, secret = "/webhooks/zattar/{tenant}", "/webhooks/chatwoot/{tenant}/{secret}"
    front.target("abc123", frozenset({"/webhooks/meta", offices, secret}))
    assert front.slot("/webhooks/zattar/a") is front.slot("/webhooks/zattar/b-c")
    others = ("/webhooks/meta", "/webhooks/zattar/a/b", "/webhooks/chatwoot/a/b")
    assert len({id(front.slot(path)) for path in ("/webhooks/zattar/a", *others)}) == 4
    assert front.slot("/nowhere") is front.slot("/webhooks/zattar/a/b") is front.slot("/webhooks/zattar/")


@pytest.mark.parametrize("body", [b"{}", b'{"a":"\xff\xfe"}', b"\x00\x01", b"", b"a[b]=1&c=%00"], ids=repr)
def test_the_bytes_arrive_as_they_were_sent(front: Front, body: bytes) -> None:
    status, told = post(front, body, {"X-Hub-Signature-256": "sha256=00"})
    assert status == 200
    seen = json.loads(told)
    assert seen["sha256"] == hashlib.sha256(body).hexdigest()
    assert seen["signature"] == "sha256=00"


def test_the_api_is_addressed_by_its_host_and_the_query_is_kept(front: Front) -> None:
    _, told = post(front, b"{}", path="/webhooks/meta?hub.challenge=1%202&x=%C3%A9")
    seen = json.loads(told)
    assert seen["host"].startswith("abc123.execute-api.localhost:")
    assert seen["path"] == "/webhooks/meta?hub.challenge=1%202&x=%C3%A9"


def test_a_body_over_ten_megabytes_is_answered_413(front: Front) -> None:
    assert post(front, bytes(MAX_BODY + 1))[0] == 413


def test_a_body_of_ten_megabytes_passes(front: Front) -> None:
    assert post(front, bytes(MAX_BODY))[0] == 200


def test_a_chunked_body_arrives_whole(front: Front) -> None:
    answer = raw(
        front,
        b"POST /webhooks/meta HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    )
    assert b" 200 " in answer.split(b"\r\n")[0]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST /webhooks/meta HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"POST /webhooks/meta HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /webhooks/meta HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["no number", "negative", "no chunk size"],
)
def test_a_length_that_makes_no_sense_is_answered_400(front: Front, request_bytes: bytes) -> None:
    assert b" 400 " in raw(front, request_bytes).split(b"\r\n")[0]


def test_too_many_headers_are_answered_431(front: Front) -> None:
    lines = b"".join(b"X-%d: 1\r\n" % n for n in range(150))
    assert b" 431 " in raw(front, b"GET /webhooks/meta HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n").split(b"\r\n")[0]


def test_one_connection_serves_many_requests(front: Front) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port(front), timeout=LIMIT)
    statuses = []
    for _ in range(3):
        connection.request("POST", "/webhooks/meta", b"{}")
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    assert statuses == [200, 200, 200]


def test_a_silent_emulator_is_answered_for(front: Front, upstream: Upstream) -> None:
    upstream.shutdown()
    upstream.server_close()
    assert post(front, b"{}")[0] == 503


def test_before_the_api_exists_the_answer_is_503(upstream: Upstream) -> None:
    early = Front("127.0.0.1", 0, ("127.0.0.1", upstream.server_address[1]))
    early.start()
    assert post(early, b"{}")[0] == 503
    early.stop()


def test_few_requests_of_one_path_are_inside_at_once_and_all_are_answered(front: Front, upstream: Upstream) -> None:
    upstream.hold = threading.Event()
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(post, front, b"{}") for _ in range(8)]
        assert upstream.full.wait(LIMIT)
        upstream.hold.set()
        assert [answer.result()[0] for answer in answers] == [200] * 8
    assert upstream.most_inside == AT_ONCE


def test_while_paused_requests_wait_and_then_pass(front: Front) -> None:
    front.pause(0)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(post, front, b"{}")
        assert front.in_flight() == 0
        assert not answer.done()
        front.resume()
        assert answer.result(LIMIT)[0] == 200


def test_a_pause_lets_those_on_their_way_end(front: Front, upstream: Upstream) -> None:
    upstream.hold = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(post, front, b"{}") for _ in range(AT_ONCE)]
        assert upstream.full.wait(LIMIT)
        pausing = pool.submit(front.pause, LIMIT)
        upstream.hold.set()
        pausing.result(LIMIT)
        assert front.in_flight() == 0
        assert [answer.result()[0] for answer in answers] == [200] * AT_ONCE
    front.resume()


def test_what_passed_is_shown_to_the_observer_and_what_was_refused_is_not(front: Front) -> None:
    seen: list[bytes] = []
    front.observe = lambda _path, _headers, body: seen.append(body)
    post(front, b"one")
    post(front, bytes(MAX_BODY + 1))
    assert seen == [b"one"]
