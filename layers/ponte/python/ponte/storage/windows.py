"""The 24-hour window of a conversation as it is kept, and the replies that wait behind a shut one.

What a reply is held by and what a customer's message opens are writes to one item, the conversation: whichever comes
second sees the other. So a reply is not held once a newer message of the customer is known, and that message knows
whether somebody waits. The replies themselves, envelope and all, are items of the Message table, one partition per
conversation, ordered by Bitrix24's own message id; they outlive every state of the ledger until they are let go.
"""

from dataclasses import dataclass, replace
from typing import Literal

from ponte.mappings import Conversation
from ponte.queue.envelope import Envelope, loads
from ponte.storage import keys
from ponte.storage.ledger import TTL_SECONDS
from ponte.storage.table import (
    Condition,
    ConditionFailed,
    Delete,
    Item,
    Put,
    Table,
    Update,
    absent,
    all_of,
    any_of,
    eq,
    exists,
    le,
    lt,
)

type Held = Literal["ask", "first", "wait", "open"]


@dataclass(frozen=True, slots=True)
class HeldReply:
    """order: Bitrix24's message id as a number. envelope: to work the reply off with, when its turn comes."""

    event_id: str
    order: int
    envelope: Envelope


class Windows:
    """core: where conversations are. message: where replies wait."""

    def __init__(self, core: Table, message: Table) -> None:
        self._core = core
        self._message = message

    def hold(self, conversation: Conversation, envelope: Envelope, now_ms: int) -> Held:
        """Keep a reply until the customer writes. conversation: as it was when its window was found shut.

        "ask": it is on this reply to send the window's template, once for all that wait. "wait": another reply does or
        did. "first": somebody asked before (an operator, by hand), and no other reply waits. "open": the customer has
        written since: nothing is held, look again.

        Repeating it for the same reply gives the same answer, but "wait" for "first".
        """
        self._message.write(Put(_item(conversation, envelope, now_ms)))
        silent = _silent_since(conversation)
        asks = eq("asked_by", envelope.id)
        if not conversation.was_asked:  # else asked, maybe in another chat of the person
            asks = any_of(_not_asked(conversation), asks)
        asked = _asked(conversation, envelope.id)
        ask = Update("", "", set=asked, add={"waiting": 1}, when=all_of(silent, asks))
        if self._note(conversation, ask) is not None:
            return "ask"
        before = self._note(conversation, Update("", "", add={"waiting": 1}, when=silent))
        if before is not None:
            return "wait" if int(before.get("waiting", 0)) else "first"
        self.let_go(conversation, HeldReply(envelope.id, envelope.order, envelope))
        return "open"

    def ask(self, conversation: Conversation, event_id: str) -> None:
        """The customer was asked by another template than the window's own: none is sent by itself until they write."""
        when = all_of(_silent_since(conversation), _not_asked(conversation))
        self._note(conversation, Update("", "", set=_asked(conversation, event_id), when=when))

    def give_up(self, conversation: Conversation, envelope: Envelope) -> None:
        """The template cannot be sent: this reply waits for a person instead, and the next one may ask again."""
        mine = eq("asked_by", envelope.id)
        self._note(conversation, Update("", "", remove=["asked_ms", "asked_by"], when=mine))
        self.let_go(conversation, HeldReply(envelope.id, envelope.order, envelope))

    def note_reaction(self, conversation: Conversation, at_ms: int) -> Conversation:
        """Keep when the customer last reacted; the conversation with it, and with whether somebody waits by now."""
        newer = any_of(absent("reacted_ms"), lt("reacted_ms", at_ms))
        before = self._note(conversation, Update("", "", set={"reacted_ms": at_ms}, when=newer))
        if before is None:  # told late, or again
            return conversation
        latest = max(conversation.reacted_ms, at_ms)
        return replace(conversation, reacted_ms=latest, waiting=int(before.get("waiting", 0)))

    def refuse(self, conversation: Conversation) -> None:
        """Meta says that the window is shut (131047): the one that was opened by the last message, or may have been by
        the last reaction, which `conversation` knows of. A newer one opens another."""
        self._note(conversation, Update("", "", set={"refused_ms": conversation.heard_ms}))

    def held(self, conversation: Conversation, limit: int) -> list[HeldReply]:
        """The replies that wait, oldest first."""
        pk, _ = keys.held(conversation.phone_number_id, conversation.person, 0, "")
        return [
            HeldReply(str(row["event_id"]), int(row["order"]), loads(str(row["envelope"])))
            for row in self._message.query(pk, limit=limit)
        ]

    def let_go(self, conversation: Conversation, reply: HeldReply) -> None:
        key = keys.held(conversation.phone_number_id, conversation.person, reply.order, reply.event_id)
        self._message.write(Delete(*key))

    def nobody_waits(self, conversation: Conversation) -> None:
        """All replies that `conversation` knew of are let go; one that was held since keeps the mark."""
        self._note(conversation, Update("", "", remove=["waiting"], when=eq("waiting", conversation.waiting)))

    def _note(self, conversation: Conversation, update: Update) -> Item | None:
        """Write to the conversation if it is there and the update's condition holds. The item as it was, or None."""
        pk, sk = keys.conversation(conversation.phone_number_id, conversation.person)
        when = all_of(exists("pk"), update.when) if update.when else exists("pk")
        try:
            return self._core.write(Update(pk, sk, set=update.set, add=update.add, remove=update.remove, when=when))
        except ConditionFailed:
            return None


def _silent_since(conversation: Conversation) -> Condition:
    """No message and no reaction of the customer is newer than those that `conversation` knows of."""
    return all_of(
        any_of(absent("last_inbound_ms"), le("last_inbound_ms", conversation.last_inbound_ms)),
        any_of(absent("reacted_ms"), le("reacted_ms", conversation.reacted_ms)),
    )


def _not_asked(conversation: Conversation) -> Condition:
    """No template has asked since the customer was last heard of, as far as `conversation` knows."""
    return any_of(absent("asked_ms"), lt("asked_ms", conversation.heard_ms))


def _asked(conversation: Conversation, event_id: str) -> dict[str, int | str]:
    return {"asked_ms": conversation.heard_ms, "asked_by": event_id}


def _item(conversation: Conversation, envelope: Envelope, now_ms: int) -> Item:
    pk, sk = keys.held(conversation.phone_number_id, conversation.person, envelope.order, envelope.id)
    return {
        "pk": pk,
        "sk": sk,
        "event_id": envelope.id,
        "order": envelope.order,
        "envelope": envelope.dumps(),
        "expires_at": now_ms // 1000 + TTL_SECONDS,
    }
