"""How far an office's people are looked through, by healing and by a backfill. Table: State.

All of it may be lost: healing then looks a day back, and a backfill begins anew.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ponte.clock import Clock
from ponte.storage import keys
from ponte.storage.table import ConditionFailed, Put, Table, Update, absent, any_of, eq, lt

KEEP_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Reached:
    """updated_at, id: the last row that was read, as Zattar writes it ("" and 0 for none). read_ms: when there was
    nothing behind it, 0 where the walk was cut short."""

    updated_at: str = ""
    id: int = 0
    read_ms: int = 0


@dataclass(frozen=True, slots=True)
class OfficeCursor:
    """rows: by tipo. links: the place in the list of links where the next run goes on, "" for the start."""

    rows: Mapping[str, Reached] = field(default_factory=dict)
    links: str = ""


class PeopleCursors:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def office(self, tenant: str) -> OfficeCursor:
        row = self._table.get(*keys.people_cursor(tenant)) or {}
        rows = {
            str(tipo): Reached(str(at), int(id_), int(read)) for tipo, (at, id_, read) in row.get("rows", {}).items()
        }
        return OfficeCursor(rows, str(row.get("links", "")))

    def save_office(self, tenant: str, cursor: OfficeCursor) -> None:
        pk, sk = keys.people_cursor(tenant)
        rows = {tipo: [one.updated_at, one.id, one.read_ms] for tipo, one in cursor.rows.items()}
        self._table.write(Put({"pk": pk, "sk": sk, "rows": rows, "links": cursor.links, **self._expiry()}))

    def next_office(self) -> str:
        """Where the last run, whose time was over, left off; "" where it was not."""
        return str((self._table.get(*keys.people_run()) or {}).get("next", ""))

    def save_next_office(self, tenant: str) -> None:
        self._table.write(Update(*keys.people_run(), set={"next": tenant, **self._expiry()}))

    def backfill(self, tenant: str) -> dict[str, Any] | None:
        """The state of the office's last backfill as JSON data; None where there is none."""
        row = self._table.get(*keys.people_backfill(tenant))
        return json.loads(str(row["state"])) if row and "state" in row else None

    def save_backfill(self, tenant: str, owner: str, state: Mapping[str, Any]) -> bool:
        """False where another one has taken over."""
        told = json.dumps(state, separators=(",", ":"))
        try:
            self._table.write(
                Update(*keys.people_backfill(tenant), set={"state": told, **self._expiry()}, when=eq("own", owner))
            )
        except ConditionFailed:
            return False
        return True

    def take_backfill(self, tenant: str, owner: str, lease_ms: int) -> bool:
        """One at a time. Whoever holds it takes it again before the lease is over; who died leaves it to run out."""
        now = self._clock.now_ms()
        free = any_of(absent("own"), eq("own", owner), lt("until", now))
        fields = {"own": owner, "until": now + lease_ms, **self._expiry()}
        try:
            self._table.write(Update(*keys.people_backfill(tenant), set=fields, when=free))
        except ConditionFailed:
            return False
        return True

    def leave_backfill(self, tenant: str, owner: str) -> None:
        try:
            self._table.write(Update(*keys.people_backfill(tenant), remove=["own", "until"], when=eq("own", owner)))
        except ConditionFailed:
            return

    def _expiry(self) -> dict[str, int]:
        return {"expires_at": self._clock.now_ms() // 1000 + KEEP_SECONDS}
