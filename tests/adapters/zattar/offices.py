"""One small office twice: in the fake Supabase and in a real PostgreSQL, with the same people and the same triggers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ponte.http import HttpRequest, HttpResponse, Sender
from ponte.outcome import Outcome, Succeeded
from ponte.zattar import answers
from ponte.zattar.client import ZattarClient
from ponte.zattar.database_webhooks import install_script, target
from ponte.zattar.rest import Project, RestCall
from ponte.zattar.values import Person, Tipo
from sandbox.calls import Call
from sandbox.fakes.supabase import FakeSupabase
from sandbox.scenario import load
from sandbox.webhooks import Webhook
from sandbox.world import World

from .postgres import literal

PROJECT = Project("abcdefghijklmnopqrst.supabase.co", "sb_secret_inventada")
SECRET = "segredo-" + "s" * 32
ADDRESS = {"id": 7, "entidade_tipo": "cliente", "entidade_id": 1, "municipio": "São Paulo", "estado_sigla": "SP"}
PEOPLE = [
    {"id": 1, "nome": "Maria", "cpf": "111.444.777-35", "emails": ["maria@exemplo.test"], "endereco_id": 7},
    {"id": 2, "nome": 'Zé "o Breve", Filho (Jr.)', "cpf": "22233344405", "emails": ["ZE@exemplo.test"]},
    {"id": 3, "nome": "Ana\\Silva", "ddd_celular": "11", "numero_celular": "98765-4321", "ativo": False},
    {"id": 4, "nome": "João", "ddd_comercial": "11", "numero_comercial": "(11) 8765 4321", "emails": []},
    {"id": 5, "nome": "Ömer 🙂", "numero_residencial": "87654321", "emails": ["a@b.test", "maria@exemplo.test"]},
]
MOMENTS = [
    "2026-11-25T10:00:00+00:00",
    "2026-11-25T10:00:00+00:00",
    "2026-11-25T10:00:00.5+00:00",
    "2026-11-25T07:00:00.000001-03:00",
    "2026-11-24T10:00:00+00:00",
]
THIRD = {"id": 1, "nome": "Perito", "tipo_pessoa": "pf", "tipo_parte": "PERITO", "polo": "ATIVO"}
THIRDS = [{**THIRD, "updated_at": None}, {**THIRD, "id": 2, "updated_at": None}, {**THIRD, "id": 3}]


def tables() -> dict[str, list[dict[str, Any]]]:
    people = [{"tipo_pessoa": "pf", **row, "updated_at": moment} for row, moment in zip(PEOPLE, MOMENTS, strict=True)]
    return {"enderecos": [dict(ADDRESS)], "clientes": people, "terceiros": [dict(row) for row in THIRDS]}


@dataclass
class Office:
    """One side of the comparison. bodies: of the database webhooks so far."""

    send: Sender
    bodies: Callable[[], list[dict[str, Any]]]

    def call(self, call: RestCall) -> Outcome:
        return ZattarClient(self.send).call(PROJECT, call, 5)

    def rows(self, call: RestCall) -> dict[str, Any]:
        outcome = self.call(call)
        assert isinstance(outcome, Succeeded), outcome
        return dict(outcome.result)

    def people(self, call: RestCall, tipo: Tipo = Tipo.CLIENTE) -> list[Person]:
        return list(answers.people(self.rows(call), tipo).people)

    def ids(self, call: RestCall, tipo: Tipo = Tipo.CLIENTE) -> list[int]:
        return [person.id for person in self.people(call, tipo)]


def fake_office() -> Office:
    tenant = {
        "tenant": "escritorio",
        "supabase_host": PROJECT.host,
        "service_key": PROJECT.service_key,
        "webhook_secret": SECRET,
        "tables": tables(),
    }
    world = World()
    posted: list[Webhook] = []
    world.on_database_webhook = lambda _table, webhook: posted.append(webhook)
    with world.changing(load({"chatwoot": {"accounts": []}, "zattar": {"tenants": [tenant]}}, 0)):
        pass
    fake = FakeSupabase(world)

    def send(request: HttpRequest) -> HttpResponse:
        host, _, rest = request.url.removeprefix("https://").partition("/")
        path, _, query = rest.partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        reply = fake(Call("supabase", request.method, host, f"/{path}", query, headers, request.body, 0))
        return HttpResponse(reply.status, reply.headers, b"" if request.method == "HEAD" else reply.body)

    return Office(send, lambda: [json.loads(webhook.body) for webhook in posted])


def seeding() -> str:
    """The same rows as SQL, and the triggers."""
    script = []
    for name, rows in tables().items():
        script.append(f"alter table public.{name} disable trigger set_updated_at;")
        for row in rows:
            columns, values = ", ".join(row), ", ".join(literal(value) for value in row.values())
            script.append(f"insert into public.{name} ({columns}) overriding system value values ({values});")
        script.append(
            f"select setval(pg_get_serial_sequence('public.{name}', 'id'), {max(row['id'] for row in rows)});"
        )
        script.append(f"alter table public.{name} enable trigger set_updated_at;")
    webhooks = target("https://ponte.exemplo.test/webhooks/zattar/escritorio", SECRET)
    return "\n".join([*script, install_script(), webhooks])
