"""Healing on a bench: the fake portals of the sandbox, in-memory tables, a clock that tests move."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from ponte.bitrix24.client import Bitrix24Client
from ponte.errors import FateUnknown
from ponte.http import HttpRequest, HttpResponse
from ponte.queue.envelope import Envelope
from ponte.runtime.chatwoot_limits import ChatwootLimits
from ponte.runtime.drift_report import DriftReport
from ponte.runtime.healing import Healing, Means, Wish
from ponte.runtime.office_calls import OfficeCalls
from ponte.runtime.people_healing import Means as PeopleMeans
from ponte.runtime.people_healing import PeopleHealing
from ponte.runtime.portal_calls import PortalCalls
from ponte.storage.buckets import Buckets
from ponte.storage.claims import Claimed
from ponte.storage.directory import Directory
from ponte.storage.grants import Grants
from ponte.storage.ledger import Ledger
from ponte.storage.links import Links
from ponte.storage.offices import Offices
from ponte.storage.people_cursors import PeopleCursors
from ponte.storage.secrets import AppSecrets
from ponte.storage.table import Item, Put, Tables
from ponte.storage.unsettled import Unsettled
from sandbox import seed
from sandbox.calls import Call
from sandbox.fakes.bitrix24 import FakeBitrix24
from sandbox.memory.table import MemoryTable
from sandbox.portals import ImChat, ImMessage, PortalState
from sandbox.scenario import load
from sandbox.world import World
from tests.core.runtime.clocks import Clock

MINUTE, HOUR = 60_000, 3_600_000
NUMBER, CONNECTOR, LINE = "106540352242922", "ponte_whatsapp", 107
BUDGET_MS = 280_000


def chat(chat_id: int, **more: Any) -> dict[str, Any]:
    """external: a phone made of the id."""
    return {
        "chat_id": chat_id,
        "external": f"55119{chat_id:08d}",
        "connector": CONNECTOR,
        "line": LINE,
        "bitrix_user_id": chat_id + 500_000,
        **more,
    }


def portal(name: str, chats: Sequence[dict[str, Any]], **more: Any) -> dict[str, Any]:
    line = {"connector": CONNECTOR, "line": LINE, "phone_number_id": NUMBER, "signature": more.pop("signature", False)}
    return {
        "member_id": f"member-{name}",
        "domain": f"{name}.bitrix24.com.br",
        "application_token": "t",
        "access_token": f"access-{name}",
        "refresh_token": f"refresh-{name}",
        "lines": [line],
        "chats": list(chats),
        **more,
    }


class OpenCipher:
    def encrypt(self, text: str, context: dict[str, str]) -> bytes:
        return text.encode()

    def decrypt(self, data: bytes, context: dict[str, str]) -> str:
        return data.decode()


class Secrets:
    def read(self) -> AppSecrets:
        return AppSecrets((), (), "", "client", "secret")

    def read_again(self) -> AppSecrets | None:
        return None


class Queue:
    """Takes what is sent, in order; SQS's deduplication is left out on purpose."""

    name = "bitrix24_events"

    def __init__(self) -> None:
        self.sent: list[Envelope] = []

    def send(self, envelopes: Sequence[Envelope], *, fifo: bool, again: str = "") -> int:
        self.sent += envelopes
        return 0

    def send_entries(self, entries: Sequence[Any]) -> list[Any]:
        return []


class Spill:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def keys(self, prefix: str) -> Iterator[str]:
        return iter(sorted(self.objects))

    def get(self, key: str) -> bytes:
        return self.objects[key]

    def delete(self, key: str) -> None:
        del self.objects[key]


