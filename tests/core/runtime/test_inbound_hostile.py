"""Generated webhooks through the workers themselves: nothing that content can do escapes as a bug or is lost."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ponte.errors import MalformedEvent
from sandbox.simulate.walk import Walk
from tests.broken import places, replaced

from .walks import MEMBER, chats, message, states, walk, webhook

SAMPLES = Path(__file__).parents[2] / "samples" / "whatsapp"
TREES = [json.loads(path.read_bytes()) for path in sorted(SAMPLES.glob("*/body"))]
JUNK: list[Any] = [None, "", "x", 0, -1, 10**25, 1.5, True, [], {}, [[]], {"id": 1}, "\ud800", "\x00", "[b]", "BR.1"]


@settings(max_examples=150)
@given(st.sampled_from(TREES), st.data())
def test_a_broken_webhook_is_no_bug_and_keeps_nobody_waiting(tree: Any, data: st.DataObject) -> None:
    """The walk fails on any exception of ours and on a message that never settles."""
    bundle = walk()
    bundle.whatsapp(message("wamid.before", "Oi"))
    for _ in range(data.draw(st.integers(1, 3))):
        tree = replaced(tree, data.draw(st.sampled_from(places(tree))), data.draw(st.sampled_from(JUNK)))
    try:
        bundle.whatsapp(json.dumps(tree).encode())
    except MalformedEvent:
        assert bundle.counts
    bundle.whatsapp(message("wamid.after", "Tchau"))
    assert {states(bundle)["wamid.before"], states(bundle)["wamid.after"]} == {"SENT"}
    assert all(state.split()[0] in ("SENT", "SKIPPED", "PARKED") for state in states(bundle).values())


@settings(max_examples=80)
@given(st.text(max_size=60), st.text(max_size=120))
def test_hostile_names_and_texts_are_only_shown(name: str, text: str) -> None:
    bundle = walk()
    hostile = f"{text}[url=javascript:x]{text}[/url][b]{name}[/b]"
    one = {
        "from": "5511987654321",
        "id": "wamid.1",
        "timestamp": "1763500000",
        "type": "text",
        "text": {"body": hostile},
    }
    contacts = [{"profile": {"name": name}, "wa_id": "5511987654321"}]
    bundle.whatsapp(webhook({"contacts": contacts, "messages": [one]}))
    (chat,) = chats(bundle)
    (shown,) = chat.messages
    assert "[url" not in shown.text
    assert shown.text.replace("[b]", "").count("[b") == 0 or "[\u2060b" in shown.text
    (sent,) = [body["MESSAGES"][0]["user"] for call, body in bundle.calls if call == "imconnector.send.messages"]
    assert all(len(part) <= 25 for part in (sent["name"], sent.get("last_name", "")))


def ends(bundle: Walk) -> dict[str, list[str]]:
    """Per customer, what the operator reads, in order."""
    found = bundle.world.portal_of_member(MEMBER)
    assert found is not None
    phones = {
        str(row["external"]): str(row["wa_id"])
        for row in bundle.tables.core.items()  # type: ignore[attr-defined]  # of the memory's own table
        if "wa_id" in row and "external" in row
    }
    return {phones[chat.external]: [one.text for one in chat.messages] for chat in found.chats.values()}


@settings(max_examples=60)
@given(st.data())
def test_the_order_of_independent_customers_and_any_repeats_change_nothing(data: st.DataObject) -> None:
    people = {f"55119000000{n:02}": [f"{n}a", f"{n}b", f"{n}c"] for n in range(4)}
    queues = {who: [message(f"wamid.{text}", text, **{"from": who}) for text in said] for who, said in people.items()}
    bundle, seen = walk(), []
    while waiting := [who for who, left in queues.items() if left]:
        seen.append(queues[data.draw(st.sampled_from(waiting))].pop(0))
        bundle.whatsapp(seen[-1])
        if data.draw(st.booleans()):
            bundle.whatsapp(data.draw(st.sampled_from(seen)))
    assert ends(bundle) == people
