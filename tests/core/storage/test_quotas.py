"""How often one user may ask: a window that opens with the first time, counted once however many ask at once."""

from concurrent.futures import ThreadPoolExecutor

from ponte.storage.quotas import Quotas
from sandbox.memory.table import MemoryTable
from tests.core.runtime.clocks import Clock

ASKED = ("silva", "sync:cliente", "u-1")


class Kept:
    def __init__(self) -> None:
        self.clock = Clock()
        self.quotas = Quotas(MemoryTable(), self.clock)

    def waits(self, times: int, limit: int = 3) -> list[int]:
        return [self.quotas.take(*ASKED, limit).wait_s for _ in range(times)]


def test_so_many_and_no_more_until_the_window_is_over() -> None:
    kept = Kept()
    assert kept.waits(4) == [0, 0, 0, 60]
    kept.clock.now += 59_001
    assert kept.waits(1) == [1]
    kept.clock.now += 999
    assert kept.waits(4) == [0, 0, 0, 60]


def test_users_kinds_and_offices_are_counted_apart() -> None:
    kept = Kept()
    kept.waits(3)
    for other in (("souza", *ASKED[1:]), ("silva", "sync:terceiro", "u-1"), ("silva", "sync:cliente", "u-2")):
        assert kept.quotas.take(*other, 3).wait_s == 0


def test_what_is_given_back_may_be_taken_again_in_the_same_window_only() -> None:
    kept = Kept()
    taken = kept.quotas.take(*ASKED, 1)
    kept.quotas.give_back(*ASKED, taken)
    kept.quotas.give_back(*ASKED, taken)
    assert kept.waits(2, limit=1) == [0, 60], "given back twice, it counts once"
    kept.clock.now += 60_000
    kept.waits(1, limit=1)
    kept.quotas.give_back(*ASKED, taken)
    assert kept.waits(1, limit=1) == [60]


def test_many_at_once_get_no_more_than_there_is() -> None:
    kept = Kept()
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda _: kept.quotas.take(*ASKED, 5).wait_s, range(200)))
    assert waits.count(0) == 5
    kept.clock.now += 60_000
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda _: kept.quotas.take(*ASKED, 5).wait_s, range(200)))
    assert waits.count(0) == 5
