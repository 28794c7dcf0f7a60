"""One contract for the `Table` port; the real adapter (on the emulator) and the in-memory one both pass it."""

import threading
import uuid
from typing import Any

import pytest

from ponte.storage.dynamodb import DynamoDBTable
from ponte.storage.overlay import Overlay
from ponte.storage.table import (
    ConditionFailed,
    Delete,
    Put,
    Table,
    TransactionRefused,
    Update,
    absent,
    all_of,
    any_of,
    eq,
    exists,
    gt,
    le,
    lt,
)
from sandbox.memory.table import MemoryTable
from tests.tables import create_table

THREADS = 8


@pytest.fixture(scope="module")
def table_name(dynamodb: Any) -> str:
    return create_table(dynamodb, f"contract-{uuid.uuid4().hex[:8]}", "KEYS_ONLY")


@pytest.fixture(params=["memory", "overlay", "dynamodb"])
def table(request: pytest.FixtureRequest) -> Table:
    if request.param == "memory":
        return MemoryTable()
    if request.param == "overlay":
        return Overlay(MemoryTable())
    return DynamoDBTable(request.getfixturevalue("dynamodb"), request.getfixturevalue("table_name"))


@pytest.fixture
def pk() -> str:
    """A partition nobody else uses."""
    return f"P#{uuid.uuid4().hex}"


def test_every_kind_of_value_comes_back_as_it_went(table: Table, pk: str) -> None:
    item = {
        "pk": pk,
        "sk": "s",
        "text": "Olá 👋",
        "empty": "",
        "number": -(2**53),
        "yes": True,
        "no": False,
        "nothing": None,
        "bytes": b"\x00\xff",
        "list": [1, "a", {"b": [True]}],
        "map": {"a": {"b": "c"}},
        "ttl": 1,
        "status": "reserved words are names like any other",
    }
    assert table.write(Put(item)) == {}
    assert table.get(pk, "s") == item


def test_a_missing_item_is_none(table: Table, pk: str) -> None:
    assert table.get(pk, "s") is None


def test_a_write_returns_what_was_there_and_write_new_what_is(table: Table, pk: str) -> None:
    table.write(Put({"pk": pk, "sk": "s", "a": 1}))
    assert table.write(Update(pk, "s", set={"a": 2})) == {"pk": pk, "sk": "s", "a": 1}
    assert table.write_new(Update(pk, "s", set={"a": 3})) == {"pk": pk, "sk": "s", "a": 3}


def test_an_update_makes_the_item_that_is_missing(table: Table, pk: str) -> None:
    update = Update(pk, "s", set={"a": 1}, default={"b": 2}, add={"c": 3}, append={"d": ["x"]}, remove=["e"])
    assert table.write(update) == {}
    table.write(update)
    assert table.get(pk, "s") == {"pk": pk, "sk": "s", "a": 1, "b": 2, "c": 6, "d": ["x", "x"]}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (absent("n"), False),
        (absent("missing"), True),
        (exists("n"), True),
        (exists("missing"), False),
        (eq("n", 5), True),
        (eq("n", "5"), False),
        (eq("missing", 5), False),
        (lt("n", 6), True),
        (lt("n", 5), False),
        (lt("missing", 5), False),
        (le("n", 5), True),
        (gt("n", 4), True),
        (gt("n", 5), False),
        (all_of(eq("n", 5), exists("s")), True),
        (all_of(eq("n", 5), exists("missing")), False),
        (all_of(any_of(eq("n", 5), eq("n", 6))), True),
        (any_of(eq("n", 6), all_of(eq("s", "x"), lt("n", 9))), True),
        (any_of(eq("n", 6), eq("s", "y")), False),
    ],
)
def test_conditions(table: Table, pk: str, condition: Any, holds: bool) -> None:
    table.write(Put({"pk": pk, "sk": "s", "n": 5, "s": "x"}))
    update = Update(pk, "s", set={"seen": True}, when=condition)
    if holds:
        table.write(update)
    else:
        with pytest.raises(ConditionFailed) as failed:
            table.write(update)
        assert failed.value.old == {"pk": pk, "sk": "s", "n": 5, "s": "x"}
    assert ("seen" in (table.get(pk, "s") or {})) is holds


def test_a_failed_condition_on_nothing_tells_that_there_is_nothing(table: Table, pk: str) -> None:
    for write in (Update(pk, "s", set={"a": 1}, when=exists("pk")), Delete(pk, "s", when=exists("pk"))):
        with pytest.raises(ConditionFailed) as failed:
            table.write(write)
        assert failed.value.old is None
    assert table.get(pk, "s") is None


