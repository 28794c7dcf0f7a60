"""A conversation of Chatwoot as a value, from the API's object and from a webhook's, which is the same but for uuid.

Every id is the account's own (display_id), never the database's. Readers raise nothing. `contact_inbox.pubsub_token`
and all other secrets of a body are left where they are.

Source: chatwoot/chatwoot 4.15.0 (f66b551c), app/presenters/conversations/event_data_presenter.rb,
app/views/api/v1/conversations/partials/_conversation.json.jbuilder (read 2026-11).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ponte.chatwoot import values
from ponte.chatwoot.messages import MARKER, Message, message
from ponte.chatwoot.tame import Json, attributes, mapping, micros, ms, record_id, seconds, text, whole
from ponte.chatwoot.values import MAX_LABELS, Contact

type Answer = Mapping[str, Any]
type Status = Literal["open", "resolved", "pending", "snoozed"]
type Priority = Literal["low", "medium", "high", "urgent"]

STATUSES: tuple[Status, ...] = ("open", "resolved", "pending", "snoozed")
PRIORITIES: tuple[Priority, ...] = ("low", "medium", "high", "urgent")
PAGE_SIZE = 25
MOST_UNREAD = 10  # Chatwoot counts no further


@dataclass(frozen=True, slots=True)
class Assignee:
    """kind: "User" (an agent) or "AgentBot"."""

    id: int
    name: str = field(default="", repr=False)
    kind: str = "User"


@dataclass(frozen=True, slots=True)
class Conversation:
    """status: "" where the payload does not say, as of a body that only names the conversation. priority: "" for none.

    contact_id: whose it is, 0 where unknown; contact: as far as the payload shows them. source_id: of the contact's
    place in the inbox. unread_count: of the customer's messages since an agent looked, at most MOST_UNREAD.
    snoozed_ms: until when, 0 for no end. updated_us: epoch microseconds, the only order there is between two states;
    0 where unknown. account_id: 0 where only the address of the webhook tells.
    """

    id: int
    account_id: int = 0
    inbox_id: int = 0
    status: str = ""
    priority: str = ""
    labels: tuple[str, ...] = ()
    contact_id: int = 0
    contact: Contact | None = None
    source_id: str = field(default="", repr=False)
    channel: str = ""
    can_reply: bool = True
    assignee: Assignee | None = None
    team_id: int = 0
    unread_count: int = 0
    snoozed_ms: int = 0
    agent_seen_ms: int = 0
    last_activity_ms: int = 0
    created_ms: int = 0
    updated_us: int = 0
    custom_attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    additional_attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """Conversations of one page. count: of all pages; all_count of the answer's meta."""

    conversations: tuple[Conversation, ...]
    count: int


def conversation(tree: Any) -> Conversation | None:
    """One conversation object; None without an id."""
    node = mapping(tree)
    found = record_id(node.get("id"))
    if not found:
        return None
    meta, place = mapping(node, "meta"), mapping(node, "contact_inbox")
    contact = _contact(meta.get("sender"))
    status, priority = node.get("status"), node.get("priority")
    return Conversation(
        id=found,
        account_id=record_id(mapping(node, "account").get("id")) or record_id(node.get("account_id")),
        inbox_id=record_id(node.get("inbox_id")),
        status=status if type(status) is str and status in STATUSES else "",
        priority=priority if type(priority) is str and priority in PRIORITIES else "",
        labels=_labels(node.get("labels")),
        contact_id=record_id(place.get("contact_id")) or (contact.id if contact else 0),
        contact=contact,
        source_id=text(place.get("source_id"), 255),
        channel=text(node.get("channel") or meta.get("channel"), 64),
        can_reply=node.get("can_reply") is not False,
        assignee=_assignee(meta),
        team_id=record_id(mapping(meta, "team").get("id")),
        unread_count=whole(node.get("unread_count")) or 0,
        snoozed_ms=ms(node.get("snoozed_until")),
        agent_seen_ms=seconds(node.get("agent_last_seen_at")) * 1000,
        last_activity_ms=seconds(node.get("last_activity_at")) * 1000,
        created_ms=seconds(node.get("created_at")) * 1000,
        updated_us=micros(node.get("updated_at")) or ms(node.get("updated_at")) * 1000,
        custom_attributes=attributes(node.get("custom_attributes")),
        additional_attributes=attributes(node.get("additional_attributes")),
    )


