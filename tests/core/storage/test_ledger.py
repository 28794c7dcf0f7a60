"""The ledger's moves: claim, steps, lost claims, unknown fates, parking, receipts in any order."""

import pytest

from ponte.queue.envelope import Envelope
from ponte.storage.claims import Busy, Claimed, Finished
from ponte.storage.ledger import Ledger
from ponte.storage.ledger_items import word
from ponte.storage.receipts import Receipts
from ponte.storage.table import ConditionFailed, Item, Write
from ponte.storage.unsettled import Unsettled
from sandbox.memory.table import MemoryTable

EVENT = Envelope("b24", "member", "ONIMCONNECTORMESSAGEADD|c|1|77", "OperatorMessage", "c|ext", 77, 1_000)
LEASE = 60_000


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


@pytest.fixture
def ledger(table: MemoryTable) -> Ledger:
    return Ledger(table)


@pytest.fixture
def receipts(table: MemoryTable) -> Receipts:
    return Receipts(table)


def claim(ledger: Ledger, now: int = 2_000, owner: str = "a") -> Claimed:
    claimed = ledger.claim(EVENT, owner, now, LEASE)
    assert isinstance(claimed, Claimed)
    return claimed


def test_a_first_claim_is_fresh_and_counts_one_attempt(ledger: Ledger) -> None:
    claimed = claim(ledger)
    assert (claimed.fate, claimed.attempts, claimed.steps) == ("fresh", 1, {})


def test_a_rival_is_told_until_when_the_event_is_busy(ledger: Ledger) -> None:
    claim(ledger)
    assert ledger.claim(EVENT, "b", 3_000, LEASE) == Busy(2_000 + LEASE)


def test_a_claim_on_a_completed_event_is_finished(ledger: Ledger) -> None:
    ledger.complete(claim(ledger), 3_000)
    assert ledger.claim(EVENT, "b", 4_000, LEASE) == Finished("SENT")


def test_a_run_out_lease_makes_the_fate_unknown_since_its_end(ledger: Ledger) -> None:
    """Until then its owner may have called."""
    claim(ledger)
    late = claim(ledger, 2_001 + LEASE, "b")
    assert (late.fate, late.unknown_since_ms) == ("unknown", 2_000 + LEASE)


def test_a_claim_that_the_sdk_sent_twice_is_still_ours(ledger: Ledger) -> None:
    """The store took it, its answer was lost, and the SDK asked again."""
    first, again = claim(ledger), claim(ledger)
    assert again == first


def test_of_a_later_claim_that_was_sent_twice_the_fate_counts_as_unknown(ledger: Ledger) -> None:
    ledger.release(claim(ledger), 3_000, "rate", counts=False)
    claim(ledger, 4_000, "b")
    again = claim(ledger, 4_000, "b")
    assert (again.fate, again.attempts, again.unknown_since_ms) == ("unknown", 2, 4_000)


def test_of_a_redriven_claim_that_was_sent_twice_the_steps_stand_and_the_fate_counts_as_unknown(ledger: Ledger) -> None:
    """Its tries are counted anew, so it looks like a first one."""
    first = ledger.save_step(claim(ledger), "send0", {"wamid": "w"}, 3_000)
    ledger.park(first, 3_001, "reason.gave_up")
    ledger.unpark(EVENT.id, 4_000)
    claim(ledger, 5_000, "b")
    again = claim(ledger, 5_000, "b")
    assert (again.fate, again.attempts) == ("unknown", 1)
    assert again.steps == {"send0": {"wamid": "w"}}


def test_when_the_other_side_is_through_is_kept_until_the_fate_is_known(ledger: Ledger) -> None:
    ledger.unknown(claim(ledger), 3_000, "send0", "no_answer", counts=False, settles_ms=63_000)
    second = claim(ledger, 4_000, "b")
    assert second.settles_ms == 63_000
    ledger.unknown(second, 5_000, "send0", "not_settled", counts=False)
    third = claim(ledger, 6_000, "c")
    assert third.settles_ms == 63_000
    ledger.save_step(third, "send0", {"wamid": "w"}, 7_000)
    assert "settles_ms" not in (ledger.read(EVENT.id) or {})


