"""What Chatwoot says of people, as values, and the readers of its answers' many shapes.

A contact stands under payload.contact after a create, under payload after an update or a read, at the top after a merge
and in contact_inboxes/filter; each reader takes them all, since taking the wrong one for a failure makes people twice.
Readers take `Succeeded.result` of `errors.classify` and raise nothing: what cannot be read is None, empty or left out.

Source: chatwoot/chatwoot 4.15.0 (f66b551c), app/views/api/v1 and app/models/contact.rb (read 2026-11).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ponte.chatwoot.tame import attributes, clean, mapping, optional, record_id, seconds, text, whole

type Answer = Mapping[str, Any]

PAGE_SIZE = 15  # of contact lists, search and filter
MAX_INBOXES = 100
MAX_LABELS = 200
_MAX_SOURCE_ID = 255


@dataclass(frozen=True, slots=True)
class ContactInbox:
    """A contact's place in an inbox. source_id: of any form in native inboxes, ours or a UUID in API inboxes."""

    inbox_id: int
    source_id: str
    inbox_name: str = ""
    channel_type: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person in Chatwoot. email is lower-case there; phone_number is what somebody wrote, not always E.164.

    last_activity_at, created_at: epoch seconds, 0 where the payload says none (webhooks never do). contact_inboxes:
    None where the payload does not list them. Labels are never part of it: see `labels_of`.
    """

    id: int
    name: str = ""
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    blocked: bool = False
    custom_attributes: Mapping[str, Any] = field(default_factory=dict)
    additional_attributes: Mapping[str, Any] = field(default_factory=dict)
    last_activity_at: int = 0
    created_at: int = 0
    contact_inboxes: tuple[ContactInbox, ...] | None = None

    def __repr__(self) -> str:  # a person must not reach a log by way of a traceback
        return f"Contact(id={self.id})"


@dataclass(frozen=True, slots=True)
class Page:
    """Contacts of one page, at most PAGE_SIZE. count: of all pages for lists and filters, of this one for searches.

    has_more: False on the last page; told by searches, reckoned from `count` for the others.
    """

    contacts: tuple[Contact, ...]
    number: int
    count: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class PublicContact:
    """A contact as the public client API shows it. pubsub_token opens the contact's websocket: never logged."""

    id: int
    source_id: str
    pubsub_token: str = field(default="", repr=False)
    name: str = ""
    email: str | None = None
    phone_number: str | None = None

    def __repr__(self) -> str:
        return f"PublicContact(id={self.id})"


@dataclass(frozen=True, slots=True)
class Labels:
    """A contact's labels. Writing them replaces all, so ours are laid over what was read a moment before."""

    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> "Labels":
        """As written, without surrounding white space; empty ones are left out."""
        return cls(frozenset(name for name in (clean(each).strip() for each in names) if name))

    def with_ours(self, wanted: "Labels", owned: "Labels") -> "Labels":
        """These with `wanted`, without the other `owned` ones (those that only we set), and all else left alone.

        Chatwoot takes names that differ in case for one and keeps the older spelling, and so do we: otherwise "Zattar"
        would be written again for ever. Equal to these when nothing is to be written.
        """
        ours, theirs = _folded(wanted.names), _folded(owned.names)
        kept = {name for name in self.names if name.lower() in ours or name.lower() not in theirs}
        return Labels(frozenset(kept | {name for name in wanted.names if name.lower() not in _folded(kept)}))

    def listed(self) -> list[str]:
        """In an order that is always the same: two writes of one set are equal bytes."""
        return sorted(self.names)


def contact(tree: Any) -> Contact | None:
    """One contact object, of the API or of a webhook; None without an id."""
    node = mapping(tree)
    found = record_id(node.get("id"))
    if not found:
        return None
    inboxes = node.get("contact_inboxes")
    return Contact(
        id=found,
        name=text(node.get("name"), 512),
        email=optional(node.get("email")),
        phone_number=optional(node.get("phone_number")),
        identifier=optional(node.get("identifier")),
        blocked=node.get("blocked") is True,
        custom_attributes=attributes(node.get("custom_attributes")),
        additional_attributes=attributes(node.get("additional_attributes")),
        last_activity_at=seconds(node.get("last_activity_at")),
        created_at=seconds(node.get("created_at")),
        contact_inboxes=_contact_inboxes(inboxes) if type(inboxes) is list else None,
    )


