"""Which conversations a portal has, the lately active ones last.

The index stands on the small reverse item (keys.chat), not on the conversation: that one changes with every message,
and each change of an indexed item is paid for twice. Its key holds the hour of the customer's latest message, so that a
conversation costs three writes an hour at most, not three a message (docs/decisions/0006).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ponte.mappings import Conversation
from ponte.storage import keys
from ponte.storage.table import ConditionFailed, Item, Table, Update, exists

HOUR_MS = 3_600_000
CHUNK = 100  # keys of one read


@dataclass(frozen=True, slots=True)
class Listed:
    """One row. place: its sort key, to go on from. opened_ms: since when the conversation is ours, 0 = not known."""

    place: str
    phone_number_id: str
    person: str
    opened_ms: int


def hour(at_ms: int) -> int:
    return at_ms // HOUR_MS


def place(at_ms: int) -> str:
    """Where the conversations of that hour begin."""
    return f"{hour(at_ms):08d}"


def index(conversation: Conversation, at_ms: int) -> Item:
    """The index keys of a conversation's reverse item."""
    return {
        "gsi1pk": keys.portal_chats(conversation.member_id),
        "gsi1sk": f"{place(at_ms)}#{conversation.phone_number_id}#{conversation.person}",
    }


def note(table: Table, conversation: Conversation, at_ms: int) -> None:
    """The conversation is active at that time. table: Core."""
    key = keys.chat(conversation.member_id, conversation.connector, conversation.line, conversation.external)
    try:
        table.write(Update(*key, set=index(conversation, at_ms), when=exists("pk")))
    except ConditionFailed:
        return


def listed(table: Table, member_id: str, after: str, before: str, limit: int = CHUNK) -> list[Listed]:
    """Rows with after < place < before, by ascending place; eventually consistent."""
    rows = table.query_index(keys.portal_chats(member_id), limit, after)
    return [
        Listed(str(row["gsi1sk"]), str(row["phone_number_id"]), str(row["person"]), int(row.get("opened_ms", 0)))
        for row in rows
        if str(row["gsi1sk"]) < before
    ]


def conversation_items(table: Table, rows: Sequence[Listed]) -> dict[tuple[str, str], Item]:
    """The rows' conversations, by (phone_number_id, person); at most CHUNK rows, no conversation twice."""
    wanted = {keys.conversation(row.phone_number_id, row.person) for row in rows}
    items = table.get_many(sorted(wanted)) if wanted else []
    return {(str(item["phone_number_id"]), str(item["person"])): item for item in items}