class Bench:
    """methods: what was asked of the portals, batches by their commands' methods. refuse: method -> error body."""

    def __init__(self, *portals: dict[str, Any]) -> None:
        self.clock = Clock()
        self.world = World(self.clock.now_ms)
        number = {"phone_number_id": NUMBER, "waba_id": "102290129340398", "display_phone_number": "+55 11 3030-4040"}
        tree = {
            "meta": {"app_secret": "s", "verify_token": "v", "access_token": "a", "numbers": [number]},
            "bitrix24": {"client_id": "client", "client_secret": "secret", "portals": list(portals)},
        }
        scenario = load(tree, self.clock.now / 1000)
        with self.world.changing(scenario):
            pass
        self.fake = FakeBitrix24(self.world)
        self._state = MemoryTable()
        self.tables = Tables(MemoryTable(), MemoryTable(), MemoryTable(), self._state)
        for item in seed.core_items(scenario, OpenCipher()):
            self.tables.core.write(Put(item))
        for item in seed.seed_sent(scenario, self.clock.now):
            self.tables.message.write(Put(item))
        self.directory = Directory(self.tables.core, self.clock, cache_ms=0)
        self.ledger = Ledger(self.tables.message)
        self.queue = Queue()
        self.spill = Spill()
        self.notes: list[tuple[str, int]] = []
        self.requests: list[str] = []
        self.methods: list[str] = []
        self.refuse: dict[str, tuple[int, dict[str, str]]] = {}
        self.silent = 0
        self.seconds_per_call = 0.0
        self._names = iter(range(1_000_000))

    def send(self, request: HttpRequest) -> HttpResponse:
        """A Sender: the fake portal, or what the test put in its way."""
        self.clock.now += round(self.seconds_per_call * 1000)
        url = urlsplit(request.url)
        method = url.path.removeprefix("/rest/").removesuffix(".json")
        self.requests.append(method)
        if self.silent:
            self.silent -= 1
            raise FateUnknown("no_answer")
        if method in self.refuse:
            status, body = self.refuse[method]
            return HttpResponse(status, {"content-type": "application/json"}, json.dumps(body).encode())
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call("bitrix24", "POST", url.netloc, url.path, url.query, headers, request.body, self.clock.now)
        commands = call.params.get("cmd", {}) if method == "batch" else {}
        self.methods += [str(command).partition("?")[0] for command in commands.values()] or [method]
        reply = self.fake(call)
        return HttpResponse(reply.status, reply.headers, reply.body)

    def healing(self) -> Healing:
        """A new process each time: nothing is remembered but what is stored."""
        grants = Grants(self.tables.core, OpenCipher(), self.clock)
        buckets = Buckets(self.tables.state, self.clock)
        calls = PortalCalls(
            Bitrix24Client(self.send), grants, self.directory, buckets, Secrets(), self.clock, self._owner, self._note
        )
        return Healing(
            Means(
                tables=self.tables,
                directory=self.directory,
                portals=calls,
                people=PeopleHealing(self._people_means()),
                queues=lambda _field: self.queue,
                swept={},
                spill=self.spill,
                dead_letters=lambda: {"bitrix24_events": 0},
                clock=self.clock,
                timing=self.directory.timing,
                owner=self._owner,
                log=self._note,
            )
        )

    def _people_means(self) -> PeopleMeans:
        offices = Offices(self.tables.core, OpenCipher(), self.clock)
        limits = ChatwootLimits(Buckets(self.tables.state, self.clock), self.clock)
        return PeopleMeans(
            offices=offices,
            calls=OfficeCalls(offices, lambda _: self.send, limits),
            links=Links(self.tables.core),
            cursors=PeopleCursors(self.tables.state, self.clock),
            unsettled=Unsettled(self.tables.message),
            queue=lambda: self.queue,
            clock=self.clock,
        )

    def run(self, budget_ms: int = BUDGET_MS, **wish: Any) -> DriftReport:
        return self.healing().run(Wish(**wish), budget_ms)

    def sent(self) -> list[tuple[str, int]]:
        """(text, message id) of what was put on the queue, in order."""
        return [(str(envelope.payload["text"]), envelope.order) for envelope in self.queue.sent]

    def state(self) -> list[Item]:
        """Everything in the State table."""
        return self._state.items()

    def portal(self, name: str = "a") -> PortalState:
        found = self.world.portal_of_member(f"member-{name}")
        assert found is not None
        return found

    def chat(self, chat_id: int, name: str = "a") -> ImChat:
        return self.portal(name).chats[str(chat_id)]

    def writes(
        self, chat_id: int, text: str, *, ago_ms: int = HOUR, name: str = "a", author: int = 27, **more: Any
    ) -> int:
        """An operator writes, and no webhook comes of it. Returns the message's id."""
        where = self.chat(chat_id, name)
        where.session_id = where.session_id or self.portal(name).next_id()
        message = ImMessage(self.portal(name).next_id(), "operator", author, text, self.clock.now - ago_ms, **more)
        return self.portal(name).add_message(where, message).id

    def claim(self, envelope: Envelope) -> Claimed:
        """A worker takes it from the queue."""
        claimed = self.ledger.claim(envelope, self._owner(), self.clock.now, 60_000)
        assert isinstance(claimed, Claimed)
        return claimed

    def work_off(self) -> None:
        """The workers do all that is queued."""
        for envelope in self.queue.sent:
            claimed = self.ledger.claim(envelope, self._owner(), self.clock.now, 60_000)
            if isinstance(claimed, Claimed):
                self.ledger.complete(claimed, self.clock.now)
        self.queue.sent.clear()

    def _owner(self) -> str:
        return f"o{next(self._names)}"

    def _note(self, flow: str, result: str, event_id: str = "", detail: str = "", count: int = 1) -> None:
        self.notes.append((f"{flow} {result}", count))
