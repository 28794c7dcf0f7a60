"""Rates are kept whoever asks, short waits are slept, long ones handed back."""

from ponte.mappings import Rate
from ponte.storage.buckets import Buckets
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


def test_one_pair_in_six_seconds_with_its_burst() -> None:
    clock = Clock(0)
    buckets = Buckets(MemoryTable(), clock, max_wait_ms=0)
    pair = Rate(0.1667, 45)
    assert sum(buckets.take(KEY, pair) == 0 for _ in range(60)) == 45
    clock.now += 6_001
    assert sum(buckets.take(KEY, pair) == 0 for _ in range(3)) == 1
