"""The gateway as the outside sees it: a reverse proxy from SANDBOX_PORT to the emulated HTTP API.

API Gateway's own limits are kept here (10 MB bodies, 413), the path and the raw bytes are passed on as they came, and
whatever happens behind, the caller gets an answer. While the sandbox changes its scenario new requests wait.

Every request that finds all processes of its function busy makes the emulator start another one, as Lambda does. On a
laptop thirty of them starting at once take half a minute, so that only a few requests of one path are let in at a time.
"""

import http.client
import json
import re
import socket
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import quote

MAX_BODY = 10 * 1024 * 1024
ANSWER_SECONDS = 30.0  # an HTTP API's integration timeout
IDLE_SECONDS = 60.0
EMULATORS_OWN = "/health"  # a path the emulator answers itself, whatever the Host header says
AT_ONCE = 3  # requests to one path

_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "host", "expect"}
)
_NOT_PASSED_BACK = _HOP_BY_HOP | {"content-length", "server"}

type Observe = Callable[[str, Mapping[str, str], bytes], None]


class Front:
    """start() listens; `target` is told once the API exists, until then the answer is 503."""

    def __init__(self, host: str, port: int, emulator: tuple[str, int]) -> None:
        self.observe: Observe = lambda _path, _headers, _body: None  # told of every POST that was let through
        self._emulator = emulator
        self.api_host = ""
        self._paths: frozenset[str] = frozenset()
        self._shapes: list[tuple[str, re.Pattern[str]]] = []
        self._gate = threading.Condition()
        self._paused = False
        self._in_flight = 0
        self._slots: dict[str, threading.BoundedSemaphore] = {}
        handler = type("FrontHandler", (_Handler,), {"front": self})
        self._server = _Server((host, port), handler)

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def target(self, api_id: str, paths: frozenset[str]) -> None:
        """From now on requests go to this HTTP API; paths: those it has a route for."""
        self._paths = paths
        self._shapes = [(path, _shape(path)) for path in sorted(paths) if "{" in path]
        self.api_host = f"{api_id}.execute-api.localhost:{self._emulator[1]}"

    def in_flight(self) -> int:
        with self._gate:
            return self._in_flight

    def pause(self, patience_seconds: float) -> None:
        """New requests wait until `resume`; returns when those on their way have ended or the patience has."""
        with self._gate:
            self._paused = True
            self._gate.wait_for(lambda: self._in_flight == 0, patience_seconds)

    def resume(self) -> None:
        with self._gate:
            self._paused = False
            self._gate.notify_all()

    def enter(self) -> None:
        with self._gate:
            self._gate.wait_for(lambda: not self._paused)
            self._in_flight += 1

    def leave(self) -> None:
        with self._gate:
            self._in_flight -= 1
            self._gate.notify_all()

    def slot(self, path: str) -> threading.BoundedSemaphore:
        """What a request to this path holds while it is inside: one per route; unknown paths share one."""
        known = path if path in self._paths else next((r for r, shape in self._shapes if shape.fullmatch(path)), "")
        with self._gate:
            return self._slots.setdefault(known, threading.BoundedSemaphore(AT_ONCE))

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(*self._emulator, timeout=ANSWER_SECONDS)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def _shape(route: str) -> re.Pattern[str]:
    """/webhooks/zattar/{tenant} as the paths it takes, /sync/{proxy+} as all below it."""
    rest = ".+" if route.endswith("+}") else ""
    parts = re.split(r"\{\w+\}", re.sub(r"\{\w+\+\}$", "", route))
    return re.compile("[^/]+".join(re.escape(part) for part in parts) + rest)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """A caller that hangs up in the middle is no event worth a traceback."""


