"""What `ponte offices verify` finds: each rule of links, broken by hand."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ponte.people.links import Link
from ponte.storage import keys
from ponte.storage.links import item_of
from ponte.storage.table import Delete, Put
from tests.core.runtime.people_bench import ACCOUNT, TENANT, Bench, client


@pytest.fixture
def bench() -> Bench:
    found = Bench(*(client(number) for number in (1, 2, 3)))
    found.settle()
    return found


def pointer(bench: Bench, link: Link, entity_id: int) -> Put:
    pk, sk = keys.linked_contact(TENANT, link.account_id, link.contact_id)
    return Put({"pk": pk, "sk": sk, "tipo": "cliente", "entity_id": entity_id})


def unclaimed(bench: Bench) -> None:
    bench.tables.core.write(Delete(*keys.linked_contact(TENANT, ACCOUNT, bench.link(1).contact_id)))


def twice(bench: Bench) -> None:
    bench.tables.core.write(pointer(bench, bench.link(1), 2))


def orphaned(bench: Bench) -> None:
    bench.tables.core.write(pointer(bench, replace(bench.link(1), contact_id=99), 1))


def unlisted(bench: Bench) -> None:
    item = item_of(bench.link(1))
    bench.tables.core.write(Put({name: value for name, value in item.items() if not name.startswith("gsi1")}))


def other_account(bench: Bench) -> None:
    bench.links.make(Link(TENANT, "cliente", 50, 8, 5012), 1)


def person_gone(bench: Bench) -> None:
    bench.delete(1)


def contact_gone(bench: Bench) -> None:
    bench.account.remove_contact(bench.contact(1))


def elsewhere(bench: Bench) -> None:
    bench.account.change_contact(bench.contact(1), {"identifier": None})
    bench.account.add_contact({"identifier": "zattar_cliente_1"})


def identifier_twice(bench: Bench) -> None:
    """Chatwoot's index minds case, its filter does not."""
    bench.account.add_contact({"identifier": "Zattar_cliente_1"})


def silent(bench: Bench) -> None:
    bench.away = {"chatwoot"}


def test_links_in_step_are_in_order(bench: Bench) -> None:
    assert bench.problems() == []


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (unclaimed, {"contact_unclaimed"}),
        (twice, {"contact_twice", "claim_orphaned"}),
        (orphaned, {"claim_orphaned"}),
        (unlisted, {"unlisted"}),
        (other_account, {"other_account"}),
        (person_gone, {"person_gone"}),
        (contact_gone, {"contact_gone"}),
        (elsewhere, {"identifier_elsewhere"}),
        (identifier_twice, {"identifier_twice"}),
        (silent, {"unchecked"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_broken_rule_is_found(bench: Bench, broken: Callable[[Bench], None], found: set[str]) -> None:
    broken(bench)
    problems = bench.problems()
    assert {one.what for one in problems} == found
    people = {one.person for one in problems}
    assert people <= {"zattar_cliente_1", "zattar_cliente_2", "zattar_cliente_50", ""}


def test_a_contact_that_is_known_to_be_deleted_is_in_order(bench: Bench) -> None:
    bench.account.remove_contact(bench.contact(1))
    bench.settle()
    assert bench.problems() == []


def test_another_offices_links_are_not_looked_at(bench: Bench) -> None:
    bench.links.make(Link("silva-2", "cliente", 1, ACCOUNT, 1), 1)
    bench.links.make(Link("silv", "cliente", 1, ACCOUNT, 1), 1)
    assert bench.problems() == []


def test_nothing_is_changed(bench: Bench) -> None:
    bench.delete(1)
    before = bench.tables.core.items()  # type: ignore[attr-defined]
    bench.problems()
    assert bench.tables.core.items() == before  # type: ignore[attr-defined]
    assert bench.queue == {}
