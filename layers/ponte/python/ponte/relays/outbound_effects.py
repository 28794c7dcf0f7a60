"""Effects of an operator's message other than its plain text: templates, buttons, quotes, and waiting for the customer.

As in `effects`: repeatable effects may be done twice unseen, saved ones keep their outcome under the step's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ponte.whatsapp.template_updates import TemplateChange


@dataclass(frozen=True, slots=True)
class SendTemplate:
    """One WhatsApp template. Outcome as SendText's, and {"note": category}. components: as Graph takes them.

    part: number of the message's part, or "template" for the one that asks a customer to write again. It is paid for:
    one of unknown fate is never repeated by itself, a person decides.
    """

    to: str
    recipient: str
    name: str
    language: str
    components: tuple[Mapping[str, Any], ...]
    part: int | str = 0
    reply_to: str = ""
    category: str = ""
    repeatable: ClassVar[bool] = False
    saved: ClassVar[bool] = True
    paid: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class SendInteractive:
    """Buttons, a list or a link button. Outcome as SendText's. content: the `interactive` object."""

    to: str
    recipient: str
    content: Mapping[str, Any]
    part: int = 0
    reply_to: str = ""
    repeatable: ClassVar[bool] = False
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class SendReaction:
    """An emoji on an earlier message, "" to take it away. Outcome as SendText's. wamid: of that message.

    A message has one reaction of ours at a time, so a second try changes nothing that anybody sees.
    """

    to: str
    recipient: str
    wamid: str
    emoji: str
    part: int = 0
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class FindTemplate:
    """A template in all its languages, asked of Graph and kept in the catalogue.

    Outcome {"templates": [rows as Graph gives them], "read_ms": int}.
    """

    waba_id: str
    name: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class KeepTemplateChange:
    """What a webhook said of a template, into the catalogue. at: unix seconds. Outcome {"state": word}, see
    storage/templates.py: an older word than the known one changes nothing."""

    waba_id: str
    change: TemplateChange
    at: int
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class HoldReply:
    """This reply waits until the customer writes. Outcome {"held": "ask" | "first" | "wait"}: the window's template is
    its to send; or the customer was asked before, and nobody or somebody waits already. Where the window has opened
    meanwhile, the message is decided anew."""

    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class NoteAsked:
    """An operator's own template went into a shut window: no other one asks this customer by itself. Outcome {}."""

    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class StopHolding:
    """The customer cannot be asked: this reply waits for a person. Outcome {}."""

    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class LetHeldGo:
    """The customer wrote: what was held for them goes out, in order, before anything newer. Outcome {}. cause: the
    customer's message, so that a repeat is the same."""

    member_id: str
    connector: str
    line: int
    external: str
    cause: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False  # it may come out of turn, and settles nothing of what is in doubt


@dataclass(frozen=True, slots=True)
class FindQuoted:
    """Under which wamid WhatsApp knows a message that an operator quotes. Outcome {"wamid": str}, "" if it knows none.

    message_id: the portal's.
    """

    connector: str
    chat_id: str
    message_id: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class ChangeQueued:
    """An operator changed a message that may not have been sent yet. Outcome {"state": word} of storage/changes.py.

    text: the new one in BBCode, None where the message was deleted. is_queued: see Changes.replace.
    """

    connector: str
    chat_id: str
    message_id: str
    text: str | None = field(repr=False)
    is_queued: bool = False
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True
