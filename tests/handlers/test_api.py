"""The REST API through its Lambda envelopes: with what the template gives it, and no more."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from ponte.conversas.values import Conversa, Mensagem
from ponte.http import HttpRequest, HttpResponse, Sender
from ponte.people.links import Link
from ponte.runtime import wiring
from ponte.storage.conversas import Conversas
from ponte.storage.links import Links
from ponte.storage.mensagens import Mensagens
from tests.handlers.conftest import Aws, Context, app
from tests.handlers.offices import ACCOUNT, SENT_MS, TENANT, Stopped, put_office
from tests.handlers.test_office_workers import ROW, calls_to_aws

type Load = Callable[[str, str], dict[str, Any]]
NOT_TOLD = (
    "APP_SECRET_ARN",
    "PUBLIC_BASE_URL",
    "WHATSAPP_EVENTS_QUEUE_URL",
    "WHATSAPP_STATUSES_QUEUE_URL",
    "BITRIX24_EVENTS_QUEUE_URL",
    "CHATWOOT_EVENTS_QUEUE_URL",
)
GRANTED = {  # as in the template; tests/template/test_permissions.py
    *(("dynamodb", f"{verb}Item", "core") for verb in ("Delete", "Get", "Put", "Update")),
    *(("dynamodb", f"{verb}Item", "message") for verb in ("Get", "Put")),
    *(("dynamodb", f"{verb}Item", "state") for verb in ("Put", "Update")),
    ("dynamodb", "PutItem", "audit"),
    ("dynamodb", "Query", "core"),
    ("kms", "Decrypt", ""),
    ("sqs", "SendMessageBatch", ""),
}
USER = {"id": "3f0c6a52-7d1e-4b8a-9c35-1a2b3c4d5e01", "app_metadata": {"scopes": ["sync", "admin"]}}
CONTACT = {"id": 5012, "name": "Maria", "custom_attributes": {}, "additional_attributes": {}}


def outdoors(host: str) -> Sender:
    def send(request: HttpRequest) -> HttpResponse:
        path = request.url.removeprefix(f"https://{host}").split("?")[0]
        answer: Any = {"payload": [] if path.endswith("/labels") else CONTACT}
        if path.startswith(("/auth/", "/rest/")):
            answer = USER if path == "/auth/v1/user" else [ROW]
        return HttpResponse(200, {"content-type": "application/json"}, json.dumps(answer).encode())

    return send


@pytest.fixture(autouse=True)
def as_deployed(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NOT_TOLD:
        monkeypatch.delenv(name)
    monkeypatch.setattr(wiring, "CLOCK", Stopped())
    outside = wiring.outside
    monkeypatch.setattr(wiring, "outside", lambda: replace(outside(), tenant_sender=outdoors))
    put_office()


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[str, str, str]]]:
    with calls_to_aws(monkeypatch) as calls:
        yield calls


def call(event: dict[str, Any], method: str = "", path: str = "", body: Any = None) -> tuple[int, Any]:
    http = event["requestContext"]["http"]
    method, path = method or http["method"], path or event["rawPath"]
    changed = {
        **event,
        "rawPath": path,
        "requestContext": {**event["requestContext"], "http": {**http, "method": method, "path": path}},
    }
    if body is not None:
        changed |= {"body": json.dumps(body), "headers": {**event["headers"], "content-type": "application/json"}}
    answer = app("api").handler(changed, Context())
    return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None


def test_a_sync_is_queued_in_the_persons_own_group_and_can_be_asked_about(
    aws: Aws, event: Load, used: set[tuple[str, str, str]]
) -> None:
    status, asked = call(event("api", "sync"))
    assert status == 202
    (queued,) = aws.messages("ZATTAR_EVENTS")
    assert (queued["scope"], queued["kind"], queued["payload"]["entity_id"]) == (TENANT, "SyncPerson", 1842)
    assert queued["payload"]["by"] == f"user:{USER['id']}"
    status, job = call(event("api", "sync"), "GET", f"/sync/jobs/{asked['job_id']}")
    assert (status, job["estado"]) == (200, "pending")
    assert used <= GRANTED | {("sqs", "ReceiveMessage", ""), ("sqs", "DeleteMessage", "")}


def test_links_are_made_shown_and_ended_with_what_the_template_grants(
    aws: Aws, event: Load, used: set[tuple[str, str, str]]
) -> None:
    sample = event("api", "vinculo")
    assert call(sample)[0] == 404
    novo = {"tipo_entidade": "cliente", "entidade_id": 1842, "chatwoot_contact_id": 5012}
    assert call(sample, "POST", "/vinculos/previa", novo)[0] == 200
    assert call(sample, "POST", "/vinculos", novo)[0] == 201
    status, vinculo = call(sample)
    assert (status, vinculo["chatwoot_contact_id"], vinculo["sincronizado"]) == (200, 5012, False)
    assert call(sample, "GET", "/conflitos") == (200, {"conflitos": [], "cursor": None})
    assert call(sample, "DELETE", "/vinculos/cliente/1842") == (204, None)
    assert call(sample)[0] == 404
    assert used <= GRANTED


def test_conversations_and_their_messages_are_listed_with_what_the_template_grants(
    aws: Aws, event: Load, used: set[tuple[str, str, str]]
) -> None:
    tables, key = wiring.tables(), (TENANT, ACCOUNT, 873)
    Conversas(tables.core).change(*key, lambda _: Conversa(*key, tipo="cliente", entity_id=1842), SENT_MS)
    Mensagens(tables.message).keep(Mensagem(*key, 9, "cliente", "entrada", conteudo="Oi"), lambda one: one, SENT_MS)
    used.clear()
    status, listed = call(event("api", "conversas"))
    assert (status, [one["id"] for one in listed["conversas"]]) == (200, [f"{ACCOUNT}-873"])
    status, said = call(event("api", "conversas"), "GET", f"/conversas/{ACCOUNT}-873/mensagens")
    assert (status, [one["conteudo"] for one in said["mensagens"]]) == (200, ["Oi"])
    assert used <= GRANTED | {("dynamodb", "Query", "message"), ("dynamodb", "BatchGetItem", "")}


def test_a_link_that_stands_is_shown(event: Load) -> None:
    links = Links(wiring.tables().core)
    links.make(Link(TENANT, "cliente", 1842, ACCOUNT, 5012, synced=True, synced_ms=SENT_MS), SENT_MS)
    status, vinculo = call(event("api", "vinculo"))
    assert status == 200
    assert vinculo["ultima_sincronizacao"] == "2026-06-17T13:01:09.000+00:00"


def test_the_document_needs_neither_token_nor_aws(event: Load, used: set[tuple[str, str, str]]) -> None:
    status, document = call(event("api", "openapi"))
    assert status == 200
    assert document["info"]["title"]
    assert used == set()


def test_without_a_token_nothing_is_asked_of_anybody(aws: Aws, event: Load, used: set[tuple[str, str, str]]) -> None:
    bare = event("api", "sync")
    del bare["headers"]["authorization"]
    assert call(bare)[0] == 401
    assert used == set()
    assert aws.messages("ZATTAR_EVENTS") == []
