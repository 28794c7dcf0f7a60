"""Simulated time and turns: one thread, many greenlets, and never more than one of them awake.

Whoever calls a port gives its turn up for the call's latency; who runs next is whoever's time comes next. Latencies are
drawn from the seed, so the seed decides each interleaving, and the same seed gives the same one.

A process (one invocation of a function, with all its greenlets) can be killed at any port call. What is killed runs no
further: its open `finally` blocks are unwound, but every port refuses them, as a machine that is gone would.
"""

import heapq
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

from greenlet import getcurrent, greenlet


class Killed(BaseException):
    """The process is gone. Not an Exception, so that nothing of ours can catch it and go on."""


class OutOfSteps(Exception):
    """It did not come to rest: something turns in circles."""


class Process:
    """One invocation. deadline_ms: when the platform kills it. dead: killed or finished."""

    __slots__ = ("deadline_ms", "greenlets", "killed", "name")

    def __init__(self, name: str, deadline_ms: int) -> None:
        self.name = name
        self.deadline_ms = deadline_ms
        self.killed = False
        self.greenlets: list[Turn] = []


class Turn(greenlet):  # type: ignore[misc]  # greenlet comes without types
    """A greenlet that knows which process it belongs to; None for people and providers.

    When its task has ended it waits for another one: a new greenlet costs the kernel a mapping of memory each time.
    """

    process: Process | None = None
    task: Callable[[], Any] | None = None
    wake: int = 0

    @property
    def is_over(self) -> bool:
        return self.dead or self.task is None


class Scheduler:
    """rng: the seed's. start_ms: simulated milliseconds since the epoch. max_steps: turns before OutOfSteps."""

    def __init__(self, rng: Random, start_ms: int, max_steps: int) -> None:
        self.rng = rng
        self.now = start_ms
        self.steps = 0
        self._max_steps = max_steps
        self._queue: list[tuple[int, int, Turn | Callable[[], object], int]] = []
        self._count = 0
        self._hub = getcurrent()
        self._idle: list[Turn] = []
        self.on_kill: Callable[[Process], object] = lambda _: None

    def now_ms(self) -> int:
        return self.now

    def sleep_ms(self, ms: int) -> None:
        """The `Clock` port: the current greenlet waits."""
        if ms > 0:
            self.wait(ms)

    def at(self, time_ms: int, act: Callable[[], object]) -> None:
        """Run `act` then, in nobody's turn; it must not wait."""
        self._count += 1
        heapq.heappush(self._queue, (max(time_ms, self.now), self._count, act, 0))

    def spawn(self, run: Callable[[], Any], process: Process | None = None, after_ms: int = 0) -> Turn:
        turn = self._idle.pop() if self._idle else Turn(self._live, self._hub)
        turn.task, turn.process = run, process
        if process is not None:
            process.greenlets.append(turn)
        self._push(self.now + after_ms, turn)
        return turn

    def wait(self, ms: int) -> None:
        """The current greenlet's turn ends and comes again in `ms`. Raises Killed if its process is gone by then."""
        turn: Turn = getcurrent()
        process = turn.process
        if process is not None and process.killed:
            raise Killed
        self.steps += 1
        if self.steps > self._max_steps:
            raise OutOfSteps(f"{self.steps} steps")
        until = self.now + ms
        if not self._queue or self._queue[0][0] > until:
            self.now = until  # nobody else would run in between
            return
        self._push(until, turn)
        self._next().switch()
        if process is not None and process.killed:
            raise Killed

    def park(self) -> None:
        """The current greenlet sleeps until somebody says `wake_up`."""
        turn: Turn = getcurrent()
        turn.wake += 1
        self._hub.switch()
        if turn.process is not None and turn.process.killed:
            raise Killed

    def wake_up(self, turn: Turn) -> None:
        self._push(self.now, turn)

    def kill(self, process: Process) -> None:
        """End a process now. Its greenlets unwind in the hub, before anybody else's turn."""
        if not process.killed:
            process.killed = True
            self.on_kill(process)
            self._count += 1
            heapq.heappush(self._queue, (self.now, -self._count, lambda: self._reap(process), 0))

    def current(self) -> Process | None:
        """The process whose turn it is; None for people, providers and what happens by itself."""
        process: Process | None = getattr(getcurrent(), "process", None)
        return process

    def current_turn(self) -> Turn:
        turn: Turn = getcurrent()
        return turn

    def run(self, until: Callable[[], bool]) -> None:
        """Give turns until nothing is due any more, or `until` says so (asked whenever time has moved on)."""
        queue = self._queue
        while queue:
            if queue[0][0] > self.now and until():
                return
            time_ms, _, who, wake = heapq.heappop(queue)
            self.now = max(self.now, time_ms)
            if not isinstance(who, Turn):
                who()
            elif who.wake == wake:
                who.switch()

    def close(self) -> None:
        """Unwind whoever still waits, so that nothing of this history outlives it."""
        waiting = [who for _, _, who, _ in self._queue if isinstance(who, Turn)]
        self._queue.clear()
        for turn in waiting:
            if not turn.is_over:
                if turn.process is not None:
                    turn.process.killed = True
                _unwind(turn)
        for turn in self._idle:
            _unwind(turn)
        self._idle.clear()

    def _next(self) -> greenlet:
        """Whose turn it is: a turn's own, without a way over the hub, where nothing has to be done before by nobody."""
        time_ms, _, who, wake = self._queue[0]
        if not isinstance(who, Turn) or who.wake != wake:
            return self._hub
        heapq.heappop(self._queue)
        self.now = max(self.now, time_ms)
        return who

    def _push(self, time_ms: int, turn: Turn) -> None:
        turn.wake += 1
        self._count += 1
        heapq.heappush(self._queue, (time_ms, self._count, turn, turn.wake))

    def _reap(self, process: Process) -> None:
        for turn in process.greenlets:
            if turn.process is process and not turn.is_over:
                _unwind(turn)
        process.greenlets.clear()

    def _live(self) -> None:
        """What a turn does: one task after the other, each begun by a switch."""
        turn: Turn = getcurrent()
        while True:
            if turn.task is not None:
                with suppress(Killed):
                    turn.task()
            turn.task = turn.process = None
            turn.wake += 1  # whoever would still wake the task that has ended wakes nobody
            self._idle.append(turn)
            self._hub.switch()


def _unwind(turn: Turn) -> None:
    with suppress(Killed):  # one that never had its turn, or has no task, hands it on to us
        turn.throw(Killed)
    turn.wake += 1
