"""Who is joined with whom: portals, lines, numbers, conversations. Values only; `storage` reads and writes them."""

from dataclasses import dataclass
from typing import Literal, NewType

MemberId = NewType("MemberId", str)
PhoneNumberId = NewType("PhoneNumberId", str)
PersonId = NewType("PersonId", str)

type PortalStatus = Literal["active", "reauth", "disabled"]
type CrmMode = Literal["contact", "lead", "none"]


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket: `per_second` as the sustained rate, `burst` calls at once."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Portal:
    """One Bitrix24 installation. client_endpoint: "https://<domain>/rest/". token_expires_at: unix seconds.

    version grows with every token pair, so that caches and rivals notice a newer one. installed_ms: since when its
    chats are ours, 0 = not known.
    """

    member_id: MemberId
    domain: str
    client_endpoint: str
    server_endpoint: str
    application_token_hash: str
    status: PortalStatus
    crm: CrmMode
    rate: Rate
    token_expires_at: int
    version: int
    user_id: str = ""
    installed: bool = True
    last_traffic_ms: int = 0
    renewed_ms: int = 0
    installed_ms: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A connector on an open line ("Canal Aberto") and the WhatsApp number behind it.

    signature: whether Bitrix24 puts the operator's name before texts and we keep it.
    """

    member_id: MemberId
    connector: str
    line: int
    phone_number_id: PhoneNumberId
    signature: bool
    active: bool


@dataclass(frozen=True, slots=True)
class WindowTemplate:
    """What asks a customer to write again once their 24-hour window is shut: an approved utility template.

    parameters: of its body, in order, or "name=value" for named ones; {nome} and {primeiro_nome} stand for the
    customer's name.
    """

    name: str
    language: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A WhatsApp business number and the line it is joined with.

    portfolio_id: Meta's business portfolio that the number belongs to, "" where nobody said.
    window_template: None = none is sent by itself. shows_typing: the customer sees "typing..." for up to 25 s once
    their message is in the operators' chat. tells_crm: a customer's new number is added to their CRM contact.
    """

    phone_number_id: PhoneNumberId
    waba_id: str
    display_phone_number: str
    member_id: MemberId
    connector: str
    line: int
    rate: Rate
    pair_rate: Rate
    portfolio_id: str = ""
    window_template: WindowTemplate | None = None
    shows_typing: bool = False
    tells_crm: bool = True


@dataclass(frozen=True, slots=True)
class Conversation:
    """One customer on one number, and the open-line chat that shows it.

    external: our own stable id of the customer in Bitrix24 (chat.id and user.id); never a phone or a BSUID for chats we
    open, but chats of other connectors may have such ids. chat_id: Bitrix24's chat, "" until the first message.
    wa_id, user_id (BSUID): the latest addresses, "" where unknown; user_id means something within `portfolio`, "" where
    nobody said which. last_inbound_ms: the customer's last message by the provider's clock, 0 = never seen (the 24-hour
    window is then left to the provider). session, finished: the newest dialog that was opened in the chat and the
    newest that was closed, 0 = not told. ad: the ad that was shown last.

    reacted_ms: the customer's last reaction by the same clock, 0 = none: it may open the window (docs/decisions/0017).
    refused_ms, asked_ms: the heard_ms of the shut window that Meta spoke of (131047) and of the one in which the
    window's template was sent, -1 for none. waiting: above 0 while replies are held in this chat; also_waiting: the
    (connector, line, external) of the same person's other chats in which some are.
    """

    phone_number_id: PhoneNumberId
    person: PersonId
    member_id: MemberId
    connector: str
    line: int
    external: str
    name: str = ""
    wa_id: str = ""
    user_id: str = ""
    parent_user_id: str = ""
    chat_id: str = ""
    contact_id: str = ""
    lead_id: str = ""
    last_inbound_ms: int = 0
    reacted_ms: int = 0
    portfolio: str = ""
    session: int = 0
    finished: int = 0
    ad: str = ""
    refused_ms: int = -1
    asked_ms: int = -1
    waiting: int = 0
    also_waiting: tuple[tuple[str, int, str], ...] = ()

    @property
    def heard_ms(self) -> int:
        """When the customer last did what opens the window, or may."""
        return max(self.last_inbound_ms, self.reacted_ms)

    @property
    def was_asked(self) -> bool:
        """Whether a template asked the customer to write, and they did not answer: neither by a message, nor by a
        reaction, unless it was one after which Meta called the window shut all the same."""
        if self.asked_ms < self.last_inbound_ms:
            return False
        return self.asked_ms >= self.heard_ms or self.refused_ms >= self.heard_ms

    @property
    def is_closed(self) -> bool:
        """Whether an operator (or the line) closed the dialog: a customer's line would open a new one."""
        return self.finished > 0 and self.finished >= self.session


@dataclass(frozen=True, slots=True)
class Timing:
    """How long we wait. unknown_wait_s: for a receipt that proves a send of unknown fate. retry_first_s, retry_cap_s:
    back-off of a failing message. lease_s: how long one worker owns a message; longer than the function's timeout."""

    unknown_wait_s: float = 30
    retry_first_s: float = 5
    retry_cap_s: float = 900
    lease_s: float = 60
