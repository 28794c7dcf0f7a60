"""Operators' changes to messages that have not gone out: written into the ledger item of the message itself.

Each change is one conditional write on what was read, so a message that goes out at the same moment is not touched: its
worker has the claim, and the change looks again when that is over. The change carries who made it, so a repeat of the
same event finds its own mark and says the same as before.
"""

from typing import Literal

from ponte.relays.bitrix24_to_whatsapp import sent_wamids
from ponte.relays.outbound_files import FILE_PARTS
from ponte.relays.window import OPEN_FATE
from ponte.storage import keys
from ponte.storage.ledger import TTL_SECONDS
from ponte.storage.ledger_items import STEP, UNKNOWN, entry, steps_of
from ponte.storage.shards import LISTED
from ponte.storage.table import Condition, ConditionFailed, Item, Table, Update, absent, all_of, eq

type State = Literal["replaced", "cancelled", "unsure", "sent", "over", "busy"]


class Changes:
    """table: Message, the ledger's own."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def replace(self, event_id: str, by: str, text: str, now_ms: int, *, is_queued: bool = False) -> State:
        """Another text in the place of the message's own, from its next try on. by: the event that says so.

        "sent": too late, all or part of it went out. "over": it never will. "busy": look again. is_queued: a message
        that the ledger does not know yet is known to come; else such a message was sent before our time.
        """
        item, state = self._look(event_id, by, now_ms, is_queued)
        if state:
            return state
        change = {"by": by, "text": text}
        update = Update(
            *keys.message(event_id),
            set={"change": change, "expires_at": now_ms // 1000 + TTL_SECONDS},
            append={"log": [entry(now_ms, "replaced")]},
            when=_unchanged(item),
        )
        return "replaced" if self._write(update) else "busy"

    def cancel(self, event_id: str, by: str, now_ms: int, *, is_queued: bool = False) -> State:
        """The message never goes out (any more). "unsure": one of unknown fate; it may have gone out."""
        item, state = self._look(event_id, by, now_ms, is_queued)
        if state:
            return state
        is_open = item.get("st") in ("UNKNOWN", "SENDING") or "unknown_ms" in item
        said: State = "unsure" if is_open and item.get("reason") != OPEN_FATE else "cancelled"
        source, scope, source_id = event_id.split("|", 2)
        update = Update(
            *keys.message(event_id),
            set={
                "st": "SKIPPED",
                "done_ms": now_ms,
                "cancelled": {"by": by, "state": said},
                "expires_at": now_ms // 1000 + TTL_SECONDS,
            },
            default={
                "event_id": event_id,
                "source": source,
                "scope": scope,
                "source_id": source_id.rpartition("|")[2],
                "received_ms": now_ms,
            },
            append={"log": [entry(now_ms, "cancelled")]},
            remove=[*LISTED, "lease", "own", *UNKNOWN],
            when=_unchanged(item),
        )
        return said if self._write(update) else "busy"

    def _look(self, event_id: str, by: str, now_ms: int, is_queued: bool) -> tuple[Item, State | None]:
        item = self._table.get(*keys.message(event_id)) or {}
        if item.get("cancelled", {}).get("by") == by:
            return item, item["cancelled"]["state"]
        if item.get("change", {}).get("by") == by:
            return item, "replaced"
        state = item.get("st")
        if state is None:
            return item, None if is_queued else "sent"
        if state == "SKIPPED":
            return item, "over"
        if state == "SENT" or sent_wamids(steps_of(item)):
            return item, "sent"
        if state == "SENDING" and int(item.get("lease", 0)) >= now_ms:
            return item, "busy"
        return item, None

    def _write(self, update: Update) -> bool:
        try:
            self._table.write(update)
        except ConditionFailed:
            return False
        return True


def _unchanged(item: Item) -> Condition:
    """The message is where it was: same state, same number of claims, and no receipt has proved its send since."""
    same = [eq(name, item[name]) if name in item else absent(name) for name in ("st", "att", "own")]
    sends = (f"{STEP}send{part}" for part in (0, *FILE_PARTS))
    return all_of(*same, *(absent(name) for name in sends if name not in item))
