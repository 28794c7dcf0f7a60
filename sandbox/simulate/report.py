"""Many seeds, over the cores of the machine: what came of them, counted and shown."""

import gc
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from sandbox.simulate.history import History
from sandbox.simulate.invariants import judge
from sandbox.simulate.mutants import MUTANTS
from sandbox.simulate.office_history import OfficeHistory
from sandbox.simulate.office_invariants import judge as judge_office
from sandbox.simulate.office_mutants import OFFICE_MUTANTS
from sandbox.simulate.planting import Kind, Mutant, planted

CHUNK = 20
MUTANT_SEEDS = 300
ALL_MUTANTS = (*MUTANTS, *OFFICE_MUTANTS)
NUMBERS = (
    "histories",
    "messages",
    "risked",
    "copied",
    "unposted",
    "late",
    "files",
    "untaken",
    "people",
    "edits",
    "writes",
    "listed",
    "untold",
    "steps",
    "invocations",
    "seconds",
)
type Violation = tuple[int, str, str]


@dataclass(slots=True)
class Tally:
    """messages to untaken: of the customer bridge, as in Verdict; people to untold: of the office bridge, as in
    OfficeVerdict. seconds: of one core. violations: (seed, kind, what)."""

    histories: int = 0
    messages: int = 0
    risked: int = 0
    copied: int = 0
    unposted: int = 0
    late: int = 0
    files: int = 0
    untaken: int = 0
    people: int = 0
    edits: int = 0
    writes: int = 0
    listed: int = 0
    untold: int = 0
    steps: int = 0
    invocations: int = 0
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults.update(other.faults)
        self.violations += other.violations

    def kinds(self, kind: str) -> int:
        return sum(1 for _, found, _ in self.violations if found == kind)


def merged(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.add(tally)
    total.violations.sort()
    return total


@dataclass(frozen=True, slots=True)
class Caught:
    """seed: the first one that caught the mutant, None where none of the tried ones did."""

    mutant: Mutant
    seed: int | None
    kind: str = ""
    what: str = ""


def run_seed(seed: int, kind: Kind = "messages") -> Tally:
    """One history."""
    return _messages(seed) if kind == "messages" else _people(seed)


def _messages(seed: int) -> Tally:
    start = time.process_time()
    history = History(seed)
    history.run()
    verdict = judge(history)
    return Tally(
        histories=1,
        messages=verdict.messages,
        risked=verdict.risked,
        copied=verdict.copied,
        unposted=verdict.unposted,
        late=verdict.late,
        files=verdict.files,
        untaken=verdict.untaken,
        steps=history.scheduler.steps,
        invocations=history.platform.invocations,
        seconds=time.process_time() - start,
        faults=Counter(history.weather.counts),
        violations=[(seed, kind, what) for kind, what in verdict.violations],
    )


def _people(seed: int) -> Tally:
    start = time.process_time()
    history = OfficeHistory(seed)
    history.run()
    verdict = judge_office(history)
    return Tally(
        histories=1,
        people=verdict.people,
        edits=history.watch.edits,
        writes=history.watch.writes,
        listed=verdict.listed,
        untold=history.posts.lost,
        steps=history.scheduler.steps,
        invocations=history.platform.invocations,
        seconds=time.process_time() - start,
        faults=Counter(history.weather.counts),
        violations=[(seed, kind, what) for kind, what in verdict.violations],
    )


def run_seeds(seeds: Iterable[int], kind: Kind = "messages") -> Tally:
    """Garbage is picked up at the end, for all of them together."""
    tally = Tally()
    gc.disable()
    try:
        for seed in seeds:
            tally.add(run_seed(seed, kind))
    finally:
        gc.enable()
        gc.collect()
    return tally


def run_many(first: int, count: int, jobs: int, progress: Callable[[Tally], None], kind: Kind = "messages") -> Tally:
    """Seeds first .. first + count - 1 in `jobs` processes. progress: told the tally so far."""
    total = Tally()
    for _, tally in run_chunks(chunks_of(first, count), jobs, kind):
        total.add(tally)
        progress(total)
    return total


def chunks_of(first: int, count: int) -> list[range]:
    """Cut at multiples of CHUNK, so that ranges that meet have the same chunks."""
    cuts = [first, *range(first - first % CHUNK + CHUNK, first + count, CHUNK), first + count]
    return [range(a, b) for a, b in pairwise(cuts)]


def run_chunks(chunks: Iterable[range], jobs: int, kind: Kind = "messages") -> Iterator[tuple[range, Tally]]:
    """Each chunk with its tally, as they come."""
    yield from _spread(partial(_run_chunk, kind=kind), chunks, jobs)


def _run_chunk(seeds: range, kind: Kind) -> tuple[range, Tally]:
    return seeds, run_seeds(seeds, kind)


def catch(mutant: Mutant, seeds: int = MUTANT_SEEDS) -> Caught:
    """The first seed in which the planted bug shows. Raises mutants.Stale."""
    with planted(mutant):
        for seed in range(mutant.first, mutant.first + seeds):
            found = run_seed(seed, mutant.kind).violations
            if found:
                return Caught(mutant, seed, found[0][1], found[0][2])
    return Caught(mutant, None)


def catch_all(jobs: int) -> Iterator[Caught]:
    """Every mutant, in no order."""
    yield from _spread(catch, ALL_MUTANTS, jobs)


def cores() -> int:
    return len(os.sched_getaffinity(0))


def _spread[Given, Made](work: Callable[[Given], Made], given: Iterable[Given], jobs: int) -> Iterator[Made]:
    if jobs == 1:
        yield from map(work, given)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for done in as_completed([pool.submit(work, one) for one in given]):
            yield done.result()
