"""People of law offices: seeds under all weathers, and the same seed twice."""

from typing import Any

from sandbox.simulate.office_history import OfficeHistory
from sandbox.simulate.report import cores, run_many

SEEDS = 800


def test_in_eight_hundred_histories_both_sides_of_everybody_agree() -> None:
    tally = run_many(0, SEEDS, cores(), lambda _: None, "people")
    assert tally.violations == []
    assert tally.histories == SEEDS
    assert tally.people > SEEDS
    assert tally.edits > 5 * SEEDS
    assert tally.untold > SEEDS, "webhooks that nobody took"
    assert tally.listed > SEEDS, "conflicts"


def _end_of(history: OfficeHistory) -> tuple[Any, ...]:
    history.run()
    rows = [office.database.rows for office in history.world.offices]
    contacts = [account.contacts for account in history.world.accounts]
    return history.scheduler.steps, history.scheduler.now, rows, contacts, history.items(), history.weather.counts


def test_a_seed_gives_the_same_history_again() -> None:
    for seed in (3, 82, 275):
        assert _end_of(OfficeHistory(seed)) == _end_of(OfficeHistory(seed))


def test_different_seeds_give_different_histories() -> None:
    assert _end_of(OfficeHistory(1)) != _end_of(OfficeHistory(2))
