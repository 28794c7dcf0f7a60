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
from dataclasses import replace
from typing import Any

from ponte.queue.envelope import Envelope
from ponte.storage import keys, risks, shards
from ponte.storage.claims import Busy, Claimed, Finished, claimed
from ponte.storage.ledger_items import STEP, UNKNOWN, entry, steps_of
from ponte.storage.risks import Risk
from ponte.storage.shards import LISTED
from ponte.storage.table import (
    Condition,
    ConditionFailed,
    Update,
    absent,
    all_of,
    any_of,
    eq,
    lt,
)
from ponte.storage.waiting import Waiting

TTL_SECONDS = 30 * 24 * 3600
ENVELOPE_MAX = 300_000  # kept with an item, which must stay under the store's 400 KB
_SENDING = eq("st", "SENDING")
_UNOWNED = (absent("st"), eq("st", "RETRY"), eq("st", "UNKNOWN"))


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
                "begun_ms": now_ms,
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
            remove=[*LISTED],
            when=any_of(*_UNOWNED, all_of(_SENDING, lt("lease", now_ms))),
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
            # gone; on any but the first claim its fate counts as unknown. Tries are counted anew by a redrive.
            first = int(state["att"]) == 1 and state["claimed_ms"] == state["t0"]
            lost = {"st": "SENDING", "lease": now_ms, "begun_ms": 0, "claimed_ms": 0, "att": int(state["att"]) - 1}
            old = {} if first else {**state, **lost}
        return claimed(envelope, owner, now_ms, lease_ms, old)

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
                set={STEP + step: dict(outcome)} | ({} if after.fate == "unknown" else {"begun_ms": claim.since_ms}),
                append={"log": [entry(now_ms, step, detail)]},
                remove=[name for name in _settled(after) if name != "begun_ms"],
            ),
        )
        return replace(after, steps={**claim.steps, step: dict(outcome)})

    def forget_refusals(self, claim: Claimed) -> None:
        """What was refused may be tried once more: what it was refused for has changed."""
        refused = [STEP + name for name, outcome in claim.steps.items() if "refused" in outcome]
        if refused:
            names = [name.removeprefix(STEP) for name in refused]
            reopened = {"reopened": sorted({*claim.reopened, *names})} if claim.fate == "unknown" else {}
            self._owned(claim, Update(*keys.message(claim.event_id), set=reopened, remove=refused))

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

    def release(self, claim: Claimed, now_ms: int, reason: str, *, counts: bool) -> None:
        """Give it back for a later try. counts: whether the try counts towards parking.

        The step was certainly not done, unless the claim still says that its fate is unknown: then it stays UNKNOWN,
        with its envelope.
        """
        if claim.fate == "unknown":
            self.unknown(claim, now_ms, claim.unknown_step, reason, counts=counts)
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
        body = claim.envelope.dumps()
        self._owned(
            claim,
            Update(
                *keys.message(claim.event_id),
                set={
                    "st": "UNKNOWN",
                    "unknown_ms": claim.unknown_since_ms or now_ms,
                    "begun_ms": claim.begun_ms if claim.unknown_since_ms else claim.since_ms,
                    "settles_ms": claim.settles_ms or settles_ms,
                    "unknown_step": step if claim.fate != "unknown" or claim.unknown_step == step else "",
                    **({"envelope": body} if len(body) <= ENVELOPE_MAX else {}),
                    **shards.place("UNKNOWN", claim.event_id, claim.unknown_since_ms or now_ms),
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
            set={"dup_risk": True, "claimed_ms": now_ms, "begun_ms": now_ms},
            add={"risked": 1},
            append={"log": [entry(now_ms, "dup_risk", step)]},
            remove=[name for name in UNKNOWN if name != "begun_ms"],
        )
        try:
            self._owned(claim, update, absent(STEP + step))
        except ConditionFailed as failed:
            item = failed.old or {}
            if item.get("own") != claim.owner or item.get("st") != "SENDING":
                raise
            return replace(claim.settled_by(step), steps=steps_of(item))
        self._table.write(risks.note(claim.event_id, step, now_ms, now_ms // 1000 + TTL_SECONDS))
        return replace(claim, risked=claim.risked + 1, unknown_since_ms=0, begun_ms=0, settles_ms=0, unknown_step="")

    def park(self, claim: Claimed, now_ms: int, reason: str, detail: str = "") -> None:
        """Keep it for a person. reason: key of the texts catalogue. The envelope stays with it for the redrive.

        So does the knowledge that a step may have been done: whoever takes it up again has to probe first.
        """
        fate = {
            "unknown_ms": claim.unknown_since_ms or now_ms,
            "begun_ms": claim.begun_ms if claim.unknown_since_ms else claim.since_ms,
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
                    "envelope": claim.envelope.dumps(),
                    **shards.place("PARKED", claim.event_id, now_ms),
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
                all_of(eq("own", claim.owner), _SENDING, *more),
            )
        )


def _settled(claim: Claimed) -> tuple[str, ...]:
    return () if claim.fate == "unknown" else UNKNOWN
