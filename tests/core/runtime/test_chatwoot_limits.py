"""What all of ours may ask of one Chatwoot in a minute, and who goes first."""

import pytest

from ponte.runtime.chatwoot_limits import KEPT_MS, PACK, RESERVE, ChatwootLimits
from ponte.storage.buckets import Buckets
from sandbox.memory.table import MemoryTable
from tests.core.runtime.clocks import Clock

HOST, OTHER = "chat.silva.adv.br", "chat.souza.adv.br"


class Fleet:
    """Processes with one table behind them, none of which waits its turn."""

    def __init__(self) -> None:
        self.clock, self.table = Clock(), MemoryTable()
        self.writes = 0
        write = self.table.write

        def counted(*given: object) -> object:
            self.writes += 1
            return write(*given)  # type: ignore[arg-type]

        self.table.write = counted  # type: ignore[method-assign,assignment]

    def process(self) -> ChatwootLimits:
        return ChatwootLimits(Buckets(self.table, self.clock, max_wait_ms=0), self.clock)

    def asked(self, process: ChatwootLimits, *, yields: bool = False, host: str = HOST) -> int:
        """How many calls it may make right now."""
        return next(n for n in range(10_000) if process.wait(host, yields=yields))


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


def test_a_call_costs_a_tenth_of_a_write(fleet: Fleet) -> None:
    process = fleet.process()
    for _ in range(10 * PACK):
        assert process.wait(HOST) == 0
    assert fleet.writes <= 10 + 2


def test_any_sixty_seconds_hold_less_than_chatwoot_allows(fleet: Fleet) -> None:
    """From an idle minute on, the burst and what grows back meanwhile."""
    processes = [fleet.process() for _ in range(5)]
    made = 0
    for _ in range(60):
        made += sum(fleet.asked(one) for one in processes)
        fleet.clock.now += 1_000
    assert 2_500 < made < 3_000


def test_who_yields_leaves_a_reserve_to_live_calls(fleet: Fleet) -> None:
    process = fleet.process()
    fleet.asked(process, yields=True)
    assert fleet.asked(fleet.process()) == RESERVE * PACK
    assert process.wait(HOST, yields=True) > 0


def test_a_pack_is_let_go_when_it_was_not_used_up(fleet: Fleet) -> None:
    process = fleet.process()
    process.wait(HOST)
    before = fleet.writes
    fleet.clock.now += KEPT_MS + 1
    process.wait(HOST)
    assert fleet.writes > before


def test_hosts_have_limits_of_their_own(fleet: Fleet) -> None:
    process = fleet.process()
    fleet.asked(process)
    assert process.wait(OTHER) == 0


def test_nobody_asks_while_chatwoot_has_had_enough(fleet: Fleet) -> None:
    process, other = fleet.process(), fleet.process()
    assert process.wait(HOST) == 0
    process.hold(HOST, 30)
    assert process.wait(HOST) > 25, "not even what is left of its pack"
    assert other.wait(HOST) > 25
    fleet.clock.now += 31_000
    assert other.wait(HOST) == 0
