"""The office bridge's workers through their Lambda envelopes: with what the template gives them, and no more."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from botocore.client import BaseClient

from ponte.errors import NotSent
from ponte.http import HttpRequest, HttpResponse, Sender
from ponte.people.links import Link
from ponte.queue.envelope import loads
from ponte.runtime import wiring
from ponte.runtime.office_looks import look
from ponte.storage.claims import Claimed
from ponte.storage.ledger import Ledger
from ponte.storage.links import Links
from ponte.storage.suggestions import Suggestions
from ponte.zattar.values import Tipo
from tests.handlers.conftest import Aws, Context, app
from tests.handlers.offices import ACCOUNT, TENANT, Stopped, chatwoot, put_office

type Load = Callable[[str, str], dict[str, Any]]
NOT_TOLD = (
    "APP_SECRET_ARN",
    "PUBLIC_BASE_URL",
    "WHATSAPP_EVENTS_QUEUE_URL",
    "WHATSAPP_STATUSES_QUEUE_URL",
    "BITRIX24_EVENTS_QUEUE_URL",
)
GRANTED = {  # as in the template; tests/template/test_permissions.py
    *(("dynamodb", f"{verb}Item", "core") for verb in ("Delete", "Get", "Put", "Update")),
    *(("dynamodb", f"{verb}Item", "message") for verb in ("Put", "Update")),
    ("dynamodb", "UpdateItem", "state"),
    ("dynamodb", "PutItem", "audit"),
    ("kms", "Decrypt", ""),
    ("kms", "Encrypt", ""),
    ("sqs", "ChangeMessageVisibility", ""),
}
CONTACT = {"id": 5012, "name": "Maria das Dores Silva", "custom_attributes": {}, "additional_attributes": {}}
ROW = {
    "id": 1842,
    "tipo_pessoa": "pf",
    "nome": "Maria das Dores Silva",
    "emails": ["maria.silva@novo.example"],
    "ativo": True,
    "updated_at": "2026-06-17T14:20:02.771+00:00",
}


@dataclass
class Outdoors:
    """Both systems of an office as far as one new person needs them: no contact yet, then the one that was made."""

    down: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)

    def sender(self, host: str) -> Sender:
        def send(request: HttpRequest) -> HttpResponse:
            path = request.url.removeprefix(f"https://{host}").split("?")[0]
            self.asked.append((request.method, path))
            if self.down:
                raise NotSent("connect")
            answer = self._answer(request.method, path)
            return HttpResponse(200, {"content-type": "application/json"}, json.dumps(answer).encode())

        return send

    def _answer(self, method: str, path: str) -> Any:
        if path.startswith("/rest/v1/"):
            return [ROW]
        if path.endswith("/labels"):
            return {"payload": []}
        if (method, path.rpartition("/")[2]) == ("POST", "contacts"):
            return {"payload": {"contact": CONTACT}}
        if path.endswith(("/search", "/filter")):
            return {"meta": {"count": 0, "current_page": 1}, "payload": []}
        return {"payload": CONTACT}


@pytest.fixture
def outdoors(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Outdoors:
    for name in NOT_TOLD:
        monkeypatch.delenv(name)
    monkeypatch.setattr(wiring, "CLOCK", Stopped())
    found, outside = Outdoors(), wiring.outside
    monkeypatch.setattr(wiring, "outside", lambda: replace(outside(), tenant_sender=found.sender))
    return found


@contextmanager
def calls_to_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[str, str, str]]]:
    """(service, operation, table) of every call to AWS inside, a transaction's parts one by one."""
    calls: set[tuple[str, str, str]] = set()
    ask: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def note(client: Any, operation: str, request: dict[str, Any]) -> Any:
        service = client.meta.service_model.service_name
        for part in request.get("TransactItems", []):
            ((kind, write),) = part.items()
            calls.add((service, f"{kind}Item", write["TableName"]))
        if "TransactItems" not in request:
            calls.add((service, operation, request.get("TableName", "")))
        return ask(client, operation, request)

    with monkeypatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", note)
        yield calls


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[str, str, str]]]:
    with calls_to_aws(monkeypatch) as calls:
        yield calls


def ledger_item(aws: Aws) -> dict[str, Any]:
    (item,) = aws.dynamodb.scan(TableName="message")["Items"]
    return {name: next(iter(value.values())) for name, value in item.items()}


def test_a_person_becomes_a_contact_with_the_rights_and_settings_of_the_template(
    aws: Aws, event: Load, outdoors: Outdoors, used: set[tuple[str, str, str]]
) -> None:
    put_office()
    used.clear()
    answer = app("on_zattar_event").handler(event("on_zattar_event", "cliente_updated"), Context())
    assert answer == {"batchItemFailures": []}
    assert used <= GRANTED, used - GRANTED
    assert ledger_item(aws)["st"] == "SENT"
    assert ("POST", "/api/v1/accounts/7/contacts") in outdoors.asked
    link = Links(wiring.tables().core).of_contact(TENANT, ACCOUNT, 5012)
    assert link is not None
    assert (link.tipo, link.entity_id, link.synced) == ("cliente", 1842, True)


