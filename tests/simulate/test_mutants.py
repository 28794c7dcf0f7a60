"""The proof can fail: planted bugs have to be seen. A file of its own, so that both cores have work."""

import pytest

from sandbox.simulate.history import History
from sandbox.simulate.mutants import MUTANTS
from sandbox.simulate.planting import Mutant, Stale, planted
from sandbox.simulate.report import MUTANT_SEEDS, catch


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_planted_bug_is_caught(mutant: Mutant) -> None:
    assert catch(mutant).seed is not None, f"not seen in {MUTANT_SEEDS} seeds: {mutant.story}"


def test_a_planted_bug_is_gone_afterwards() -> None:
    mutant = MUTANTS[0]
    with planted(mutant):
        pass
    history = History(0)
    history.run()
    assert history.at_rest
    assert history.told.bugs == []


def test_a_bug_that_cannot_be_planted_any_more_says_so() -> None:
    gone = Mutant("gone", "", MUTANTS[0].target, "words that are not there", "")
    with pytest.raises(Stale), planted(gone):
        pass
