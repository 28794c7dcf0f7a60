"""A message of Chatwoot as a value, read from any of its three shapes.

The API and the message inside a conversation write message_type as a number and times as epoch seconds; a webhook
writes a word and ISO 8601, leaves out status and update time, and gives a contact no `type`. Readers raise nothing:
what cannot be read is neutral, or None for a message without an id.

Source: chatwoot/chatwoot 4.15.0 (f66b551c), app/models/{message,attachment}.rb, app/views/api/v1/models/_message
(read 2026-11).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ponte.chatwoot.tame import Json, attributes, mapping, ms, optional, record_id, text, whole

type Answer = Mapping[str, Any]
type AuthorKind = Literal["contact", "user", "agent_bot", "captain_assistant", ""]

MAX_CONTENT_CHARS = 150_000
MAX_ATTACHMENTS = 15
PAGE_SIZE = 20  # of the newest messages and of those `before`
AFTER_PAGE_SIZE = 100  # of those `after`
MARKER = "ponte_id"
"""The key under content_attributes by which a message is known as ours. Chatwoot keeps it for plain texts and gives it
back in webhooks; it is gone when the message is deleted, which takes all of content_attributes."""

INCOMING, OUTGOING, ACTIVITY, TEMPLATE = "incoming", "outgoing", "activity", "template"
STATUSES = ("sent", "delivered", "read", "failed")
_TYPES = {0: INCOMING, 1: OUTGOING, 2: ACTIVITY, 3: TEMPLATE}
_KINDS: dict[str, AuthorKind] = {
    "contact": "contact",
    "user": "user",
    "agent_bot": "agent_bot",
    "captain_assistant": "captain_assistant",
    "Contact": "contact",
    "User": "user",
    "AgentBot": "agent_bot",
    "Captain::Assistant": "captain_assistant",
}
_MAX_URL = 2048


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it. kind: "" for nobody whom Chatwoot names: templates, and what the channel's own app sent."""

    kind: AuthorKind = ""
    id: int = 0
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """file_type: image, audio, video, file, location, contact, fallback, share, ... (theirs to extend).

    data_url: a redirect to the file, for some minutes, to anybody who has it: never logged. size: bytes, 0 unknown.
    name: a location's or a shared card's title, else the last part of the address. latitude, longitude: None for
    everything but a location.
    """

    id: int
    file_type: str
    data_url: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    content_type: str = ""
    extension: str = ""
    size: int = 0
    latitude: float | None = field(default=None, repr=False)
    longitude: float | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Csat:
    """What a customer answered to a survey. rating: 1 to 5."""

    rating: int
    feedback: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """message_type: one of the four, or "" for one that no release we know has. private: a note among staff.

    conversation_id: the one people see, 0 where the payload does not say. content: "" for none, as of a message that is
    its attachments. status: sent, delivered, read or failed, "" where the payload does not say. source_id: the
    channel's own id, or ours in API inboxes. created_ms, updated_ms: epoch milliseconds, 0 where unknown.
    """

    id: int
    message_type: str
    conversation_id: int = 0
    inbox_id: int = 0
    content: str = field(default="", repr=False)
    content_type: str = "text"
    content_attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    private: bool = False
    status: str = ""
    source_id: str = field(default="", repr=False)
    author: Author = Author()
    attachments: tuple[Attachment, ...] = ()
    created_ms: int = 0
    updated_ms: int = 0

    @property
    def is_deleted(self) -> bool:
        """Its content is a sentence of Chatwoot's then, in the account's language."""
        return self.content_attributes.get("deleted") is True

    @property
    def marker(self) -> str:
        """By which we know a message as ours, "" for others'."""
        return text(self.content_attributes.get(MARKER), 128)

    @property
    def external_error(self) -> str:
        """Why the channel did not deliver it, in its own words."""
        return text(self.content_attributes.get("external_error"), 500)

    @property
    def csat(self) -> Csat | None:
        """The answer to a survey, None before there is one."""
        given = mapping(self.content_attributes.get("submitted_values"), "csat_survey_response")
        rating = whole(given.get("rating")) or 0
        return Csat(rating, text(given.get("feedback_message"), 4096)) if 1 <= rating <= 5 else None


