"""People under many hands at once, on both tables: one person, one conversation, no circle, nothing half done."""

import threading
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from ponte.mappings import MemberId, Number, PhoneNumberId, Rate
from ponte.people.callers import Rotation, caller
from ponte.storage.audit import Audit
from ponte.storage.conversations import Conversations
from ponte.storage.dynamodb import DynamoDBTable
from ponte.storage.people import NotMergeable, People
from ponte.storage.people_cases import PeopleCases
from ponte.storage.table import Table
from sandbox.memory.table import MemoryTable
from tests.tables import create_table

M13, M12, NEW = "5531988776655", "553188776655", "5531977776666"
T = 1_790_000_000_000


@pytest.fixture(scope="module")
def table_name(dynamodb: Any) -> str:
    return create_table(dynamodb, f"people-{uuid.uuid4().hex[:8]}")


@pytest.fixture(params=["memory", "dynamodb"])
def table(request: pytest.FixtureRequest) -> Table:
    if request.param == "memory":
        return MemoryTable()
    return DynamoDBTable(request.getfixturevalue("dynamodb"), request.getfixturevalue("table_name"))


@pytest.fixture
def number() -> Number:
    """A tenant of the test's own, since all tests share one table."""
    rate = Rate(1, 1)
    return Number(PhoneNumberId("pn1"), "w1", "", MemberId(uuid.uuid4().hex), "ponte", 7, rate, rate)


def at_once(calls: Iterable[Callable[[], Any]]) -> list[Any]:
    """All at the same moment; what each gave, or the exception it ended with."""
    todo = list(calls)
    barrier, results = threading.Barrier(len(todo)), [None] * len(todo)

    def work(n: int) -> None:
        barrier.wait()
        try:
            results[n] = todo[n]()
        except Exception as error:  # the test looks at it
            results[n] = error

    threads = [threading.Thread(target=work, args=(n,)) for n in range(len(todo))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def people_of(conversations: Conversations, number: Number, results: list[Any]) -> set[str]:
    assert not [r for r in results if isinstance(r, Exception)], results
    return {str(each.conversation.person) for each in results}


def test_first_messages_under_all_forms_of_one_person_make_one_conversation(table: Table, number: Number) -> None:
    conversations = Conversations(table)
    forms = [caller(M13, "BR.1", None), caller(M12, "BR.1", None), caller(M12, "BR.1", None), caller("", "BR.1", None)]
    found = at_once(
        lambda who=who, n=n: conversations.resolve(number, who, T + n, f"e{n}") for n, who in enumerate(forms)
    )
    assert len(people_of(conversations, number, found)) == 1


def test_a_rotation_told_many_times_amid_messages_ends_with_one_person(table: Table, number: Number) -> None:
    conversations, people = Conversations(table, Audit(MemoryTable())), People(table)
    change = Rotation(caller(M13, "BR.1", None), caller(NEW, "BR.2", None))
    at_once(
        [
            lambda: conversations.resolve(number, caller(M13, "BR.1", None), T, "m1"),
            lambda: conversations.resolve(number, caller(NEW, "BR.2", None), T + 12_000, "m2"),
            *[lambda n=n: conversations.learning.rotate(number, change, T + 10_000, f"r{n}") for n in range(3)],
        ]
    )
    conversations.learning.rotate(number, change, T + 10_000, "again")
    ends = [
        conversations.resolve(number, caller(wa_id, user_id, None), T + 20_000, "end").conversation.person
        for wa_id, user_id in ((M13, "BR.1"), (NEW, "BR.2"), ("", "BR.1"), ("", "BR.2"))
    ]
    roots = people.roots(str(number.member_id), map(str, ends))
    assert len({roots.get(str(person), str(person)) for person in ends}) == 1


def test_merges_both_ways_at_once_make_no_circle(table: Table, number: Number) -> None:
    people, tenant = People(table), str(number.member_id)
    results = at_once([lambda: people.merge(tenant, "a", "b", "x", T), lambda: people.merge(tenant, "b", "a", "y", T)])
    refused = [each for each in results if isinstance(each, NotMergeable)]
    assert [each.code for each in refused] == ["same"]
    roots = people.roots(tenant, ["a", "b"])
    assert len({roots.get("a", "a"), roots.get("b", "b")}) == 1


def test_many_merges_into_one_keep_everybody(table: Table, number: Number) -> None:
    people, tenant = People(table), str(number.member_id)
    names = [f"p{n}" for n in range(4)]
    results = at_once(lambda name=name: people.merge(tenant, "root", name, "x", T) for name in names)
    refused = [name for name, each in zip(names, results, strict=True) if isinstance(each, NotMergeable)]
    assert set(people.group(tenant, "root")) == {"root", *names} - set(refused)
    assert {each.code for each in results if isinstance(each, NotMergeable)} <= {"contended"}


def test_an_undo_at_once_with_another_merge_loses_neither(table: Table, number: Number) -> None:
    people, tenant = People(table), str(number.member_id)
    first = people.merge(tenant, "root", "p1", "x", T)
    results = at_once([lambda: people.undo(first, "y", T + 1), lambda: people.merge(tenant, "root", "p2", "x", T + 1)])
    assert not [each for each in results if isinstance(each, Exception)], results
    assert people.group(tenant, "root") == ["root", "p2"]
    assert people.group(tenant, "p1") == ["p1"]


def test_a_merge_undone_twice_at_once_is_undone_once(table: Table, number: Number) -> None:
    people, tenant = People(table), str(number.member_id)
    first = people.merge(tenant, "root", "p1", "x", T)
    results = at_once(lambda n=n: people.undo(first, f"y{n}", T + n) for n in range(3))
    assert sorted(str(each) for each in results if isinstance(each, NotMergeable)) == ["undone", "undone"]
    assert people.group(tenant, "p1") == ["p1"]


def test_a_clash_noted_by_many_is_one_open_case(table: Table, number: Number) -> None:
    conversations, cases = Conversations(table), PeopleCases(table)
    conversations.resolve(number, caller(M13, None, None), T, "m1")
    conversations.resolve(number, caller(None, "BR.1", None), T, "m2")
    found = at_once(
        lambda n=n: conversations.resolve(number, caller(M12, "BR.1", None), T + 1, f"m{3 + n % 3}") for n in range(6)
    )
    assert len(people_of(conversations, number, found)) == 1
    (case,) = cases.open_cases(str(number.member_id))
    assert (case.kind, case.state) == ("alias", "open")
    assert 3 <= case.count <= 6


def test_nothing_read_or_written_at_once_is_too_much_for_the_table(table: Table, number: Number) -> None:
    """A rotation that joins two people is the widest transaction; a full group the widest read."""
    conversations, people = Conversations(table), People(table)
    tenant = str(number.member_id)
    old, new = caller(M13, "BR.1", "BR.ENT.1"), caller(NEW, "BR.2", "BR.ENT.2")
    first = conversations.resolve(number, old, T, "m1").conversation
    conversations.resolve(number, new, T + 12_000, "m2")
    for n in range(27):
        people.merge(tenant, str(first.person), f"p{n}", "x", T + n)
    conversations.learning.rotate(number, Rotation(old, new), T + 10_000, "r")
    assert len(people.group(tenant, str(first.person))) == 29
    assert conversations.resolve(number, new, T + 20_000, "m3").conversation.person == first.person