def test_who_was_unlinked_by_hand_is_not_linked_again_by_an_event(aws: Aws, event: Load, outdoors: Outdoors) -> None:
    links = Links(wiring.tables().core)
    links.unlink(links.make(Link(TENANT, "cliente", 1842, ACCOUNT, 5012), 1), "user:1", 2)
    put_office()
    app("on_zattar_event").handler(event("on_zattar_event", "cliente_updated"), Context())
    assert outdoors.asked == []
    item = ledger_item(aws)
    assert item["st"] == "SKIPPED"
    asked = event("on_zattar_event", "cliente_updated")
    envelope = look(TENANT, Tipo.CLIENTE, 1842, "k", 3, insists=True)
    asked["Records"][0]["body"] = envelope.dumps()
    app("on_zattar_event").handler(asked, Context())
    assert links.of_person(TENANT, "cliente", 1842) is not None, "somebody insists"


def test_a_contact_of_nobody_is_suggested_to_whom_it_may_be_and_nothing_is_written(
    aws: Aws, event: Load, outdoors: Outdoors, used: set[tuple[str, str, str]]
) -> None:
    put_office()
    used.clear()
    answer = app("on_chatwoot_event").handler(event("on_chatwoot_event", "contact_updated"), Context())
    assert answer == {"batchItemFailures": []}
    assert used <= GRANTED, used - GRANTED
    assert ledger_item(aws)["st"] == "SKIPPED"
    assert {method for method, _ in outdoors.asked} == {"GET"}
    assert not [path for _, path in outdoors.asked if path.startswith("/api/")]
    found = Suggestions(wiring.tables().core).get(TENANT, ACCOUNT, "5012-cliente-1842")
    assert found is not None
    assert found.reasons == ("email",)


def test_a_linked_contacts_person_is_looked_at(aws: Aws, event: Load, outdoors: Outdoors) -> None:
    put_office()
    app("on_zattar_event").handler(event("on_zattar_event", "cliente_updated"), Context())
    outdoors.asked.clear()
    app("on_chatwoot_event").handler(event("on_chatwoot_event", "contact_updated"), Context())
    assert ("GET", "/rest/v1/clientes") in outdoors.asked


def test_while_an_office_is_down_its_event_comes_again(aws: Aws, event: Load, outdoors: Outdoors) -> None:
    put_office()
    outdoors.down = True
    given = event("on_zattar_event", "cliente_updated")
    answer = app("on_zattar_event").handler(given, Context())
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == [given["Records"][0]["messageId"]]
    assert ledger_item(aws)["st"] == "RETRY"


@pytest.mark.parametrize("office", ["unknown", "without_chatwoot", "on_an_inner_host"])
def test_what_a_person_must_mend_is_parked_once(aws: Aws, event: Load, outdoors: Outdoors, office: str) -> None:
    if office == "without_chatwoot":
        put_office(connected=False)
    if office == "on_an_inner_host":
        put_office(chatwoot(host="metadata.internal"))
    for _ in range(2):
        answer = app("on_zattar_event").handler(event("on_zattar_event", "cliente_updated"), Context())
        assert answer == {"batchItemFailures": []}
    item = ledger_item(aws)
    assert (item["st"], item["att"]) == ("PARKED", "1")
    assert not [path for _, path in outdoors.asked if path.startswith("/api/")]


def test_a_payload_too_big_for_the_queue_is_fetched_from_the_bucket(
    aws: Aws, event: Load, outdoors: Outdoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_office()
    monkeypatch.setattr("ponte.queue.sqs.CLAIM_BYTES", 10, raising=True)
    assert app("zattar_webhook").handler(event("zattar_webhook", "cliente_updated"), Context())["statusCode"] == 200
    (queued,) = aws.messages("ZATTAR_EVENTS")
    queued.pop("attributes")
    assert queued["payload"] == {}
    given = event("on_zattar_event", "cliente_updated")
    given["Records"][0]["body"] = json.dumps(queued)
    assert app("on_zattar_event").handler(given, Context()) == {"batchItemFailures": []}
    assert ledger_item(aws)["st"] == "SENT"


def test_what_lost_its_queue_message_is_healed_where_the_office_bridge_stands_alone(
    aws: Aws, event: Load, outdoors: Outdoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """heal_gaps has neither portals, nor their queue, nor the apps' secret then."""
    (record,) = event("on_zattar_event", "cliente_updated")["Records"]
    ledger = Ledger(wiring.tables().message)
    claim = ledger.claim(loads(record["body"]), "me", 1, 60_000)
    assert isinstance(claim, Claimed)
    ledger.unknown(claim, 1, "create", "timeout", counts=True)
    report = app("heal_gaps").handler(event("heal_gaps", "schedule"), Context(300_000))
    assert (report["unknown_resolved"], report["complete"], report["portals"]) == (1, True, 0)
    assert [one["source_id"] for one in aws.messages("ZATTAR_EVENTS")] == [claim.envelope.source_id]
