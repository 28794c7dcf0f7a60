"""Receipts that are faster than the send's own answer, with and without our callback data: each is kept and shown."""

from typing import Any

import pytest

from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Done, Later
from ponte.storage.ledger_items import word
from sandbox.simulate.walk import Walk
from tests.core.runtime.bundle import Bundle
from tests.core.runtime.shut_chats import replies, shut, writes
from tests.core.runtime.walks import MARIA, status

PHONE = "5511900000001"
FAILED = {"errors": [{"code": 131026, "title": "Message undeliverable"}]}


@pytest.fixture
def bundle() -> Bundle:
    return Bundle("a")


@pytest.mark.parametrize("callback", [True, False], ids=["with our key", "by the wamid alone"])
@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [("sent", {}, "SENT"), ("delivered", {}, "DELIVERED"), ("read", {}, "READ"), ("failed", FAILED, "FAILED")],
)
def test_a_receipt_that_overtakes_the_answer_counts(
    bundle: Bundle, kind: str, more: dict[str, Any], expected: str, callback: bool
) -> None:
    """The webhook comes while the call is under way; SQS shows it again after the wait it was given."""
    message = bundle.operator("a", PHONE, "ola")
    early: list[Envelope] = []

    def overtake(body: dict[str, Any]) -> None:
        keyed = {"biz_opaque_callback_data": body["biz_opaque_callback_data"]} if callback else {}
        early.append(bundle.receipt("a", "wamid.OUT1", kind, **more, **keyed))
        bundle.run(early[0])

    bundle.providers.on_send = overtake
    assert bundle.run(message) == Done()
    bundle.clock.now += 1_000
    assert bundle.run(early[0]) == Done()
    assert word(bundle.item(message)) == expected
    assert len(bundle.providers.notices) == (1 if kind == "failed" else 0)
    assert ("a.bitrix24.com", "imconnector.send.status.reading") in bundle.providers.asked or kind != "read"
    assert bundle.run(early[0]) == Done()
    assert len(bundle.providers.notices) == (1 if kind == "failed" else 0)


@pytest.mark.parametrize(("word_of_it", "more"), [("read", {}), ("failed", FAILED)])
def test_a_receipt_of_a_message_that_is_not_ours_is_waited_for_no_longer_than_a_send_takes(
    bundle: Bundle, word_of_it: str, more: dict[str, Any]
) -> None:
    """A number may be used by others beside us."""
    receipt = bundle.receipt("a", "wamid.OTHER", word_of_it, **more)
    tries = 0
    while isinstance(verdict := bundle.run(receipt), Later):
        tries += 1
        bundle.clock.now += round(verdict.seconds * 1000)
    assert bundle.clock.now - receipt.received_ms >= 30_000
    assert tries < 12
    assert bundle.providers.asked == []
    assert bundle.noted("whatsapp_status not_ours") == 1


def test_a_receipt_with_our_key_proves_a_send_whose_answer_was_lost(bundle: Bundle) -> None:
    message = bundle.operator("a", PHONE, "ola")
    keys: list[str] = []
    bundle.providers.on_send = lambda body: keys.append(body["biz_opaque_callback_data"])
    bundle.providers.lost = True
    assert isinstance(bundle.run(message), Later)
    bundle.run(bundle.receipt("a", "wamid.OUT1", "delivered", biz_opaque_callback_data=keys[0]))
    assert bundle.run(message) == Done()
    assert bundle.providers.sent == ["ola"]
    assert word(bundle.item(message)) == "DELIVERED"


def test_a_failed_receipt_with_our_key_proves_the_send_too(bundle: Bundle) -> None:
    message = bundle.operator("a", PHONE, "ola")
    keys: list[str] = []
    bundle.providers.on_send = lambda body: keys.append(body["biz_opaque_callback_data"])
    bundle.providers.lost = True
    bundle.run(message)
    failed = bundle.receipt("a", "wamid.OUT1", "failed", biz_opaque_callback_data=keys[0], **FAILED)
    assert bundle.run(failed) == Done()
    assert bundle.run(message) == Done()
    assert bundle.providers.sent == ["ola"]
    assert (word(bundle.item(message)), len(bundle.providers.notices)) == ("FAILED", 1)


def test_a_failure_that_was_not_told_yet_ends_when_the_message_was_delivered_after_all(bundle: Bundle) -> None:
    """Of a send that was repeated: the one failed, the other arrived. What was begun must not stay open."""
    bundle.run(bundle.operator("a", PHONE, "ola"))
    failed = bundle.receipt("a", "wamid.OUT1", "failed", **FAILED)
    bundle.providers.down = {"a.bitrix24.com": "html"}
    assert isinstance(bundle.run(failed), Later)
    assert bundle.run(bundle.receipt("a", "wamid.OUT1", "delivered")) == Done()
    bundle.providers.down = {}
    bundle.clock.now += 120_000
    assert bundle.run(failed) == Done()
    assert bundle.item(failed)["st"] == "SKIPPED"
    assert bundle.providers.notices == []


@pytest.mark.parametrize("again", [True, False], ids=["told before the reply went", "told after it"])
def test_a_template_that_failed_is_told_once_beside_its_reply(again: bool) -> None:
    """Meta repeats a receipt at any time; the reply that waited may have gone out, and failed, since."""
    walk = shut({MARIA: 1})
    replies(walk, MARIA, 9001, "ola")
    (template,) = wamids(walk)
    failed = status(template, "failed", errors=[{"code": 131026, "title": "x"}])
    if again:
        walk.whatsapp(failed)
    writes(walk, "wamid.ANSWER", MARIA)
    walk.whatsapp(failed)
    assert not_delivered(walk) == 1
    reply = wamids(walk)[-1]
    assert reply != template
    for _ in range(2):
        walk.whatsapp(status(reply, "failed", errors=[{"code": 131049, "title": "x"}]))
    assert not_delivered(walk) == 2


def wamids(walk: Walk) -> list[str]:
    """Of what the business sent to the phone, in order."""
    return [m.id for phone in walk.world.phones.phones for m in phone.messages if m.sender == "business"]


def not_delivered(walk: Walk) -> int:
    told = [m.text for p in walk.world.portals for c in p.chats.values() for m in c.messages if m.sender == "system"]
    return sum("não entregou" in text for text in told)
