"""Edits and deletions that stand behind their own message in a batch, the whole bundle over memory."""

from typing import Any

import pytest

from ponte.bitrix24 import events as bitrix24_events
from ponte.bitrix24.values import OperatorDelete, OperatorEdit, to_payload
from ponte.queue.envelope import Envelope, pack
from tests.core.runtime.bundle import CONNECTOR, Bundle

PHONE = "5511900000001"


@pytest.fixture
def bundle() -> Bundle:
    return Bundle("a")


def change(message: Envelope, text: str | None) -> Envelope:
    """The edit, or without a text the deletion, of an operator's message."""
    message_id, external = str(message.payload["message_id"]), str(message.payload["external"])
    named: tuple[Any, ...] = (CONNECTOR, 107, "1807", message_id, external)
    event = OperatorDelete(*named, (), 1) if text is None else OperatorEdit(*named, "27", text, (), 1)
    return Envelope(
        "b24",
        message.scope,
        bitrix24_events.source_id(event),
        type(event).__name__,
        message.conversation,
        message.order,
        message.received_ms,
        to_payload(event),
    )


def deliver(bundle: Bundle, *bodies: str) -> None:
    """One batch of the queue, in order, as the batch processor works it off."""
    worker = bundle.workers["bitrix24_to_whatsapp"]
    records = [{"body": body} for body in bodies]
    worker.look_ahead(records)
    for record in records:
        worker(record)


@pytest.mark.parametrize("packed", [False, True], ids=["one by one", "in one pack"])
def test_a_change_behind_its_message_is_made_before_the_message_goes_out(bundle: Bundle, packed: bool) -> None:
    first, second, third = (bundle.operator("a", PHONE, text) for text in ("um", "dois", "tres"))
    bodies = [each.dumps() for each in (first, second, third, change(first, "um melhor"), change(second, None))]
    deliver(bundle, *([pack(bodies)] if packed else bodies))
    assert bundle.providers.sent == ["um melhor", "tres"]
    assert bundle.providers.notices == []


def test_a_change_of_a_message_that_is_not_in_the_batch_waits_for_its_turn(bundle: Bundle) -> None:
    first = bundle.operator("a", PHONE, "um")
    deliver(bundle, first.dumps())
    deliver(bundle, bundle.operator("a", PHONE, "dois").dumps(), change(first, None).dumps())
    assert bundle.providers.sent == ["um", "dois"]
    assert len(bundle.providers.notices) == 1


def test_a_change_that_stands_before_its_message_is_no_change_of_it(bundle: Bundle) -> None:
    """Nothing is known of the message then: it may have gone out long ago."""
    first = bundle.operator("a", PHONE, "um")
    deliver(bundle, change(first, None).dumps(), first.dumps())
    assert bundle.providers.sent == ["um"]
    assert len(bundle.providers.notices) == 1


def test_a_batch_with_a_record_that_is_no_envelope_is_looked_through_all_the_same(bundle: Bundle) -> None:
    first = bundle.operator("a", PHONE, "um")
    worker = bundle.workers["bitrix24_to_whatsapp"]
    worker.look_ahead([{"body": "no envelope"}, {"body": first.dumps()}, {"body": change(first, None).dumps()}])
    worker({"body": first.dumps()})
    assert bundle.providers.sent == []