def test_of_an_unknown_fate_it_is_kept_which_claim_made_the_call(ledger: Ledger) -> None:
    first = claim(ledger)
    ledger.unknown(first, 3_000, "notice", "no_answer", counts=False)
    second = claim(ledger, 4_000, "b")
    assert second.begun_ms == first.since_ms
    assert claim(ledger, 4_001 + LEASE, "c").begun_ms == first.since_ms, "the second died before it could tell"


def test_a_worker_that_died_at_a_later_step_may_have_called_before_the_next_that_died(ledger: Ledger) -> None:
    first = ledger.save_step(claim(ledger), "send0", {"wamid": "w"}, 3_000)
    claim(ledger, 2_001 + LEASE, "b")
    assert claim(ledger, 2_002 + 2 * LEASE, "c").begun_ms == first.since_ms


def test_after_a_risk_nothing_older_than_it_is_in_doubt(ledger: Ledger) -> None:
    ledger.unknown(claim(ledger), 3_000, "send0", "no_answer", counts=False)
    ledger.risk(claim(ledger, 40_000, "b"), 40_500, "send0")
    claim(ledger, 40_001 + LEASE, "c")
    assert claim(ledger, 40_002 + 2 * LEASE, "d").begun_ms == 40_500


def test_a_crash_struck_a_call_of_the_claim_that_died(ledger: Ledger) -> None:
    ledger.release(claim(ledger), 3_000, "rate", counts=False)
    second = claim(ledger, 4_000, "b")
    third = claim(ledger, 4_001 + LEASE, "c")
    assert third.begun_ms == 4_000
    fourth = claim(ledger, 4_002 + 2 * LEASE, "d")
    assert fourth.begun_ms == 4_000, "which of the two it struck is not known"
    ledger.save_step(fourth, "send0", {"wamid": "w"}, 4_003 + 2 * LEASE)
    assert claim(ledger, 4_003 + 3 * LEASE, "e").begun_ms == fourth.since_ms
    assert second.begun_ms == 0


def test_a_loser_of_the_lease_can_no_longer_write(ledger: Ledger) -> None:
    lost = claim(ledger)
    claim(ledger, 2_001 + LEASE, "b")
    for move in (
        lambda: ledger.save_step(lost, "send0", {"wamid": "w"}, 1),
        lambda: ledger.complete(lost, 1),
        lambda: ledger.release(lost, 1, "x", counts=True),
        lambda: ledger.park(lost, 1, "reason.default"),
        lambda: ledger.unknown(lost, 1, "send0", "x", counts=False),
    ):
        with pytest.raises(ConditionFailed):
            move()


def test_a_released_event_comes_back_with_its_steps(ledger: Ledger) -> None:
    claimed = ledger.save_step(claim(ledger), "send0", {"wamid": "w0"}, 2_500)
    ledger.release(claimed, 3_000, "http_429", counts=True)
    again = claim(ledger, 4_000, "b")
    assert (again.fate, again.hits, again.attempts, again.steps) == ("retry", 1, 2, {"send0": {"wamid": "w0"}})


def test_an_uncounted_release_leaves_the_hits(ledger: Ledger) -> None:
    ledger.release(claim(ledger), 3_000, "rate", counts=False)
    assert claim(ledger, 4_000, "b").hits == 0


def test_an_unknown_fate_survives_a_second_wait(ledger: Ledger) -> None:
    ledger.unknown(claim(ledger, 2_000), 2_500, "send0", "no_answer", counts=False)
    second = claim(ledger, 5_000, "b")
    ledger.unknown(second, 5_500, "send0", "awaiting_receipt", counts=False)
    third = claim(ledger, 9_000, "c")
    assert (third.fate, third.unknown_since_ms) == ("unknown", 2_500)


def test_a_receipt_during_the_wait_fills_in_the_step(ledger: Ledger, receipts: Receipts) -> None:
    ledger.unknown(claim(ledger), 2_500, "send0", "no_answer", counts=False)
    assert receipts.receipt(EVENT.id, 0, "wamid.X", "sent", 1, 3_000)
    assert claim(ledger, 9_000, "b").steps["send0"]["wamid"] == "wamid.X"


