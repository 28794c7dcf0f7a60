"""Healing an office's people: who changed on either side without our hearing of it is looked at, by the live code.

    Zattar's rows     by updated_at since the last run, with an overlap for transactions that were committed late
    lagging links     once a day: what was refused may be granted by then
    all other links   a stretch of them in each run, against rows and contacts as they are: Chatwoot tells neither of
                      deletions nor when a contact was edited, and a deleted row has no updated_at any more

What is found goes onto Zattar's queue as "look at this person" (docs/decisions/0013, 0015), so it does no harm where
the webhook was only late.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ponte.clock import Clock
from ponte.people.links import Link
from ponte.relays import people_drift
from ponte.relays.people_drift import Finding
from ponte.runtime.drift import state_of
from ponte.runtime.office_calls import OfficeCalls
from ponte.runtime.office_looks import look
from ponte.runtime.people_drift_report import PeopleDrift
from ponte.runtime.people_reading import Halted, PeopleReading
from ponte.runtime.redrive import Queue
from ponte.storage.links import Links
from ponte.storage.offices import Offices
from ponte.storage.people_cursors import OfficeCursor, PeopleCursors, Reached
from ponte.storage.unsettled import Unsettled
from ponte.zattar.values import Person, Position, Tipo, instant_us

OVERLAP_MS = 10 * 60_000  # what a transaction that was open for longer changed is found by the walk through the links
ROWS_PER_RUN = 1_000  # of one kind of people of one office; a row costs a hundredth of a call
LINKS_PER_RUN = 3_000  # of one office, as are the others: 200 calls, where Chatwoot allows 3,000 a minute
LAGGING_PER_RUN = 500
LOOKS_PER_RUN = 1_500  # so that live events never wait behind more
PAGE = 100
LAST_CALL_MS = 20_000  # a call may take that long
DAY_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Means:
    """queue: Zattar's events'; asked for only when there is something to put on it."""

    offices: Offices
    calls: OfficeCalls
    links: Links
    cursors: PeopleCursors
    unsettled: Unsettled
    queue: Callable[[], Queue]
    clock: Clock


@dataclass(frozen=True, slots=True)
class Range:
    """since_ms: a first look goes back that far. told: somebody asked for this range, so cursors do not narrow it.
    grace_ms: for what changed later than that ago, a webhook may still be under way: it is no drift."""

    since_ms: int
    told: bool
    grace_ms: int
    dry_run: bool


class _Over(Exception):
    """This run may not go on. why: time, full (of looks), or the code of a side that did not answer."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class PeopleHealing:
    def __init__(self, means: Means) -> None:
        self._means = means

    def heal(self, range_: Range, report: PeopleDrift, end_ms: int, may_go_on: Callable[[], bool]) -> None:
        """All offices in turn, from the one at which the last run's time was over."""
        tenants = self._means.offices.tenants()
        if not tenants:
            return
        first = self._means.cursors.next_office()
        first_late = ""
        for tenant in [one for one in tenants if one >= first] + [one for one in tenants if one < first]:
            office = self._means.offices.read(tenant)
            if first_late or office is None or office.chatwoot is None:
                report.offices_left += 1
                continue
            report.offices += 1
            run = _OfficeRun(self._means, tenant, office.chatwoot.account_id, range_, report, end_ms, may_go_on)
            if run.heal() == "time":
                first_late = tenant
        if not range_.dry_run and first_late != first:
            self._means.cursors.save_next_office(first_late)


