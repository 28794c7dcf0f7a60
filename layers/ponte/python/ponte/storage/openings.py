"""Who opens a customer's CRM contact and chats: one worker at a time, whichever group and number a message came in."""

from contextlib import suppress

from ponte.mappings import Conversation
from ponte.storage import keys
from ponte.storage.table import ConditionFailed, Delete, Put, Table, Update, absent, any_of, eq, lt


class Openings:
    """Locks by person, since the conversations of one person on several numbers share the CRM contact. An owner is an
    event's id, whose next claim finds its own lock. table: Core."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def lock(self, conversation: Conversation, owner: str, now_ms: int, lease_ms: int) -> bool:
        """False where somebody else has it. The owner may take it again, for longer."""
        pk, sk = _key(conversation)
        lock = {"pk": pk, "sk": sk, "own": owner, "until": now_ms + lease_ms}
        try:
            self._table.write(Put(lock, when=any_of(absent("pk"), lt("until", now_ms), eq("own", owner))))
        except ConditionFailed:
            return False
        return True

    def keep(self, conversation: Conversation, owner: str, until_ms: int) -> None:
        """Nobody but the owner opens before `until_ms`."""
        with suppress(ConditionFailed):
            self._table.write(Update(*_key(conversation), set={"until": until_ms}, when=eq("own", owner)))

    def unlock(self, conversation: Conversation, owner: str) -> None:
        with suppress(ConditionFailed):
            self._table.write(Delete(*_key(conversation), when=eq("own", owner)))


def _key(conversation: Conversation) -> tuple[str, str]:
    return keys.lock("opening", conversation.member_id, conversation.person)
