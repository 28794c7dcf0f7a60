"""Reading many chats' histories of one portal: fifty calls a request, after live traffic, until the time is over."""

from collections.abc import Callable, Sequence

from ponte.bitrix24 import batch
from ponte.bitrix24.chat_reading import ChatReading
from ponte.clock import Clock
from ponte.mappings import Portal
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.runtime.portal_calls import PortalCalls

RESERVE = 30  # of the portal's 45 tokens: live traffic keeps them
CALL_SECONDS = 45.0
MIN_LEFT_S = 5.0  # no call is started with less time than this
MAX_REFUSALS = 8  # of the bucket in a row: then live traffic has it
MAX_FAILURES = 3  # unanswered batches in a row
MAX_FAILURES_SINGLY = 12  # unanswered calls in a row: more than one chat alone can cause
MAX_TRIES = 2  # of a call whose command alone fails without a reason
MAX_PAUSE_S = 5.0
# Beyond these a portal answers no call at all; see the table in bitrix24/errors.py.
OF_ONE_METHOD = frozenset({"insufficient_scope", "access_denied", "user_access_error", "wrong_auth_type"})


class HistoryReader:
    """time_left: seconds until the run has to end. may_go_on: asked before each request; False ends the run."""

    def __init__(
        self, portals: PortalCalls, clock: Clock, time_left: Callable[[], float], may_go_on: Callable[[], bool]
    ) -> None:
        self._portals = portals
        self._clock = clock
        self._time_left = time_left
        self._may_go_on = may_go_on
        self._singly = False
        self._refusals = 0
        self._failures = 0
        self._tries: dict[str, int] = {}

    def read(self, portal: Portal, readings: Sequence[ChatReading]) -> str:
        """Bring all readings to their end. Returns "" for done, else why it stopped: "time", "rate", "lock_lost", or
        the portal's own word. Readings that are not at their end then are as good as not begun."""
        self._singly, self._refusals, self._failures, self._tries = False, 0, 0, {}
        while pending := [reading for reading in readings if reading.call is not None]:
            if self._time_left() < MIN_LEFT_S:
                return "time"
            if not self._may_go_on():
                return "lock_lost"
            chosen = pending[: 1 if self._singly else batch.LIMIT]
            why = self._ask_one(portal, chosen[0]) if self._singly else self._ask_together(portal, chosen)
            if why:
                return why
        return ""

    def _ask_together(self, portal: Portal, readings: Sequence[ChatReading]) -> str:
        calls = [reading.call for reading in readings if reading.call is not None]
        timeout = min(CALL_SECONDS, self._time_left())
        outcome = self._portals.call(portal, batch.batch(calls), timeout, reserve=RESERVE)
        match outcome:
            case Succeeded(result):
                found = batch.outcomes(result["result"], len(calls))
                waits = [self._hand(reading, one) for reading, one in zip(readings, found, strict=True)]
                return self._pause(max(waits)) if all(waits) else self._forgive()
            case Rejected():
                self._singly = True
                return ""
            case Blocked(code) if code in OF_ONE_METHOD:
                self._singly = True
                return ""
        return self._failed(outcome)

    def _ask_one(self, portal: Portal, reading: ChatReading) -> str:
        if reading.call is None:
            return ""
        outcome = self._portals.call(portal, reading.call, min(CALL_SECONDS, self._time_left()), reserve=RESERVE)
        if isinstance(outcome, Blocked) and outcome.code not in OF_ONE_METHOD:
            return outcome.code
        if isinstance(outcome, Transient):
            return self._failed(outcome)
        wait = self._hand(reading, outcome)
        return self._pause(1.0) if isinstance(outcome, Unknown) or wait else self._forgive()

    def _hand(self, reading: ChatReading, outcome: Outcome) -> float:
        """Tell a reading what came of its call. Seconds to wait where it has to be asked again, else 0."""
        match outcome:
            case Succeeded(result):
                reading.take(result["result"])
            case Rejected(code) | Blocked(code):
                reading.refuse(code)
            case Unknown(code) if self._tries.get(reading.chat_id, 0) + 1 >= MAX_TRIES:
                self._tries.pop(reading.chat_id)
                reading.refuse(code)
            case Unknown():
                self._tries[reading.chat_id] = self._tries.get(reading.chat_id, 0) + 1
                return 1.0
            case _:
                return getattr(outcome, "wait_seconds", None) or 1.0
        return 0.0

    def _failed(self, outcome: Outcome) -> str:
        """The request as a whole was not answered."""
        code = str(getattr(outcome, "code", "moved"))
        if isinstance(outcome, Blocked):
            return code
        wait = getattr(outcome, "wait_seconds", None) or 1.0
        if code == "rate":
            self._refusals += 1
            if self._refusals > MAX_REFUSALS:
                return code
            self._clock.sleep_ms(round(1000 * min(wait, MAX_PAUSE_S)))
            return ""
        return self._pause(wait, code)

    def _pause(self, wait: float, code: str = "portal_busy") -> str:
        """The portal does not keep up: after a few times the rest waits for the next run."""
        self._failures += 1
        most = MAX_FAILURES_SINGLY if self._singly else MAX_FAILURES
        if self._failures >= most or wait > MAX_PAUSE_S:
            return code
        self._clock.sleep_ms(round(wait * 1000))
        return ""

    def _forgive(self) -> str:
        self._refusals = self._failures = 0
        return ""
