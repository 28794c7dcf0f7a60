"""What happened to a contact: posts read, told apart, and written again for a queue (`events` is the way in)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from ponte.chatwoot import values
from ponte.chatwoot.tame import Json, clean, iso_ms, mapping
from ponte.chatwoot.values import Contact
from ponte.digest import digest
from ponte.errors import MalformedEvent

type ContactEventName = Literal["contact_created", "contact_updated", "contact_deleted"]

NOISE = frozenset({"last_activity_at", "updated_at"})
"""What every incoming message changes of its contact (chatwoot#11973): nothing a person wrote."""
_MAX_CHANGES = 200


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


def read(name: str, account_id: int, node: Json) -> ContactEvent:
    """name: one of ContactEventName. Raises MalformedEvent("id")."""
    contact = values.contact(node)
    if contact is None:
        raise MalformedEvent("id")
    # An alias may carry the API's object: what no webhook tells is no part of the event.
    contact = replace(contact, last_activity_at=0, created_at=0, contact_inboxes=None)
    return ContactEvent(name, account_id, contact, *_changes(node))  # type: ignore[arg-type]  # the table's own names


def source_id(event: ContactEvent, delivery_id: str) -> str:
    """By the record's time where the event tells it, else by what it says; an update without a time also by its
    delivery, or going back to an earlier value would pass for a repetition."""
    if event.updated_ms:
        return f"{event.name}|{event.contact.id}|{event.updated_ms}"
    repeats = f"|{delivery_id}" if event.name == "contact_updated" else ""
    return f"{event.name}|{event.contact.id}|{_fingerprint(event.contact)}{repeats}"


def to_payload(event: ContactEvent) -> Json:
    tree: Json = {"event": event.name, "account": {"id": event.account_id}, **values.tree_of(event.contact)}
    if event.changed is not None:
        tree["changed_names"] = sorted(event.changed)
        tree["updated_ms"] = event.updated_ms
    return tree


def changed_names(node: Json) -> frozenset[str] | None:
    """The names under `changed_attributes`, or in our own form; None where the body does not say."""
    return _changes(node)[0]


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


def _fingerprint(contact: Contact) -> str:
    fields = (contact.name, contact.email, contact.phone_number, contact.identifier, contact.blocked)
    rest = (ordered(contact.custom_attributes), ordered(contact.additional_attributes))
    return digest(repr((*fields, *rest)))


def ordered(node: Any) -> Any:
    """A tree that prints the same however its objects' keys are sorted."""
    if isinstance(node, Mapping):
        return sorted((str(key), repr(ordered(value))) for key, value in node.items())
    return [ordered(each) for each in node] if isinstance(node, list) else node
