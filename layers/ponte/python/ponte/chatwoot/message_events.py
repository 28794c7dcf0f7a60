"""What happened to a message: posts read, told apart, and written again for a queue (`events` is the way in).

A body is the message itself and, under `conversation`, the conversation as it was when the post was written, with one
message in it that is the newest public one then. Only when that is this very message does it tell its delivery status
and when it changed last: the body itself has neither (chatwoot#15908 would add them, and is read where it does).
"""

from dataclasses import dataclass, replace

from ponte.chatwoot import conversations, messages
from ponte.chatwoot.contact_events import ordered
from ponte.chatwoot.conversations import Conversation
from ponte.chatwoot.messages import Message
from ponte.chatwoot.tame import Json
from ponte.digest import digest
from ponte.errors import MalformedEvent


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """name: message_created or message_updated. account_id: 0 where the body does not say.

    conversation: as the body shows it; None where it shows nothing but the number, as the plan's own form does.
    """

    name: str
    account_id: int
    message: Message
    conversation: Conversation | None = None


def read(name: str, account_id: int, node: Json) -> MessageEvent:
    """Raises MalformedEvent("id")."""
    found = messages.message(node)
    if found is None:
        raise MalformedEvent("id")
    nested = node.get("conversation")
    newest = conversations.newest_message(nested)
    if newest is not None and newest.id == found.id:
        found = replace(found, status=found.status or newest.status, updated_ms=found.updated_ms or newest.updated_ms)
    about = conversations.conversation(nested)
    account_id = account_id or conversations.account_of(nested)
    if about is not None:
        about = replace(about, account_id=account_id) if about.status else None
    return MessageEvent(name, account_id, found, about)


def source_id(event: MessageEvent, delivery_id: str) -> str:
    """A message is made once. Its updates are told apart by their time; where the body tells none, by all that it says
    of the message and by its delivery: a failed send that is tried again and fails again says the same twice."""
    one = event.message
    if event.name == "message_created":
        return f"{event.name}|{one.id}"
    if one.updated_ms:
        return f"{event.name}|{one.id}|{one.updated_ms}"
    return f"{event.name}|{one.id}|{digest(repr(ordered(messages.tree_of(one))))}|{delivery_id}"


def to_payload(event: MessageEvent) -> Json:
    tree = messages.tree_of(event.message) | {"event": event.name, "account": {"id": event.account_id}}
    if event.conversation is not None:
        tree["conversation"] = conversations.tree_of(event.conversation)
    return tree
