"""Circuit breakers: a provider that is down is asked rarely and by one caller at a time, while its chats wait unharmed.

The breaker of a portal or of a number lives in the item of its rate bucket, so that a provider that works costs nothing
more: the bucket's one write also asks whether the circuit is closed, and brings back the failures noted before.

    closed --FAILURES outages in a row--> open --its time is up--> half open: one trial --an answer--> closed
                                           ^--------------------an outage, twice the time------|

A trial begins with a harmless question, so that an outage puts no message's fate in doubt. Any answer to the call after
it closes the circuit, a refusal too: the provider is there. Failures in a row count only where the chats take turns:
one chat alone, whose message a provider always answers with a 500, never opens the circuit of the others, and is the
last to be given the trial. Times follow Timing, so that they shrink with it in the sandbox.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from ponte.clock import Clock
from ponte.mappings import Timing
from ponte.outcome import Transient
from ponte.storage.table import (
    ConditionFailed,
    Item,
    Table,
    Update,
    absent,
    all_of,
    any_of,
    eq,
    exists,
    ne,
)

FAILURES = 5  # each of another chat than the one before
OPEN_CAP_S = 60.0  # so that a recovery is noticed within a minute
TRIAL_S = 15.0  # a trial of which nothing was heard by then (its worker died) is given to somebody else
ASK_AGAIN_S = 2.0  # while somebody tries
QUESTION_S = 5.0  # how long a trial's harmless question may take
STILL_OPEN = Transient("circuit_open", counts=False)  # nothing was done but the question
KEEP_SECONDS = 3600

OPEN = "open_until"
TRIAL = "trial_until"
_MARKS = ("fails", "failed_by", "opens", "opened_ms", OPEN, TRIAL)

type Change = Literal["", "opened", "closed"]


@dataclass(frozen=True, slots=True)
class Turn:
    """What a caller got. wait: 0.0 = go ahead, else seconds until it is worth asking again. is_open: the wait is the
    circuit's, not the rate's. is_trial: ask something harmless first. fails: outages in a row before this call. chat:
    who calls, a stable word without personal data."""

    key: tuple[str, str]
    chat: str = ""
    wait: float = 0.0
    is_open: bool = False
    is_trial: bool = False
    fails: int = 0

    def refusal(self) -> Transient:
        """The outcome of a call that was not made; none of a message's tries."""
        return Transient("circuit_open" if self.is_open else "rate", self.wait, counts=False)


@dataclass(frozen=True, slots=True)
class Circuit:
    """An open (or half open) circuit, for whoever looks. opened_ms: when the outage was noticed. opens: trials failed,
    the first opening included."""

    opened_ms: int
    open_until_ms: int
    opens: int


class Circuits:
    """table: State, whose bucket items it shares."""

    def __init__(self, table: Table, clock: Clock, timing: Callable[[], Timing]) -> None:
        self._table = table
        self._clock = clock
        self._timing = timing

    def admit(self, turn: Turn, item: Item) -> Turn:
        """A turn at an item whose circuit is open: refused, or the one trial."""
        now, until = self._clock.now_ms(), int(item[OPEN])
        refused = replace(turn, is_open=True)
        if until > now:
            return replace(refused, wait=(until - now) / 1000)
        timing = self._timing()
        patience = until + round(timing.retry_first_s * 1000)
        if item.get("failed_by") == turn.chat and now < patience:
            return replace(refused, wait=(patience - now) / 1000)  # others first: it may be this chat's own fault
        last = item.get(TRIAL)
        trial = Update(
            *turn.key,
            set={TRIAL: now + round(min(TRIAL_S, timing.lease_s) * 1000)},
            when=all_of(eq(OPEN, until), absent(TRIAL) if last is None else eq(TRIAL, last)),
        )
        if last is None or int(last) <= now:
            try:
                self._table.write(trial)
                return replace(turn, wait=0.0, is_trial=True)
            except ConditionFailed:
                pass  # somebody else tries
        return replace(refused, wait=min(ASK_AGAIN_S, timing.retry_first_s))

    def report(self, turn: Turn, *, outage: bool) -> Change:
        """What came of a call that was let through: an outage, or any answer at all."""
        return self._failed(turn) if outage else self._answered(turn)

    def look(self, key: tuple[str, str]) -> Circuit | None:
        """The circuit, unless it is closed."""
        item = self._table.get(*key) or {}
        if OPEN not in item:
            return None
        return Circuit(int(item.get("opened_ms", 0)), int(item[OPEN]), int(item.get("opens", 0)))

    def _answered(self, turn: Turn) -> Change:
        if not turn.fails:
            return ""
        try:
            old = self._table.write(Update(*turn.key, remove=_MARKS, when=exists("fails")))
        except ConditionFailed:
            return ""
        return "closed" if OPEN in old else ""

    def _failed(self, turn: Turn) -> Change:
        now = self._clock.now_ms()
        failure = Update(
            *turn.key,
            set={"failed_by": turn.chat, "expires_at": now // 1000 + KEEP_SECONDS},
            add={"fails": 1},
            when=any_of(absent("failed_by"), ne("failed_by", turn.chat)),
        )
        try:
            item = self._table.write_new(failure)
        except ConditionFailed as failed:  # the same chat again
            item = failed.old or {}
        until = int(item.get(OPEN, 0))
        if until > now or (not until and int(item.get("fails", 0)) < FAILURES):
            return ""  # open already, by calls that were under way with this one; or too early to tell
        timing = self._timing()
        cap = min(OPEN_CAP_S, max(timing.retry_first_s, timing.retry_cap_s))
        seconds = min(cap, timing.retry_first_s * 2.0 ** min(20, int(item.get("opens", 0))))
        opening = Update(
            *turn.key,
            set={OPEN: now + round(seconds * 1000), "expires_at": now // 1000 + KEEP_SECONDS},
            default={"opened_ms": now},
            add={"opens": 1},
            remove=[TRIAL],
            when=eq(OPEN, until) if until else all_of(absent(OPEN), exists("fails")),
        )
        try:
            self._table.write(opening)
        except ConditionFailed:
            return ""  # somebody was faster, one way or the other
        return "opened"
