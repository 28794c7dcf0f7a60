"""The one storage port: items addressed by (pk, sk), conditional writes, transactions.

Everything we keep is written once against `Table`; DynamoDB and the in-memory store of the simulation are its two
adapters and pass the same contract tests. Conditions are values, so both can evaluate them. An item's attributes are
str, int, bool, bytes, None, and lists and dicts of these (no floats: money and time are integers here).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, Protocol

type Item = dict[str, Any]
type Operator = Literal["absent", "exists", "eq", "ne", "lt", "le", "gt", "all", "any"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of an attribute with a value, or a conjunction/disjunction of `parts`.

    A comparison with a missing attribute is false, as in DynamoDB.
    """

    op: Operator
    name: str = ""
    value: Any = None
    parts: "tuple[Condition, ...]" = ()


@lru_cache(maxsize=256)
def absent(name: str) -> Condition:
    return Condition("absent", name)


@lru_cache(maxsize=256)
def exists(name: str) -> Condition:
    return Condition("exists", name)


def eq(name: str, value: Any) -> Condition:
    return Condition("eq", name, value)


def ne(name: str, value: Any) -> Condition:
    return Condition("ne", name, value)


def lt(name: str, value: int) -> Condition:
    return Condition("lt", name, value)


def le(name: str, value: int) -> Condition:
    return Condition("le", name, value)


def gt(name: str, value: int) -> Condition:
    return Condition("gt", name, value)


def all_of(*parts: Condition) -> Condition:
    return Condition("all", parts=parts)


def any_of(*parts: Condition) -> Condition:
    return Condition("any", parts=parts)


@dataclass(frozen=True, slots=True)
class Put:
    """Write the whole item, if `when` holds for the one that is there."""

    item: Item
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Change single attributes; makes the item when it is missing.

    set: new values. default: values for attributes that are missing. add: integers to add to a number (missing = 0).
    append: lists to join to a list (missing = []). remove: attributes to drop.
    """

    pk: str
    sk: str
    set: Mapping[str, Any] = field(default_factory=dict)
    default: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    append: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    remove: Sequence[str] = ()
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    pk: str
    sk: str
    when: Condition | None = None


type Write = Put | Update | Delete


class ConditionFailed(Exception):
    """A condition did not hold, nothing was written. old: the item as it is (None where there is none)."""

    def __init__(self, old: Item | None) -> None:
        super().__init__("condition failed")
        self.old = old


class TransactionRefused(Exception):
    """One write of a transaction failed its condition (or met a rival), nothing was written.

    failed: index of each refused write -> the item as it is. Empty when only a rival was in the way: repeat.
    """

    def __init__(self, failed: Mapping[int, Item | None]) -> None:
        super().__init__("transaction refused")
        self.failed = failed


class Table(Protocol):
    """Reads are strongly consistent, except through the index. Other errors of the store pass through as they are."""

    def get(self, pk: str, sk: str) -> Item | None: ...

    def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Item]:
        """Those of the items that are there, in no order; at most 100 keys."""
        ...

    def write(self, write: Write) -> Item:
        """Returns the item before the write ({} where there was none). Raises ConditionFailed."""
        ...

    def write_new(self, write: Update) -> Item:
        """As `write`, but returns the item after it."""
        ...

    def transact(self, writes: Sequence[Write]) -> None:
        """All or nothing, at most 100 writes, no item twice. Raises TransactionRefused."""
        ...

    def query(self, pk: str, prefix: str = "", limit: int = 100, after: str = "") -> list[Item]:
        """Items of one partition by ascending sk > after, at most `limit`. after: "", or one that begins as `prefix`
        says."""
        ...

    def query_index(self, gsi1pk: str, limit: int = 100, after: str = "") -> list[Item]:
        """Items by (gsi1pk, gsi1sk > after) ascending; eventually consistent; keys at least."""
        ...

    def scan(self, limit: int, after: tuple[str, str] | None = None) -> tuple[list[Item], tuple[str, str] | None]:
        """One page of the whole table in no order that means anything, at most `limit` items, and where to go on (None:
        that was all). Costs as much as the table is big: for rare jobs that may miss nothing, never for a message.
        """
        ...


@dataclass(frozen=True, slots=True)
class Tables:
    """Four tables by life cycle (Core keeps, Message expires, Audit only grows, State is throw-away)."""

    core: Table
    message: Table
    audit: Table
    state: Table
