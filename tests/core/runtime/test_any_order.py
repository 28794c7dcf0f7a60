"""Webhooks of every kind that do not concern each other, in any order and repeated: what is shown, sent and kept in the
end is the same."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.simulate.walk import Walk
from tests.core.runtime.shut_chats import HOUR
from tests.core.runtime.walks import (
    CONNECTOR,
    NOW_MS,
    SAMPLES,
    chats,
    dialog,
    message,
    operator,
    preference,
    states,
    status,
    walk,
    webhook,
)
from tests.core.runtime.walks import event as portal_event

PEOPLE = [f"55119000000{n:02}" for n in range(10)]
TIMES = ("_ms", "_at", "expires", "until", "log", "owner", "trace", "gsi1sk", "lease")  # when it was done, and by whom


def seeded() -> Walk:
    """Every one of the people has a chat, a message that was sent to them, and an open window."""
    many = [
        {
            "chat_id": 1800 + n,
            "external": external,
            "connector": CONNECTOR,
            "line": 107,
            "bitrix_user_id": 580 + n,
            "contact_id": 60 + n,
            "last_inbound_ms": NOW_MS - HOUR,
        }
        for n, external in enumerate(PEOPLE)
    ]
    sent = [
        {"im_message_id": 86000 + n, "wamids": [f"wamid.S{n}"], "external": external}
        for n, external in enumerate(PEOPLE)
    ]
    return walk(chats=many, sent=sent, contacts=[{"id": 60 + n, "name": "C", "phones": []} for n in range(10)])


def one_of(phone: str, wamid: str, kind: str, content: dict[str, Any]) -> bytes:
    return message(wamid, {"type": kind, kind: content}, **{"from": phone})


def body(sample: str) -> bytes:
    return (SAMPLES / "whatsapp" / sample / "body").read_bytes()


def called(phone: str) -> bytes:
    call = {"id": "wacid.1", "event": "terminate", "direction": "USER_INITIATED", "from": phone, "status": "FAILED"}
    return webhook({"calls": [{**call, "timestamp": "1763500000"}]}, field="calls")


# Who gets it -> whose webhook and the body: no two concern the same person, account or line.
EVENTS: list[tuple[str, bytes]] = [
    ("whatsapp", message("wamid.A", "Oi", **{"from": PEOPLE[0]})),
    ("whatsapp", one_of(PEOPLE[1], "wamid.B", "reaction", {"message_id": "wamid.S1", "emoji": "👍"})),
    ("whatsapp", one_of(PEOPLE[2], "wamid.C", "location", {"latitude": -23.5, "longitude": -46.6})),
    ("whatsapp", called(PEOPLE[3])),
    ("whatsapp", status("wamid.S4", "read", recipient_id=PEOPLE[4])),
    ("whatsapp", status("wamid.S5", "failed", recipient_id=PEOPLE[5], errors=[{"code": 131026, "title": "x"}])),
    ("whatsapp", preference("stop", 1_763_500_000, wa_id=PEOPLE[6])),
    ("whatsapp", body("account_update_restriction")),
    ("whatsapp", body("template_status_rejected")),
    ("whatsapp", body("unknown_type")),
    ("bitrix24", operator(PEOPLE[7], 9001, "Bom dia")),
    ("bitrix24", dialog("ONIMCONNECTORDIALOGFINISH", PEOPLE[8], 5)),
    ("bitrix24", portal_event("ONCRMCONTACTUPDATE", {"data[FIELDS][ID]": "60"})),
    ("bitrix24", operator(PEOPLE[9], 9002, "Boa tarde")),
]


def post(bundle: Walk, whose: str, raw: bytes) -> None:
    (bundle.whatsapp if whose == "whatsapp" else bundle.bitrix24)(raw)


def kept(value: Any) -> Any:
    """Without times, and with our own random names left out."""
    if isinstance(value, dict):
        return {k: kept(v) for k, v in value.items() if not any(k.endswith(end) or k == end for end in TIMES)}
    return [kept(each) for each in value] if isinstance(value, list) else value


def end(bundle: Walk) -> tuple[Any, ...]:
    """What operators see, what customers got, what the ledger says, and what is known of the people."""
    shown = {chat.external: [(one.sender, one.text) for one in chat.messages] for chat in chats(bundle)}
    sends = sorted(
        (b.get("to", ""), b["text"]["body"]) for name, b in bundle.calls if name.endswith("/messages") and "text" in b
    )
    rows = bundle.tables.core.items()  # type: ignore[attr-defined]  # of the memory's own table
    people = {
        str(row["external"]): {name: row.get(name) for name in ("last_inbound_ms", "reacted_ms", "finished", "wa_id")}
        for row in rows
        if "external" in row and str(row["pk"]).startswith("CV#") and row["external"] in PEOPLE
    }
    accounts = sorted(
        json.dumps(kept(each), sort_keys=True, default=str) for each in bundle.means.keeper.accounts.states()
    )
    return {k: v for k, v in shown.items() if k in PEOPLE}, sends, states(bundle), people, accounts


@pytest.fixture(scope="module")
def expected() -> tuple[Any, ...]:
    bundle = seeded()
    for turn in EVENTS:
        post(bundle, *turn)
    return end(bundle)


def test_each_event_leaves_its_trace(expected: tuple[Any, ...]) -> None:
    """Or the comparison below would compare nothing. Each chat begins with the message that was sent in it."""
    shown, sends, ledger, people, accounts = expected
    assert [len(shown[who]) for who in PEOPLE] == [2, 2, 2, 2, 1, 2, 2, 1, 1, 1]
    assert [text for _, text in sends] == ["Bom dia", "Boa tarde"]
    assert set(ledger.values()) == {"SENT"}
    assert (people[PEOPLE[1]]["reacted_ms"], people[PEOPLE[8]]["finished"]) == (1_763_500_000_000, 5)
    assert len(accounts) == 2


@settings(max_examples=60)
@given(st.data())
def test_any_permutation_with_any_repeats_ends_the_same(expected: tuple[Any, ...], data: st.DataObject) -> None:
    bundle, seen = seeded(), []
    for turn in data.draw(st.permutations(EVENTS)):
        seen.append(turn)
        post(bundle, *turn)
        for again in data.draw(st.lists(st.sampled_from(seen), max_size=2)):
            post(bundle, *again)
    assert end(bundle) == expected
