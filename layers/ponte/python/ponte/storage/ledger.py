"""The ledger: one item per event, which says what was done about it, step by step. Exactly-once effect lives here.

    (nothing) --claim--> SENDING --complete--> SENT
                          |  ^  \\--skip-----> SKIPPED
                          |  |   \\-park-----> PARKED --redrive--> RETRY
                   release|  |claim
                          v  |
                         RETRY / UNKNOWN

A claim carries its owner and a lease. Whoever finds SENDING with a run-out lease, or UNKNOWN, may claim too, and is
told that the fate of the first unfinished step is unknown: it must probe before it repeats. Who gives the event back or
parks it before it could probe leaves that behind ("unknown_ms", "unknown_step") for the next one. Each finished step's
outcome is saved in the item before the next step starts ("s_<step>"), so a retry goes on where the last try stopped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ponte.digest import digest
from ponte.queue.envelope import Envelope
from ponte.storage import keys, risks
from ponte.storage.ledger_items import DELIVERED, NOTICE, STEP, entry, log_of, steps_of, word
from ponte.storage.risks import Risk
from ponte.storage.table import (
    Condition,
    ConditionFailed,
    Item,
    Update,
    absent,
    all_of,
    any_of,
    eq,
    lt,
)
from ponte.storage.waiting import UNKNOWN, Waiting

__all__ = [
    "DELIVERED",
    "STEP",
    "TTL_SECONDS",
    "Busy",
    "Claimed",
    "Fate",
    "Finished",
    "Ledger",
    "Risk",
    "entry",
    "log_of",
    "steps_of",
    "word",
]

TTL_SECONDS = 30 * 24 * 3600
ENVELOPE_MAX = 300_000  # kept with an item, which must stay under the store's 400 KB
type Fate = Literal["fresh", "retry", "unknown"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """We own the event until `lease_until_ms`. steps: outcomes of finished ones.

    fate: of the step in which the last claim ended; unknown_step: its name where it is known, "" where a crash ended it
    (then it is the first unfinished one, as the relay saw it at that time). unknown_since_ms: when the fate became
    unknown: a lost call's time-out, or the end of a dead worker's lease, until which it may have called. settles_ms:
    when the other side is certainly through with it, 0 where nobody said.

    attempts: claims so far, this one included. hits: those that count towards parking. first_ms: of the first claim;
    counted_from_ms: of the last redrive, else the same; its age towards parking. risked: how often a step of unknown
    fate was repeated. conversation: as in the envelope. redriven: whether a person sent it on. envelope: what was
    claimed. change: the text that an operator put in the place of the event's own since (storage/changes.py).
    """

    event_id: str
    owner: str
    lease_until_ms: int
    attempts: int
    hits: int
    fate: Fate
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    first_ms: int = 0
    unknown_since_ms: int = 0
    settles_ms: int = 0
    risked: int = 0
    counted_from_ms: int = 0
    conversation: str = ""
    unknown_step: str = ""
    redriven: bool = False
    envelope: Envelope | None = field(default=None, repr=False)
    change: str | None = field(default=None, repr=False)

    def is_about(self, step: str) -> bool:
        """Whether an unknown fate may be this step's."""
        return self.fate == "unknown" and self.unknown_step in ("", step)

    def settled_by(self, step: str) -> "Claimed":
        """The claim once `step` has been probed or done. A notice that comes out of turn (the window has closed since,
        say) tells nothing about the send in which a crash struck."""
        if not self.is_about(step) or (not self.unknown_step and step.startswith(NOTICE)):
            return self
        return replace(self, fate="retry", unknown_since_ms=0, settles_ms=0, unknown_step="")


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing left to do: SENT, SKIPPED or PARKED by an earlier delivery."""

    state: str


@dataclass(frozen=True, slots=True)
class Busy:
    """Another worker owns it until then (ms): come back, this was not an attempt."""

    until_ms: int


class Ledger(Waiting):
    """Reads and moves ledger items. Every move is one conditional write; a lost claim raises ConditionFailed."""

    def claim(
        self,
        envelope: Envelope,
        owner: str,
        now_ms: int,
        lease_ms: int,
        reference: Mapping[str, Any] | None = None,
    ) -> Claimed | Finished | Busy:
        """Become the one who works on the event. reference: kept with the item for later receipts (ids only)."""
        pk, sk = keys.message(envelope.id)
        update = Update(
            pk,
            sk,
            set={"st": "SENDING", "own": owner, "lease": now_ms + lease_ms, "claimed_ms": now_ms},
            add={"att": 1},
            default={
                "t0": now_ms,
                "event_id": envelope.id,
                "source": envelope.source,
                "source_id": envelope.short_id,
                "scope": envelope.scope,
                "kind": envelope.kind,
                "conversation": envelope.conversation,
                "received_ms": envelope.received_ms,
                "expires_at": now_ms // 1000 + TTL_SECONDS,
                **({"ref": dict(reference)} if reference else {}),
            },
            remove=["gsi1pk", "gsi1sk", "envelope", "reason", "reason_detail", "parked_ms"],
            when=any_of(
                absent("st"),
                eq("st", "RETRY"),
                eq("st", "UNKNOWN"),
                all_of(eq("st", "SENDING"), lt("lease", now_ms)),
            ),
        )
        try:
            old = self._table.write(update)
        except ConditionFailed as failed:
            state = failed.old or {}
            if state.get("st") != "SENDING":
                return Finished(str(state.get("st", "")))
            if state.get("own") != owner:
                return Busy(int(state.get("lease", now_ms)))
            # Ours: the store took the claim, its answer was lost, and the SDK asked again. What stood there before is
            # gone; on any but the first claim its fate counts as unknown.
            first = int(state["att"]) == 1
            old = {} if first else {**state, "st": "SENDING", "lease": now_ms, "att": int(state["att"]) - 1}
        return _claimed(envelope, owner, now_ms, lease_ms, old)

    def save_step(
        self,
        claim: Claimed,
        step: str,
        outcome: Mapping[str, Any],
        now_ms: int,
        detail: str = "",
        *,
        settles: bool = True,
    ) -> Claimed:
        """Keep a finished step's outcome; later steps and later tries see it. Raises ConditionFailed: claim lost.

        settles: whether an unknown fate cannot be that of a later step, since none starts before this outcome is kept.
        """
        after = claim.settled_by(step) if settles else claim
        self._owned(
            claim,
            Update(
                *keys.message(claim.event_id),
                set={STEP + step: dict(outcome)},
                append={"log": [entry(now_ms, step, detail)]},
                remove=_settled(after),
            ),
        )
        return replace(after, steps={**claim.steps, step: dict(outcome)})

    def forget_refusals(self, claim: Claimed) -> None:
        """What was refused may be tried once more: what it was refused for has changed."""
        refused = [STEP + name for name, outcome in claim.steps.items() if "refused" in outcome]
        if refused:
            self._owned(claim, Update(*keys.message(claim.event_id), remove=refused))

    def complete(
        self,
        claim: Claimed,
        now_ms: int,
        *,
        state: str = "SENT",
        detail: str = "",
        kept: Envelope | None = None,
    ) -> None:
        """Done for good. state: SENT, or SKIPPED with the reason in `detail`; kept: what a replay would start from."""
        self._owned(
            claim,
            Update(
                *keys.message(claim.event_id),
                set={"st": state, "done_ms": now_ms, **({"envelope": kept.dumps()} if kept else {})},
                append={"log": [entry(now_ms, "completed" if state == "SENT" else state.lower(), detail)]},
                remove=["lease", "own", *UNKNOWN],
            ),
        )

    def release(
        self, claim: Claimed, now_ms: int, reason: str, *, counts: bool, envelope: Envelope | None = None
    ) -> None:
        """Give it back for a later try. counts: whether the try counts towards parking.

        The step was certainly not done, unless the claim still says that its fate is unknown: then it stays UNKNOWN,
        with its envelope.
        """
        if claim.fate == "unknown":
            self.unknown(claim, envelope, now_ms, claim.unknown_step, reason, counts=counts)
            return
        self._owned(
            claim,
            Update(
                *keys.message(claim.event_id),
                set={"st": "RETRY"},
                add={"hits": 1} if counts else {},
                append={"log": [entry(now_ms, "retry", reason)]} if counts or claim.attempts == 1 else {},
                remove=["lease", "own", *UNKNOWN],
            ),
        )

    def unknown(
        self,
        claim: Claimed,
        envelope: Envelope | None,
        now_ms: int,
        step: str,
        reason: str,
        *,
        counts: bool,
        settles_ms: int = 0,
    ) -> None:
        """The fate of `step` is unknown (still): the next to claim has to probe. The wait runs from the first time.

        settles_ms: until then the other side may still be at it, so that finding nothing there proves nothing. The
        envelope stays with the item, should its queue message be lost: see storage/unsettled.py.
        """
        body = envelope.dumps() if envelope else ""
        self._owned(
            claim,
            Update(
                *keys.message(claim.event_id),
                set={
                    "st": "UNKNOWN",
                    "unknown_ms": claim.unknown_since_ms or now_ms,
                    "settles_ms": claim.settles_ms or settles_ms,
                    "unknown_step": step if claim.fate != "unknown" or claim.unknown_step == step else "",
                    **({"envelope": body} if 0 < len(body) <= ENVELOPE_MAX else {}),
                    "gsi1pk": keys.unsettled_shard(claim.event_id),
                    "gsi1sk": f"{claim.unknown_since_ms or now_ms:013d}#{digest(claim.event_id)}",
                },
                add={"hits": 1} if counts else {},
                append={} if claim.unknown_since_ms else {"log": [entry(now_ms, "unknown", f"{step}: {reason}")]},
                remove=["lease", "own"],
            ),
        )

    def risk(self, claim: Claimed, now_ms: int, step: str) -> Claimed:
        """Note, before a step of unknown fate is repeated, that the person may see it twice.

        A receipt may prove the step at the last moment: then the returned claim has its outcome, nothing is noted and
        nothing is to be repeated.
        """
        update = Update(
            *keys.message(claim.event_id),
            set={"dup_risk": True, "claimed_ms": now_ms},
            add={"risked": 1},
            append={"log": [entry(now_ms, "dup_risk", step)]},
            remove=[*UNKNOWN],
        )
        try:
            self._owned(claim, update, absent(STEP + step))
        except ConditionFailed as failed:
            item = failed.old or {}
            if item.get("own") != claim.owner or item.get("st") != "SENDING":
                raise
            return replace(claim.settled_by(step), steps=steps_of(item))
        self._table.write(risks.note(claim.event_id, step, now_ms, now_ms // 1000 + TTL_SECONDS))
        return replace(claim, risked=claim.risked + 1, unknown_since_ms=0, settles_ms=0, unknown_step="")

    def park(self, claim: Claimed, envelope: Envelope, now_ms: int, reason: str, detail: str = "") -> None:
        """Keep it for a person. reason: key of the texts catalogue. The envelope stays with it for the redrive.

        So does the knowledge that a step may have been done: whoever takes it up again has to probe first.
        """
        fate = {
            "unknown_ms": claim.unknown_since_ms or now_ms,
            "settles_ms": claim.settles_ms,
            "unknown_step": claim.unknown_step,
        }
        self._owned(
            claim,
            Update(
                *keys.message(claim.event_id),
                set={
                    "st": "PARKED",
                    "reason": reason,
                    "reason_detail": detail[:500],
                    "parked_ms": now_ms,
                    "envelope": envelope.dumps(),
                    "gsi1pk": keys.parked_shard(claim.event_id),
                    "gsi1sk": f"{now_ms:013d}#{digest(claim.event_id)}",
                    **(fate if claim.fate == "unknown" else {}),
                },
                append={"log": [entry(now_ms, "parked", reason)]},
                remove=["lease", "own", *_settled(claim)],
            ),
        )

    def risks(self, limit: int = 100) -> list[Risk]:
        """Messages that somebody may have seen twice, newest first."""
        return risks.newest(self._table, limit)

    def _owned(self, claim: Claimed, update: Update, *more: Condition) -> None:
        self._table.write(
            Update(
                update.pk,
                update.sk,
                update.set,
                update.default,
                update.add,
                update.append,
                update.remove,
                all_of(eq("own", claim.owner), eq("st", "SENDING"), *more),
            )
        )


def _claimed(envelope: Envelope, owner: str, now_ms: int, lease_ms: int, old: Item) -> Claimed:
    """old: the item as the claim found it, {} for a new one."""
    fates: dict[str, Fate] = {"SENDING": "unknown", "UNKNOWN": "unknown", "RETRY": "retry"}
    crashed = old.get("st") == "SENDING"  # in whichever step: what was known of an earlier one's fate is no help
    first_ms = int(old.get("t0", now_ms))
    return Claimed(
        event_id=envelope.id,
        owner=owner,
        lease_until_ms=now_ms + lease_ms,
        attempts=int(old.get("att", 0)) + 1,
        hits=int(old.get("hits", 0)),
        fate="unknown" if "unknown_ms" in old else fates.get(str(old.get("st")), "fresh"),
        steps=steps_of(old),
        first_ms=first_ms,
        unknown_since_ms=int(old.get("lease", now_ms)) if crashed else int(old.get("unknown_ms", 0)),
        settles_ms=0 if crashed else int(old.get("settles_ms", 0)),
        unknown_step="" if crashed else str(old.get("unknown_step", "")),
        risked=int(old.get("risked", 0)),
        counted_from_ms=int(old.get("redriven_ms", first_ms)),
        conversation=envelope.conversation,
        redriven=bool(old.get("by_person")),
        envelope=envelope,
        change=str(old["change"]["text"]) if "change" in old else None,
    )


def _settled(claim: Claimed) -> tuple[str, ...]:
    return () if claim.fate == "unknown" else UNKNOWN
