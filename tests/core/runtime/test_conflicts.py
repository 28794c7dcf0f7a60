"""A conflict taken back: the value that lost is written to Zattar once, noted before, and looked at on both sides."""

from dataclasses import replace
from typing import Any

import pytest

from ponte.outcome import Succeeded
from ponte.people.links import Link
from ponte.people.shared import Dissent, Kind, Name
from ponte.runtime.conflicts import ConflictDesk, NotUndone
from ponte.zattar import answers, requests
from ponte.zattar.values import Person, Tipo
from tests.core.runtime.office_api import ACCOUNT, ANA, CONTACT, HOSTS, TENANT, Bench, auth_id

KEPT, LOST = "ana@mail.example", "ana.lima@novo.example"
LINK = Link(TENANT, "cliente", ANA, ACCOUNT, CONTACT)


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.means.links.make(LINK, 1)
    return made


@pytest.fixture
def desk(bench: Bench) -> ConflictDesk:
    return ConflictDesk(bench.means, bench)


def conflict(
    bench: Bench, name: Name = "email", kind: Kind = "both_changed", kept: str = KEPT, lost: str = LOST
) -> str:
    bench.means.dissents.note(LINK, Dissent(name, kind, kept, lost), bench.clock.now_ms())
    return next(each.id for each in bench.means.dissents.listed(TENANT) if each.name == name)


def ana(bench: Bench) -> Person:
    found = bench.means.calls.zattar(TENANT, requests.person(Tipo.CLIENTE, ANA), 5.0)
    assert isinstance(found, Succeeded)
    person = answers.person(found.result, Tipo.CLIENTE)
    assert person is not None
    return person


def write(bench: Bench, columns: dict[str, Any]) -> None:
    assert isinstance(bench.means.calls.zattar(TENANT, requests.update_person(ana(bench), columns), 5.0), Succeeded)


def test_the_value_that_lost_stands_in_zattar_and_is_looked_at(bench: Bench) -> None:
    one = conflict(bench)
    answer = bench.call("POST", f"/conflitos/{one}/desfazer")
    assert (answer.status, answer.tree["id"], answer.tree["valor_chatwoot"]) == (202, one, LOST)
    assert ana(bench).emails == (LOST,)
    (wish,) = bench.queued
    assert (wish.payload["both_sides"], wish.payload["by"]) == (True, f"user:{auth_id(TENANT, 'admin')}")
    (row,) = bench.means.audit.of_contact(TENANT, ACCOUNT, CONTACT)
    assert (row.action, row.detail["field"], row.has_values) == ("conflict.undone", "email", True)
    assert bench.call("GET", "/conflitos").tree["conflitos"] == []
    assert bench.call("POST", f"/conflitos/{one}/desfazer").problem == (409, "CONFLICT", "id")


def test_a_crash_after_the_write_is_gone_on_from_without_a_second_one(bench: Bench, desk: ConflictDesk) -> None:
    one = conflict(bench)
    send = bench.send
    bench.send = lambda *_a, **_k: (_ for _ in ()).throw(OSError())  # type: ignore[method-assign]
    with pytest.raises(OSError):
        desk.undo(TENANT, one, "ana", 5.0)
    bench.send = send  # type: ignore[method-assign]
    bench.asked.clear()
    desk.undo(TENANT, one, "ana", 5.0)
    assert "PATCH" not in [method for method, _, _ in bench.asked]
    assert len(bench.queued) == 1
    assert bench.means.dissents.listed(TENANT) == []


def test_a_person_who_changed_since_is_left_alone(bench: Bench, desk: ConflictDesk) -> None:
    one = conflict(bench)
    write(bench, requests.emails_column(["third@mail.example"]))
    with pytest.raises(NotUndone, match="changed_since"):
        desk.undo(TENANT, one, "ana", 5.0)
    assert ana(bench).emails == ("third@mail.example",)
    assert bench.queued == []


@pytest.mark.parametrize(
    ("name", "kind", "lost", "code"),
    [
        ("name", "put_back", "Aninha", "authority"),
        ("name", "both_changed", "Aninha", "authority"),
        ("phone", "taken", "+5531988776655", "taken"),
        ("phone", "cannot_hold", "+351912345678", "cannot_hold"),
    ],
)
def test_what_cannot_be_taken_back_says_why(
    bench: Bench, desk: ConflictDesk, name: Name, kind: Kind, lost: str, code: str
) -> None:
    one = conflict(bench, name, kind, "", lost)
    before = replace(ana(bench))
    with pytest.raises(NotUndone, match=code):
        desk.undo(TENANT, one, "ana", 5.0)
    assert (ana(bench), bench.queued) == (before, [])
    assert bench.call("POST", f"/conflitos/{one}/desfazer").problem == (409, "CONFLICT", "id")


def test_another_value_in_its_place_is_another_conflict(bench: Bench, desk: ConflictDesk) -> None:
    one = conflict(bench)
    bench.clock.now += 1
    conflict(bench, lost="other@mail.example")
    with pytest.raises(NotUndone, match="not_found"):
        desk.undo(TENANT, one, "ana", 5.0)


@pytest.mark.parametrize("given", ["", "a", "cliente-1-email", "cliente-x-email-1", "cliente-1-email-1-2", "a-1-cpf-1"])
def test_what_is_no_conflict_is_not_found(bench: Bench, desk: ConflictDesk, given: str) -> None:
    conflict(bench)
    with pytest.raises(NotUndone, match="not_found"):
        desk.undo(TENANT, given, "ana", 5.0)


def test_only_administrators_of_the_office_take_back(bench: Bench) -> None:
    one = conflict(bench)
    assert bench.call("POST", f"/conflitos/{one}/desfazer", user="sync").status == 403
    assert bench.call("POST", f"/conflitos/{one}/desfazer", tenant="souza").problem == (404, "NOT_FOUND", "id")
    assert bench.call("POST", "/conflitos/x/desfazer").status == 422
    assert ana(bench).emails == (KEPT,)


def test_while_zattar_is_away_nothing_changes(bench: Bench, desk: ConflictDesk) -> None:
    one = conflict(bench)
    bench.down.add(HOSTS[TENANT])
    with pytest.raises(NotUndone) as refused:
        desk.undo(TENANT, one, "ana", 5.0)
    assert refused.value.outcome is not None
    assert [each.id for each in bench.means.dissents.listed(TENANT)] == [one]


def test_one_that_is_left_is_noted_and_gone(bench: Bench, desk: ConflictDesk) -> None:
    desk.close(TENANT, conflict(bench), "ana")
    assert bench.means.dissents.listed(TENANT) == []
    assert [row.action for row in bench.means.audit.of_person(TENANT, "cliente", ANA)] == ["conflict.closed"]
    assert ana(bench).emails == (KEPT,)
