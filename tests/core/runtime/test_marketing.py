"""A template that promotes never goes to a customer who asked for none, whichever of their addresses said so."""

import pytest

from sandbox.simulate.walk import Walk
from tests.core.runtime.walks import (
    MARIA,
    chats,
    message,
    operator,
    preference,
    states,
    status,
    texts,
    walk,
    webhook,
)

NEW = "5521966665555"
AT = 1_763_500_000
BODY = [{"type": "BODY", "text": "Oferta da semana"}]


def with_templates(category: str = "MARKETING") -> Walk:
    bundle = walk()
    bundle.world.meta["templates"] = [
        {"name": "oferta", "language": "pt_BR", "status": "APPROVED", "category": category, "components": BODY}
    ]
    bundle.whatsapp(message("wamid.1", "Oi"))
    return bundle


def sends_it(bundle: Walk, message_id: int = 9001) -> bool:
    """Whether a template that the operator chooses is tried at Meta."""
    before = len(bundle.calls)
    bundle.bitrix24(operator(chats(bundle)[0].external, message_id, "/modelo oferta"))
    return any(body.get("type") == "template" for _, body in bundle.calls[before:] if isinstance(body, dict))


def moved(old: str, new: str) -> bytes:
    """A change of number as WhatsApp tells it."""
    change = {"type": "user_changed_number", "wa_id": new, "body": f"User changed from {old} to {new}"}
    one = {"from": old, "id": "wamid.MOVED", "timestamp": str(AT + 50), "type": "system", "system": change}
    return webhook({"messages": [one]})


def test_what_promotes_is_refused_before_the_call_and_the_operator_reads_why() -> None:
    bundle = with_templates()
    bundle.whatsapp(preference("stop", AT + 10))
    assert not sends_it(bundle)
    assert "não receber mais mensagens de marketing" in texts(bundle, "system")[-1]
    assert [state for state in states(bundle).values() if "PARKED" in state] == ["PARKED reason.whatsapp.131050"]


def test_a_customer_who_wants_it_again_gets_it() -> None:
    bundle = with_templates()
    bundle.whatsapp(preference("stop", AT + 10))
    assert not sends_it(bundle)
    bundle.whatsapp(preference("resume", AT + 20))
    assert sends_it(bundle, 9002)


@pytest.mark.parametrize("category", ["UTILITY", ""])
def test_whatever_does_not_promote_goes_out(category: str) -> None:
    bundle = with_templates(category)
    bundle.whatsapp(preference("stop", AT + 10))
    assert sends_it(bundle)


def test_nobody_elses_word_counts() -> None:
    bundle = with_templates()
    bundle.whatsapp(preference("stop", AT + 10, wa_id="5511999990000"))
    assert sends_it(bundle)


@pytest.mark.parametrize("order", ["told before", "told after"])
def test_a_word_outlives_a_change_of_number(order: str) -> None:
    bundle = with_templates()
    told, turned = preference("stop", AT + 10), moved(MARIA, NEW)
    for body in (told, turned) if order == "told before" else (turned, told):
        bundle.whatsapp(body)
    assert not sends_it(bundle)


def test_metas_own_refusal_is_remembered_the_next_time() -> None:
    bundle = with_templates()
    assert sends_it(bundle)
    (wamid,) = (
        step["wamid"]
        for row in bundle.tables.message.items()  # type: ignore[attr-defined]  # of the memory's own table
        for name, step in row.items()
        if name.startswith("s_send") and "wamid" in step
    )
    errors = [{"code": 131050, "title": "x"}]
    bundle.whatsapp(status(wamid, "failed", recipient_id=MARIA, errors=errors))
    assert not sends_it(bundle, 9002)


def test_a_word_of_somebody_without_a_chat_counts_once_they_write() -> None:
    bundle = walk()
    bundle.whatsapp(preference("stop", AT - 10))
    bundle.world.meta["templates"] = [
        {"name": "oferta", "language": "pt_BR", "status": "APPROVED", "category": "MARKETING", "components": BODY}
    ]
    bundle.whatsapp(message("wamid.1", "Oi"))
    assert not sends_it(bundle)
