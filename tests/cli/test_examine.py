"""The doctor from end to end, over emulated AWS and answers of providers written down here."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from cli import session
from cli.doctor.diagnosis import diagnose
from cli.doctor.examine import Examiner
from cli.doctor.findings import Finding
from cli.doctor.portal import SCOPES
from cli.main import run
from cli.place import Place
from ponte.bitrix24.setup import EVENTS
from ponte.errors import FateUnknown, NotSent
from ponte.http import HttpRequest, HttpResponse
from ponte.mappings import Line, MemberId, Number, PhoneNumberId, Portal
from ponte.runtime import egress, wiring
from ponte.storage import keys
from ponte.storage.directory import NUMBER_RATE, PAIR_RATE, PORTAL_RATE
from ponte.storage.grants import Tokens
from tests.handlers.conftest import Aws

MEMBER = MemberId("0f1e2d3c4b5a69788796a5b4c3d2e1f0")
NUMBER_ID = PhoneNumberId("106540352242922")
HANDLER = "https://api.example/webhooks/bitrix24/outbound"
HEALTHY: dict[str, Any] = {
    NUMBER_ID: {"platform_type": "CLOUD_API", "status": "CONNECTED", "quality_rating": "GREEN"},
    "subscribed_apps": {"data": [{"whatsapp_business_api_data": {"id": "1"}}]},
    "message_templates": {"data": [{"name": "a"}], "paging": {}},
    "app.info": {"result": {"INSTALLED": True}},
    "scope": {"result": list(SCOPES)},
    "imconnector.list": {"result": {"ponte_whatsapp": "W"}},
    "imconnector.status": {"result": {"STATUS": True, "CONFIGURED": True, "ERROR": False}},
    "event.get": {"result": [{"event": name, "handler": HANDLER, "offline": 0} for name in EVENTS]},
    "oauth/token": {"access_token": "new-access", "refresh_token": "new-refresh", "expires_in": 3600},
}


class Providers:
    """A Sender. answers: last word of the path -> body, (status, body) or an error to raise."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = dict(HEALTHY)
        self.calls: list[str] = []

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.url.partition("?")[0].rstrip("/").removesuffix(".json")
        name = "oauth/token" if path.endswith("/oauth/token") else path.rpartition("/")[2]
        self.calls.append(name)
        answer = self.answers[name]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        return HttpResponse(status, {}, json.dumps(body).encode())


@pytest.fixture
def providers(place: Place, monkeypatch: pytest.MonkeyPatch) -> Providers:
    """One portal with one line and number, all in order."""
    sender = Providers()
    monkeypatch.setattr(egress, "HttpxSender", lambda *_: sender)
    directory, now_s = wiring.directory(), wiring.CLOCK.now_ms() // 1000
    directory.save_number(
        Number(NUMBER_ID, "1022", "+55 11 3030-4040", MEMBER, "ponte_whatsapp", 107, NUMBER_RATE, PAIR_RATE)
    )
    directory.save_line(Line(MEMBER, "ponte_whatsapp", 107, NUMBER_ID, signature=True, active=True))
    install(now_s + 3000)
    return sender


def install(expires_at: int) -> None:
    portal = Portal(
        MEMBER,
        "contoso.bitrix24.com.br",
        "https://contoso.bitrix24.com.br/rest/",
        "https://oauth.bitrix.info/rest/",
        "hash",
        "active",
        "contact",
        PORTAL_RATE,
        expires_at,
        1,
    )
    wiring.means().grants.install(portal, Tokens("the-access", "the-refresh", expires_at))


def webhook(request: httpx.Request) -> httpx.Response:
    query = request.url.params
    if query["hub.verify_token"] != "verify-token-of-the-tests":
        return httpx.Response(403)
    return httpx.Response(200, text=query["hub.challenge"])


@pytest.fixture
def doctor(place: Place) -> Iterator[Callable[[], dict[str, Finding]]]:
    """What is not ok: check -> finding."""
    web = httpx.Client(transport=httpx.MockTransport(webhook))

    def examine() -> dict[str, Finding]:
        findings = diagnose(Examiner(place, session.client, web).examine(lambda _: None))
        return {finding.check: finding for finding in findings if finding.state != "ok"}

    yield examine
    web.close()


type Doctor = Callable[[], dict[str, Finding]]


def test_what_is_in_order_is_found_in_order(providers: Providers, doctor: Doctor) -> None:
    unmeasured = dict.fromkeys(("meta.signatures", "office.refused"), "unchecked")
    assert {check: finding.state for check, finding in doctor().items()} == unmeasured


