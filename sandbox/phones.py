"""The customers' phones as the fake Meta sees them: who wrote to which number, what reached them, which ticks show."""

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.scenario import Chat, Portal
from sandbox.shown_files import ShownFile

BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
WINDOW_MS = 24 * 3600 * 1000
_RANK = {None: 0, "failed": 1, "sent": 1, "delivered": 2, "read": 3, "played": 4}


@dataclass
class PhoneMessage:
    """sender: customer or business. ticks: sent, delivered, read, failed, or None before any of them. reactions: the
    emoji of either of the two. buttons: the titles of what can be chosen under it."""

    id: str
    sender: str
    text: str
    kind: str
    at_ms: int
    ticks: str | None = None
    file: ShownFile | None = None
    reactions: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        data = {"id": self.id, "from": self.sender, "text": self.text, "kind": self.kind, "at_ms": self.at_ms}
        data |= {"reactions": dict(self.reactions)} if self.reactions else {}
        data |= {"buttons": self.buttons} if self.buttons else {}
        return {**data, "ticks": self.ticks, **({"file": self.file.as_data()} if self.file else {})}


@dataclass
class Phone:
    """One person at one business number. closed_after_ms: when the 24-hour window ends; None where nobody said."""

    phone_number_id: str
    wa_id: str
    user_id: str
    name: str
    parent_user_id: str = ""
    closed_after_ms: int | None = None
    messages: list[PhoneMessage] = field(default_factory=list)

    def react(self, wamid: str, sender: str, emoji: str) -> bool:
        """One reaction of each side on a message, "" to take it away. False where the phone has no such message."""
        found = next((message for message in self.messages if message.id == wamid), None)
        if found is None:
            return False
        found.reactions.pop(sender, None)
        if emoji:
            found.reactions[sender] = emoji
        return True

    def window_is_open(self, now_ms: int) -> bool:
        return self.closed_after_ms is None or now_ms <= self.closed_after_ms

    def as_data(self, now_ms: int) -> dict[str, Any]:
        """window: open or shut, with when it ends; unknown where the customer never wrote."""
        known = self.closed_after_ms is not None
        window = "unknown" if not known else "open" if self.window_is_open(now_ms) else "shut"
        messages = [message.as_data() for message in self.messages]
        data: dict[str, Any] = {"wa_id": self.wa_id, "user_id": self.user_id, "name": self.name}
        data |= {"window": window, "window_ends_ms": self.closed_after_ms, "phone_number_id": self.phone_number_id}
        return {**data, "messages": messages}


@dataclass
class Accepted:
    """A message that the fake Meta took. lost: accepted with a 200, yet it never arrives (a BSUID in `to`)."""

    wamid: str
    phone: Phone
    to_phone: bool
    callback: str | None = None
    lost: bool = False


class Phones:
    """All phones of a scenario, and the messages sent to them by wamid."""

    def __init__(self) -> None:
        self.phones: list[Phone] = []
        self.accepted: dict[str, Accepted] = {}

    def seed(self, portal: Portal, number_of: dict[tuple[str, int], str]) -> None:
        """Know the people of a portal's chats and what was sent to them. number_of: (connector, line) -> number."""
        by_external = {}
        for chat in portal["chats"]:
            number = number_of.get((chat["connector"], chat["line"]), "")
            by_external[chat["external"]] = self._seed_chat(chat, number)
        for sent in portal["sent"]:
            if phone := by_external.get(sent["external"]):
                for wamid in sent["wamids"]:
                    self.accepted[wamid] = Accepted(wamid, phone, to_phone=bool(phone.wa_id))

    def _seed_chat(self, chat: Chat, number: str) -> Phone:
        wa_id, user_id = chat.get("wa_id", ""), chat.get("user_id", "")
        if not wa_id and not user_id:
            wa_id, user_id = address(chat["external"])
        phone = self.meet(number, wa_id=wa_id, user_id=user_id, name=chat.get("name", ""))
        phone.parent_user_id = chat.get("parent_user_id", "")
        if "last_inbound_ms" in chat:
            phone.closed_after_ms = chat["last_inbound_ms"] + WINDOW_MS
        return phone

    def find(self, number: str, wa_id: str = "", user_id: str = "") -> Phone | None:
        forms = ninth_digit_forms(wa_id)
        for phone in self.phones:
            if phone.phone_number_id != number:
                continue
            if (phone.wa_id and phone.wa_id in forms) or (user_id and user_id in (phone.user_id, phone.parent_user_id)):
                return phone
        return None

    def meet(self, number: str, *, wa_id: str = "", user_id: str = "", name: str = "") -> Phone:
        """The person's phone, made when new; ids that were unknown so far are learnt."""
        phone = self.find(number, user_id=user_id) if user_id else None
        phone = phone or self.find(number, wa_id=wa_id)
        if phone is None:
            phone = Phone(number, wa_id, user_id, name)
            self.phones.append(phone)
        phone.wa_id = phone.wa_id or wa_id
        phone.user_id = phone.user_id or user_id
        phone.name = name or phone.name
        return phone

    def received(self, phone: Phone, message: PhoneMessage | None, sent_at_ms: int) -> None:
        """The customer wrote: the message shows once, and the 24-hour window opens. message: None for a reaction."""
        if message and all(known.id != message.id for known in phone.messages):
            phone.messages.append(message)
        phone.closed_after_ms = max(phone.closed_after_ms or 0, sent_at_ms + WINDOW_MS)

    def seen(self, wamid: str) -> None:
        """The business marked a customer's message as read; WhatsApp marks the earlier ones of the chat with it."""
        for phone in self.phones:
            if any(message.id == wamid for message in phone.messages):
                for message in phone.messages:
                    if message.sender == "customer":
                        message.ticks = "read"
                    if message.id == wamid:
                        break

    def mark(self, wamid: str, status: str) -> None:
        """Move the ticks of a message; they never go back, and delivered or read win over failed."""
        accepted = self.accepted.get(wamid)
        for message in accepted.phone.messages if accepted else []:
            higher = _RANK.get(status, 0) > _RANK.get(message.ticks, 0)
            if message.id == wamid and (higher or (status == "failed" and message.ticks == "sent")):
                message.ticks = status


def address(external: str) -> tuple[str, str]:
    """(wa_id, user_id) of a chat that is known by its external id alone."""
    if external.isdigit():
        return external, ""
    return ("", external) if BSUID.fullmatch(external) else ("", "")


def ninth_digit_forms(wa_id: str) -> tuple[str, ...]:
    """A Brazilian mobile number with and without its ninth digit; any other number as it is; none for ""."""
    if not wa_id:
        return ()
    if re.fullmatch(r"55[1-9]{2}9[6-9]\d{7}", wa_id):
        return wa_id, wa_id[:4] + wa_id[5:]
    if re.fullmatch(r"55[1-9]{2}[6-9]\d{7}", wa_id):
        return wa_id, wa_id[:4] + "9" + wa_id[4:]
    return (wa_id,)
