"""Doing the effects of relays/outbound_effects.py that are no sends: the catalogue, quotes, changes and waiting."""

from collections.abc import Callable
from dataclasses import dataclass

from ponte.bitrix24 import quotes
from ponte.bitrix24 import requests as bitrix24
from ponte.clock import Clock
from ponte.digest import digest
from ponte.mappings import Conversation, Portal
from ponte.outcome import Blocked, Outcome, Succeeded, Transient
from ponte.queue.envelope import Envelope
from ponte.relays.bitrix24_to_whatsapp import sent_wamids
from ponte.relays.outbound_effects import (
    ChangeQueued,
    FindQuoted,
    FindTemplate,
    HoldReply,
    KeepTemplateChange,
    LetHeldGo,
    NoteAsked,
    StopHolding,
)
from ponte.relays.whatsapp_to_bitrix24 import is_whole
from ponte.runtime.bitrix24_envelopes import operator_message
from ponte.runtime.portal_calls import PortalCalls
from ponte.runtime.redrive import BITRIX24_EVENTS, Queue
from ponte.storage.changes import Changes
from ponte.storage.claims import Claimed
from ponte.storage.conversations import Conversations
from ponte.storage.ledger import Ledger
from ponte.storage.ledger_items import steps_of
from ponte.storage.secrets import Secrets
from ponte.storage.templates import Templates
from ponte.storage.windows import Windows
from ponte.whatsapp import requests as whatsapp
from ponte.whatsapp import templates
from ponte.whatsapp.client import WhatsappClient

LET_GO = "LetHeldGo"  # kind of the envelope that lets a conversation's held replies go
BUSY_S = 2.0
type OutboundEffect = (
    FindTemplate | KeepTemplateChange | HoldReply | NoteAsked | StopHolding | LetHeldGo | FindQuoted | ChangeQueued
)


@dataclass(frozen=True, slots=True)
class OutboundPerformer:
    """One per container. queue: by the field of Settings."""

    meta: WhatsappClient
    portals: PortalCalls
    templates: Templates
    windows: Windows
    changes: Changes
    conversations: Conversations
    ledger: Ledger
    secrets: Secrets
    queue: Callable[[str], Queue]
    clock: Clock
    graph_version: str

    def perform(
        self,
        effect: OutboundEffect,
        claim: Claimed,
        portal: Portal | None,
        conversation: Conversation | None,
        timeout_seconds: float,
    ) -> Outcome:
        match effect:
            case FindTemplate():
                return self._find_template(effect, timeout_seconds)
            case KeepTemplateChange(waba_id, change, at):
                return Succeeded({"state": "kept" if self.templates.change(waba_id, change, at) else "older"})
            case HoldReply():
                return self._hold(claim, conversation)
            case NoteAsked():
                if conversation is not None:
                    self.windows.ask(conversation, claim.event_id)
                return Succeeded({})
            case StopHolding():
                if conversation is not None:
                    self.windows.give_up(conversation, claim.envelope)
                return Succeeded({})
            case LetHeldGo():
                return self._let_go(effect)
            case FindQuoted():
                return self._find_quoted(effect, claim, portal, timeout_seconds)
            case ChangeQueued():
                return self._change(effect, claim, portal)

    def _find_template(self, effect: FindTemplate, timeout_seconds: float) -> Outcome:
        """Graph lists every template whose name contains the one that is asked for; only the very name counts."""
        token, now = self.secrets.read().access_token, self.clock.now_ms()
        request = whatsapp.templates(effect.waba_id, self.graph_version, token, name=effect.name)
        outcome = self.meta.call(request, timeout_seconds)
        if not isinstance(outcome, Succeeded):
            return outcome
        rows = outcome.result.get("data")
        found = []
        for row in rows if isinstance(rows, list) else []:
            template = templates.read(row, now)
            if template is not None and template.name == effect.name:
                self.templates.keep(effect.waba_id, template)
                found.append(row)
        return Succeeded({"templates": found, "read_ms": now})

    def _hold(self, claim: Claimed, conversation: Conversation | None) -> Outcome:
        if conversation is None:
            return Blocked("conversation_unknown")
        held = self.windows.hold(conversation, claim.envelope, self.clock.now_ms())
        if held != "open" and self._has_written_since(conversation):
            self.windows.give_up(conversation, claim.envelope)
            held = "open"
        if held == "open":  # the customer wrote in this very moment: what the shut window refused may go out now
            self.ledger.forget_refusals(claim)
            return Transient("window_opened", 0, counts=False)
        return Succeeded({"held": held})

    def _has_written_since(self, conversation: Conversation) -> bool:
        """Asked after the reply is held: a person who was merged may have written under another of their names, which
        is another item than the one that holding looks at."""
        named = (conversation.connector, conversation.line, conversation.external)
        now = self.conversations.by_chat(conversation.member_id, *named)
        return now is not None and now.heard_ms > conversation.heard_ms

    def _let_go(self, effect: LetHeldGo) -> Outcome:
        named = {"connector": effect.connector, "line": effect.line, "external": effect.external}
        envelope = Envelope(
            source="b24",
            scope=effect.member_id,
            source_id=f"{LET_GO}|{effect.connector}|{effect.external}|{effect.cause}",
            kind=LET_GO,
            conversation=f"{effect.connector}|{effect.external}",
            order=0,
            received_ms=self.clock.now_ms(),
            payload=named,
        )
        try:
            self.queue(BITRIX24_EVENTS.field).send([envelope], fifo=True)
        except Exception:  # neither SQS nor S3: whatever it is, nothing is queued for certain
            return Transient("not_queued", counts=False)
        return Succeeded({})

    def _find_quoted(
        self, effect: FindQuoted, claim: Claimed, portal: Portal | None, timeout_seconds: float
    ) -> Outcome:
        """Where nobody can tell (the message is older than the dialog, the portal is away), the quote stays text."""
        if portal is None:
            return Succeeded({"wamid": ""})
        event_id = operator_message(portal.member_id, effect.connector, effect.chat_id, effect.message_id)
        sent = sent_wamids(steps_of(self.ledger.read(event_id) or {}))
        if sent:
            return Succeeded({"wamid": sent[0]})
        portals = self.portals.for_chat(digest(claim.conversation))
        answer = portals.call(portal, bitrix24.history(chat_id=effect.chat_id), timeout_seconds)
        ids = quotes.ids_of(answer.result, effect.message_id) if isinstance(answer, Succeeded) else ()
        known = [each for each in ids if each.startswith("wamid.") and is_whole(each)]
        return Succeeded({"wamid": known[0] if known else ""})

    def _change(self, effect: ChangeQueued, claim: Claimed, portal: Portal | None) -> Outcome:
        if portal is None:
            return Blocked("portal_unknown")
        event_id = operator_message(portal.member_id, effect.connector, effect.chat_id, effect.message_id)
        now = self.clock.now_ms()
        if effect.text is None:
            state = self.changes.cancel(event_id, claim.event_id, now, is_queued=effect.is_queued)
        else:
            state = self.changes.replace(event_id, claim.event_id, effect.text, now, is_queued=effect.is_queued)
        return Transient("message_busy", BUSY_S, counts=False) if state == "busy" else Succeeded({"state": state})
