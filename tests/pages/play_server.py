"""A stand-in for the sandbox's play API, for tests of the page alone: it keeps what was posted and shows it at once.

It speaks the shapes of docs/sandbox.md; nothing here relays, queues or signs. The page is served with the same
Content-Security-Policy as in the sandbox, so a script or style that breaks it is seen as a console error.
"""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PLAYGROUND = Path(__file__).parents[2] / "sandbox" / "playground"
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
START_MS = 1_790_000_000_000
NUMBER = "106540352242922"


class PlayServer:
    """phones, chats, faults, parked, receipts, traces: what the state shows. posted: [(path, body)] as they arrived.

    refusals: path -> (status, answer) to give instead. polls: how often the state was asked for.
    """

    def __init__(self) -> None:
        self.phones: list[dict[str, Any]] = []
        self.chats: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []
        self.parked: list[dict[str, Any]] = []
        self.traces: dict[str, dict[str, Any]] = {}
        self.receipts = "auto"
        self.files: dict[str, tuple[str, bytes]] = {}
        self.refusals: dict[str, tuple[int, dict[str, Any]]] = {}
        self.posted: list[tuple[str, Any]] = []
        self.polls = 0
        self._lock = threading.Lock()
        self._count = 0
        handler = type("Handler", (_Handler,), {"play": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def posts_to(self, path: str, count: int = 1) -> list[Any]:
        """Bodies posted to `path`, as soon as there are `count` of them: a page posts a moment after the click."""
        deadline = time.monotonic() + 5
        while True:
            with self._lock:
                found = [body for posted, body in self.posted if posted == path]
            if len(found) >= count or time.monotonic() > deadline:
                return found
            time.sleep(0.02)

    def add_phone(self, wa_id: str, name: str) -> dict[str, Any]:
        window = {"window": "open", "window_ends_ms": START_MS}
        phone: dict[str, Any] = {"wa_id": wa_id, "name": name, "phone_number_id": NUMBER, "messages": [], **window}
        self.phones.append(phone)
        return phone

    def state(self) -> dict[str, Any]:
        down = any(fault["provider"] == "bitrix24" and fault["kind"] == "html" for fault in self.faults)
        return {
            "numbers": [NUMBER],
            "phones": self.phones,
            "chats": self.chats,
            "faults": self.faults,
            "receipts": self.receipts,
            "parked": self.parked,
            "portal": {"down": down, "domain": "padaria.bitrix24.com.br"},
        }

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        with self._lock:
            if method != "GET":
                self.posted.append((path, body))
            if path in self.refusals:
                return self.refusals[path]
            if path == "/play/state":
                self.polls += 1
                return 200, json.loads(json.dumps(self.state()))
            if path.startswith("/trace/"):
                trace = self.traces.get(path.removeprefix("/trace/"))
                return (200, trace) if trace else (404, {"error": "unknown", "path": "source_id"})
            if path == "/faults":
                self.faults = [] if method == "DELETE" else self.faults + body
                return 200, {}
            acts = {"customer": self._customer, "operator": self._operator, "read": self._tick, "fail": self._tick}
            if path == "/play/rewind":
                next(p for p in self.phones if p["wa_id"] == body["wa_id"])["window"] = "shut"
                return 200, {"window": "shut"}
            if path == "/play/receipts":
                self.receipts = body["mode"]
                return 200, {}
            act = acts.get(path.removeprefix("/play/"))
            return (200, act(body)) if act else (404, {"error": "no such route"})

    def _customer(self, body: dict[str, Any]) -> dict[str, Any]:
        if "source_id" in body:
            return {"source_id": body["source_id"], "status": 200}
        wamid, at_ms = self._next("wamid.IN")
        phone = next((p for p in self.phones if p["wa_id"] == body["wa_id"]), None)
        phone = phone or self.add_phone(body["wa_id"], body.get("name", ""))
        if "reaction" in body:
            self._react(phone, "customer", body["reaction"]["wamid"], body["reaction"]["emoji"])
            return {"source_id": wamid, "status": 200}
        text, files = body.get("text", ""), self._keep([body["file"]] if "file" in body else [])
        said = {"id": wamid, "from": "customer", "text": text, "kind": "text", "at_ms": at_ms, "ticks": "sent"}
        said |= {"file": files[0], "kind": "document"} if files else {}
        phone["messages"].append(said)
        chat = next((c for c in self.chats if c["external"] == phone["wa_id"]), None)
        if chat is None:
            chat = {"chat_id": 700 + len(self.chats), "external": phone["wa_id"], "name": phone["name"], "line": 12}
            chat["messages"] = []
            self.chats.append(chat)
        heard = {
            "id": at_ms,
            "from": "customer",
            "text": text,
            "at_ms": at_ms,
            "ack": False,
            "source_id": wamid,
            "files": files,
        }
        chat["messages"].append(heard)
        self.traces[wamid] = way_in(at_ms)
        return {"source_id": wamid, "status": 200}

    def _operator(self, body: dict[str, Any]) -> dict[str, Any]:
        wamid, at_ms = self._next("wamid.OUT")
        message_id = str(9000 + self._count)
        chat = next(c for c in self.chats if c["chat_id"] == body["chat_id"])
        text, files = body.get("text", ""), self._keep(body.get("files", []))
        if "reply_to" in body:
            about = next(m for m in chat["messages"] if m["id"] == body["reply_to"])
            fence = "-" * 54
            head = f"{fence}\n{chat['name']} [25.11.2026 10:00] #chat{chat['chat_id']}/{about['id']}"
            text = f"{head}\n{about['text']}\n{fence}\n{text}"
        wrote = {"id": message_id, "from": "operator", "text": text, "at_ms": at_ms, "ack": True, "files": files}
        chat["messages"].append({**wrote, "source_id": message_id})
        phone = next(p for p in self.phones if p["wa_id"] == chat["external"])
        got = {"id": wamid, "from": "business", "text": text, "kind": "text", "at_ms": at_ms}
        got |= {"file": files[0], "kind": "document"} if files else {}
        phone["messages"].append({**got, "ticks": "delivered" if self.receipts == "auto" else "sent"})
        return {"source_id": message_id, "status": 200}

    @staticmethod
    def _react(phone: dict[str, Any], who: str, wamid: str, emoji: str) -> None:
        message = next(m for m in phone["messages"] if m["id"] == wamid)
        message["reactions"] = {who: emoji} if emoji else {}

    def _keep(self, files: list[dict[str, Any]]) -> list[dict[str, Any]]:
        shown = []
        for file in files:
            file_id, data = f"f{len(self.files)}", base64.b64decode(file["bytes_base64"])
            self.files[file_id] = (file["mime_type"], data)
            shown.append({"id": file_id, "name": file["name"], "mime_type": file["mime_type"], "size": len(data)})
        return shown

    def _tick(self, body: dict[str, Any]) -> dict[str, Any]:
        for phone in self.phones:
            for message in phone["messages"]:
                if message["id"] == body["wamid"]:
                    message["ticks"] = "failed" if "code" in body else "read"
        return {"status": 200}

    def _next(self, prefix: str) -> tuple[str, int]:
        self._count += 1
        return f"{prefix}{self._count}", START_MS + self._count * 1000


def way_in(at_ms: int) -> dict[str, Any]:
    """The trace of a customer's message that reached the operator."""
    steps = [
        {"at_ms": at_ms, "step": "webhook"},
        {"at_ms": at_ms + 85, "step": "claimed"},
        {"at_ms": at_ms + 260, "step": "contact", "detail": "crm.duplicate.findbycomm"},
        {"at_ms": at_ms + 1240, "step": "send", "detail": "imconnector.send.messages"},
        {"at_ms": at_ms + 1300, "step": "completed"},
    ]
    return {"status": "SENT", "steps": steps}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    play: PlayServer

    def do_GET(self) -> None:
        file = PLAYGROUND / (self.path.lstrip("/") or "index.html")
        if "/" not in self.path.lstrip("/") and file.is_file():
            self._send(200, TYPES[file.suffix], file.read_bytes())
        elif self.path.startswith("/play/file/"):
            self._send(200, *self.play.files[self.path.removeprefix("/play/file/")])
        else:
            self._json("GET")

    def do_POST(self) -> None:
        self._json("POST")

    def do_DELETE(self) -> None:
        self._json("DELETE")

    def _json(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        status, answer = self.play.answer(method, self.path, body)
        self._send(status, "application/json", json.dumps(answer).encode())

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        return
