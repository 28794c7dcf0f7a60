"""The worker of what operators write, change and remove, and of what portals tell about themselves."""

from collections.abc import Mapping
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
from ponte.mappings import Portal
from ponte.queue.envelope import Envelope
from ponte.relays import bitrix24_to_whatsapp, customer_state, portal_life
from ponte.relays.effects import Decide, Decision, Steps
from ponte.runtime.execute import Performer
from ponte.runtime.worker import Worker
from ponte.storage.ledger import Claimed

SET_UP = "SetUpPortal"  # kind of the envelope that an installation queues


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

    def prepare(self, envelope: Envelope, _claim: Claimed) -> tuple[Decide, Performer]:
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
        return self._on_event(envelope, event, portal)

    def _on_event(self, envelope: Envelope, event: Event, portal: Portal) -> tuple[Decide, Performer]:
        match event:
            case LineDeleted() | ConnectorSwitchedOff():
                performer = self.parts.performers(portal, "", None)
                return partial(portal_life.decide, event, self.parts.connector_id, envelope.scope), performer
            case OperatorEdit() | OperatorDelete():
                performer = self.parts.performers(portal, "", None)

                def change(steps: Steps) -> Decision:
                    return bitrix24_to_whatsapp.decide_change(event, steps, self.parts.language)

                return change, performer
            case DialogStarted() | DialogFinished():
                where = (portal.member_id, event.connector, event.line, event.external)
                conversation = self.parts.conversations.by_chat(*where)
                if conversation is None:
                    return self._finished("SKIPPED", "no_conversation")
                performer = self.parts.performers(portal, conversation.phone_number_id, conversation)
                return partial(customer_state.decide_session, event), performer
            case OperatorMessage():
                return self._message(event, portal)
            case _:
                return self._finished("SKIPPED", envelope.kind, keep=True)

    def _message(self, event: OperatorMessage, portal: Portal) -> tuple[Decide, Performer]:
        member_id = portal.member_id
        line = self.parts.directory.line(member_id, event.connector, event.line)
        conversation = self.parts.conversations.by_chat(member_id, event.connector, event.line, event.external)
        if conversation and not conversation.chat_id:
            # Its opening is under way or its answer was lost: the event names the chat, which a probe will ask for.
            self.parts.conversations.save(conversation, chat_id=event.chat_id)
        phone_number_id = line.phone_number_id if line else ""
        performer = self.parts.performers(portal, phone_number_id, conversation)
        now = self.parts.clock.now_ms()

        def decide(steps: Steps) -> Decision:
            return bitrix24_to_whatsapp.decide(event, conversation, line, now, self.parts.language, steps)

        return decide, performer
