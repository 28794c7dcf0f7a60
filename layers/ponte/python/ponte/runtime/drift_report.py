"""The drift report: what one run of healing found and did. Ids and counts, no person and no text in it."""

from dataclasses import dataclass, field
from typing import Any

from ponte.runtime.people_drift_report import PeopleDrift

MAX_LISTED = 200  # of what could not be checked; all of it is counted
MAX_SAMPLES = 20


@dataclass
class DriftReport:
    """checked: conversations. missing, stale, waiting: operators' messages, see runtime/drift.py. sent_on: those put on
    their queue. unknown_resolved: messages of unknown fate put on their queue again; unknown_left: those without an
    envelope. swept: spilled entries sent on; spilled: those left. dead_letters: by queue. people: of law offices.
    complete: nothing was left to the next run. stopped: why it was, by portal. busy: another run had the lock, nothing
    was done."""

    dry_run: bool
    at_ms: int
    checked: int = 0
    missing: int = 0
    stale: int = 0
    waiting: int = 0
    sent_on: int = 0
    unknown_resolved: int = 0
    unknown_left: int = 0
    swept: int = 0
    spilled: int = 0
    dead_letters: dict[str, int] = field(default_factory=dict)
    portals: int = 0
    portals_left: int = 0
    uncheckable: list[dict[str, str]] = field(default_factory=list)
    uncheckable_total: int = 0
    samples: list[dict[str, Any]] = field(default_factory=list)
    stopped: list[dict[str, str]] = field(default_factory=list)
    people: PeopleDrift = field(default_factory=PeopleDrift)
    took_ms: int = 0
    complete: bool = True
    busy: bool = False

    def cannot_check(self, portal: str, chat: str, conversation: str, reason: str) -> None:
        """portal: its domain. chat: the portal's id, conversation: digest of ours; "" for the portal as a whole."""
        self.uncheckable_total += 1
        if len(self.uncheckable) < MAX_LISTED:
            entry = {"portal": portal, "chat": chat, "conversation": conversation, "reason": reason}
            self.uncheckable.append(entry)

    def sample(self, portal: str, chat: str, message_id: int, at_ms: int, what: str) -> None:
        if len(self.samples) < MAX_SAMPLES:
            entry = {"portal": portal, "chat": chat, "message": str(message_id), "at_ms": at_ms, "what": what}
            self.samples.append(entry)

    def stop(self, portal: str, why: str) -> None:
        """The run ends here for this portal and goes on next time."""
        self.complete = False
        self.stopped.append({"portal": portal, "why": why})

    def as_data(self) -> dict[str, Any]:
        """JSON data."""
        own = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return own | {"people": self.people.as_data()}
