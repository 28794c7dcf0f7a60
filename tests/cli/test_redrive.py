"""Redriving parked messages: the right queue, a new delivery each time, and nothing lost when the queue refuses."""

import itertools
from collections.abc import Callable, Sequence

import pytest

from ponte.queue.envelope import Envelope
from ponte.runtime.redrive import (
    BITRIX24_EVENTS,
    CHATWOOT_EVENTS,
    WHATSAPP_EVENTS,
    WHATSAPP_STATUSES,
    ZATTAR_EVENTS,
    Queue,
    Redriven,
    Route,
    choose,
    drop,
    public_id,
    reason_code,
    redrive,
    route_of,
)
from ponte.storage.claims import Claimed, Finished
from ponte.storage.ledger import Ledger
from sandbox.memory.table import MemoryTable


class Clock:
    def now_ms(self) -> int:
        return 50_000

    def sleep_ms(self, ms: int) -> None:
        raise AssertionError


class Recorder:
    """A queue that keeps what it is sent, or raises `error`."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.sent: list[tuple[str, bool, str]] = []
        self.meanwhile: Callable[[Envelope], None] = lambda _: None

    def send(self, envelopes: Sequence[Envelope], *, fifo: bool, again: str = "") -> int:
        for one in envelopes:
            self.meanwhile(one)
            if self.error:
                raise self.error
            self.sent.append((one.id, fifo, again))
        return 0


def wa(number: int, kind: str = "message") -> Envelope:
    return Envelope("wa", "106", f"wamid.{number}", kind, "chat", number, 1_000)


def parked(ledger: Ledger, one: Envelope, reason: str = "reason.gave_up", detail: str = "") -> None:
    claim = ledger.claim(one, "worker", 2_000 + one.order, 60_000)
    assert isinstance(claim, Claimed)
    ledger.park(claim, 3_000 + one.order, reason, detail)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(MemoryTable())


def send(ledger: Ledger, queue: Recorder, *, reason: str = "") -> list[Redriven]:
    tokens = (f"again{n}" for n in itertools.count())

    def by_field(field: str) -> Queue:
        assert field == "whatsapp_events_queue_url"
        return queue

    return redrive(ledger, by_field, Clock(), lambda: next(tokens), choose(ledger.parked(), reason=reason))


@pytest.mark.parametrize(
    ("one", "route"),
    [
        (wa(1), WHATSAPP_EVENTS),
        (wa(1, "echo"), WHATSAPP_EVENTS),
        (wa(1, "status"), WHATSAPP_STATUSES),
        (Envelope("b24", "m", "x", "OperatorMessage", "c", 1, 1), BITRIX24_EVENTS),
        (Envelope("b24", "m", "x", "SetUpPortal", "c", 1, 1), BITRIX24_EVENTS),
        (Envelope("b24", "m", "x", "status", "c", 1, 1), BITRIX24_EVENTS),
        (Envelope("zt", "office", "x", "PersonChanged", "c", 1, 1), ZATTAR_EVENTS),
        (Envelope("cw", "office", "x", "contact_updated", "c", 1, 1), CHATWOOT_EVENTS),
    ],
    ids=["message", "echo", "status", "operator", "set_up", "a kind of the other side", "zattar", "chatwoot"],
)
def test_an_envelope_goes_back_to_the_queue_it_came_through(one: Envelope, route: Route) -> None:
    assert route_of(one) == route


def test_each_message_is_a_new_delivery_in_the_order_of_parking(ledger: Ledger) -> None:
    for number in (2, 1, 3):
        parked(ledger, wa(number))
    queue = Recorder()
    states = send(ledger, queue)
    assert [one.state for one in states] == ["redriven"] * 3
    assert [(sent[0], sent[1]) for sent in queue.sent] == [(wa(number).id, True) for number in (1, 2, 3)]
    assert len({again for _, _, again in queue.sent}) == 3
    assert ledger.parked() == []


def test_a_redriven_message_can_be_claimed_as_a_retry(ledger: Ledger) -> None:
    parked(ledger, wa(1))
    send(ledger, Recorder())
    claim = ledger.claim(wa(1), "b", 60_000, 60_000)
    assert isinstance(claim, Claimed)
    assert (claim.fate, claim.hits) == ("retry", 0)


def test_a_refused_message_is_parked_again_with_its_reason(ledger: Ledger) -> None:
    parked(ledger, wa(1), "reason.whatsapp.131047", "24 hours")
    (state,) = send(ledger, Recorder(OSError("no network")))
    assert state == Redriven(wa(1).id, "not_queued")
    (row,) = ledger.parked()
    assert (row["reason"], row["reason_detail"]) == ("reason.whatsapp.131047", "24 hours")
    assert ledger.unpark(wa(1).id, 70_000) == wa(1)


def test_a_refusal_does_not_stop_the_others(ledger: Ledger) -> None:
    for number in (1, 2):
        parked(ledger, wa(number))
    assert [one.state for one in send(ledger, Recorder(OSError()))] == ["not_queued", "not_queued"]
    assert len(ledger.parked()) == 2


def test_an_interruption_parks_the_message_again_and_passes_on(ledger: Ledger) -> None:
    parked(ledger, wa(1))
    with pytest.raises(KeyboardInterrupt):
        send(ledger, Recorder(KeyboardInterrupt()))
    assert len(ledger.parked()) == 1


def test_a_message_that_a_worker_has_already_is_left_to_it(ledger: Ledger) -> None:
    """The send seemed to fail, but the queue had taken it."""
    parked(ledger, wa(1))
    queue = Recorder(TimeoutError())
    queue.meanwhile = lambda one: ledger.complete(_claimed(ledger, one), 55_000)
    assert send(ledger, queue)[0].state == "not_queued"
    assert ledger.parked() == []
    assert ledger.claim(wa(1), "c", 60_000, 60_000) == Finished("SENT")


def _claimed(ledger: Ledger, one: Envelope) -> Claimed:
    claim = ledger.claim(one, "worker2", 54_000, 60_000)
    assert isinstance(claim, Claimed)
    return claim


def test_what_was_sent_on_meanwhile_is_not_sent_again(ledger: Ledger) -> None:
    parked(ledger, wa(1))
    rows = ledger.parked()
    ledger.unpark(wa(1).id, 40_000)
    ledger.sent_on(wa(1).id)
    queue = Recorder()
    assert redrive(ledger, lambda _: queue, Clock(), lambda: "t", rows)[0].state == "not_parked"
    assert queue.sent == []


def test_messages_are_chosen_by_any_of_their_ids_and_by_reason(ledger: Ledger) -> None:
    parked(ledger, wa(1), "reason.whatsapp.131047")
    parked(ledger, wa(2), "reason.number_unknown")
    first, second = rows = ledger.parked()
    assert choose(rows, (public_id(first),)) == [first]
    assert choose(rows, ("wa|106|wamid.2",)) == [second]
    assert choose(rows, ("wamid.1", "wamid.2")) == rows
    assert choose(rows, reason="131047") == choose(rows, reason="reason.whatsapp.131047") == [first]
    assert choose(rows, ("wamid.2",), "131047") == []
    assert choose(rows, ("wamid.9",)) == []
    assert choose(rows) == rows
    assert reason_code(second) == "number_unknown"


def test_a_public_id_shows_no_part_of_the_providers_id(ledger: Ledger) -> None:
    parked(ledger, Envelope("wa", "106", "wamid.5511987654321", "message", "c", 1, 1))
    assert "5511" not in public_id(ledger.parked()[0])


def test_a_dropped_message_is_skipped_and_cannot_be_redriven(ledger: Ledger) -> None:
    parked(ledger, wa(1))
    rows = ledger.parked()
    assert drop(ledger, Clock(), rows) == [(wa(1).id, True)]
    assert drop(ledger, Clock(), rows) == [(wa(1).id, False)]
    assert ledger.claim(wa(1), "b", 60_000, 60_000) == Finished("SKIPPED")