@pytest.mark.parametrize(
    ("ranks", "expected"),
    [([1, 3, 4], "READ"), ([4, 3, 1], "READ"), ([3, 1, 3], "DELIVERED"), ([1], "SENT"), ([], "SENT"), ([5], "READ")],
)
def test_the_rank_never_falls_whatever_the_order(
    ledger: Ledger, receipts: Receipts, ranks: list[int], expected: str
) -> None:
    claimed = ledger.save_step(claim(ledger), "send0", {"wamid": "w0"}, 2_500)
    ledger.complete(claimed, 3_000)
    for rank in ranks:
        receipts.receipt(EVENT.id, 0, "w0", "x", rank, 4_000)
    assert word(ledger.read(EVENT.id) or {}) == expected


def test_a_message_is_as_far_as_its_slowest_part(ledger: Ledger, receipts: Receipts) -> None:
    claimed = claim(ledger)
    for part in range(2):
        claimed = ledger.save_step(claimed, f"send{part}", {"wamid": f"w{part}"}, 2_500)
    ledger.complete(claimed, 3_000)
    receipts.receipt(EVENT.id, 0, "w0", "read", 4, 4_000)
    assert word(ledger.read(EVENT.id) or {}) == "SENT"


def test_a_receipt_of_an_unknown_event_is_refused(ledger: Ledger, receipts: Receipts) -> None:
    assert not receipts.receipt("b24|member|other", 0, "w", "sent", 1, 1)
    assert ledger.read("b24|member|other") is None


def test_a_failure_counts_once_and_never_after_a_delivery(ledger: Ledger, receipts: Receipts) -> None:
    ledger.complete(ledger.save_step(claim(ledger), "send0", {"wamid": "w0"}, 2_500), 3_000)
    assert receipts.failure(EVENT.id, 0, "w0", "131026", 3, 4_000)
    assert not receipts.failure(EVENT.id, 0, "w0", "131026", 3, 4_001)
    assert word(ledger.read(EVENT.id) or {}) == "FAILED"
    receipts.receipt(EVENT.id, 0, "w0", "delivered", 3, 5_000)
    assert word(ledger.read(EVENT.id) or {}) == "DELIVERED"


def test_parked_keeps_reason_and_envelope_and_can_be_sent_on(ledger: Ledger) -> None:
    claimed = ledger.save_step(claim(ledger), "send0", {"refused": "131047", "detail": ""}, 2_500)
    claimed = ledger.save_step(claimed, "notice", {}, 2_600)
    ledger.park(claimed, 3_000, "reason.whatsapp.131047")
    (row,) = ledger.parked()
    assert (row["reason"], row["source_id"]) == ("reason.whatsapp.131047", "77")
    assert ledger.claim(EVENT, "b", 4_000, LEASE) == Finished("PARKED")
    assert ledger.unpark(EVENT.id, 5_000) == EVENT
    assert ledger.unpark(EVENT.id, 5_500) == EVENT, "whoever died before the queue had it can say it again"
    assert [row["event_id"] for row in ledger.parked()] == [EVENT.id], "listed until it is queued"
    ledger.sent_on(EVENT.id)
    assert ledger.parked() == []
    again = claim(ledger, 6_000, "c")
    assert (again.steps, again.hits) == ({}, 0)
    assert ledger.parked() == []
    assert ledger.unpark(EVENT.id, 7_000) is None


def test_only_parked_events_can_be_redriven_or_dropped(ledger: Ledger) -> None:
    assert ledger.unpark(EVENT.id, 1) is None
    ledger.complete(claim(ledger), 3_000)
    assert ledger.unpark(EVENT.id, 1) is None
    assert not ledger.drop(EVENT.id, 1)


def test_an_early_receipt_waits_for_its_pointer(ledger: Ledger, receipts: Receipts) -> None:
    receipts.early_receipt("pn", "w9", 3, 1_000)
    receipts.early_receipt("pn", "w9", 1, 1_001)
    assert receipts.point_to("pn", "w9", EVENT.id, 0, 2_000)["rk"] == 3


