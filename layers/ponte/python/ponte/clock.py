"""Time as an argument: the one port through which code of ours may learn what time it is."""

import time
from typing import Protocol


class Clock(Protocol):
    """Milliseconds since the epoch, UTC, and a way to wait. Tests and the simulation bring their own."""

    def now_ms(self) -> int: ...

    def sleep_ms(self, ms: int) -> None: ...


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def sleep_ms(self, ms: int) -> None:
        time.sleep(max(0, ms) / 1000)
