"""What runs by the clock: renewing tokens, sending spilled entries on. Healing has a module of its own."""

import json
from collections.abc import Iterator, Mapping
from typing import Protocol

from ponte.clock import Clock
from ponte.mappings import Portal
from ponte.queue.sqs import Entry, SqsQueue
from ponte.runtime.observability import OutcomeLog
from ponte.runtime.portal_calls import PortalCalls
from ponte.storage.directory import Directory
from ponte.storage.grants import Grant, Grants

NEXT_RUN_S = 3_600 + 300  # the schedule is hourly; a little more, since it may come late
RECENT_MS = 3_600_000
IDLE_MS = 30 * 24 * 3_600_000


def needs_renewal(portal: Portal, now_ms: int) -> bool:
    """Only portals in use whose token ends before the next run, and idle ones every 30 days: timers that renew all
    portals all the time may get an app blocked (b24restdocs, auto-renewal; read 2026-11)."""
    if portal.status != "active":
        return False
    if now_ms - portal.renewed_ms > IDLE_MS:
        return True
    ends_soon = portal.token_expires_at - now_ms / 1000 < NEXT_RUN_S
    return ends_soon and now_ms - portal.last_traffic_ms < RECENT_MS


def renew_tokens(
    directory: Directory, grants: Grants, portals: PortalCalls, clock: Clock, log: OutcomeLog
) -> dict[str, int]:
    """Returns {"renewed": n, "failed": n, "left": n}."""
    counts = {"renewed": 0, "failed": 0, "left": 0}
    for listed in directory.portals():
        if not needs_renewal(listed, clock.now_ms()):
            counts["left"] += 1
            continue
        found = grants.read(listed.member_id)
        outcome = portals.renew(*found) if found else None
        counts["renewed" if isinstance(outcome, Grant) else "failed"] += 1
    log("bitrix24_token", "schedule", count=counts["renewed"])
    return counts


class Spill(Protocol):
    """Where spilled entries lie (storage.s3.S3Store)."""

    def keys(self, prefix: str) -> Iterator[str]: ...

    def get(self, key: str) -> bytes: ...

    def delete(self, key: str) -> None: ...


def sweep(store: Spill, queues: Mapping[str, SqsQueue], log: OutcomeLog) -> dict[str, int]:
    """Send spilled entries on, oldest first. What SQS refuses again stays where it is.

    An object is deleted only when all of it is queued; entries queued twice are one event to the ledger.
    """
    counts = {"sent": 0, "left": 0}
    for key in list(store.keys("spill/")):
        queue = queues.get(key.split("/")[1])
        if queue is None:
            counts["left"] += 1
            continue
        try:
            entries = [Entry(**entry) for entry in json.loads(store.get(key))]
        except KeyError:
            continue  # a sweep that overlaps with this one was faster
        left = queue.send_entries(entries)
        counts["sent"] += len(entries) - len(left)
        counts["left"] += len(left)
        if left:
            break  # SQS is still away; keep the order and try at the next run
        store.delete(key)
    if counts["sent"] or counts["left"]:
        log("spill", "swept", count=counts["sent"])
    return counts
