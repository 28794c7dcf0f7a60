"""The doors as the outside meets them: every contract sample, and everything that must not get in or break."""

import json
import random
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.end_to_end.conftest import CONNECTOR, LINE, MEMBER, SAMPLES, TOKEN, Sandbox, sample, scenario, seeded_chat

pytestmark = pytest.mark.end_to_end
WHATSAPP = sorted(p.parent.name for p in (SAMPLES / "whatsapp").glob("*/body"))
BITRIX24 = sorted(p.parent.name for p in (SAMPLES / "bitrix24").glob("*/body"))
PAGES = {"install_page", "install_page_legacy_fields", "placement_setting_connector"}


def no_traceback(sandbox: Sandbox) -> None:
    for log in (sandbox.folder / "logs").glob("*.log"):
        text = log.read_text(errors="replace")
        assert "Traceback" not in text, log.name
        assert '"result":"bug"' not in text, log.name


def test_every_whatsapp_sample_is_answered_200_and_handled(with_chat: Sandbox) -> None:
    for event in WHATSAPP:
        body, headers = sample("whatsapp", event)
        answer = with_chat.http.post(f"{with_chat.gateway}/webhooks/meta", content=body, headers=headers)
        assert (event, answer.status_code) == (event, 200)
    with_chat.settle()
    shown = " ".join(with_chat.shown())
    for expected in ("Does it come in another color?", "Hi, I found you by username", "first", "other user"):
        assert expected in shown
    assert with_chat.sends() == []
    no_traceback(with_chat)


def test_every_bitrix24_event_sample_is_answered_and_handled(with_chat: Sandbox) -> None:
    url = f"{with_chat.gateway}/webhooks/bitrix24/outbound"
    ends = {"onappuninstall_keep_data", "linedelete", "statusdelete"}  # after these nothing is relayed any more
    for event in sorted(set(BITRIX24) - PAGES, key=lambda name: (name in ends, name)):
        if event in ends:
            with_chat.settle()
        body, headers = sample("bitrix24", event)
        answer = with_chat.http.post(url, content=body, headers=headers)
        assert answer.status_code < 500, event
        if event.startswith(("message", "dialog", "line", "status")):
            assert (event, answer.status_code) == (event, 200)
    with_chat.settle()
    assert any("Boa tarde! Como posso ajudar?" in s.get("text", {}).get("body", "") for s in with_chat.sends())
    no_traceback(with_chat)


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-hub-signature-256": ""}, {"x-hub-signature-256": "sha256=" + "0" * 64}, {"x-hub-signature": "sha1=00"}],
    ids=["none", "empty", "wrong", "sha1"],
)
def test_an_unsigned_webhook_is_401_and_queues_nothing(sandbox: Sandbox, headers: dict[str, str]) -> None:
    body, _ = sample("whatsapp", "text")
    answer = sandbox.http.post(f"{sandbox.gateway}/webhooks/meta", content=body, headers=headers)
    assert answer.status_code == 401
    sandbox.settle()
    assert sandbox.journal("bitrix24") == []


@pytest.mark.parametrize("token", ["", "0" * 32, TOKEN[:-1], TOKEN.upper()], ids=["none", "wrong", "short", "case"])
def test_a_foreign_application_token_queues_nothing(with_chat: Sandbox, token: str) -> None:
    assert with_chat.post_bitrix(with_chat.operator(9001, "forjada", token=token)).status_code in (401, 403)
    with_chat.settle()
    assert with_chat.sends() == []


def test_an_array_valued_token_queues_nothing(with_chat: Sandbox) -> None:
    body = with_chat.operator(9001, "forjada").replace(b"application_token%5D=", b"application_token%5D%5B%5D=")
    assert with_chat.post_bitrix(body).status_code in (401, 403)
    with_chat.settle()
    assert with_chat.sends() == []


def bodies() -> dict[str, bytes]:
    rnd = random.Random(7)
    return {
        "empty": b"",
        "null": b"null",
        "not json": b"{",
        "binary": bytes(rnd.randrange(256) for _ in range(2_000)),
        "invalid utf-8": b'{"entry":[{"changes":[{"value":{"messages":[{"id":"\xff\xfe"}]}}]}]}',
        "lone surrogate": json.dumps({"entry": [{"id": "\ud800", "changes": [{"value": {"x": "\udfff"}}]}]}).encode(),
        "nul": b'{"entry":[{"id":"\x00"}]}',
        "deep": b"[" * 50_000 + b"]" * 50_000,
        "3 MB": json.dumps({"entry": [{"id": "x" * 3_000_000}]}).encode()[: 3 * 1024 * 1024],
        "brackets": b"a" + b"[b]" * 10_000 + b"=1",
        "fields": b"&".join(b"f%d=1" % n for n in range(20_000)),
    }


