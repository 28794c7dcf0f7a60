"""What all of ours together may ask of one Chatwoot: 3,000 requests a minute and address there, a little less here.

Counted in packs of ten, so that a live call costs a tenth of a write: a process buys a pack and uses it up within
seconds, or lets it go. Chatwoot counts in whole minutes of the clock; PACKS keep to 2,900 in any sixty seconds.

Source: chatwoot/chatwoot 4.15.0, config/initializers/rack_attack.rb (read 2026-11).
"""

import threading

from ponte.clock import Clock
from ponte.mappings import Rate
from ponte.storage import keys
from ponte.storage.buckets import Buckets

PACK = 10
PACKS = Rate(per_second=4, burst=50)
RESERVE = 20  # packs that healing and backfill leave to live traffic
KEPT_MS = 10_000


class ChatwootLimits:
    """One per process."""

    def __init__(self, buckets: Buckets, clock: Clock) -> None:
        self._buckets = buckets
        self._clock = clock
        self._packs: dict[str, tuple[int, int]] = {}  # host -> calls left, until when
        self._lock = threading.Lock()

    def wait(self, host: str, *, yields: bool = False) -> float:
        """0.0: make the call. Else the seconds after which it is worth asking again. yields: whether live calls go
        first."""
        if self._take(host):
            return 0.0
        seconds = self._buckets.take(keys.bucket("chatwoot", host), PACKS, reserve=RESERVE if yields else 0)
        if seconds:
            return seconds
        with self._lock:
            self._packs[host] = (PACK - 1, self._clock.now_ms() + KEPT_MS)
        return 0.0

    def hold(self, host: str, seconds: float) -> None:
        """Chatwoot has had enough of the address we call from: nobody asks until then."""
        self._buckets.hold(keys.bucket("chatwoot", host), PACKS, seconds)
        with self._lock:
            self._packs.pop(host, None)

    def _take(self, host: str) -> bool:
        with self._lock:
            left, until = self._packs.get(host, (0, 0))
            if left <= 0 or until < self._clock.now_ms():
                return False
            self._packs[host] = (left - 1, until)
            return True
