"""What a look at one side alone says against the link, and when the same finding is the same again."""

from dataclasses import replace

import pytest

from ponte.chatwoot.values import Contact
from ponte.people.links import Link
from ponte.relays import people_drift
from ponte.relays.chatwoot_to_zattar import contact_mark
from ponte.relays.people_drift import Finding
from ponte.relays.people_sync import DELETED
from ponte.relays.zattar_to_chatwoot import person_mark
from ponte.zattar.values import Tipo
from tests.core.relays.office import MARIA

ROW = replace(MARIA, updated_at="2026-11-25T12:00:00+00:00")
CONTACT = Contact(4001, name="MARIA DA SILVA", email="maria@exemplo.com.br")
IN_STEP = Link(
    *("silva", "cliente", 7, 1, 4001),
    person_mark=person_mark(ROW),
    contact_mark=contact_mark(CONTACT),
    synced=True,
    synced_ms=1_000,
)
LAGGING = replace(IN_STEP, synced=False, error="REQUEST_REFUSED")
GONE = replace(IN_STEP, synced=False, error=DELETED)


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (people_drift.of_person(ROW, IN_STEP), None),
        (people_drift.of_person(replace(ROW, updated_at="2026-11-26T12:00:00+00:00"), IN_STEP), None),
        (people_drift.of_person(ROW, None), "unlinked"),
        (people_drift.of_person(replace(ROW, nome="Outra"), IN_STEP), "row_changed"),
        (people_drift.of_person(ROW, LAGGING), "lagging"),
        (people_drift.of_person(replace(ROW, nome="Outra"), GONE), None),
        (people_drift.of_contact(IN_STEP, CONTACT), None),
        (people_drift.of_contact(IN_STEP, replace(CONTACT, last_activity_at=9, blocked=True)), None),
        (people_drift.of_contact(IN_STEP, replace(CONTACT, email=None)), "contact_changed"),
        (people_drift.of_contact(LAGGING, CONTACT), "lagging"),
        (people_drift.of_contact(IN_STEP, None), "contact_gone"),
        (people_drift.of_contact(GONE, None), None),
        (people_drift.of_nobody(IN_STEP), "person_gone"),
        (people_drift.of_lagging(LAGGING, 1), "lagging"),
        (people_drift.of_lagging(IN_STEP, 1), None),
        (people_drift.of_lagging(GONE, 1), None),
    ],
)
def test_what_is_found(found: Finding | None, what: str | None) -> None:
    assert (found.what if found else None) == what
    assert found is None or (found.tipo, found.entity_id) == (Tipo.CLIENTE, 7)


def keys(*found: Finding | None) -> list[str]:
    return [one.key for one in found if one]


def test_the_same_state_is_the_same_finding_and_any_other_another() -> None:
    changed = replace(ROW, nome="Outra")
    again = replace(ROW, nome="Outra", updated_at="2026-11-26T12:00:00+00:00")
    later = replace(IN_STEP, synced_ms=2_000)
    same, twin, edited, after = keys(
        people_drift.of_person(changed, IN_STEP),
        people_drift.of_person(changed, IN_STEP),
        people_drift.of_person(again, IN_STEP),
        people_drift.of_person(changed, later),
    )
    assert same == twin
    assert len({same, edited, after}) == 3


def test_a_lagging_link_is_another_finding_each_day() -> None:
    first, same, next_day = keys(*(people_drift.of_lagging(LAGGING, day) for day in (1, 1, 2)))
    assert first == same != next_day


def test_only_where_nothing_is_known_of_the_contact_a_row_ends_the_look() -> None:
    found = (
        people_drift.of_person(ROW, None),
        people_drift.of_person(replace(ROW, nome="Outra"), IN_STEP),
        people_drift.of_contact(IN_STEP, None),
        people_drift.of_nobody(IN_STEP),
    )
    assert [one.only_row for one in found if one] == [True, True, False, False]


def test_a_finding_tells_when_the_row_changed() -> None:
    found = people_drift.of_person(ROW, None)
    assert found is not None
    assert found.since_ms == 1_764_072_000_000 + 365 * 86_400_000
