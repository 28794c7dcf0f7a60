"""The sandbox's HTTP server: one thread per connection, HTTP/1.1 with keep-alive, loopback only.

Beyond ordinary answers it can do what broken providers do: close without an answer, and never answer at all.
"""

import http.server
import json
import logging
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

LOG = logging.getLogger("sandbox")
LARGEST_BODY = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """path: as received, still percent-encoded. headers: names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def plain_path(self) -> str:
        return unquote(self.path)


@dataclass(frozen=True, slots=True)
class Answer:
    """delay_ms: how long the answer is held back."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay_ms: int = 0


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Close the connection without a word, after holding it until the client leaves or hold_ms are over."""

    hold_ms: int = 0


type Handler = Callable[[Request], Answer | NoAnswer]


def json_answer(status: int, value: Any) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Answer(status, body, {"content-type": "application/json; charset=utf-8", "cache-control": "no-store"})


class HttpServer:
    """Serves `handler` on 127.0.0.1; port 0 takes a free one. `url` is known as soon as the object exists."""

    def __init__(self, name: str, port: int, handler: Handler) -> None:
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", port), _connection(name, handler, self._stopping))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name=name, daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stops listening; held connections are let go."""
        self._stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no event; anything else was logged where it happened."""


class _BodyRefused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _connection(name: str, handler: Handler, stopping: threading.Event) -> type[http.server.BaseHTTPRequestHandler]:
    class Connection(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 120

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: request lines hold tokens and phones."""

        def _serve(self) -> None:
            path, _, query = self.path.partition("?")
            headers = {key.lower(): value for key, value in self.headers.items()}
            try:
                request = Request(self.command, path, query, headers, self._read_body(headers))
            except _BodyRefused as refused:
                self.close_connection = True
                self._write(json_answer(refused.status, {"error": "body refused", "path": ""}))
                return
            try:
                answer = handler(request)
            except Exception as error:
                where = error.__traceback__
                while where and where.tb_next:
                    where = where.tb_next
                place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?"
                LOG.error("%s: %s at %s", name, type(error).__name__, place)
                answer = json_answer(500, {"error": "internal", "path": ""})
            if isinstance(answer, NoAnswer):
                self._hold(answer.hold_ms)
                self._reset()
                return
            if answer.delay_ms:
                self._hold(answer.delay_ms)
            self._write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _serve  # noqa: N815

        def _read_body(self, headers: dict[str, str]) -> bytes:
            if "chunked" in headers.get("transfer-encoding", "").lower():
                return self._read_chunks()
            length = headers.get("content-length", "0")
            if not length.isdigit():
                raise _BodyRefused(400)
            if int(length) > LARGEST_BODY:
                raise _BodyRefused(413)
            return self.rfile.read(int(length))

        def _read_chunks(self) -> bytes:
            body = bytearray()
            while True:
                try:
                    size = int(self.rfile.readline(100).split(b";")[0], 16)
                except ValueError:
                    raise _BodyRefused(400) from None
                if len(body) + size > LARGEST_BODY:
                    raise _BodyRefused(413)
                body += self.rfile.read(size)
                self.rfile.readline(100)
                if size == 0:
                    return bytes(body)

        def _write(self, answer: Answer) -> None:
            headers = {"content-length": str(len(answer.body)), **answer.headers}
            if self.close_connection:
                headers["connection"] = "close"
            lines = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}"]
            lines += [f"{key}: {_one_line(value)}" for key, value in headers.items()]
            head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
            self.wfile.write(head if self.command == "HEAD" else head + answer.body)

        def _hold(self, hold_ms: int) -> None:
            end = time.monotonic() + hold_ms / 1000
            while (left := end - time.monotonic()) > 0 and not stopping.is_set():
                readable, _, _ = select.select([self.connection], [], [], min(left, 0.2))
                if readable:
                    try:
                        if not self.connection.recv(1, socket.MSG_PEEK):
                            return
                    except OSError:
                        return
                    stopping.wait(min(left, 0.2))

        def _reset(self) -> None:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return Connection


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")
