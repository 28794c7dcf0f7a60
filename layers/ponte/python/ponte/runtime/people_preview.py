"""What a backfill would do, without doing any of it: page by page, both sides compared as the relay compares them.

Labels are left out: neither lists nor filters of Chatwoot tell them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from ponte.chatwoot.values import PAGE_SIZE, Contact
from ponte.people.links import Link
from ponte.people.shared import Shown, merge
from ponte.relays import chatwoot_to_zattar, zattar_to_chatwoot
from ponte.relays.people_sync import DELETED
from ponte.runtime.people_backfill import CHATWOOT, Wish
from ponte.runtime.people_healing import Means
from ponte.runtime.people_reading import PeopleReading, patiently
from ponte.zattar.values import Person, Position, Tipo

type What = Literal["create", "link", "write_contact", "write_person", "contact_gone", "person_gone"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What would be done about one person, field by field. name: of people.shared, "attributes", or "" for the whole;
    before, after: as they stand and would stand on the side that is written to."""

    tipo: str
    entity_id: int
    what: What
    name: str = ""
    before: str = field(default="", repr=False)
    after: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Compared:
    """A page. people: how many were looked at."""

    people: int
    differences: Sequence[Difference]


class Preview:
    def __init__(self, means: Means) -> None:
        self._means = means

    def pages(self, wish: Wish) -> Iterator[Compared]:
        """Everybody of the sides that the wish names. Raises people_reading.Halted."""
        reading = PeopleReading(self._means.calls, wish.tenant)
        if "zattar" in wish.sides:
            for tipo in Tipo:
                yield from self._rows(wish, reading, tipo)
        if CHATWOOT in wish.sides:
            yield from self._links(wish, reading)

    def _rows(self, wish: Wish, reading: PeopleReading, tipo: Tipo) -> Iterator[Compared]:
        after: Position | None = None
        while True:
            read = partial(reading.page, tipo, after, only_active=wish.only_active, size=wish.page_size)
            page = patiently(read, self._means.clock)
            if page.position is None:
                return
            yield patiently(partial(self._row_page, wish, reading, tipo, page.people), self._means.clock)
            after = page.position

    def _row_page(self, wish: Wish, reading: PeopleReading, tipo: Tipo, people: Sequence[Person]) -> Compared:
        links = self._means.links.of_people(wish.tenant, ((tipo.value, each.id) for each in people))
        linked = [(each, links[tipo.value, each.id]) for each in people if (tipo.value, each.id) in links]
        strangers = [each for each in people if (tipo.value, each.id) not in links]
        return Compared(len(people), [*_new(reading, strangers), *_known(reading, linked)])

    def _links(self, wish: Wish, reading: PeopleReading) -> Iterator[Compared]:
        """Where the rows were walked too, only what those do not show: people who are gone."""
        place = ""
        while True:
            page = self._means.links.page(wish.tenant, place, wish.page_size, synced=True)
            yield patiently(partial(self._link_page, wish, reading, page.links), self._means.clock)
            place = page.place
            if page.is_end:
                return

    def _link_page(self, wish: Wish, reading: PeopleReading, links: Sequence[Link]) -> Compared:
        people = reading.people((link.tipo, link.entity_id) for link in links)
        gone = [link for link in links if (link.tipo, link.entity_id) not in people]
        found = [Difference(link.tipo, link.entity_id, "person_gone") for link in gone]
        if "zattar" not in wish.sides:
            there = ((people.get((link.tipo, link.entity_id)), link) for link in links)
            found += _known(reading, [(person, link) for person, link in there if person])
        return Compared(len(links), found)


def _new(reading: PeopleReading, people: Sequence[Person]) -> Iterator[Difference]:
    for start in range(0, len(people), PAGE_SIZE):
        chunk = people[start : start + PAGE_SIZE]
        names = [zattar_to_chatwoot.identifier(each.tipo, each.id) for each in chunk]
        there = {contact.identifier for contact in reading.named(names)}
        for person, name in zip(chunk, names, strict=True):
            yield Difference(person.tipo.value, person.id, "link" if name in there else "create")


def _known(reading: PeopleReading, pairs: Sequence[tuple[Person, Link]]) -> Iterator[Difference]:
    living = [(person, link) for person, link in pairs if link.error != DELETED]
    contacts = reading.contacts([link for _, link in living])
    for person, link in living:
        contact = contacts[link.contact_id]
        if contact is None:
            yield Difference(link.tipo, link.entity_id, "contact_gone")
        else:
            yield from _compared(person, link, contact)


def _compared(person: Person, link: Link, contact: Contact) -> Iterator[Difference]:
    ours = zattar_to_chatwoot.shown(person)
    seen = chatwoot_to_zattar.shown(contact)
    theirs = Shown(seen.name, seen.email, seen.phone, ours.labels, seen.attributes)
    merged = merge(link.base, ours, theirs, partial(chatwoot_to_zattar.holds, person))
    for name, value in merged.contact.items():
        yield Difference(link.tipo, link.entity_id, "write_contact", name, getattr(theirs, name), value)
    if merged.attributes:
        yield Difference(link.tipo, link.entity_id, "write_contact", "attributes")
    for name, value in merged.person.items():
        yield Difference(link.tipo, link.entity_id, "write_person", name, getattr(ours, name), value)
