"""Webhook bytes to typed events. No I/O, no clock; whether a post is authentic is the caller's business (`signatures`).

A body is one flat object: the record's own fields, `event`, mostly `account`, after updates `changed_attributes`. There
is no wrapper, no actor and no event for a deletion or a merge. The dotted form of the customer's plan ({"event":
"message.created", "data": {"message": {..}}}) is taken as an alias, and so is a contact_deleted that no release sends.

Contacts are read; messages and conversations are recognised and their body is kept, without its secrets, for whoever
reads them later; of everything else only the name is kept, since those bodies carry tokens and are of no use here.

Source: chatwoot/chatwoot 4.15.0 (f66b551c), app/listeners/webhook_listener.rb and app/models/*.rb `webhook_data`
(read 2026-11).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ponte.chatwoot import values
from ponte.chatwoot.tame import Json, clean, iso_ms, mapping, record_id
from ponte.chatwoot.values import Contact
from ponte.digest import digest
from ponte.errors import MalformedEvent
from ponte.json_bodies import is_too_deep, load

type ContactEventName = Literal["contact_created", "contact_updated", "contact_deleted"]
type Kind = Literal["message", "conversation"]

NOISE = frozenset({"last_activity_at", "updated_at"})
"""What every incoming message changes of its contact (chatwoot#11973): nothing a person wrote."""
_EVENT_NAME = re.compile(r"[a-z0-9_.]{1,80}")
_MAX_CHANGES = 200
_SECRETS = frozenset({"pubsub_token", "hmac_token", "secret", "access_token", "api_access_token", "website_token"})


@dataclass(frozen=True, slots=True)
class ContactEvent:
    """Somebody, or we ourselves, made, changed or deleted a contact.

    account_id: 0 where the body does not say. changed: names of the fields that changed; None where the body does not
    say, as after a create. updated_ms: epoch milliseconds of the record when the event was made, 0 if unknown; the only
    order there is. contact: its state when the post was written, which may be later than the event.
    """

    name: ContactEventName
    account_id: int
    contact: Contact
    changed: frozenset[str] | None = None
    updated_ms: int = 0

    @property
    def is_noise(self) -> bool:
        """Whether nothing changed but times."""
        return self.changed is not None and self.changed <= NOISE


@dataclass(frozen=True, slots=True)
class TalkEvent:
    """A message or conversation event, to be read elsewhere. record_id: the message's id, or the conversation's.

    conversation_id: the one people see (display_id), 0 if unknown. payload: the body as sent, without its secrets.
    """

    kind: Kind
    name: str
    account_id: int
    record_id: int
    conversation_id: int
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing of ours. name: the event's, "" if it has none. reason: "typing", "widget", "inbox", "automation",
    "unknown_event" or "no_event"; for counting."""

    name: str
    account_id: int
    reason: str


type Event = ContactEvent | TalkEvent | Ignored


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
    if name.startswith(("automation_event.", "macro.")):
        return Ignored(name, account_id, "automation")
    return Ignored(name, account_id, _IGNORED.get(name, "unknown_event" if name else "no_event"))


def source_id(event: Event, delivery_id: str = "") -> str:
    """What makes this event the same one when it comes twice, within its account, by whatever subscription.

    By the record's time where the event tells it, else by what it says; a contact's update without a time also by its
    delivery, or going back to an earlier value would pass for a repetition.
    """
    match event:
        case ContactEvent(name="contact_updated", updated_ms=0):
            return f"{event.name}|{event.contact.id}|{_fingerprint(event.contact)}|{delivery_id}"
        case ContactEvent():
            return f"{event.name}|{event.contact.id}|{event.updated_ms or _fingerprint(event.contact)}"
        case TalkEvent():
            return f"{event.name}|{event.record_id}|{digest(repr(_ordered(event.payload)))}"
        case Ignored():
            return f"{event.name}|{event.reason}"


def conversation(event: Event) -> str:
    """What must be worked on in order: "contact|<id>" or "conversation|<id>", "" for nothing."""
    match event:
        case ContactEvent():
            return f"contact|{event.contact.id}"
        case TalkEvent():
            return f"conversation|{event.conversation_id}"
        case Ignored():
            return ""


def to_payload(event: Event) -> Json:
    """The event for a queue, as a body that `read` gives an equal value for."""
    match event:
        case ContactEvent():
            contact = event.contact
            tree: Json = {
                "event": event.name,
                "account": {"id": event.account_id},
                "id": contact.id,
                "name": contact.name,
                "email": contact.email,
                "phone_number": contact.phone_number,
                "identifier": contact.identifier,
                "blocked": contact.blocked,
                "custom_attributes": dict(contact.custom_attributes),
                "additional_attributes": dict(contact.additional_attributes),
            }
            if event.changed is not None:
                tree["changed_names"] = sorted(event.changed)
                tree["updated_ms"] = event.updated_ms
            return tree
        case TalkEvent():
            return dict(event.payload)
        case Ignored():
            return {"event": event.name, "account": {"id": event.account_id}}


def _contact_event(name: str, account_id: int, node: Json) -> Event:
    contact = values.contact(node)
    if contact is None:
        raise MalformedEvent("id")
    # An alias may carry the API's object: what no webhook tells is no part of the event.
    contact = replace(contact, last_activity_at=0, created_at=0, contact_inboxes=None)
    return ContactEvent(name, account_id, contact, *_changes(node))  # type: ignore[arg-type]  # the table's own names


def _changes(node: Json) -> tuple[frozenset[str] | None, int]:
    """(names, epoch ms) of `changed_attributes`, [{name: {previous_value, current_value}}, ..], or of our own form."""
    own = node.get("changed_names")
    if type(own) is list:
        updated = node.get("updated_ms")
        names = frozenset(each for each in own[:_MAX_CHANGES] if type(each) is str)
        return names, updated if type(updated) is int and updated > 0 else 0
    told = node.get("changed_attributes")
    if type(told) is not list:
        return None, 0
    changes = {clean(key): value for each in told[:_MAX_CHANGES] if type(each) is dict for key, value in each.items()}
    if not changes:
        return None, 0
    return frozenset(changes), iso_ms(mapping(changes.get("updated_at")).get("current_value"))


def _message_event(name: str, account_id: int, node: Json) -> Event:
    found = record_id(node.get("id"))
    if not found:
        raise MalformedEvent("id")
    number = record_id(mapping(node, "conversation").get("id")) or record_id(node.get("conversation_id"))
    return TalkEvent("message", name, account_id, found, number, _kept(name, node))


def _conversation_event(name: str, account_id: int, node: Json) -> Event:
    found = record_id(node.get("id"))
    if not found:
        raise MalformedEvent("id")
    if not account_id:  # before 4.14.2 only the message inside tells
        messages = node.get("messages")
        account_id = record_id(mapping(messages[0]).get("account_id")) if type(messages) is list and messages else 0
    return TalkEvent("conversation", name, account_id, found, found, _kept(name, node))


def _kept(name: str, node: Json) -> Json:
    kept: Json = _without_secrets(node)
    return kept | {"event": name}


def _without_secrets(node: Any) -> Any:
    if type(node) is dict:
        return {key: _without_secrets(value) for key, value in node.items() if key not in _SECRETS}
    if type(node) is list:
        return [_without_secrets(each) for each in node]
    return node


def _account_id(node: Json) -> int:
    return record_id(mapping(node, "account").get("id")) or record_id(node.get("account_id"))


def _unwrapped(tree: Json) -> Json:
    """The record of a dotted event: under data.<record>, under data, or at the top."""
    data = mapping(tree, "data")
    for record in ("message", "contact", "conversation"):
        if inner := mapping(data, record):
            return inner if _account_id(inner) else inner | {"account_id": data.get("account_id")}
    return data or tree


def _fingerprint(contact: Contact) -> str:
    fields = (contact.name, contact.email, contact.phone_number, contact.identifier, contact.blocked)
    rest = (_ordered(contact.custom_attributes), _ordered(contact.additional_attributes))
    return digest(repr((*fields, *rest)))


def _ordered(node: Any) -> Any:
    if isinstance(node, Mapping):
        return sorted((str(key), repr(_ordered(value))) for key, value in node.items())
    return [_ordered(each) for each in node] if isinstance(node, list) else node


type _Reader = Callable[[str, int, Json], Event]

_READERS: dict[str, _Reader] = {
    "contact_created": _contact_event,
    "contact_updated": _contact_event,
    "contact_deleted": _contact_event,
    "message_created": _message_event,
    "message_updated": _message_event,
    "conversation_created": _conversation_event,
    "conversation_updated": _conversation_event,
    "conversation_status_changed": _conversation_event,
    "conversation_opened": _conversation_event,
    "conversation_resolved": _conversation_event,
}
_IGNORED = {
    "conversation_typing_on": "typing",
    "conversation_typing_off": "typing",
    "webwidget_triggered": "widget",
    "inbox_created": "inbox",
    "inbox_updated": "inbox",
}
_ALIASES = {
    **{name.replace("_", ".", 1): name for name in _READERS},
    "conversation.assignment_changed": "conversation_updated",
}
