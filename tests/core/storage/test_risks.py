"""Messages that somebody may have seen twice can be listed, and nothing is paid for all others."""

import pytest

from ponte.queue.envelope import Envelope
from ponte.storage.claims import Claimed
from ponte.storage.ledger import Ledger
from ponte.storage.receipts import Receipts
from ponte.storage.table import ConditionFailed
from sandbox.memory.table import MemoryTable


def event(number: int) -> Envelope:
    return Envelope("b24", "m", f"ADD|c|1|{number}", "OperatorMessage", "c|x", number, 1_000)


def claim(ledger: Ledger, number: int, now: int) -> Claimed:
    claimed = ledger.claim(event(number), "a", now, 60_000)
    assert isinstance(claimed, Claimed)
    return claimed


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


@pytest.fixture
def ledger(table: MemoryTable) -> Ledger:
    return Ledger(table)


def test_the_newest_risk_comes_first_whatever_became_of_the_message(ledger: Ledger) -> None:
    for number in range(12):
        risky = ledger.risk(claim(ledger, number, 2_000 + number), 3_000 + number, "send0")
        if number % 2:
            ledger.complete(risky, 4_000)
        else:
            ledger.park(risky, 4_000, "reason.fate_unknown")
    assert [risk.row["source_id"] for risk in ledger.risks(3)] == ["11", "10", "9"]
    assert [risk.at_ms for risk in ledger.risks()] == [3_011 - n for n in range(12)]
    assert len(ledger.parked()) == 6, "the lists do not mix"


def test_each_repeated_step_is_a_risk_of_its_own_and_the_same_one_again_is_not(ledger: Ledger) -> None:
    first = ledger.risk(claim(ledger, 1, 2_000), 3_000, "send0")
    again = ledger.risk(first, 3_500, "send0")
    sent = ledger.save_step(again, "send0", {"wamid": "w"}, 3_600)
    ledger.risk(sent, 4_000, "send1")
    assert [(risk.step, risk.at_ms) for risk in ledger.risks()] == [("send1", 4_000), ("send0", 3_500)]


def test_a_message_without_risk_writes_no_second_item(table: MemoryTable, ledger: Ledger) -> None:
    ledger.complete(ledger.save_step(claim(ledger, 1, 2_000), "send0", {"wamid": "w"}, 2_500), 3_000)
    assert len(table.items()) == 1
    assert ledger.risks() == []


def test_a_proof_at_the_last_moment_is_no_risk(ledger: Ledger, table: MemoryTable) -> None:
    claimed = claim(ledger, 1, 2_000)
    Receipts(table).receipt(event(1).id, 0, "w", "sent", 1, 2_500)
    assert ledger.risk(claimed, 3_000, "send0").steps["send0"]["wamid"] == "w"
    assert ledger.risks() == []


def test_who_lost_the_claim_notes_no_risk(ledger: Ledger) -> None:
    lost = claim(ledger, 1, 2_000)
    ledger.claim(event(1), "b", 70_000, 60_000)
    with pytest.raises(ConditionFailed):
        ledger.risk(lost, 70_001, "send0")
    assert ledger.risks() == []
