"""How long the function's process may still work: what no effect may outlast."""

SPARE_MS = 1_500  # for saving the last outcome and answering
NEVER_MS = 2**62


class Invocation:
    """A container works on one invocation at a time, so there is one of these per container.

    Outside of an invocation nobody stops us: schedules and commands begin none.
    """

    def __init__(self) -> None:
        self._ends_ms = NEVER_MS

    def begin(self, now_ms: int, remaining_ms: int) -> None:
        self._ends_ms = now_ms + remaining_ms - SPARE_MS

    def ends_ms(self) -> int:
        return self._ends_ms
