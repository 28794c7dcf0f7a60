"""Rates are kept whoever asks, short waits are slept, long ones handed back."""

import pytest

from ponte.mappings import Rate, Timing
from ponte.storage.buckets import Buckets
from ponte.storage.circuits import FAILURES, Change
from ponte.storage.table import Item, Write
from sandbox.memory.table import MemoryTable
from tests.core.runtime.clocks import Clock

KEY = ("RB#b24#m", "RB")
TWO_A_SECOND = Rate(2, 5)


def test_a_burst_goes_at_once_and_the_rest_waits_its_turn() -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock, max_wait_ms=0)
    assert [buckets.take(KEY, TWO_A_SECOND) for _ in range(5)] == [0, 0, 0, 0, 0]
    assert buckets.take(KEY, TWO_A_SECOND) > 0
    clock.now += 500
    assert buckets.take(KEY, TWO_A_SECOND) == 0
    assert buckets.take(KEY, TWO_A_SECOND) > 0


def test_over_a_long_time_never_more_than_burst_and_rate() -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock, max_wait_ms=0)
    granted = 0
    for _ in range(1_000):
        granted += buckets.take(KEY, TWO_A_SECOND) == 0
        clock.now += 10
    assert granted <= 5 + 20
    assert granted >= 5 + 18


def test_a_short_wait_is_slept_instead_of_handed_back() -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock, max_wait_ms=2_000)
    for _ in range(5):
        buckets.take(KEY, TWO_A_SECOND)
    assert buckets.take(KEY, TWO_A_SECOND) == 0
    assert clock.now > 0


def test_the_wait_told_is_enough() -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock, max_wait_ms=0)
    while not (wait := buckets.take(KEY, TWO_A_SECOND)):
        pass
    clock.now += round(wait * 1000)
    assert buckets.take(KEY, TWO_A_SECOND) == 0


def test_an_idle_bucket_is_full_again_but_not_fuller() -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock, max_wait_ms=0)
    while not buckets.take(KEY, TWO_A_SECOND):
        pass
    clock.now += 3_600_000
    assert sum(buckets.take(KEY, TWO_A_SECOND) == 0 for _ in range(20)) == 5


def test_a_held_bucket_gives_nothing_until_then() -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock, max_wait_ms=0)
    buckets.hold(KEY, TWO_A_SECOND, 10)
    assert buckets.take(KEY, TWO_A_SECOND) > 9
    clock.now += 10_001
    assert buckets.take(KEY, TWO_A_SECOND) == 0


@pytest.mark.parametrize(("burst", "reserve", "given"), [(45, 30, 15), (5, 30, 2), (3, 30, 1), (1, 30, 1)])
def test_a_reserve_stays_for_others(burst: int, reserve: int, given: int) -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock)
    rate = Rate(2, burst)
    assert sum(buckets.take(KEY, rate, reserve=reserve) == 0 for _ in range(60)) == given
    assert clock.now == 0, "who leaves a reserve never waits its turn here"
    others = Buckets(MemoryTable(), clock, max_wait_ms=0)
    assert sum(others.take(KEY, rate) == 0 for _ in range(60)) == burst


def test_a_reserve_is_taken_from_again_as_soon_as_the_bucket_has_filled_up() -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock, max_wait_ms=0)
    rate = Rate(2, 45)
    while not buckets.take(KEY, rate, reserve=30):
        pass
    wait = buckets.take(KEY, rate, reserve=30)
    assert buckets.take(KEY, rate) == 0, "live traffic is not held back"
    clock.now += round(wait * 1000) + 500
    assert buckets.take(KEY, rate, reserve=30) == 0


def test_one_pair_in_six_seconds_with_its_burst() -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock, max_wait_ms=0)
    pair = Rate(0.1667, 45)
    assert sum(buckets.take(KEY, pair) == 0 for _ in range(60)) == 45
    clock.now += 6_001
    assert sum(buckets.take(KEY, pair) == 0 for _ in range(3)) == 1


