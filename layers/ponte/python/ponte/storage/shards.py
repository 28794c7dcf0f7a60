"""The ledger's lists: a sparse index, in a few partitions each, of the items that people and healing look for."""

from collections.abc import Mapping
from typing import Any, Literal

from ponte.digest import digest
from ponte.storage.table import Item, Table

SHARDS = 4
LISTED = ("gsi1pk", "gsi1sk", "envelope", "reason", "reason_detail", "parked_ms")
"""What an item carries only while it is in a list: whoever goes on with its event takes it away."""

type List = Literal["PARKED", "UNKNOWN", "RISK"]


def place(name: List, event_id: str, order: int) -> Mapping[str, Any]:
    """The index attributes that put an item into a list. order: milliseconds, at most 13 digits; lower comes first."""
    shard = sum(event_id.encode()) % SHARDS
    return {"gsi1pk": f"{name}#{shard}", "gsi1sk": f"{order:013d}#{digest(event_id)}"}


def first(table: Table, name: List, limit: int, before: int | None = None) -> list[Item]:
    """The first `limit` index rows of a list, in order; keys at least. before: of a lower order only."""
    rows: list[Item] = []
    for shard in range(SHARDS):
        rows += table.query_index(f"{name}#{shard}", limit)
    if before is not None:
        rows = [row for row in rows if str(row["gsi1sk"]) < f"{before:013d}"]
    return sorted(rows, key=lambda row: str(row["gsi1sk"]))[:limit]


def items(table: Table, name: List, limit: int, before: int | None = None) -> list[Item]:
    """The items behind those rows, read anew: a row may be older than its item. Those that are gone are left out."""
    found = (table.get(str(row["pk"]), str(row["sk"])) for row in first(table, name, limit, before))
    return [item for item in found if item is not None]
