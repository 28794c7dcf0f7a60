"""Carries out what relays decide, one effect at a time, against the ledger. The heart of "exactly once".

    claim -> decide -> effect -> save outcome -> decide -> ... -> complete | park | give back

Nothing here knows a platform: `perform` does an effect, `probe` finds out whether one was done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn, Protocol

from ponte.clock import Clock
from ponte.errors import BUGS
from ponte.mappings import Timing
from ponte.outcome import Blocked, Expired, Moved, Outcome, Rejected, Succeeded, Transient, Unknown, is_outage
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Done, Later, Verdict
from ponte.relays.decisions import Decide, Effect, Finish, Park, Step, seconds_needed
from ponte.storage.claims import Busy, Claimed, Finished
from ponte.storage.ledger import Ledger
from ponte.storage.table import ConditionFailed

MAX_HITS = 10
MAX_AGE_MS = 6 * 24 * 3600 * 1000  # Meta's media ids die after 7 days
OUTAGE_CAP_S = 60.0  # a provider that is down is asked again at least this often,
OUTAGE_TRIES = 300  # but after so many tries (some five hours) only every
LONG_OUTAGE_S = 900.0  # so that a message outlasts MAX_AGE_MS within the 1,000 receives that its queue allows it
BUSY_CAP_S = 5.0
ANSWERED = ("http_500", "http_502", "http_503", "internal_server_error", "error_unexpected_answer", "no_session")
# A provider may work on a call that we stopped waiting for: a portal gives up after 60 s (b24restdocs, limits). Until
# then "not there" is no proof. Counted in waits for a receipt (30 s), so that a sandbox's short timing shortens it too.
SETTLE_WAITS = 2
MIN_CALL_MS = 1_000  # a call is not started with less lease than this


@dataclass(frozen=True, slots=True)
class Found:
    """The effect was done: its outcome."""

    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NotFound:
    """It certainly was not done: safe to do."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """Ask again in `wait_seconds`; None: no longer worth waiting, repeat once and count the risk."""

    wait_seconds: float | None
    code: str = "no_proof"


type Proof = Found | NotFound | CannotTell


class Performer(Protocol):
    """perform: do it within `timeout_seconds`, never raise for what a provider does. probe: was it done?"""

    def perform(self, effect: Effect, claim: Claimed, timeout_seconds: float) -> Outcome: ...

    def probe(self, effect: Effect, claim: Claimed, timeout_seconds: float) -> Proof: ...


class Executor:
    """owner: a new unique name per claim. jitter: random number in [0, 1), spreads retries. note: one outcome line.
    bug: told of every exception that should not be. ends_ms: when this process is stopped, where that may be before a
    lease ends; nothing is begun that goes beyond."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        timing: Callable[[], Timing],
        owner: Callable[[], str],
        jitter: Callable[[], float],
        note: Callable[[Envelope, str, str], None],
        bug: Callable[[Envelope, BaseException], None],
        ends_ms: Callable[[], int] | None = None,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._timing = timing
        self._owner = owner
        self._jitter = jitter
        self._note = note
        self._bug = bug
        self._ends_ms = ends_ms

    def run(
        self,
        envelope: Envelope,
        prepare: Callable[[Claimed], tuple[Decide, Performer]],
        reference: Mapping[str, Any] | None = None,
    ) -> Verdict:
        """Bring one event as far as it goes now. prepare: asked once it is ours.

        A bug of ours, here or in what is called from here, is told, counted against the event, and ends in parking: one
        message that we cannot digest neither blocks its chat for ever nor gets lost. What AWS raises passes through.
        """
        timing = self._timing()
        now = self._clock.now_ms()
        claim = self._ledger.claim(envelope, self._owner(), now, round(timing.lease_s * 1000), reference)
        match claim:
            case Finished(state):
                self._note(envelope, "duplicate", state)
                return Done()
            case Busy(until_ms):
                return Later(min(BUSY_CAP_S, max(0.5, (until_ms - now) / 1000)))
        try:
            decide, performer = prepare(claim)
            return self._work(claim, decide, performer, timing)
        except ConditionFailed:
            self._note(envelope, "claim_lost", "")
            return Later(1)
        except BUGS as error:
            return self._crashed(claim, error, timing)

    def wall_ms(self) -> int:
        """How long a provider may still work on a call that nobody waits for any more."""
        return _wall_ms(self._timing())

    def crashed(self, envelope: Envelope, error: BaseException) -> Verdict:
        """Count a bug that struck before the event was claimed."""

        def prepare(_claim: Claimed) -> NoReturn:
            raise error

        return self.run(envelope, prepare)

    def _crashed(self, claim: Claimed, error: BaseException, timing: Timing) -> Verdict:
        """Between two effects: nothing was being done, and whatever was in doubt before still is."""
        self._bug(claim.envelope, error)
        kind = type(error).__name__
        try:
            if claim.hits + 1 >= MAX_HITS:
                return self._park(claim, Park("reason.crashed", kind))
            self._ledger.release(claim, self._clock.now_ms(), f"crashed: {kind}", counts=True)
        except ConditionFailed:
            return Later(1)
        return Later(self._backoff(claim.hits + 1, timing))

    def _work(self, claim: Claimed, decide: Decide, performer: Performer, timing: Timing) -> Verdict:
        if claim.hits >= MAX_HITS or self._clock.now_ms() - claim.counted_from_ms > MAX_AGE_MS:
            return self._park(claim, Park("reason.gave_up"))
        while True:
            decision = decide(claim.steps)
            match decision:
                case Finish(state, detail, keep):
                    kept = claim.envelope if keep else None
                    self._ledger.complete(claim, self._clock.now_ms(), state=state, detail=detail, kept=kept)
                    self._note(claim.envelope, state.lower(), detail)
                    return Done()
                case Park():
                    return self._park(claim, decision)
                case Step():
                    after = self._step(claim, decision, performer, timing)
            if isinstance(after, Done | Later):
                return after
            claim = after

    def _step(self, claim: Claimed, step: Step, performer: Performer, timing: Timing) -> Claimed | Verdict:
        """The claim with the step's outcome in it, or what becomes of the queue message."""
        effect, too_late = step.effect, Transient("lease_short", 0, counts=False)
        if self._is_short(claim, timing, seconds_needed(effect)):
            return self._give_back(claim, step, too_late, timing)
        if claim.is_about(step.name) and not effect.repeatable:
            settled = self._prove(claim, step, performer, timing)
            if not isinstance(settled, Claimed) or step.name in settled.steps:
                return settled
            if (
                self._is_short(claim, timing, seconds_needed(effect)) and settled.risked == claim.risked
            ):  # the probe took all the time
                return self._give_back(settled, step, too_late, timing)
            claim = settled
        if effect.saved:  # else it comes again before the step whose fate is unknown, and says nothing about that one
            claim = claim.settled_by(step.name)
        try:
            return self._after(claim, step, performer.perform(effect, claim, self._time_left(claim)), timing)
        except BUGS as error:  # in the middle of it: it may have been done
            self._bug(claim.envelope, error)
            return self._after(claim, step, Unknown(f"crashed_{type(error).__name__}"), timing)

    def _is_short(self, claim: Claimed, timing: Timing, seconds: float) -> bool:
        """Whether too little time is left for an effect that should have `seconds`."""
        needed_ms = max(MIN_CALL_MS + 200, min(seconds, timing.lease_s / 3) * 1000)
        return self._left_ms(claim) < needed_ms and timing.lease_s * 1000 > 2 * MIN_CALL_MS

    def _left_ms(self, claim: Claimed) -> int:
        until_ms = min(claim.lease_until_ms, self._ends_ms()) if self._ends_ms else claim.lease_until_ms
        return until_ms - self._clock.now_ms()

    def _time_left(self, claim: Claimed) -> float:
        """Seconds that a call may take so that its outcome is saved under our lease and by this process."""
        return max(MIN_CALL_MS, self._left_ms(claim) - 1_000) / 1000

    def _after(self, claim: Claimed, step: Step, outcome: Outcome, timing: Timing) -> Claimed | Verdict:
        """What an effect's outcome leads to."""
        match outcome:
            case Succeeded(result):
                return self._keep(claim, step, dict(result), str(result.get("note", "")))
            case Rejected(code, detail) | Blocked(code, detail):
                return self._keep(claim, step, {"refused": code, "detail": detail[:300]}, f"refused {code}")
            case Unknown(code) if not step.effect.repeatable:
                now = self._clock.now_ms()
                settles = now if code in ANSWERED else now + _wall_ms(timing)
                counts = not is_outage(outcome)
                self._ledger.unknown(claim, now, step.name, code, counts=counts, settles_ms=settles)
                self._note(claim.envelope, "unknown", f"{step.name} {code}")
                return Later(self._unknown_wait(claim, timing))
            case Unknown(code):
                late = Transient(code, counts=not is_outage(outcome))
                return self._give_back(claim, step, late, timing)
            case Expired(code):
                return self._give_back(claim, step, Transient(code, counts=False), timing)
            case Transient():
                return self._give_back(claim, step, outcome, timing)
            case Moved():
                return self._give_back(claim, step, Transient("moved", 1, counts=False), timing)

    def _keep(self, claim: Claimed, step: Step, result: dict[str, Any], detail: str) -> Claimed:
        now = self._clock.now_ms()
        if step.effect.saved or "refused" in result:
            return self._ledger.save_step(claim, step.name, result, now, detail, settles=step.effect.saved)
        return replace(claim, steps={**claim.steps, step.name: result})

    def _give_back(self, claim: Claimed, step: Step, late: Transient, timing: Timing) -> Verdict:
        reason = f"{step.name}: {late.code}"
        self._ledger.release(claim, self._clock.now_ms(), reason, counts=late.counts)
        self._note(claim.envelope, "retry", f"{step.name} {late.code}")
        if late.wait_seconds is not None:
            longest = OUTAGE_CAP_S if late.code == "rate" else LONG_OUTAGE_S  # a crowd passes sooner than an outage
            return Later(_spaced(claim, late.wait_seconds, longest))
        if late.counts:  # by its own tries alone: turns that were waited for before made none of them
            return Later(self._backoff(claim.hits + 1, timing))
        return Later(
            _spaced(claim, min(self._backoff(claim.attempts, timing), max(OUTAGE_CAP_S, timing.retry_first_s)))
        )

    def _park(self, claim: Claimed, park: Park) -> Verdict:
        self._ledger.park(claim, self._clock.now_ms(), park.reason, park.detail)
        self._note(claim.envelope, "held" if park.waits else "parked", park.reason)
        return Done()

    def _backoff(self, attempts: int, timing: Timing) -> float:
        wait = min(timing.retry_cap_s, timing.retry_first_s * 2.0 ** min(20, max(0, attempts - 1)))
        return wait * (0.8 + 0.4 * self._jitter())

    def _prove(self, claim: Claimed, step: Step, performer: Performer, timing: Timing) -> Claimed | Verdict:
        """Was the step done? The claim with its outcome in it; or without, and the step may be done again; or wait."""
        match performer.probe(step.effect, claim, self._time_left(claim)):
            case Found(proof):
                return self._ledger.save_step(claim, step.name, proof, self._clock.now_ms(), "proved")
            case CannotTell(None):
                is_paid = getattr(step.effect, "paid", False)
                if claim.risked or (is_paid and not claim.redriven):
                    kind = "template_fate_unknown" if is_paid else "fate_unknown"
                    return self._park(claim, Park(f"reason.{kind}"))
                risky = self._ledger.risk(claim, self._clock.now_ms(), step.name)
                if step.name not in risky.steps:  # else a receipt proved it at the last moment
                    self._note(claim.envelope, "dup_risk", step.name)
                return risky
            case CannotTell(wait, code):
                self._ledger.unknown(claim, self._clock.now_ms(), step.name, code, counts=False)
                return Later(_spaced(claim, wait or 1))
            case NotFound():
                left = self._unsettled_ms(claim, timing)
                if left <= 0:
                    return claim
                self._ledger.unknown(claim, self._clock.now_ms(), step.name, "not_settled", counts=False)
                return Later(left / 1000)

    def _unsettled_ms(self, claim: Claimed, timing: Timing) -> int:
        """How long it may still be done after all. A worker that died may have called until its lease ended."""
        return (claim.settles_ms or claim.unknown_since_ms + _wall_ms(timing)) - self._clock.now_ms()

    def _unknown_wait(self, claim: Claimed, timing: Timing) -> float:
        """A receipt or the provider's recovery decides; the probe itself says how long it wants to wait."""
        return min(timing.unknown_wait_s, self._backoff(claim.attempts, timing))


def _wall_ms(timing: Timing) -> int:
    return round(SETTLE_WAITS * timing.unknown_wait_s * 1000)


def _spaced(claim: Claimed, seconds: float, longest: float = LONG_OUTAGE_S) -> float:
    """The wait of a message that is held up by no fault of its own."""
    return max(seconds, longest) if claim.attempts > OUTAGE_TRIES else seconds
