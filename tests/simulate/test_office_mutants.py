"""The proof of the office bridge can fail: planted bugs have to be seen."""

import pytest

from sandbox.simulate.office_mutants import OFFICE_MUTANTS
from sandbox.simulate.planting import Mutant
from sandbox.simulate.report import MUTANT_SEEDS, catch


@pytest.mark.parametrize("mutant", OFFICE_MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_planted_bug_is_caught(mutant: Mutant) -> None:
    assert catch(mutant).seed is not None, f"not seen in {MUTANT_SEEDS} seeds: {mutant.story}"
