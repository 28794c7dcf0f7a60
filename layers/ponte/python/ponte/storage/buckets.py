"""Rate limits that all workers share: GCRA, one number per bucket, one conditional write per call.

`tat` is the theoretical arrival time in ms: how far the bucket's future is already sold. DynamoDB's conditions know no
arithmetic, so every bound is computed before (checked against the emulator). A provider's bucket has its circuit
breaker with it (circuits.py), which the same write asks.
"""

from collections.abc import Callable

from ponte.clock import Clock
from ponte.mappings import Rate, Timing
from ponte.storage.circuits import KEEP_SECONDS, OPEN, Circuits, Turn
from ponte.storage.table import ConditionFailed, Item, Table, Update, absent, all_of, any_of, gt, le


class Buckets:
    """max_wait_ms: how long a caller sleeps for its turn at most; longer waits are handed back."""

    def __init__(
        self, table: Table, clock: Clock, max_wait_ms: int = 2_000, timing: Callable[[], Timing] = Timing
    ) -> None:
        self._table = table
        self._clock = clock
        self._max_wait_ms = max_wait_ms
        self.circuits = Circuits(table, clock, timing)

    def enter(self, key: tuple[str, str], rate: Rate, chat: str = "", *, reserve: int = 0) -> Turn:
        """Take one token of a provider's bucket, unless its circuit is open. The caller reports to `circuits` what came
        of the call. chat: who calls (see Turn).

        reserve: tokens that must be left to others afterwards; such a caller never waits its turn here. Of a small
        bucket at most two thirds are kept back, so that it still gives some.
        """
        wait, item = self._take(key, rate, reserve)
        turn = Turn(key, chat, wait, fails=int(item.get("fails", 0)))
        return self.circuits.admit(turn, item) if wait and OPEN in item else turn

    def take(self, key: tuple[str, str], rate: Rate, *, reserve: int = 0) -> float:
        """Take one token. 0.0: go ahead (a short wait has been slept). Else: seconds until it is worth asking again."""
        return self._take(key, rate, reserve)[0]

    def _take(self, key: tuple[str, str], rate: Rate, reserve: int = 0) -> tuple[float, Item]:
        """The wait, and the item as it was. Nothing is taken of a bucket whose circuit is open."""
        increment = max(1, round(1000 / rate.per_second))
        now = self._clock.now_ms()
        tolerance = (rate.burst - 1 - min(reserve, rate.burst * 2 // 3)) * increment
        max_wait_ms = 0 if reserve else self._max_wait_ms
        for _ in range(3):
            try:
                before = self._table.write(
                    Update(
                        *key,
                        add={"tat": increment},
                        set={"expires_at": now // 1000 + KEEP_SECONDS},
                        when=all_of(absent(OPEN), gt("tat", now), le("tat", now + max_wait_ms + tolerance)),
                    )
                )
                self._clock.sleep_ms(max(0, int(before["tat"]) - tolerance - now))
                return 0.0, before
            except ConditionFailed as failed:
                item = failed.old or {}
            tat = int(item.get("tat", 0))
            if tat > now or OPEN in item:
                return max(0.05, (tat - tolerance - now) / 1000), item
            try:
                before = self._table.write(
                    Update(
                        *key,
                        set={"tat": now + increment, "expires_at": now // 1000 + KEEP_SECONDS},
                        when=all_of(absent(OPEN), any_of(absent("tat"), le("tat", now))),
                    )
                )
                return 0.0, before
            except ConditionFailed:
                continue  # a rival moved it between our two writes: look again
        return 0.1, {}

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
