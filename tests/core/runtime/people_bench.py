"""An office on a bench: the sandbox's fake Zattar and Chatwoot, the real worker, healing and backfill over memory."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ponte.errors import NotSent
from ponte.http import HttpRequest, HttpResponse
from ponte.people.links import Link
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Done, Verdict
from ponte.runtime.composition import make_means, make_worker
from ponte.runtime.office_composition import make_people_means
from ponte.runtime.outside import Outside
from ponte.runtime.people_backfill import Backfill, Progress, Wish
from ponte.runtime.people_drift_report import PeopleDrift
from ponte.runtime.people_healing import Means, PeopleHealing, Range
from ponte.runtime.people_preview import Compared, Preview
from ponte.runtime.people_verify import Problem, Verify
from ponte.runtime.settings import read
from ponte.storage.directory import Directory
from ponte.storage.links import Links
from ponte.storage.table import Put, Tables
from sandbox import office_seed
from sandbox.calls import Call
from sandbox.fakes.chatwoot import FakeChatwoot
from sandbox.fakes.supabase import FakeSupabase
from sandbox.memory.files import MemoryFiles
from sandbox.memory.streams import WholeStreamer
from sandbox.memory.table import MemoryTable
from sandbox.scenario import load
from sandbox.world import World
from tests.core.runtime.bundle import FixedSecrets, OpenCipher
from tests.core.runtime.clocks import Clock

TENANT, PROJECT, HOST, ACCOUNT = "silva", "abcdefghijklmnop.supabase.co", "chat.silva.adv.br", 7
KEY, TOKEN = "sb_secret_0123456789abcdef", "api-key-of-the-office"
MINUTE, HOUR = 60_000, 3_600_000
BUDGET_MS = 280_000


class Killed(BaseException):
    """kill -9: nothing of ours runs after it."""


def client(number: int, **columns: Any) -> dict[str, Any]:
    """Somebody with a phone and an e-mail of their own."""
    row = {"id": number, "tipo_pessoa": "pf", "nome": f"Pessoa {number}", "ativo": True}
    row |= {"ddd_celular": "31", "numero_celular": f"9{number:08d}", "emails": [f"p{number}@exemplo.com.br"]}
    return {**row, **columns}


def scenario(**tables: list[dict[str, Any]]) -> dict[str, Any]:
    integration = {"api_url": f"https://{HOST}", "api_key": TOKEN, "account_id": ACCOUNT}
    row = {"id": "0d9c7c7e-5a0e-4b57-9b1c-0c8a1f0a7d11", "tipo": "chatwoot", "nome": "Atendimento", "ativo": True}
    tenant = {
        "tenant": TENANT,
        "supabase_host": PROJECT,
        "service_key": KEY,
        "webhook_secret": "database-secret",
        "tables": {"integracoes": [{**row, "configuracao": integration}], **tables},
    }
    account = {"host": HOST, "account_id": ACCOUNT, "api_key": TOKEN, "integration_user_id": 3}
    return {"chatwoot": {"accounts": [account]}, "zattar": {"tenants": [tenant]}}


class Bench:
    """No webhook of either side ever arrives here. asked: (provider, method, path) of each call. away: providers that
    do not answer. kill_at: how many calls of ports a process may still make before it is killed."""

    def __init__(self, *clients: dict[str, Any], **tables: list[dict[str, Any]]) -> None:
        self.clock = Clock()
        self.world = World(self.clock.now_ms)
        tree = load(scenario(clientes=list(clients), **tables), self.clock.now / 1000)
        with self.world.changing(tree):
            pass
        (self.account,), (self.office,) = self.world.accounts, self.world.offices
        self.account.config["limits"]["requests"] = 1_000_000_000
        self._fakes = {"chatwoot": FakeChatwoot(self.world), "supabase": FakeSupabase(self.world)}
        self._message = MemoryTable()
        self.tables = Tables(MemoryTable(), self._message, MemoryTable(), MemoryTable())
        for item in office_seed.office_items(tree, OpenCipher(), self.clock.now):
            self.tables.core.write(Put(item))
        self.links = Links(self.tables.core)
        self.queue: dict[str, Envelope] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.away: set[str] = set()
        self.kill_at: int | None = None
        self.worked = 0
        self.bugs: list[BaseException] = []
        owners = itertools.count()
        self.outside = Outside(
            tables=self.tables,
            store=None,  # type: ignore[arg-type]
            files=MemoryFiles(),
            queue=lambda _: self,
            secrets=FixedSecrets(),
            directory=Directory(self.tables.core, self.clock),
            sender=self.send,
            streamer=WholeStreamer(self.send),
            tenant_sender=lambda _: self.send,
            cipher=OpenCipher(),
            clock=self.clock,
            owner=lambda: f"o{next(owners)}",
            jitter=lambda: 0.5,
            log=lambda *_a, **_k: None,
            bug=lambda _flow, error, _id="": self.bugs.append(error),
        )
        self._process = replace(self.outside, tenant_sender=lambda _: self.send_counted)
        settings = read({})
        worker = make_worker(self.outside, make_means(self.outside, settings), settings, "zattar_to_chatwoot")
        self._take: Callable[[Envelope], Verdict] = lambda one: worker(_record(one), lambda: 45_000)
        worker.parts.invocation.begin(self.clock.now, 10**9)

    def send_counted(self, request: HttpRequest) -> HttpResponse:
        self._step()
        return self.send(request)

    def send(self, request: HttpRequest) -> HttpResponse:
        url = urlsplit(request.url)
        provider = "supabase" if url.netloc.endswith(".supabase.co") else "chatwoot"
        self.asked.append((provider, request.method, url.path))
        if provider in self.away:
            raise NotSent("connect")
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(provider, request.method, url.netloc, url.path, url.query, headers, request.body, self.clock.now)
        fake = self._fakes[provider]
        if isinstance(fake, FakeChatwoot):
            fake.fetch(call)
        reply = fake(call)
        return HttpResponse(reply.status, reply.headers, reply.body)

    def send_batch(self, envelopes: Sequence[Envelope]) -> None:
        """SQS's deduplication is left out on purpose; what is queued twice is worked off twice."""
        for one in envelopes:
            self.queue[f"{one.id}|{len(self.queue)}|{self.worked}"] = one

    def work(self, most: int = 1_000_000) -> int:
        """The workers do what is queued. Returns how much that was."""
        done = 0
        while self.queue and done < most:
            name = next(iter(self.queue))
            one = self.queue.pop(name)
            verdict = self._take(one)
            if isinstance(verdict, Done):
                done += 1
                self.worked += 1
            else:
                self.clock.now += round(verdict.seconds * 1000)
                self.queue[f"{name}+"] = one
        assert self.bugs == []
        return done

    def heal(self, *, since_ms: int = 0, dry_run: bool = False, budget_ms: int = BUDGET_MS) -> PeopleDrift:
        """A new process each time."""
        report = PeopleDrift()
        range_ = Range(self.clock.now - (since_ms or 24 * HOUR), bool(since_ms), 2 * MINUTE, dry_run)
        healing = PeopleHealing(self._means())
        healing.heal(range_, report, self.clock.now + budget_ms, lambda: True)
        return report

    def settle(self) -> PeopleDrift:
        """Healed and worked off; what was found."""
        report = self.heal()
        self.work()
        return report

    def backfill(self, tell: Callable[[Progress], None] = lambda _: None, **wish: Any) -> Progress:
        """A new process each time, whose workers go on beside it."""
        means = self._means()
        return Backfill(means, self._waiting, self.outside.owner()).run(Wish(TENANT, **wish), tell)

    def preview(self, **wish: Any) -> list[Compared]:
        return list(Preview(self._means()).pages(Wish(TENANT, **wish)))

    def problems(self) -> list[Problem]:
        means = self._means()
        return list(Verify(means, self.tables.core).problems(TENANT))

    def events(self) -> int:
        """How many different ones the ledger knows."""
        return sum(1 for item in self._message.items() if item["sk"] == "M")

    def edit(self, number: int, table: str = "clientes", **columns: Any) -> None:
        row = self.office.database.by_id(table, number)
        assert row is not None
        self.office.database.update(table, [row], columns)

    def delete(self, number: int) -> None:
        row = self.office.database.by_id("clientes", number)
        assert row is not None
        self.office.database.delete("clientes", [row])

    def row(self, number: int) -> dict[str, Any]:
        found = self.office.database.by_id("clientes", number)
        assert found is not None
        return found

    def contact(self, number: int) -> dict[str, Any]:
        """Of a client, by our identifier."""
        (found,) = [one for one in self.account.contacts.values() if one["identifier"] == f"zattar_cliente_{number}"]
        return found

    def link(self, number: int) -> Link:
        found = self.links.of_person(TENANT, "cliente", number)
        assert found is not None
        return found

    def calls(self, method: str, path: str) -> int:
        return sum(1 for _, verb, where in self.asked if verb == method and where.endswith(path))

    def _means(self) -> Means:
        return make_people_means(self._process, lambda _: _Counted(self))

    def _waiting(self) -> int:
        self._step()
        self.work(100)
        return len(self.queue)

    def _step(self) -> None:
        if self.kill_at is not None:
            self.kill_at -= 1
            if self.kill_at < 0:
                self.kill_at = None
                raise Killed


class _Counted:
    """Zattar's queue as healing and backfill see it; they may be killed before it takes anything, or right after."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def send(self, envelopes: Sequence[Envelope], *, fifo: bool, again: str = "") -> int:
        self._bench._step()
        self._bench.send_batch(envelopes)
        self._bench._step()
        return 0


def _record(one: Envelope) -> Mapping[str, Any]:
    return {"messageId": one.id, "body": one.dumps(), "receiptHandle": "", "attributes": {}}
