"""What a claim of a ledger item gives: the right to work on the event, or why there is none."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ponte.queue.envelope import Envelope
from ponte.storage.ledger_items import NOTICE, steps_of
from ponte.storage.table import Item

type Fate = Literal["fresh", "retry", "unknown"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """We own the event until `lease_until_ms`. steps: outcomes of finished ones.

    fate: of the step in which the last claim ended; unknown_step: its name where it is known, "" where a crash ended it
    (then it is the first unfinished one, as the relay saw it at that time). unknown_since_ms: when the fate became
    unknown: a lost call's time-out, or the end of a dead worker's lease, until which it may have called. begun_ms: of
    the first claim that may have made the call, which was not made before, 0 where nobody said. settles_ms: when the
    other side is certainly through with it, 0 where nobody said. reopened: steps that were finished, refused, when the
    fate became unknown, and whose refusal was forgotten since: done again, they say nothing about that fate.

    since_ms: of this claim. attempts: claims so far, this one included. hits: those that count towards parking.
    first_ms: of the first claim; counted_from_ms: of the last redrive, else the same; its age towards parking. risked:
    how often a step of unknown fate was repeated. redriven: whether a person sent it on. change: the text that an
    operator put in the place of the event's own since (storage/changes.py).
    """

    envelope: Envelope = field(repr=False)
    owner: str
    lease_until_ms: int
    attempts: int
    hits: int
    fate: Fate
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    first_ms: int = 0
    unknown_since_ms: int = 0
    begun_ms: int = 0
    settles_ms: int = 0
    since_ms: int = 0
    risked: int = 0
    counted_from_ms: int = 0
    unknown_step: str = ""
    reopened: frozenset[str] = frozenset()
    redriven: bool = False
    change: str | None = field(default=None, repr=False)

    @property
    def event_id(self) -> str:
        return self.envelope.id

    @property
    def conversation(self) -> str:
        return self.envelope.conversation

    def is_about(self, step: str) -> bool:
        """Whether an unknown fate may be this step's."""
        return self.fate == "unknown" and self.unknown_step in ("", step)

    def settled_by(self, step: str) -> "Claimed":
        """The claim once `step` has been probed or done. A notice that comes out of turn (the window has closed since,
        say) tells nothing about the send in which a crash struck, and neither does a step that was reopened since."""
        out_of_turn = step.startswith(NOTICE) or step in self.reopened
        if not self.is_about(step) or (not self.unknown_step and out_of_turn):
            return self
        return replace(
            self, fate="retry", unknown_since_ms=0, begun_ms=0, settles_ms=0, unknown_step="", reopened=frozenset()
        )


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing left to do: SENT, SKIPPED or PARKED by an earlier delivery."""

    state: str


@dataclass(frozen=True, slots=True)
class Busy:
    """Another worker owns it until then (ms): come back, this was not an attempt."""

    until_ms: int


def claimed(envelope: Envelope, owner: str, now_ms: int, lease_ms: int, old: Item) -> Claimed:
    """old: the item as the claim found it, {} for a new one."""
    fates: dict[str, Fate] = {"SENDING": "unknown", "UNKNOWN": "unknown", "RETRY": "retry"}
    crashed = old.get("st") == "SENDING"  # in whichever step: what was known of an earlier one's fate is no help
    first_ms = int(old.get("t0", now_ms))
    return Claimed(
        envelope=envelope,
        owner=owner,
        lease_until_ms=now_ms + lease_ms,
        attempts=int(old.get("att", 0)) + 1,
        hits=int(old.get("hits", 0)),
        fate="unknown" if "unknown_ms" in old else fates.get(str(old.get("st")), "fresh"),
        steps=steps_of(old),
        first_ms=first_ms,
        unknown_since_ms=int(old.get("lease", now_ms)) if crashed else int(old.get("unknown_ms", 0)),
        begun_ms=int(old.get("begun_ms", 0) or (old.get("claimed_ms", 0) if crashed else 0)),
        settles_ms=0 if crashed else int(old.get("settles_ms", 0)),
        since_ms=now_ms,
        unknown_step="" if crashed else str(old.get("unknown_step", "")),
        reopened=frozenset(old.get("reopened", ())),
        risked=int(old.get("risked", 0)),
        counted_from_ms=int(old.get("redriven_ms", first_ms)),
        redriven=bool(old.get("by_person")),
        change=str(old["change"]["text"]) if "change" in old else None,
    )
