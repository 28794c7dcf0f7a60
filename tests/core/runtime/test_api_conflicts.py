"""/conflitos: the office's own disagreements, page by page."""

import pytest

from ponte.people.links import Link
from ponte.people.shared import Dissent, Kind
from tests.core.runtime.office_api import ACCOUNT, OTHER, TENANT, Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def note(bench: Bench, entity_id: int = 1, kind: Kind = "both_changed", kept: str = "a@x", lost: str = "b@x") -> None:
    link = Link(TENANT, "cliente", entity_id, ACCOUNT, entity_id)
    bench.means.dissents.note(link, Dissent("email", kind, kept, lost), bench.clock.now)


@pytest.mark.parametrize(
    ("kind", "zattar", "chatwoot", "winner"),
    [
        ("put_back", "kept", "lost", "zattar"),
        ("both_changed", "kept", "lost", "zattar"),
        ("cannot_hold", "kept", "lost", "zattar"),
        ("taken", "lost", "kept", "chatwoot"),
    ],
)
def test_each_side_is_shown_with_its_own_value(
    bench: Bench, kind: Kind, zattar: str, chatwoot: str, winner: str
) -> None:
    note(bench, kind=kind, kept="kept", lost="lost")
    (shown,) = bench.call("GET", "/conflitos").tree["conflitos"]
    assert (shown["valor_zattar"], shown["valor_chatwoot"], shown["vencedor"]) == (zattar, chatwoot, winner)
    assert (shown["tipo_entidade"], shown["entidade_id"], shown["campo"]) == ("cliente", 1, "email")
    assert shown["criado_em"] == "2027-01-15T08:00:00.000+00:00"


def test_another_value_in_its_place_is_another_conflict(bench: Bench) -> None:
    note(bench)
    (first,) = bench.call("GET", "/conflitos").tree["conflitos"]
    bench.clock.now += 1
    note(bench)
    (again,) = bench.call("GET", "/conflitos").tree["conflitos"]
    assert (again["id"], again["vezes"]) == (first["id"], 2)
    note(bench, lost="c@x")
    (other,) = bench.call("GET", "/conflitos").tree["conflitos"]
    assert other["id"] != first["id"]


def test_pages_hold_a_hundred_and_end_with_null(bench: Bench) -> None:
    for number in range(1, 251):
        bench.clock.now += 1
        note(bench, number)
    seen, cursor, sizes = [], "", []
    while cursor is not None:
        page = bench.call("GET", "/conflitos", query=f"cursor={cursor}" if cursor else "").tree
        seen += [each["entidade_id"] for each in page["conflitos"]]
        sizes.append(len(page["conflitos"]))
        cursor = page["cursor"]
    assert seen == list(range(1, 251))
    assert sizes == [100, 100, 50]


@pytest.mark.parametrize("cursor", ["!", "a", "_w", "x" * 401])
def test_a_cursor_that_is_none_of_ours_is_refused(bench: Bench, cursor: str) -> None:
    assert bench.call("GET", "/conflitos", query=f"cursor={cursor}").problem == (422, "VALIDATION_ERROR", "cursor")


def test_another_office_has_none_of_them(bench: Bench) -> None:
    note(bench)
    assert bench.call("GET", "/conflitos", tenant=OTHER).tree == {"conflitos": [], "cursor": None}
    assert bench.call("GET", "/conflitos", user="sync").problem == (403, "FORBIDDEN", "")
