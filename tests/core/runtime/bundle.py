"""The real workers over memory tables, a clock that tests move, and providers that are up or down by command."""

import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from ponte.bitrix24.events import to_payload
from ponte.bitrix24.values import OperatorMessage
from ponte.errors import FateUnknown, NotSent
from ponte.http import HttpRequest, HttpResponse
from ponte.mappings import Line, MemberId, Number, PhoneNumberId, Portal, Rate
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Done, Later, Verdict
from ponte.runtime.composition import WORKERS, make_means, make_parts
from ponte.runtime.outside import Outside
from ponte.runtime.settings import read
from ponte.runtime.worker import Worker
from ponte.storage.directory import Directory
from ponte.storage.grants import Tokens
from ponte.storage.secrets import AppSecrets
from ponte.storage.table import Item, Tables
from sandbox.memory.files import MemoryFiles
from sandbox.memory.streams import WholeStreamer
from sandbox.memory.table import MemoryTable
from tests.core.runtime.clocks import Clock

CONNECTOR = "ponte_whatsapp"


class OpenCipher:
    """Marks the text with its context, so that a text in the wrong place does not open."""

    def encrypt(self, text: str, context: dict[str, str]) -> bytes:
        return json.dumps([text, context]).encode()

    def decrypt(self, data: bytes, context: dict[str, str]) -> str:
        text, bound = json.loads(data)
        assert bound == context
        return str(text)


class FixedSecrets:
    def read(self) -> AppSecrets:
        return AppSecrets((), (), "EAA", "client", "secret")

    def read_again(self) -> AppSecrets | None:
        return None