def conversation_of(answer: Answer) -> Conversation | None:
    """Of create, get, update, update_last_seen and unread: at the top."""
    return conversation(dict(answer))


def page_of(answer: Answer) -> Page:
    """Of list ({data: {meta, payload}}) or filter ({meta, payload})."""
    data = mapping(answer, "data") or dict(answer)
    rows = data.get("payload")
    found = (conversation(each) for each in (rows if type(rows) is list else ()))
    return Page(tuple(each for each in found if each is not None), whole(mapping(data, "meta").get("all_count")) or 0)


def status_of(answer: Answer) -> str:
    """Of toggle_status: what the status is now, "" where the answer does not say."""
    status = mapping(answer, "payload").get("current_status")
    return status if type(status) is str and status in STATUSES else ""


def conversations_of(answer: Answer) -> tuple[Conversation, ...]:
    """Of GET contacts/{id}/conversations: {payload: [..]}, newest first."""
    return page_of(answer).conversations


def marked(conversations: Iterable[Conversation], marker: str) -> Conversation | None:
    """The one that we made with this marker."""
    return next((each for each in conversations if marker and each.additional_attributes.get(MARKER) == marker), None)


def assignee_of(answer: Answer) -> Assignee | None:
    """Of assignments: who has it now, None for nobody."""
    found = record_id(answer.get("id"))
    return Assignee(found, text(answer.get("name"), 255)) if found else None


def labels_of(answer: Answer) -> tuple[str, ...]:
    """Of GET and POST conversations/{id}/labels."""
    return _labels(answer.get("payload"))


def newest_message(tree: Any) -> Message | None:
    """The one message inside a conversation: the newest public one when the payload was built, so it may be another one
    than the event's (chatwoot#11901), and never is what an event tells of."""
    node = mapping(tree)
    rows = node.get("messages")
    number = record_id(node.get("id"))
    return message(rows[0], conversation_id=number) if type(rows) is list and rows else None


def account_of(tree: Any) -> int:
    """Whose conversation: `account` since 4.14.2, before that only the message inside tells. 0 where neither does."""
    node = mapping(tree)
    own = record_id(mapping(node, "account").get("id")) or record_id(node.get("account_id"))
    rows = node.get("messages")
    return own or (record_id(mapping(rows[0]).get("account_id")) if type(rows) is list and rows else 0)


def tree_of(one: Conversation) -> Json:
    """The conversation as an object that `conversation` gives an equal value for; without messages."""
    tree: Json = {
        "id": one.id,
        "account_id": one.account_id,
        "inbox_id": one.inbox_id,
        "status": one.status,
        "priority": one.priority,
        "labels": list(one.labels),
        "contact_inbox": {"contact_id": one.contact_id, "source_id": one.source_id},
        "channel": one.channel,
        "can_reply": one.can_reply,
        "unread_count": one.unread_count,
        "snoozed_until": one.snoozed_ms / 1000,
        "agent_last_seen_at": one.agent_seen_ms // 1000,
        "last_activity_at": one.last_activity_ms // 1000,
        "created_at": one.created_ms // 1000,
        "updated_at": one.updated_us / 1_000_000,
        "custom_attributes": dict(one.custom_attributes),
        "additional_attributes": dict(one.additional_attributes),
        "meta": {"team": {"id": one.team_id}},
    }
    if one.contact is not None:
        tree["meta"]["sender"] = values.tree_of(one.contact)
    if one.assignee is not None:
        tree["meta"]["assignee"] = {"id": one.assignee.id, "name": one.assignee.name}
        tree["meta"]["assignee_type"] = one.assignee.kind
    return tree


def _contact(tree: Any) -> Contact | None:
    """Without what only the API tells of one: a conversation's event and its API object show the same person."""
    found = values.contact(tree)
    return replace(found, last_activity_at=0, created_at=0, contact_inboxes=None) if found else None


def _assignee(meta: Json) -> Assignee | None:
    node = mapping(meta, "assignee")
    found, kind = record_id(node.get("id")), text(meta.get("assignee_type"), 64)
    if not kind:  # before there were bots among them
        kind = "AgentBot" if node.get("type") == "agent_bot" else "User"
    return Assignee(found, text(node.get("name") or node.get("available_name"), 255), kind) if found else None


def _labels(node: Any) -> tuple[str, ...]:
    names = node[:MAX_LABELS] if type(node) is list else ()
    return tuple(name for each in names if (name := text(each, 255).strip()))
