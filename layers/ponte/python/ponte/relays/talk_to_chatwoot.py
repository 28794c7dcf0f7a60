"""What an office says in its Chatwoot, and sets there: each wish as the effects that fulfil it.

    begin a conversation -> name it -> say the first message -> keep it -> keep the conversation as it is now

A wish is an event like any other: it has an id of its own, chosen by whoever asks, so that asking twice does it once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ponte.conversas.values import Conversa, Situacao, status_for
from ponte.errors import MalformedEvent
from ponte.relays.conversa_effects import ReadStaff
from ponte.relays.decisions import Decision, Effect, Finish, Park, Step, Steps, refused
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

SAY, BEGIN, SET = "SayInConversa", "BeginConversa", "SetConversa"
"""Kinds of the envelopes."""

ACCOUNT = "account_id"
"""In an envelope's payload, beside the wish: the account it is for, in which numbers mean what they meant."""


@dataclass(frozen=True, slots=True)
class Say:
    """A message into a conversation; private: to staff alone. marker: of the wish. by: who asked. at_ms: when."""

    number: int
    conteudo: str = field(repr=False)
    marker: str
    privada: bool = False
    by: str = ""
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class Begin:
    """A conversation with its first message. number: of none yet. contact_id, inbox_id, source_id: whose, and where."""

    contact_id: int
    inbox_id: int
    conteudo: str = field(repr=False)
    marker: str
    source_id: str = ""
    titulo: str = field(default="", repr=False)
    assunto: str = field(default="", repr=False)
    by: str = ""
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class Set:
    """What is to be set, by name: "status" (open, resolved, on_hold), "prioridade" (None for none), "usuario_id" (None
    for nobody). known: the conversation as it is kept."""

    number: int
    changes: Mapping[str, Any]
    known: Conversa | None = None


type Wish = Say | Begin | Set


def decide(wish: Wish, steps: Steps) -> Decision:
    match wish:
        case Say():
            return _say(wish, steps) or Finish()
        case Begin():
            return _begin(wish, steps)
        case Set():
            return _set(wish, steps)


def _say(wish: Say, steps: Steps) -> Decision | None:
    """None once it is said and kept."""
    send = SendMensagem(wish.number, wish.conteudo, wish.privada, wish.marker, wish.at_ms)
    if (todo := _next("send", send, steps)) is not None:
        return todo
    sent = steps["send"]
    keep = KeepSent(
        number=wish.number,
        message_id=int(sent["message_id"]),
        at_ms=int(sent["at_ms"]),
        content=wish.conteudo,
        private=wish.privada,
        marker=wish.marker,
        by=wish.by,
    )
    return _next("keep", keep, steps)


def _begin(wish: Begin, steps: Steps) -> Decision:
    begin = BeginConversa(wish.contact_id, wish.inbox_id, wish.source_id, wish.marker)
    if (todo := _next("begin", begin, steps)) is not None:
        return todo
    number = int(steps["begin"]["number"])
    if (todo := _next("name", NameConversa(number, wish.titulo, wish.assunto), steps)) is not None:
        return todo
    first = Say(number, wish.conteudo, wish.marker, by=wish.by, at_ms=wish.at_ms)
    return _say(first, steps) or _next("refresh", Refresh(number), steps) or Finish()


def _set(wish: Set, steps: Steps) -> Decision:
    """Whom an agent's user is comes first: nothing is set of a wish that cannot be fulfilled."""
    if wish.known is None:
        return Park("reason.office.conversa_unknown")
    agent_id: int | None = None
    if "usuario_id" in wish.changes:
        usuario_id = wish.changes["usuario_id"]
        if usuario_id is None:
            agent_id = 0
        else:
            if (todo := _next("staff", ReadStaff(), steps, side="zattar")) is not None:
                return todo
            users: Mapping[int, int] = steps["staff"]["users"]
            agent_id = next((agent for agent, user in sorted(users.items()) if user == usuario_id), None)
            if agent_id is None:
                return Park("reason.office.no_agent")
    for name, effect in _settings(wish, wish.known, agent_id):
        if (todo := _next(name, effect, steps)) is not None:
            return todo
    refresh = Refresh(wish.number, agent_id or 0, int(wish.changes.get("usuario_id") or 0))
    return _next("refresh", refresh, steps) or Finish()


def _settings(wish: Set, known: Conversa, agent_id: int | None) -> list[tuple[str, Effect]]:
    found: list[tuple[str, Effect]] = []
    if agent_id is not None:
        found.append(("agent", SetAgent(wish.number, agent_id)))
    if "prioridade" in wish.changes:
        found.append(("priority", SetPriority(wish.number, wish.changes["prioridade"] or "")))
    if "status" in wish.changes:
        wanted: Situacao = wish.changes["status"]
        status = status_for(wanted, known)
        if wanted != "on_hold" or status != known.status:  # on hold it stays as it is, or a snooze would lose its end
            found.append(("status", SetStatus(wish.number, status)))
    return found


def _next(name: str, effect: Effect, steps: Steps, side: str = "chatwoot") -> Decision | None:
    """The step, or what its refusal leads to; None once it is done."""
    if name not in steps:
        return Step(name, effect)
    code = refused(steps, name)
    if code is None:
        return None
    reason = "reason.office.no_agent" if code == "agent_unknown" else f"reason.{side}.{code}"
    return Park(reason, str(steps[name].get("detail", "")))


def to_payload(wish: Wish) -> dict[str, Any]:
    """For an envelope of the wish's kind; `read` gives an equal one, but for what is known of the conversation."""
    if isinstance(wish, Set):
        return {"number": wish.number, "changes": dict(wish.changes)}
    return {name: getattr(wish, name) for name in wish.__slots__}


def read(kind: str, payload: Mapping[str, Any], known: Conversa | None = None) -> Wish:
    """Raises MalformedEvent for a payload that is none of `to_payload`."""
    payload = {name: value for name, value in payload.items() if name != ACCOUNT}
    try:
        match kind:
            case "SayInConversa":
                return Say(**payload)
            case "BeginConversa":
                return Begin(**payload)
            case _:
                return Set(int(payload["number"]), dict(payload["changes"]), known)
    except (TypeError, KeyError, ValueError) as error:
        raise MalformedEvent(kind) from error
