"""What a relay decides: the next effect, or that there is none left.

`decide(steps)` is asked again after every effect with the outcomes so far, so a retry after a crash goes on where the
last try stopped (docs/decisions/0001). An outcome is {"refused": code, "detail": text} where the other side said no.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ponte.media.limits import TRANSFER_SECONDS
from ponte.relays.conversa_effects import ConversaEffect
from ponte.relays.effects import (
    AcknowledgeDelivery,
    AddContact,
    AddPhone,
    DeleteInOpenLine,
    EraseTenant,
    FindContact,
    FindMessage,
    ForgetPortal,
    MarkRead,
    NoteAccount,
    NotePreference,
    NoteSession,
    PostNotice,
    ReportReading,
    SaveConversation,
    SendText,
    SendToOpenLine,
    SetLineActive,
    SetUpPortal,
    UpdateInOpenLine,
)
from ponte.relays.file_effects import FetchFile, FetchMedia, SendMedia, UploadMedia
from ponte.relays.office_effects import OfficeEffect
from ponte.relays.outbound_effects import (
    ChangeQueued,
    FindQuoted,
    FindTemplate,
    HoldReply,
    KeepTemplateChange,
    LetHeldGo,
    NoteAsked,
    SendInteractive,
    SendReaction,
    SendTemplate,
    StopHolding,
)
from ponte.relays.outgoing_effects import OutgoingEffect

type Steps = Mapping[str, Mapping[str, Any]]


type Effect = (
    FindContact
    | AddContact
    | AddPhone
    | SendToOpenLine
    | FindMessage
    | UpdateInOpenLine
    | DeleteInOpenLine
    | NoteSession
    | NotePreference
    | NoteAccount
    | EraseTenant
    | SaveConversation
    | MarkRead
    | SendText
    | SendTemplate
    | SendInteractive
    | SendReaction
    | FindTemplate
    | KeepTemplateChange
    | HoldReply
    | NoteAsked
    | StopHolding
    | LetHeldGo
    | FindQuoted
    | ChangeQueued
    | SendMedia
    | FetchMedia
    | FetchFile
    | UploadMedia
    | AcknowledgeDelivery
    | ReportReading
    | PostNotice
    | SetLineActive
    | ForgetPortal
    | SetUpPortal
    | OfficeEffect
    | ConversaEffect
    | OutgoingEffect
)


@dataclass(frozen=True, slots=True)
class Step:
    """Do this next. name: stable within the event; its outcome appears in `steps` under it."""

    name: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing left. state: SENT, or SKIPPED with the reason (a stable word, no personal data).

    keep: of what is skipped for a reason that may pass (no chat yet, a kind that a newer version knows), the content
    stays with the ledger, for `ponte replay`.
    """

    state: str = "SENT"
    detail: str = ""
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Park:
    """A person must look at it. reason: key of the texts catalogue; detail: what the vendor said.

    waits: nobody has to act, it goes on by itself once the customer writes.
    """

    reason: str
    detail: str = ""
    waits: bool = False


type Decision = Step | Finish | Park
type Decide = Callable[[Steps], Decision]


def refused(steps: Steps, name: str) -> str | None:
    """The vendor's code where this step was refused, else None."""
    code = steps.get(name, {}).get("refused")
    return str(code) if code is not None else None


def untold(steps: Steps, first_words: str) -> Park | None:
    """What an event ends with whose operators were not told what they have to know, since the portal refused the
    notice: a redrive tells them. first_words: how the names of those notices begin."""
    for name in steps:
        code = refused(steps, name) if name.startswith(first_words) else None
        if code is not None:
            return Park(f"reason.bitrix24.{code}", str(steps[name].get("detail", "")))
    return None


def seconds_needed(effect: Effect) -> float:
    """How much time should be left before the effect is begun; with less it is better begun by the next worker."""
    match effect:
        case FetchMedia() | FetchFile() | UploadMedia():
            return TRANSFER_SECONDS
        case SendToOpenLine(files=files) if files:
            return TRANSFER_SECONDS
    return 1.0
