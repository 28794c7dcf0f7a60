"""Carries out what an office wishes in its Chatwoot's conversations. What is kept of it, `talk_performer` keeps."""

from dataclasses import replace

from ponte.chatwoot import conversation_requests, conversations, message_requests, messages, requests
from ponte.chatwoot.calls import ApiCall
from ponte.chatwoot.messages import MARKER, OUTGOING, Message
from ponte.conversas import growth
from ponte.conversas.values import Conversa
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.relays.conversa_effects import KeepConversa, KeepUsuario, ReadConversa, ReadStaff
from ponte.relays.decisions import Effect
from ponte.relays.outgoing_effects import (
    BeginConversa,
    KeepSent,
    NameConversa,
    Refresh,
    SendMensagem,
    SetAgent,
    SetPriority,
    SetStatus,
)
from ponte.runtime.execute import CannotTell, Found, NotFound, Proof
from ponte.runtime.talk_performer import PROBE_WAIT_S, TalkMeans, TalkPerformer
from ponte.storage.audit import CHAINS, Note
from ponte.storage.claims import Claimed

PROBED_PAGES = 25  # of 20 messages: more than Chatwoot takes into one conversation in two minutes
CLOCKS_APART_MS = 120_000
AUDITED = "message.sent"


class OutgoingPerformer:
    """A Performer for one account of one office."""

    def __init__(self, means: TalkMeans, tenant: str, account_id: int) -> None:
        self._means = means
        self._tenant = tenant
        self._account_id = account_id

    def perform(self, effect: Effect, claim: Claimed, timeout_seconds: float) -> Outcome:
        match effect:
            case BeginConversa():
                return self._begin(effect, timeout_seconds)
            case SendMensagem():
                return self._send(effect, timeout_seconds)
            case KeepSent():
                return self._keep_sent(effect)
            case NameConversa():
                return self._name(effect)
            case ReadStaff():
                return self._of(0).perform(effect, claim, timeout_seconds)
            case Refresh():
                return self._refresh(effect, claim, timeout_seconds)
            case SetStatus(number, status):
                return _done(self._ask(conversation_requests.toggle_status(number, status), timeout_seconds))
            case SetPriority(number, priority):
                return _done(self._ask(conversation_requests.toggle_priority(number, priority), timeout_seconds))
            case SetAgent(number, agent_id):
                outcome = self._ask(conversation_requests.assign(number, agent_id), timeout_seconds)
                if isinstance(outcome, Succeeded) and agent_id and conversations.assignee_of(outcome.result) is None:
                    return Rejected("agent_unknown")
                return _done(outcome)
        return Blocked("not_ours")

    def probe(self, effect: Effect, _claim: Claimed, timeout_seconds: float) -> Proof:
        """By our marker: among the contact's conversations, or among the conversation's messages since."""
        match effect:
            case BeginConversa(contact_id=contact_id, marker=marker):
                outcome = self._ask(requests.contact_conversations(contact_id), timeout_seconds)
                if not isinstance(outcome, Succeeded):
                    return CannotTell(PROBE_WAIT_S, getattr(outcome, "code", "no_proof"))
                found = conversations.marked(conversations.conversations_of(outcome.result), marker)
                return Found({"number": found.id}) if found else NotFound()
            case SendMensagem():
                return self._probe_message(effect, timeout_seconds)
        return NotFound()

    def _probe_message(self, effect: SendMensagem, timeout_seconds: float) -> Proof:
        call = message_requests.latest_messages(effect.number)
        for _ in range(PROBED_PAGES):
            outcome = self._ask(call, timeout_seconds)
            if not isinstance(outcome, Succeeded):
                return CannotTell(PROBE_WAIT_S, getattr(outcome, "code", "no_proof"))
            page = messages.messages_of(outcome.result, effect.number)
            if found := messages.marked(page, effect.marker):
                return Found({"message_id": found.id, "at_ms": found.created_ms})
            if not page or page[0].created_ms < effect.since_ms - CLOCKS_APART_MS:
                return NotFound()
            call = message_requests.messages_before(effect.number, page[0].id)
        return CannotTell(None)

    def _begin(self, effect: BeginConversa, timeout_seconds: float) -> Outcome:
        call = conversation_requests.create_conversation(
            effect.contact_id, effect.inbox_id, marker=effect.marker, source_id=effect.source_id
        )
        outcome = self._ask(call, timeout_seconds)
        if not isinstance(outcome, Succeeded):
            return outcome
        found = conversations.conversation_of(outcome.result)
        return Succeeded({"number": found.id}) if found else Unknown("unreadable_answer")

    def _send(self, effect: SendMensagem, timeout_seconds: float) -> Outcome:
        try:
            call = message_requests.create_message(
                effect.number, effect.content, marker=effect.marker, private=effect.private
            )
        except ValueError:  # over Chatwoot's limits, which whoever asks should have looked at
            return Rejected("request_refused")
        outcome = self._ask(call, timeout_seconds)
        if not isinstance(outcome, Succeeded):
            return outcome
        found = messages.message_of(outcome.result)
        if found is None:
            return Unknown("unreadable_answer")
        return Succeeded({"message_id": found.id, "at_ms": found.created_ms})

    def _keep_sent(self, effect: KeepSent) -> Outcome:
        now = self._means.clock.now_ms()
        message = Message(
            id=effect.message_id,
            message_type=OUTGOING,
            conversation_id=effect.number,
            content=effect.content,
            content_attributes={MARKER: effect.marker},
            private=effect.private,
            created_ms=effect.at_ms,
        )
        key = (self._tenant, self._account_id, effect.number)
        told = growth.mensagem_of(message, *key, now)
        if told is None:
            return Blocked("not_ours")
        detail = {"conversa": f"{self._account_id}-{effect.number}", "message": str(effect.message_id)}
        note = Note(AUDITED, effect.by or "ponte", detail)
        self._means.audit.add(self._tenant, note, effect.at_ms, effect.number % CHAINS)
        told = replace(told, historico=False)
        _, kept = self._means.mensagens.keep(
            told, lambda known: growth.merged(known, told, is_update=False, tells_status=False), now
        )
        self._means.conversas.change(*key, lambda known: growth.with_message(known or growth.begun(*key), kept), now)
        return Succeeded({})

    def _name(self, effect: NameConversa) -> Outcome:
        key = (self._tenant, self._account_id, effect.number)

        def grow(known: Conversa | None) -> Conversa:
            one = known or growth.begun(*key)
            return replace(one, titulo=effect.titulo or one.titulo, assunto=effect.assunto or one.assunto)

        self._means.conversas.change(*key, grow, self._means.clock.now_ms())
        return Succeeded({})

    def _refresh(self, effect: Refresh, claim: Claimed, timeout_seconds: float) -> Outcome:
        """What Chatwoot does not show any more stays as it is kept."""
        one = self._of(effect.number)
        outcome = one.perform(ReadConversa(), claim, timeout_seconds)
        if not isinstance(outcome, Succeeded) or outcome.result.get("gone"):
            return _done(outcome)
        outcome = one.perform(KeepConversa(outcome.result["conversation"]), claim, timeout_seconds)
        if isinstance(outcome, Succeeded) and effect.usuario_id:
            outcome = one.perform(KeepUsuario(effect.agent_id, effect.usuario_id), claim, timeout_seconds)
        return _done(outcome)

    def _of(self, number: int) -> TalkPerformer:
        return TalkPerformer(self._means, self._tenant, self._account_id, number)

    def _ask(self, call: ApiCall, timeout_seconds: float) -> Outcome:
        return self._means.calls.chatwoot(self._tenant, call, timeout_seconds)


def _done(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Unknown):  # set to a value: harmless to repeat
        return Transient(outcome.code)
    return Succeeded({}) if isinstance(outcome, Succeeded) else outcome
