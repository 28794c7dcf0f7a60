"""How often one user may ask for something: a fixed window that opens with the first time.

Providers' rates are buckets (buckets.py), which smooth what we send; here a person is told when to come back.
"""

import math
from dataclasses import dataclass

from ponte.clock import Clock
from ponte.storage import keys
from ponte.storage.table import ConditionFailed, Table, Update, absent, all_of, any_of, eq, gt, le, lt

WINDOW_S = 60
LOOKS = 3
KEPT_S = 3_600


@dataclass(frozen=True, slots=True)
class Taken:
    """wait_s: 0 where it was granted; else whole seconds until the window opens again."""

    wait_s: int
    until_ms: int


class Quotas:
    """table: State."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def take(self, tenant: str, kind: str, user: str, limit: int, window_s: int = WINDOW_S) -> Taken:
        """One of `limit` in a window. Rivals that make the window at the same moment share it."""
        key, now = keys.quota(tenant, kind, user), self._clock.now_ms()
        until = now + window_s * 1000
        again = Update(*key, add={"count": 1}, when=all_of(gt("until_ms", now), lt("count", limit)))
        first = Update(
            *key,
            set={"count": 1, "until_ms": until, "expires_at": until // 1000 + KEPT_S},
            when=any_of(absent("until_ms"), le("until_ms", now)),
        )
        for _ in range(LOOKS):
            try:
                before = self._table.write(again)
                return Taken(0, int(before["until_ms"]))
            except ConditionFailed as failed:
                item = failed.old or {}
            ends = int(item.get("until_ms", 0))
            if ends > now and int(item["count"]) >= limit:
                return Taken(max(1, math.ceil((ends - now) / 1000)), ends)
            try:
                self._table.write(first)
                return Taken(0, until)
            except ConditionFailed:
                continue
        return Taken(1, now + 1000)  # others opened and used it up in between, again and again

    def give_back(self, tenant: str, kind: str, user: str, taken: Taken) -> None:
        """What was asked for did not come about. Nothing where the window is over."""
        key = keys.quota(tenant, kind, user)
        try:
            self._table.write(
                Update(
                    *key,
                    add={"count": -1},
                    when=all_of(gt("count", 0), eq("until_ms", taken.until_ms)),
                )
            )
        except ConditionFailed:
            return
