"""A person has one contact, a contact shows one person, and nobody's base is overwritten unseen."""

from dataclasses import replace

import pytest

from ponte.people.links import Link
from ponte.people.shared import Shown
from ponte.storage.links import Conflict, Links
from sandbox.memory.table import MemoryTable

BASE = Shown("MARIA", "maria@exemplo.com.br", "+5531988776655", frozenset({"zattar"}), {"entidade_id": 7})
LINK = Link("office", "cliente", 7, 1, 4242, base=BASE, person_mark="p", contact_mark="c")


@pytest.fixture
def links() -> Links:
    return Links(MemoryTable())


def test_a_link_is_found_from_either_side(links: Links) -> None:
    made = links.make(LINK, 1_000)
    assert made == replace(LINK, version=1, created_ms=1_000, updated_ms=1_000)
    assert links.of_person("office", "cliente", 7) == made
    assert links.of_contact("office", 1, 4242) == made


def test_made_twice_it_is_the_first_one(links: Links) -> None:
    made = links.make(LINK, 1_000)
    assert links.make(replace(LINK, base=None), 2_000) == made


@pytest.mark.parametrize(
    ("other", "taken"), [(replace(LINK, contact_id=4243), "person"), (replace(LINK, entity_id=8), "contact")]
)
def test_neither_side_can_be_linked_twice(links: Links, other: Link, taken: str) -> None:
    links.make(LINK, 1_000)
    with pytest.raises(Conflict) as conflict:
        links.make(other, 2_000)
    assert conflict.value.taken == taken


@pytest.mark.parametrize("elsewhere", [{"tenant": "other"}, {"account_id": 2, "entity_id": 8}])
def test_another_office_or_account_has_contacts_of_its_own(links: Links, elsewhere: dict[str, object]) -> None:
    links.make(LINK, 1_000)
    links.make(replace(LINK, **elsewhere), 1_000)  # type: ignore[arg-type]


def test_only_who_read_the_newest_may_save(links: Links) -> None:
    made = links.make(LINK, 1_000)
    saved = links.save(replace(made, synced=True, error=""), 2_000)
    assert saved is not None
    assert links.save(replace(made, error="late"), 3_000) is None
    assert links.of_person("office", "cliente", 7) == saved


def test_a_link_goes_along_when_its_contact_is_merged_away(links: Links) -> None:
    made = links.make(LINK, 1_000)
    moved = links.move(made, 9, 2_000)
    assert moved is not None
    assert links.of_contact("office", 1, 9) == moved
    assert links.of_contact("office", 1, 4242) is None
    assert moved.base == BASE
    assert links.move(made, 10, 3_000) is None, "it was read before the move"


def test_a_link_does_not_move_to_a_contact_that_shows_somebody_else(links: Links) -> None:
    made = links.make(LINK, 1_000)
    links.make(replace(LINK, entity_id=8, contact_id=9), 1_000)
    with pytest.raises(Conflict):
        links.move(made, 9, 2_000)
    assert links.of_contact("office", 1, 4242) == made


def test_an_ended_link_frees_both_sides(links: Links) -> None:
    made = links.make(LINK, 1_000)
    assert links.end(made)
    assert not links.end(made)
    links.make(replace(LINK, contact_id=5), 2_000)
    links.make(replace(LINK, entity_id=8), 2_000)


def test_who_lags_behind_is_listed_until_it_does_not(links: Links) -> None:
    made = links.make(LINK, 1_000)
    assert links.unsynced("office") == [made]
    saved = links.save(replace(made, synced=True, synced_ms=2_000), 2_000)
    assert saved is not None
    assert links.unsynced("office") == []
    links.save(replace(saved, synced=False, error="RATE_LIMIT"), 3_000)
    assert [each.error for each in links.unsynced("office")] == ["RATE_LIMIT"]
    assert links.unsynced("other") == []


def people(links: Links, count: int, *, synced: bool) -> list[Link]:
    return [
        links.make(replace(LINK, entity_id=n, contact_id=5_000 + n, synced=synced, synced_ms=n), 1_000)
        for n in range(1, count + 1)
    ]


def test_many_are_read_at_once_and_those_without_a_link_left_out(links: Links) -> None:
    made = people(links, 150, synced=True)
    found = links.of_people("office", [("cliente", n) for n in range(1, 201)] + [("cliente", 1), ("terceiro", 2)])
    assert found == {("cliente", link.entity_id): link for link in made}
    assert links.of_people("other", [("cliente", 1)]) == {}
    assert links.of_people("office", []) == {}


@pytest.mark.parametrize("synced", [True, False])
def test_pages_show_each_link_once_and_only_those_of_their_list(links: Links, synced: bool) -> None:
    made = people(links, 25, synced=synced)
    links.make(replace(LINK, entity_id=99, contact_id=99, synced=not synced), 1_000)
    links.make(replace(LINK, tenant="other", entity_id=99, contact_id=99, synced=synced), 1_000)
    found: list[Link] = []
    after, is_end = "", False
    while not is_end:
        page = links.page("office", after, 10, synced=synced)
        found, after, is_end = [*found, *page.links], page.place, page.is_end
    assert found == made
    assert links.count("office") == (25 if synced else 1)


def test_a_page_begins_behind_a_link_that_went_away_meanwhile(links: Links) -> None:
    made = people(links, 4, synced=True)
    page = links.page("office", "", 2, synced=True)
    links.end(made[1])
    assert links.page("office", page.place, 2, synced=True).links == (made[2], made[3])


def test_an_unlinked_person_is_remembered_as_such_and_both_are_free(links: Links) -> None:
    made = links.make(LINK, 1_000)
    assert not links.is_unlinked(*LINK.person)
    assert links.unlink(made, "user:1", 2_000)
    assert links.is_unlinked(*LINK.person)
    assert links.of_person(*LINK.person) is None
    assert links.of_contact("office", 1, 4242) is None
    assert not links.is_unlinked("other", "cliente", 7)
    links.make(replace(LINK, entity_id=8), 3_000)


def test_a_link_that_somebody_changed_is_not_parted_unseen(links: Links) -> None:
    made = links.make(LINK, 1_000)
    links.save(made, 2_000)
    assert not links.unlink(made, "user:1", 3_000)
    assert not links.is_unlinked(*LINK.person)
    assert links.of_contact("office", 1, 4242) is not None
