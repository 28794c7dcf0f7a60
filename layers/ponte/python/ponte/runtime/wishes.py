"""What users ask the office bridge to say and set in Chatwoot: queued, then awaited for a moment.

Only the worker ever calls Chatwoot for a wish, under its claim in the ledger. Whoever asked reads that ledger item for
WAIT_MS: an answer that comes too late costs a "queued", never a second message.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ponte.clock import Clock
from ponte.digest import digest
from ponte.queue.envelope import Envelope
from ponte.relays.talk_to_chatwoot import ACCOUNT, BEGIN, SAY, SET, Begin, Say, Set, Wish, to_payload
from ponte.runtime.api_access import Caller
from ponte.runtime.api_problems import Problem, conflict
from ponte.runtime.redrive import Queue
from ponte.storage.jobs import Job, Jobs
from ponte.storage.ledger import Ledger
from ponte.storage.ledger_items import UNDER_WAY, steps_of

WAIT_MS = 2500  # a warm worker and Chatwoot need a second; API Gateway gives up after 30
POLL_MS = 150


@dataclass(frozen=True, slots=True)
class Asked:
    """id: of the wish. is_done: nothing of it is left to do. steps: the outcomes of those that are done and kept."""

    id: str
    is_done: bool
    steps: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class WishDesk:
    """queue: Zattar's events. new_id: unique."""

    jobs: Jobs
    ledger: Ledger
    queue: Queue
    clock: Clock
    new_id: Callable[[], str]

    def name(self, caller: Caller, key: str = "") -> str:
        """Of a wish: the same for the same user and key, new without one."""
        return digest("wish", caller.tenant, caller.user_id, key) if key else self.new_id()

    def ask(self, caller: Caller, name: str, wish: Wish, account_id: int, awaited: str = "") -> Asked:
        """name: as `name` gives it; the wish's marker too. account_id: in which alone it is of use. awaited: the
        step to wait for, "" for all. Asking again queues again, until it is over, what the first time may have ended
        before. Raises Problem: 409 where the name was another wish's, 422 where it was given up, with its reason."""
        kind, payload, now = _kind(wish), to_payload(wish) | {ACCOUNT: account_id}, self.clock.now_ms()
        said = {key: value for key, value in payload.items() if key != "at_ms"}
        source_id = f"{kind}|{name}|{digest(json.dumps(said, sort_keys=True))}"
        number = getattr(wish, "number", 0)
        event_id = Envelope("zt", caller.tenant, source_id, kind, "", now, now).id
        # Its id has a sign that no id in a path may have, so it is none of /sync/jobs.
        job = self.jobs.begin(Job(caller.tenant, f"wish|{name}", event_id, kind, number, now))
        if job.event_id != event_id:
            raise conflict("Idempotency-Key", "api.key_reused")
        asked = self._look(event_id, name, awaited)
        if asked is not None:
            return asked
        if "at_ms" in payload:
            payload["at_ms"] = job.asked_ms
        group = f"{caller.tenant}|conversation|{number or name}"
        envelope = Envelope("zt", caller.tenant, source_id, kind, group, job.asked_ms, job.asked_ms, payload)
        self.queue.send([envelope], fifo=True)
        until = now + WAIT_MS
        while (asked := self._look(event_id, name, awaited)) is None and self.clock.now_ms() < until:
            self.clock.sleep_ms(POLL_MS)
        return asked or Asked(name, False, {})

    def _look(self, event_id: str, name: str, awaited: str) -> Asked | None:
        """None while it is under way."""
        item = self.ledger.read(event_id) or {}
        state, steps = str(item.get("st", "")), steps_of(item)
        if state == "PARKED":
            reason, detail = str(item.get("reason", "")), str(item.get("reason_detail", "")) or "-"
            raise Problem(422, "REQUEST_REFUSED", key=reason, detail=detail)
        is_done = bool(state) and state not in UNDER_WAY
        return Asked(name, is_done, steps) if is_done or (awaited and awaited in steps) else None


def _kind(wish: Wish) -> str:
    match wish:
        case Say():
            return SAY
        case Begin():
            return BEGIN
        case Set():
            return SET
