"""What happened to a conversation: posts read, told apart, and written again for a queue (`events` is the way in).

conversation_status_changed carries `changed_attributes: null` in practice, and with the older auto-assignment it does
not come at all (chatwoot#9277): so every event is the conversation's whole state, to be compared with what is known,
and what is said to have changed decides nothing.
"""

from dataclasses import dataclass, replace

from ponte.chatwoot import conversations
from ponte.chatwoot.contact_events import changed_names, ordered
from ponte.chatwoot.conversations import Conversation
from ponte.chatwoot.tame import Json
from ponte.digest import digest
from ponte.errors import MalformedEvent


@dataclass(frozen=True, slots=True)
class ConversationEvent:
    """name: conversation_created, _updated, _status_changed; _opened and _resolved, of bots. account_id: 0 where the
    body does not say. conversation: its state when the post was written, which may be later than the event. changed:
    names of the fields that are said to have changed, None where the body does not say.
    """

    name: str
    account_id: int
    conversation: Conversation
    changed: frozenset[str] | None = None


def read(name: str, account_id: int, node: Json) -> ConversationEvent:
    """Raises MalformedEvent("id")."""
    found = conversations.conversation(node)
    if found is None:
        raise MalformedEvent("id")
    account_id = account_id or conversations.account_of(node)
    return ConversationEvent(name, account_id, replace(found, account_id=account_id), changed_names(node))


def source_id(event: ConversationEvent, delivery_id: str) -> str:
    """By the time of its state; without one by all it says, and by its delivery: a status may come back."""
    one = event.conversation
    if one.updated_us:
        return f"{event.name}|{one.id}|{one.updated_us}"
    return f"{event.name}|{one.id}|{digest(repr(ordered(conversations.tree_of(one))))}|{delivery_id}"


def to_payload(event: ConversationEvent) -> Json:
    tree = conversations.tree_of(event.conversation)
    tree |= {"event": event.name, "account": {"id": event.account_id}}
    if event.changed is not None:
        tree["changed_names"] = sorted(event.changed)
    return tree
