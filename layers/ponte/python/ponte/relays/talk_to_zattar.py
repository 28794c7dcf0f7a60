"""What Chatwoot tells of conversations and messages: kept, completed, and staff told of what a customer wrote.

    keep what was told -> complete it from the API where no whole state is known -> whose agent is it -> tell them

Keeping comes first, so that a message is there whatever becomes of the rest. A customer's new message is told to the
agent who has the conversation, or to all agents where nobody has it; notes, answers, bots, updates, our own messages
and history are told to nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ponte.chatwoot.events import ConversationEvent, MessageEvent
from ponte.conversas import growth
from ponte.conversas.values import Mensagem
from ponte.relays.conversa_effects import (
    KeepConversa,
    KeepMensagem,
    KeepUsuario,
    Notify,
    ReadConversa,
    ReadStaff,
)
from ponte.relays.decisions import Decision, Finish, Park, Step, Steps, refused
from ponte.texts import text as sentence
from ponte.zattar.staff import MAX_RECIPIENTS, Notice

MAX_PREVIEW = 140
NOVA_MENSAGEM = "nova_msg_chatwoot"


@dataclass(frozen=True, slots=True)
class Subject:
    """What was told about which conversation of an office. arrived_ms: when we heard of it, by our clock."""

    tenant: str
    account_id: int
    number: int
    event: ConversationEvent | MessageEvent
    arrived_ms: int
    language: str = "pt-BR"


def decide(subject: Subject, steps: Steps) -> Decision:
    """The next effect; see the module."""
    if "keep" not in steps:
        return Step("keep", _keep(subject))
    kept: Mapping[str, Any] = steps["keep"]
    if not kept["synced"]:
        completed = _complete(steps)
        if not isinstance(completed, Mapping):
            return completed
        kept = completed or kept
    agent_id = int(kept["assignee_id"]) if kept["assignee_kind"] == "User" else 0
    news = _news(subject)
    if news is None and (not agent_id or kept["usuario_id"]):
        return Finish()
    if "staff" not in steps:
        return Step("staff", ReadStaff())
    if (code := refused(steps, "staff")) is not None:
        return Park(f"reason.zattar.{code}", str(steps["staff"].get("detail", "")))
    users: Mapping[int, int] = steps["staff"]["users"]
    usuario_id = int(kept["usuario_id"] or users.get(agent_id, 0))
    if usuario_id and not kept["usuario_id"] and "user" not in steps:
        return Step("user", KeepUsuario(agent_id, usuario_id))
    if news is None:
        return Finish()
    told = (usuario_id,) if usuario_id else tuple(sorted(set(users.values())))[:MAX_RECIPIENTS]
    if not told:
        return Finish("SENT", "nobody_to_notify")
    if "notify" not in steps:
        return Step("notify", Notify(_notice(subject, news, told, str(kept["titulo"]))))
    if (code := refused(steps, "notify")) is not None:
        return Park(f"reason.zattar.{code}", str(steps["notify"].get("detail", "")))
    return Finish()


def _keep(subject: Subject) -> KeepConversa | KeepMensagem:
    match subject.event:
        case ConversationEvent(conversation=state):
            return KeepConversa(state)
        case MessageEvent(name=name, message=message, conversation=state):
            return KeepMensagem(name, message, state, subject.arrived_ms)


def _complete(steps: Steps) -> Mapping[str, Any] | Decision:
    """How the conversation is kept once it was read as a whole, {} where it cannot be; or what is to be done first.

    What Chatwoot refuses to show stays in the list of those that lag behind, for healing; the message is kept.
    """
    if "read" not in steps:
        return Step("read", ReadConversa())
    if refused(steps, "read") is not None or steps["read"].get("gone"):
        return {}
    if "complete" not in steps:
        return Step("complete", KeepConversa(steps["read"]["conversation"]))
    return steps["complete"]


def _news(subject: Subject) -> Mensagem | None:
    """The message that staff are to be told of."""
    event = subject.event
    if not isinstance(event, MessageEvent) or event.name != "message_created":
        return None
    one = growth.mensagem_of(event.message, subject.tenant, subject.account_id, subject.number, subject.arrived_ms)
    is_news = one is not None and one.direcao == "entrada" and not (one.historico or one.apagada or one.marker)
    return one if is_news else None


def _notice(subject: Subject, one: Mensagem, usuarios: tuple[int, ...], titulo: str) -> Notice:
    who = one.autor_nome or titulo or sentence("office.notice.somebody", subject.language)
    said = " ".join(one.conteudo.split())
    preview = said if len(said) <= MAX_PREVIEW else f"{said[: MAX_PREVIEW - 1]}…"
    key = "office.notice.message" if preview else "office.notice.files"
    return Notice(
        usuarios=usuarios,
        marker=f"{NOVA_MENSAGEM}|{one.id}",
        titulo=sentence("office.notice.title", subject.language),
        descricao=sentence(key, subject.language, who=who, said=preview),
        details={
            "origem": "chatwoot",
            "tipo": NOVA_MENSAGEM,
            "conversa_id": f"{subject.account_id}-{subject.number}",
            "chatwoot_conversation_id": subject.number,
            "chatwoot_message_id": one.message_id,
        },
    )
