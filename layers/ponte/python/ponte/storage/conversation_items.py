"""Conversations and their reverses as items of the Core table."""

from typing import Any

from ponte.mappings import Conversation, MemberId, PersonId, PhoneNumberId
from ponte.storage import activity, keys
from ponte.storage.table import Item


def reverse_item(conversation: Conversation) -> Item:
    pk, sk = keys.chat(conversation.member_id, conversation.connector, conversation.line, conversation.external)
    return {
        "pk": pk,
        "sk": sk,
        "phone_number_id": str(conversation.phone_number_id),
        "person": str(conversation.person),
        **activity.index(conversation, conversation.last_inbound_ms),
    }


_TEXTS = (
    *("connector", "external", "name", "wa_id", "user_id", "parent_user_id", "portfolio"),
    *("chat_id", "contact_id", "lead_id", "ad"),
)

# With the value that means "not there".
_WINDOW = (("reacted_ms", 0), ("refused_ms", -1), ("asked_ms", -1), ("waiting", 0))


def conversation_item(conversation: Conversation) -> Item:
    pk, sk = keys.conversation(conversation.phone_number_id, conversation.person)
    texts = {name: getattr(conversation, name) for name in _TEXTS}
    return {
        "pk": pk,
        "sk": sk,
        "phone_number_id": str(conversation.phone_number_id),
        "person": str(conversation.person),
        "member_id": str(conversation.member_id),
        "line": conversation.line,
        "last_inbound_ms": conversation.last_inbound_ms,
        **{name: getattr(conversation, name) for name, none in _WINDOW if getattr(conversation, name) != none},
        **{name: value for name, value in texts.items() if value},
    }


def conversation_of(item: Item) -> Conversation:
    texts: dict[str, Any] = {name: str(item.get(name, "")) for name in _TEXTS}
    return Conversation(
        phone_number_id=PhoneNumberId(str(item["phone_number_id"])),
        person=PersonId(str(item["person"])),
        member_id=MemberId(str(item["member_id"])),
        line=int(item["line"]),
        last_inbound_ms=int(item.get("last_inbound_ms", 0)),
        reacted_ms=int(item.get("reacted_ms", 0)),
        session=int(item.get("session", 0)),
        finished=int(item.get("finished", 0)),
        refused_ms=int(item.get("refused_ms", -1)),
        asked_ms=int(item.get("asked_ms", -1)),
        waiting=int(item.get("waiting", 0)),
        **texts,
    )
