"""The play API: webhooks go out as the providers send them, and the screens show what happened."""

import hashlib
import hmac
import json
from typing import Any

from ponte.bitrix24 import quotes
from sandbox import php_forms
from sandbox.phones import WINDOW_MS

from .conftest import DOMAIN, MARIA, NOW_MS, NUMBER, Sandbox

BSUID = "BR.1502576394655843"


def play(sandbox: Sandbox, what: str, **body: Any) -> Any:
    return sandbox.control("POST", f"/play/{what}", body)


def value(sandbox: Sandbox, index: int = -1) -> Any:
    """What a webhook of Meta's carried."""
    return json.loads(sandbox.webhooks[index].body)["entry"][0]["changes"][0]["value"]


def test_a_customers_text_comes_as_meta_sends_it(sandbox: Sandbox) -> None:
    answer = play(sandbox, "customer", wa_id=MARIA, text="Olá 👋 a/b").json()
    (webhook,) = sandbox.webhooks
    assert (webhook.method, webhook.path, answer["status"]) == ("POST", "/webhooks/meta", 200)
    mac = hmac.new(b"app-secret", webhook.body, hashlib.sha256).hexdigest()
    assert webhook.headers["x-hub-signature-256"] == f"sha256={mac}"
    assert b"Ol\\u00e1 \\ud83d\\udc4b a\\/b" in webhook.body
    assert value(sandbox)["metadata"] == {"display_phone_number": "551130304040", "phone_number_id": NUMBER}
    assert value(sandbox)["contacts"] == [{"profile": {"name": "Maria Silva"}, "wa_id": MARIA}]
    (message,) = value(sandbox)["messages"]
    assert (message["from"], message["id"], message["text"]) == (MARIA, answer["source_id"], {"body": "Olá 👋 a/b"})
    assert message["timestamp"] == str(NOW_MS // 1000)


def test_a_customer_with_a_username_only_has_no_phone_in_the_webhook(sandbox: Sandbox) -> None:
    play(sandbox, "customer", user_id=BSUID, name="Pablo", text="Oi")
    assert value(sandbox)["contacts"] == [{"profile": {"name": "Pablo"}, "user_id": BSUID}]
    assert "from" not in value(sandbox)["messages"][0]


def test_a_repeated_webhook_has_the_same_bytes(sandbox: Sandbox) -> None:
    first = play(sandbox, "customer", wa_id=MARIA, text="Oi").json()
    again = play(sandbox, "customer", wa_id=MARIA, text="Oi", source_id=first["source_id"]).json()
    assert again == first
    assert sandbox.webhooks[0].body == sandbox.webhooks[1].body
    assert play(sandbox, "customer", text="Oi", source_id="wamid.NOBODY").status == 404


def test_an_operators_answer_comes_as_bitrix24_sends_it(sandbox: Sandbox) -> None:
    answer = play(sandbox, "operator", chat_id=1767, text="Boa tarde~!").json()
    (webhook,) = sandbox.webhooks
    assert webhook.path == "/webhooks/bitrix24/outbound"
    assert b"data%5BMESSAGES%5D%5B0%5D%5Bmessage%5D%5Btext%5D=Boa+tarde%7E%21" in webhook.body
    tree = php_forms.decode(webhook.body)
    (element,) = tree["data"]["MESSAGES"]
    assert (tree["event"], tree["data"]["LINE"]) == ("ONIMCONNECTORMESSAGEADD", "107")
    assert element["im"] == {"chat_id": "1767", "message_id": answer["source_id"]}
    assert element["chat"] == {"id": MARIA}
    assert (tree["auth"]["application_token"], tree["auth"]["domain"]) == ("app-token", DOMAIN)


def test_on_a_line_with_signatures_the_operators_name_stands_first(sandbox: Sandbox, scenario: dict[str, Any]) -> None:
    scenario["bitrix24"]["portals"][0]["lines"][0]["signature"] = True
    sandbox.providers.put(scenario)
    play(sandbox, "operator", chat_id="1767", text="Bom dia")
    element = php_forms.decode(sandbox.webhooks[-1].body)["data"]["MESSAGES"][0]
    assert element["message"]["text"] == "[b]Ana Souza:[/b] [br]Bom dia"


def test_unknown_people_chats_numbers_and_messages_are_404(sandbox: Sandbox) -> None:
    assert play(sandbox, "operator", chat_id=1, text="x").json() == {"error": "unknown", "path": "chat_id"}
    assert play(sandbox, "read", wamid="wamid.NOBODY").status == 404
    assert play(sandbox, "customer", wa_id=MARIA, phone_number_id="9", text="x").json()["path"] == "phone_number_id"
    assert play(sandbox, "customer", text="x").json()["path"] == "wa_id"
    assert sandbox.webhooks == []


def test_a_read_status_carries_the_senders_data_and_turns_the_ticks(
    sandbox: Sandbox, text_message: dict[str, Any]
) -> None:
    sandbox.graph({**text_message, "biz_opaque_callback_data": "ours:1"})
    assert play(sandbox, "read", wamid="wamid.FIRST").json()["status"] == 200
    (status,) = value(sandbox)["statuses"]
    assert (status["status"], status["recipient_id"], status["biz_opaque_callback_data"]) == ("read", MARIA, "ours:1")
    play(sandbox, "fail", wamid="wamid.FIRST", code=131047)
    (failed,) = value(sandbox)["statuses"]
    assert failed["errors"][0]["code"] == 131047
    assert "contacts" not in value(sandbox)
    assert sandbox.world.phones.phones[0].messages[0].ticks == "read"


def test_a_status_for_a_seeded_message_can_be_played(sandbox: Sandbox) -> None:
    assert play(sandbox, "read", wamid="wamid.OLD1").json() == {"source_id": "wamid.OLD1", "status": 200}


def test_automatic_receipts_follow_a_send_and_drain_waits_for_them(
    sandbox: Sandbox, text_message: dict[str, Any]
) -> None:
    play(sandbox, "receipts", mode="auto")
    sandbox.graph(text_message)
    assert sandbox.control("POST", "/drain", {"timeout_s": 10}).json()["quiet"] is True
    assert [value(sandbox, index)["statuses"][0]["status"] for index in range(2)] == ["sent", "delivered"]
    assert sandbox.world.phones.phones[0].messages[0].ticks == "delivered"


def test_a_lost_message_gets_no_receipt(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    play(sandbox, "receipts", mode="auto")
    sandbox.graph({**text_message, "to": BSUID})
    assert sandbox.control("POST", "/drain", {"timeout_s": 10}).json()["quiet"] is True
    assert sandbox.webhooks == []
    assert play(sandbox, "read", wamid="wamid.FIRST").status == 404


def test_a_new_scenario_makes_receipts_manual_again(sandbox: Sandbox, scenario: dict[str, Any]) -> None:
    play(sandbox, "receipts", mode="auto")
    sandbox.control("PUT", "/scenario", scenario)
    assert sandbox.control("GET", "/play/state").json()["receipts"] == "manual"
    assert play(sandbox, "receipts", mode="sometimes").json()["path"] == "mode"


def test_the_state_shows_both_screens(sandbox: Sandbox, text_message: dict[str, Any]) -> None:
    wamid = play(sandbox, "customer", wa_id=MARIA, text="Oi").json()["source_id"]
    sandbox.graph(text_message)
    source_id = play(sandbox, "operator", chat_id=1767, text="Olá").json()["source_id"]
    sandbox.control("POST", "/faults", {"provider": "bitrix24", "kind": "html", "times": 5})
    state = sandbox.control("GET", "/play/state").json()
    assert (state["numbers"], state["portal"]) == ([NUMBER], {"down": True, "domain": DOMAIN})
    (phone,) = state["phones"]
    assert [(one["id"], one["from"], one["ticks"]) for one in phone["messages"]] == [
        (wamid, "customer", None),
        ("wamid.FIRST", "business", None),
    ]
    (chat,) = state["chats"]
    shown = chat["messages"][-1]
    assert (shown["from"], shown["text"], shown["ack"], shown["source_id"]) == ("operator", "Olá", False, source_id)
    assert (state["faults"][0]["kind"], state["faults"][0]["times"]) == ("html", 5)


def test_a_webhook_that_somebody_else_signed_opens_the_window(
    sandbox: Sandbox, scenario: dict[str, Any], text_message: dict[str, Any]
) -> None:
    scenario["bitrix24"]["portals"][0]["chats"][0]["last_inbound_ms"] = NOW_MS - WINDOW_MS - 1
    play(sandbox, "customer", wa_id=MARIA, text="Oi")
    webhook = sandbox.webhooks[-1]
    sandbox.providers.put(scenario)
    sandbox.providers.observe_webhook(webhook.body, "sha256=forged")
    assert sandbox.graph(text_message).status == 400
    sandbox.providers.observe_webhook(webhook.body, webhook.headers["x-hub-signature-256"])
    assert sandbox.graph(text_message).status == 200


def test_observing_never_fails_on_odd_shapes(sandbox: Sandbox) -> None:
    for body in (b"{", b"[]", b'{"entry":[{"changes":[{"field":"messages","value":{"metadata":{},"messages":7}}]}]}'):
        mac = hmac.new(b"app-secret", body, hashlib.sha256).hexdigest()
        sandbox.providers.observe_webhook(body, f"sha256={mac}")
    sandbox.providers.observe_webhook(b"{}", "sha256=é")


def test_a_lost_answer_of_an_operator_is_in_the_portal_and_nowhere_else(sandbox: Sandbox) -> None:
    answer = play(sandbox, "operator", chat_id=1767, text="x", lost=True, at_ms=NOW_MS - 3_600_000, operator_id=31)
    assert (answer.status, answer.json()["status"], sandbox.webhooks) == (200, None, [])
    shown = sandbox.rest("im.dialog.messages.get", {"DIALOG_ID": "chat1767"}).json()["result"]
    (message,) = [one for one in shown["messages"] if str(one["id"]) == answer.json()["source_id"]]
    assert (message["author_id"], message["text"], message["params"]) == (31, "x", [])
    assert {user["id"]: user["connector"] for user in shown["users"]}[31] is False
    assert play(sandbox, "operator", chat_id=1767, text="x", operator_id=999).status == 400
    assert play(sandbox, "operator", chat_id=1767, member_id="nobody", text="x").status == 404


def test_a_whisper_never_leaves_the_portal(sandbox: Sandbox) -> None:
    play(sandbox, "operator", chat_id=1767, text="x", whisper=True)
    assert sandbox.webhooks == []
    shown = sandbox.rest("im.dialog.messages.get", {"DIALOG_ID": "chat1767"}).json()["result"]["messages"]
    assert shown[0]["params"] == {"CLASS": "bx-messenger-content-item-system"}


def test_each_operator_signs_with_the_own_name(sandbox: Sandbox, scenario: dict[str, Any]) -> None:
    scenario["bitrix24"]["portals"][0]["lines"][0]["signature"] = True
    sandbox.providers.put(scenario)
    play(sandbox, "operator", chat_id=1767, text="oi", operator_id=42)
    (element,) = php_forms.decode(sandbox.webhooks[-1].body)["data"]["MESSAGES"]
    assert element["message"] == {"user_id": "42", "text": "[b]Carla Dias:[/b] [br]oi"}


def test_a_customers_last_message_can_be_moved_back_so_that_the_window_is_shut(sandbox: Sandbox) -> None:
    play(sandbox, "customer", wa_id=MARIA, text="Oi")
    assert phone_of(sandbox)["window"] == "open"
    answer = play(sandbox, "rewind", wa_id=MARIA, hours=25)
    assert (answer.status, answer.json()) == (200, {"window": "shut"})
    assert phone_of(sandbox)["window"] == "shut"
    assert sandbox.stack.rewinds == [(NUMBER, {MARIA}, NOW_MS - 25 * 3_600_000)]
    play(sandbox, "customer", wa_id=MARIA, text="Voltei")
    assert phone_of(sandbox)["window"] == "open"


def test_nobody_to_move_back_is_said(sandbox: Sandbox) -> None:
    assert play(sandbox, "rewind", wa_id="5500000000000", hours=25).status == 404
    assert play(sandbox, "rewind", wa_id=MARIA).status == 400


def phone_of(sandbox: Sandbox, wa_id: str = MARIA) -> Any:
    phones = sandbox.control("GET", "/play/state").json()["phones"]
    return next(phone for phone in phones if phone["wa_id"] == wa_id)


def answered(sandbox: Sandbox) -> str:
    """The wamid of a message that the business sent to Maria."""
    body = {"messaging_product": "whatsapp", "to": MARIA, "type": "text", "text": {"body": "Boa tarde"}}
    answer = sandbox.graph(body)
    return str(answer.json()["messages"][0]["id"])


def test_a_customers_reaction_comes_as_meta_sends_it_and_shows_on_the_message(sandbox: Sandbox) -> None:
    wamid = answered(sandbox)
    play(sandbox, "customer", wa_id=MARIA, reaction={"wamid": wamid, "emoji": "👍"})
    (message,) = value(sandbox)["messages"]
    assert (message["type"], message["reaction"]) == ("reaction", {"message_id": wamid, "emoji": "👍"})
    assert shown_on(sandbox, wamid) == {"customer": "👍"}
    play(sandbox, "customer", wa_id=MARIA, reaction={"wamid": wamid, "emoji": ""})
    assert value(sandbox)["messages"][0]["reaction"] == {"message_id": wamid}
    assert shown_on(sandbox, wamid) is None
    assert play(sandbox, "customer", wa_id=MARIA, reaction={"wamid": "wamid.X", "emoji": "👍"}).status == 404


def test_a_reaction_that_comes_by_another_door_is_no_bubble_either(sandbox: Sandbox) -> None:
    wamid = answered(sandbox)
    play(sandbox, "customer", wa_id=MARIA, reaction={"wamid": wamid, "emoji": "👍"})
    webhook = sandbox.webhooks[-1]
    play(sandbox, "customer", wa_id=MARIA, reaction={"wamid": wamid, "emoji": ""})
    sandbox.providers.observe_webhook(webhook.body, webhook.headers["x-hub-signature-256"])
    assert shown_on(sandbox, wamid) == {"customer": "👍"}
    assert [one.id for one in sandbox.world.phones.phones[0].messages] == [wamid]


def shown_on(sandbox: Sandbox, wamid: str) -> Any:
    phones = sandbox.control("GET", "/play/state").json()["phones"]
    (message,) = [one for phone in phones for one in phone["messages"] if one["id"] == wamid]
    return message.get("reactions")


def test_a_reaction_of_the_business_shows_on_the_customers_message(sandbox: Sandbox) -> None:
    wamid = play(sandbox, "customer", wa_id=MARIA, text="Oi").json()["source_id"]
    for emoji, shown in (("❤️", {"business": "❤️"}), ("", None)):
        reaction = {"message_id": wamid, "emoji": emoji}
        body = {"messaging_product": "whatsapp", "to": MARIA, "type": "reaction", "reaction": reaction}
        sandbox.graph(body)
        assert shown_on(sandbox, wamid) == shown


def test_an_operators_reply_carries_the_messengers_quote_before_it(sandbox: Sandbox) -> None:
    first = play(sandbox, "operator", chat_id=1767, text="Boa tarde").json()["source_id"]
    play(sandbox, "operator", chat_id=1767, text="Veja acima", reply_to=int(first))
    text = php_forms.decode(sandbox.webhooks[-1].body)["data"]["MESSAGES"][0]["message"]["text"]
    found = quotes.find(text)
    assert found is not None
    assert (found.chat_id, found.message_id, found.answer) == ("1767", first, "Veja acima")
    assert play(sandbox, "operator", chat_id=1767, text="x", reply_to=1).status == 404
