"""Generated events of a portal through the workers themselves, and both sides' webhooks in any order."""

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ponte.bitrix24 import forms
from ponte.texts import text as sentence
from sandbox.simulate.walk import Walk
from tests.broken import places, replaced

from .test_inbound_hostile import JUNK
from .walks import CONNECTOR, chats, event, message, operator, states, status, walk

SAMPLES = Path(__file__).parents[2] / "samples" / "bitrix24"
FORM = "application/x-www-form-urlencoded"
TREES = [
    forms.decode(path.read_bytes(), FORM)
    for pattern in ("message*/body", "dialog*/body")
    for path in sorted(SAMPLES.glob(pattern))
]
SAMPLES_CUSTOMER = "5511900000001"


def in_the_samples_chat() -> Walk:
    chat = {"chat_id": 1807, "external": SAMPLES_CUSTOMER, "connector": CONNECTOR, "line": 107, "bitrix_user_id": 585}
    return walk(chats=[chat])


def sent(bundle: Walk) -> dict[str, list[str]]:
    """What reached each phone, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, body in bundle.calls:
        if name.endswith("/messages") and body.get("type") == "text":
            found[body.get("to") or body["recipient"]].append(body["text"]["body"])
    return dict(found)


@settings(max_examples=150)
@given(st.sampled_from(TREES), st.data())
def test_a_broken_event_is_no_bug_and_keeps_nobody_waiting(tree: Any, data: st.DataObject) -> None:
    """The walk fails on any exception of ours and on a message that never settles."""
    bundle = in_the_samples_chat()
    bundle.bitrix24(operator(SAMPLES_CUSTOMER, 1, "antes"))
    for _ in range(data.draw(st.integers(1, 3))):
        tree = replaced(tree, data.draw(st.sampled_from(places(tree))), data.draw(st.sampled_from(JUNK)))
    bundle.bitrix24(json.dumps(tree if isinstance(tree, dict) else {"data": tree}).encode())
    bundle.bitrix24(operator(SAMPLES_CUSTOMER, 99_999, "depois"))
    texts = sent(bundle)[SAMPLES_CUSTOMER]
    assert (texts[0], texts[-1], texts.count("antes"), texts.count("depois")) == ("antes", "depois", 1, 1)
    assert all(state.split()[0] in ("SENT", "SKIPPED", "PARKED") for state in states(bundle).values())


def chat_of(bundle: Walk, phone: str) -> str:
    """The external id under which the portal knows a customer."""
    rows = bundle.tables.core.items()  # type: ignore[attr-defined]  # of the memory's own table
    return next(str(row["external"]) for row in rows if row.get("wa_id") == phone and "external" in row)


def acts(bundle: Walk, phone: str, word: str, message_id: int, text: str = "") -> bytes:
    """An operator's webhook (word: ADD, DELETE) in a customer's chat."""
    first, external = "data[MESSAGES][0]", chat_of(bundle, phone)
    (chat,) = (chat for chat in chats(bundle) if chat.external == external)
    fields = {
        "data[CONNECTOR]": CONNECTOR,
        "data[LINE]": "107",
        f"{first}[im][chat_id]": str(chat.id),
        f"{first}[im][message_id]": str(message_id),
        f"{first}[chat][id]": external,
        **({f"{first}[message][text]": text} if text else {}),
    }
    return event(f"ONIMCONNECTORMESSAGE{word}", fields)


def written(bundle: Walk, message_id: int) -> dict[str, Any]:
    """What the ledger has of an operator's message."""
    rows = bundle.tables.message.items()  # type: ignore[attr-defined]  # of the memory's own table
    return next(row for row in rows if (row.get("kind"), row.get("source_id")) == ("OperatorMessage", str(message_id)))


def life(phone: str, number: int) -> list[Callable[[Walk], tuple[str, bytes]]]:
    """What is said in one customer's chat, in its order: (whose webhook, body), made when its turn comes."""
    r1, r2 = 1_000 + 10 * number, 1_001 + 10 * number
    return [
        lambda _: ("whatsapp", message(f"wamid.{number}a", f"{number}a", **{"from": phone})),
        lambda bundle: ("bitrix24", acts(bundle, phone, "ADD", r1, f"{number}r1")),
        lambda bundle: ("whatsapp", status(written(bundle, r1)["s_send0"]["wamid"], "delivered", recipient_id=phone)),
        lambda _: ("whatsapp", message(f"wamid.{number}b", f"{number}b", **{"from": phone})),
        lambda bundle: ("bitrix24", acts(bundle, phone, "DELETE", r1)),
        lambda bundle: ("bitrix24", acts(bundle, phone, "ADD", r2, f"{number}r2")),
    ]


def post(bundle: Walk, whose: str, body: bytes) -> None:
    (bundle.whatsapp if whose == "whatsapp" else bundle.bitrix24)(body)


@settings(max_examples=60)
@given(st.data())
def test_the_order_of_independent_chats_and_any_repeats_change_nothing_on_either_side(data: st.DataObject) -> None:
    people = {f"55119000000{n:02}": life(f"55119000000{n:02}", n) for n in range(3)}
    waiting = {phone: list(said) for phone, said in people.items()}
    bundle, seen = walk(), []
    while left := [phone for phone, said in waiting.items() if said]:
        turn = waiting[data.draw(st.sampled_from(left))].pop(0)(bundle)
        seen.append(turn)
        post(bundle, *turn)
        for again in data.draw(st.lists(st.sampled_from(seen), max_size=2)):
            post(bundle, *again)
    shown = {chat.external: [(one.sender, one.text) for one in chat.messages] for chat in chats(bundle)}
    told = sentence("notice.delete_not_possible")
    for n, phone in enumerate(people):
        assert sent(bundle)[phone] == [f"{n}r1", f"{n}r2"]
        assert shown[chat_of(bundle, phone)] == [("customer", f"{n}a"), ("customer", f"{n}b"), ("system", told)]
        assert written(bundle, 1_000 + 10 * n)["rk0"] == 3  # delivered, whatever came again
    assert {state.split()[0] for state in states(bundle).values()} <= {"SENT", "SKIPPED"}
