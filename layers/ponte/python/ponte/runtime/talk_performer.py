"""Carries out what is decided about one conversation of an office: what is kept of it, and who is told."""

import json
from dataclasses import dataclass, replace
from typing import Any

from ponte.chatwoot import conversation_requests, conversations
from ponte.chatwoot.conversations import Conversation
from ponte.chatwoot.messages import Message
from ponte.clock import Clock
from ponte.conversas import growth
from ponte.conversas.values import Conversa, Mensagem
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded, Transient
from ponte.relays.conversa_effects import (
    KeepConversa,
    KeepMensagem,
    KeepUsuario,
    Notify,
    ReadConversa,
    ReadStaff,
)
from ponte.relays.decisions import Effect
from ponte.runtime.execute import CannotTell, Found, NotFound, Proof
from ponte.runtime.office_calls import OfficeCalls
from ponte.runtime.staff import Staff
from ponte.storage.audit import CHAINS, Audit, Note
from ponte.storage.claims import Claimed
from ponte.storage.conversas import Conversas
from ponte.storage.links import Links
from ponte.storage.mensagens import Mensagens
from ponte.zattar import answers, staff

PROBE_WAIT_S = 5.0
AUDITED = "webhook_msg"
ORIGIN = "chatwoot"
MAX_AUDITED_CHARS = 2000


@dataclass(frozen=True, slots=True)
class TalkMeans:
    """What performing needs; made once per container."""

    calls: OfficeCalls
    conversas: Conversas
    mensagens: Mensagens
    links: Links
    staff: Staff
    audit: Audit
    clock: Clock


class TalkPerformer:
    """A Performer for one conversation of one office."""

    def __init__(self, means: TalkMeans, tenant: str, account_id: int, number: int) -> None:
        self._means = means
        self._tenant = tenant
        self._key = (tenant, account_id, number)

    def perform(self, effect: Effect, _claim: Claimed, timeout_seconds: float) -> Outcome:
        match effect:
            case KeepMensagem():
                return self._keep_message(effect)
            case KeepConversa(state):
                return Succeeded(_told(self._grow(None, state)))
            case ReadConversa():
                return self._read(timeout_seconds)
            case ReadStaff():
                return self._means.staff.users(self._tenant, self._key[1], timeout_seconds)
            case KeepUsuario(assignee_id, usuario_id):
                return self._keep_user(assignee_id, usuario_id)
            case Notify(notice):
                outcome = self._means.calls.zattar(self._tenant, staff.notify(notice), timeout_seconds)
                return Succeeded({}) if isinstance(outcome, Succeeded) else outcome
        return Blocked("not_ours")

    def probe(self, effect: Effect, _claim: Claimed, timeout_seconds: float) -> Proof:
        """Only a notice is asked for: all its rows are written at once, so that one proves them all."""
        if not isinstance(effect, Notify):
            return NotFound()
        outcome = self._means.calls.zattar(self._tenant, staff.noticed(effect.notice.marker), timeout_seconds)
        if not isinstance(outcome, Succeeded):
            return CannotTell(PROBE_WAIT_S, getattr(outcome, "code", "no_proof"))
        return Found({}) if answers.rows(outcome.result) else NotFound()

    def _keep_message(self, effect: KeepMensagem) -> Outcome:
        message = effect.message
        told = growth.mensagem_of(message, *self._key, effect.arrived_ms)
        if told is None:
            return Succeeded(_told(self._grow(None, effect.state)))
        note = Note(AUDITED, ORIGIN, _audited(effect.event, message))
        self._means.audit.add(self._tenant, note, effect.arrived_ms, self._key[2] % CHAINS)

        def merge(known: Mensagem) -> Mensagem:
            is_update = effect.event == "message_updated"
            return growth.merged(known, told, is_update=is_update, tells_status=bool(message.status))

        _, kept = self._means.mensagens.keep(told, merge, self._means.clock.now_ms())
        return Succeeded(_told(self._grow(kept, effect.state)))

    def _grow(self, message: Mensagem | None, state: Conversation | None) -> Conversa:
        """The conversation with the message, then with the state, which may say that the message was seen already."""

        def grow(known: Conversa | None) -> Conversa:
            one = known or growth.begun(*self._key)
            if message is not None:
                one = growth.with_message(one, message)
            if state is not None:
                one = growth.with_state(one, state)
            return self._with_person(one)

        return self._means.conversas.change(*self._key, grow, self._means.clock.now_ms())[1]

    def _with_person(self, one: Conversa) -> Conversa:
        """Looked up each time: a contact may be linked, moved or unlinked at any moment, and nobody's conversation may
        stay in a stranger's file."""
        link = self._means.links.of_contact(self._tenant, one.account_id, one.contact_id) if one.contact_id else None
        return replace(one, tipo=link.tipo if link else "", entity_id=link.entity_id if link else 0)

    def _keep_user(self, assignee_id: int, usuario_id: int) -> Outcome:
        def grow(known: Conversa | None) -> Conversa:
            one = known or growth.begun(*self._key)
            has_it = (one.assignee_id, one.assignee_kind) == (assignee_id, "User")
            return replace(one, usuario_id=usuario_id) if has_it else one

        self._means.conversas.change(*self._key, grow, self._means.clock.now_ms())
        return Succeeded({})

    def _read(self, timeout_seconds: float) -> Outcome:
        call = conversation_requests.get_conversation(self._key[2])
        outcome = self._means.calls.chatwoot(self._tenant, call, timeout_seconds)
        match outcome:
            case Rejected("not_found"):
                return Succeeded({"gone": True})
            case Succeeded(result):
                found = conversations.conversation_of(result)
                if found is None or found.id != self._key[2]:
                    return Transient("unreadable_answer")
                return Succeeded({"conversation": found})
        return outcome


def _told(one: Conversa) -> dict[str, Any]:
    return {
        "synced": one.synced,
        "assignee_id": one.assignee_id,
        "assignee_kind": one.assignee_kind,
        "usuario_id": one.usuario_id,
        "titulo": one.titulo,
    }


def _audited(event: str, message: Message) -> dict[str, str]:
    """Where it came from, and the post as far as it names nobody and says nothing: shapes, sizes and ids."""
    masked = {
        "event": event,
        "id": message.id,
        "conversation_id": message.conversation_id,
        "inbox_id": message.inbox_id,
        "message_type": message.message_type,
        "content_type": message.content_type,
        "private": message.private,
        "status": message.status,
        "content": f"*** ({len(message.content)})",
        "sender": {"type": message.author.kind, "id": message.author.id},
        "attachments": [{"file_type": each.file_type, "file_size": each.size} for each in message.attachments],
        "created_ms": message.created_ms,
    }
    return {
        "origem_externa": ORIGIN,
        "id_externo": f"message/{message.id}",
        "payload_externo": json.dumps(masked, separators=(",", ":"))[:MAX_AUDITED_CHARS],
    }
