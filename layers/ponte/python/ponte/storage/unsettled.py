"""Ledger items that are not done with, as healing looks at them: many at once, and those of unknown fate by age."""

from collections.abc import Sequence

from ponte.queue.envelope import Envelope, loads
from ponte.storage import keys, shards
from ponte.storage.ledger_items import entry
from ponte.storage.table import ConditionFailed, Item, Table, Update, eq

CHUNK = 100  # keys of one read


class Unsettled:
    """table: Message, the ledger's own."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def items(self, event_ids: Sequence[str]) -> dict[str, Item]:
        """Those of the ledger's items that are there, by event id."""
        found: dict[str, Item] = {}
        wanted = list(dict.fromkeys(event_ids))
        for start in range(0, len(wanted), CHUNK):
            rows = self._table.get_many([keys.message(event_id) for event_id in wanted[start : start + CHUNK]])
            found |= {str(row["event_id"]): row for row in rows if "event_id" in row}
        return found

    def stale(self, before_ms: int, limit: int = 1000) -> list[Item]:
        """Items of unknown fate that no worker has looked at since then, nor healing queued, oldest first."""
        return [
            item
            for item in shards.items(self._table, "UNKNOWN", limit, before_ms)
            if item.get("st") == "UNKNOWN"
            and max(int(item.get("claimed_ms", 0)), int(item.get("queued_again_ms", 0))) < before_ms
        ]

    def queued_again(self, event_id: str, now_ms: int) -> None:
        """An item of unknown fate got a new queue message: it is not stale until a while from now."""
        update = Update(
            *keys.message(event_id),
            set={"queued_again_ms": now_ms},
            append={"log": [entry(now_ms, "queued_again")]},
            when=eq("st", "UNKNOWN"),
        )
        try:
            self._table.write(update)
        except ConditionFailed:
            return  # a worker has it already


def envelope_of(item: Item) -> Envelope | None:
    """The envelope kept with an item; None for one too big to be kept."""
    return loads(str(item["envelope"])) if "envelope" in item else None
