"""What was not taken over: one entry per person and field, closed by a person's word."""

import pytest

from ponte.people.links import Link
from ponte.people.shared import Dissent
from ponte.storage.dissents import Dissents
from sandbox.memory.table import MemoryTable

LINK = Link("office", "cliente", 7, 1, 4242)
PHONE = Dissent("phone", "both_changed", "+5531911112222", "+5531933334444")


@pytest.fixture
def dissents() -> Dissents:
    return Dissents(MemoryTable())


def test_the_same_again_is_counted(dissents: Dissents) -> None:
    dissents.note(LINK, PHONE, 1_000)
    dissents.note(LINK, PHONE, 2_000)
    (listed,) = dissents.listed("office")
    assert (listed.count, listed.first_ms, listed.last_ms) == (2, 1_000, 2_000)
    assert (listed.name, listed.kept, listed.lost) == ("phone", "+5531911112222", "+5531933334444")
    assert "+55" not in repr(listed)
    assert dissents.listed("other") == []


def test_the_same_again_tells_what_stands_now(dissents: Dissents) -> None:
    dissents.note(LINK, Dissent("phone", "taken", "", "+5531933334444"), 1_000)
    dissents.note(LINK, Dissent("phone", "taken", "+5531911112222", "+5531933334444"), 2_000)
    (listed,) = dissents.listed("office")
    assert (listed.count, listed.kept) == (2, "+5531911112222")


def test_another_value_takes_its_place(dissents: Dissents) -> None:
    dissents.note(LINK, PHONE, 1_000)
    dissents.note(LINK, Dissent("phone", "both_changed", "+5531911112222", "+5531955556666"), 2_000)
    (listed,) = dissents.listed("office")
    assert (listed.count, listed.lost) == (1, "+5531955556666")


def test_what_was_closed_stays_closed_until_something_else_is_lost(dissents: Dissents) -> None:
    dissents.note(LINK, PHONE, 1_000)
    (listed,) = dissents.listed("office")
    assert dissents.close(listed, "ana")
    assert not dissents.close(listed, "ana")
    dissents.note(LINK, PHONE, 2_000)
    assert dissents.listed("office") == []
    dissents.note(LINK, Dissent("phone", "put_back", "", "+5531955556666"), 3_000)
    assert len(dissents.listed("office")) == 1
