"""Under which addresses a person can be reached today: what an operator's answer is sent to.

A conversation keeps the addresses of the customer's last message. Since then the number or the BSUID may have changed,
even twice and told in the wrong order, or the line may be a stranger's. The aliases know, each for itself, so nothing
is overwritten and no order of events matters.
"""

from collections.abc import Sequence
from dataclasses import replace

from ponte.mappings import Conversation
from ponte.people.aliases import Alias, Key, key
from ponte.people.identity import Scope
from ponte.storage.aliases import Aliases

HOPS = 16  # changes of one address in a row that are followed


class Addresses:
    def __init__(self, aliases: Aliases) -> None:
        self._aliases = aliases

    def today(self, conversation: Conversation, group: Sequence[str]) -> Conversation:
        """`conversation` with the addresses that are the group's people's now, as received; "" for those that are not.

        A phone that was seen with a BSUID is good as long as that BSUID is: it changes with the number.
        """
        given = (
            ("bsuid", conversation.user_id),
            ("parent", conversation.parent_user_id),
            ("phone", conversation.wa_id),
        )
        scope = Scope(conversation.member_id, conversation.portfolio)
        records = self._aliases.records(scope, given)
        user_id, parent, wa_id = (self._follow(scope, kind, value, records) for kind, value in given)
        if wa_id and not self._is_theirs(scope, wa_id, group, records):
            wa_id = ""
        return replace(conversation, wa_id=wa_id, user_id=user_id, parent_user_id=parent)

    def _follow(self, scope: Scope, kind: str, value: str, records: dict[Key, Alias]) -> str:
        """What an address has become; "" where it was given up and nobody said for what."""
        for _ in range(HOPS):
            record = self._record(scope, kind, value, records)
            if record is None or not record.is_left:
                return value
            value = record.next
        return ""

    def _is_theirs(self, scope: Scope, wa_id: str, group: Sequence[str], records: dict[Key, Alias]) -> bool:
        record = self._record(scope, "phone", wa_id, records)
        if record is None:
            return True  # a chat of another connector, seeded without aliases
        if record.person not in group:
            return False
        seen_with = [self._record(scope, "bsuid", user_id, records) for user_id, _ in record.bound.values()]
        return not any(each.is_left for each in seen_with if each)

    def _record(self, scope: Scope, kind: str, value: str, records: dict[Key, Alias]) -> Alias | None:
        if value and key(kind, value) not in records:
            records |= self._aliases.records(scope, [(kind, value)])
        return records.get(key(kind, value)) if value else None