@pytest.mark.parametrize(
    ("name", "answer", "check", "key"),
    [
        (NUMBER_ID, (401, {"error": {"code": 190}}), "meta.token", "doctor.meta.token.invalid"),
        (NUMBER_ID, (400, {"error": {"code": 100}}), "meta.number", "doctor.meta.number.unseen"),
        ("subscribed_apps", {"data": []}, "meta.subscription", "doctor.meta.subscription.missing"),
        ("message_templates", (403, {"error": {"code": 200}}), "meta.templates", "doctor.meta.token.permission"),
        ("app.info", {"result": {"INSTALLED": False}}, "portal.installed", "doctor.portal.installed.unfinished"),
        ("scope", {"result": ["crm"]}, "portal.scopes", "doctor.portal.scopes.missing"),
        ("imconnector.list", {"result": []}, "portal.connector", "doctor.portal.connector.missing"),
        ("imconnector.status", {"result": {"STATUS": False}}, "portal.line", "doctor.portal.line.inactive"),
        ("event.get", {"result": []}, "portal.events", "doctor.portal.events.missing"),
    ],
)
def test_each_broken_step_is_named(
    providers: Providers, doctor: Doctor, name: str, answer: Any, check: str, key: str
) -> None:
    providers.answers[name] = answer
    finding = doctor()[check]
    assert (finding.state, finding.key) == ("problem", key)


def test_a_token_that_ends_soon_is_renewed_and_kept(providers: Providers, doctor: Doctor) -> None:
    install(wiring.CLOCK.now_ms() // 1000 + 10)
    assert "portal.token" not in doctor()
    assert providers.calls.count("oauth/token") == 1
    found = wiring.means().grants.read(MEMBER)
    assert found is not None
    assert found[1].refresh_token == "new-refresh"


def test_a_dead_grant_asks_for_a_new_installation(providers: Providers, doctor: Doctor) -> None:
    install(wiring.CLOCK.now_ms() // 1000 - 10)
    providers.answers["oauth/token"] = (400, {"error": "invalid_grant"})
    seen = doctor()
    assert seen["portal.token"].key == "doctor.portal.token.reauth"
    assert seen["portal.events"].state == "unchecked"
    again = doctor()  # now the portal is known to need it: it is not asked any more
    assert again["portal.token"].key == "doctor.portal.token.reauth"


def test_an_open_circuit_is_named(providers: Providers, doctor: Doctor) -> None:
    buckets = wiring.means().buckets
    for key in (keys.bucket("wa", NUMBER_ID), keys.bucket("b24", MEMBER)):
        turns = [buckets.enter(key, PORTAL_RATE, chat) for chat in "ababab"]
        for turn in turns:
            buckets.circuits.report(turn, outage=True)
    seen = doctor()
    assert seen["meta.circuit"].key == seen["portal.circuit"].key == "doctor.circuit.open"
    assert seen["portal.token"].values["code"] == "circuit_open"


@pytest.mark.parametrize("error", [NotSent("not_connected"), FateUnknown("no_answer")])
def test_a_provider_that_does_not_answer_is_no_fault_of_ours(
    providers: Providers, doctor: Doctor, error: Exception
) -> None:
    for name in HEALTHY:
        providers.answers[name] = error
    assert {finding.state for finding in doctor().values()} == {"unchecked"}


def test_a_secret_that_cannot_be_read_leaves_the_rest_to_be_asked(
    providers: Providers, doctor: Doctor, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_SECRET_ARN", "arn:aws:secretsmanager:sa-east-1:123456789012:secret:nothing-here")
    for made in (wiring.settings, wiring.secrets, wiring.means):
        made.cache_clear()
    seen = doctor()
    assert seen["stack.resources"].state == "problem"
    assert seen["stack.app_secret"].key == "doctor.stack.app_secret.unreadable"
    assert seen["meta.number"].state == "unchecked"
    assert "portal.token" not in seen
    assert NUMBER_ID not in providers.calls


def test_a_missing_table_ends_nothing(providers: Providers, doctor: Doctor, aws: Aws) -> None:
    aws.dynamodb.delete_table(TableName="core")
    seen = doctor()
    assert "core_table (ResourceNotFoundException)" in seen["stack.resources"].sentence("pt-BR")
    assert seen["portals"].state == seen["meta.numbers"].state == "unchecked"


def test_the_pages_of_templates_are_followed_to_an_end(providers: Providers, doctor: Doctor) -> None:
    page = {"data": [{"name": "x"}] * 100, "paging": {"next": "https://...", "cursors": {"after": "c"}}}
    providers.answers["message_templates"] = page
    finding = doctor()["meta.templates"]
    assert (finding.state, finding.values["count"]) == ("unchecked", "300+")
    assert providers.calls.count("message_templates") == 3


def test_the_command_shows_problems_with_their_fix_and_ends_with_1(
    providers: Providers, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The public address of the tests does not exist, so one problem is certain."""
    monkeypatch.setenv("PUBLIC_BASE_URL", "http://127.0.0.1:9")
    wiring.settings.cache_clear()
    assert run(["doctor", "--sandbox", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    problems = {row["check"]: row for row in answer["findings"] if row["state"] == "problem"}
    assert not answer["healthy"]
    assert problems["meta.verification"]["code"] == "meta.verification.unreachable"
    assert problems["meta.verification"]["title"] == "Verificação do webhook"
    assert answer["counts"]["problem"] == len(problems)
    assert not any(secret in json.dumps(answer) for secret in ("the-access", "the-refresh", "EAA-test", "3030"))
    assert run(["doctor", "--sandbox"]) == 1
    shown = capsys.readouterr().out
    assert "Verificação do webhook" in shown
    assert "✗" in shown
