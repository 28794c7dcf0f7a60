"""Works off one SQS batch so that order inside a group holds and groups do not wait for each other.

powertools' FIFO processor is sequential and leaves the followers of a failed message to their own visibility timeout;
an in-flight follower then blocks its group. Ours (protocol: AWS, "Using the Amazon SQS FIFO", read 2026-11-22):

- groups of a batch run side by side, messages of a group one after another;
- the first message that must wait ends its group: it and all its followers are returned with the same visibility;
- receive counts of followers grow untried, so SQS's counter is never used: attempts live in the ledger;
- nothing new is started when the time is nearly over; the rest goes back at once.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

STOP_MS = 15_000  # no new message is started with less time left than this
MAX_VISIBILITY = 43_000  # SQS allows 12 hours from the receive
MAX_GROUPS = 10


@dataclass(frozen=True, slots=True)
class Done:
    """Delete it: done, skipped, parked or a duplicate."""


@dataclass(frozen=True, slots=True)
class Later:
    """Show it again in `seconds` (whole ones, rounded up)."""

    seconds: float


type Verdict = Done | Later
type Record = Mapping[str, Any]
type ChangeVisibility = Callable[[Sequence[tuple[str, int]]], None]
type Returned = list[tuple[Record, int]]
type SideBySide = Callable[[Callable[[list[Record]], Returned], Sequence[list[Record]]], list[Returned]]


def in_threads(run: Callable[[list[Record]], Returned], groups: Sequence[list[Record]]) -> list[Returned]:
    """Run each group in a thread of its own; a single one in ours."""
    if len(groups) == 1:
        return [run(groups[0])]
    with ThreadPoolExecutor(max_workers=min(MAX_GROUPS, max(1, len(groups)))) as pool:
        return list(pool.map(run, groups))


def work(
    records: Sequence[Record],
    handle: Callable[[Record], Verdict],
    change_visibility: ChangeVisibility,
    remaining_ms: Callable[[], int],
    *,
    crash_seconds: float = 5.0,
    side_by_side: SideBySide = in_threads,
) -> dict[str, list[dict[str, str]]]:
    """Handle a batch; returns Lambda's partial batch response ({"batchItemFailures": [{"itemIdentifier"}]}).

    handle: must not raise for content; what it raises is our bug, and the message comes back after `crash_seconds`.
    change_visibility: gets [(receipt handle, seconds)] for all that goes back, head and followers alike.
    side_by_side: runs the groups at the same time and gives their results in order.
    """
    groups: dict[str, list[Record]] = {}
    for record in records:
        attributes = record.get("attributes") or {}
        groups.setdefault(str(attributes.get("MessageGroupId") or record["messageId"]), []).append(record)

    def run(group: list[Record]) -> Returned:
        for n, record in enumerate(group):
            if remaining_ms() < STOP_MS:
                return [(r, 0) for r in group[n:]]
            try:
                verdict = handle(record)
            except Exception:  # the handler logged it; one bug must not fail the other groups
                verdict = Later(crash_seconds)
            if isinstance(verdict, Later):
                seconds = min(MAX_VISIBILITY, max(0, int(-(-verdict.seconds // 1))))
                return [(r, seconds) for r in group[n:]]
        return []

    returned = [back for part in side_by_side(run, list(groups.values())) for back in part]
    if returned:
        change_visibility([(str(record["receiptHandle"]), seconds) for record, seconds in returned])
    return {"batchItemFailures": [{"itemIdentifier": str(record["messageId"])} for record, _ in returned]}
