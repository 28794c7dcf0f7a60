"""An office in memory: the fake Chatwoot and Supabase on one side, our door and worker on the other, tables between.

What the fake posts goes through the real door into a list, from which the worker is given it when a test says so.
"""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ponte.conversas.values import Conversa, Mensagem
from ponte.errors import FateUnknown, NotSent
from ponte.http import HttpRequest, HttpResponse, Sender
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Done, Verdict
from ponte.relays.talk_to_chatwoot import Wish, to_payload
from ponte.runtime.composition import make_means, make_worker
from ponte.runtime.office_ingress import ChatwootDoor
from ponte.runtime.outside import Outside
from ponte.runtime.settings import read
from ponte.storage.conversas import Conversas
from ponte.storage.directory import Directory
from ponte.storage.ledger import Ledger
from ponte.storage.links import Links
from ponte.storage.mensagens import Mensagens
from ponte.storage.offices import Chatwoot, Office, Offices, Zattar
from ponte.storage.table import Item, Tables
from sandbox.calls import Call
from sandbox.chatwoot_accounts import AccountState, Job
from sandbox.chatwoot_posts import posts_of
from sandbox.fakes.chatwoot import FakeChatwoot
from sandbox.fakes.supabase import FakeSupabase
from sandbox.memory.files import MemoryFiles
from sandbox.memory.streams import WholeStreamer
from sandbox.memory.table import MemoryTable
from sandbox.scenario import load
from sandbox.world import World
from tests.core.runtime.bundle import FixedSecrets, OpenCipher
from tests.core.runtime.clocks import Clock

HOST, REF, TOKEN, KEY = "chat.silva.example", "abcdefghijklmnopqrst.supabase.co", "agent-token", "sb_secret_1"
TENANT, ACCOUNT, NUMBER, MARIA = "silva", 7, 873, 5012
ANA, BIA = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
SECRET = "whsec-1"


def scenario() -> dict[str, Any]:
    told = ["conversation_created", "conversation_updated", "conversation_status_changed", "contact_updated"]
    account = {
        "host": HOST,
        "account_id": ACCOUNT,
        "api_key": TOKEN,
        "integration_user_id": 90,
        "webhooks": [{"id": 1, "secret": SECRET, "subscriptions": [*told, "message_created", "message_updated"]}],
        "inboxes": [{"id": 12, "name": "Portal", "channel_type": "Channel::Api"}],
        "agents": [
            {"id": 31, "name": "Ana", "email": "ana@silva.example", "availability_status": "online"},
            {"id": 32, "name": "Bia", "email": "bia@silva.example"},
        ],
        "contacts": [
            {
                "id": MARIA,
                "name": "MARIA DA SILVA",
                "contact_inboxes": [{"source_id": "zattar:cliente:7", "inbox": {"id": 12}}],
            }
        ],
        "conversations": [{"id": NUMBER, "inbox_id": 12, "contact_id": MARIA, "source_id": "zattar:cliente:7"}],
    }
    users = [
        {
            "id": n,
            "nome_completo": name,
            "nome_exibicao": name,
            "cpf": f"{n:011d}",
            "email_corporativo": f"{name}@silva.example",
            "auth_user_id": login,
        }
        for n, (name, login) in enumerate([("ana", ANA), ("bia", BIA)], 4)
    ]
    agents = [
        {"usuario_id": login, "chatwoot_agent_id": agent, "chatwoot_account_id": ACCOUNT}
        for agent, login in ((31, ANA), (32, BIA))
    ]
    tenant = {
        "tenant": TENANT,
        "supabase_host": REF,
        "service_key": KEY,
        "webhook_secret": "database-secret",
        "tables": {
            "usuarios": users,
            "usuarios_chatwoot": agents,
            "integracoes": [
                {
                    "tipo": "chatwoot",
                    "nome": "Atendimento",
                    "configuracao": {"api_url": f"https://{HOST}", "api_key": TOKEN, "account_id": ACCOUNT},
                }
            ],
        },
    }
    return {"chatwoot": {"accounts": [account]}, "zattar": {"tenants": [tenant]}}


@dataclass
class Line:
    """What is queued, in the order in which it came in."""

    envelopes: list[Envelope] = field(default_factory=list)

    def send(self, envelopes: Sequence[Envelope], **_: Any) -> int:
        self.envelopes += envelopes
        return 0


