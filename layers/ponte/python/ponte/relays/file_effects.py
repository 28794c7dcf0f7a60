"""Effects that move a file: from Meta or a portal into our store, from there to Meta, and to the phone."""

from dataclasses import dataclass
from typing import ClassVar

from ponte.media.store import KeptFile
from ponte.whatsapp.events import MediaKind


@dataclass(frozen=True, slots=True)
class SendMedia:
    """One uploaded file as a WhatsApp message. Outcome as SendText's. filename: of documents; voice: of audios."""

    to: str
    recipient: str
    kind: MediaKind
    media_id: str
    part: int
    caption: str = ""
    filename: str = ""
    voice: bool = False
    reply_to: str = ""
    repeatable: ClassVar[bool] = False
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class FetchMedia:
    """A customer's file from Meta into our store. Outcome: KeptFile.as_outcome().

    sha256: as the webhook wrote it. filename: the customer's own, of any form. fallback: what to call it without one.
    """

    media_id: str
    mime: str
    sha256: str
    filename: str
    fallback: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class FetchFile:
    """An operator's file from the portal into our store. Outcome: KeptFile.as_outcome(). index: within its message."""

    link: str
    mime: str
    filename: str
    fallback: str
    index: int
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class UploadMedia:
    """A kept file to Meta, where nobody sees it yet. Outcome {"media_id": str}. mime: what it is declared to be."""

    file: KeptFile
    mime: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = True
