"""The fake Graph API answers as Meta's documentation and the recorded samples say."""

import hashlib
from typing import Any

import pytest

from sandbox.phones import WINDOW_MS

from .conftest import MARIA, NOW_MS, NUMBER, Sandbox

BSUID = "BR.1502576394655843"


def error(sandbox: Sandbox, body: Any) -> tuple[int, int]:
    answer = sandbox.graph(body)
    return answer.status, answer.json()["error"]["code"]


def test_a_text_is_accepted_with_the_scenarios_wamids_first(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    first, second, third = (sandbox.graph(text_message).json() for _ in range(3))
    assert first["messages"] == [{"id": "wamid.FIRST"}]
    assert first["contacts"] == [{"input": MARIA, "wa_id": MARIA}]
    assert second["messages"][0]["id"].startswith("wamid.")
    assert len({one["messages"][0]["id"] for one in (first, second, third)}) == 3
    assert [entry["took_effect"] for entry in sandbox.journal.after()] == [True] * 3


def test_a_wrong_or_missing_token_is_error_190(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    for token in ("", "other"):
        answer = sandbox.graph(text_message, token=token)
        assert (answer.status, answer.json()["error"]["code"]) == (401, 190)
    assert [entry["took_effect"] for entry in sandbox.journal.after()] == [False, False]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"messaging_product": "sms"}, 100),
        ({"to": None}, 100),
        ({"to": "abc"}, 131009),
        ({"type": "carrier_pigeon"}, 100),
        ({"type": ["text"]}, 100),
        ({"text": {}}, 100),
        ({"text": None}, 100),
        ({"text": {"body": "x" * 4097}}, 100),
        ({"recipient_type": "business_scoped_user_id"}, 100),
        ({"biz_opaque_callback_data": "x" * 513}, 100),
        ({"context": {"message_id": "nonsense"}}, 131009),
        ({"to": None, "recipient": "not a bsuid"}, 131009),
        ({"type": "reaction", "reaction": {"message_id": "x", "emoji": "👍"}}, 131009),
        ({"type": "reaction", "reaction": {"message_id": "wamid.X"}}, 100),
        ({"type": "image", "image": {"id": "404"}}, 131009),
        ({"type": "image", "image": {"link": "http://x/y"}}, 131009),
        ({"type": "audio", "audio": {"id": "5001", "caption": "x"}}, 100),
        ({"type": "location", "location": {"latitude": 1}}, 100),
        ({"type": "contacts", "contacts": [{"phones": []}]}, 100),
        ({"type": "interactive", "interactive": {"type": "button", "action": {}, "body": {"text": "x"}}}, 100),
        ({"type": "template", "template": {"name": "other", "language": {"code": "pt_BR"}}}, 132001),
        ({"type": "template", "template": {"name": "retomar", "language": {"code": "pt_BR"}}}, 132000),
    ],
)
def test_a_bad_message_is_refused_in_graphs_shape(
    sandbox: Sandbox, text_message: dict[str, Any], change: dict[str, Any], code: int
) -> None:
    body = {key: value for key, value in {**text_message, **change}.items() if value is not None}
    status, found = error(sandbox, body)
    assert (status >= 400, found) == (True, code)
    assert sandbox.journal.after()[0]["took_effect"] is False
    assert sandbox.world.phones.phones[0].messages == []


@pytest.mark.parametrize(
    "part",
    [
        {"type": "text", "text": {"body": "x" * 4096}, "context": {"message_id": "wamid.X"}},
        {"type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": ""}},
        {"type": "image", "image": {"id": "5001", "caption": "Foto"}},
        {"type": "document", "document": {"link": "https://example.com/a.pdf", "filename": "a.pdf"}},
        {"type": "audio", "audio": {"id": "5001", "voice": True}},
        {"type": "location", "location": {"latitude": -23.5, "longitude": "-46.6"}},
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Rui"}}]},
        {
            "type": "interactive",
            "interactive": {
                "type": "request_contact_info",
                "body": {"text": "Telefone?"},
                "action": {"name": "request_contact_info"},
            },
        },
        {
            "type": "template",
            "template": {
                "name": "retomar",
                "language": {"code": "pt_BR"},
                "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}],
            },
        },
    ],
    ids=lambda part: str(part["type"]),
)
def test_each_kind_of_message_is_accepted(sandbox: Sandbox, part: dict[str, Any]) -> None:
    answer = sandbox.graph({"messaging_product": "whatsapp", "to": MARIA, **part})
    assert answer.status == 200, answer.body
    shown = [message.kind for message in sandbox.world.phones.phones[0].messages]
    assert shown == ([] if part["type"] == "reaction" else [part["type"]])  # a reaction is no bubble of its own


