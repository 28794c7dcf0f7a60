"""A portal's people in memory, told of webhooks as they come: raw payloads in, the person's root out."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from ponte.mappings import Conversation, MemberId, Number, PhoneNumberId, Rate
from ponte.people.callers import caller, caller_of, own_phones, rotation
from ponte.storage.aliases import Aliases
from ponte.storage.audit import Audit
from ponte.storage.conversations import Conversations
from ponte.storage.people import People
from ponte.storage.people_cases import PeopleCases
from ponte.storage.table import Table
from ponte.whatsapp import messages, statuses
from ponte.whatsapp.events import SystemChange
from sandbox.memory.table import MemoryTable

type Payload = dict[str, Any]
RATE = Rate(1, 1)
DAY = 24 * 3600


def number(phone_number_id: str = "pn1", waba_id: str = "w1", member_id: str = "m1", portfolio: str = "") -> Number:
    return Number(PhoneNumberId(phone_number_id), waba_id, "", MemberId(member_id), "ponte", 7, RATE, RATE, portfolio)


ONE = number()


@dataclass
class World:
    table: Table = field(default_factory=MemoryTable)
    audit_table: Table = field(default_factory=MemoryTable)
    ids: Any = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.conversations = Conversations(self.table, Audit(self.audit_table))
        self.people = People(self.table)
        self.cases = PeopleCases(self.table)
        self.aliases = Aliases(self.table)

    def tell(self, payload: Payload, at: int, where: Number = ONE) -> str:
        """The person whom a webhook concerns, unmerged; "" for nobody. at: seconds."""
        event = f"wamid.{next(self.ids)}"
        if "status" in payload:
            update = statuses.read({"status": {"id": event, "status": "delivered", **payload["status"]}})
            self.conversations.learning.pair(
                where, caller(update.phone, update.user_id, update.parent_user_id), at * 1000
            )
            return ""
        raw = {"id": event, "timestamp": str(at), "type": "text", "text": {"body": "x"}, **payload["message"]}
        message = messages.read({"message": raw, "contact": payload.get("contact")})
        if isinstance(message.body, SystemChange):
            return self.conversations.learning.rotate(where, rotation(message.sender, message.body), at * 1000, event)
        who = caller_of(message.sender)
        if not who.aliases():
            return ""
        home = self.conversations.resolve(where, who, at * 1000, event).conversation
        if not home.chat_id:
            self.conversations.save(home, chat_id=f"chat-{home.phone_number_id}-{home.person}")
        for phone in own_phones(message):
            self.conversations.learning.own_phone(where, who, phone, at * 1000, event)
        return str(home.person)

    def root(self, person: str, tenant: str = "m1") -> str:
        return self.people.roots(tenant, [person]).get(person, person)

    def chat(self, person: str, where: Number = ONE) -> Conversation:
        found = self.conversations.by_chat(str(where.member_id), where.connector, where.line, person)
        assert found is not None
        return found

    def open_cases(self, tenant: str = "m1") -> list[tuple[str, set[str]]]:
        return [(case.kind, set(case.people)) for case in self.cases.open_cases(tenant)]


def wrote(phone: str = "", user_id: str = "", parent: str = "", username: str = "", **more: Any) -> Payload:
    """A customer's message with these addresses; absent ones are left out, as Meta does."""
    sender = {"from": phone, "from_user_id": user_id, "from_parent_user_id": parent}
    contact = {"wa_id": phone, "user_id": user_id, "parent_user_id": parent}
    profile = {"name": "Maria", "username": username}
    return {
        "message": {**{k: v for k, v in sender.items() if v}, **more},
        "contact": {**{k: v for k, v in contact.items() if v}, "profile": profile},
    }


def changed(old: tuple[str, str], new: tuple[str, str]) -> Payload:
    """A system message: (phone, BSUID) before and after; "" is not told."""
    kind = "user_changed_number" if new[0] else "user_changed_user_id"
    told = {"type": kind, "wa_id": new[0], "user_id": new[1], "previous_user_id": old[1]}
    sender = {"from": old[0]} if old[0] else {}
    return {"message": {**sender, "type": "system", "system": {k: v for k, v in told.items() if v}}}


def card(phone: str, user_id: str, sender: str = "", origin: str = "contact_request") -> Payload:
    """The answer to our question for the phone, or (another origin) somebody's visiting card."""
    cards = [{"origin": origin, "phones": [{"phone": f"+{phone}", "wa_id": phone}]}]
    return wrote(sender, user_id, type="contacts", contacts=cards)


def receipt(phone: str, user_id: str) -> Payload:
    return {"status": {"recipient_id": phone, "recipient_user_id": user_id}}