class Counting(MemoryTable):
    """Counts the writes, those whose condition failed included: each costs one."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    def write(self, write: Write) -> Item:
        self.writes += 1
        return super().write(write)


@pytest.mark.parametrize("pause_ms", [100, 1_000], ids=["busy", "idle"])
def test_a_call_costs_one_write_once_the_bucket_is_known(pause_ms: int) -> None:
    clock, table = Clock(0), Counting()
    buckets = Buckets(table, clock)
    for _ in range(4):
        assert buckets.take(KEY, TWO_A_SECOND) == 0
        clock.now += pause_ms
    assert table.writes == 4


def test_what_others_sold_of_the_same_bucket_costs_a_second_look_and_counts() -> None:
    clock, table = Clock(0), Counting()
    mine, theirs = Buckets(table, clock, max_wait_ms=0), Buckets(table, clock, max_wait_ms=0)
    assert mine.take(KEY, TWO_A_SECOND) == 0
    clock.now += 1_000  # full again, as far as `mine` knows
    assert [theirs.take(KEY, TWO_A_SECOND) for _ in range(4)] == [0] * 4
    before = table.writes
    assert mine.take(KEY, TWO_A_SECOND) == 0
    assert table.writes == before + 2
    assert mine.take(KEY, TWO_A_SECOND) > 0


def test_a_provider_that_works_pays_nothing_for_its_circuit() -> None:
    clock, plain, table = Clock(0), Counting(), Counting()
    limits, buckets = Buckets(plain, clock), Buckets(table, clock)
    for _ in range(20):
        limits.take(KEY, TWO_A_SECOND)
        buckets.circuits.report(buckets.enter(KEY, TWO_A_SECOND, "c"), outage=False)
        clock.now += 100
    assert table.writes == plain.writes


def fail(buckets: Buckets, chats: list[str]) -> list[Change]:
    turns = [buckets.enter(KEY, Rate(50, 50), chat) for chat in chats]
    return [buckets.circuits.report(turn, outage=True) for turn in turns if not turn.wait]


def test_failures_of_chats_that_take_turns_open_the_circuit_once() -> None:
    buckets = Buckets(MemoryTable(), Clock(0))
    assert fail(buckets, ["a", "b"] * FAILURES) == ["", "", "", "", "opened", "", "", "", "", ""]
    turn = buckets.enter(KEY, TWO_A_SECOND, "c")
    assert (turn.is_open, turn.wait, turn.refusal().counts) == (True, 5, False)


@pytest.mark.parametrize(
    "chats", [["a"] * 50, ["a", "b"] * 2, ["a", "a", "b", "b", "a", "a", "b"]], ids=["one chat", "too few", "in runs"]
)
def test_other_failures_open_nothing(chats: list[str]) -> None:
    buckets = Buckets(MemoryTable(), Clock(0))
    assert set(fail(buckets, chats)) == {""}
    assert not buckets.enter(KEY, Rate(50, 50), "c").wait


def test_an_answer_in_between_starts_the_count_anew() -> None:
    buckets = Buckets(MemoryTable(), Clock(0))
    fail(buckets, ["a", "b", "a", "b"])
    assert buckets.circuits.report(buckets.enter(KEY, Rate(50, 50), "a"), outage=False) == ""
    assert set(fail(buckets, ["a", "b", "a", "b"])) == {""}


@pytest.mark.parametrize(
    ("timing", "waits"),
    [
        (Timing(), [5, 10, 20, 40, 60, 60]),
        (Timing(retry_first_s=1, retry_cap_s=2, lease_s=4), [1, 2, 2, 2, 2, 2]),
        (Timing(retry_first_s=90), [60, 60, 60, 60, 60, 60]),
    ],
    ids=["production", "sandbox", "slow"],
)
def test_each_failed_trial_doubles_the_wait_up_to_a_minute(timing: Timing, waits: list[float]) -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock, timing=lambda: timing)
    fail(buckets, ["a", "b"] * 3)
    told = []
    for n in range(6):
        told.append(buckets.enter(KEY, TWO_A_SECOND, "z").wait)
        clock.now += round(told[-1] * 1000)
        trial = buckets.enter(KEY, TWO_A_SECOND, f"t{n}")
        assert (trial.wait, trial.is_trial) == (0, True)
        assert buckets.circuits.report(trial, outage=True) == "opened"
    assert told == waits


def test_the_chat_that_failed_last_gets_the_trial_last() -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock)
    fail(buckets, ["a", "b", "a", "b", "a"])
    clock.now += 5_000
    assert buckets.enter(KEY, TWO_A_SECOND, "a").wait == 5
    assert buckets.enter(KEY, TWO_A_SECOND, "b").is_trial
    clock.now += 20_000
    assert buckets.enter(KEY, TWO_A_SECOND, "a").is_trial, "nobody else came"


def test_a_call_that_was_under_way_when_the_circuit_opened_does_not_lengthen_it() -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock)
    slow = buckets.enter(KEY, Rate(50, 50), "slow")
    fail(buckets, ["a", "b", "a", "b", "a"])
    assert buckets.circuits.report(slow, outage=True) == ""
    assert buckets.enter(KEY, TWO_A_SECOND, "c").wait == 5


def test_a_trial_that_is_answered_closes_the_circuit_for_all() -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock)
    fail(buckets, ["a", "b", "a", "b", "a"])
    clock.now += 5_000
    assert buckets.circuits.report(buckets.enter(KEY, TWO_A_SECOND, "c"), outage=False) == "closed"
    assert buckets.circuits.look(KEY) is None
    assert not buckets.enter(KEY, TWO_A_SECOND, "a").wait


def test_who_looks_sees_since_when_a_circuit_is_open() -> None:
    clock = Clock(1_000)
    buckets = Buckets(MemoryTable(), clock)
    assert buckets.circuits.look(KEY) is None
    fail(buckets, ["a", "b", "a", "b", "a"])
    circuit = buckets.circuits.look(KEY)
    assert circuit is not None
    assert (circuit.opened_ms, circuit.open_until_ms, circuit.opens) == (1_000, 6_000, 1)
