"""What healing remembers from one run to the next: how far each chat is settled, where to go on, its last report.

All of it may be lost: the next run then looks at its whole range again, and the ledger knows what was done.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ponte.clock import Clock
from ponte.storage import keys
from ponte.storage.table import ConditionFailed, Item, Put, Table, Update, absent, any_of, eq, lt

KEEP_SECONDS = 30 * 24 * 3600  # as long as the ledger
REPORT_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class ChatCursor:
    """settled_id: every message up to it is done with. from_ms: nothing older is ours. session_id: read last.

    queued_id, queued_ms: healing put messages up to that one on the queue, at that time.
    """

    settled_id: int
    from_ms: int
    session_id: str = ""
    queued_id: int = 0
    queued_ms: int = 0


@dataclass(frozen=True, slots=True)
class PortalCursor:
    """hot: where an interrupted run goes on among the active conversations, "" = from the start. cold: where among the
    others. healed_ms: when the portal was last looked at."""

    hot: str = ""
    cold: str = ""
    healed_ms: int = 0


class Cursors:
    """table: State."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def lock(self, owner: str, lease_ms: int) -> bool:
        """One run at a time; whoever dies leaves a lease that runs out."""
        now = self._clock.now_ms()
        free = any_of(absent("until"), lt("until", now))
        try:
            self._table.write(
                Update(*keys.lock("heal"), set={"own": owner, "until": now + lease_ms, **self._expiry()}, when=free)
            )
        except ConditionFailed:
            return False
        return True

    def renew(self, owner: str, lease_ms: int) -> bool:
        """Hold the lock for longer; False where it is not ours any more."""
        until = self._clock.now_ms() + lease_ms
        try:
            self._table.write(Update(*keys.lock("heal"), set={"until": until}, when=eq("own", owner)))
        except ConditionFailed:
            return False
        return True

    def unlock(self, owner: str) -> None:
        try:
            self._table.write(Update(*keys.lock("heal"), remove=["own", "until"], when=eq("own", owner)))
        except ConditionFailed:
            return

    def chats(self, member_id: str, chat_ids: Sequence[str]) -> dict[str, ChatCursor]:
        """By chat id; at most a hundred."""
        wanted = {keys.chat_cursor(member_id, chat_id): chat_id for chat_id in chat_ids}
        rows = self._table.get_many(list(wanted)) if wanted else []
        return {wanted[str(row["pk"]), str(row["sk"])]: _chat(row) for row in rows if self._lives(row)}

    def save_chat(self, member_id: str, chat_id: str, cursor: ChatCursor) -> None:
        pk, sk = keys.chat_cursor(member_id, chat_id)
        fields: Item = {"settled_id": cursor.settled_id, "from_ms": cursor.from_ms, "session_id": cursor.session_id}
        fields |= {"queued_id": cursor.queued_id, "queued_ms": cursor.queued_ms}
        self._table.write(Put({"pk": pk, "sk": sk, **fields, **self._expiry()}))

    def portal(self, member_id: str) -> PortalCursor:
        row = self._table.get(*keys.portal_cursor(member_id)) or {}
        return PortalCursor(str(row.get("hot", "")), str(row.get("cold", "")), int(row.get("healed_ms", 0)))

    def save_portal(self, member_id: str, cursor: PortalCursor) -> None:
        pk, sk = keys.portal_cursor(member_id)
        fields = {"hot": cursor.hot, "cold": cursor.cold, "healed_ms": cursor.healed_ms}
        self._table.write(Put({"pk": pk, "sk": sk, **fields, **self._expiry()}))

    def next_portal(self) -> str:
        """Where the last run, which ended early, left off; "" where it did not."""
        return str((self._table.get(*keys.heal_run()) or {}).get("next", ""))

    def report(self) -> Mapping[str, Any] | None:
        """Of the last run; None where there was none."""
        row = self._table.get(*keys.heal_run())
        if row is None or "report" not in row or not self._lives(row):
            return None
        report: Mapping[str, Any] = json.loads(str(row["report"]))
        return report

    def save_run(self, next_portal: str, report: Mapping[str, Any]) -> None:
        fields = {"next": next_portal, "report": json.dumps(report, separators=(",", ":"))}
        self._table.write(Update(*keys.heal_run(), set={**fields, **self._expiry(REPORT_SECONDS)}))

    def _expiry(self, seconds: int = KEEP_SECONDS) -> dict[str, int]:
        return {"expires_at": self._clock.now_ms() // 1000 + seconds}

    def _lives(self, row: Item) -> bool:
        return int(row.get("expires_at", 0)) > self._clock.now_ms() // 1000


def _chat(row: Item) -> ChatCursor:
    return ChatCursor(
        int(row["settled_id"]),
        int(row["from_ms"]),
        str(row.get("session_id", "")),
        int(row.get("queued_id", 0)),
        int(row.get("queued_ms", 0)),
    )