@pytest.mark.parametrize("name", bodies())
def test_hostile_bodies_get_an_answer_under_500(with_chat: Sandbox, name: str) -> None:
    body = bodies()[name]
    signed = with_chat.post_whatsapp(body)
    assert signed.status_code in (200, 400, 413)
    for content_type in ("application/x-www-form-urlencoded", "application/json", "text/plain", ""):
        for path in ("/webhooks/bitrix24/outbound", "/bitrix24/install", "/bitrix24/settings"):
            answer = with_chat.http.post(
                with_chat.gateway + path, content=body, headers={"content-type": content_type} if content_type else {}
            )
            assert answer.status_code in (200, 400, 401, 403, 413, 415, 431), (path, content_type)
    no_traceback(with_chat)


def test_good_elements_beside_broken_ones_are_delivered(sandbox: Sandbox) -> None:
    tree = sandbox.text("wamid.G1", "inteira")
    good = tree["entry"][0]["changes"][0]
    tree["entry"] += [None, 7, {"changes": None}]
    tree["entry"][0]["changes"] = [
        None,
        {"value": []},
        {"field": "messages", "value": {"messages": [1, {}, {"id": 3}]}},
        good,
    ]
    assert sandbox.post_whatsapp(tree).status_code == 200
    sandbox.settle()
    assert sandbox.shown() == ["inteira"]


def test_secrets_phones_names_and_texts_stay_out_of_the_logs(with_chat: Sandbox) -> None:
    with_chat.post_whatsapp(with_chat.text("wamid.S1", "segredo-do-texto"))
    with_chat.post_bitrix(with_chat.operator(9001, "resposta-secreta"))
    with_chat.settle()
    secrets = ("segredo-do-texto", "resposta-secreta", "5511987654321", "Maria", TOKEN, "EAA-end-to-end", "verify-me")
    for log in (with_chat.folder / "logs").glob("*.log"):
        text = log.read_text(errors="replace")
        for secret in (*secrets, "access-token-end-to-end", "refresh-token-end-to-end", "client-secret-end-to-end"):
            assert secret not in text, (log.name, secret)


def install_body(**more: Any) -> bytes:
    fields = {
        "AUTH_ID": "access-token-end-to-end",
        "AUTH_EXPIRES": "3600",
        "REFRESH_ID": "refresh-token-end-to-end",
        "SERVER_ENDPOINT": "https://oauth.bitrix.info/rest/",
        "APPLICATION_TOKEN": TOKEN,
        "member_id": MEMBER,
        "status": "L",
        "PLACEMENT": "DEFAULT",
        **more,
    }
    return urlencode({k: v for k, v in fields.items() if v is not None}).encode()


QUERY = "DOMAIN=contoso.bitrix24.com.br&PROTOCOL=1&LANG=br&APP_SID=x"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def post_page(sandbox: Sandbox, path: str, body: bytes) -> Any:
    return sandbox.http.post(f"{sandbox.gateway}{path}?{QUERY}", content=body, headers=FORM)


def test_an_installation_registers_the_connector_and_finishes(sandbox: Sandbox) -> None:
    page = post_page(sandbox, "/bitrix24/install", install_body())
    assert page.status_code == 200
    assert "installFinish" in page.text
    assert "access-token-end-to-end" not in page.text
    assert "x-frame-options" not in page.headers
    sandbox.settle()
    (register,) = sandbox.calls("imconnector.register")
    assert register["body"]["PLACEMENT_HANDLER"].endswith("/bitrix24/settings")
    bound = {call["body"]["event"] for call in sandbox.calls("event.bind")}
    assert not sandbox.calls("event.unbind") or bound
    assert sandbox.journal("oauth")[0]["path"].startswith("/rest/app.info")


@pytest.mark.parametrize(
    "changes",
    [{"AUTH_ID": "somebody-elses"}, {"member_id": "f" * 32}, {"AUTH_ID": None}, {"member_id": None}],
    ids=["foreign token", "foreign portal", "no token", "no portal"],
)
def test_an_unproven_installation_changes_nothing(sandbox: Sandbox, changes: dict[str, Any]) -> None:
    page = post_page(sandbox, "/bitrix24/install", install_body(**changes))
    assert page.status_code in (400, 403)
    assert "installFinish" not in page.text
    sandbox.settle()
    assert sandbox.journal("bitrix24") == []


def test_the_settings_page_switches_its_line_on_and_shows_it(sandbox: Sandbox) -> None:
    options = json.dumps({"LINE": LINE, "ACTIVE_STATUS": 0, "CONNECTOR": CONNECTOR})
    body = install_body(PLACEMENT="SETTING_CONNECTOR", PLACEMENT_OPTIONS=options)
    page = post_page(sandbox, "/bitrix24/settings", body)
    assert page.status_code == 200
    assert "ativo" in page.text
    (activate,) = sandbox.calls("imconnector.activate")
    assert (activate["body"]["LINE"], activate["body"]["ACTIVE"]) == (LINE, 1)
    (data,) = sandbox.calls("imconnector.connector.data.set")
    assert set(data["body"]["DATA"]) == {"ID", "URL", "URL_IM", "NAME"}


