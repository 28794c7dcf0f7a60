"""What goes wrong at a port call, drawn from the seed: nothing in calm weather, much in a storm.

Probabilities are per call. Trouble comes in spells as well: a provider or the queues are away for a while. When the
people of a history have done what they meant to do, the weather turns calm for good, so that it can come to rest.
"""

from dataclasses import dataclass, fields
from enum import Enum
from random import Random


class Fate(Enum):
    """What happens to one call. Each is documented where `ports` lets it happen."""

    OK = "ok"
    CRASH_BEFORE = "crash_before"
    CRASH_AFTER = "crash_after"
    REFUSED = "refused"  # AWS: throttled, nothing done
    ANSWER_LOST = "answer_lost"  # done, but the caller sees an error
    ASKED_AGAIN = "asked_again"  # AWS: done, answer lost, and the SDK repeats it by itself
    PART_REFUSED = "part_refused"  # some entries of a batch are not taken
    NOT_SENT = "not_sent"  # providers: no connection
    BROKEN_BEFORE = "broken_before"  # providers: the connection breaks before anything happens
    SERVER_ERROR = "server_error"  # providers: 5xx or HTML, nothing done
    ERROR_AFTER = "error_after"  # providers: done, but 502 is answered
    SLOWED = "slowed"  # providers: 429 or 503, their own limit
    LATE = "late"  # providers: no answer in time; done all the same, later
    SLOW_ANSWER = "slow_answer"  # providers: done at once, the answer takes seconds


@dataclass(frozen=True, slots=True)
class Climate:
    """Probabilities of the fates, in calls per thousand. spell: chance per minute and system that it goes away."""

    crash: float = 0.0
    aws_refused: float = 0.0
    aws_answer_lost: float = 0.0
    aws_asked_again: float = 0.0
    sqs_part_refused: float = 0.0
    not_sent: float = 0.0
    answer_lost: float = 0.0
    server_error: float = 0.0
    error_after: float = 0.0
    slowed: float = 0.0
    late: float = 0.0
    slow_answer: float = 0.0
    item_fails: float = 0.0
    spell: float = 0.0
    delivered_twice: float = 0.0
    broken_off: float = 0.0
    file_dropped: float = 0.0


CALM = Climate()
FAIR = Climate(3, 2, 1, 2, 5, 15, 15, 10, 5, 10, 5, 60, 2, 3, 5, 40, 40)
ROUGH = Climate(8, 5, 3, 6, 20, 30, 40, 25, 15, 20, 15, 120, 8, 10, 15, 100, 80)
STORM = Climate(20, 15, 10, 15, 60, 60, 90, 60, 40, 40, 40, 200, 20, 25, 40, 250, 150)
CLIMATES = ((CALM, 1), (FAIR, 4), (ROUGH, 4), (STORM, 1))


def draw(rng: Random) -> Climate:
    """One of the climates, its numbers moved about, so that no two histories have quite the same."""
    (base,) = rng.choices([climate for climate, _ in CLIMATES], [weight for _, weight in CLIMATES])
    return Climate(**{f.name: getattr(base, f.name) * rng.uniform(0.2, 1.8) for f in fields(Climate)})


type Table = tuple[float, tuple[tuple[float, Fate], ...]]


def _table(*rows: tuple[float, Fate]) -> Table:
    """Cumulative, so that one random number decides."""
    total, cumulative = 0.0, []
    for per_thousand, fate in rows:
        total += per_thousand / 1000
        cumulative.append((total, fate))
    return total, tuple(cumulative)


class Weather:
    """counts: how often each fate struck. away: systems ("bitrix24:<host>", "sqs") that are gone until a time."""

    def __init__(self, rng: Random, climate: Climate) -> None:
        self._rng = rng
        self.climate = climate
        self.counts: dict[str, int] = {}
        self.away: dict[str, int] = {}
        self.is_over = False
        self.lost_grants = 0  # answers of the authorization server that were lost: the refresh token in them is gone
        half = climate.crash / 2
        crashes = ((half, Fate.CRASH_BEFORE), (half, Fate.CRASH_AFTER))
        c = climate
        self._read = _table(*crashes, (c.aws_refused, Fate.REFUSED))
        lost = (c.aws_answer_lost, Fate.ANSWER_LOST)
        self._write = _table(*crashes, (c.aws_refused, Fate.REFUSED), lost, (c.aws_asked_again, Fate.ASKED_AGAIN))
        self._queue = _table(*crashes, (c.aws_refused * 4, Fate.REFUSED), lost, (c.sqs_part_refused, Fate.PART_REFUSED))
        self._front = _table((c.not_sent, Fate.NOT_SENT), (c.answer_lost, Fate.ANSWER_LOST))
        self._call = _table(
            *crashes,
            (c.not_sent, Fate.NOT_SENT),
            (c.answer_lost / 2, Fate.BROKEN_BEFORE),
            (c.answer_lost, Fate.ANSWER_LOST),
            (c.server_error, Fate.SERVER_ERROR),
            (c.error_after, Fate.ERROR_AFTER),
            (c.slowed, Fate.SLOWED),
            (c.late, Fate.LATE),
            (c.slow_answer, Fate.SLOW_ANSWER),
        )

    def reading(self) -> Fate:
        return self._draw(self._read)

    def writing(self) -> Fate:
        return self._draw(self._write)

    def queueing(self) -> Fate:
        return self._draw(self._queue)

    def calling(self) -> Fate:
        return self._draw(self._call)

    def posting(self) -> Fate:
        """Of a webhook on its way to us: OK, NOT_SENT, or ANSWER_LOST."""
        return self._draw(self._front)

    def item_fails(self) -> bool:
        """Whether the portal refuses one item of a call that it takes as a whole."""
        return self._strikes("item_fails", self.climate.item_fails)

    def breaks_off(self) -> bool:
        """Whether the body of a file ends in the middle."""
        return self._strikes("broken_off", self.climate.broken_off)

    def file_is_dropped(self) -> bool:
        """Whether a portal cannot fetch a file that a message points to."""
        return self._strikes("file_dropped", self.climate.file_dropped)

    def delivered_twice(self) -> int:
        """Milliseconds after which Lambda hands a batch to a second invocation as well; 0 where it does not.

        An event source mapping promises at least once, and no more (AWS' documentation of SQS as a source).
        """
        if self.is_over or self._rng.random() * 1000 >= self.climate.delivered_twice:
            return 0
        self._note("delivered_twice")
        return self._rng.randint(1, 2_000)

    def is_away(self, system: str, now_ms: int) -> bool:
        gone = not self.is_over and self.away.get(system, 0) > now_ms
        if gone:
            self._note(f"away_{system.partition(':')[0]}")
        return gone

    def _draw(self, table: Table) -> Fate:
        total, rows = table
        if self.is_over or not total:
            return Fate.OK
        drawn = self._rng.random()
        if drawn >= total:
            return Fate.OK
        fate = next(fate for bound, fate in rows if drawn < bound)
        self._note(fate.value)
        return fate

    def _strikes(self, what: str, per_thousand: float) -> bool:
        struck = not self.is_over and self._rng.random() * 1000 < per_thousand
        if struck:
            self._note(what)
        return struck

    def _note(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
