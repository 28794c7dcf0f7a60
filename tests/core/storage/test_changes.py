"""Edits and deletions of messages in every state of the ledger: applied once, or refused for what went out."""

import pytest

from ponte.queue.envelope import Envelope
from ponte.storage.changes import Changes
from ponte.storage.claims import Claimed
from ponte.storage.ledger import Ledger
from ponte.storage.receipts import Receipts
from sandbox.memory.table import MemoryTable

EVENT = Envelope("b24", "m", "ADD|c|1|7", "OperatorMessage", "c|x", 7, 1_000)
LEASE = 60_000


class World:
    def __init__(self) -> None:
        table = MemoryTable()
        self.ledger, self.changes, self.receipts = Ledger(table), Changes(table), Receipts(table)

    def claim(self, now: int = 10_000) -> Claimed:
        claim = self.ledger.claim(EVENT, f"owner{now}", now, LEASE)
        assert isinstance(claim, Claimed)
        return claim

    def bring_to(self, state: str) -> None:
        claim = self.claim()
        match state:
            case "RETRY":
                self.ledger.release(claim, 10_001, "down", counts=False)
            case "UNKNOWN":
                self.ledger.unknown(claim, 10_001, "send0", "no_answer", counts=False)
            case "PARKED":
                claim = self.ledger.save_step(claim, "send0", {"refused": "131026"}, 10_001)
                self.ledger.park(claim, 10_002, "reason.whatsapp.131026")
            case "SENT":
                claim = self.ledger.save_step(claim, "send0", {"wamid": "w"}, 10_001)
                self.ledger.complete(claim, 10_002)
            case "SKIPPED":
                self.ledger.complete(claim, 10_002, state="SKIPPED")
            case "half sent":
                claim = self.ledger.save_step(claim, "send0", {"wamid": "w"}, 10_001)
                self.ledger.release(claim, 10_002, "down", counts=False)

    @property
    def state(self) -> str:
        return str((self.ledger.read(EVENT.id) or {}).get("st"))


@pytest.mark.parametrize(
    ("state", "replaced", "cancelled"),
    [
        ("RETRY", "replaced", "cancelled"),
        ("UNKNOWN", "replaced", "unsure"),
        ("PARKED", "replaced", "cancelled"),
        ("SENDING", "busy", "busy"),
        ("SENT", "sent", "sent"),
        ("half sent", "sent", "sent"),
        ("SKIPPED", "over", "over"),
    ],
)
def test_a_change_is_made_to_what_did_not_go_out(state: str, replaced: str, cancelled: str) -> None:
    first, second = World(), World()
    first.bring_to(state)
    second.bring_to(state)
    assert first.changes.replace(EVENT.id, "edit", "novo", 20_000) == replaced
    assert second.changes.cancel(EVENT.id, "delete", 20_000) == cancelled
    if cancelled in ("cancelled", "unsure"):
        assert second.state == "SKIPPED"
        assert second.ledger.parked() == []


@pytest.mark.parametrize("state", ["RETRY", "UNKNOWN", "PARKED"])
def test_the_same_change_twice_says_the_same_as_before(state: str) -> None:
    world = World()
    world.bring_to(state)
    said = world.changes.cancel(EVENT.id, "delete", 20_000)
    assert world.changes.cancel(EVENT.id, "delete", 20_001) == said
    assert world.changes.cancel(EVENT.id, "another", 20_002) == "over"


def test_a_replaced_text_is_what_the_next_try_is_told() -> None:
    world = World()
    world.bring_to("RETRY")
    world.changes.replace(EVENT.id, "edit 1", "novo", 20_000)
    world.changes.replace(EVENT.id, "edit 2", "mais novo", 20_001)
    assert world.claim(20_002).change == "mais novo"


def test_a_replacement_that_went_out_is_not_called_late_when_its_event_comes_again() -> None:
    world = World()
    world.bring_to("RETRY")
    world.changes.replace(EVENT.id, "edit", "novo", 20_000)
    claim = world.ledger.save_step(world.claim(20_001), "send0", {"wamid": "w"}, 20_002)
    world.ledger.complete(claim, 20_003)
    assert world.changes.replace(EVENT.id, "edit", "novo", 20_004) == "replaced"
    assert world.changes.replace(EVENT.id, "another", "x", 20_004) == "sent"


@pytest.mark.parametrize(("is_queued", "expected"), [(False, "sent"), (True, "cancelled")])
def test_a_message_nobody_knows_was_sent_long_ago_unless_it_is_known_to_come(is_queued: bool, expected: str) -> None:
    world = World()
    assert world.changes.cancel(EVENT.id, "delete", 20_000, is_queued=is_queued) == expected
    assert world.state == ("SKIPPED" if is_queued else "None")


def test_a_message_that_is_known_to_come_is_replaced_before_its_first_try() -> None:
    world = World()
    assert world.changes.replace(EVENT.id, "edit", "novo", 20_000, is_queued=True) == "replaced"
    assert world.claim(20_001).change == "novo"


def test_a_worker_that_died_leaves_a_message_of_unknown_fate() -> None:
    world = World()
    world.claim()
    assert world.changes.cancel(EVENT.id, "delete", 10_000 + LEASE + 1) == "unsure"


def test_a_receipt_that_proves_the_send_comes_before_the_change() -> None:
    world = World()
    world.bring_to("UNKNOWN")
    world.receipts.receipt(EVENT.id, 0, "w", "sent", 1, 20_000)
    assert world.changes.replace(EVENT.id, "edit", "novo", 20_001) == "sent"
