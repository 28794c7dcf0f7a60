"""Rate limits that all workers share: GCRA, one number per bucket, one conditional write per call.

`tat` is the theoretical arrival time in ms: how far the bucket's future is already sold. DynamoDB's conditions know no
arithmetic, so every bound is computed before (checked against the emulator).
"""

from ponte.clock import Clock
from ponte.mappings import Rate
from ponte.storage.table import ConditionFailed, Table, Update, absent, all_of, any_of, gt, le

KEEP_SECONDS = 3600


class Buckets:
    """max_wait_ms: how long a caller sleeps for its turn at most; longer waits are handed back."""

    def __init__(self, table: Table, clock: Clock, max_wait_ms: int = 2_000) -> None:
        self._table = table
        self._clock = clock
        self._max_wait_ms = max_wait_ms

    def take(self, key: tuple[str, str], rate: Rate) -> float:
        """Take one token. 0.0: go ahead (a short wait has been slept). Else: seconds until it is worth asking again."""
        increment = max(1, round(1000 / rate.per_second))
        now = self._clock.now_ms()
        tolerance = (rate.burst - 1) * increment
        for _ in range(3):
            try:
                before = self._table.write(
                    Update(
                        *key,
                        add={"tat": increment},
                        set={"expires_at": now // 1000 + KEEP_SECONDS},
                        when=all_of(gt("tat", now), le("tat", now + self._max_wait_ms + tolerance)),
                    )
                )
                self._clock.sleep_ms(max(0, int(before["tat"]) - tolerance - now))
                return 0.0
            except ConditionFailed as failed:
                tat = int((failed.old or {}).get("tat", 0))
            if tat > now:
                return max(0.05, (tat - tolerance - now) / 1000)
            try:
                self._table.write(
                    Update(
                        *key,
                        set={"tat": now + increment, "expires_at": now // 1000 + KEEP_SECONDS},
                        when=any_of(absent("tat"), le("tat", now)),
                    )
                )
                return 0.0
            except ConditionFailed:
                continue  # a rival moved it between our two writes: look again
        return 0.1

    def hold(self, key: tuple[str, str], rate: Rate, seconds: float) -> None:
        """The provider said "slow down": sell the bucket's future until then."""
        increment = max(1, round(1000 / rate.per_second))
        until = self._clock.now_ms() + round(seconds * 1000) + (rate.burst - 1) * increment
        try:
            self._table.write(
                Update(
                    *key,
                    set={"tat": until, "expires_at": until // 1000 + KEEP_SECONDS},
                    when=any_of(absent("tat"), le("tat", until)),
                )
            )
        except ConditionFailed:
            return
