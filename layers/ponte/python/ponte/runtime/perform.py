"""Doing effects: each kind by the vendor's call that stands for it, and knowing afterwards whether it was done.

One `CustomerPerformer` per event, bound to the portal, number and conversation it concerns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ponte.bitrix24 import answers, history, setup
from ponte.bitrix24 import errors as bitrix24_errors
from ponte.bitrix24 import requests as bitrix24
from ponte.bitrix24.client import Bitrix24Client
from ponte.clock import Clock
from ponte.digest import digest
from ponte.mappings import Conversation, Portal, Timing
from ponte.outcome import Blocked, Outcome, Succeeded, Transient, Unknown
from ponte.relays.decisions import Effect
from ponte.relays.effects import (
    AcknowledgeDelivery,
    AddContact,
    AddPhone,
    DeleteInOpenLine,
    EraseTenant,
    FindContact,
    FindMessage,
    ForgetPortal,
    MarkRead,
    NoteAccount,
    NotePreference,
    NoteSession,
    PostNotice,
    ReportReading,
    SaveConversation,
    SendText,
    SendToOpenLine,
    SetLineActive,
    SetUpPortal,
    UpdateInOpenLine,
)
from ponte.relays.file_effects import FetchFile, FetchMedia, SendMedia, UploadMedia
from ponte.relays.outbound_effects import (
    ChangeQueued,
    FindQuoted,
    FindTemplate,
    HoldReply,
    KeepTemplateChange,
    LetHeldGo,
    NoteAsked,
    SendInteractive,
    SendReaction,
    SendTemplate,
    StopHolding,
)
from ponte.runtime import crm_calls
from ponte.runtime.execute import Proof
from ponte.runtime.keep import Keeper
from ponte.runtime.number_calls import NumberCalls
from ponte.runtime.outbound_performer import OutboundPerformer
from ponte.runtime.portal_calls import PortalCalls
from ponte.runtime.probes import Probes
from ponte.runtime.transfers import Transfers
from ponte.runtime.whatsapp_sends import WhatsappSends
from ponte.storage.buckets import Buckets
from ponte.storage.claims import Claimed
from ponte.storage.conversations import Conversations
from ponte.storage.directory import Directory
from ponte.storage.grants import Grants
from ponte.storage.ledger import Ledger
from ponte.storage.receipts import Receipts
from ponte.storage.secrets import Secrets
from ponte.storage.templates import Templates
from ponte.storage.windows import Windows
from ponte.texts import text as sentence
from ponte.whatsapp import errors as whatsapp_errors
from ponte.whatsapp import requests as whatsapp
from ponte.whatsapp.client import WhatsappClient

PATIENT_TRIES = 20

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath fill='%23fff' "
    "d='M3 17h2v-5a7 7 0 0 1 14 0v5h2v2H3zm4 0h10v-5a5 5 0 0 0-10 0z'/%3E%3C/svg%3E"
)

MARK_READ_SECONDS = 3.0  # blue ticks are not worth making anybody wait


@dataclass(frozen=True, slots=True)
class Means:
    """What performing needs; made once per container. originator: how our CRM entities are marked."""

    client: Bitrix24Client
    portals: PortalCalls
    meta: WhatsappClient
    numbers: NumberCalls
    transfers: Transfers
    ledger: Ledger
    receipts: Receipts
    windows: Windows
    templates: Templates
    directory: Directory
    conversations: Conversations
    grants: Grants
    buckets: Buckets
    keeper: Keeper
    secrets: Secrets
    sends: WhatsappSends
    outbound: OutboundPerformer
    clock: Clock
    timing: Callable[[], Timing]
    graph_version: str
    originator: str
    public_base_url: str
    language: str


class CustomerPerformer:
    """A Performer for the customer bridge."""

    def __init__(
        self, means: Means, portal: Portal | None, phone_number_id: str, conversation: Conversation | None
    ) -> None:
        self._means = means
        self._chat = ""
        self._portal = portal
        self._phone_number_id = phone_number_id
        self._conversation = conversation

    def probe(self, effect: Effect, claim: Claimed, timeout_seconds: float) -> Proof:
        portals = self._means.portals.for_chat(digest(claim.conversation))
        probes = Probes(portals, self._means.clock, self._means.timing(), self._means.originator)
        return probes.probe(effect, claim, self._portal, timeout_seconds)

    def perform(  # noqa: PLR0912 - one arm per effect
        self, effect: Effect, claim: Claimed, timeout_seconds: float
    ) -> Outcome:
        self._chat = digest(claim.conversation)
        match effect:
            case SendToOpenLine():
                return self._send_to_open_line(effect, timeout_seconds)
            case SendText() | SendMedia() | SendTemplate() | SendInteractive() | SendReaction():
                return self._means.sends.send(effect, claim, self._phone_number_id, self._conversation, timeout_seconds)
            case FetchMedia() | FetchFile() | UploadMedia():
                return self._transfer(effect, claim, timeout_seconds)
            case FindMessage():
                return self._find_message(effect, claim, timeout_seconds)
            case UpdateInOpenLine(connector, line, external, message_id, text):
                call = bitrix24.update_message(connector, line, external, message_id, text)
                return self._done(self._rest(call, timeout_seconds))
            case DeleteInOpenLine(connector, line, external, message_id):
                call = bitrix24.delete_message(connector, line, external, message_id)
                return self._done(self._rest(call, timeout_seconds))
            case NoteSession() | NotePreference() | NoteAccount() | EraseTenant():
                return self._means.keeper.keep(effect, self._conversation, claim.event_id, timeout_seconds)
            case FindContact() | AddContact() | AddPhone():
                return crm_calls.perform(
                    effect, self._means.originator, partial(self._rest, timeout_seconds=timeout_seconds)
                )
            case AcknowledgeDelivery():
                call = bitrix24.delivery_status(effect.connector, effect.line, [self._delivery(effect)])
                return self._rest(call, timeout_seconds)
            case ReportReading():
                call = bitrix24.reading_status(effect.connector, effect.line, [self._delivery(effect)])
                return self._rest(call, timeout_seconds)
            case PostNotice():
                return self._done(self._rest(bitrix24.system_notice(effect.chat_id, effect.text), timeout_seconds))
            case MarkRead():
                return self._mark_read(effect, timeout_seconds)
            case SaveConversation() | SetLineActive() | ForgetPortal():
                return self._keep(effect)
            case SetUpPortal():
                return self._set_up(timeout_seconds)
            case (
                FindTemplate()
                | KeepTemplateChange()
                | HoldReply()
                | NoteAsked()
                | StopHolding()
                | LetHeldGo()
                | FindQuoted()
                | ChangeQueued()
            ):
                return self._means.outbound.perform(effect, claim, self._portal, self._conversation, timeout_seconds)
        return Blocked("not_ours")

    def _rest(
        self,
        call: bitrix24.RestCall,
        timeout_seconds: float,
        classify: Callable[[Any], Outcome] = bitrix24_errors.classify,
    ) -> Outcome:
        if self._portal is None:
            return Blocked("portal_unknown")
        return self._means.portals.for_chat(self._chat).call(self._portal, call, timeout_seconds, classify)

    def _send_to_open_line(self, effect: SendToOpenLine, timeout_seconds: float) -> Outcome:
        customer = bitrix24.Customer(effect.external, effect.first_name, effect.last_name, effect.phone)
        call = bitrix24.send_messages(
            effect.connector,
            effect.line,
            customer,
            message_id=effect.message_id,
            text=effect.text,
            date=effect.sent_at,
            disable_crm=effect.disable_crm,
            files=[self._means.transfers.link(file) for file in effect.files],
        )
        return self._rest(call, timeout_seconds, bitrix24_errors.classify_send)

    def _transfer(
        self, effect: FetchMedia | FetchFile | UploadMedia, claim: Claimed, timeout_seconds: float
    ) -> Outcome:
        transfers = self._means.transfers
        match effect:
            case FetchMedia():
                return transfers.fetch_media(effect, self._phone_number_id, claim, timeout_seconds)
            case FetchFile():
                return transfers.fetch_file(effect, self._portal, claim, timeout_seconds)
            case UploadMedia():
                return transfers.upload_media(effect, self._phone_number_id, claim, timeout_seconds)

    def _find_message(self, effect: FindMessage, claim: Claimed, timeout_seconds: float) -> Outcome:
        """A line that names no message is better than one that never comes: not everything is waited for."""
        outcome = self._rest(bitrix24.history(chat_id=effect.chat_id), timeout_seconds)
        if isinstance(outcome, Succeeded):
            text = history.find_text(outcome.result, ids=effect.ids, message_id=effect.message_id)
            if text is None and self._asked(effect.ids):
                text = sentence("line.whatsapp.window_template", self._means.language)
            return Succeeded({} if text is None else {"text": text})
        is_patient = effect.is_patient and claim.attempts <= PATIENT_TRIES
        waits = isinstance(outcome, Transient) and (is_patient or not outcome.counts)
        return outcome if waits or (is_patient and isinstance(outcome, Unknown)) else Succeeded({})

    def _asked(self, ids: tuple[str, ...]) -> bool:
        """Whether it is a template that we sent by ourselves into a shut window, of which no chat has the text."""
        pointers = (self._means.receipts.pointer(self._phone_number_id, each) for each in ids)
        return any(pointer is not None and pointer.get("part") == "template" for pointer in pointers)

    @staticmethod
    def _done(outcome: Outcome) -> Outcome:
        """Nothing of the answer is needed later, so nothing of it is kept."""
        return Succeeded({}) if isinstance(outcome, Succeeded) else outcome

    def _mark_read(self, effect: MarkRead, timeout_seconds: float) -> Outcome:
        number = self._means.directory.number(self._phone_number_id)
        mark = whatsapp.typing if number and number.shows_typing else whatsapp.mark_read
        token = self._means.secrets.read().access_token
        request = mark(self._phone_number_id, self._means.graph_version, token, effect.wamid)
        outcome = self._means.meta.call(request, min(timeout_seconds, MARK_READ_SECONDS), whatsapp_errors.classify)
        if isinstance(outcome, Transient | Unknown):
            return Succeeded({})  # the operator has the message; the mark of the customer's next one covers this one
        return outcome

    def _set_up(self, timeout_seconds: float) -> Outcome:
        """Register, then bind what is missing and unbind handlers of older addresses; each call harmless to repeat."""
        base, name = self._means.public_base_url, sentence("page.connector_name", self._means.language)
        handler = f"{base}/webhooks/bitrix24/outbound"
        register = setup.register(self._means.originator, name, ICON, f"{base}/bitrix24/settings")
        outcome = self._rest(register, timeout_seconds)
        if not isinstance(outcome, Succeeded):
            return outcome
        outcome = self._rest(setup.event_get(), timeout_seconds)
        if not isinstance(outcome, Succeeded):
            return outcome
        bound = answers.handlers(outcome.result)
        stale = [setup.event_unbind(event, url) for event, url in bound if event in setup.EVENTS and url != handler]
        missing = [setup.event_bind(event, handler) for event in setup.EVENTS if (event, handler) not in bound]
        for call in (*stale, *missing):
            outcome = self._rest(call, timeout_seconds)
            if not isinstance(outcome, Succeeded):
                return outcome
        return Succeeded({})

    def _delivery(self, effect: AcknowledgeDelivery | ReportReading) -> bitrix24.Delivery:
        return bitrix24.Delivery(
            chat_id=effect.chat_id,
            message_id=effect.message_id,
            external=effect.external,
            ids=effect.wamids,
            date=self._means.clock.now_ms() // 1000,
        )

    def _keep(self, effect: SaveConversation | SetLineActive | ForgetPortal) -> Outcome:
        match effect:
            case SaveConversation(fields):
                if self._conversation is not None:
                    self._means.conversations.save(self._conversation, **dict(fields))
            case SetLineActive(connector, line, active):
                member_id = self._portal.member_id if self._portal else ""
                known = self._means.directory.line(member_id, connector, line, fresh=True)
                if known is not None:
                    self._means.directory.set_line_active(known, active)
            case ForgetPortal():
                if self._portal is not None:
                    self._means.grants.erase(self._portal.member_id)
                    self._means.directory.forget()
        return Succeeded({})
