"""The REST API over ports in memory and the fake Supabase and Chatwoot themselves: two offices, their users, people."""

import itertools
import json
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from ponte.http import HttpRequest, HttpResponse, Sender
from ponte.queue.envelope import Envelope
from ponte.runtime.api_composition import make_office_api
from ponte.runtime.office_composition import make_office_means
from ponte.runtime.outside import Outside
from ponte.runtime.settings import read
from ponte.storage.table import Put, Tables
from sandbox.calls import Call
from sandbox.fakes.chatwoot import FakeChatwoot
from sandbox.fakes.supabase import FakeSupabase
from sandbox.memory.table import MemoryTable
from sandbox.office_seed import office_items
from sandbox.scenario import load
from sandbox.world import World
from tests.core.runtime.bundle import OpenCipher
from tests.core.runtime.clocks import Clock

TENANT, OTHER = "silva", "souza"
HOSTS = {TENANT: "silva.supabase.co", OTHER: "souza.supabase.co"}
CHATWOOT, ACCOUNT, TOKEN = "chat.silva.example", 7, "api-key-of-silva-advogados"
ROW = "0d9c7c7e-5a0e-4b57-9b1c-0c8a1f0a7d11"
ANA, BIA, LINKED = 1, 2, 3  # clientes
CONTACT, LINKED_CONTACT = 51, 53
INBOX, PROVED = "portal-of-silva", "portal-that-asks-for-proof"


