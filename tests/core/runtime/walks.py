"""One office, one customer, one portal behind the real workers, and the bodies that they get."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sandbox.scenario import load
from sandbox.simulate.walk import Walk

SAMPLES = Path(__file__).parents[2] / "samples"


NOW_MS = 1_763_500_100_000


NUMBER, OTHER_NUMBER = "106540352242922", "106540352242933"


MEMBER, OTHER_MEMBER = "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "ffffffffffffffffffffffffffffffff"


CONNECTOR = "wa_cloud_bridge"


MARIA = "5511987654321"


def portal(member: str, number: str, domain: str, line: int = 107, **more: Any) -> dict[str, Any]:
    lines = [{"connector": CONNECTOR, "line": line, "phone_number_id": number}, {"connector": CONNECTOR, "line": 200}]
    return {
        "member_id": member,
        "domain": domain,
        "application_token": f"token-{member}",
        "access_token": f"access-{member}",
        "refresh_token": "refresh",
        "expires_at": NOW_MS // 1000 + 30 * 24 * 3600,
        "lines": lines,
        "chats": [],
        **more,
    }


def walk(**more: Any) -> Walk:
    numbers = [
        {"phone_number_id": number, "waba_id": "102290129340398", "display_phone_number": "1"}
        for number in (NUMBER, OTHER_NUMBER)
    ]
    portals = [
        portal(MEMBER, NUMBER, "contoso.bitrix24.com.br", **more),
        portal(OTHER_MEMBER, OTHER_NUMBER, "fabrikam.bitrix24.com.br"),
    ]
    meta = {"app_secret": "s", "verify_token": "v", "access_token": "t", "numbers": numbers}
    bitrix24 = {"client_id": "c", "client_secret": "s", "portals": portals}
    return Walk(load({"meta": meta, "bitrix24": bitrix24}, NOW_MS / 1000), NOW_MS)


def webhook(value: dict[str, Any], number: str = NUMBER, field: str = "messages") -> bytes:
    metadata = {"display_phone_number": "1", "phone_number_id": number}
    change = {"field": field, "value": {"metadata": metadata, **value}}
    return json.dumps({"entry": [{"id": "102290129340398", "time": 1_763_500_000, "changes": [change]}]}).encode()


def message(wamid: str, body: dict[str, Any] | str, number: str = NUMBER, **who: Any) -> bytes:
    content = {"type": "text", "text": {"body": body}} if isinstance(body, str) else body
    sender = {"from": MARIA} if not who else {k: v for k, v in who.items() if v}
    one = {"id": wamid, "timestamp": "1763500000", **sender, **content}
    return webhook({"contacts": [{"profile": {"name": "Maria"}, "wa_id": MARIA}], "messages": [one]}, number)


def status(wamid: str, word: str, **more: Any) -> bytes:
    return webhook({"statuses": [{"id": wamid, "status": word, "timestamp": "1763500001", **more}]})


def event(name: str, data: dict[str, Any], member: str = MEMBER) -> bytes:
    auth = {"auth[member_id]": member, "auth[application_token]": f"token-{member}"}
    return urlencode({"event": name, **data, "ts": "1763500002", **auth}).encode()


def dialog(name: str, external: str, session: int) -> bytes:
    first = "data[DATA][0]"
    return event(
        name,
        {
            "data[CONNECTOR]": CONNECTOR,
            "data[LINE]": "107",
            f"{first}[connector][connector_id]": CONNECTOR,
            f"{first}[connector][line_id]": "107",
            f"{first}[connector][chat_id]": external,
            f"{first}[session][id]": str(session),
        },
    )


def operator(external: str, message_id: int, text: str, line: int = 107) -> bytes:
    first = "data[MESSAGES][0]"
    return event(
        "ONIMCONNECTORMESSAGEADD",
        {
            "data[CONNECTOR]": CONNECTOR,
            "data[LINE]": str(line),
            f"{first}[im][chat_id]": "1",
            f"{first}[im][message_id]": str(message_id),
            f"{first}[message][text]": text,
            f"{first}[chat][id]": external,
        },
    )


def chats(bundle: Walk, member: str = MEMBER) -> list[Any]:
    found = bundle.world.portal_of_member(member)
    assert found is not None
    return list(found.chats.values())


def texts(bundle: Walk, sender: str = "customer") -> list[str]:
    return [one.text for chat in chats(bundle) for one in chat.messages if one.sender == sender]


def states(bundle: Walk) -> dict[str, str]:
    rows = bundle.tables.message.items()  # type: ignore[attr-defined]  # of the memory's own table
    return {str(row["source_id"]): f"{row['st']} {row.get('reason', '')}".strip() for row in rows if "source_id" in row}


def preference(word: str, at: int, **who: str) -> bytes:
    one = {**(who or {"wa_id": MARIA}), "category": "marketing_messages", "value": word, "timestamp": at}
    return webhook({"user_preferences": [one]}, field="user_preferences")
