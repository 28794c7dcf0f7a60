"""Open suggestions: listed once, answered once, and never again after a no."""

import pytest

from ponte.storage.suggestions import Suggestion, Suggestions
from sandbox.memory.table import MemoryTable

ONE = Suggestion("office", 7, 51, "parte_contraria", 9, ("phone",), 0)


@pytest.fixture
def kept() -> Suggestions:
    return Suggestions(MemoryTable())


def test_a_pair_found_twice_is_listed_once_with_what_was_found_last(kept: Suggestions) -> None:
    assert kept.note(ONE, 1)
    assert kept.note(Suggestion("office", 7, 51, "parte_contraria", 9, ("document",), 0), 2)
    ((found,), place) = kept.page("office")
    assert (found.reasons, found.first_ms, found.id, place) == (("document",), 1, "51-parte_contraria-9", "")
    assert kept.get("office", 7, found.id) == found


@pytest.mark.parametrize("verdict", ["accepted", "refused"])
def test_what_was_answered_stays_answered(kept: Suggestions, verdict: str) -> None:
    kept.note(ONE, 1)
    assert kept.close(ONE, verdict, "ana")  # type: ignore[arg-type]
    assert not kept.close(ONE, "accepted", "bia")
    assert not kept.note(ONE, 2)
    assert kept.page("office") == ([], "")
    found = kept.get("office", 7, ONE.id)
    assert found is not None
    assert found.closed == verdict


def test_pages_go_on_where_the_last_one_ended_and_stay_in_their_office(kept: Suggestions) -> None:
    for n in range(1, 6):
        kept.note(Suggestion("office", 7, n, "cliente", n, ("email",), 0), n)
    kept.note(Suggestion("other", 7, 1, "cliente", 1, ("email",), 0), 1)
    seen, place = kept.page("office", limit=3)
    rest, end = kept.page("office", place, 3)
    assert [each.contact_id for each in seen + rest] == [1, 2, 3, 4, 5]
    assert end == ""


@pytest.mark.parametrize(
    "given", ["", "51", "51-cliente", "x-cliente-9", "051-cliente-9", "51-cliente-0", "51--9", "²-a-1"]
)
def test_what_is_no_id_finds_nothing(kept: Suggestions, given: str) -> None:
    kept.note(ONE, 1)
    assert kept.get("office", 7, given) is None


def test_another_account_or_office_has_no_such_suggestion(kept: Suggestions) -> None:
    kept.note(ONE, 1)
    assert kept.get("office", 8, ONE.id) is None
    assert kept.get("other", 7, ONE.id) is None
