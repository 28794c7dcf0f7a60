"""What a relay may want done, one effect at a time, in an open channel, on the phone, or with what is kept.

repeatable: doing it twice shows nobody anything new; its outcome is not saved and an unknown fate is just a retry. All
other effects have a probe (runtime/probes.py) that runs before they are repeated. Effects of templates, buttons and the
24-hour window: outbound_effects.py; of files: file_effects.py; of the office bridge: office_effects.py.
"""

from dataclasses import dataclass
from typing import ClassVar

from ponte.media.store import KeptFile


@dataclass(frozen=True, slots=True)
class FindContact:
    """Outcome {"ids": [str, ...]}. kind: "contact" or "lead". phones: equivalent forms with "+"; origin: our external
    id, asked for where there is no phone."""

    kind: str
    phones: tuple[str, ...]
    origin: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class AddContact:
    """A CRM contact (or lead). Outcome {"id": str}. phone: with "+" or ""."""

    kind: str
    first_name: str
    last_name: str
    phone: str
    origin: str
    repeatable: ClassVar[bool] = False
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class AddPhone:
    """A customer's further phone at their CRM contact. phones: its equivalent forms with "+", the one to add first.

    Outcome {"state": "added"}, or "known" where the contact has it in any form, "elsewhere" where another contact has:
    then nothing is written. Repeatable since it looks first.
    """

    contact_id: str
    phones: tuple[str, ...]
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class SendToOpenLine:
    """The customer's message into the open channel. Outcome {"chat_id": str, "session_id": str, "files": int}.

    message_id: at most 100 characters, kept by Bitrix24 as the connector's message id. chat_id: "" for a first contact.
    disable_crm: the line's own CRM search stays out of it too.
    files: handed over as links that are made anew at each try; the outcome counts those the portal took.
    """

    connector: str
    line: int
    external: str
    first_name: str
    last_name: str
    phone: str
    message_id: str
    sent_at: int
    text: str
    chat_id: str
    contact_id: str
    disable_crm: bool = False
    files: tuple[KeptFile, ...] = ()
    repeatable: ClassVar[bool] = False
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class FindMessage:
    """An earlier message of a chat, by an id it crossed under. Outcome {"text": BBCode}, or {} where it is not found.

    Nothing of ours keeps texts; the portal's own history does, so the outcome is not saved either. ids: connector
    message ids, any of them; message_id: the portal's own, or "". is_patient: wait for a portal that is away. A line
    that is found again by its text alone must come out the same on every try; all others had rather go without.
    """

    chat_id: str
    ids: tuple[str, ...]
    message_id: str = ""
    is_patient: bool = False
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class UpdateInOpenLine:
    """A customer's message that the portal shows gets another text. Outcome {}, also where the portal knows no such
    message: look it up first."""

    connector: str
    line: int
    external: str
    message_id: str
    text: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class DeleteInOpenLine:
    """A customer's message leaves the portal's chat. Outcome {}, whatever became of it: look afterwards."""

    connector: str
    line: int
    external: str
    message_id: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class NoteSession:
    """A dialog of the portal was opened or closed; an older session never overwrites a newer one. Outcome {}."""

    session: int
    is_finished: bool
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class NotePreference:
    """What a person wants of marketing messages, under each of their aliases. Outcome {}. at: unix seconds."""

    tenant: str
    aliases: tuple[tuple[str, str], ...]
    allows_marketing: bool
    at: int
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class NoteAccount:
    """The latest state of one thing of a WhatsApp account: (account, field, subject). Outcome {}. at: unix seconds."""

    account: str
    field: str
    subject: str
    event: str
    detail: str
    needs_attention: bool
    at: int
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class EraseTenant:
    """The next slice of erasing all that is kept of a portal. Outcome {"erased": n} when nothing is left of it."""

    member_id: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class SaveConversation:
    """Keep what the hand-over taught. Outcome {}."""

    fields: tuple[tuple[str, str], ...]
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class MarkRead:
    """The blue ticks of the customer's message; "typing..." with them, where the number shows it. Outcome {}."""

    wamid: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class SendText:
    """One WhatsApp text. Outcome {"wamid": str, "wa_id": str, "user_id": str}. to: phone, or recipient: BSUID."""

    to: str
    recipient: str
    body: str
    part: int
    reply_to: str = ""
    repeatable: ClassVar[bool] = False
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class AcknowledgeDelivery:
    """Tell Bitrix24 that WhatsApp took an operator's message: once, with all ids. Outcome {}."""

    connector: str
    line: int
    chat_id: str
    message_id: str
    external: str
    wamids: tuple[str, ...]
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ReportReading:
    """Tell Bitrix24 that the customer read it. Outcome {}."""

    connector: str
    line: int
    chat_id: str
    message_id: str
    external: str
    wamids: tuple[str, ...]
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class PostNotice:
    """A system line in the chat that only operators see. Outcome {"message_id": str}."""

    chat_id: str
    text: str
    repeatable: ClassVar[bool] = False
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class SetLineActive:
    """The portal switched a line's connector off (or deleted the line). Outcome {}."""

    connector: str
    line: int
    active: bool
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ForgetPortal:
    """The app was uninstalled: its tokens are erased. Outcome {}; saved, or a later try would undo a reinstallation."""

    clean: bool
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class SetUpPortal:
    """Register the connector and bind every event to our address, dropping handlers of older addresses. Outcome {}."""

    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False
