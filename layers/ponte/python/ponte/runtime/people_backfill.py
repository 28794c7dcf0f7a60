"""Everybody of an office looked at once, page by page, from where the last try ended: for a new office, or after long.

    zattar     every row of the three tables, by (updated_at, id): whoever has no contact yet, or shows differently
    chatwoot   every link: whose contact was edited, merged or deleted, whose person is gone

A page is put on Zattar's queue before the place behind it is saved, each look under a name that the job and the person
make: who is killed in between puts the same looks there again, and the ledger knows them. The queue is never filled
further than QUEUED, since a live event would wait behind.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, Literal

from ponte.relays import people_drift
from ponte.relays.people_drift import Finding
from ponte.runtime.office_looks import look
from ponte.runtime.people_healing import Means
from ponte.runtime.people_reading import Halted, PeopleReading, patiently
from ponte.zattar.values import Position, Tipo

QUEUED = 500  # looks; some 100 pages wait for nobody, live events for some seconds
LEASE_MS = 60_000
LOOK_AGAIN_MS = 1_000
CHATWOOT = "chatwoot"

type Side = Literal["zattar", "chatwoot"]


class Busy(Exception):
    """Another process is at it, or was killed less than LEASE_MS ago."""


class NoOffice(Exception):
    """There is no such office, or it has no Chatwoot."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one job, as it is stored. job: its name. stages: what is still to be walked, the first one at present: a tipo,
    or "chatwoot". updated_at, id: the last row that was read; place: the last link. done: people and links looked at,
    of about `total`. queued: looks put on the queue. unreadable: rows without a usable id. finished_ms: 0 until then.

    since_ms, since_done: when this process began, and with what; for the rate. stopped: why it ended early.
    """

    job: str
    stages: tuple[str, ...]
    only_active: bool
    started_ms: int
    updated_at: str = ""
    id: int = 0
    place: str = ""
    done: int = 0
    total: int = 0
    queued: int = 0
    unreadable: int = 0
    finished_ms: int = 0
    resumed: bool = False
    since_ms: int = 0
    since_done: int = 0
    stopped: str = ""

    def rate(self, now_ms: int) -> float:
        """People per second, of this process."""
        return (self.done - self.since_done) * 1000 / max(1, now_ms - self.since_ms)

    def seconds_left(self, now_ms: int) -> int | None:
        """None while nothing is known."""
        rate = self.rate(now_ms)
        return round(max(0, self.total - self.done) / rate) if rate else None

    def as_data(self) -> dict[str, Any]:
        """JSON data."""
        return asdict(self) | {"stages": list(self.stages)}

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Progress":
        return cls(**data | {"stages": tuple(data["stages"])})


@dataclass(frozen=True, slots=True)
class Wish:
    """sides: what to walk. page_size: people per page. anew: do not go on where the last one was left."""

    tenant: str
    sides: tuple[Side, ...] = ("zattar", "chatwoot")
    page_size: int = 50
    only_active: bool = False
    anew: bool = False


@dataclass(frozen=True, slots=True)
class _Page:
    size: int = 0
    findings: Sequence[Finding] = field(default=())
    unreadable: int = 0


class Backfill:
    """waiting: how many messages Zattar's queue holds. owner: a unique name of this process."""

    def __init__(self, means: Means, waiting: Callable[[], int], owner: str) -> None:
        self._means = means
        self._waiting = waiting
        self._owner = owner

    def stored(self, tenant: str) -> Progress | None:
        """Of the last job; None where there is none."""
        found = self._means.cursors.backfill(tenant)
        return Progress.of(found) if found else None

    def run(self, wish: Wish, tell: Callable[[Progress], None]) -> Progress:
        """To the end, or to a side that stays away. tell: told after each page. Raises Busy, NoOffice."""
        office = self._means.offices.read(wish.tenant, fresh=True)
        if office is None or office.chatwoot is None:
            raise NoOffice
        if not self._means.cursors.take_backfill(wish.tenant, self._owner, LEASE_MS):
            raise Busy
        reading = PeopleReading(self._means.calls, wish.tenant)
        progress = self._patiently(wish, partial(self._begin, wish, reading))
        if isinstance(progress, str):
            self._means.cursors.leave_backfill(wish.tenant, self._owner)
            now = self._means.clock.now_ms()
            return Progress("", (), wish.only_active, now, since_ms=now, stopped=progress)
        tell(progress)
        while progress.stages and not progress.stopped:
            turned = self._patiently(wish, partial(self._turn, wish, progress, reading, office.chatwoot.account_id))
            progress = replace(progress, stopped=turned) if isinstance(turned, str) else turned
            tell(progress)
        self._means.cursors.leave_backfill(wish.tenant, self._owner)
        return progress

    def _begin(self, wish: Wish, reading: PeopleReading) -> Progress:
        now = self._means.clock.now_ms()
        known = self.stored(wish.tenant)
        if known and not known.finished_ms and not wish.anew:
            return replace(known, resumed=True, since_ms=now, since_done=known.done, stopped="")
        tipos = tuple(tipo.value for tipo in Tipo) if "zattar" in wish.sides else ()
        people = sum(reading.count(Tipo(tipo), only_active=wish.only_active) for tipo in tipos)
        links = (people or self._means.links.count(wish.tenant)) if CHATWOOT in wish.sides else 0
        stages = (*tipos, *((CHATWOOT,) if CHATWOOT in wish.sides else ()))
        new = Progress(str(now), stages, wish.only_active, now, total=people + links, since_ms=now)
        self._save(wish.tenant, new)
        return new

    def _turn(self, wish: Wish, at: Progress, reading: PeopleReading, account_id: int) -> Progress:
        """One page: read, queue, save. Raises Halted, Busy."""
        if at.stages[0] == CHATWOOT:
            page, then = self._links(wish, at, reading, account_id)
        else:
            page, then = self._rows(wish, at, reading)
        self._await_room(wish.tenant)
        self._put(wish.tenant, at, page.findings)
        then = replace(
            then,
            done=at.done + page.size,
            queued=at.queued + len(page.findings),
            unreadable=at.unreadable + page.unreadable,
        )
        if not then.stages:
            then = replace(then, finished_ms=self._means.clock.now_ms(), total=then.done)
        self._save(wish.tenant, then)
        return then

    def _rows(self, wish: Wish, at: Progress, reading: PeopleReading) -> tuple[_Page, Progress]:
        tipo = Tipo(at.stages[0])
        after = Position(at.updated_at, at.id) if at.id else None
        page = reading.page(tipo, after, only_active=at.only_active, size=wish.page_size)
        if page.position is None:
            return _Page(unreadable=page.unreadable), replace(at, stages=at.stages[1:], updated_at="", id=0)
        links = self._means.links.of_people(wish.tenant, ((tipo.value, each.id) for each in page.people))
        found = (people_drift.of_person(each, links.get((tipo.value, each.id))) for each in page.people)
        then = replace(at, updated_at=page.position.updated_at, id=page.position.id)
        return _Page(len(page.people), [one for one in found if one], page.unreadable), then

    def _links(self, wish: Wish, at: Progress, reading: PeopleReading, account_id: int) -> tuple[_Page, Progress]:
        page = self._means.links.page(wish.tenant, at.place, wish.page_size, synced=True)
        ours = [link for link in page.links if link.account_id == account_id]
        people = reading.people((link.tipo, link.entity_id) for link in ours)
        contacts = reading.contacts(ours)
        found = []
        for link in ours:
            if (link.tipo, link.entity_id) in people:
                found.append(people_drift.of_contact(link, contacts[link.contact_id]))
            else:
                found.append(people_drift.of_nobody(link))
        then = replace(at, stages=at.stages[1:], place="") if page.is_end else replace(at, place=page.place)
        return _Page(len(page.links), [one for one in found if one]), then

    def _put(self, tenant: str, at: Progress, findings: Sequence[Finding]) -> None:
        now = self._means.clock.now_ms()
        key = f"{at.job}|{CHATWOOT}" if at.stages[0] == CHATWOOT else at.job
        looks = [
            look(tenant, one.tipo, one.entity_id, key, now, both_sides=not one.only_row, yields=True)
            for one in findings
        ]
        if looks:
            self._means.queue().send(looks, fifo=True)

    def _await_room(self, tenant: str) -> None:
        self._hold(tenant)
        while self._waiting() >= QUEUED:
            self._means.clock.sleep_ms(LOOK_AGAIN_MS)
            self._hold(tenant)

    def _patiently[T](self, wish: Wish, act: Callable[[], T]) -> T | str:
        """What comes of it, or why a side stayed away."""
        try:
            return patiently(act, self._means.clock, partial(self._hold, wish.tenant))
        except Halted as halted:
            return halted.code

    def _hold(self, tenant: str) -> None:
        if not self._means.cursors.take_backfill(tenant, self._owner, LEASE_MS):
            raise Busy

    def _save(self, tenant: str, progress: Progress) -> None:
        if not self._means.cursors.save_backfill(tenant, self._owner, progress.as_data()):
            raise Busy
