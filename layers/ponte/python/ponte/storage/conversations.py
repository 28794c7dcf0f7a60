"""People's aliases and their conversations: found, joined and kept, without ever making two of one.

A person's aliases (BSUID, parent BSUID, phone and its equivalent forms) point to one stable id. A conversation and its
reverse (from Bitrix24's external chat id) are made in one transaction together with the aliases, each on the condition
that it is not there yet; whoever loses a race reads what the winner made.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ponte.digest import digest
from ponte.mappings import Conversation, MemberId, Number, PersonId, PhoneNumberId
from ponte.people.callers import Caller
from ponte.storage import activity, keys
from ponte.storage.table import (
    ConditionFailed,
    Delete,
    Item,
    Put,
    Table,
    TransactionRefused,
    Update,
    absent,
    all_of,
    any_of,
    eq,
    exists,
    lt,
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """conversation: where the message belongs. conflict: its aliases point to different people (nobody was merged)."""

    conversation: Conversation
    conflict: bool


class Conversations:
    """table: Core."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def resolve(self, number: Number, caller: Caller, at_ms: int) -> Resolved:
        """The conversation of a caller on a number, made if it is new; notes the time of the customer's message.

        Two aliases of different people: BSUID first, then parent, then phone decides, nobody is merged.
        """
        aliases = caller.aliases()
        tenant = str(number.member_id)
        for _ in range(5):
            known = self._known(tenant, aliases)
            if known:
                person = PersonId(known[next(alias for alias in aliases if alias in known)])
                self._learn(tenant, person, [alias for alias in aliases if alias not in known])
                conflict = len(set(known.values())) > 1
            else:
                person = PersonId("p" + digest(tenant, *aliases[0])) if aliases else PersonId("p" + digest(tenant))
                conflict = False
            found = self._touch(number, person, caller, at_ms)
            if found:
                return Resolved(found, conflict)
            try:
                self._create(number, person, caller, aliases if not known else [], at_ms)
            except TransactionRefused:
                continue  # somebody made it (or one of its aliases) in between: read again
            fresh = self.get(number.phone_number_id, person)
            if fresh:
                return Resolved(fresh, conflict)
        raise RuntimeError("conversation contended five times")

    def get(self, phone_number_id: str, person: str) -> Conversation | None:
        item = self._table.get(*keys.conversation(phone_number_id, person))
        return conversation_of(item) if item else None

    def by_chat(self, member_id: str, connector: str, line: int, external: str) -> Conversation | None:
        """From what Bitrix24 shows us (external chat id on a line) to the conversation."""
        pointer = self._table.get(*keys.chat(member_id, connector, line, external))
        if not pointer:
            return None
        return self.get(str(pointer["phone_number_id"]), str(pointer["person"]))

    def by_alias(self, number: Number, aliases: Sequence[tuple[str, str]]) -> Conversation | None:
        """The conversation of a known person, without making one (echoes, reactions, system events)."""
        known = self._known(str(number.member_id), list(aliases))
        for alias in aliases:
            if alias in known:
                return self.get(number.phone_number_id, known[alias])
        return None

    def learn(self, number: Number, person: PersonId, aliases: Sequence[tuple[str, str]]) -> None:
        """Add aliases (a rotated BSUID, a changed number); one that belongs to somebody else stays with them."""
        self._learn(str(number.member_id), person, aliases)

    def save(self, conversation: Conversation, **fields: str) -> None:
        """Keep what a hand-over taught: chat_id, contact_id, lead_id, wa_id, user_id."""
        pk, sk = keys.conversation(conversation.phone_number_id, conversation.person)
        try:
            self._table.write(Update(pk, sk, set={k: v for k, v in fields.items() if v}, when=exists("pk")))
        except ConditionFailed:
            return

    def note_session(self, conversation: Conversation, session: int, *, is_finished: bool) -> None:
        """Keep that a dialog was opened or closed. Sessions are counted upwards: an older one changes nothing."""
        pk, sk = keys.conversation(conversation.phone_number_id, conversation.person)
        name = "finished" if is_finished else "session"
        newer = all_of(exists("pk"), any_of(absent(name), lt(name, session)))
        try:
            self._table.write(Update(pk, sk, set={name: session}, when=newer))
        except ConditionFailed:
            return

    def move(self, conversation: Conversation, number: Number) -> Conversation:
        """The number was joined with another line: new messages go there, into a new chat.

        The way back from the old chat stays, so that what its operator still writes arrives.
        """
        moved = replace(conversation, connector=number.connector, line=number.line, chat_id="", session=0, finished=0)
        pk, sk = keys.conversation(conversation.phone_number_id, conversation.person)
        with suppress(ConditionFailed):
            self._table.write(Put(_reverse(moved), when=absent("pk")))
        with suppress(ConditionFailed):
            self._table.write(
                Update(
                    pk,
                    sk,
                    set={"connector": number.connector, "line": number.line},
                    remove=["chat_id", "session", "finished"],
                    when=all_of(eq("line", conversation.line), eq("connector", conversation.connector)),
                )
            )
        return self.get(conversation.phone_number_id, conversation.person) or moved

    def lock_opening(self, conversation: Conversation, owner: str, now_ms: int, lease_ms: int) -> bool:
        """Only one worker at a time may open a person's contact and chats: messages of one person may come in several
        groups (addresses) and on several numbers, whose conversations share the CRM contact."""
        pk, sk = keys.lock("opening", conversation.member_id, conversation.person)
        lock = {"pk": pk, "sk": sk, "own": owner, "until": now_ms + lease_ms}
        try:
            self._table.write(Put(lock, when=any_of(absent("pk"), lt("until", now_ms))))
        except ConditionFailed as failed:
            return bool(failed.old and failed.old.get("own") == owner)
        return True

    def unlock_opening(self, conversation: Conversation, owner: str) -> None:
        lock = keys.lock("opening", conversation.member_id, conversation.person)
        with suppress(ConditionFailed):
            self._table.write(Delete(*lock, when=eq("own", owner)))

    def put(self, conversation: Conversation, aliases: Sequence[tuple[str, str]] = ()) -> None:
        """Write a conversation as it is, with its reverse and aliases (imports and seeded scenarios)."""
        writes = [Put(conversation_item(conversation)), Put(_reverse(conversation))]
        writes += [Put(_alias_item(str(conversation.member_id), a, conversation.person)) for a in aliases]
        self._table.transact(writes)

    def _known(self, tenant: str, aliases: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        by_key = {keys.alias(tenant, kind, value)[0]: (kind, value) for kind, value in aliases}
        if not by_key:
            return {}
        rows = self._table.get_many([(pk, "AL") for pk in by_key])
        return {by_key[str(row["pk"])]: str(row["person"]) for row in rows}

    def _learn(self, tenant: str, person: PersonId, aliases: Sequence[tuple[str, str]]) -> None:
        for alias in aliases:
            try:
                self._table.write(Put(_alias_item(tenant, alias, person), when=absent("pk")))
            except ConditionFailed:
                continue

    def _touch(self, number: Number, person: PersonId, caller: Caller, at_ms: int) -> Conversation | None:
        """Note the customer's latest message and addresses; an older message changes nothing."""
        pk, sk = keys.conversation(number.phone_number_id, person)
        seen = {"name": caller.name, "wa_id": caller.wa_id, "user_id": caller.user_id}
        fields: dict[str, Any] = {k: v for k, v in seen.items() if v}
        if caller.parent_user_id:
            fields["parent_user_id"] = caller.parent_user_id
        fields["last_inbound_ms"] = at_ms
        update = Update(
            pk,
            sk,
            set=fields,
            when=all_of(exists("pk"), any_of(absent("last_inbound_ms"), lt("last_inbound_ms", at_ms))),
        )
        try:
            before = self._table.write(update)
        except ConditionFailed as failed:
            return conversation_of(failed.old) if failed.old else None
        conversation = conversation_of({**before, **fields})
        if activity.hour(int(before.get("last_inbound_ms", 0))) != activity.hour(at_ms):
            activity.note(self._table, conversation, at_ms)
        return conversation

    def _create(
        self, number: Number, person: PersonId, caller: Caller, aliases: Sequence[tuple[str, str]], at_ms: int
    ) -> None:
        conversation = Conversation(
            phone_number_id=number.phone_number_id,
            person=person,
            member_id=number.member_id,
            connector=number.connector,
            line=number.line,
            external=str(person),
            name=caller.name,
            wa_id=caller.wa_id,
            user_id=caller.user_id,
            parent_user_id=caller.parent_user_id,
            last_inbound_ms=at_ms,
        )
        new = absent("pk")
        self._table.transact(
            [
                Put(conversation_item(conversation), when=new),
                Put(_reverse(conversation) | {"opened_ms": at_ms}, when=new),
                *(Put(_alias_item(str(number.member_id), alias, person), when=new) for alias in aliases),
            ]
        )


def _alias_item(tenant: str, alias: tuple[str, str], person: PersonId) -> Item:
    pk, sk = keys.alias(tenant, *alias)
    return {"pk": pk, "sk": sk, "kind": alias[0], "person": str(person)}


def _reverse(conversation: Conversation) -> Item:
    pk, sk = keys.chat(conversation.member_id, conversation.connector, conversation.line, conversation.external)
    return {
        "pk": pk,
        "sk": sk,
        "phone_number_id": str(conversation.phone_number_id),
        "person": str(conversation.person),
        **activity.index(conversation, conversation.last_inbound_ms),
    }


_TEXTS = (
    *("connector", "external", "name", "wa_id", "user_id", "parent_user_id", "chat_id", "contact_id", "lead_id"),
    "ad",
)


def conversation_item(conversation: Conversation) -> Item:
    pk, sk = keys.conversation(conversation.phone_number_id, conversation.person)
    texts = {name: getattr(conversation, name) for name in _TEXTS}
    return {
        "pk": pk,
        "sk": sk,
        "phone_number_id": str(conversation.phone_number_id),
        "person": str(conversation.person),
        "member_id": str(conversation.member_id),
        "line": conversation.line,
        "last_inbound_ms": conversation.last_inbound_ms,
        **{name: value for name, value in texts.items() if value},
    }


def conversation_of(item: Item) -> Conversation:
    return Conversation(
        phone_number_id=PhoneNumberId(str(item["phone_number_id"])),
        person=PersonId(str(item["person"])),
        member_id=MemberId(str(item["member_id"])),
        line=int(item["line"]),
        last_inbound_ms=int(item.get("last_inbound_ms", 0)),
        session=int(item.get("session", 0)),
        finished=int(item.get("finished", 0)),
        **{name: str(item.get(name, "")) for name in _TEXTS},
    )