@dataclass
class Providers:
    """Every portal and Graph. down: host (or phone_number_id) -> how it fails. poison: texts that are never taken,
    refuse: that Graph refuses with a code.

    lost: Graph takes messages, but its answers do not arrive. on_send: called before Graph takes a message.
    """

    down: dict[str, str] = field(default_factory=dict)
    poison: set[str] = field(default_factory=set)
    refuse: set[str] = field(default_factory=set)
    shown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    asked: list[tuple[str, str]] = field(default_factory=list)
    history: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    chats: dict[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    lost: bool = False
    notices: list[str] = field(default_factory=list)
    on_send: Callable[[dict[str, Any]], None] = lambda _: None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        whom = parts.netloc if parts.netloc != "graph.facebook.com" else parts.path.split("/")[2]
        method = parts.path.rpartition("/")[2].removesuffix(".json")
        self.asked.append((whom, method))
        body = json.loads(request.body or b"{}")
        match self.down.get(whom, ""):
            case "connect":
                raise NotSent
            case "silent":
                raise FateUnknown("no_answer")
            case "html":
                return HttpResponse(503, {"content-type": "text/html"}, b"<html>down</html>")
            case "code":
                return _json({"error": {"code": 131016, "message": "Service unavailable"}}, 500)
        if "bitrix24" in whom:
            return self._portal(whom, method, body)
        if request.method == "GET":
            return _json({"id": whom})
        if body.get("status") == "read":
            return _json({"success": True})
        text = body["text"]["body"]
        self.on_send(body)
        if text in self.poison:
            return HttpResponse(500, {}, b"<html>oops</html>")
        if text in self.refuse:
            return _json({"error": {"code": 131026, "message": "Message undeliverable"}}, 400)
        self.sent.append(text)
        if self.lost:
            raise FateUnknown("no_answer")
        return _json({"messages": [{"id": f"wamid.OUT{len(self.sent)}"}]})

    def _portal(self, host: str, method: str, body: dict[str, Any]) -> HttpResponse:
        if method == "imconnector.send.messages":
            (one,) = body["MESSAGES"]
            text = one["message"]["text"]
            chat = self.chats.setdefault(f"{host}|{one['chat']['id']}", str(1_000 + len(self.chats)))
            if text in self.poison:
                return HttpResponse(500, {}, b"<html>oops</html>")
            self.shown[host].append(text)
            self.history[chat].append({"params": {"connectorMid": [one["message"]["id"]]}, "text": text})
            session = {"ID": "1", "CHAT_ID": chat}
            done = {"SUCCESS": True, "session": session, "user": 5}
            return _json({"result": {"SUCCESS": True, "DATA": {"RESULT": [done]}}})
        if method == "imopenlines.session.history.get":
            chat = str(body["CHAT_ID"])
            return _json({"result": {"message": {str(n): m for n, m in enumerate(self.history[chat])}}})
        if method == "im.message.add":
            self.notices.append(str(body["MESSAGE"]))
        return _json({"result": True})

    def calls(self, whom: str) -> int:
        return sum(1 for asked, method in self.asked if asked == whom)


def _json(tree: object, status: int = 200) -> HttpResponse:
    return HttpResponse(status, {"content-type": "application/json"}, json.dumps(tree).encode())


class Bundle:
    """Portals a.bitrix24.com, b.bitrix24.com, ... each with one line and one number of the same letter."""

    def __init__(self, *names: str) -> None:
        self.clock = Clock()
        self.providers = Providers()
        self.message = MemoryTable()
        self.tables = Tables(MemoryTable(), self.message, MemoryTable(), MemoryTable())
        self.notes: list[str] = []
        owners = itertools.count()
        self.outside = Outside(
            tables=self.tables,
            store=None,  # type: ignore[arg-type]
            queue=lambda _: self,
            secrets=FixedSecrets(),
            directory=Directory(self.tables.core, self.clock),
            files=MemoryFiles(),
            sender=self.providers,
            streamer=WholeStreamer(self.providers),
            tenant_sender=lambda _: self.providers,
            cipher=OpenCipher(),
            clock=self.clock,
            owner=lambda: f"owner{next(owners)}",
            jitter=lambda: 0.5,
            log=lambda flow, result, *_a, **_k: self.notes.append(f"{flow} {result}"),
            bug=self._bug,
        )
        self.settings = read({})
        self.means = make_means(self.outside, self.settings)
        self.workers = {
            flow: worker(make_parts(self.outside, self.means, self.settings, flow)) for flow, worker in WORKERS.items()
        }
        for name in names:
            self._install(name)
        self.arrived = itertools.count(1)
        self.due_ms: dict[str, int] = {}
        self.queues: dict[str, list[Envelope]] = defaultdict(list)

    @staticmethod
    def _bug(_flow: str, error: BaseException, _event_id: str = "") -> None:
        raise AssertionError("a bug") from error

    def _install(self, name: str) -> None:
        member, number, endpoint = MemberId(f"member-{name}"), PhoneNumberId(f"10{ord(name)}"), f"{name}.bitrix24.com"
        until = self.clock.now // 1000 + 30 * 24 * 3600
        portal = Portal(member, endpoint, f"https://{endpoint}/rest/", "", "", "active", "none", Rate(50, 50), until, 0)
        self.means.grants.install(portal, Tokens("access", "refresh", until))
        line = Line(member, CONNECTOR, 107, number, signature=False, active=True)
        self.means.directory.save_line(line)
        rates = Rate(80, 80), Rate(50, 200)
        self.means.directory.save_number(Number(number, "102", "+55 11 3030-4040", member, CONNECTOR, 107, *rates))

    def customer(self, name: str, phone: str, text: str) -> Envelope:
        """A customer writes to the number of portal `name`."""
        n = next(self.arrived)
        message = {"from": phone, "id": f"wamid.{n}", "timestamp": str(self.clock.now // 1000), "type": "text"}
        payload = {
            "metadata": {"phone_number_id": f"10{ord(name)}"},
            "contact": {"wa_id": phone, "profile": {"name": "Maria"}},
            "message": {**message, "text": {"body": text}},
        }
        return Envelope("wa", f"10{ord(name)}", f"wamid.{n}", "message", phone, n, self.clock.now, payload)

    def operator(self, name: str, phone: str, text: str) -> Envelope:
        """An operator of portal `name` writes into a chat whose external id is the customer's phone."""
        n = next(self.arrived)
        event = OperatorMessage(CONNECTOR, 107, "1807", str(n), phone, "27", text, (), self.clock.now // 1000)
        source_id = f"ONIMCONNECTORMESSAGEADD|{CONNECTOR}|1807|{n}"
        return Envelope(
            "b24",
            f"member-{name}",
            source_id,
            "OperatorMessage",
            f"{CONNECTOR}|{phone}",
            n,
            self.clock.now,
            to_payload(event),
        )

    def receipt(self, name: str, wamid: str, status: str, **more: Any) -> Envelope:
        """A status webhook of the number of portal `name`."""
        number = f"10{ord(name)}"
        body = {
            "id": wamid,
            "status": status,
            "timestamp": str(self.clock.now // 1000),
            "recipient_id": "55119",
            **more,
        }
        payload = {"metadata": {"phone_number_id": number}, "status": body}
        source_id = f"{wamid}|{status}"
        return Envelope("wa", number, source_id, "status", "55119", 0, self.clock.now, payload)

    def run(self, envelope: Envelope) -> Verdict:
        flow = "whatsapp_to_bitrix24" if envelope.source == "wa" else "bitrix24_to_whatsapp"
        flow = "whatsapp_status" if envelope.kind == "status" else flow
        return self.workers[flow]({"body": envelope.dumps()})

    def queue(self, *envelopes: Envelope) -> None:
        for envelope in envelopes:
            self.queues[f"{envelope.scope}|{envelope.conversation}"].append(envelope)

    def send(self, envelopes: Sequence[Envelope], *, fifo: bool, again: str = "") -> int:
        """As the queue that workers send to."""
        self.queue(*envelopes)
        return 0

    def work_until(self, at_ms: int) -> None:
        """As SQS hands out FIFO groups: each group's head when it is due, for as long as there is anything before that
        time. The clock ends there."""
        while True:
            waiting = [(self.due_ms.get(group, 0), group) for group, queue in self.queues.items() if queue]
            due, group = min(waiting, default=(at_ms + 1, ""))
            if due > at_ms:
                self.clock.now = max(self.clock.now, at_ms)
                return
            self.clock.now = max(self.clock.now, due)
            verdict = self.run(self.queues[group][0])
            if isinstance(verdict, Done):
                self.queues[group].pop(0)
            assert isinstance(verdict, Done | Later)
            seconds = -(-verdict.seconds // 1) if isinstance(verdict, Later) else 0
            self.due_ms[group] = self.clock.now + int(seconds * 1000)

    def with_message_table(self, table: MemoryTable) -> Worker:
        """Another container's worker of operators' messages, which sees the ledger through `table`."""
        tables = Tables(self.tables.core, table, self.tables.audit, self.tables.state)
        outside = replace(self.outside, tables=tables)
        flow = "bitrix24_to_whatsapp"
        return WORKERS[flow](make_parts(outside, make_means(outside, self.settings), self.settings, flow))

    def item(self, envelope: Envelope) -> Item:
        return self.means.ledger.read(envelope.id) or {}

    def noted(self, note: str) -> int:
        return self.notes.count(note)
