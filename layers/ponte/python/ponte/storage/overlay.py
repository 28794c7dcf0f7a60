"""A table for dry runs: reads what is there, keeps what is written to itself. Nothing reaches the real one."""

from collections.abc import Sequence

from ponte.storage.evaluation import changed, copy_of, holds, key_of
from ponte.storage.table import ConditionFailed, Item, Table, TransactionRefused, Update, Write

type Key = tuple[str, str]

_OWN = "\0"  # begins the place of a scan among what is written here; no key of ours begins so


class Overlay:
    """A Table over another one. For one thread."""

    def __init__(self, under: Table) -> None:
        self._under = under
        self._over: dict[Key, Item | None] = {}

    def get(self, pk: str, sk: str) -> Item | None:
        if (pk, sk) in self._over:
            return copy_of(self._over[pk, sk])
        return self._under.get(pk, sk)

    def get_many(self, keys: Sequence[Key]) -> list[Item]:
        below = [key for key in keys if key not in self._over]
        mine = [item for key in keys if (item := self._over.get(key)) is not None]
        return [*(self._under.get_many(below) if below else []), *map(copy_of, mine)]

    def write(self, write: Write) -> Item:
        old = self._checked(write)
        self._over[key_of(write)] = changed(old, write)
        return old or {}

    def write_new(self, write: Update) -> Item:
        self.write(write)
        return self.get(write.pk, write.sk) or {}

    def transact(self, writes: Sequence[Write]) -> None:
        failed: dict[int, Item | None] = {}
        for n, write in enumerate(writes):
            try:
                self._checked(write)
            except ConditionFailed as refused:
                failed[n] = refused.old
        if failed:
            raise TransactionRefused(failed)
        for write in writes:
            self.write(write)

    def query(self, pk: str, prefix: str = "", limit: int = 100, after: str = "") -> list[Item]:
        rows = {str(row["sk"]): row for row in self._under.query(pk, prefix, limit, after)}
        for (mine, sk), item in self._over.items():
            if mine == pk and sk.startswith(prefix) and sk > after:
                rows.pop(sk, None)
                rows |= {sk: copy_of(item)} if item is not None else {}
        return [rows[sk] for sk in sorted(rows)][:limit]

    def query_index(self, gsi1pk: str, limit: int = 100, after: str = "") -> list[Item]:
        rows = self._under.query_index(gsi1pk, limit, after)
        rows = [row for row in rows if (str(row["pk"]), str(row["sk"])) not in self._over]
        mine = [item for item in self._over.values() if item is not None and item.get("gsi1pk") == gsi1pk]
        rows += [copy_of(item) for item in mine if str(item.get("gsi1sk", "")) > after]
        return sorted(rows, key=lambda row: str(row["gsi1sk"]))[:limit]

    def scan(self, limit: int, after: Key | None = None) -> tuple[list[Item], Key | None]:
        """The pages of the table below, without what is written over, then what is."""
        if after is None or not after[0].startswith(_OWN):
            found, following = self._under.scan(limit, after)
            rows = [row for row in found if (str(row["pk"]), str(row["sk"])) not in self._over]
            return rows, following or ((_OWN, "") if self._over else None)
        mine = sorted((_OWN + pk, sk) for (pk, sk), item in self._over.items() if item is not None)
        left = [key for key in mine if key > after]
        page = [self.get(pk.removeprefix(_OWN), sk) or {} for pk, sk in left[:limit]]
        return page, left[limit - 1] if len(left) > limit else None

    def _checked(self, write: Write) -> Item | None:
        old = self.get(*key_of(write))
        if not holds(write.when, old):
            raise ConditionFailed(old)
        return old
