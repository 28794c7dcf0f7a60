"""What a chat's history and our ledger say of each other: which operators' messages never reached us. Pure.

    no ledger item                       missing: no webhook came, or its queue message is lost
    SENDING, RETRY, UNKNOWN, lately      waiting: a worker has it, and it holds back whatever is behind it in its chat
    the same, untouched for long         stale: its queue message is gone (dead-lettered, purged)
    anything else                        done

A message behind a waiting one has no item yet, although it is queued: it waits too. What was found is put on the queue
once; while it lies there it is not found again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ponte.bitrix24.history import HistoryMessage
from ponte.storage.cursors import ChatCursor
from ponte.storage.ledger_items import UNDER_WAY
from ponte.storage.table import Item

ALIVE_MS = 30 * 60_000  # a worker comes back to a message every 18 minutes at the latest (15 and a fifth)
AGAIN_MS = 6 * 3_600_000  # what was put on the queue and is still not taken is put there again after this
type State = Literal["none", "done", "alive", "stale"]


@dataclass(frozen=True, slots=True)
class Drift:
    """Message ids, ascending. settled_id: every message up to it is done with."""

    missing: tuple[int, ...]
    stale: tuple[int, ...]
    waiting: tuple[int, ...]
    settled_id: int


def state_of(item: Item | None, now_ms: int) -> State:
    """item: of the ledger."""
    state = str((item or {}).get("st", ""))
    if item is None or not state:
        return "none"
    if state not in UNDER_WAY:
        return "done"
    if "envelope" in item:
        # UNKNOWN: healing puts it on its queue by its own envelope. RETRY: a redrive is under way.
        return "alive"
    return "alive" if now_ms - int(item.get("claimed_ms", 0)) < ALIVE_MS else "stale"


def compare(
    messages: Sequence[HistoryMessage],
    items: Mapping[int, Item | None],
    cursor: ChatCursor,
    now_ms: int,
    grace_ms: int,
) -> Drift:
    """messages: all that was read, by ascending id. items: of operators' unacknowledged messages only, by message id.

    grace_ms: younger messages are left alone, and nothing from there on counts as settled: their webhook may still be
    under way, and one with a lower id may just be becoming visible. A message
    without a readable date counts as old enough, and as ours only where the cursor knows an older one.
    """
    missing: list[int] = []
    stale: list[int] = []
    waiting: list[int] = []
    settled_id, all_settled, behind = cursor.settled_id, True, False
    queued_lately = now_ms - cursor.queued_ms < AGAIN_MS
    for message in messages:
        if message.id <= cursor.settled_id:
            continue
        if message.at_ms > now_ms - grace_ms:
            all_settled = False
            continue
        ours = message.at_ms >= cursor.from_ms if message.at_ms else cursor.settled_id > 0
        state = state_of(items[message.id], now_ms) if ours and message.id in items else "done"
        if state == "done":
            settled_id = message.id if all_settled else settled_id
            continue
        all_settled = False
        behind = behind or state == "alive"
        if behind or (queued_lately and message.id <= cursor.queued_id):
            waiting.append(message.id)
        else:
            (missing if state == "none" else stale).append(message.id)
    return Drift(tuple(missing), tuple(stale), tuple(waiting), settled_id)
