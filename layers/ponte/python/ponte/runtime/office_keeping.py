"""What the office bridge itself keeps of a person: the link to their contact, and what was not taken over."""

from dataclasses import replace

from ponte.clock import Clock
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded, Transient
from ponte.people.links import Link
from ponte.people.shared import Dissent
from ponte.relays.office_effects import EndLink, IntendWrites, LinkContact, MarkLagging, SaveLink
from ponte.storage.dissents import Dissents
from ponte.storage.links import Conflict, Links
from ponte.storage.offices import Offices

HOUR_MS = 3_600_000
AGAIN_S = 1.0  # somebody else wrote in between: look anew


class Keeping:
    """For one person: (tenant, tipo, entity_id)."""

    def __init__(
        self, offices: Offices, links: Links, dissents: Dissents, clock: Clock, person: tuple[str, str, int]
    ) -> None:
        self._offices = offices
        self._links = links
        self._dissents = dissents
        self._clock = clock
        self._person = person

    def keep(self, effect: LinkContact | IntendWrites | SaveLink | MarkLagging | EndLink) -> Outcome:
        """Under the version read here; who lost the race looks at everything anew."""
        links, now = self._links, self._clock.now_ms()
        link = links.of_person(*self._person)
        match effect:
            case LinkContact():
                return self._link(link, effect, now)
            case _ if link is None:
                return Transient("link_gone", AGAIN_S, counts=False)
            case IntendWrites():
                self._list(link, effect.dissents, now)
                return _saved(links.save(replace(link, pending=effect.values), now) is not None)
            case SaveLink():
                self._list(link, effect.dissents, now)
                fresh_hour = now - link.writes_from_ms > HOUR_MS
                kept = replace(
                    link,
                    base=effect.base,
                    pending={},
                    person_mark=effect.person_mark,
                    contact_mark=effect.contact_mark,
                    synced=True,
                    error="",
                    synced_ms=now,
                    writes=effect.writes + (0 if fresh_hour else link.writes),
                    writes_from_ms=now if fresh_hour else link.writes_from_ms,
                )
                return _saved(links.save(kept, now) is not None)
            case MarkLagging(code):
                return _saved(links.save(replace(link, synced=False, error=code), now) is not None)
            case EndLink():
                return _saved(links.end(link))

    def _list(self, link: Link, dissents: tuple[Dissent, ...], now: int) -> None:
        for dissent in dissents:
            self._dissents.note(link, dissent, now)

    def _link(self, link: Link | None, effect: LinkContact, now: int) -> Outcome:
        office = self._offices.read(self._person[0])
        if office is None or office.chatwoot is None:
            return Blocked("no_integration")
        tenant, tipo, entity_id = self._person
        new = Link(
            tenant,
            tipo,
            entity_id,
            office.chatwoot.account_id,
            effect.contact_id,
            base=effect.base,
            inbox_id=effect.inbox_id,
            source_id=effect.source_id,
        )
        self._list(new, effect.dissents, now)
        try:
            if link is None:
                self._links.make(new, now)
            elif link.contact_id != effect.contact_id:
                return _saved(self._links.move(link, effect.contact_id, now) is not None)
        except Conflict as conflict:
            return Rejected(f"taken_{conflict.taken}")
        return Succeeded({})


def _saved(is_saved: bool) -> Outcome:
    return Succeeded({}) if is_saved else Transient("link_contended", AGAIN_S, counts=False)
