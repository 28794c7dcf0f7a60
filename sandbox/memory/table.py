"""The `Table` port in memory: atomic under threads, with DynamoDB's rules as far as Ponte uses them."""

import threading
from collections.abc import Sequence

from ponte.storage.evaluation import changed, copy_of, holds, key_of
from ponte.storage.table import ConditionFailed, Item, TransactionRefused, Update, Write

MAX_TRANSACTION = 100


class MemoryTable:
    """One table. Items are copied in and out, so nobody shares state by accident; inside, what is kept is only ever
    replaced, and an old item may share its unchanged branches with the new one."""

    def __init__(self) -> None:
        self._items: dict[tuple[str, str], Item] = {}
        self._lock = threading.RLock()

    def get(self, pk: str, sk: str) -> Item | None:
        with self._lock:
            return copy_of(self._items.get((pk, sk)))

    def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Item]:
        if not 0 < len(keys) <= 100 or len(set(keys)) != len(keys):
            raise ValueError("1 to 100 different keys")
        with self._lock:
            return [copy_of(self._items[key]) for key in keys if key in self._items]

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
                n: copy_of(self._items.get(key))
                for n, (key, write) in enumerate(zip(keys, writes, strict=True))
                if not holds(write.when, self._items.get(key))
            }
            if failed:
                raise TransactionRefused(failed)
            for write in writes:
                self._apply(write)

    def query(self, pk: str, prefix: str = "", limit: int = 100, after: str = "") -> list[Item]:
        with self._lock:
            found = (k for k in self._items if k[0] == pk and k[1].startswith(prefix) and k[1] > after)
            rows = sorted(found, key=lambda k: k[1])
            return [copy_of(self._items[key]) for key in rows[:limit]]

    def query_index(self, gsi1pk: str, limit: int = 100, after: str = "") -> list[Item]:
        with self._lock:
            rows = [item for item in self._items.values() if item.get("gsi1pk") == gsi1pk and "gsi1sk" in item]
            rows = sorted((row for row in rows if str(row["gsi1sk"]) > after), key=lambda row: str(row["gsi1sk"]))
            return [copy_of(row) for row in rows[:limit]]

    def scan(self, limit: int, after: tuple[str, str] | None = None) -> tuple[list[Item], tuple[str, str] | None]:
        with self._lock:
            keys = sorted(key for key in self._items if after is None or key > after)
            page = [copy_of(self._items[key]) for key in keys[:limit]]
            return page, keys[limit - 1] if len(keys) > limit else None

    def items(self) -> list[Item]:
        """Everything, for tests."""
        with self._lock:
            return [copy_of(item) for item in self._items.values()]

    def _apply(self, write: Write) -> None:
        key = key_of(write)
        item = changed(self._items.get(key), write)
        if item is None:
            self._items.pop(key, None)
        else:
            self._items[key] = item
