"""What the office bridge may want done about a conversation: kept, completed, given its user, told of.

What is kept is a function of what was told and what is there, so that doing it again is doing it once. Only a notice
leaves something behind each time it is written, so it is saved, and probed by its marker.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from ponte.chatwoot.conversations import Conversation
from ponte.chatwoot.messages import Message
from ponte.zattar.staff import Notice


@dataclass(frozen=True, slots=True)
class KeepConversa:
    """A state of the conversation. Outcome as of `KeepMensagem`."""

    state: Conversation
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class KeepMensagem:
    """A message, and the state of its conversation as far as the post tells it. event: the post's name, for the audit.

    Outcome {"synced", "assignee_id", "assignee_kind", "usuario_id", "titulo"}: of the conversation as it is kept then.
    """

    event: str
    message: Message
    state: Conversation | None
    arrived_ms: int
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ReadConversa:
    """As Chatwoot shows it now. Outcome {"conversation": Conversation}, or {"gone": True} where there is none."""

    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ReadStaff:
    """Who is which agent. Outcome {"users": {agent_id: usuario_id}}."""

    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class KeepUsuario:
    """The agent who has the conversation is this user, unless somebody else has it by now. Outcome {}."""

    assignee_id: int
    usuario_id: int
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell staff in Zattar. Outcome {}."""

    notice: Notice = field(repr=False)
    repeatable: ClassVar[bool] = False
    saved: ClassVar[bool] = True


type ConversaEffect = KeepConversa | KeepMensagem | ReadConversa | ReadStaff | KeepUsuario | Notify
