"""The `Table` port in memory: atomic under threads, with DynamoDB's rules as far as Ponte uses them."""

import threading
from collections.abc import Sequence
from typing import Any

from ponte.storage.table import (
    Condition,
    ConditionFailed,
    Delete,
    Item,
    Put,
    TransactionRefused,
    Update,
    Write,
)

MAX_TRANSACTION = 100


def _copy[T](value: T) -> T:
    """A copy that shares nothing that can change; items are trees of dicts and lists (deepcopy is ten times slower)."""
    kind = type(value)
    if kind is dict:
        return {k: _copy(v) if type(v) in _NESTED else v for k, v in value.items()}  # type: ignore[attr-defined, return-value]
    if kind is list or kind is tuple:
        return [_copy(v) if type(v) in _NESTED else v for v in value]  # type: ignore[attr-defined, return-value]
    return value


_NESTED = (dict, list, tuple)


def holds(condition: Condition | None, item: Item | None) -> bool:
    """Evaluate a condition against the item that is there (None: no item). Missing attributes compare as false."""
    if condition is None:
        return True
    attributes = item or {}
    match condition.op:
        case "all":
            return all(holds(part, item) for part in condition.parts)
        case "any":
            return any(holds(part, item) for part in condition.parts)
        case "absent":
            return condition.name not in attributes
        case "exists":
            return condition.name in attributes
    if condition.name not in attributes:
        return False
    given, wanted = attributes[condition.name], condition.value
    if condition.op in ("eq", "ne"):
        equal = type(given) is type(wanted) and given == wanted
        return equal if condition.op == "eq" else not equal
    if type(given) is not type(wanted):
        return False
    return bool({"lt": given < wanted, "le": given <= wanted, "gt": given > wanted}[condition.op])


class MemoryTable:
    """One table. Items are copied in and out, so nobody shares state by accident; inside, what is kept is only ever
    replaced, and an old item may share its unchanged branches with the new one."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], Item] = {}
        self._lock = threading.RLock()

    def get(self, pk: str, sk: str) -> Item | None:
        with self._lock:
            return _copy(self._items.get((pk, sk)))

    def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Item]:
        if not 0 < len(keys) <= 100 or len(set(keys)) != len(keys):
            raise ValueError("1 to 100 different keys")
        with self._lock:
            return [_copy(self._items[key]) for key in keys if key in self._items]

    def write(self, write: Write) -> Item:
        with self._lock:
            old = self._items.get(key_of(write))
            if not holds(write.when, old):
                raise ConditionFailed(dict(old) if old else None)
            self._apply(write)
            return dict(old) if old else {}

    def write_new(self, write: Update) -> Item:
        with self._lock:
            self.write(write)
            return dict(self._items[write.pk, write.sk])

    def transact(self, writes: Sequence[Write]) -> None:
        keys = [key_of(write) for write in writes]
        if not 0 < len(writes) <= MAX_TRANSACTION or len(set(keys)) != len(keys):
            raise ValueError("1 to 100 writes, no item twice")
        with self._lock:
            failed = {
                n: _copy(self._items.get(key))
                for n, (key, write) in enumerate(zip(keys, writes, strict=True))
                if not holds(write.when, self._items.get(key))
            }
            if failed:
                raise TransactionRefused(failed)
            for write in writes:
                self._apply(write)

    def query(self, pk: str, prefix: str = "", limit: int = 100) -> list[Item]:
        with self._lock:
            rows = sorted((k for k in self._items if k[0] == pk and k[1].startswith(prefix)), key=lambda k: k[1])
            return [_copy(self._items[key]) for key in rows[:limit]]

    def query_index(self, gsi1pk: str, limit: int = 100, after: str = "") -> list[Item]:
        with self._lock:
            rows = [item for item in self._items.values() if item.get("gsi1pk") == gsi1pk and "gsi1sk" in item]
            rows = sorted((row for row in rows if str(row["gsi1sk"]) > after), key=lambda row: str(row["gsi1sk"]))
            return [_copy(row) for row in rows[:limit]]

    def items(self) -> list[Item]:
        """Everything, for tests."""
        with self._lock:
            return [_copy(item) for item in self._items.values()]

    def _apply(self, write: Write) -> None:
        key = key_of(write)
        match write:
            case Put():
                self._items[key] = _copy(write.item)
            case Delete():
                self._items.pop(key, None)
            case Update():
                self._items[key] = _updated(self._items.get(key) or {"pk": write.pk, "sk": write.sk}, write)


def _updated(before: Item, write: Update) -> Item:
    """A new item; the one before shares its unchanged branches with it, since neither is ever changed in place."""
    item = dict(before)
    for name, value in write.set.items():
        item[name] = _copy(value)
    for name, value in write.default.items():
        if name not in before:
            item[name] = _copy(value)
    for name, more in write.append.items():
        known: list[Any] = before.get(name, [])
        item[name] = [*known, *_copy(list(more))]
    for name, amount in write.add.items():
        item[name] = before.get(name, 0) + amount
    for name in write.remove:
        item.pop(name, None)
    return item


def key_of(write: Write) -> tuple[str, str]:
    if isinstance(write, Put):
        return str(write.item["pk"]), str(write.item["sk"])
    return write.pk, write.sk