WITH_PICTURE = {
    "name": "vitrine",
    "language": "pt_BR",
    "status": "APPROVED",
    "components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Chegou"}],
}


@pytest.mark.parametrize(
    ("components", "code"),
    [
        ([{"type": "header", "parameters": [{"type": "image", "image": {"id": "5001"}}]}], 0),
        ([{"type": "header", "parameters": [{"type": "image", "image": {"link": "https://x.example/a.png"}}]}], 0),
        ([{"type": "header", "parameters": [{"type": "image", "image": {"id": "404"}}]}], 131009),
        ([{"type": "header", "parameters": [{"type": "video", "video": {"id": "5001"}}]}], 132012),
        ([{"type": "header", "parameters": [{"type": "text", "text": "x"}]}], 132012),
        ([], 132012),
    ],
    ids=["uploaded", "by link", "unknown id", "another kind", "a text", "none"],
)
def test_a_templates_header_has_to_be_of_its_format(
    sandbox: Sandbox, scenario: dict[str, Any], components: list[Any], code: int
) -> None:
    scenario["meta"]["templates"] = [WITH_PICTURE]
    sandbox.providers.put(scenario)
    template = {"name": "vitrine", "language": {"code": "pt_BR"}, "components": components}
    answer = sandbox.graph({"messaging_product": "whatsapp", "to": MARIA, "type": "template", "template": template})
    assert answer.json().get("error", {}).get("code", 0) == code
    shown = sandbox.world.phones.phones[0].messages
    by_id = code == 0 and "id" in components[0]["parameters"][0]["image"]
    assert [(one.text, one.file is not None) for one in shown] == ([] if code else [("Chegou", by_id)])