def test_the_settings_page_offers_several_free_numbers_and_takes_the_chosen(running: Sandbox) -> None:
    tree = scenario(lines=[])
    first = tree["meta"]["numbers"][0]
    tree["meta"]["numbers"] += [first | {"phone_number_id": "222222", "display_phone_number": "+55 11 2222-2222"}]
    assert running.put(tree).status_code == 200
    options = json.dumps({"LINE": 5, "ACTIVE_STATUS": 0, "CONNECTOR": CONNECTOR})
    fields = {"PLACEMENT": "SETTING_CONNECTOR", "PLACEMENT_OPTIONS": options}
    page = post_page(running, "/bitrix24/settings", install_body(**fields))
    assert "222222" in page.text
    assert running.calls("imconnector.activate") == []
    chosen = post_page(running, "/bitrix24/settings", install_body(**fields, phone_number_id="222222"))
    assert chosen.status_code == 200
    assert len(running.calls("imconnector.activate")) == 1


def test_an_uninstalled_portal_keeps_its_messages_parked(with_chat: Sandbox) -> None:
    body = urlencode(
        {
            "event": "ONAPPUNINSTALL",
            "data[CLEAN]": "0",
            "ts": "1773759161",
            "auth[member_id]": MEMBER,
            "auth[application_token]": TOKEN,
        }
    ).encode()
    assert with_chat.post_bitrix(body).status_code == 200
    with_chat.settle()
    with_chat.post_whatsapp(with_chat.text("wamid.U1", "depois"))
    with_chat.settle()
    assert with_chat.shown() == []
    assert [row["source_id"] for row in with_chat.parked()] == ["wamid.U1"]


def test_a_renamed_portal_is_followed(with_chat: Sandbox) -> None:
    rename = {"member_id": MEMBER, "domain": "contoso-novo.bitrix24.com.br"}
    assert with_chat.http.post(f"{with_chat.control}/play/rename", json=rename).status_code == 200
    with_chat.post_whatsapp(with_chat.text("wamid.M1", "mudou"))
    with_chat.settle()
    assert with_chat.shown() == ["mudou"]
    live = with_chat.http.get(f"{with_chat.control}/scenario").json()["bitrix24"]["portals"][0]
    assert live["domain"] == "contoso-novo.bitrix24.com.br"


def test_verification_and_health_answer_as_meta_and_monitors_expect(sandbox: Sandbox) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "12345"}
    answer = sandbox.http.get(f"{sandbox.gateway}/webhooks/meta", params=query)
    assert (answer.status_code, answer.text) == (200, "12345")
    assert answer.headers["content-type"].startswith("text/plain")
    refused = sandbox.http.get(f"{sandbox.gateway}/webhooks/meta", params=query | {"hub.verify_token": "x"})
    assert refused.status_code == 403
    health = sandbox.http.get(f"{sandbox.gateway}/health")
    assert (health.status_code, health.json()["status"]) == (200, "ok")


def test_an_unknown_path_is_404(sandbox: Sandbox) -> None:
    assert sandbox.http.post(f"{sandbox.gateway}/webhooks/nobody").status_code == 404


def test_reloading_a_scenario_forgets_everything(with_chat: Sandbox) -> None:
    with_chat.post_whatsapp(with_chat.text("wamid.X1", "velha"))
    assert with_chat.put(scenario(chats=[seeded_chat()])).status_code == 200
    with_chat.settle()
    assert with_chat.journal("bitrix24") == []
    with_chat.post_whatsapp(with_chat.text("wamid.X1", "nova"))
    with_chat.settle()
    assert with_chat.shown() == ["nova"]


def test_an_update_with_a_new_application_token_is_proven_and_taken_over(with_chat: Sandbox) -> None:
    fresh = "a" * 32
    body = urlencode(
        {
            "event": "ONAPPUPDATE",
            "data[VERSION]": "2",
            "ts": "1773759161",
            "auth[access_token]": "access-token-end-to-end",
            "auth[refresh_token]": "refresh-token-end-to-end",
            "auth[expires_in]": "3600",
            "auth[server_endpoint]": "https://oauth.bitrix.info/rest/",
            "auth[domain]": "contoso.bitrix24.com.br",
            "auth[member_id]": MEMBER,
            "auth[application_token]": fresh,
        }
    ).encode()
    assert with_chat.post_bitrix(body).status_code == 200
    with_chat.settle()
    assert len(with_chat.calls("imconnector.register")) == 1
    assert with_chat.post_bitrix(with_chat.operator(9001, "nova", token=fresh)).status_code == 200
    with_chat.settle()
    assert [s["text"]["body"] for s in with_chat.sends()] == ["nova"]


def test_an_installation_event_with_a_foreign_token_is_refused(sandbox: Sandbox) -> None:
    body = urlencode(
        {
            "event": "ONAPPINSTALL",
            "auth[access_token]": "somebody-elses",
            "auth[refresh_token]": "x",
            "auth[expires_in]": "3600",
            "auth[domain]": "evil.bitrix24.com.br",
            "auth[member_id]": MEMBER,
            "auth[application_token]": "b" * 32,
        }
    ).encode()
    assert sandbox.post_bitrix(body).status_code == 401
    sandbox.settle()
    assert sandbox.journal("bitrix24") == []