class _OfficeRun:
    def __init__(
        self,
        means: Means,
        tenant: str,
        account_id: int,
        range_: Range,
        report: PeopleDrift,
        end_ms: int,
        may_go_on: Callable[[], bool],
    ) -> None:
        self._means = means
        self._tenant = tenant
        self._account_id = account_id
        self._range = range_
        self._report = report
        self._end_ms = end_ms
        self._may_go_on = may_go_on
        self._reading = PeopleReading(means.calls, tenant)
        self._room = LOOKS_PER_RUN
        self._seen: set[tuple[str, int]] = set()  # each person once in a run
        self._now = means.clock.now_ms()

    def heal(self) -> str:
        """Why it was cut short, "" where it came to its end. A side that is away stops only what needs it."""
        before = cursor = OfficeCursor() if self._range.told else self._means.cursors.office(self._tenant)
        whys: list[str] = []
        for part in (self._rows, self._lagging, self._links):
            cursor, why = part(cursor)
            if why and why not in whys:
                whys.append(why)
                self._report.stop(self._tenant, why)
            if why in ("time", "full"):
                break
        if not self._range.dry_run and not self._range.told and cursor != before:
            self._means.cursors.save_office(self._tenant, cursor)
        return "time" if "time" in whys else ""

    def _rows(self, cursor: OfficeCursor) -> tuple[OfficeCursor, str]:
        rows, why = dict(cursor.rows), ""
        try:
            for tipo in Tipo:
                left, reached = ROWS_PER_RUN, rows.get(tipo.value, Reached())
                while left > 0:
                    after, since = self._begin(reached)
                    self._go_on()
                    page = self._reading.page(tipo, after, since=since, size=PAGE)
                    self._report.unreadable += page.unreadable
                    if page.position is None:
                        rows[tipo.value] = replace(reached, read_ms=self._now)
                        break
                    left -= len(page.people)
                    self._report.rows += len(page.people)
                    links = self._means.links.of_people(self._tenant, ((tipo.value, each.id) for each in page.people))
                    self._feed([people_drift.of_person(each, links.get((tipo.value, each.id))) for each in page.people])
                    reached = rows[tipo.value] = Reached(*page.position)
                if left <= 0:
                    why = "more"
        except (Halted, _Over) as stop:
            return replace(cursor, rows=rows), _why(stop)
        return replace(cursor, rows=rows), why

    def _begin(self, reached: Reached) -> tuple[Position | None, str]:
        """Where to read on. What was committed late lies behind the end that a walk reached only if that was young."""
        if not reached.updated_at and not reached.read_ms:
            return None, _iso(self._range.since_ms)
        overlap_ms = reached.read_ms - OVERLAP_MS
        if reached.read_ms and (not reached.updated_at or (instant_us(reached.updated_at) or 0) >= overlap_ms * 1000):
            return None, _iso(overlap_ms)
        return Position(reached.updated_at, reached.id), ""

    def _lagging(self, cursor: OfficeCursor) -> tuple[OfficeCursor, str]:
        after, left = "", LAGGING_PER_RUN
        try:
            while left > 0:
                self._go_on()
                page = self._means.links.page(self._tenant, after, PAGE, synced=False)
                self._feed([people_drift.of_lagging(link, self._now // DAY_MS) for link in page.links])
                after, left = page.place, left - PAGE
                if page.is_end:
                    break
        except (Halted, _Over) as stop:
            return cursor, _why(stop)
        return cursor, ""

    def _links(self, cursor: OfficeCursor) -> tuple[OfficeCursor, str]:
        """The place moves on page by page, whether all of a page could be checked or none."""
        place, left = cursor.links, LINKS_PER_RUN
        try:
            while left > 0:
                self._go_on()
                page = self._means.links.page(self._tenant, place, min(PAGE, left), synced=True)
                self._check(page.links)
                place, left = "" if page.is_end else page.place, left - PAGE
                if page.is_end:
                    break
        except (Halted, _Over) as stop:
            return replace(cursor, links=place), _why(stop)
        return replace(cursor, links=place), ""

    def _check(self, links: Sequence[Link]) -> None:
        """A page of links against both sides."""
        if not links:
            return
        people = self._reading.people((link.tipo, link.entity_id) for link in links)
        self._feed([_of_row(link, people.get((link.tipo, link.entity_id))) for link in links])
        self._report.links += len(links)
        ours = [link for link in links if link.account_id == self._account_id]
        contacts = self._reading.contacts(ours)
        self._report.contacts += len(contacts)
        self._feed([people_drift.of_contact(link, contacts[link.contact_id]) for link in ours])

    def _feed(self, found: Sequence[Finding | None]) -> None:
        """Ask for a look at each, unless that very look is on its way or was taken before."""
        now = self._means.clock.now_ms()
        findings = [one for one in found if one and (one.tipo.value, one.entity_id) not in self._seen]
        if not findings:
            return
        looks = {
            finding: look(
                self._tenant,
                finding.tipo,
                finding.entity_id,
                finding.key,
                now,
                both_sides=not finding.only_row,
                yields=True,
            )
            for finding in findings
        }
        items = self._means.unsettled.items([envelope.id for envelope in looks.values()])
        wanted = []
        for finding, envelope in looks.items():
            self._seen.add((finding.tipo.value, finding.entity_id))
            match state_of(items.get(envelope.id), now):
                case "done":
                    self._report.known += 1
                    continue
                case "alive":
                    self._report.waiting += 1
                    continue
                case "none" | "stale" if finding.since_ms > now - self._range.grace_ms:
                    self._report.young += 1
                case _:
                    self._report.miss(self._tenant, finding)
            wanted.append(envelope)
        if wanted and not self._range.dry_run:
            self._means.queue().send(wanted, fifo=True)
            self._report.sent_on += len(wanted)
            self._room -= len(wanted)

    def _go_on(self) -> None:
        """Raises _Over."""
        if self._means.clock.now_ms() > self._end_ms - LAST_CALL_MS or not self._may_go_on():
            raise _Over("time")
        if self._room <= 0:
            raise _Over("full")


def _of_row(link: Link, person: Person | None) -> Finding | None:
    return people_drift.of_person(person, link) if person else people_drift.of_nobody(link)


def _why(stop: Halted | _Over) -> str:
    return stop.code if isinstance(stop, Halted) else stop.why


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()
