"""Whether a tenant's audit trail is whole: every chain walked from its first row to its head.

A row that was changed, taken out, put in or moved breaks its chain, and so does a head that is not the newest row's.
Personal values may be missing only where a later row of the same chain says that they were erased, and rows at the
beginning only where the first one that is left tells that the one before it has expired.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from ponte.storage.audit import BLOCK, CHAINS, Audit, Place, hash_of, seal_of
from ponte.storage.table import Item

ERASED_PERSON, ERASED_OFFICE = "person.erased", "office.erased"

type Fault = Literal["missing", "altered", "unlinked", "values_altered", "values_missing", "cut"]


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row of a chain that does not fit. "missing": no row with that number, though there are later ones.
    "altered": it does not hash to what it says. "unlinked": it does not follow the row before it. "values_altered",
    "values_missing": of its personal values, the latter without a row that says why. "cut": the chain ends before its
    head, or has none."""

    place: Place
    fault: Fault


@dataclass(frozen=True, slots=True)
class Checked:
    """rows: that were walked. erased: of them, rows whose values were erased. heads: the newest row's hash by chain: a
    note of it elsewhere proves later that nothing before it was rewritten."""

    rows: int
    erased: int
    broken: tuple[Broken, ...]
    heads: dict[int, str] = field(default_factory=dict)


def check(audit: Audit, tenant: str, now_ms: int) -> Checked:
    """The first broken link of each chain; rows that are added meanwhile are not looked at."""
    rows, erased, broken, heads = 0, 0, [], {}
    for chain in range(CHAINS):
        walk = _Walk(chain, now_ms // 1000)
        fault = walk.through(audit, tenant)
        rows, erased = rows + walk.rows, erased + walk.erased
        if fault is not None:
            broken.append(fault)
        elif walk.last:
            heads[chain] = str(walk.last["hash"])
    return Checked(rows, erased, tuple(broken), heads)


class _Walk:
    """One chain."""

    def __init__(self, chain: int, now_s: int) -> None:
        self.rows = 0
        self.erased = 0
        self.last: Item | None = None
        self._chain = chain
        self._now_s = now_s
        self._bare: dict[tuple[str, int] | None, int] = {}  # whose values are gone -> the first such row

    def through(self, audit: Audit, tenant: str) -> Broken | None:
        head = audit.head(tenant, self._chain)
        end = int(head["n"]) if head else 0
        for row in _rows(audit, tenant, self._chain, end):
            n = int(row["n"]) if isinstance(row.get("n"), int) else 0
            if head is not None and n > end:
                break
            expected = int(self.last["n"]) + 1 if self.last else None
            if fault := self._fault(row, expected):
                return Broken(Place(self._chain, expected or n), fault)
            self._values(row)
            self.rows, self.last = self.rows + 1, row
        if self._bare:
            return Broken(Place(self._chain, min(self._bare.values())), "values_missing")
        if (self.last or {}).get("hash") != (head or {}).get("hash"):
            return Broken(Place(self._chain, int(self.last["n"]) if self.last else end), "cut")
        return None

    def _fault(self, row: Item, expected: int | None) -> Fault | None:
        if expected is not None and int(row["sk"]) != expected:
            return "missing"
        if row.get("hash") != hash_of(row) or int(row["sk"]) != row.get("n") or row.get("chain") != self._chain:
            return "altered"
        if self.last is not None and row["prev"] != self.last["hash"]:
            return "unlinked"
        if self.last is None and row["prev"] and int(row["prev_expires"]) > self._now_s:
            return "missing"
        if "sealed" in row and seal_of(bytes(row["sealed"])) != row["seal"]:
            return "values_altered"
        return None

    def _values(self, row: Item) -> None:
        person = (str(row["person"][0]), int(row["person"][1])) if row["person"] else None
        if row["seal"] and "sealed" not in row:
            self.erased += 1
            self._bare.setdefault(person, int(row["n"]))
        if row["action"] == ERASED_PERSON:
            self._bare.pop(person, None)
        if row["action"] == ERASED_OFFICE:
            self._bare.clear()


def _rows(audit: Audit, tenant: str, chain: int, end: int) -> Iterator[Item]:
    """Also those of a chain that lost its head, until a block is empty."""
    number = 0
    while True:
        block = [row for row in audit.block(tenant, chain, number) if str(row["sk"]).isdigit()]
        yield from block
        number += 1
        if number * BLOCK > end and not block:
            return
