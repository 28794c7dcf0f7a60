"""The audit trail: chained rows, found by person and contact; whatever is done to them shows."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from ponte.errors import Contended
from ponte.storage import keys
from ponte.storage.audit import BLOCK, CHAINS, HEAD, KEPT_SECONDS, Audit, Note, Place, chain_of, hash_of
from ponte.storage.audit_check import Broken, Checked, check
from ponte.storage.table import Delete, Item, Put, Table, TransactionRefused, Update, Write
from sandbox.memory.table import MemoryTable

NOW = 1_790_000_000_000
MARIA, JOAO = ("cliente", 7), ("terceiro", 8)
VALUES = '[{"side":"zattar","name":"phone","before":"+5531911112222","after":"+5531933334444"}]'


class Cipher:
    """Never the same ciphertext twice, as KMS; a ciphertext of another tenant or field does not open."""

    def __init__(self) -> None:
        self.known: dict[bytes, tuple[str, dict[str, str]]] = {}

    def encrypt(self, text: str, context: dict[str, str]) -> bytes:
        data = f"ciphertext {len(self.known)}".encode()
        self.known[data] = (text, context)
        return data

    def decrypt(self, data: bytes, context: dict[str, str]) -> str:
        text, bound = self.known[data]
        assert context == bound
        return text


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


@pytest.fixture
def audit(table: MemoryTable) -> Audit:
    return Audit(table, Cipher())


def sync(person: tuple[str, int] = MARIA, contact: int = 4242, values: str = VALUES) -> Note:
    return Note("person.sync", "zattar", {"status": "done"}, person, (7, contact), values)


def chain(audit: Audit, *people: tuple[str, int]) -> None:
    for n, person in enumerate(people):
        audit.add("office", sync(person), NOW + n)


def found(audit: Audit, now_ms: int = NOW) -> tuple[Broken, ...]:
    return check(audit, "office", now_ms).broken


def test_each_row_follows_the_one_before_it(audit: Audit) -> None:
    chain(audit, MARIA, MARIA, MARIA)
    first, second, third = audit.rows("office", chain_of(MARIA))
    assert [row.place.n for row in (first, second, third)] == [1, 2, 3]
    checked = check(audit, "office", NOW)
    assert (checked.rows, checked.erased, checked.broken) == (3, 0, ())
    assert list(checked.heads) == [chain_of(MARIA)]


def test_an_empty_trail_is_whole(audit: Audit) -> None:
    assert check(audit, "office", NOW) == Checked(0, 0, (), {})


def test_rows_are_found_by_person_and_by_contact_the_newest_first(audit: Audit) -> None:
    audit.add("office", sync(MARIA, 1), NOW)
    audit.add("office", sync(MARIA, 2), NOW + 1)
    audit.add("office", sync(JOAO, 1), NOW + 2)
    audit.add("other", sync(MARIA, 1), NOW + 3)
    audit.note("office", "office.put", "cli:ana", NOW + 4, {"host": "abc.supabase.co"})
    assert [row.at_ms - NOW for row in audit.of_person("office", *MARIA)] == [1, 0]
    assert [row.at_ms - NOW for row in audit.of_person("office", *MARIA, limit=1)] == [1]
    assert [row.person for row in audit.of_contact("office", 7, 1)] == [JOAO, MARIA]
    assert audit.of_contact("office", 8, 1) == []
    assert [row.at_ms - NOW for row in audit.recent("office")] == [4, 2, 1, 0]
    assert [row.at_ms - NOW for row in audit.recent("office", 2)] == [4, 2]


def test_personal_values_are_kept_apart_and_encrypted_for_their_office(audit: Audit, table: MemoryTable) -> None:
    audit.add("office", sync(), NOW)
    (row,) = audit.of_person("office", *MARIA)
    assert audit.values("office", row) == VALUES
    assert "+55" not in repr(row) + repr(table.items()) + repr(sync())


def test_a_trail_without_a_key_takes_no_personal_values(table: MemoryTable) -> None:
    with pytest.raises(Exception, match="audit_without_key"):
        Audit(table).add("office", sync(), NOW)
    assert table.items() == []


def test_values_beyond_what_kms_encrypts_are_refused(audit: Audit) -> None:
    audit.add("office", sync(values="é" * 2048), NOW)
    with pytest.raises(ValueError, match="values"):
        audit.add("office", sync(values="é" * 2049), NOW)


def test_a_warm_worker_pays_one_call_and_a_new_one_two(table: MemoryTable) -> None:
    calls = Calls(table)
    warm = Audit(calls, Cipher())
    warm.add("office", sync(), NOW)
    warm.add("office", sync(), NOW)
    assert calls.names == ["transact"] * 2
    Audit(calls, Cipher()).add("office", sync(), NOW)
    assert calls.names == ["transact"] * 4


def spoil(table: MemoryTable, number: int, **fields: Any) -> Item:
    pk, sk = keys.audit_chain("office", chain_of(MARIA)), f"{number:012d}"
    table.write(Update(pk, sk, set=fields))
    return table.get(pk, sk) or {}


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"by": "somebody else"}, "altered"),
        ({"detail": {"status": "failed"}}, "altered"),
        ({"at_ms": NOW - 1}, "altered"),
        ({"expires_at": 1}, "altered"),
        ({"person": ["cliente", 9]}, "altered"),
        ({"n": 3}, "altered"),
        ({"chain": (chain_of(MARIA) + 1) % CHAINS}, "altered"),
        ({"seal": ""}, "altered"),
        ({"more": 1}, "altered"),
        ({"sealed": b"other values"}, "values_altered"),
    ],
    ids=str,
)
def test_a_row_that_was_changed_is_named(audit: Audit, table: MemoryTable, fields: dict[str, Any], fault: str) -> None:
    chain(audit, *[MARIA] * 4)
    spoil(table, 2, **fields)
    assert found(audit) == (Broken(Place(chain_of(MARIA), 2), fault),)  # type: ignore[arg-type]


def test_a_row_that_was_changed_and_hashed_anew_breaks_the_next_one(audit: Audit, table: MemoryTable) -> None:
    chain(audit, *[MARIA] * 3)
    row = spoil(table, 2, by="somebody else")
    spoil(table, 2, hash=hash_of(row))
    assert found(audit) == (Broken(Place(chain_of(MARIA), 3), "unlinked"),)


@pytest.mark.parametrize(("n", "expected"), [(1, (2, "missing")), (2, (2, "missing")), (4, (3, "cut"))])
def test_a_row_that_was_taken_out_is_missed(
    audit: Audit, table: MemoryTable, n: int, expected: tuple[int, str]
) -> None:
    chain(audit, *[MARIA] * 4)
    table.write(Delete(keys.audit_chain("office", chain_of(MARIA)), f"{n:012d}"))
    assert [(broken.place.n, broken.fault) for broken in found(audit)] == [expected]


def test_a_head_that_is_gone_or_set_back_is_missed(audit: Audit, table: MemoryTable) -> None:
    chain(audit, *[MARIA] * 3)
    pk = keys.audit_chain("office", chain_of(MARIA))
    head = table.get(pk, HEAD) or {}
    table.write(Put(head | {"hash": "another"}))
    assert [broken.fault for broken in found(audit)] == ["cut"]
    table.write(Delete(pk, HEAD))
    assert [broken.fault for broken in found(audit)] == ["cut"]


def test_a_chain_that_vanished_but_for_its_head_is_missed(audit: Audit, table: MemoryTable) -> None:
    chain(audit, MARIA)
    table.write(Delete(keys.audit_chain("office", chain_of(MARIA)), f"{1:012d}"))
    assert [broken.fault for broken in found(audit)] == ["cut"]


def test_rows_that_expired_are_not_missed_and_those_that_have_not_are(audit: Audit, table: MemoryTable) -> None:
    chain(audit, *[MARIA] * 3)
    table.write(Delete(keys.audit_chain("office", chain_of(MARIA)), f"{1:012d}"))
    assert [broken.fault for broken in found(audit)] == ["missing"]
    assert found(audit, NOW + KEPT_SECONDS * 1000 + 1000) == ()


def test_the_first_broken_link_of_each_chain_is_named_and_no_other(audit: Audit, table: MemoryTable) -> None:
    other = next(("cliente", n) for n in range(1, 99) if chain_of(("cliente", n)) != chain_of(MARIA))
    chain(audit, *[MARIA, other] * 4)
    for n in (2, 3):
        spoil(table, n, by="x")
    assert [broken.place for broken in found(audit)] == [Place(chain_of(MARIA), 2)]
    assert check(audit, "office", NOW).heads.keys() == {chain_of(other)}


def test_a_long_chain_is_walked_whole(audit: Audit, table: MemoryTable) -> None:
    for n in range(BLOCK + 5):
        audit.add("office", Note("x", "y", person=MARIA), NOW + n)
    assert check(audit, "office", NOW).rows == BLOCK + 5
    assert [row.place.n for row in audit.recent("office", 8)] == list(range(BLOCK + 5, BLOCK - 3, -1))
    spoil(table, BLOCK + 1, by="x")
    assert [broken.place.n for broken in found(audit)] == [BLOCK + 1]


def test_erased_values_leave_the_chain_whole_where_a_later_row_says_so(audit: Audit) -> None:
    chain(audit, MARIA, MARIA)
    for row in audit.of_person("office", *MARIA):
        audit.erase("office", row)
    assert found(audit) == (Broken(Place(chain_of(MARIA), 1), "values_missing"),)
    audit.add("office", Note("person.erased", "cli:ana", person=MARIA), NOW)
    checked = check(audit, "office", NOW)
    assert (checked.broken, checked.erased) == ((), 2)
    assert all(audit.values("office", row) == "" for row in audit.of_person("office", *MARIA))


def test_nobody_elses_erasure_excuses_missing_values(audit: Audit) -> None:
    other = next(("cliente", n) for n in range(8, 99) if chain_of(("cliente", n)) == chain_of(MARIA))
    chain(audit, MARIA, other)
    audit.erase("office", audit.of_person("office", *MARIA)[0])
    audit.add("office", Note("person.erased", "cli:ana", person=other), NOW)
    assert [broken.fault for broken in found(audit)] == ["values_missing"]


class Calls:
    """A table whose transactions are counted, and before which something else may happen."""

    def __init__(self, table: Table, before: Callable[[int], None] = lambda _: None) -> None:
        self._table = table
        self._before = before
        self.names: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    def transact(self, writes: Sequence[Write]) -> None:
        self.names.append("transact")
        self._before(len(self.names))
        self._transact(writes)

    def _transact(self, writes: Sequence[Write]) -> None:
        self._table.transact(writes)


class ForgetsTheHead(Calls):
    """Planted: the head is put without asking whether it is still the one that was known."""

    def _transact(self, writes: Sequence[Write]) -> None:
        self._table.transact([replace(each, when=None) if _is_head(each) else each for each in writes])


class ForgetsTheRow(ForgetsTheHead):
    """Planted: the row, too, takes whatever place it thinks is free."""

    def _transact(self, writes: Sequence[Write]) -> None:
        self._table.transact([replace(each, when=None) for each in writes])  # type: ignore[type-var]


class OneByOne(Calls):
    """Planted: no transaction. between: what happens between row and head."""

    between: Callable[[], None] = staticmethod(lambda: None)

    def _transact(self, writes: Sequence[Write]) -> None:
        row, head, *pointers = writes
        for write in (row, *pointers):
            self._table.write(replace(write, when=None))  # type: ignore[type-var]
        self.between()
        self._table.write(replace(head, when=None))  # type: ignore[type-var]


def _is_head(write: Write) -> bool:
    return isinstance(write, Put) and write.item["sk"] == HEAD


def told_by_two(first: type[Calls], at: int) -> tuple[Audit, int]:
    """Two workers with one person: just before the first one's call number `at` the second one notes two rows. The
    trail as it is then, and how many rows were promised."""
    table = MemoryTable()
    cipher = Cipher()
    second = Audit(first(table), cipher)

    def cut_in(n: int) -> None:
        if n == at:
            second.add("office", sync(), NOW)
            second.add("office", sync(), NOW)

    worker = Audit(first(table, cut_in), cipher)
    for _ in range(3):
        worker.add("office", sync(), NOW)
    return Audit(table, cipher), 5


@pytest.mark.parametrize("at", range(1, 6))
def test_two_workers_of_one_person_lose_no_row_and_break_no_chain(at: int) -> None:
    audit, promised = told_by_two(Calls, at)
    checked = check(audit, "office", NOW)
    assert checked.broken == ()
    assert checked.rows == (promised if at <= 3 else 3)


@pytest.mark.parametrize("planted", [ForgetsTheHead, ForgetsTheRow])
def test_a_worker_that_does_not_look_breaks_the_chain_and_is_caught(planted: type[Calls]) -> None:
    caught = []
    for at in range(1, 4):
        try:
            audit, promised = told_by_two(planted, at)
        except Contended:
            caught.append("stuck")
            continue
        checked = check(audit, "office", NOW)
        if checked.broken or checked.rows != promised:
            caught.append("broken")
    assert caught


def test_a_row_written_apart_from_its_head_is_caught() -> None:
    table, cipher = MemoryTable(), Cipher()
    first = OneByOne(table)
    worker, second = Audit(first, cipher), Audit(OneByOne(table), cipher)
    first.between = lambda: None if first.names[1:] else second.add("office", sync(), NOW) and None  # type: ignore[assignment]
    worker.add("office", sync(), NOW)
    worker.add("office", sync(), NOW)
    checked = check(Audit(table, cipher), "office", NOW)
    assert checked.broken or checked.rows != 3


def test_whoever_meets_a_rival_each_time_comes_back_later() -> None:
    class Crowd(Calls):
        def _transact(self, writes: Sequence[Write]) -> None:
            raise TransactionRefused({})

    with pytest.raises(Contended):
        Audit(Crowd(MemoryTable())).note("office", "x", "y", NOW, {})