def test_a_transaction_is_all_or_nothing_and_names_what_clashed(table: Table, pk: str) -> None:
    table.write(Put({"pk": pk, "sk": "taken", "owner": "a"}))
    with pytest.raises(TransactionRefused) as refused:
        table.transact(
            [
                Put({"pk": pk, "sk": "new"}, when=absent("pk")),
                Put({"pk": pk, "sk": "taken", "owner": "b"}, when=absent("pk")),
            ]
        )
    assert refused.value.failed == {1: {"pk": pk, "sk": "taken", "owner": "a"}}
    assert table.get(pk, "new") is None


def test_a_transaction_writes_everything(table: Table, pk: str) -> None:
    table.write(Put({"pk": pk, "sk": "gone"}))
    table.transact([Put({"pk": pk, "sk": "a"}), Update(pk, "b", add={"n": 1}), Delete(pk, "gone")])
    assert [row["sk"] for row in table.query(pk)] == ["a", "b"]


def test_get_many_gives_those_that_are_there(table: Table, pk: str) -> None:
    table.write(Put({"pk": pk, "sk": "1"}))
    table.write(Put({"pk": pk, "sk": "3"}))
    assert {row["sk"] for row in table.get_many([(pk, "1"), (pk, "2"), (pk, "3")])} == {"1", "3"}


def test_a_query_is_sorted_prefixed_and_limited(table: Table, pk: str) -> None:
    for sk in ("b2", "a1", "b1", "b3"):
        table.write(Put({"pk": pk, "sk": sk}))
    assert [row["sk"] for row in table.query(pk)] == ["a1", "b1", "b2", "b3"]
    assert [row["sk"] for row in table.query(pk, "b", 2)] == ["b1", "b2"]
    assert [row["sk"] for row in table.query(pk, "b", 2, "b1")] == ["b2", "b3"]
    assert [row["sk"] for row in table.query(pk, "b", after="b2~")] == ["b3"], "a place where nothing stands"
    assert table.query(pk, "b", after="b3") == []


def test_the_index_is_sparse_and_sorted(table: Table, pk: str) -> None:
    table.write(Put({"pk": pk, "sk": "1", "gsi1pk": pk, "gsi1sk": "2"}))
    table.write(Put({"pk": pk, "sk": "2", "gsi1pk": pk, "gsi1sk": "1"}))
    table.write(Put({"pk": pk, "sk": "3"}))
    assert [row["sk"] for row in table.query_index(pk)] == ["2", "1"]
    assert [row["sk"] for row in table.query_index(pk, after="1")] == ["1"]
    table.write(Update(pk, "1", remove=["gsi1pk", "gsi1sk"]))
    assert [row["sk"] for row in table.query_index(pk)] == ["2"]


def _race(work: Any) -> list[Any]:
    """Run `work(n)` in threads that start together; results in no order."""
    barrier = threading.Barrier(THREADS)
    results: list[Any] = []

    def run(n: int) -> None:
        barrier.wait()
        results.append(work(n))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_one_conditional_put_wins_among_many(table: Table, pk: str) -> None:
    def put(n: int) -> bool:
        try:
            table.write(Put({"pk": pk, "sk": "s", "n": n}, when=absent("pk")))
        except ConditionFailed:
            return False
        return True

    assert sum(_race(put)) == 1


def test_no_addition_is_lost_under_threads(table: Table, pk: str) -> None:
    _race(lambda _: [table.write(Update(pk, "s", add={"n": 1})) for _ in range(10)])
    assert (table.get(pk, "s") or {})["n"] == THREADS * 10


def test_one_transaction_wins_among_many(table: Table, pk: str) -> None:
    def claim(n: int) -> bool:
        rows = [Put({"pk": pk, "sk": sk, "n": n}, when=absent("pk")) for sk in ("one", "two")]
        try:
            table.transact(rows)
        except TransactionRefused:
            return False
        return True

    assert sum(_race(claim)) == 1
    assert {row["n"] for row in table.query(pk)} == {(table.get(pk, "one") or {})["n"]}


@pytest.mark.parametrize("page", [1, 2, 100])
def test_a_scan_comes_by_every_item_once_even_when_those_behind_it_are_deleted(table: Table, page: int) -> None:
    mine = [(f"SCAN{page}#{uuid.uuid4().hex}", str(n)) for n in range(5)]
    for pk, sk in mine:
        table.write(Put({"pk": pk, "sk": sk}))
    met: list[tuple[str, str]] = []
    after = None
    while True:
        items, after = table.scan(page, after)
        assert len(items) <= page
        for item in items:
            key = (str(item["pk"]), str(item["sk"]))
            if key in mine:
                met.append(key)
                table.write(Delete(*key))
        if after is None:
            break
    assert sorted(met) == sorted(mine)
    assert all(table.get(*key) is None for key in mine)
