"""Which messages carry a risk: a step of unknown fate was repeated, so that somebody may have seen it twice.

One small item beside the ledger's own, written with the risk alone; its index entry lists the newest first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ponte.storage import keys, shards
from ponte.storage.table import Item, Put, Table

CHUNK = 50  # pairs of items per read
_LAST_MS = 10**13 - 1  # counted down from, since an index is read upwards


@dataclass(frozen=True, slots=True)
class Risk:
    """row: the ledger item of the message. step: what was repeated. at_ms: when."""

    row: Mapping[str, Any]
    step: str
    at_ms: int


def note(event_id: str, step: str, now_ms: int, expires_at: int) -> Put:
    """The write that lists a risk; the same one again changes nothing but its time."""
    pk, sk = keys.risk(event_id, step)
    item = {
        "pk": pk,
        "sk": sk,
        "step": step,
        "at_ms": now_ms,
        "expires_at": expires_at,
        **shards.place("RISK", event_id, _LAST_MS - now_ms),
    }
    return Put(item)


def newest(table: Table, limit: int) -> list[Risk]:
    """At most `limit` risks, newest first; those whose message has expired are left out."""
    wanted = [(str(row["pk"]), str(row["sk"])) for row in shards.first(table, "RISK", limit)]
    items: dict[tuple[str, str], Item] = {}
    for first in range(0, len(wanted), CHUNK):
        chunk = wanted[first : first + CHUNK]
        both = dict.fromkeys([*chunk, *((pk, "M") for pk, _ in chunk)])
        items |= {(str(row["pk"]), str(row["sk"])): row for row in table.get_many(list(both))}
    return [
        Risk(items[pk, "M"], str(items[pk, sk]["step"]), int(items[pk, sk]["at_ms"]))
        for pk, sk in wanted
        if (pk, "M") in items and (pk, sk) in items
    ]
