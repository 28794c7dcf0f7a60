"""What a customer, or the business on its phone, did on WhatsApp: values only. `messages` reads them from payloads.

Optional vendor fields are None or "" where absent. Texts are cleaned (see `typed_reads`) but otherwise as written:
whoever shows them escapes them for the place where they are shown.
"""

from dataclasses import dataclass
from typing import Literal

type MediaKind = Literal["image", "video", "audio", "document", "sticker"]
type ChoiceSource = Literal["button", "list", "flow", "template", "call_permission"]
type SystemKind = Literal["user_changed_number", "user_changed_user_id", "other"]


@dataclass(frozen=True, slots=True)
class Sender:
    """The person on the other side; for an echo, whom the business wrote to.

    phone: digits as received, absent for people with a username who never wrote to this number. user_id: BSUID of this
    portfolio. parent_user_id: of linked portfolios. name, username: for display only, both can change at any time.
    """

    phone: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    name: str = ""
    username: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    body: str


@dataclass(frozen=True, slots=True)
class Media:
    """A file at Meta. id: valid 7 days, "" when Meta sent none. url: valid 5 minutes, needs the token.

    sha256: base64 here, hex in the media API: compare bytes. filename: the customer's, of any form; never a path.
    voice: a voice note.
    """

    kind: MediaKind
    id: str
    mime: str = ""
    sha256: str = ""
    caption: str = ""
    filename: str = ""
    voice: bool = False
    animated: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Location:
    """Degrees, north and east positive."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One shared contact. phones: as written on the card; wa_ids: those that WhatsApp itself knows, digits. own: the
    answer to our question for the phone number; only then may the card's number be taken for the sender's."""

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    organization: str = ""
    own: bool = False
    wa_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contacts:
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A tap on something we sent. id: what we gave it (button or row id, template payload, flow token).

    answers: the fields of a flow's form, in its order, as (field, value). is_readable: False for a form whose answers
    are not the JSON they should be.
    """

    title: str
    id: str
    source: ChoiceSource
    description: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class OrderLine:
    """price: of one piece, decimal text as sent, "" if unknown."""

    product: str
    quantity: int
    price: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    catalog_id: str
    lines: tuple[OrderLine, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """emoji None: the reaction was taken back."""

    message_id: str
    emoji: str | None


@dataclass(frozen=True, slots=True)
class SystemChange:
    """The person got a new phone number or a new BSUID; the message's sender is who they were.

    Late and chained changes happen: add aliases, never take one away.
    """

    kind: SystemKind
    phone: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    previous_user_id: str | None = None
    previous_parent_user_id: str | None = None
    previous_phone: str | None = None


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something that does not cross. code: Meta's (131051 not supported, 131052 file too big), 0 when the reason is
    ours: a type newer than this code, or one without its content. type: what Meta calls it, e.g. "poll_update"."""

    code: int
    title: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """body: the new content; for media only its caption can have changed."""

    original_id: str
    body: "Text | Media | Unsupported"


@dataclass(frozen=True, slots=True)
class Revoke:
    """The message was deleted for everyone."""

    original_id: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """A type that says nothing to people (request_welcome, withdrawn in March 2026)."""

    type: str


@dataclass(frozen=True, slots=True)
class Call:
    """The customer called on WhatsApp. seconds: how long both talked, 0 when nobody took the call."""

    seconds: int = 0


type Body = (
    Text
    | Media
    | Location
    | Contacts
    | Choice
    | Order
    | Reaction
    | SystemChange
    | Unsupported
    | Edit
    | Revoke
    | Nothing
    | Call
)


@dataclass(frozen=True, slots=True)
class Referral:
    """The ad or post that led here. click_id: ctwa_clid, absent for ads in Status."""

    source_type: str
    source_id: str = ""
    source_url: str = ""
    headline: str = ""
    body: str = ""
    click_id: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """The catalogue item a question is about."""

    catalog_id: str
    retailer_id: str


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """sent_at: seconds since the epoch by Meta's clock, 0 if unknown. type: Meta's word. reply_to: the quoted wamid.

    echo: written by the business itself in its WhatsApp app; it opens no window and is never sent again.
    """

    wamid: str
    phone_number_id: str
    sent_at: int
    sender: Sender
    type: str
    body: Body
    reply_to: str | None = None
    forwarded: bool = False
    frequently_forwarded: bool = False
    referral: Referral | None = None
    product: Product | None = None
    group_id: str | None = None
    echo: bool = False