def test_a_bsuid_in_recipient_reaches_its_person(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    del text_message["to"]
    answer = sandbox.graph({**text_message, "recipient": BSUID})
    assert answer.json()["contacts"] == [{"input": BSUID, "user_id": BSUID}]
    assert sandbox.journal.after()[0]["took_effect"] is True


def test_a_bsuid_in_to_is_accepted_and_silently_lost(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    answer = sandbox.graph({**text_message, "to": BSUID})
    assert answer.status == 200
    assert answer.json()["messages"] == [{"id": "wamid.FIRST"}]
    assert sandbox.journal.after()[0]["took_effect"] is False
    assert all(not phone.messages for phone in sandbox.world.phones.phones)


def test_with_both_addresses_the_phone_wins(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    answer = sandbox.graph({**text_message, "recipient": BSUID})
    assert answer.json()["contacts"] == [{"input": MARIA, "wa_id": MARIA, "user_id": BSUID}]


def test_the_answer_names_the_wa_id_of_an_older_brazilian_account(
    sandbox: Sandbox, scenario: dict[str, Any], text_message: dict[str, Any]
) -> None:
    scenario["bitrix24"]["portals"][0]["chats"][0]["wa_id"] = "553188776655"
    sandbox.providers.put(scenario)
    answer = sandbox.graph({**text_message, "to": "+55 31 98877-6655"})
    assert answer.json()["contacts"] == [{"input": "+55 31 98877-6655", "wa_id": "553188776655"}]


def test_after_24_hours_only_templates_pass_until_the_customer_writes(
    sandbox: Sandbox, scenario: dict[str, Any], text_message: dict[str, Any]
) -> None:
    scenario["bitrix24"]["portals"][0]["chats"][0]["last_inbound_ms"] = NOW_MS - WINDOW_MS - 1
    sandbox.providers.put(scenario)
    assert error(sandbox, text_message) == (400, 131047)
    assert sandbox.control("POST", "/play/customer", {"wa_id": MARIA, "text": "Oi"}).status == 200
    assert sandbox.graph(text_message).status == 200


def test_marking_as_read_wants_a_customers_wamid(sandbox: Sandbox) -> None:
    body = {"messaging_product": "whatsapp", "status": "read", "typing_indicator": {"type": "text"}}
    assert sandbox.graph({**body, "message_id": "wamid.INBOUND"}).json() == {"success": True}
    assert error(sandbox, {**body, "message_id": "nonsense"}) == (400, 131009)
    assert error(sandbox, {**body, "message_id": "wamid.OLD1"}) == (400, 131009)


def test_an_unknown_number_or_path_is_refused(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    unknown = sandbox.graph(text_message, path="/v26.0/999/messages")
    assert (unknown.status, unknown.json()["error"]["error_subcode"]) == (400, 33)
    assert sandbox.graph(text_message, path="/messages").json()["error"]["code"] == 2500


def test_media_is_described_and_downloaded_with_the_token_only(sandbox: Sandbox) -> None:
    bearer = {"authorization": "Bearer graph-token"}
    view = sandbox.call("graph.facebook.com", "GET", "/v26.0/5001", headers=bearer).json()
    assert view["sha256"] == hashlib.sha256(b"hello").hexdigest()
    link = view["url"].removeprefix("https://lookaside.fbsbx.com")
    got = sandbox.call("lookaside.fbsbx.com", "GET", link, headers=bearer)
    assert (got.status, got.body, got.headers["content-type"]) == (200, b"hello", "image/png")
    assert sandbox.call("lookaside.fbsbx.com", "GET", link).status == 401
    sandbox.clock.ms += 301_000
    assert sandbox.call("lookaside.fbsbx.com", "GET", link, headers=bearer).status == 404


def test_media_that_is_gone_answers_with_its_status(sandbox: Sandbox, scenario: dict[str, Any]) -> None:
    scenario["meta"]["media"][0]["status"] = 404
    sandbox.providers.put(scenario)
    answer = sandbox.call("graph.facebook.com", "GET", "/v26.0/5001", headers={"authorization": "Bearer graph-token"})
    assert answer.status == 404


def multipart(mime_type: str) -> tuple[bytes, dict[str, str]]:
    lines = (
        b'--sep\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n'
        b'--sep\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: '
        + mime_type.encode()
        + b"\r\n\r\n\x00\r\n\xff--\r\n--sep--\r\n"
    )
    return lines, {"authorization": "Bearer graph-token", "content-type": "multipart/form-data; boundary=sep"}


def test_an_upload_gives_an_id_and_the_journal_its_digest(sandbox: Sandbox) -> None:
    body, headers = multipart("image/png")
    answer = sandbox.call("graph.facebook.com", "POST", f"/v26.0/{NUMBER}/media", body, headers)
    assert sandbox.world.media[answer.json()["id"]]["bytes_base64"] == "AA0K/y0t"
    digest = hashlib.sha256(b"\x00\r\n\xff--").hexdigest()
    file = {"name": "a.bin", "mime_type": "image/png", "size": 6, "sha256": digest}
    assert sandbox.journal.after()[0]["body"] == {"messaging_product": "whatsapp", "file": file}


def test_an_upload_of_an_unsupported_kind_is_refused(sandbox: Sandbox) -> None:
    body, headers = multipart("video/webm")
    answer = sandbox.call("graph.facebook.com", "POST", f"/v26.0/{NUMBER}/media", body, headers)
    assert answer.json()["error"]["code"] == 131053


def test_a_doctor_can_read_number_account_subscription_templates_and_token(sandbox: Sandbox) -> None:
    bearer = {"authorization": "Bearer graph-token"}

    def get(path: str) -> Any:
        return sandbox.call("graph.facebook.com", "GET", f"/v26.0/{path}", headers=bearer).json()

    assert set(get(f"{NUMBER}?fields=quality_rating,status")) == {"id", "quality_rating", "status"}
    assert len(get("102290129340398/subscribed_apps")["data"]) == 1
    assert get("102290129340398/message_templates?name=retomar")["data"][0]["name"] == "retomar"
    assert get("debug_token?input_token=graph-token")["data"]["is_valid"] is True
    assert get("debug_token?input_token=other")["data"]["is_valid"] is False
