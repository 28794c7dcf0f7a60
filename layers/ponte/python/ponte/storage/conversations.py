"""People's conversations: found by their aliases, made once, and reached under the addresses that are theirs today.

A conversation belongs to one person on one number. It, its reverse (from Bitrix24's external chat id) and the aliases
are made in one transaction, each on the condition that it is as it was read; whoever loses a race reads again. People
who were merged keep their own conversations; the one whose chat goes on is the *home* of all.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ponte.errors import Contended
from ponte.mappings import Conversation, Number, PersonId
from ponte.people.aliases import Alias, Known
from ponte.people.callers import Caller, caller
from ponte.people.identity import Clash, Scope, meet
from ponte.storage import activity, keys
from ponte.storage.addresses import Addresses
from ponte.storage.aliases import Aliases, alias_item, alias_writes
from ponte.storage.audit import Audit
from ponte.storage.conversation_items import conversation_item, conversation_of, reverse_item
from ponte.storage.learning import Learning, scope_of, transacted
from ponte.storage.openings import Openings
from ponte.storage.people import CONTENDED, People
from ponte.storage.table import (
    ConditionFailed,
    Put,
    Table,
    Update,
    Write,
    absent,
    all_of,
    any_of,
    eq,
    exists,
    lt,
)

NOW_MS = 1 << 53  # later than any event: "as things stand"


@dataclass(frozen=True, slots=True)
class Resolved:
    """conversation: where the message belongs. clashes: its addresses are of different people (nobody was merged)."""

    conversation: Conversation
    clashes: tuple[Clash, ...] = ()


class Conversations:
    """table: Core. audit: where merges that a rotation causes are noted; nowhere without one."""

    def __init__(self, table: Table, audit: Audit | None = None) -> None:
        self._table = table
        self._aliases = Aliases(table)
        self._people = People(table)
        self._addresses = Addresses(self._aliases)
        self.learning = Learning(table, audit)
        self.openings = Openings(table)

    def resolve(
        self, number: Number, caller: Caller, at_ms: int, event: str = "", *, said_ms: int | None = None
    ) -> Resolved:
        """The conversation of a caller on a number, made if it is new; notes the time of the customer's message.

        Addresses of different people: BSUID first, then parent, then phone decides, nobody is merged, the clash is
        listed. at_ms: when the customer wrote, for the 24-hour window. event: its id, by which a clash is counted once.
        said_ms: when by the provider's clock, for whose address it was then; at_ms where it is not given.
        Raises ValueError for a caller without any address.
        """
        said_ms = at_ms if said_ms is None else said_ms
        scope = scope_of(number)
        for _ in range(CONTENDED):
            known = self._aliases.read(scope, caller.aliases())
            meeting = meet(caller, scope, known, said_ms)
            if not meeting.person:
                raise ValueError("a caller without an address is nobody")
            person = PersonId(meeting.person)
            found = self._touch(number, person, caller, at_ms)
            made = found or _new(number, person, caller, at_ms)
            writes = [*alias_writes(scope, meeting.changes), *([] if found else _making(made))]
            if writes and not transacted(self._table, writes):
                continue  # somebody made it, or knows better about an alias, in between: read again
            self.learning.enlist(number, meeting.clashes, event, at_ms)
            home = self._home(made, known)
            if home.person != person and home.last_inbound_ms == at_ms:
                activity.note(self._table, home, at_ms)  # its chat is where operators answer
            return Resolved(home, meeting.clashes)
        raise Contended("conversation_contended")

    def find(self, number: Number, caller: Caller, at_ms: int = NOW_MS) -> Conversation | None:
        """The conversation of a known person, without making or learning anything (echoes, reactions, calls).

        at_ms: when the event was: a line may have been somebody else's then.
        """
        scope = scope_of(number)
        known = self._aliases.read(scope, caller.aliases())
        person = meet(caller, scope, known, at_ms, opens=False).person
        return self.of_person(number, person) if person else None

    def by_alias(self, number: Number, aliases: Sequence[tuple[str, str]], at_ms: int = NOW_MS) -> Conversation | None:
        """`find` by (kind, value) pairs."""
        given = dict(reversed(aliases))
        return self.find(number, caller(given.get("phone"), given.get("bsuid"), given.get("parent")), at_ms)

    def get(self, phone_number_id: str, person: str) -> Conversation | None:
        item = self._table.get(*keys.conversation(phone_number_id, person))
        return conversation_of(item) if item else None

    def reread(self, conversation: Conversation) -> Conversation:
        """With what hand-overs taught since it was read; its addresses and window may be those of another chat of the
        same person, and stay."""
        fresh = self.get(conversation.phone_number_id, conversation.person)
        if fresh is None:
            return conversation
        return replace(
            conversation,
            connector=fresh.connector,
            line=fresh.line,
            chat_id=fresh.chat_id,
            contact_id=fresh.contact_id,
            lead_id=fresh.lead_id,
            session=fresh.session,
            finished=fresh.finished,
            ad=fresh.ad,
            waiting=fresh.waiting,
        )

    def by_chat(self, member_id: str, connector: str, line: int, external: str) -> Conversation | None:
        """From what Bitrix24 shows us (external chat id on a line) to the conversation.

        Its addresses are those under which the person can be reached today, whichever chat the operator writes in; all
        are "" where none is theirs any more.
        """
        pointer = self._table.get(*keys.chat(member_id, connector, line, external))
        if not pointer:
            return None
        found = self.get(str(pointer["phone_number_id"]), str(pointer["person"]))
        if found is None:
            return None
        group = self._people.group(member_id, found.person)
        return self._addresses.today(_latest(found, self._among(found, group)), group)

    def save(self, conversation: Conversation, **fields: str) -> None:
        """Keep what a hand-over taught: chat_id, contact_id, lead_id."""
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
            self._table.write(Put(reverse_item(moved), when=absent("pk")))
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

    def put(
        self, conversation: Conversation, aliases: Sequence[tuple[str, str]] = (), number: Number | None = None
    ) -> None:
        """Write a conversation as it is, with its reverse and aliases (imports and seeded scenarios).

        number: where it is known, so that a phone and a BSUID beside each other are known to belong together.
        """
        scope = scope_of(number) if number else Scope(conversation.member_id, conversation.portfolio)
        records = [Alias(kind, value, conversation.person, 0) for kind, value in aliases]
        bound = [r.bind(scope.binding, conversation.user_id, 0) if r.kind == "phone" else r for r in records]
        writes = [Put(conversation_item(conversation)), Put(reverse_item(conversation))]
        self._table.transact([*writes, *(Put(alias_item(scope, each)) for each in bound)])

    def of_person(self, number: Number, person: str) -> Conversation | None:
        """The conversation in which a person's messages on a number go on, where there is one."""
        group = self._people.group(str(number.member_id), person)
        found = self._in(str(number.phone_number_id), group)
        if not found:
            return None
        return _latest(next((each for each in found if each.chat_id), found[0]), found)

    def _home(self, own_one: Conversation, known: Known) -> Conversation:
        """Where a person's messages go on: the root's chat, else the first chat among those merged into it."""
        if known.is_alone(own_one.person) and own_one.chat_id:
            return own_one
        group = self._people.group(own_one.member_id, own_one.person)
        if len(group) == 1:
            return own_one
        found = self._in(own_one.phone_number_id, group)
        return _latest(next((each for each in found if each.chat_id), found[0]), found)

    def _among(self, conversation: Conversation, group: Sequence[str]) -> list[Conversation]:
        return self._in(conversation.phone_number_id, group) if len(group) > 1 else [conversation]

    def _in(self, phone_number_id: str, group: Sequence[str]) -> list[Conversation]:
        """The conversations of a group's people on a number, in the group's order."""
        rows = self._table.get_many([keys.conversation(phone_number_id, person) for person in group])
        found = {str(row["person"]): conversation_of(row) for row in rows}
        return [found[person] for person in group if person in found]

    def _touch(self, number: Number, person: PersonId, caller: Caller, at_ms: int) -> Conversation | None:
        """Note the customer's latest message and addresses; an older message changes nothing."""
        pk, sk = keys.conversation(number.phone_number_id, person)
        seen = {
            "name": caller.name,
            "wa_id": caller.wa_id,
            "user_id": caller.user_id,
            "parent_user_id": caller.parent_user_id,
            "portfolio": number.portfolio_id,
        }
        fields: dict[str, Any] = {k: v for k, v in seen.items() if v} | {"last_inbound_ms": at_ms}
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


