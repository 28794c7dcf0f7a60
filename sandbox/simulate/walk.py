"""The bundle's own workers over memory and the fake providers, one webhook after the other, in one thread.

For what needs no concurrency, no weather and no AWS: what the other side shows for a webhook, and where any order of
webhooks ends. The doors are left out but for what they cut and queue; signatures and tokens have tests of their own.
"""

import heapq
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from ponte.bitrix24 import events as bitrix24_events
from ponte.bitrix24 import forms
from ponte.http import HttpRequest, HttpResponse
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Later
from ponte.runtime.bitrix24_envelopes import bitrix24_envelope
from ponte.runtime.composition import WORKERS, make_means, make_parts
from ponte.runtime.ingress import WHATSAPP_KINDS, whatsapp_envelope
from ponte.runtime.outside import Outside
from ponte.runtime.settings import read
from ponte.storage.directory import Directory
from ponte.storage.secrets import AppSecrets
from ponte.storage.table import Put, Tables
from ponte.whatsapp.split import split
from sandbox.calls import Call, Fake
from sandbox.fakes import portal_files
from sandbox.fakes.bitrix24 import FakeBitrix24
from sandbox.fakes.meta import FakeMeta
from sandbox.memory.files import MemoryFiles
from sandbox.memory.objects import MemoryStore
from sandbox.memory.streams import WholeStreamer
from sandbox.memory.table import MemoryTable
from sandbox.scenario import Scenario
from sandbox.seed import core_items, seed_sent
from sandbox.shown_files import Fetched
from sandbox.simulate.bundle import KnownSecrets
from sandbox.simulate.ports import PlainCipher
from sandbox.world import World

MOST_DELIVERIES = 200
META_HOSTS = ("graph.facebook.com", "lookaside.fbsbx.com")
_SETTINGS = {"STAGE": "dev", "LANGUAGE": "pt-BR", "GRAPH_VERSION": "v26.0", "PUBLIC_BASE_URL": "https://ponte.example"}


class Clock:
    """Moves only when somebody waits, and one millisecond for each look, so that no two events share a time."""

    def __init__(self, now_ms: int) -> None:
        self.now = now_ms

    def now_ms(self) -> int:
        self.now += 1
        return self.now

    def sleep_ms(self, ms: int) -> None:
        self.now += ms


class Walk:
    """One scenario (`scenario.load`) and what has happened to it. calls: (method or path, decoded body), in order.

    counts: outcome lines by (flow, result). The world shows the portals' chats and the phones.
    """

    def __init__(self, scenario: Scenario, now_ms: int) -> None:
        self.clock = Clock(now_ms)
        self.world = World(lambda: self.clock.now)
        with self.world.changing(scenario):
            pass
        self.tables = Tables(MemoryTable(), MemoryTable(), MemoryTable(), MemoryTable())
        cipher = PlainCipher()
        for item in core_items(scenario, cipher):
            self.tables.core.write(Put(item))
        for item in seed_sent(scenario, now_ms):
            self.tables.message.write(Put(item))
        self.calls: list[tuple[str, Any]] = []
        self.counts: Counter[tuple[str, str]] = Counter()
        connectors = [line["connector"] for portal in scenario["bitrix24"]["portals"] for line in portal["lines"]]
        settings = read({**_SETTINGS, "CONNECTOR_ID": next(iter(connectors), "ponte_whatsapp")})
        self._fakes: dict[str, Fake] = {"meta": FakeMeta(self.world), "bitrix24": FakeBitrix24(self.world)}
        meta, bitrix24 = scenario["meta"], scenario["bitrix24"]
        secrets = AppSecrets(
            (meta["app_secret"],),
            (meta["verify_token"],),
            meta["access_token"],
            bitrix24["client_id"],
            bitrix24["client_secret"],
        )
        self.files = MemoryFiles()
        outside = Outside(
            tables=self.tables,
            store=MemoryStore(),
            queue=lambda _: self,
            files=self.files,
            streamer=WholeStreamer(self._send),
            tenant_sender=lambda _: self._send,
            secrets=KnownSecrets(secrets),
            directory=Directory(self.tables.core, self.clock, cache_ms=0),
            sender=self._send,
            cipher=cipher,
            clock=self.clock,
            owner=lambda: f"owner{self.clock.now_ms()}",
            jitter=lambda: 0.5,
            log=self._log,
            bug=self._bug,
        )
        self.means = make_means(outside, settings)
        self._workers = {
            flow: worker(make_parts(outside, self.means, settings, flow)) for flow, worker in WORKERS.items()
        }

    def send(self, envelopes: Sequence[Envelope], *, fifo: bool, again: str = "") -> int:  # noqa: ARG002
        """As the queue of operators' messages, to which a customer's message may send."""
        self._deliver("bitrix24_to_whatsapp", envelopes)
        return 0

    def whatsapp(self, body: bytes) -> dict[str, int]:
        """One webhook of Meta, worked off to its end. Returns what the door counts, by kind."""
        found = split(body)
        for item in found.items:
            if item.kind == "status":
                self._deliver("whatsapp_status", [whatsapp_envelope(item, self.clock.now_ms())])
            elif item.kind in WHATSAPP_KINDS:
                self._deliver("whatsapp_to_bitrix24", [whatsapp_envelope(item, self.clock.now_ms())])
        return found.counts

    def bitrix24(self, body: bytes) -> list[str]:
        """One event post of a portal, worked off to its end. Returns the names of its events."""
        post = bitrix24_events.parse(forms.decode(body, "application/x-www-form-urlencoded"))
        for one in post.events:
            envelope = bitrix24_envelope(post.member_id, one, self.clock.now_ms())
            if envelope is not None:
                self._deliver("bitrix24_to_whatsapp", [envelope])
        return [type(one).__name__ for one in post.events]

    def _deliver(self, flow: str, envelopes: Sequence[Envelope]) -> None:
        """As the queue does: what must wait comes again, later ones behind it."""
        waiting = [(self.clock.now, n, envelope) for n, envelope in enumerate(envelopes)]
        for _ in range(MOST_DELIVERIES):
            if not waiting:
                return
            due, n, envelope = heapq.heappop(waiting)
            self.clock.now = max(self.clock.now, due)
            verdict = self._workers[flow]({"body": envelope.dumps(), "messageId": str(n)})
            if isinstance(verdict, Later):
                heapq.heappush(waiting, (self.clock.now + round(verdict.seconds * 1000), n, envelope))
        raise RuntimeError("a message never settles")

    def _send(self, request: HttpRequest) -> HttpResponse:
        url = urlsplit(request.url)
        provider = "meta" if url.hostname in META_HOSTS else "bitrix24"
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(
            provider, request.method, url.hostname or "", url.path, url.query, headers, request.body, self.clock.now
        )
        with self.world.lock:
            for link in portal_files.links(call):
                if found := self.files.behind(link):
                    self.world.fetched[link] = Fetched(found.mime, found.data)
            reply = self._fakes[provider](call)
        name = url.path.removeprefix("/rest/").removesuffix(".json") if provider == "bitrix24" else url.path
        self.calls.append((name, call.decoded))
        return HttpResponse(reply.status, {k.lower(): v for k, v in reply.headers.items()}, reply.body)

    def _log(self, flow: str, result: str, event_id: str = "", detail: str = "", count: int = 1) -> None:  # noqa: ARG002
        self.counts[flow, result] += count

    def _bug(self, flow: str, error: BaseException, event_id: str = "") -> None:  # noqa: ARG002
        raise RuntimeError(f"a bug in {flow}") from error
