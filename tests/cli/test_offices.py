"""`ponte offices`: put, shown without secrets, tried, subscribed, and a person put on the queue."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ponte.http import HttpRequest, HttpResponse, Sender
from ponte.people.links import Link
from ponte.people.shared import Dissent
from ponte.runtime import wiring
from ponte.runtime.tenant_hosts import TenantHosts
from tests.cli.conftest import Run
from tests.handlers.conftest import Aws

KEY = "sb_secret_0123456789abcdef"
ROW = {
    "id": "0b9f7f2e-1111-4222-8333-444455556666",
    "tipo": "chatwoot",
    "nome": "Atendimento",
    "ativo": True,
    "configuracao": {
        "api_url": "https://chat.silva.adv.br/",
        "api_key": "token-1234567890",
        "account_id": 7,
        "default_inbox_id": "3",
    },
    "created_at": "2026-01-01T00:00:00+00:00",
    "updated_at": "2026-01-01T00:00:00+00:00",
}


class Web:
    """Zattar and Chatwoot: each answers by path."""

    def __init__(self) -> None:
        self.rows: list[Any] = [ROW]
        self.webhooks: list[dict[str, Any]] = []
        self.status = 200
        self.role = "administrator"

    def sender(self, host: str) -> Sender:
        def send(request: HttpRequest) -> HttpResponse:
            assert request.url.startswith(f"https://{host}/")
            if self.status != 200:
                return HttpResponse(self.status, {}, b'{"error": "Invalid Access Token"}')
            if "/integracoes" in request.url:
                return _json(self.rows)
            if "/clientes" in request.url:
                return HttpResponse(206, {"content-range": "0-0/412"}, b"")
            if request.url.endswith("/profile"):
                return _json({"id": 9, "accounts": [{"id": 7, "role": self.role}]})
            if request.method == "POST":
                made = json.loads(request.body) | {"id": 5, "secret": "signs"}
                self.webhooks.append(made)
                return _json({"payload": {"webhook": made}})
            return _json({"payload": {"webhooks": self.webhooks}})

        return send


def _json(tree: Any) -> HttpResponse:
    return HttpResponse(200, {"content-type": "application/json"}, json.dumps(tree).encode())


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, aws: Aws) -> Web:
    found = Web()
    monkeypatch.setattr(TenantHosts, "sender", lambda _self, host: found.sender(host))
    monkeypatch.setenv("PONTE_ZATTAR_KEY", KEY)
    url = aws.sqs.create_queue(QueueName="zattar_events.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    monkeypatch.setenv("ZATTAR_EVENTS_QUEUE_URL", url)
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://ponte.example.com")
    return found


@pytest.fixture
def office(ponte: Run, web: Web) -> Callable[..., tuple[int, Any]]:
    status, _ = ponte(
        "offices", "put", "silva", "--name", "Silva Advogados", "--zattar", "https://abcd.supabase.co/", "-y"
    )
    assert status == 0
    return ponte


def test_an_office_is_put_and_shown_without_its_secrets(office: Run) -> None:
    status, answer = office("offices", "list")
    assert status == 0
    assert answer["offices"] == [
        {
            "tenant": "silva",
            "name": "Silva Advogados",
            "zattar": {"host": "abcd.supabase.co", "secrets": 1},
            "chatwoot": None,
        }
    ]
    kept = wiring.offices().read("silva", fresh=True)
    assert kept is not None
    assert (kept.zattar.key, len(kept.zattar.secrets[0]) >= 32) == (KEY, True)


def test_a_correction_keeps_the_webhooks_secret(office: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = wiring.offices().read("silva", fresh=True)
    monkeypatch.delenv("PONTE_ZATTAR_KEY")
    office("offices", "put", "silva", "--name", "Silva & Souza", "--zattar", "abcd.supabase.co", "-y")
    wiring.offices.cache_clear()
    after = wiring.offices().read("silva")
    assert before is not None
    assert after is not None
    assert (after.name, after.zattar) == ("Silva & Souza", before.zattar)


@pytest.mark.parametrize(
    "wrong",
    [
        ("Silva!", "--name", "x", "--zattar", "abcd.supabase.co"),
        ("silva", "--name", "x", "--zattar", "https://evil.example.com"),
        ("silva", "--name", "x", "--zattar", "10.0.0.1"),
    ],
)
def test_a_wrong_name_or_host_is_refused(ponte: Run, web: Web, wrong: tuple[str, ...]) -> None:
    assert ponte("offices", "put", *wrong, "-y")[0] == 2


def test_without_a_key_nothing_is_put(ponte: Run, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PONTE_ZATTAR_KEY")
    assert ponte("offices", "put", "silva", "--name", "x", "--zattar", "abcd.supabase.co", "-y")[0] == 2


def test_the_integration_comes_from_zattars_own_table(office: Run, web: Web) -> None:
    assert office("offices", "reload", "silva") == (0, {"state": "changed", "lacks": []})
    (row,) = office("offices", "list")[1]["offices"]
    assert row["chatwoot"] == {"host": "chat.silva.adv.br", "account_id": 7, "inbox_id": 3, "signed": False}
    assert office("offices", "reload", "silva")[1]["state"] == "unchanged"
    web.rows = []
    assert office("offices", "reload", "silva")[0] == 1
    assert office("offices", "list")[1]["offices"][0]["chatwoot"] is None


@pytest.mark.parametrize(
    ("wrong", "lacks"),
    [
        ({"api_url": "http://chat.silva.adv.br"}, ["api_url"]),
        ({"api_url": "https://127.0.0.1"}, ["api_url"]),
        ({"api_key": "short", "account_id": "x"}, ["api_key", "account_id"]),
    ],
)
def test_an_incomplete_row_is_told_by_its_fields_and_changes_nothing(
    office: Run, web: Web, wrong: dict[str, str], lacks: list[str]
) -> None:
    web.rows = [ROW | {"configuracao": ROW["configuracao"] | wrong}]  # type: ignore[operator]
    assert office("offices", "reload", "silva") == (1, {"state": "incomplete", "lacks": lacks})
    web.rows.append(ROW)
    assert office("offices", "reload", "silva")[1]["state"] == "changed", "a complete one behind it counts"


def fall_back(office: Run, monkeypatch: pytest.MonkeyPatch, **given: str) -> tuple[int, Any]:
    for name in ("API_URL", "API_KEY", "ACCOUNT_ID", "DEFAULT_INBOX_ID"):
        monkeypatch.delenv(f"CHATWOOT_{name}", raising=False)
    for name, value in given.items():
        monkeypatch.setenv(f"CHATWOOT_{name}", value)
    return office("offices", "fallback", "silva", "-y")


GIVEN = {"API_URL": "https://old.silva.adv.br", "API_KEY": "token-0987654321", "ACCOUNT_ID": "1"}


def test_variables_serve_until_zattar_has_a_row_and_never_after(
    office: Run, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.rows = []
    assert fall_back(office, monkeypatch, **GIVEN, DEFAULT_INBOX_ID="abc") == (0, {"state": "fallback", "lacks": []})
    assert office("offices", "reload", "silva") == (0, {"state": "fallback", "lacks": []})
    kept = wiring.offices().read("silva", fresh=True)
    assert kept is not None
    assert kept.chatwoot is not None
    assert (kept.chatwoot.host, kept.chatwoot.account_id) == ("old.silva.adv.br", 1)
    assert (kept.chatwoot.inbox_id, kept.chatwoot.inbox_identifier, kept.chatwoot.row_id) == (0, "abc", "")
    web.rows = [ROW]
    wiring.offices.cache_clear()
    wiring.office_means.cache_clear()
    assert office("offices", "reload", "silva")[1]["state"] == "changed"
    assert fall_back(office, monkeypatch, **GIVEN) == (1, {"state": "superseded", "lacks": []})
    assert office("offices", "list")[1]["offices"][0]["chatwoot"]["host"] == "chat.silva.adv.br"


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({}, ["api_url", "api_key", "account_id"]),
        (GIVEN | {"ACCOUNT_ID": "x"}, ["account_id"]),
        (GIVEN | {"API_URL": "http://10.0.0.1"}, ["api_url"]),
    ],
)
def test_variables_that_cannot_be_used_change_nothing(
    office: Run, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], lacks: list[str]
) -> None:
    assert fall_back(office, monkeypatch, **given) == (1, {"state": "incomplete", "lacks": lacks})
    assert office("offices", "list")[1]["offices"][0]["chatwoot"] is None


def test_both_sides_are_tried(office: Run, web: Web) -> None:
    office("offices", "reload", "silva")
    status, answer = office("offices", "test", "silva")
    assert status == 0
    assert answer["zattar"] == {"ok": True, "clients": 412, "why": ""}
    assert answer["chatwoot"]["role"] == "administrator"
    web.status = 401
    status, answer = office("offices", "test", "silva")
    assert (status, answer["chatwoot"]["ok"]) == (1, False)


def test_a_subscription_is_made_once_and_its_secret_kept(office: Run, web: Web) -> None:
    office("offices", "reload", "silva")
    url = "https://ponte.example.com/webhooks/chatwoot/silva"
    assert office("offices", "subscribe", "silva", "-y") == (0, {"url": url, "signed": True})
    assert office("offices", "subscribe", "silva", "-y")[0] == 0
    assert [each["url"] for each in web.webhooks] == [url]
    wiring.offices.cache_clear()
    kept = wiring.offices().read("silva")
    assert kept is not None
    assert kept.chatwoot is not None
    assert kept.chatwoot.secrets == ("signs",)


def test_the_sql_holds_address_and_secret(office: Run) -> None:
    script = office("offices", "sql", "silva")[1]["sql"]
    kept = wiring.offices().read("silva")
    assert kept is not None
    assert "https://ponte.example.com/webhooks/zattar/silva" in script
    assert kept.zattar.secrets[0] in script
    assert "trigger" in script.lower()


def test_a_person_goes_on_the_queue(office: Run, aws: Aws) -> None:
    status, answer = office("offices", "sync", "silva", "cliente", "7")
    assert (status, answer["person"]) == (0, "zattar_cliente_7")
    url = aws.sqs.get_queue_url(QueueName="zattar_events.fifo")["QueueUrl"]
    (message,) = aws.sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["payload"]["entity_id"] == 7


def test_conflicts_are_masked(office: Run) -> None:
    link = Link("silva", "cliente", 7, 7, 4242)
    wiring.office_means().dissents.note(link, Dissent("phone", "both_changed", "+5531911112222", "+5531933334444"), 1)
    (row,) = office("offices", "conflicts", "silva")[1]["conflicts"]
    assert (row["person"], row["field"], row["kept"]) == ("zattar_cliente_7", "phone", "+55…222")


def test_a_conflict_is_left_as_it_is_or_told_why_it_cannot_be_taken_back(office: Run) -> None:
    link = Link("silva", "cliente", 7, 7, 4242)
    wiring.office_means().dissents.note(link, Dissent("name", "put_back", "MARIA", "MARIAH"), 1)
    (row,) = office("offices", "conflicts", "silva")[1]["conflicts"]
    assert office("offices", "undo", "silva", row["id"], "-y")[1]["error"] == "authority"
    assert office("offices", "leave", "silva", row["id"]) == (0, {"id": row["id"]})
    assert office("offices", "leave", "silva", row["id"])[1]["error"] == "closed"
    assert office("offices", "conflicts", "silva")[1]["conflicts"] == []


def test_an_unknown_office_is_told(ponte: Run, web: Web) -> None:
    assert ponte("offices", "test", "nobody")[0] == 2
