"""One signed webhook body to its single updates, each of which can travel alone. Standard library only.

Every entry, change, message, status, echo, call and preference is walked; taking the first of each is the most common
bug of webhook readers. Nothing is interpreted here: `messages` and `statuses` read the payloads later, in the worker.
What has no usable id or number is counted and left out; the good elements beside it are kept.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ponte.digest import digest
from ponte.errors import MalformedEvent
from ponte.json_bodies import is_too_deep, load
from ponte.whatsapp.changes import ECHO_RECIPIENT, PARTICIPANT, PERSON, RECIPIENT, SENDER, Change, Json, seconds, side
from ponte.whatsapp.ids import is_id, is_user_id

type Kind = Literal["message", "status", "echo", "group", "account", "call", "history", "preference", "other"]

OBJECT = "whatsapp_business_account"


@dataclass(frozen=True, slots=True)
class RawItem:
    """One update. source_id: the wamid; "wamid|status|participant" for statuses; else made of the content.

    phone_number_id: "" for account-level events, which have only waba_id. conversation: BSUID, else phone, of the other
    side; the group id for groups; "" for statuses and account events. order: seconds since the epoch, 0 if unknown.
    payload: {"field", "metadata", "contact", and one of "message" | "status" | "echo" | "value"}; "value_errors" beside
    a message when the change carried some.
    """

    kind: Kind
    phone_number_id: str
    waba_id: str
    source_id: str
    conversation: str
    order: int
    payload: Json


@dataclass(frozen=True, slots=True)
class Split:
    """items in the body's order. counts: items by kind, and "malformed", "duplicate", "foreign"; numbers only."""

    items: list[RawItem]
    counts: dict[str, int]


def split(body: bytes) -> Split:
    """Cut a webhook body, already found authentic, into its updates; repeats inside the body are kept once.

    Raises MalformedEvent, and nothing else, when the body as a whole is not of Meta's shape: count it and answer 200.
    Source: .../whatsapp/webhooks/overview (read 2026-04-29).
    """
    tree = load(body)
    if type(tree) is not dict:
        raise MalformedEvent("body")
    walk = _Walk()
    if tree.get("object", OBJECT) != OBJECT:
        walk.count("foreign")
        return Split(walk.items, walk.counts)
    entries = tree.get("entry")
    if type(entries) is not list:
        raise MalformedEvent("entry")
    for entry in entries:
        changes = entry.get("changes") if type(entry) is dict else None
        if type(changes) is not list:
            walk.count("malformed")
            continue
        for change in changes:
            value = change.get("value") if type(change) is dict else None
            if type(value) is dict:
                walk.change(Change(entry, change.get("field"), value))
            else:
                walk.count("malformed")
    return Split(walk.items, walk.counts)