def message(tree: Any, *, conversation_id: int = 0) -> Message | None:
    """One message object of any shape. conversation_id: used where the object itself names none."""
    node = mapping(tree)
    found = record_id(node.get("id"))
    if not found:
        return None
    kind = _type(node.get("message_type"))
    own = record_id(mapping(node, "conversation").get("id")) or record_id(node.get("conversation_id"))
    rows = node.get("attachments")
    status = node.get("status")
    return Message(
        id=found,
        message_type=kind,
        conversation_id=own or conversation_id,
        inbox_id=record_id(mapping(node, "inbox").get("id")) or record_id(node.get("inbox_id")),
        content=text(node.get("content"), MAX_CONTENT_CHARS),
        content_type=text(node.get("content_type"), 64) or "text",
        content_attributes=attributes(node.get("content_attributes")),
        private=node.get("private") is True,
        status=status if type(status) is str and status in STATUSES else "",
        source_id=text(node.get("source_id"), 255),
        author=_author(node, kind),
        attachments=_attachments(rows),
        created_ms=ms(node.get("created_at")),
        updated_ms=ms(node.get("updated_at")),
    )


def message_of(answer: Answer) -> Message | None:
    """Of a create, update or delete: the message at the top."""
    return message(dict(answer))


def messages_of(answer: Answer, conversation_id: int = 0) -> tuple[Message, ...]:
    """Of GET conversations/{id}/messages: {meta, payload: [..]}, oldest first."""
    rows = answer.get("payload")
    found = (message(each, conversation_id=conversation_id) for each in (rows if type(rows) is list else ()))
    return tuple(each for each in found if each is not None)


def marked(messages: Iterable[Message], marker: str) -> Message | None:
    """The one of ours with this marker."""
    return next((each for each in messages if marker and each.marker == marker), None)


def tree_of(one: Message) -> Json:
    """The message as an object that `message` gives an equal value for."""
    return {
        "id": one.id,
        "message_type": one.message_type,
        "conversation_id": one.conversation_id,
        "inbox_id": one.inbox_id,
        "content": one.content,
        "content_type": one.content_type,
        "content_attributes": dict(one.content_attributes),
        "private": one.private,
        "status": one.status,
        "source_id": one.source_id,
        "sender": {"type": one.author.kind, "id": one.author.id, "name": one.author.name},
        "attachments": [_attachment_tree(each) for each in one.attachments],
        "created_at": one.created_ms / 1000,
        "updated_at": one.updated_ms / 1000,
    }


def _type(node: Any) -> str:
    if type(node) is str:
        return node if node in _TYPES.values() else _TYPES.get(whole(node) if node.isdigit() else -1, "")  # type: ignore[arg-type]  # None is no key
    return _TYPES.get(node, "") if type(node) is int else ""


def _author(node: Json, kind: str) -> Author:
    """A webhook's contact has no type, but nobody else writes what comes in."""
    sender = mapping(node, "sender")
    told = sender.get("type") or node.get("sender_type")
    who = _KINDS.get(told, "") if type(told) is str else ""
    found = record_id(sender.get("id")) or (record_id(node.get("sender_id")) if not sender else 0)
    if not who and found and kind == INCOMING:
        who = "contact"
    return Author(who, found, text(sender.get("name"), 512)) if found else Author()


def _attachments(rows: Any) -> tuple[Attachment, ...]:
    found = (_attachment(each) for each in (rows[:MAX_ATTACHMENTS] if type(rows) is list else ()))
    return tuple(each for each in found if each is not None)


def _attachment(tree: Any) -> Attachment | None:
    node = mapping(tree)
    found, kind = record_id(node.get("id")), text(node.get("file_type"), 64)
    if not found or not kind:
        return None
    url = text(node.get("data_url"), _MAX_URL)
    is_place = kind == "location"
    return Attachment(
        id=found,
        file_type=kind,
        data_url=url if url.startswith(("https://", "http://")) else "",
        name=optional(node.get("fallback_title"), 255) or ("" if is_place else _last_part(url)),
        content_type=text(node.get("content_type"), 128),
        extension=text(node.get("extension"), 16),
        size=whole(node.get("file_size")) or 0,
        latitude=_degrees(node.get("coordinates_lat"), 90) if is_place else None,
        longitude=_degrees(node.get("coordinates_long"), 180) if is_place else None,
    )


def _last_part(url: str) -> str:
    return url.partition("?")[0].split("/")[-1][:255].strip()


def _degrees(node: Any, limit: int) -> float | None:
    return float(node) if type(node) in (int, float) and -limit <= node <= limit else None


def _attachment_tree(one: Attachment) -> Json:
    return {
        "id": one.id,
        "file_type": one.file_type,
        "data_url": one.data_url,
        "fallback_title": one.name,
        "content_type": one.content_type,
        "extension": one.extension,
        "file_size": one.size,
        "coordinates_lat": one.latitude,
        "coordinates_long": one.longitude,
    }