class _Handler(BaseHTTPRequestHandler):
    front: ClassVar[Front]
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        self._upstream: http.client.HTTPConnection | None = None

    def finish(self) -> None:
        super().finish()
        if self._upstream is not None:
            self._upstream.close()

    def log_message(self, *_: object) -> None:
        """Nothing: paths carry verify tokens."""

    def _handle(self) -> None:
        body = self._read_body()
        if body is None:
            return
        self.front.enter()
        try:
            with self.front.slot(self.path.partition("?")[0]):
                status, headers, answer = self._forward(body)
        finally:
            self.front.leave()
        self._answer(status, headers, answer)
        if self.command == "POST" and status == 200:
            self.front.observe(self.path, {k.lower(): v for k, v in self.headers.items()}, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _handle  # noqa: N815  the base's names

    def _read_body(self) -> bytes | None:
        """The whole body, or None when the request was refused and answered."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        length = self.headers.get("Content-Length", "0").strip()
        if not (length.isascii() and length.isdigit()):
            return self._refuse(400, "Bad Request")
        if int(length) > MAX_BODY:
            self._discard(int(length))
            return self._refuse(413, "Request Entity Too Large")
        body = self.rfile.read(int(length))
        return body if len(body) == int(length) else self._refuse(400, "Bad Request")

    def _read_chunks(self) -> bytes | None:
        body = b""
        while True:
            size = self.rfile.readline(64).split(b";")[0].strip()
            try:
                length = int(size, 16)
            except ValueError:
                return self._refuse(400, "Bad Request")
            if length < 0 or len(body) + length > MAX_BODY:
                return self._refuse(413, "Request Entity Too Large")
            body += self.rfile.read(length)
            self.rfile.readline(4)
            if length == 0:
                return body

    def _discard(self, length: int) -> None:
        """Takes what the caller is still sending, within reason, so that it can read our answer."""
        left = min(length, 8 * MAX_BODY)
        while left > 0:
            read = self.rfile.read(min(left, 65536))
            if not read:
                return
            left -= len(read)

    def _refuse(self, status: int, message: str) -> bytes | None:
        """Answers; always None, so that a reader of the body can return it."""
        self.close_connection = True
        self._answer(status, [("Content-Type", "application/json")], json.dumps({"message": message}).encode())
        return None

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        unavailable = (503, [("Content-Type", "application/json")], b'{"message":"Service Unavailable"}')
        if not self.front.api_host:
            return unavailable
        path = quote(self.path.encode("latin-1"), safe="/?#[]@!$&'()*+,;=%:~-._")
        for is_last in (False, True):
            fresh = self._upstream is None
            try:
                if self._upstream is None:
                    self._upstream = self.front.connect()
                return self._exchange(self._upstream, path, body)
            except (http.client.RemoteDisconnected, ConnectionError):
                self._drop_upstream()
                if fresh or is_last:
                    return unavailable
            except (http.client.HTTPException, OSError):
                self._drop_upstream()
                return unavailable
            except ValueError:  # a header that http.client does not pass on
                self._drop_upstream()
                return 400, [("Content-Type", "application/json")], b'{"message":"Bad Request"}'
        return unavailable

    def _drop_upstream(self) -> None:
        if self._upstream is not None:
            self._upstream.close()
            self._upstream = None

    def _exchange(
        self, upstream: http.client.HTTPConnection, path: str, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        host = self.front.api_host
        if path.partition("?")[0] == EMULATORS_OWN:
            path, host = f"/_aws/execute-api/{host.partition('.')[0]}/$default{path}", "127.0.0.1"
        upstream.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
        upstream.putheader("Host", host)
        for name, value in self.headers.items():
            if name.lower() not in _HOP_BY_HOP and name.lower() != "content-length":
                upstream.putheader(name, value)
        if body or self.command in ("POST", "PUT", "PATCH"):
            upstream.putheader("Content-Length", str(len(body)))
        upstream.endheaders(body or None)
        answer = upstream.getresponse()
        content = answer.read()
        headers = [(k, v) for k, v in answer.getheaders() if k.lower() not in _NOT_PASSED_BACK]
        return answer.status, headers, content

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        try:
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            if self.close_connection:
                self.send_header("Connection", "close")
            if self.command != "HEAD" or body:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.wfile.flush()
        except OSError:
            self.close_connection = True
