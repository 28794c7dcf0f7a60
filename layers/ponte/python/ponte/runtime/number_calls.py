"""Sending from a WhatsApp number: the buckets of the pair and of the number, and the number's circuit.

Read marks do not come through here: they cost none of the number's rate, and nothing waits for them.
"""

from collections.abc import Callable

from ponte.clock import Clock
from ponte.digest import digest
from ponte.http import HttpRequest, HttpResponse
from ponte.mappings import Number
from ponte.outcome import Outcome, Transient, is_outage
from ponte.runtime.observability import OutcomeLog
from ponte.storage import keys
from ponte.storage.buckets import Buckets
from ponte.storage.circuits import QUESTION_S, STILL_OPEN, Turn
from ponte.storage.secrets import Secrets
from ponte.whatsapp import errors
from ponte.whatsapp import requests as whatsapp
from ponte.whatsapp.client import WhatsappClient

LATE_S = 0.5  # as for portals: a send is not started with less of the caller's time left


class NumberCalls:
    """One per container; safe for many threads."""

    def __init__(
        self,
        client: WhatsappClient,
        buckets: Buckets,
        secrets: Secrets,
        clock: Clock,
        log: OutcomeLog,
        graph_version: str,
    ) -> None:
        self._client = client
        self._graph_version = graph_version
        self._secrets = secrets
        self._buckets = buckets
        self._clock = clock
        self._log = log

    def send(
        self,
        number: Number,
        address: str,
        request: HttpRequest,
        timeout_seconds: float,
        classify: Callable[[HttpResponse], Outcome],
        chat: str = "",
    ) -> Outcome:
        """One send to `address` (phone or BSUID). timeout_seconds: for all of it, a wait for our turn included.

        chat: as for PortalCalls.for_chat.
        """
        deadline_ms = self._clock.now_ms() + round(timeout_seconds * 1000)
        pair = keys.bucket("wap", number.phone_number_id, digest(address))
        wait = self._buckets.take(pair, number.pair_rate)
        if wait:
            return Transient("rate", wait, counts=False)
        turn = self._buckets.enter(keys.bucket("wa", number.phone_number_id), number.rate, chat)
        if turn.wait:
            return turn.refusal()
        if turn.is_trial and not self._is_there(number, turn, timeout_seconds):
            return STILL_OPEN
        left = (deadline_ms - self._clock.now_ms()) / 1000
        if left < LATE_S:
            return Transient("late", 1, counts=False)
        outcome = self._client.call(request, left, classify)
        self._report(number, turn, outcome)
        return outcome

    def _is_there(self, number: Number, turn: Turn, timeout_seconds: float) -> bool:
        """A trial's harmless question. Yes closes nothing yet: reading may work while sending does not."""
        token = self._secrets.read().access_token
        question = whatsapp.number_info(number.phone_number_id, self._graph_version, token)
        outcome = self._client.call(question, min(timeout_seconds, QUESTION_S))
        if _is_away(outcome):
            self._report(number, turn, outcome)
            return False
        return True

    def _report(self, number: Number, turn: Turn, outcome: Outcome) -> None:
        change = self._buckets.circuits.report(turn, outage=_is_away(outcome))
        if change == "opened":
            self._log("whatsapp_number", "circuit_opened", number.phone_number_id)
        elif change == "closed":
            self._log("whatsapp_number", "circuit_closed", number.phone_number_id)


def _is_away(outcome: Outcome) -> bool:
    return is_outage(outcome) or (isinstance(outcome, Transient) and outcome.code in errors.AWAY)