def jwt(tenant: str, sub: str, **claims: Any) -> str:
    """A token as Supabase's; its signature is the project's affair."""
    told = {"iss": f"https://{HOSTS[tenant]}/auth/v1", "sub": sub, "aud": "authenticated", **claims}
    parts = ({"alg": "HS256", "typ": "JWT"}, told)
    head, middle = (urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return f"{head}.{middle}.c2lnbmF0dXJl"


USERS = {"admin": ["sync", "admin"], "sync": ["sync"], "admin_only": ["admin"], "nobody": []}


def auth_id(tenant: str, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{tenant}"))


def users(tenant: str) -> list[dict[str, Any]]:
    return [
        {
            "auth_id": auth_id(tenant, name),
            "token": jwt(tenant, auth_id(tenant, name)),
            "usuario_id": n,
            "scopes": scopes,
        }
        for n, (name, scopes) in enumerate(USERS.items(), 1)
    ]


def tables() -> dict[str, list[dict[str, Any]]]:
    other = {"id": ANA, "tipo_pessoa": "pf", "nome": "Davi Melo"}
    return {
        "clientes": [
            {"id": ANA, "tipo_pessoa": "pf", "nome": "Ana Lima", "emails": ["ana@mail.example"]},
            {"id": BIA, "tipo_pessoa": "pf", "nome": "Bia Reis"},
            {"id": LINKED, "tipo_pessoa": "pf", "nome": "Caio Dias"},
        ],
        "partes_contrarias": [other],
        "terceiros": [{**other, "tipo_parte": "PERITO", "polo": "NEUTRO"}],
    }


def scenario() -> dict[str, Any]:
    integration = {"api_url": f"https://{CHATWOOT}", "api_key": TOKEN, "account_id": ACCOUNT}
    contacts = [
        {"id": CONTACT, "name": "aninha", "phone_number": "+5531988776655"},
        {"id": LINKED_CONTACT, "name": "CAIO DIAS", "identifier": f"zattar_cliente_{LINKED}"},
    ]
    mapping = {"tipo_entidade": "cliente", "entidade_id": LINKED, "chatwoot_contact_id": LINKED_CONTACT}
    secrets = {"service_key": "service-key-of-", "webhook_secret": "secret-of-the-database-of-"}
    tenants = [
        {
            "tenant": tenant,
            "supabase_host": HOSTS[tenant],
            **{name: value + tenant for name, value in secrets.items()},
            "users": users(tenant),
            "tables": tables(),
        }
        for tenant in (TENANT, OTHER)
    ]
    row = {"id": ROW, "tipo": "chatwoot", "nome": "Atendimento", "ativo": True, "configuracao": integration}
    tenants[0]["tables"] = {**tables(), "integracoes": [row]}
    tenants[0]["partes_chatwoot"] = [{**mapping, "chatwoot_account_id": ACCOUNT}]
    inboxes = [
        {"id": 12, "name": "Portal", "channel_type": "Channel::Api", "inbox_identifier": INBOX},
        {"id": 13, "name": "X", "channel_type": "Channel::Api", "inbox_identifier": PROVED, "hmac_mandatory": True},
    ]
    account = {
        "inboxes": inboxes,
        "host": CHATWOOT,
        "account_id": ACCOUNT,
        "api_key": TOKEN,
        "integration_user_id": 3,
        "contacts": contacts,
    }
    return {"chatwoot": {"accounts": [account]}, "zattar": {"tenants": tenants}}


class Bench:
    """call() is a request as API Gateway hands it over. asked: (method, host, path) of calls that went out."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.world = World(self.clock.now_ms)
        given = load(scenario(), self.clock.now / 1000)
        with self.world.changing(given):
            pass
        self.fakes = {CHATWOOT: FakeChatwoot(self.world), **dict.fromkeys(HOSTS.values(), FakeSupabase(self.world))}
        self.tables = Tables(MemoryTable(), MemoryTable(), MemoryTable(), MemoryTable())
        for item in office_items(given, OpenCipher(), self.clock.now):
            self.tables.core.write(Put(item))
        self.asked: list[tuple[str, str, str]] = []
        self.down: set[str] = set()
        self.queued: list[Envelope] = []
        self.notes: list[str] = []
        self.bugs: list[BaseException] = []
        names = itertools.count()
        outside = Outside(
            tables=self.tables,
            store=None,  # type: ignore[arg-type]
            files=None,  # type: ignore[arg-type]
            queue=lambda _: self,
            secrets=None,  # type: ignore[arg-type]
            directory=None,  # type: ignore[arg-type]
            sender=None,  # type: ignore[arg-type]
            streamer=None,  # type: ignore[arg-type]
            tenant_sender=self.sender,
            cipher=OpenCipher(),
            clock=self.clock,
            owner=lambda: f"job-{next(names)}",
            jitter=lambda: 0.5,
            log=lambda flow, result, _event="", detail="", **_k: self.notes.append(f"{flow} {result} {detail}"),
            bug=lambda _flow, error, *_a: self.bugs.append(error),
        )
        self.means = make_office_means(outside)
        self.api = make_office_api(outside, read({}))

    def send(self, envelopes: Sequence[Envelope], *, fifo: bool, again: str = "") -> int:
        assert fifo
        assert not again
        self.queued += envelopes
        return 0

    def sender(self, host: str) -> Sender:
        def send(request: HttpRequest) -> HttpResponse:
            parts = urlsplit(request.url)
            self.asked.append((request.method, host, parts.path))
            if host in self.down:
                return HttpResponse(503, {}, b"<html>down</html>")
            headers = {name.lower(): value for name, value in request.headers.items()}
            call = Call("", request.method, host, parts.path, parts.query, headers, request.body, self.clock.now)
            with self.world.lock:
                reply = self.fakes[host](call)
            return HttpResponse(reply.status, reply.headers, reply.body)

        return send

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str = "admin",
        tenant: str = TENANT,
        query: str = "",
        **headers: str,
    ) -> "Answer":
        given = {"authorization": f"Bearer {jwt(tenant, auth_id(tenant, user))}"} if user else {}
        given |= {"content-type": "application/json"} if body is not None else {}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        pairs = dict(part.split("=", 1) for part in query.split("&") if part)
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": given,
            "queryStringParameters": pairs,
            "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
            "body": body if isinstance(body, str) or body is None else json.dumps(body),
            "isBase64Encoded": False,
        }
        return Answer(self.api(event, None))


class Answer:
    def __init__(self, made: dict[str, Any]) -> None:
        self.status = made["statusCode"]
        self.headers = {name.lower(): value for name, value in made["headers"].items()}
        self.text = made["body"]
        self.tree: Any = json.loads(made["body"]) if made["body"] else None

    @property
    def problem(self) -> tuple[int, str, str]:
        """Status, code and field."""
        erro = self.tree["erro"]
        assert self.tree == {"erro": erro}
        assert erro["mensagem"]
        return self.status, erro["codigo"], erro.get("campo", "")
