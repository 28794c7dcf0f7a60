"""People of a history, of any kind: each acts for a while, all of them at once."""

from collections.abc import Callable
from random import Random

from sandbox.simulate.scheduler import Scheduler


class Actors:
    """busy: how many still act."""

    def __init__(self, scheduler: Scheduler, rng: Random) -> None:
        self._scheduler = scheduler
        self._rng = rng
        self.busy = 0

    def act(self, run: Callable[[], None], within_ms: int = 0) -> None:
        """Somebody begins, some time within the given one."""
        self.act_after(self._rng.randint(0, within_ms), run)

    def act_after(self, ms: int, run: Callable[[], None]) -> None:
        self.busy += 1

        def life() -> None:
            run()
            self.busy -= 1

        self._scheduler.spawn(life, after_ms=ms)
