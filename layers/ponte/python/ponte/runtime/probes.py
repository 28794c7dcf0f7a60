"""Was it done? For effects whose answer never came: ask the provider before anything is repeated."""

from ponte.bitrix24 import answers, history
from ponte.bitrix24 import requests as bitrix24
from ponte.clock import Clock
from ponte.mappings import Portal, Timing
from ponte.outcome import Outcome, Succeeded, Transient, Unknown
from ponte.relays.decisions import Effect
from ponte.relays.effects import AddContact, PostNotice, SendText, SendToOpenLine
from ponte.relays.file_effects import SendMedia
from ponte.relays.outbound_effects import SendInteractive, SendTemplate
from ponte.runtime.execute import CannotTell, Found, NotFound, Proof
from ponte.runtime.portal_calls import PortalCalls
from ponte.storage.claims import Claimed

PORTAL_RETRY_S = 10.0
MAX_CHATS = 5
NO_ID = "-"  # equals no message id of ours


class Probes:
    """One probe per kind of effect that must not be repeated blindly."""

    def __init__(self, portals: PortalCalls, clock: Clock, timing: Timing, originator: str) -> None:
        self._portals = portals
        self._clock = clock
        self._timing = timing
        self._originator = originator

    def probe(self, effect: Effect, claim: Claimed, portal: Portal | None, timeout_seconds: float) -> Proof:
        match effect:
            case SendText() | SendMedia() | SendTemplate() | SendInteractive():
                return self._receipt(claim)
            case SendToOpenLine() if portal is not None:
                return self._in_open_line(effect, portal, claim.first_ms, timeout_seconds)
            case AddContact() if portal is not None:
                return self._in_crm(effect, portal, timeout_seconds)
            case PostNotice() if portal is not None:
                # Notices have no id of ours, and the same words may be there for another message's sake: only one
                # that is not older than the call counts.
                since = claim.begun_ms or claim.first_ms
                return self._in_history(portal, effect.chat_id, "", effect.text, since, timeout_seconds)
            case _:
                return CannotTell(None)

    def _receipt(self, claim: Claimed) -> Proof:
        """A status that carries our key fills in the step by itself; here we only wait for it long enough."""
        waited = (self._clock.now_ms() - claim.unknown_since_ms) / 1000
        left = self._timing.unknown_wait_s - waited
        return CannotTell(max(0.1, left), "awaiting_receipt") if left > 0 else CannotTell(None)

    def _in_open_line(self, effect: SendToOpenLine, portal: Portal, since: int, timeout_seconds: float) -> Proof:
        if effect.chat_id:
            return self._in_history(portal, effect.chat_id, effect.message_id, effect.text, since, timeout_seconds)
        if not effect.contact_id:
            return CannotTell(None)
        outcome = self._portals.call(portal, bitrix24.crm_chat_get("contact", effect.contact_id), timeout_seconds)
        if not isinstance(outcome, Succeeded):
            return _no_answer(outcome)
        for chat_id in answers.crm_chat_ids(outcome.result, effect.connector)[:MAX_CHATS]:
            verdict = self._in_history(portal, chat_id, effect.message_id, effect.text, since, timeout_seconds)
            if isinstance(verdict, Found) or (isinstance(verdict, CannotTell) and verdict.wait_seconds):
                return verdict
        # The chat may be there without being joined to the contact (no phone, a line without CRM): no proof of absence.
        return CannotTell(None)

    def _in_history(
        self, portal: Portal, chat_id: str, message_id: str, text: str, since_ms: int, timeout_seconds: float
    ) -> Proof:
        call = bitrix24.history(chat_id=chat_id)
        outcome = self._portals.call(portal, call, timeout_seconds)
        if not isinstance(outcome, Succeeded):
            return _no_answer(outcome)
        found = history.find_message(
            outcome.result, external_message_id=message_id or NO_ID, text=text, since=since_ms // 1000
        )
        if found is None:
            return CannotTell(None)
        if not found:
            return NotFound()
        shown = history.count_files(outcome.result, external_message_id=message_id or NO_ID)
        return Found({"chat_id": chat_id, **({} if shown is None else {"files": shown})})

    def _in_crm(self, effect: AddContact, portal: Portal, timeout_seconds: float) -> Proof:
        by_origin = bitrix24.find_lead_by_origin if effect.kind == "lead" else bitrix24.find_contact_by_origin
        outcome = self._portals.call(portal, by_origin(self._originator, effect.origin), timeout_seconds)
        if not isinstance(outcome, Succeeded):
            return _no_answer(outcome)
        ids = answers.item_ids(outcome.result)
        return Found({"id": ids[0]}) if ids else NotFound()


def _no_answer(outcome: Outcome) -> Proof:
    """The provider is away: come back. It refuses to tell: no proof is to be had."""
    if isinstance(outcome, Transient):
        return CannotTell(outcome.wait_seconds or PORTAL_RETRY_S, outcome.code)
    if isinstance(outcome, Unknown):
        return CannotTell(PORTAL_RETRY_S, outcome.code)
    return CannotTell(None)