class _Walk:
    __slots__ = ("counts", "items", "seen")

    def __init__(self) -> None:
        self.items: list[RawItem] = []
        self.counts: dict[str, int] = {}
        self.seen: set[tuple[str, str, str]] = set()

    def count(self, what: str, times: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + times

    def change(self, change: Change) -> None:
        before = sum(self.counts.values())
        _FIELDS.get(change.field, _other)(self, change)
        if sum(self.counts.values()) == before:  # errors alone, user_actions, or something newer than this code
            _add_value(self, change, "account" if change.value.get("errors") else "other")

    def elements(self, value: Json, key: str) -> list[Json]:
        given = value.get(key)
        if given is None:
            return []
        if type(given) is not list:
            self.count("malformed")
            return []
        good = [element for element in given if type(element) is dict]
        if len(good) < len(given):
            self.count("malformed", len(given) - len(good))
        return good

    def add(
        self, kind: Kind, change: Change, payload: Json, element: Json, *, source_id: str, conversation: str
    ) -> None:
        scope = change.phone_number_id or change.waba_id
        if not scope or is_too_deep(payload):
            return self.count("malformed")
        key = (kind, scope, source_id)
        if key in self.seen:
            return self.count("duplicate")
        self.seen.add(key)
        self.count(kind)
        order = seconds(element.get("timestamp")) or change.time
        item = RawItem(kind, change.phone_number_id, change.waba_id, source_id, conversation, order, payload)
        return self.items.append(item)


def _messages(walk: _Walk, change: Change) -> None:
    for message in walk.elements(change.value, "messages"):
        _add_message(walk, change, message)
    for status in walk.elements(change.value, "statuses"):
        _add_status(walk, change, status)


def _echoes(walk: _Walk, change: Change) -> None:
    for echo in walk.elements(change.value, "message_echoes"):
        wamid = echo.get("id")
        if not is_id(wamid) or not change.phone_number_id:
            walk.count("malformed")
            continue
        contact = change.contact(echo, ECHO_RECIPIENT)
        group = echo.get("group_id")
        conversation = (group if is_id(group) else side(echo, ECHO_RECIPIENT, contact)) or wamid
        payload = {"field": change.field, "metadata": change.metadata, "contact": contact, "echo": echo}
        walk.add("group" if group else "echo", change, payload, echo, source_id=wamid, conversation=conversation)


def _calls(walk: _Walk, change: Change) -> None:
    for call in [*walk.elements(change.value, "calls"), *walk.elements(change.value, "statuses")]:
        call_id, event = call.get("id"), call.get("event") or call.get("status")
        if not is_id(call_id) or not change.phone_number_id:
            walk.count("malformed")
            continue
        ours = call.get("direction") == "BUSINESS_INITIATED"
        keys = (*(ECHO_RECIPIENT if ours else SENDER), *RECIPIENT)
        contact = change.contact(call, keys)
        source_id = f"{call_id}|{event if is_id(event) else ''}"
        payload = _payload(change, call, contact)
        conversation = side(call, keys, contact) or call_id
        walk.add("call", change, payload, call, source_id=source_id, conversation=conversation)


def _preferences(walk: _Walk, change: Change) -> None:
    for preference in walk.elements(change.value, "user_preferences"):
        contact = change.contact(preference, PERSON)
        payload = _payload(change, preference, contact)
        source_id, conversation = _content_id(change, preference), side(preference, PERSON, contact)
        walk.add("preference", change, payload, preference, source_id=source_id, conversation=conversation)


def _user_id_updates(walk: _Walk, change: Change) -> None:
    """A field that Meta withdrew on 2026-08-11: said again as the `system` message that replaced it."""
    for update in walk.elements(change.value, "user_id_update"):
        plain, parent = update.get("user_id"), update.get("parent_user_id")
        plain, parent = (plain if type(plain) is dict else {}), (parent if type(parent) is dict else {})
        system = {
            "type": "user_changed_user_id",
            "user_id": plain.get("current"),
            "previous_user_id": plain.get("previous"),
            "parent_user_id": parent.get("current"),
            "previous_parent_user_id": parent.get("previous"),
        }
        wamid = _content_id(change, update)
        shared = {"id": wamid, "timestamp": update.get("timestamp"), "from": update.get("wa_id")}
        _add_message(walk, change, {**shared, "type": "system", "system": system})


def _history(walk: _Walk, change: Change) -> None:
    _add_value(walk, change, "history")


def _account(walk: _Walk, change: Change) -> None:
    _add_value(walk, change, "account")


def _other(walk: _Walk, change: Change) -> None:
    _add_value(walk, change, "other")


_FIELDS: dict[str, Callable[[_Walk, Change], None]] = {
    "messages": _messages,
    "smb_message_echoes": _echoes,
    "calls": _calls,
    "user_preferences": _preferences,
    "user_id_update": _user_id_updates,
    "history": _history,
    "account_alerts": _account,
    "account_review_update": _account,
    "account_update": _account,
    "business_capability_update": _account,
    "business_username_update": _account,  # one page of Meta's has the singular
    "business_username_updates": _account,
    "message_template_components_update": _account,
    "message_template_quality_update": _account,
    "message_template_status_update": _account,
    "phone_number_name_update": _account,
    "phone_number_quality_update": _account,
    "security": _account,
    "template_category_update": _account,
}


def _add_message(walk: _Walk, change: Change, message: Json) -> None:
    wamid = message.get("id")
    if not is_id(wamid) or not change.phone_number_id:
        return walk.count("malformed")
    contact = change.contact(message, SENDER)
    payload: Json = {"field": change.field, "metadata": change.metadata, "contact": contact, "message": message}
    if errors := change.value.get("errors"):
        payload["value_errors"] = errors
    if group := message.get("group_id"):
        conversation = group if is_id(group) else wamid
        return walk.add("group", change, payload, message, source_id=wamid, conversation=conversation)
    conversation = side(message, SENDER, contact)
    if type(system := message.get("system")) is dict:
        # A change of number or id stays behind what was written under the old identity, so the old one comes first.
        old = system.get("previous_user_id")
        conversation = old if is_user_id(old) else conversation or side(system, PERSON)
    return walk.add("message", change, payload, message, source_id=wamid, conversation=conversation or wamid)


def _add_status(walk: _Walk, change: Change, status: Json) -> None:
    wamid, name = status.get("id"), status.get("status")
    if not is_id(wamid) or not is_id(name) or not change.phone_number_id:
        return walk.count("malformed")
    participant = side(status, PARTICIPANT)
    contact = change.contact(status, PARTICIPANT if participant else RECIPIENT)
    payload = {"field": change.field, "metadata": change.metadata, "contact": contact, "status": status}
    # Source ids end up in logs, so a participant of a group stands there hashed.
    source_id = f"{wamid}|{name}|{digest(participant) if participant else ''}"
    return walk.add("status", change, payload, status, source_id=source_id, conversation="")


def _add_value(walk: _Walk, change: Change, kind: Kind) -> None:
    payload = _payload(change, change.value, None)
    walk.add(kind, change, payload, change.value, source_id=_content_id(change, change.value), conversation="")


def _payload(change: Change, value: Json, contact: Json | None) -> Json:
    return {"field": change.field, "metadata": change.metadata, "contact": contact, "value": value}


def _content_id(change: Change, element: Json) -> str:
    """An id for what has none: redelivery brings the same bytes, so the same content is the same event."""
    content = "" if is_too_deep(element) else json.dumps(element, sort_keys=True)
    return f"{change.field}|{digest(change.waba_id, change.field, str(change.time), content)}"
