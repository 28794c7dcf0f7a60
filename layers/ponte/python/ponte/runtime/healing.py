"""Healing: after an outage of ours, every operator's message that Bitrix24 never repeated is found and sent on, once.

    spilled entries        onto their queues
    unknown fate           whose queue message is lost: onto their queue again, with the envelope kept in the ledger
    open lines' histories  compared with the ledger (runtime/portal_healing.py, runtime/drift.py)
    people of law offices  looked at where they changed on either side unheard (runtime/people_healing.py)
    dead letters           counted: what came a thousand times in vain is for a person

Everything found goes onto the queue that the webhook would have used, under the event id that it would have had, so the
ledger decides as ever whether anything is left to do (docs/decisions/0006).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ponte.clock import Clock
from ponte.mappings import Portal, Timing
from ponte.queue.sqs import SqsQueue
from ponte.runtime.drift_report import DriftReport
from ponte.runtime.history_reader import HistoryReader
from ponte.runtime.observability import OutcomeLog
from ponte.runtime.people_healing import PeopleHealing
from ponte.runtime.people_healing import Range as PeopleRange
from ponte.runtime.portal_calls import PortalCalls
from ponte.runtime.portal_healing import PortalHealing, Range
from ponte.runtime.redrive import BITRIX24_EVENTS, Queue, route_of
from ponte.runtime.schedules import Spill, sweep
from ponte.storage.cursors import Cursors, PortalCursor
from ponte.storage.directory import Directory
from ponte.storage.table import Tables
from ponte.storage.unsettled import Unsettled, envelope_of

SINCE_MS = 24 * 3_600_000  # how far a first look goes back
SINCE_MAX_MS = 7 * 24 * 3_600_000  # the ledger must know all that was sent since, and keeps 30 days
GRACE_WAITS = 4  # times `unknown_wait_s`, two minutes: so long a webhook may still be under way
STALE_WAITS = 40  # times the same, twenty minutes: a worker looks at such a message every 18 minutes at the latest
LEASES = 2  # times a worker's lease, two minutes: longer than any single call; renewed before each one
TOKEN_LEFT_S = 300
DAY_MS = 24 * 3_600_000
OFFICES_QUEUE = "zattar_events"  # is there where the office bridge is
PEOPLE_SHARE = 3  # the part of a run's time that the portals leave to offices


@dataclass(frozen=True, slots=True)
class Means:
    """people: healing of law offices. queues: by the field of Settings. swept: the same queues by the name under which
    their entries are spilled. dead_letters: how many lie in each dead-letter queue. owner: a new unique name per lock.
    """

    tables: Tables
    directory: Directory
    portals: PortalCalls
    people: PeopleHealing
    queues: Callable[[str], Queue]
    swept: Mapping[str, SqsQueue]
    spill: Spill
    dead_letters: Callable[[], dict[str, int]]
    clock: Clock
    timing: Callable[[], Timing]
    owner: Callable[[], str]
    log: OutcomeLog


@dataclass(frozen=True, slots=True)
class Wish:
    """since_ms: how far back to look whatever the cursors say, None: as far as they say. portal: member_id or domain of
    the only one to look at, "" for all, and law offices. dry_run: find, write and send nothing."""

    since_ms: int | None = None
    portal: str = ""
    dry_run: bool = False


class Healing:
    """One run after the other; whoever finds another run under way does nothing."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._cursors = Cursors(means.tables.state, means.clock)
        self._lease_until_ms = 0
        self._unsettled = Unsettled(means.tables.message)

    def last_report(self) -> Mapping[str, object] | None:
        """Of the last run that was no dry one."""
        return self._cursors.report()

    def run(self, wish: Wish, budget_ms: int) -> DriftReport:
        """budget_ms: the run ends by then, wherever it is, and the next one goes on there."""
        began, owner = self._means.clock.now_ms(), self._means.owner()
        report = DriftReport(dry_run=wish.dry_run, at_ms=began)
        if not wish.dry_run and not self._cursors.lock(owner, self._lease_ms()):
            report.busy, report.complete = True, False
            return report
        self._lease_until_ms = began + self._lease_ms()
        self._resolve_spilled(wish, report)
        self._resolve_unknown(wish, report)
        looks_at_people = not wish.portal and OFFICES_QUEUE in self._means.swept
        kept_ms = budget_ms // PEOPLE_SHARE if looks_at_people else 0
        next_portal = self._heal_portals(wish, report, began + budget_ms - kept_ms, owner)
        if looks_at_people:
            self._heal_people(wish, report, began + budget_ms, owner)
        report.dead_letters = self._means.dead_letters()
        report.took_ms = self._means.clock.now_ms() - began
        if not wish.dry_run:
            self._cursors.save_run(next_portal, report.as_data())
            self._cursors.unlock(owner)
            self._tell(report)
        return report

    def _resolve_spilled(self, wish: Wish, report: DriftReport) -> None:
        if wish.dry_run:
            report.spilled = sum(1 for _ in self._means.spill.keys("spill/"))
            return
        counts = sweep(self._means.spill, self._means.swept, self._means.log)
        report.swept, report.spilled = counts["sent"], counts["left"]

    def _resolve_unknown(self, wish: Wish, report: DriftReport) -> None:
        """A copy that is still queued does no harm: the first to be claimed does the work, the other finds it done."""
        now = self._means.clock.now_ms()
        for item in self._unsettled.stale(now - round(STALE_WAITS * self._means.timing().unknown_wait_s * 1000)):
            found = envelope_of(item)
            if found is None:
                report.unknown_left += 1
                continue
            report.unknown_resolved += 1
            if not wish.dry_run:
                route = route_of(found)
                self._means.queues(route.field).send([found], fifo=route.fifo)
                self._unsettled.queued_again(found.id, now)

    def _lease_ms(self) -> int:
        return round(LEASES * self._means.timing().lease_s * 1000)

    def _still_ours(self, owner: str) -> bool:
        """Hold the lock; a run that was held up for longer than its lease leaves the field to whoever took over."""
        now, lease_ms = self._means.clock.now_ms(), self._lease_ms()
        if self._lease_until_ms - now > lease_ms * 2 // 3:
            return True
        self._lease_until_ms = now + lease_ms
        return self._cursors.renew(owner, lease_ms)

    def _heal_people(self, wish: Wish, report: DriftReport, end_ms: int, owner: str) -> None:
        now = self._means.clock.now_ms()
        since = min(wish.since_ms or SINCE_MS, SINCE_MAX_MS)
        grace = round(GRACE_WAITS * self._means.timing().unknown_wait_s * 1000)
        range_ = PeopleRange(now - since, wish.since_ms is not None, grace, wish.dry_run)
        self._means.people.heal(range_, report.people, end_ms, lambda: wish.dry_run or self._still_ours(owner))
        report.complete = report.complete and not report.people.stopped

    def _heal_portals(self, wish: Wish, report: DriftReport, end_ms: int, owner: str) -> str:
        """Returns where the next run has to begin: the portal at which the time was over, else ""."""
        now = self._means.clock.now_ms()
        since = min(wish.since_ms or SINCE_MS, SINCE_MAX_MS)
        grace = round(GRACE_WAITS * self._means.timing().unknown_wait_s * 1000)
        in_turn = self._in_turn(wish)
        if not in_turn:  # as where the office bridge stands alone: nor is there a queue of Bitrix24's then
            return ""
        range_ = Range(now - since, wish.since_ms is not None, grace, wish.dry_run)
        healing = self._portal_healing(end_ms, lambda: wish.dry_run or self._still_ours(owner))
        first_late = ""
        for portal in in_turn:
            if portal.status == "reauth":
                report.cannot_check(portal.domain, "", "", "portal_reauth")
            elif portal.status == "active" and (wish.portal or self._is_due(portal, now)):
                report.portals += 1
                done = healing.heal(portal, range_, report)
                if not done and self._means.clock.now_ms() >= end_ms - 10_000:
                    first_late = first_late or portal.member_id
            elif portal.status == "active":
                report.portals_left += 1
        return first_late

    def _in_turn(self, wish: Wish) -> Sequence[Portal]:
        """All portals, from the one at which the last run had to stop."""
        portals = sorted(self._means.directory.portals(), key=lambda portal: portal.member_id)
        if wish.portal:
            return [portal for portal in portals if wish.portal in (portal.member_id, portal.domain)]
        first = self._cursors.next_portal()
        return [p for p in portals if p.member_id >= first] + [p for p in portals if p.member_id < first]

    def _is_due(self, portal: Portal, now_ms: int) -> bool:
        """A portal without traffic is looked at the less often the longer that lasts, once a day at least: each look
        may cost a token renewal, and an app that renews by the clock may get blocked (b24restdocs, auto-renewal)."""
        if portal.token_expires_at - now_ms / 1000 > TOKEN_LEFT_S:
            return True
        cursor: PortalCursor = self._cursors.portal(portal.member_id)
        idle_ms = max(0, now_ms - portal.last_traffic_ms)
        return now_ms - cursor.healed_ms >= min(idle_ms / 4, DAY_MS)

    def _portal_healing(self, end_ms: int, may_go_on: Callable[[], bool]) -> PortalHealing:
        means = self._means

        def time_left() -> float:
            return (end_ms - means.clock.now_ms()) / 1000

        return PortalHealing(
            means.tables.core,
            means.directory,
            self._cursors,
            self._unsettled,
            HistoryReader(means.portals.for_chat("healing"), means.clock, time_left, may_go_on),
            means.queues(BITRIX24_EVENTS.field),
            means.clock,
        )

    def _tell(self, report: DriftReport) -> None:
        """One metric per count; the alarm looks at `missing`."""
        log = self._means.log
        log("heal_gaps", "checked", count=report.checked)
        log("heal_gaps", "missing", count=report.missing)
        log("heal_gaps", "stale", count=report.stale)
        log("heal_gaps", "sent_on", count=report.sent_on)
        log("heal_gaps", "unknown_resolved", count=report.unknown_resolved)
        log("heal_gaps", "uncheckable", count=report.uncheckable_total)
        for what, count in sorted(report.people.missing.items()):
            log("heal_people", what, count=count)
        log("heal_people", "missing", count=report.people.missing_total)
        log("heal_people", "sent_on", count=report.people.sent_on)
        log("heal_people", "checked", count=report.people.rows + report.people.links)
        if not report.complete:
            whys = {stop["why"] for stop in [*report.stopped, *report.people.stopped]}
            log("heal_gaps", "incomplete", detail=",".join(sorted(whys)))