def test_a_redrive_still_knows_that_a_step_may_have_been_done(ledger: Ledger) -> None:
    """Parked before its fate was known (its portal lost its grant, say): whoever goes on has to probe."""
    ledger.unknown(claim(ledger), 3_000, "send", "no_answer", counts=False, settles_ms=63_000)
    ledger.park(claim(ledger, 4_000, "b"), 5_000, "reason.portal_reauth")
    assert ledger.unpark(EVENT.id, 6_000) is not None
    assert [row["event_id"] for row in ledger.parked()] == [EVENT.id], "until it is known to be on its queue"
    ledger.sent_on(EVENT.id)
    again = claim(ledger, 7_000, "c")
    assert (again.fate, again.unknown_since_ms, again.settles_ms) == ("unknown", 3_000, 63_000)


def test_a_step_that_a_redrive_reopened_says_nothing_about_the_one_in_which_a_crash_struck(ledger: Ledger) -> None:
    """The file was refused, the worker died in the send: the file tried again does not prove the send."""
    ledger.save_step(claim(ledger), "fetch", {"refused": "disguised", "detail": ""}, 2_500)
    ledger.park(claim(ledger, 2_001 + LEASE, "b"), 70_000, "reason.portal_reauth")
    assert ledger.unpark(EVENT.id, 80_000) is not None
    again = claim(ledger, 81_000, "c")
    assert (again.fate, again.steps) == ("unknown", {})
    fetched = ledger.save_step(again, "fetch", {"key": "k"}, 82_000)
    assert fetched.is_about("send")
    later = claim(ledger, 83_000 + LEASE, "d")
    assert later.is_about("send"), "whoever takes over knows it too"
    sent = ledger.save_step(later, "send", {"wamid": "w0"}, 84_000 + LEASE)
    assert sent.fate == "retry"
    assert not {"reopened", "unknown_ms"} & set(ledger.read(EVENT.id) or {})


def test_the_first_claim_is_remembered_after_a_redrive_but_the_age_starts_anew(ledger: Ledger) -> None:
    """Probes look for what was done since the first claim, whoever redrove it when."""
    ledger.park(claim(ledger, 2_000), 3_000, "reason.gave_up")
    ledger.unpark(EVENT.id, 900_000)
    again = claim(ledger, 901_000, "b")
    assert (again.first_ms, again.counted_from_ms) == (2_000, 900_000)


def test_a_redrive_that_read_early_does_not_forget_a_step_that_was_done_since(table: MemoryTable) -> None:
    """Two people redrive at once; the worker of the first is done with a part before the second one writes."""

    class Slow(MemoryTable):
        def get(self, pk: str, sk: str) -> Item | None:
            item = table.get(pk, sk)
            meanwhile()
            return item

        def write(self, write: Write) -> Item:
            return table.write(write)

    ledger = Ledger(table)
    refused = ledger.save_step(claim(ledger), "send0", {"refused": "131047", "detail": ""}, 2_500)
    ledger.park(refused, 3_000, "reason.whatsapp.131047")

    def meanwhile() -> None:
        assert ledger.unpark(EVENT.id, 4_000) == EVENT
        ledger.sent_on(EVENT.id)
        sent = ledger.save_step(claim(ledger, 5_000, "worker"), "send0", {"wamid": "w0"}, 5_500)
        again = ledger.save_step(sent, "send1", {"refused": "131026", "detail": ""}, 5_600)
        ledger.park(again, 6_000, "reason.whatsapp.131026")

    assert Ledger(Slow()).unpark(EVENT.id, 7_000) is None
    assert (ledger.read(EVENT.id) or {})["s_send0"] == {"wamid": "w0"}
    assert [row["reason"] for row in ledger.parked()] == ["reason.whatsapp.131026"]


def test_a_fate_stays_unsettled_since_its_first_day(ledger: Ledger, table: MemoryTable) -> None:
    ledger.unknown(claim(ledger, 2_000), 2_500, "send0", "no_answer", counts=False)
    ledger.unknown(claim(ledger, 5_000, "b"), 5_500, "send0", "no_answer", counts=False)
    assert Unsettled(table).stale(5_000) == [], "a worker looked at it then"
    (row,) = Unsettled(table).stale(5_001)
    assert str(row["gsi1sk"]).startswith("0000000002500#")
