"""Rate limits that all workers share: GCRA, one number per bucket, one conditional write per call (a second one where
somebody else has called since).

`tat` is the theoretical arrival time in ms: how far the bucket's future is already sold. DynamoDB's conditions know no
arithmetic, so every bound is computed before (checked against the emulator). A provider's bucket has its circuit
breaker with it (circuits.py), which the same write asks.
"""

from collections.abc import Callable

from ponte.clock import Clock
from ponte.mappings import Rate, Timing
from ponte.storage.circuits import KEEP_SECONDS, OPEN, Circuits, Turn
from ponte.storage.table import ConditionFailed, Item, Table, Update, absent, all_of, any_of, gt, le

LOOKS = 4
REMEMBERED = 1_000


class Buckets:
    """max_wait_ms: how long a caller sleeps for its turn at most; longer waits are handed back."""

    def __init__(
        self, table: Table, clock: Clock, max_wait_ms: int = 2_000, timing: Callable[[], Timing] = Timing
    ) -> None:
        self._table = table
        self._clock = clock
        self._max_wait_ms = max_wait_ms
        self._sold_until: dict[tuple[str, str], int] = {}  # as far as we know; others sell of the same buckets
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
        expires = now // 1000 + KEEP_SECONDS
        is_full = self._sold_until.get(key, 0) <= now  # a guess; whether it is, the write says
        for _ in range(LOOKS):
            if is_full:
                write = Update(
                    *key,
                    set={"tat": now + increment, "expires_at": expires},
                    when=all_of(absent(OPEN), any_of(absent("tat"), le("tat", now))),
                )
            else:
                write = Update(
                    *key,
                    add={"tat": increment},
                    set={"expires_at": expires},
                    when=all_of(absent(OPEN), gt("tat", now), le("tat", now + max_wait_ms + tolerance)),
                )
            try:
                before = self._table.write(write)
            except ConditionFailed as failed:
                item = failed.old or {}
            else:
                sold = max(now, int(before.get("tat", 0)))
                self._remember(key, sold + increment)
                self._clock.sleep_ms(max(0, sold - tolerance - now))
                return 0.0, before
            tat = int(item.get("tat", 0))
            self._remember(key, tat)
            if OPEN in item or tat > now + max_wait_ms + tolerance:
                return max(0.05, (tat - tolerance - now) / 1000), item
            is_full = tat <= now
        return 0.1, {}  # rivals moved it between our writes, again and again

    def _remember(self, key: tuple[str, str], sold_until_ms: int) -> None:
        if len(self._sold_until) >= REMEMBERED:  # those of phones are many; a wrong guess costs one more write
            self._sold_until.clear()
        self._sold_until[key] = sold_until_ms

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
