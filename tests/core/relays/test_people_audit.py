"""Which looks at a person leave a row in the audit trail, and that it comes before what it tells of."""

from dataclasses import replace
from typing import Any

import pytest

from ponte.chatwoot.values import Contact, Labels
from ponte.people.links import Link
from ponte.people.shared import Change, Shown
from ponte.relays import people_audit
from ponte.relays.decisions import Finish, Park, Step
from ponte.relays.office_effects import EndLink, MarkLagging, NoteAttempt, SaveLink
from ponte.relays.people_sync import Subject

from .office import MARIA, Office


def decided(office: Office, **subject: Any) -> list[NoteAttempt]:
    """The rows of one event that is worked off by the audited relay."""
    steps: dict[str, Any] = {}
    link = office.links.get(("cliente", 7))
    rows: list[NoteAttempt] = []
    while True:
        decision = people_audit.decide(Subject(MARIA.tipo, 7, link, **subject), steps)
        if not isinstance(decision, Step):
            return rows
        if isinstance(decision.effect, NoteAttempt):
            assert "save" not in steps, "before what it tells of"
            rows.append(decision.effect)
            steps[decision.name] = {}
        else:
            steps[decision.name] = office.perform(decision.effect, ("cliente", 7))  # type: ignore[arg-type]


@pytest.fixture
def office() -> Office:
    made = Office()
    made.enter(MARIA)
    return made


def test_a_new_contact_is_one_row_with_all_that_it_shows(office: Office) -> None:
    (row,) = decided(office)
    assert (row.status, row.contact_id) == ("done", office.contact().id)
    assert {(each.side, each.name) for each in row.changes} >= {("chatwoot", "name"), ("chatwoot", "phone")}


def test_a_new_contact_whose_maker_died_before_the_row_is_told_by_the_next_look(office: Office) -> None:
    decided(office)
    office.links["cliente", 7] = replace(office.links["cliente", 7], synced_ms=0)  # linked, and nothing saved since
    (row,) = decided(office)
    assert {(each.side, each.name) for each in row.changes} >= {("", "name"), ("", "phone")}


def test_two_edits_are_two_rows_with_their_befores_and_afters_in_order(office: Office) -> None:
    decided(office)
    office.edit(MARIA, emails=("um@exemplo.com.br",))
    (first,) = decided(office)
    office.write_in(office.contact().id, email="dois@exemplo.com.br")
    (second,) = decided(office)
    assert first.changes == (Change("chatwoot", "email", "maria@exemplo.com.br", "um@exemplo.com.br"),)
    assert second.changes == (Change("zattar", "email", "um@exemplo.com.br", "dois@exemplo.com.br"),)


def test_a_look_that_changes_nothing_is_a_row_only_for_who_asked_for_it(office: Office) -> None:
    decided(office)
    assert decided(office) == []
    assert decided(office, only_zattar=True) == []
    assert [row.status for row in decided(office, asked=True)] == ["unchanged"]
    assert [row.status for row in decided(office, insists=True)] == ["unchanged"]


def test_a_person_who_is_gone_ends_their_link_in_the_trail(office: Office) -> None:
    decided(office)
    contact = office.contact().id
    del office.people["cliente", 7]
    assert decided(office) == [NoteAttempt("ended", contact_id=contact)]
    assert decided(office) == []


def test_a_contact_that_was_deleted_is_a_failed_attempt_once(office: Office) -> None:
    decided(office)
    contact = office.contact().id
    del office.contacts[contact]
    assert decided(office) == [NoteAttempt("failed", "CONTACT_NOT_FOUND", contact_id=contact)]
    assert decided(office) == []


def test_a_write_that_crashed_before_its_row_is_told_by_the_next_look(office: Office) -> None:
    decided(office)
    office.edit(MARIA, emails=("um@exemplo.com.br",))
    link = office.links["cliente", 7]
    office.write_in(link.contact_id, email="um@exemplo.com.br")  # ours, and then the worker died
    (row,) = decided(office)
    assert row.changes == (Change("", "email", "maria@exemplo.com.br", "um@exemplo.com.br"),)


SUBJECT = Subject(MARIA.tipo, 7, Link("office", "cliente", 7, 1, 4242))
SAVE = SaveLink(Shown("MARIA"), "", "", (), 0)


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        (Step("save", replace(SAVE, writes=1)), "done"),
        (Step("save", SAVE), None),
        (Step("lag", MarkLagging("RATE_LIMIT")), "failed"),
        (Step("end", EndLink()), "ended"),
        (Park("reason.chatwoot.not_found"), "failed"),
        (Finish("SKIPPED", "in_step"), None),
    ],
    ids=["save", "quiet", "lag", "end", "park", "finish"],
)
def test_a_row_comes_before_each_way_to_end_and_only_once(decision: Any, status: str | None) -> None:
    before = people_audit.audited(decision, SUBJECT, {})
    if status is None:
        assert before == decision
    else:
        assert isinstance(before, Step)
        assert isinstance(before.effect, NoteAttempt)
        assert (before.effect.status, before.effect.contact_id) == (status, 4242)
    assert people_audit.audited(decision, SUBJECT, {"audit": {}}) == decision


def test_the_contact_of_a_row_is_the_one_that_was_made_or_read_last() -> None:
    linked = {"contact": {"contact": Contact(1), "labels": Labels()}, "linked": {"contact": Contact(2)}}
    for steps, expected in (({"create": {"id": 3}}, 3), (linked, 2), ({"linked": {"gone": True}}, 4242)):
        row = people_audit.audited(Park("x"), SUBJECT, steps)
        assert isinstance(row, Step)
        assert isinstance(row.effect, NoteAttempt)
        assert row.effect.contact_id == expected
