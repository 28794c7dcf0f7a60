"""One queue message at a time: read the envelope, find whom it concerns, let the executor do what the relay decides.

Each worker is made once per container by `runtime.wiring` and used by many threads at once.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from ponte.bitrix24 import events as bitrix24_events
from ponte.bitrix24.values import (
    AppUninstalled,
    ConnectorSwitchedOff,
    Event,
    LineDeleted,
    OperatorDelete,
    OperatorEdit,
    OperatorMessage,
)
from ponte.clock import Clock
from ponte.errors import MalformedEvent
from ponte.mappings import Conversation, Number, Portal
from ponte.people.callers import caller_of, rotation
from ponte.queue.envelope import Envelope, loads
from ponte.queue.fifo_batch import Done, Later, Verdict
from ponte.queue.sqs import ObjectStore
from ponte.relays import bitrix24_to_whatsapp, portal_life, receipts_to_bitrix24, whatsapp_to_bitrix24
from ponte.relays.effects import Decide, Decision, Finish, Park, PostNotice, Step, Steps
from ponte.runtime.execute import Executor, Performer
from ponte.runtime.observability import OutcomeLog, emit_bug
from ponte.storage.conversations import Conversations
from ponte.storage.directory import Directory
from ponte.storage.ledger import Claimed, Ledger, steps_of
from ponte.texts import text as sentence
from ponte.whatsapp import describe, messages, statuses
from ponte.whatsapp.events import InboundMessage, SystemChange

OPENING_WAIT_S = 2.0
SET_UP = "SetUpPortal"  # kind of the envelope that an installation queues


class Performers(Protocol):
    """Makes the performer of one event: bound to the portal and number it concerns."""

    def __call__(self, portal: Portal | None, phone_number_id: str, conversation: Conversation | None) -> Performer: ...


class Retry(Exception):
    """Somebody else must finish first: show the message again in `seconds`; not an attempt."""

    def __init__(self, seconds: float) -> None:
        super().__init__("retry")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Parts:
    """What every worker stands on."""

    executor: Executor
    ledger: Ledger
    directory: Directory
    conversations: Conversations
    performers: Performers
    store: ObjectStore
    clock: Clock
    log: OutcomeLog
    language: str
    connector_id: str


class Worker:
    """Base: envelope in, verdict out; nothing that content can cause escapes."""

    flow = ""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def __call__(self, record: Mapping[str, Any]) -> Verdict:
        """Handle one SQS record. Raises for our own bugs only; they are logged without content."""
        try:
            envelope = self._open(loads(str(record["body"])))
        except MalformedEvent:
            # Not even an envelope of ours: SQS keeps it until it lands in the dead-letter queue.
            self.parts.log(self.flow, "not_an_envelope")
            raise
        try:
            return self.take(envelope)
        except Retry as retry:
            return Later(retry.seconds)
        except Exception as error:
            emit_bug(self.flow, error, envelope.id)
            raise

    def take(self, envelope: Envelope) -> Verdict:
        return self.parts.executor.run(envelope, partial(self.prepare, envelope), self.reference(envelope))

    def reference(self, _envelope: Envelope) -> Mapping[str, Any]:
        """What a later receipt needs to find the chat again (ids only); kept with the claim."""
        return {}

    def prepare(self, envelope: Envelope, claim: Claimed) -> tuple[Decide, Performer]:
        raise NotImplementedError

    def _open(self, envelope: Envelope) -> Envelope:
        """Fetch a payload that was too big for the queue."""
        if envelope.claim is None:
            return envelope
        raw = self.parts.store.get(str(envelope.claim["key"]))
        if hashlib.sha256(raw).hexdigest() != envelope.claim.get("sha256"):
            raise MalformedEvent("claim.sha256")
        return envelope.with_payload(json.loads(raw))

    def _parked(self, reason: str) -> tuple[Decide, Performer]:
        return (lambda _: Park(reason)), self.parts.performers(None, "", None)

    def _finished(self, state: str, detail: str) -> tuple[Decide, Performer]:
        return (lambda _: Finish(state, detail)), self.parts.performers(None, "", None)

    def _portal(self, member_id: str) -> Portal | str:
        """The portal to call, or the reason why it cannot be called."""
        portal = self.parts.directory.portal(member_id) if member_id else None
        if portal is None:
            return "reason.portal_unknown"
        if portal.status == "active":
            return portal
        portal = self.parts.directory.portal(member_id, fresh=True) or portal
        return portal if portal.status == "active" else f"reason.portal_{portal.status}"


class WhatsappEvents(Worker):
    """Messages of customers, and echoes of what the business wrote in its phone app."""

    flow = "whatsapp_to_bitrix24"

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._opening_now: dict[str, Conversation] = {}

    def take(self, envelope: Envelope) -> Verdict:
        try:
            return super().take(envelope)
        finally:
            opened = self._opening_now.pop(envelope.id, None)
            if opened is not None:
                self.parts.conversations.unlock_opening(opened, envelope.id)

    def prepare(self, envelope: Envelope, claim: Claimed) -> tuple[Decide, Performer]:
        number = self.parts.directory.number(envelope.scope)
        if number is None or not number.member_id:
            return self._parked("reason.number_unknown")
        portal = self._portal(number.member_id)
        if isinstance(portal, str):
            return self._parked(portal)
        if envelope.kind == "echo":
            return self._echo(envelope, number, portal)
        if envelope.kind != "message":
            return self._finished("SKIPPED", envelope.kind)
        try:
            message = messages.read(envelope.payload)
        except MalformedEvent:
            return self._parked("reason.malformed")
        if message.group_id:
            return self._finished("SKIPPED", "group")
        conversation = self._conversation(message, number, claim)
        performer = self.parts.performers(portal, number.phone_number_id, conversation)
        decide = partial(whatsapp_to_bitrix24.decide, message, conversation, portal.crm, self.parts.language)
        return decide, performer

    def _conversation(self, message: InboundMessage, number: Number, claim: Claimed) -> Conversation | None:
        caller = caller_of(message.sender)
        if isinstance(message.body, SystemChange):
            old, new = rotation(message.sender, message.body)
            known = self.parts.conversations.by_alias(number, old)
            if known:
                self.parts.conversations.learn(number, known.person, new)
                fields = {kind: value for kind, value in _addresses(message.body).items() if value}
                self.parts.conversations.save(known, **fields)
            return known
        if whatsapp_to_bitrix24.opens_nothing(message):
            return self.parts.conversations.by_alias(number, caller.aliases())
        if not caller.aliases():
            return None
        resolved = self.parts.conversations.resolve(number, caller, message.sent_at * 1000)
        if resolved.conflict:
            self.parts.log(self.flow, "alias_conflict", claim.event_id)
        conversation = resolved.conversation
        if not conversation.chat_id:
            conversation = self._opening(conversation, claim)
        return conversation

    def _opening(self, conversation: Conversation, claim: Claimed) -> Conversation:
        """First contact: one worker at a time, whichever group the message came in; others wait and read again."""
        now = self.parts.clock.now_ms()
        owner = claim.event_id
        lease = max(1_000, claim.lease_until_ms - now)
        if not self.parts.conversations.lock_opening(conversation, owner, now, lease):
            self.parts.ledger.release(claim, now, "opening", counts=False)
            raise Retry(OPENING_WAIT_S)
        self._opening_now[owner] = conversation
        return self.parts.conversations.get(conversation.phone_number_id, conversation.person) or conversation

    def _echo(self, envelope: Envelope, number: Number, portal: Portal) -> tuple[Decide, Performer]:
        """What the business wrote on its phone: shown to operators as a note, never sent again."""
        try:
            message = messages.read(envelope.payload)
        except MalformedEvent:
            return self._finished("SKIPPED", "malformed")
        addressee = caller_of(message.sender)
        conversation = self.parts.conversations.by_alias(number, addressee.aliases())
        if conversation is None or not conversation.chat_id:
            return self._finished("SKIPPED", "no_conversation")
        if self.parts.ledger.pointer(number.phone_number_id, message.wamid):
            return self._finished("SKIPPED", "own_send")
        line = describe.line(message, self.parts.language)
        note = PostNotice(conversation.chat_id, sentence("notice.echo", self.parts.language, text=line))

        def decide(steps: Steps) -> Decision:
            return Finish() if "notice" in steps else Step("notice", note)

        return decide, self.parts.performers(portal, number.phone_number_id, conversation)


def _addresses(change: SystemChange) -> dict[str, str]:
    return {
        "wa_id": change.phone or "",
        "user_id": change.user_id or "",
        "parent_user_id": change.parent_user_id or "",
    }


class WhatsappStatuses(Worker):
    """Receipts: the rank of the message, and what Bitrix24 shows of it."""

    flow = "whatsapp_status"

    def take(self, envelope: Envelope) -> Verdict:
        try:
            update = statuses.read(envelope.payload)
        except MalformedEvent:
            self.parts.log(self.flow, "malformed", envelope.id)
            return Done()
        rank = statuses.ORDER.get(update.status, 0)
        if not update.is_known:
            self.parts.log(self.flow, "unknown_status", envelope.id)
            return Done()
        target = self._target(envelope.scope, update)
        now = self.parts.clock.now_ms()
        if target is None:
            if update.status != "failed":
                self.parts.ledger.early_receipt(envelope.scope, update.wamid, rank, now)
            self.parts.log(self.flow, "not_ours", envelope.id)
            return Done()
        event_id, part = target
        if update.status == "failed":
            code = str(update.errors[0].code) if update.errors else "unknown"
            self.parts.ledger.failure(event_id, part, update.wamid, code, statuses.ORDER["delivered"], now)
        else:
            self.parts.ledger.receipt(event_id, part, update.wamid, update.status, rank, now)
        if update.status not in ("read", "failed"):
            self.parts.log(self.flow, update.status, envelope.id)
            return Done()
        wanted = "failed" if update.status == "failed" else "read"
        own = replace(envelope, source_id=f"{update.wamid}|{wanted}")
        return self.parts.executor.run(own, partial(self._show, event_id, part, update))

    def _target(self, phone_number_id: str, update: statuses.StatusUpdate) -> tuple[str, int] | None:
        """The event that sent this wamid: by our callback data, else by the pointer the send left."""
        named = bitrix24_to_whatsapp.read_callback(update.callback)
        if named:
            number = self.parts.directory.number(phone_number_id)
            scope = named[0].split("|", 2)[1]
            return named if number and number.member_id == scope else None
        pointer = self.parts.ledger.pointer(phone_number_id, update.wamid)
        if pointer and "event_id" in pointer:
            return str(pointer["event_id"]), int(pointer["part"])
        return None

    def _show(
        self, event_id: str, part: int, update: statuses.StatusUpdate, _claim: Claimed
    ) -> tuple[Decide, Performer]:
        item = self.parts.ledger.read(event_id) or {}
        reference = item.get("ref")
        if not reference:
            return self._finished("SKIPPED", "no_reference")
        if update.status == "failed" and int(item.get(f"rk{part}", 0)) >= statuses.ORDER["delivered"]:
            return self._finished("SKIPPED", "was_delivered")
        portal = self._portal(str(reference["member_id"]))
        if isinstance(portal, str):
            return self._parked(portal)
        steps = steps_of(item)
        wamids = tuple(str(s["wamid"]) for n, s in sorted(steps.items()) if n.startswith("send") and "wamid" in s)
        sent = receipts_to_bitrix24.Sent(
            connector=str(reference["connector"]),
            line=int(reference["line"]),
            chat_id=str(reference["chat_id"]),
            message_id=str(reference["message_id"]),
            external=str(reference["external"]),
            wamids=(update.wamid,) if update.wamid in wamids or not wamids else wamids,
        )
        performer = self.parts.performers(portal, "", None)
        if update.status == "failed":
            error = update.errors[0] if update.errors else statuses.StatusError(0)
            decide: Decide = partial(
                receipts_to_bitrix24.decide_failed,
                sent,
                str(error.code),
                error.details or error.title,
                self.parts.language,
            )
            return decide, performer
        return partial(receipts_to_bitrix24.decide_read, sent), performer


class Bitrix24Events(Worker):
    """What operators write, change and remove; what portals tell about themselves."""

    flow = "bitrix24_to_whatsapp"

    def reference(self, envelope: Envelope) -> Mapping[str, Any]:
        if envelope.kind != OperatorMessage.__name__:
            return {}
        named = {
            name: envelope.payload.get(name) for name in ("connector", "line", "chat_id", "message_id", "external")
        }
        return {"member_id": envelope.scope} | named

    def prepare(self, envelope: Envelope, claim: Claimed) -> tuple[Decide, Performer]:
        if envelope.kind == SET_UP:
            portal = self._portal(envelope.scope)
            if isinstance(portal, str):
                return self._parked(portal)
            return portal_life.decide_set_up, self.parts.performers(portal, "", None)
        try:
            event = bitrix24_events.from_payload(envelope.payload)
        except MalformedEvent:
            return self._parked("reason.malformed")
        if isinstance(event, AppUninstalled):
            performer = self.parts.performers(self.parts.directory.portal(envelope.scope), "", None)
            return partial(portal_life.decide, event, self.parts.connector_id), performer
        portal = self._portal(envelope.scope)
        if isinstance(portal, str):
            return self._parked(portal)
        return self._on_event(envelope, event, portal, claim)

    def _on_event(self, envelope: Envelope, event: Event, portal: Portal, claim: Claimed) -> tuple[Decide, Performer]:
        match event:
            case LineDeleted() | ConnectorSwitchedOff():
                performer = self.parts.performers(portal, "", None)
                return partial(portal_life.decide, event, self.parts.connector_id), performer
            case OperatorEdit() | OperatorDelete():
                performer = self.parts.performers(portal, "", None)

                def change(steps: Steps) -> Decision:
                    return bitrix24_to_whatsapp.decide_change(event, steps, self.parts.language)

                return change, performer
            case OperatorMessage():
                return self._message(event, portal, claim)
            case _:
                return self._finished("SKIPPED", envelope.kind)

    def _message(self, event: OperatorMessage, portal: Portal, claim: Claimed) -> tuple[Decide, Performer]:
        member_id = portal.member_id
        line = self.parts.directory.line(member_id, event.connector, event.line)
        conversation = self.parts.conversations.by_chat(member_id, event.connector, event.line, event.external)
        phone_number_id = line.phone_number_id if line else ""
        performer = self.parts.performers(portal, phone_number_id, conversation)
        now = self.parts.clock.now_ms()

        def decide(steps: Steps) -> Decision:
            return bitrix24_to_whatsapp.decide(event, conversation, line, now, self.parts.language, steps)

        return decide, performer