def tree_of(one: Contact) -> dict[str, Any]:
    """The contact as an object that `contact` gives an equal value for, but for what no webhook tells of one."""
    return {
        "id": one.id,
        "name": one.name,
        "email": one.email,
        "phone_number": one.phone_number,
        "identifier": one.identifier,
        "blocked": one.blocked,
        "custom_attributes": dict(one.custom_attributes),
        "additional_attributes": dict(one.additional_attributes),
    }


def contact_of(answer: Answer) -> Contact | None:
    """The contact of a create, get, update, merge, destroy_custom_attributes or contact_inboxes/filter answer."""
    payload = answer.get("payload")
    if type(payload) is dict:
        return contact(payload.get("contact")) or contact(payload)
    return None if "payload" in answer else contact(dict(answer))


def page_of(answer: Answer) -> Page:
    """A page of list, search or filter: {meta: {count, current_page, has_more?}, payload: [contacts]}."""
    meta, rows = mapping(answer, "meta"), answer.get("payload")
    found = [contact(each) for each in rows] if type(rows) is list else []
    contacts = tuple(each for each in found if each is not None)
    number, count = whole(meta.get("current_page")) or 1, whole(meta.get("count")) or 0
    told = meta.get("has_more")
    has_more = told if type(told) is bool else bool(found) and number * PAGE_SIZE < count
    return Page(contacts, number, count, has_more)


def labels_of(answer: Answer) -> Labels:
    """Of GET or POST contacts/{id}/labels: {payload: ["a", "b"]}."""
    names = answer.get("payload")
    return Labels.of(each for each in (names[:MAX_LABELS] if type(names) is list else ()) if type(each) is str)


def contact_inbox_of(answer: Answer) -> ContactInbox | None:
    """Of a create with an inbox (payload.contact_inbox) or of POST contacts/{id}/contact_inboxes (at the top)."""
    payload = answer.get("payload")
    return _contact_inbox(mapping(payload).get("contact_inbox") if payload is not None else dict(answer))


def contactable_inboxes_of(answer: Answer) -> tuple[ContactInbox, ...]:
    """Of GET contacts/{id}/contactable_inboxes: where the contact can be written to, with the source_id to use."""
    return _contact_inboxes(answer.get("payload"))


def public_contact_of(answer: Answer) -> PublicContact | None:
    """Of the public client API: {source_id, pubsub_token, id, name, email, phone_number}."""
    found, source_id = record_id(answer.get("id")), text(answer.get("source_id"), _MAX_SOURCE_ID)
    if not found or not source_id:
        return None
    return PublicContact(
        id=found,
        source_id=source_id,
        pubsub_token=text(answer.get("pubsub_token"), 500),
        name=text(answer.get("name"), 512),
        email=optional(answer.get("email")),
        phone_number=optional(answer.get("phone_number")),
    )


def conversation_ids_of(answer: Answer) -> tuple[int, ...]:
    """Of GET contacts/{id}/conversations, newest first, at most 20: the ids people see (display_id)."""
    rows = answer.get("payload")
    ids = (record_id(mapping(each).get("id")) for each in (rows if type(rows) is list else ()))
    return tuple(each for each in ids if each)


def _folded(names: Iterable[str]) -> set[str]:
    return {name.lower() for name in names}


def _contact_inboxes(node: Any) -> tuple[ContactInbox, ...]:
    found = (_contact_inbox(each) for each in (node[:MAX_INBOXES] if type(node) is list else ()))
    return tuple(each for each in found if each is not None)


def _contact_inbox(node: Any) -> ContactInbox | None:
    inbox, source_id = mapping(node, "inbox"), text(mapping(node).get("source_id"), _MAX_SOURCE_ID)
    found = record_id(inbox.get("id"))
    if not found or not source_id:
        return None
    return ContactInbox(found, source_id, text(inbox.get("name"), 255), text(inbox.get("channel_type"), 64))
