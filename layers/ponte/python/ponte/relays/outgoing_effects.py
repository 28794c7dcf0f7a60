"""What an office may want done in its Chatwoot's conversations: begun, said, set.

What would be there twice is saved, and probed by a marker of ours; all else is set to a value, or kept as a function of
what is there, so that doing it again is doing it once.
"""

from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class BeginConversa:
    """A conversation of a contact, in an inbox. source_id: of the contact's place there, "" for a new one.

    Outcome {"number"}.
    """

    contact_id: int
    inbox_id: int
    source_id: str
    marker: str
    repeatable: ClassVar[bool] = False
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class SendMensagem:
    """A message, or a note to staff. since_ms: it cannot be older, for the probe. Outcome {"message_id", "at_ms"}."""

    number: int
    content: str = field(repr=False)
    private: bool
    marker: str
    since_ms: int
    repeatable: ClassVar[bool] = False
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class KeepSent:
    """What was sent, as our own row, which its webhook's post adds to. by: who asked, for the audit. Outcome {}."""

    number: int
    message_id: int
    at_ms: int
    content: str = field(repr=False)
    private: bool
    marker: str
    by: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class NameConversa:
    """What the office calls a conversation; "" leaves it. Outcome {}."""

    number: int
    titulo: str = field(repr=False)
    assunto: str = field(repr=False)
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class SetStatus:
    """status: Chatwoot's; a snooze without an end lasts until the customer writes. Outcome {}."""

    number: int
    status: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class SetPriority:
    """ "" for none. Outcome {}."""

    number: int
    priority: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class SetAgent:
    """0 for nobody. Outcome {}; refused "agent_unknown" where Chatwoot knows no such agent: then nobody has it."""

    number: int
    agent_id: int
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Refresh:
    """Keep the conversation as Chatwoot shows it now. agent_id, usuario_id: who that agent is in Zattar, kept where
    they still have it; 0 for nobody known. Outcome {}."""

    number: int
    agent_id: int = 0
    usuario_id: int = 0
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


type OutgoingEffect = (
    BeginConversa | SendMensagem | KeepSent | NameConversa | SetStatus | SetPriority | SetAgent | Refresh
)
