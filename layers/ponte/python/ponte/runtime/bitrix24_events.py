"""The worker of what operators write, change and remove, and of what portals tell about themselves."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from ponte.bitrix24 import events as bitrix24_events
from ponte.bitrix24.values import (
    AppUninstalled,
    ConnectorSwitchedOff,
    DialogFinished,
    DialogStarted,
    Event,
    LineDeleted,
    OperatorDelete,
    OperatorEdit,
    OperatorMessage,
)
from ponte.errors import MalformedEvent
from ponte.mappings import Conversation, Portal
from ponte.queue.envelope import Envelope, unpack
from ponte.queue.fifo_batch import Later, Verdict
from ponte.relays import bitrix24_to_whatsapp, changes, customer_state, portal_life
from ponte.relays.bitrix24_to_whatsapp import Reply, open_step, sent_wamids
from ponte.relays.decisions import Decide
from ponte.relays.window import Asking, is_shut
from ponte.runtime.bitrix24_envelopes import operator_message
from ponte.runtime.execute import Performer
from ponte.runtime.outbound_performer import LET_GO
from ponte.runtime.worker import Worker
from ponte.storage.claims import Claimed
from ponte.whatsapp.templates import choose

SET_UP = "SetUpPortal"  # kind of the envelope that an installation queues
CHANGES = (OperatorEdit.__name__, OperatorDelete.__name__)


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

    def look_ahead(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Changes of messages that wait in front of them in this batch are made first, or they would always be late:
        a message that has to wait keeps everything behind it waiting. Their own turn finds them done.
        """
        seen: set[str] = set()
        for envelope in self._envelopes(records):
            if envelope.kind == OperatorMessage.__name__:
                seen.add(envelope.id)
            elif envelope.kind in CHANGES and _changed(envelope) in seen:
                try:
                    self.parts.executor.run(envelope, partial(self._change, envelope, True))
                except Exception as error:  # our bug: its own turn meets it again, where it is handled
                    self.parts.bug(self.flow, error, envelope.id)

    def _envelopes(self, records: Sequence[Mapping[str, Any]]) -> Iterator[Envelope]:
        """What can be read of a batch; the rest is met again, and handled, in its own turn."""
        for record in records:
            with suppress(Exception):
                yield from map(self._open, unpack(str(record["body"])))

    def take(self, envelope: Envelope) -> Verdict:
        if envelope.kind not in (OperatorMessage.__name__, LET_GO):
            return super().take(envelope)
        conversation = self._conversation(envelope)
        before = envelope.order if envelope.kind == OperatorMessage.__name__ else None
        gone = self.parts.held.let_go(conversation, before, lambda held: self._work(held, conversation))
        if isinstance(gone, Later):
            return gone
        return self._work(envelope, self._conversation(envelope) if gone else conversation)

    def _work(self, envelope: Envelope, conversation: Conversation | None) -> Verdict:
        prepare = partial(self._prepare, envelope, conversation)
        return self.parts.executor.run(envelope, prepare, self.reference(envelope))

    def _conversation(self, envelope: Envelope) -> Conversation | None:
        """Whose message it is, read anew; None for chats that are not ours and for payloads without a shape."""
        named = [envelope.payload.get(name) for name in ("connector", "line", "external")]
        match named:
            case [str(connector), int(line), str(external)]:
                return self.parts.conversations.by_chat(envelope.scope, connector, line, external)
        return None

    def prepare(self, envelope: Envelope, claim: Claimed) -> tuple[Decide, Performer]:
        known = self._conversation(envelope) if envelope.kind == OperatorMessage.__name__ else None
        return self._prepare(envelope, known, claim)

    def _prepare(
        self, envelope: Envelope, conversation: Conversation | None, claim: Claimed
    ) -> tuple[Decide, Performer]:
        if envelope.kind == LET_GO:
            return self._finished("SENT", "")
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
            return partial(portal_life.decide, event, self.parts.connector_id, envelope.scope), performer
        portal = self._portal(envelope.scope)
        if isinstance(portal, str):
            return self._parked(portal)
        if isinstance(event, OperatorMessage):
            return self._message(event, portal, conversation, claim)
        return self._on_event(envelope, event, portal)

    def _change(self, envelope: Envelope, is_queued: bool, _claim: Claimed) -> tuple[Decide, Performer]:
        """An edit or a deletion. is_queued: its message waits in front of it."""
        event = bitrix24_events.from_payload(envelope.payload)
        portal = self._portal(envelope.scope)
        if isinstance(portal, str) or not isinstance(event, OperatorEdit | OperatorDelete):
            return self._parked(portal if isinstance(portal, str) else "reason.malformed")
        decide = partial(changes.decide, event, is_queued, self.parts.language)
        return decide, self.parts.performers(portal, "", None)

    def _on_event(self, envelope: Envelope, event: Event, portal: Portal) -> tuple[Decide, Performer]:
        match event:
            case LineDeleted() | ConnectorSwitchedOff():
                performer = self.parts.performers(portal, "", None)
                return partial(portal_life.decide, event, self.parts.connector_id, envelope.scope), performer
            case OperatorEdit() | OperatorDelete():
                decide = partial(changes.decide, event, False, self.parts.language)
                return decide, self.parts.performers(portal, "", None)
            case DialogStarted() | DialogFinished():
                where = (portal.member_id, event.connector, event.line, event.external)
                conversation = self.parts.conversations.by_chat(*where)
                if conversation is None:
                    return self._finished("SKIPPED", "no_conversation")
                performer = self.parts.performers(portal, conversation.phone_number_id, conversation)
                return partial(customer_state.decide_session, event), performer
            case _:
                return self._finished("SKIPPED", envelope.kind, keep=True)

    def _message(
        self, event: OperatorMessage, portal: Portal, conversation: Conversation | None, claim: Claimed
    ) -> tuple[Decide, Performer]:
        line = self.parts.directory.line(portal.member_id, event.connector, event.line)
        if conversation and not conversation.chat_id:
            # Its opening is under way or its answer was lost: the event names the chat, which a probe will ask for.
            self.parts.conversations.save(conversation, chat_id=event.chat_id)
        phone_number_id = line.phone_number_id if line else ""
        went_out = bool(sent_wamids(claim.steps))
        if claim.change is not None and not went_out:
            event = replace(event, text=claim.change)
        now = self.parts.clock.now_ms()
        reply = Reply(
            conversation,
            line,
            now,
            self.parts.language,
            self._asking(phone_number_id, is_shut(conversation, now)),
            self._in_doubt(event, claim),
            came_late=claim.change is not None and went_out,
        )
        performer = self.parts.performers(portal, phone_number_id, conversation)
        return partial(bitrix24_to_whatsapp.decide, event, reply), performer

    def _in_doubt(self, event: OperatorMessage, claim: Claimed) -> str:
        if claim.fate != "unknown":
            return ""
        return claim.unknown_step or open_step(event, self.parts.language, claim.steps, claim.reopened)

    def _asking(self, phone_number_id: str, reads_catalogue: bool) -> Asking | None:
        number = self.parts.directory.number(phone_number_id) if phone_number_id else None
        if number is None:
            return None
        asks = number.window_template
        if asks is None or not reads_catalogue:
            return Asking(number)
        return Asking(number, choose(self.parts.templates.find(number.waba_id, asks.name), asks.name, asks.language))


def _changed(envelope: Envelope) -> str:
    """The event id of the message that an edit or a deletion is about."""
    connector, chat_id, message_id = (str(envelope.payload.get(n, "")) for n in ("connector", "chat_id", "message_id"))
    return operator_message(envelope.scope, connector, chat_id, message_id)
