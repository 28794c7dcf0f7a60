"""An operator's own template into a shut window: no second one follows it, and what is written next waits behind it."""

from typing import Any

import pytest

from sandbox.scenario import load
from sandbox.simulate.walk import Walk
from tests.core.runtime.walks import (
    CONNECTOR,
    MARIA,
    MEMBER,
    NOW_MS,
    NUMBER,
    message,
    operator,
    portal,
    states,
    texts,
)

HOUR = 3_600_000
BODY = [{"type": "BODY", "text": "Podemos continuar?"}]


def shut(*, has_window_template: bool, knows_when: bool = True) -> Walk:
    """A chat whose customer wrote 25 hours ago; knows_when: or at a time that we were not told."""
    chat: dict[str, Any] = {
        "chat_id": 1,
        "external": MARIA,
        "connector": CONNECTOR,
        "line": 107,
        "bitrix_user_id": 585,
        "name": "Maria",
    }
    if knows_when:
        chat["last_inbound_ms"] = NOW_MS - 25 * HOUR
    number: dict[str, Any] = {"phone_number_id": NUMBER, "waba_id": "1022", "display_phone_number": "1"}
    if has_window_template:
        number["window_template"] = {"name": "retomar", "language": "pt_BR", "parameters": []}
    rows = [
        {"name": name, "language": "pt_BR", "status": "APPROVED", "category": "UTILITY", "components": BODY}
        for name in ("retomar", "aviso")
    ]
    meta = {"app_secret": "s", "verify_token": "v", "access_token": "t", "numbers": [number], "templates": rows}
    offices = [portal(MEMBER, NUMBER, "contoso.bitrix24.com.br", chats=[chat])]
    bitrix24 = {"client_id": "c", "client_secret": "s", "portals": offices}
    return Walk(load({"meta": meta, "bitrix24": bitrix24}, NOW_MS / 1000), NOW_MS)


def sent(bundle: Walk) -> list[str]:
    """What Meta was asked to send, refused or not: a text, or the name of a template."""
    bodies = [body for name, body in bundle.calls if name.endswith("/messages") and body.get("status") != "read"]
    return [body["text"]["body"] if body["type"] == "text" else body["template"]["name"] for body in bodies]


def writes(bundle: Walk, wamid: str) -> None:
    """The customer, whose window Meta opens by it."""
    bundle.world.phones.phones[0].closed_after_ms = bundle.clock.now + 24 * HOUR
    bundle.whatsapp(message(wamid, "Oi"))


@pytest.mark.parametrize("configured", [True, False], ids=["with a window template", "without one"])
def test_no_second_template_follows_and_the_replies_go_out_in_order_when_the_customer_writes(configured: bool) -> None:
    bundle = shut(has_window_template=configured)
    for n, text in enumerate(("/modelo aviso", "n1", "n2")):
        bundle.bitrix24(operator(MARIA, 9001 + n, text))
    assert sent(bundle) == ["aviso"]
    assert len([text for text in texts(bundle, "system") if text.startswith("⏳")]) == 1
    assert [state for state in states(bundle).values() if "PARKED" in state] == ["PARKED reason.window_held"] * 2
    writes(bundle, "wamid.ANSWER")
    assert sent(bundle) == ["aviso", "n1", "n2"]
    assert not [state for state in states(bundle).values() if "PARKED" in state]


def test_a_window_that_nobody_knew_of_and_meta_calls_shut_is_not_asked_about_twice() -> None:
    bundle = shut(has_window_template=True, knows_when=False)
    bundle.world.phones.phones[0].closed_after_ms = 0
    bundle.bitrix24(operator(MARIA, 9001, "/modelo aviso"))
    bundle.bitrix24(operator(MARIA, 9002, "n1"))
    assert sent(bundle) == ["aviso", "n1"]  # Meta refused the second
    assert [state for state in states(bundle).values() if "PARKED" in state] == ["PARKED reason.window_held"]


def test_a_template_into_an_open_window_asks_for_nothing() -> None:
    bundle = shut(has_window_template=True)
    writes(bundle, "wamid.1")
    bundle.bitrix24(operator(MARIA, 9001, "/modelo aviso"))
    bundle.clock.now += 25 * HOUR
    bundle.bitrix24(operator(MARIA, 9002, "n1"))
    assert sent(bundle) == ["aviso", "retomar"]
