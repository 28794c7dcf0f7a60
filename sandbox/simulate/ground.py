"""The ground of every history: one seed's scheduler and weather, tables, bucket and queues in memory, the functions
that are deployed on them, and how it is told that all has come to rest."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from ponte.storage.secrets import AppSecrets
from ponte.storage.table import Item, Tables
from sandbox.calls import Fake
from sandbox.memory.files import MemoryFiles
from sandbox.memory.objects import MemoryStore
from sandbox.memory.sqs import MemoryQueue, MemorySqs
from sandbox.memory.table import MemoryTable
from sandbox.scenario import load
from sandbox.simulate.bundle import Land
from sandbox.simulate.lambdas import Bundle, EventSource, Platform
from sandbox.simulate.ports import Strait, Unavailable
from sandbox.simulate.scheduler import OutOfSteps, Scheduler
from sandbox.simulate.weather import Weather, draw
from sandbox.world import World

START_MS = 1_790_000_000_000
MAX_STEPS = 150_000
REST_MS = 48 * 3_600_000  # simulated time within which everything has to come to rest
SWEEP_MS = 300_000
DOOR_S, WORKER_S, SCHEDULE_S = 10, 45, 120
FIFO = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "VisibilityTimeout": "270"}


class WatchedStore(MemoryStore):
    """The bucket, remembering what was ever spilled: such messages come late, after what was written behind them."""

    def __init__(self) -> None:
        super().__init__()
        self.spilled: list[bytes] = []

    def put(self, key: str, body: bytes) -> None:
        if key.startswith("spill/"):
            self.spilled.append(body)
        super().put(key, body)


@dataclass(slots=True)
class Told:
    """What the functions said: outcome lines counted, exceptions that should not be."""

    counts: Counter[str] = field(default_factory=Counter)
    bugs: list[str] = field(default_factory=list)
    unequal: list[str] = field(default_factory=list)

    def log(self, flow: str, result: str, event_id: str = "", detail: str = "", count: int = 1) -> None:
        del event_id, detail
        self.counts[f"{flow}.{result}"] += count

    def bug(self, flow: str, error: BaseException, event_id: str = "") -> None:
        del event_id
        if not isinstance(error, Unavailable):
            self.bugs.append(f"{flow}: {type(error).__name__}: {error}")

    def failed(self, function: str, error: BaseException) -> None:
        if not isinstance(error, Unavailable):
            self.bugs.append(f"{function}: {type(error).__name__}: {error}")


class Ground(ABC):
    """What histories of every kind stand on. `run` brings one to rest; then read it.

    A kind fills in the abstract methods.
    at_rest: whether it came there; problem: why not.
    """

    def __init__(self, seed: int, ledger: MemoryTable) -> None:
        self.rng = Random(seed)
        self.scheduler = Scheduler(self.rng, START_MS, MAX_STEPS)
        self.weather = Weather(self.rng, draw(self.rng))
        self.world = World(self.scheduler.now_ms)
        self.told = Told()
        self.ledger = ledger
        self.store = WatchedStore()
        self.tables = Tables(MemoryTable(), ledger, MemoryTable(), MemoryTable())
        self.platform = Platform(self.scheduler, self._container, self.told.failed)
        self.sqs = MemorySqs(self.scheduler.now_ms, self.rng.shuffle)
        self.queues: dict[str, MemoryQueue] = {}
        self.at_rest = False
        self.problem = ""
        self._sources: dict[str, EventSource] = {}

    def run(self) -> None:
        """To the end."""
        self._populate()
        self.scheduler.spawn(self._direct)
        try:
            self.scheduler.run(lambda: self.at_rest)
        except OutOfSteps as error:
            self.problem = str(error)
        finally:
            self.scheduler.close()
        if not self.at_rest and not self.problem:
            self.problem = "stood still"

    def items(self) -> list[Item]:
        """The ledger's items of events."""
        return [item for item in self.ledger.items() if "event_id" in item and "st" in item]

    def stirred(self, url: str) -> None:
        """Something may have become visible in a queue."""
        self._sources[url].stir()

    @abstractmethod
    def _container(self, function: str) -> Bundle:
        """What a new container of a function holds."""

    @abstractmethod
    def _populate(self) -> None:
        """Let people begin."""

    @abstractmethod
    def _direct(self) -> None:
        """From the first act until all is quiet."""

    @abstractmethod
    def _posts_open(self) -> int:
        """Webhooks that are still to be posted."""

    def _land(self, fakes: dict[str, Fake], secrets: AppSecrets) -> Land:
        """What a container stands on. fakes: providers by name."""
        return Land(
            strait=Strait(self.scheduler, self.weather, self.rng),
            tables=self.tables,
            sqs=self.sqs,
            store=self.store,
            files=MemoryFiles(),
            world=self.world,
            fakes=fakes,
            secrets=secrets,
            queue_urls={name: queue.url for name, queue in self.queues.items()},
            platform=self.platform,
            stirred=self.stirred,
            log=self.told.log,
            bug=self.told.bug,
        )

    def _settle(self, scenario: dict[str, Any]) -> None:
        """Put the scenario into the world."""
        with self.world.changing(load(scenario, START_MS / 1000)):
            pass

    def _deploy(self, name: str, *, fifo: bool) -> None:
        """A queue with its dead letters and its worker."""
        dead = self.sqs.create_queue(QueueName=f"{name}-dead", Attributes=FIFO if fifo else {})["QueueUrl"]
        policy = f'{{"deadLetterTargetArn": "{dead}", "maxReceiveCount": 1000}}'
        attributes = {**(FIFO if fifo else {"VisibilityTimeout": "270"}), "RedrivePolicy": policy}
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.queues[name] = self.sqs.queues[url]
        self.platform.add(name, WORKER_S, lambda bundle: bundle.consumers[name])
        self._sources[url] = EventSource(
            self.scheduler,
            self.platform,
            self.queues[name],
            name,
            self.rng.shuffle,
            self.told.unequal.append,
            self.weather.delivered_twice,
        )

    def _deploy_schedules(self, names: Iterable[str]) -> None:
        for schedule in names:
            self.platform.add(schedule, SCHEDULE_S, lambda bundle, name=schedule: bundle.schedules[name])  # type: ignore[misc]

    def _run_dry(self) -> bool:
        scheduler, until = self.scheduler, self.scheduler.now + REST_MS
        while scheduler.now < until:
            self._schedule("sweep_spill")
            scheduler.wait(30_000)
            queued = any(len(queue) for queue in self.queues.values())
            if not (queued or self._posts_open() or self.platform.running or list(self.store.keys("spill/"))):
                return True
        self.problem = "not at rest after two days"
        return False

    def _redrive(self) -> None:
        """What was parked and what is in the dead letters is sent on."""
        self._schedule("redrive")
        for queue in self.queues.values():
            queue.redrive(self.scheduler.now)
            self._sources[queue.url].stir()

    def _schedule(self, name: str) -> None:
        self.platform.start(name, {}, lambda *_: None)
