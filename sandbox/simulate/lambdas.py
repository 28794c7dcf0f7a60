"""The platform: functions in containers, invoked by requests, queues and schedules.

As Lambda behaves: a container serves one invocation at a time and keeps what it holds between them; an invocation that
dies or runs out of time takes its container with it; a queue's batch is deleted but for what the answer names, and not
at all when the invocation died. An invocation that fails says nothing about what it did.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from sandbox.memory.sqs import MemoryQueue, Message
from sandbox.simulate.scheduler import Killed, Process, Scheduler, Turn

BATCH = 10
type Handler = Callable[[Mapping[str, Any], Any], Any]


class Bundle(Protocol):
    """What is deployed: one container's handlers. Each is made anew in a new container."""

    doors: Mapping[str, Handler]  # by path
    consumers: Mapping[str, Handler]  # by queue name
    schedules: Mapping[str, Handler]


class DoorFailed(Exception):
    """An invocation of a function behind the API ended without an answer: the gateway says 502."""


@dataclass(frozen=True, slots=True)
class Context:
    """Lambda's context, as far as handlers ask it."""

    process: Process
    scheduler: Scheduler

    def get_remaining_time_in_millis(self) -> int:
        return self.process.deadline_ms - self.scheduler.now


@dataclass(slots=True)
class Pool:
    """The containers of one function. idle: those that wait for work."""

    name: str
    timeout_ms: int
    pick: Callable[[Bundle], Handler]
    idle: list[Bundle] = field(default_factory=list)
    running: int = 0


class Platform:
    """make: a new container's bundle. failed: told of every exception that a handler let out."""

    def __init__(
        self, scheduler: Scheduler, make: Callable[[str], Bundle], failed: Callable[[str, BaseException], None]
    ) -> None:
        self._scheduler = scheduler
        self._make = make
        self._failed = failed
        self._pools: dict[str, Pool] = {}
        self.invocations = 0
        self.died: list[tuple[str, int]] = []  # function and time of every invocation that came to no answer

    def add(self, name: str, timeout_s: int, pick: Callable[[Bundle], Handler]) -> None:
        self._pools[name] = Pool(name, timeout_s * 1000, pick)

    @property
    def running(self) -> int:
        return sum(pool.running for pool in self._pools.values())

    def start(self, name: str, event: Mapping[str, Any], done: Callable[[Any, bool], None]) -> None:
        """Invoke, without waiting. done: (answer, whether it came to one), in nobody's turn."""
        pool = self._pools[name]
        process = Process(name, self._scheduler.now + pool.timeout_ms)
        bundle = pool.idle.pop() if pool.idle else self._make(name)
        pool.running += 1
        self.invocations += 1
        ended = False

        def end(answer: Any, good: bool) -> None:
            nonlocal ended
            if ended:
                return
            ended = True
            pool.running -= 1
            if good:
                pool.idle.append(bundle)
            else:
                self.died.append((name, self._scheduler.now))
            self._scheduler.at(self._scheduler.now, lambda: done(answer, good))

        def main() -> None:
            try:
                answer = pool.pick(bundle)(event, Context(process, self._scheduler))
            except Killed:
                end(None, False)
                raise
            except Exception as error:
                self._failed(name, error)
                end(None, False)
                return
            end(answer, True)

        def expire() -> None:
            if not ended:
                self._scheduler.kill(process)
                end(None, False)

        self._scheduler.spawn(main, process)
        self._scheduler.at(process.deadline_ms, expire)

    def call(self, name: str, event: Mapping[str, Any]) -> Any:
        """Invoke and wait, in the turn of a person or provider. Raises DoorFailed where no answer came."""
        caller: Turn = self._scheduler.current_turn()
        box: list[tuple[Any, bool]] = []

        def done(answer: Any, good: bool) -> None:
            box.append((answer, good))
            self._scheduler.wake_up(caller)

        self.start(name, event, done)
        self._scheduler.park()
        answer, good = box[0]
        if not good:
            raise DoorFailed(name)
        return answer

    def side_by_side(self, run: Callable[[Any], Any], groups: Any) -> list[Any]:
        """The batch processor's groups, each in a turn of its own within the same process."""
        if len(groups) == 1:
            return [run(groups[0])]
        caller = self._scheduler.current_turn()
        results: list[Any] = [None] * len(groups)
        left = len(groups)
        failure: list[BaseException] = []

        def one(n: int) -> None:
            nonlocal left
            try:
                results[n] = run(groups[n])
            except Exception as error:
                failure.append(error)
            left -= 1
            if not left:
                self._scheduler.wake_up(caller)

        for n in range(len(groups)):
            self._scheduler.spawn(lambda n=n: one(n), caller.process)  # type: ignore[misc]
        self._scheduler.park()
        if failure:
            raise failure[0]
        return results