class Bench:
    """fails: (method, table or path's end) -> how: "connect", "lost" (done, and no answer), or a status."""

    def __init__(self) -> None:
        self.clock = Clock(1_790_000_000_000)
        self.world = World(self.clock.now_ms)
        with self.world.changing(load(scenario(), self.clock.now / 1000)):
            pass
        self.jobs: list[Job] = []
        self.world.on_job = self.jobs.append
        self.fails: dict[tuple[str, str], str] = {}
        self.asked: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self._fakes = {HOST: FakeChatwoot(self.world), REF: FakeSupabase(self.world)}
        self.tables = Tables(MemoryTable(), MemoryTable(), MemoryTable(), MemoryTable())
        self.conversas, self.mensagens = Conversas(self.tables.core), Mensagens(self.tables.message)
        self.links = Links(self.tables.core)
        self.ledger = Ledger(self.tables.message)
        self.offices = offices = Offices(self.tables.core, OpenCipher(), self.clock)
        chatwoot = Chatwoot(HOST, ACCOUNT, TOKEN, secrets=(SECRET,))
        offices.put(Office(TENANT, "Silva", Zattar(REF, KEY, ("database-secret",)), chatwoot))
        self.line = Line()
        self.door = ChatwootDoor(offices, self.line, self.clock, self._log)  # type: ignore[arg-type]
        owners = itertools.count()
        self.outside = outside = Outside(
            tables=self.tables,
            store=None,  # type: ignore[arg-type]
            queue=lambda _: self.line,  # type: ignore[arg-type,return-value]
            secrets=FixedSecrets(),
            directory=Directory(self.tables.core, self.clock),
            files=MemoryFiles(),
            sender=self.sender(REF),
            streamer=WholeStreamer(self.sender(REF)),
            tenant_sender=self.sender,
            cipher=OpenCipher(),
            clock=self.clock,
            owner=lambda: f"owner{next(owners)}",
            jitter=lambda: 0.5,
            log=self._log,
            bug=self._bug,
        )
        settings = read({})
        means = make_means(outside, settings)
        self.worker = make_worker(outside, means, settings, "chatwoot_to_zattar")
        self.wishes = make_worker(outside, means, settings, "zattar_to_chatwoot")

    @staticmethod
    def _bug(_flow: str, error: BaseException, _event_id: str = "") -> None:
        raise AssertionError("a bug") from error

    def _log(self, flow: str, result: str, *rest: Any, **more: Any) -> None:
        self.notes.append(f"{flow} {result} {rest} {more}")

    @property
    def account(self) -> AccountState:
        return self.world.accounts[0]

    def sender(self, host: str) -> Sender:
        def send(request: HttpRequest) -> HttpResponse:
            parts = urlsplit(request.url)
            assert parts.netloc == host
            key = (request.method, parts.path.rpartition("/")[2])
            self.asked.append(key)
            how = self.fails.get(key, "")
            if how == "connect":
                raise NotSent("not_connected")
            if how.isdigit():
                return HttpResponse(int(how), {}, b"")
            provider = "supabase" if host == REF else "chatwoot"
            headers = {name.lower(): value for name, value in request.headers.items()}
            call = Call(provider, request.method, host, parts.path, parts.query, headers, request.body, self.clock.now)
            reply = self._fakes[host](call)
            if how == "lost":
                raise FateUnknown("no_answer")
            return HttpResponse(reply.status, reply.headers, reply.body)

        return send

    def customer(self, content: str | None = "Boa tarde", **more: Any) -> int:
        """The customer writes: the message's id."""
        row = self.account.talk.conversation(NUMBER)
        assert row is not None
        return int(self.account.talk.say(row, {"content": content, "message_type": 0, **more})["id"])

    def agent(self, content: str, **more: Any) -> int:
        return self.customer(content, message_type=1, sender={"id": 31, "type": "user"}, **more)

    def change(self, **fields: Any) -> None:
        row = self.account.talk.conversation(NUMBER)
        assert row is not None
        self.account.talk.change(row, fields)

    def post(self) -> list[Envelope]:
        """What the fake has to tell goes through our door: what is queued of it."""
        before = len(self.line.envelopes)
        jobs, self.jobs[:] = list(self.jobs), []
        for job in jobs:
            for webhook in posts_of(self.world, job):
                answer = self.door(
                    {
                        "version": "2.0",
                        "rawPath": webhook.path,
                        "headers": webhook.headers,
                        "body": webhook.body.decode(),
                        "isBase64Encoded": False,
                        "requestContext": {"http": {"method": "POST", "path": webhook.path}},
                    }
                )
                assert answer["statusCode"] == 200
        return self.line.envelopes[before:]

    def wish(self, kind: str, wish: Wish, source_id: str = "w-1") -> Envelope:
        """What somebody of the office asks for; source_id: by which asking again is the same."""
        number = int(getattr(wish, "number", 0))
        group = f"{TENANT}|conversation|{number or source_id}"
        return Envelope("zt", TENANT, source_id, kind, group, 0, self.clock.now, to_payload(wish))

    def run(self, envelope: Envelope) -> Verdict:
        worker = self.wishes if envelope.source == "zt" else self.worker
        return worker({"body": envelope.dumps()})

    def work(self) -> None:
        """All that was queued so far, in its order, each until it is done."""
        while self.line.envelopes:
            verdict = self.run(self.line.envelopes[0])
            if isinstance(verdict, Done):
                self.line.envelopes.pop(0)
            else:
                self.clock.now += int(getattr(verdict, "seconds", 1) * 1000) + 1000

    def settle(self) -> None:
        while self.jobs:
            self.post()
            self.work()

    def conversa(self) -> Conversa:
        found = self.conversas.read(TENANT, ACCOUNT, NUMBER)
        assert found is not None
        return found

    def said(self) -> list[Mensagem]:
        return list(self.mensagens.page(TENANT, ACCOUNT, NUMBER).mensagens)

    def notices(self) -> list[dict[str, Any]]:
        return self.world.offices[0].database.rows["notificacoes"]

    def audited(self) -> list[Item]:
        return [item for item in self.tables.audit.items() if "action" in item]  # type: ignore[attr-defined]

    def state_of(self, envelope: Envelope) -> str:
        return str((self.ledger.read(envelope.id) or {}).get("st"))

    def sent(self) -> list[str]:
        """What agents and ourselves said in Chatwoot."""
        return [str(one["content"]) for one in self.account.talk.messages(NUMBER) if one["message_type"] == 1]

    def kept_text(self) -> str:
        """Everything that our tables hold, but for the messages themselves."""
        items = [item for table in (self.tables.core, self.tables.audit) for item in table.items()]  # type: ignore[attr-defined]
        ledger = [item for item in self.tables.message.items() if item["sk"] == "M"]  # type: ignore[attr-defined]
        return json.dumps([items, ledger], ensure_ascii=False, default=str)
