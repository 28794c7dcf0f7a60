"""The proof itself: seeds under all weathers, and the same seed twice."""

from typing import Any

from sandbox.simulate.history import History
from sandbox.simulate.report import cores, run_many
from sandbox.simulate.weather import Fate

SEEDS = 2_000


def test_in_two_thousand_histories_nothing_is_lost_doubled_or_reordered() -> None:
    tally = run_many(0, SEEDS, cores(), lambda _: None)
    assert tally.violations == []
    assert tally.histories == SEEDS
    struck = {name for name, count in tally.faults.items() if count}
    assert {fate.value for fate in Fate} - {"ok"} <= struck, "every kind of trouble was met"
    assert tally.copied <= tally.risked


def _end_of(history: History) -> tuple[Any, ...]:
    history.run()
    screens = [(c.id, [m.text for m in c.messages]) for p in history.world.portals for c in p.chats.values()]
    phones = [(p.wa_id, [m.text for m in p.messages]) for p in history.world.phones.phones]
    return history.scheduler.steps, history.scheduler.now, screens, phones, history.items(), history.weather.counts


def test_a_seed_gives_the_same_history_again() -> None:
    for seed in (3, 82, 275):
        assert _end_of(History(seed)) == _end_of(History(seed))


def test_different_seeds_give_different_histories() -> None:
    assert _end_of(History(1)) != _end_of(History(2))
