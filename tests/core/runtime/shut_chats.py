"""Chats whose customers wrote 25 hours ago: what tests of the shut window over memory share."""

from collections.abc import Mapping
from typing import Any

from sandbox.scenario import load
from sandbox.simulate.walk import Walk
from tests.core.runtime.walks import CONNECTOR, MEMBER, NOW_MS, NUMBER, event, message, portal, states

HOUR = 3_600_000
BODY = [{"type": "BODY", "text": "Podemos continuar?"}]


def shut(chats: Mapping[str, int], *, has_window_template: bool = True, knows_when: bool = True) -> Walk:
    """chats: external id (the customer's phone) -> Bitrix24's chat. knows_when: or at a time that we were not told.

    There are the templates "retomar", which may be the window's own, and "aviso".
    """
    seeded: list[dict[str, Any]] = [
        {
            "chat_id": number,
            "external": external,
            "connector": CONNECTOR,
            "line": 107,
            "bitrix_user_id": 584 + number,
            "name": "Maria",
            **({"last_inbound_ms": NOW_MS - 25 * HOUR - number} if knows_when else {}),
        }
        for external, number in chats.items()
    ]
    joined: dict[str, Any] = {"phone_number_id": NUMBER, "waba_id": "1022", "display_phone_number": "1"}
    if has_window_template:
        joined["window_template"] = {"name": "retomar", "language": "pt_BR", "parameters": []}
    rows = [
        {"name": name, "language": "pt_BR", "status": "APPROVED", "category": "UTILITY", "components": BODY}
        for name in ("retomar", "aviso")
    ]
    meta = {"app_secret": "s", "verify_token": "v", "access_token": "t", "numbers": [joined], "templates": rows}
    offices = [portal(MEMBER, NUMBER, "contoso.bitrix24.com.br", chats=seeded)]
    bitrix24 = {"client_id": "c", "client_secret": "s", "portals": offices}
    return Walk(load({"meta": meta, "bitrix24": bitrix24}, NOW_MS / 1000), NOW_MS)


def replies(bundle: Walk, external: str, message_id: int, text: str, chat_id: int = 1) -> None:
    """An operator writes."""
    first = "data[MESSAGES][0]"
    fields = {
        "data[CONNECTOR]": CONNECTOR,
        "data[LINE]": "107",
        f"{first}[im][chat_id]": str(chat_id),
        f"{first}[im][message_id]": str(message_id),
        f"{first}[message][user_id]": "27",
        f"{first}[message][text]": text,
        f"{first}[chat][id]": external,
    }
    bundle.bitrix24(event("ONIMCONNECTORMESSAGEADD", fields))


def writes(bundle: Walk, wamid: str, phone: str) -> None:
    """The customer, whose window Meta opens by it."""
    for each in bundle.world.phones.phones:
        each.closed_after_ms = bundle.clock.now + 24 * HOUR
    bundle.whatsapp(message(wamid, "Oi", **{"from": phone}))


def sent(bundle: Walk) -> list[str]:
    """What Meta was asked to send, refused or not: a text, or the name of a template."""
    bodies = [body for name, body in bundle.calls if name.endswith("/messages") and body.get("status") != "read"]
    return [body["text"]["body"] if body["type"] == "text" else body["template"]["name"] for body in bodies]


def parked(bundle: Walk) -> list[str]:
    """The reasons for which messages are parked."""
    return [state.removeprefix("PARKED ") for state in states(bundle).values() if state.startswith("PARKED")]