def _latest(home: Conversation, group: Sequence[Conversation]) -> Conversation:
    """`home` with the addresses and the window of whichever of them the customer wrote in last, and what is known of
    that window in any of them."""
    last = max(group, key=lambda each: each.last_inbound_ms)
    others = [each for each in group if each.person != home.person]
    return replace(
        home,
        wa_id=last.wa_id,
        user_id=last.user_id,
        parent_user_id=last.parent_user_id,
        last_inbound_ms=last.last_inbound_ms,
        reacted_ms=max(each.reacted_ms for each in group),
        portfolio=last.portfolio,
        refused_ms=max(each.refused_ms for each in group),
        asked_ms=max(each.asked_ms for each in group),
        also_waiting=tuple((each.connector, each.line, each.external) for each in others if each.waiting),
    )


def _new(number: Number, person: PersonId, caller: Caller, at_ms: int) -> Conversation:
    return Conversation(
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
        portfolio=number.portfolio_id,
    )


def _making(conversation: Conversation) -> list[Write]:
    """The reverse may be there from another number that the line had before; it leads to the line's number of today."""
    return [
        Put(conversation_item(conversation), when=absent("pk")),
        Put(
            reverse_item(conversation) | {"opened_ms": conversation.last_inbound_ms},
            when=any_of(absent("pk"), eq("person", str(conversation.person))),
        ),
    ]
