"""Webhook bytes to typed events. No I/O, no clock; whether a post is authentic is the caller's business (`signatures`).

A body is one flat object: the record's own fields, `event`, mostly `account`, after updates `changed_attributes`. There
is no wrapper, no actor and no event for a deletion or a merge. The dotted form of the customer's plan ({"event":
"message.created", "data": {"message": {..}}}) is taken as an alias, and so is a contact_deleted that no release sends.

Each subject reads its own (`contact_events`, `conversation_events`, `message_events`, `signals`). No event keeps a
token: what is read is named field by field, and of a body that is not known only the name is kept.

Source: chatwoot/chatwoot 4.15.0 (f66b551c), app/listeners/webhook_listener.rb and app/models/*.rb `webhook_data`
(read 2026-11).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from ponte.chatwoot import contact_events, conversation_events, message_events, signals
from ponte.chatwoot.contact_events import ContactEvent
from ponte.chatwoot.conversation_events import ConversationEvent
from ponte.chatwoot.message_events import MessageEvent
from ponte.chatwoot.signals import InboxChanged, Signal, Typing, WidgetTriggered
from ponte.chatwoot.tame import Json, mapping, record_id
from ponte.errors import MalformedEvent
from ponte.json_bodies import is_too_deep, load

__all__ = [
    "ContactEvent",
    "ConversationEvent",
    "Event",
    "Ignored",
    "InboxChanged",
    "MessageEvent",
    "Signal",
    "Typing",
    "WidgetTriggered",
    "conversation",
    "order_ms",
    "parse",
    "read",
    "source_id",
    "to_payload",
]

_EVENT_NAME = re.compile(r"[a-z0-9_.]{1,80}")


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing that is known. name: the event's, "" if it has none. reason: "automation", "unknown_event" or "no_event";
    for counting, as every signal has one."""

    name: str
    account_id: int
    reason: str


type Event = ContactEvent | ConversationEvent | MessageEvent | Signal | Ignored


def parse(body: bytes) -> Event:
    """Read one post. Raises MalformedEvent for a body that is no JSON object, or a known event without its record's id:
    answer 200, count it, a repeat would bring the same bytes."""
    tree = load(body)
    if type(tree) is not dict:
        raise MalformedEvent("body")
    if is_too_deep(tree):
        raise MalformedEvent("body")
    return read(tree)


def read(tree: Json) -> Event:
    """As `parse`, of a decoded body."""
    given = tree.get("event")
    name = given if type(given) is str and _EVENT_NAME.fullmatch(given) else ""
    node = tree
    if name in _ALIASES:
        name, node = _ALIASES[name], _unwrapped(tree)
    account_id = _account_id(node) or _account_id(tree)
    if reader := _READERS.get(name):
        return reader(name, account_id, node)
    is_automation = name.startswith(("automation_event.", "macro."))
    return Ignored(name, account_id, "automation" if is_automation else "unknown_event" if name else "no_event")


def source_id(event: Event, delivery_id: str = "") -> str:
    """What makes this event the same one when it comes twice, within its account, by whatever subscription.

    By the record's time where the event tells it, else by what it says, and by its delivery where the same may be said
    twice.
    """
    match event:
        case ContactEvent():
            return contact_events.source_id(event, delivery_id)
        case ConversationEvent():
            return conversation_events.source_id(event, delivery_id)
        case MessageEvent():
            return message_events.source_id(event, delivery_id)
        case Typing() | WidgetTriggered() | InboxChanged() | Ignored():
            return f"{event.name}|{event.reason}"


def conversation(event: Event) -> str:
    """What must be worked on in order: "contact|<id>" or "conversation|<id>", "" for nothing."""
    match event:
        case ContactEvent():
            return f"contact|{event.contact.id}"
        case ConversationEvent():
            return f"conversation|{event.conversation.id}"
        case MessageEvent():
            return f"conversation|{event.message.conversation_id}"
        case _:
            return ""


def order_ms(event: Event) -> int:
    """When it was by Chatwoot's clock, epoch milliseconds; 0 where the body does not say."""
    match event:
        case ContactEvent():
            return event.updated_ms
        case ConversationEvent():
            return event.conversation.updated_us // 1000
        case MessageEvent():
            return event.message.created_ms if event.name == "message_created" else event.message.updated_ms
        case _:
            return 0


def to_payload(event: Event) -> Json:
    """The event for a queue, as a body that `read` gives an equal value for."""
    match event:
        case ContactEvent():
            return contact_events.to_payload(event)
        case ConversationEvent():
            return conversation_events.to_payload(event)
        case MessageEvent():
            return message_events.to_payload(event)
        case Typing() | WidgetTriggered() | InboxChanged():
            return signals.to_payload(event)
        case Ignored():
            return {"event": event.name, "account": {"id": event.account_id}}


def _account_id(node: Json) -> int:
    return record_id(mapping(node, "account").get("id")) or record_id(node.get("account_id"))


def _unwrapped(tree: Json) -> Json:
    """The record of a dotted event: under data.<record>, under data, or at the top."""
    data = mapping(tree, "data")
    for record in ("message", "contact", "conversation"):
        if inner := mapping(data, record):
            return inner if _account_id(inner) else inner | {"account_id": data.get("account_id")}
    return data or tree


type _Reader = Callable[[str, int, Json], Event]

_READERS: dict[str, _Reader] = {
    "contact_created": contact_events.read,
    "contact_updated": contact_events.read,
    "contact_deleted": contact_events.read,
    "message_created": message_events.read,
    "message_updated": message_events.read,
    "conversation_created": conversation_events.read,
    "conversation_updated": conversation_events.read,
    "conversation_status_changed": conversation_events.read,
    "conversation_opened": conversation_events.read,
    "conversation_resolved": conversation_events.read,
    "conversation_typing_on": signals.typing,
    "conversation_typing_off": signals.typing,
    "webwidget_triggered": signals.widget,
    "inbox_created": signals.inbox,
    "inbox_updated": signals.inbox,
}
_RECORDS = ("contact_", "message_", "conversation_")
_ALIASES = {
    **{name.replace("_", ".", 1): name for name in _READERS if name.startswith(_RECORDS)},
    "conversation.assignment_changed": "conversation_updated",
}