class EventSource:
    """A queue's event source mapping. unequal: told when an answer leaves messages of one group to different times.

    twice: after how many milliseconds a batch goes to a second invocation too, 0 for never.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        platform: Platform,
        queue: MemoryQueue,
        function: str,
        shuffle: Callable[[list[Any]], None],
        unequal: Callable[[str], None],
        twice: Callable[[], int],
        most: int = 5,
    ) -> None:
        self._scheduler = scheduler
        self._platform = platform
        self._queue = queue
        self._function = function
        self._shuffle = shuffle
        self._unequal = unequal
        self._twice = twice
        self._most = most
        self._running = 0
        self._next_ms: int | None = None

    def stir(self) -> None:
        """Something may be visible now: look, a moment later."""
        self._look_at(self._scheduler.now + 1)

    def _poll(self) -> None:
        now = self._scheduler.now
        is_full = True
        while is_full and self._running < self._most:
            taken = self._queue.take(BATCH, now, self._shuffle)
            if not taken:
                break
            is_full = len(taken) == BATCH  # else nothing else is visible
            records = list(map(_record, taken))
            delay = self._twice()
            self._start(records, [] if delay else taken)
            if delay:
                self._scheduler.at(now + delay, lambda records=records: self._start(records, []))  # type: ignore[misc]
        upcoming = self._queue.next_visible_ms(now)
        if upcoming is not None:
            self._look_at(upcoming + 1)

    def _look_at(self, time_ms: int) -> None:
        if self._next_ms is None or time_ms < self._next_ms:  # else that look is early enough, and looks again
            self._next_ms = time_ms
            self._scheduler.at(time_ms, partial(self._look, time_ms))

    def _look(self, time_ms: int) -> None:
        if time_ms == self._next_ms:  # else an earlier one has taken its place
            self._next_ms = None
            self._poll()

    def _start(self, records: list[dict[str, Any]], alone: list[Message]) -> None:
        """alone: the messages, where no other invocation has them as well."""
        self._running += 1
        self._platform.start(self._function, {"Records": records}, _Done(self, records, alone))

    def finished(self, records: list[dict[str, Any]], alone: list[Message], answer: Any, good: bool) -> None:
        now = self._scheduler.now
        self._running -= 1
        if good:
            failures = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            for record in records:
                if record["messageId"] not in failures:
                    self._queue.delete(record["receiptHandle"], now)
            self._check_equal([message for message in alone if message.id in failures])
        self._poll()

    def _check_equal(self, returned: list[Message]) -> None:
        """Head and followers come back together, else the group stands still until the last one's time is over."""
        shown: dict[str, int] = {}
        for message in returned:
            first = shown.setdefault(message.group, message.visible_ms)
            if abs(first - message.visible_ms) > 1_000 and self._queue.fifo:
                self._unequal(self._function)


@dataclass(frozen=True, slots=True)
class _Done:
    source: EventSource
    records: list[dict[str, Any]]
    alone: list[Message]

    def __call__(self, answer: Any, good: bool) -> None:
        self.source.finished(self.records, self.alone, answer, good)


def _record(message: Message) -> dict[str, Any]:
    return {
        "messageId": message.id,
        "receiptHandle": message.handle,
        "body": message.body,
        "attributes": {"ApproximateReceiveCount": str(message.received), "MessageGroupId": message.group},
    }
