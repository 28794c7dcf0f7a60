"""Where a person and their contact have drifted apart unheard: what a look at one side alone shows against the link.

A finding says "look at this person", no more: whoever looks reads both sides anew (relays/people_sync.py). So a finding
that is out of date by then does no harm, and one that nobody could make is all that healing can miss.
"""

from dataclasses import dataclass
from typing import Literal

from ponte.chatwoot.values import Contact
from ponte.digest import digest
from ponte.people.links import Link
from ponte.relays import chatwoot_to_zattar, zattar_to_chatwoot
from ponte.relays.people_sync import DELETED
from ponte.zattar.values import Person, Tipo

type What = Literal["unlinked", "row_changed", "lagging", "person_gone", "contact_changed", "contact_gone"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Whom to look at, and why. key: the same for the same state of both sides, so that what was found before is known
    again. contact_id: 0 where there is none yet. since_ms: when it came about, 0 where nobody can tell."""

    tipo: Tipo
    entity_id: int
    what: What
    key: str
    contact_id: int = 0
    since_ms: int = 0

    @property
    def only_row(self) -> bool:
        """Whether nothing is known of the contact, so that a row which shows as before ends the look."""
        return self.what in ("unlinked", "row_changed")


def of_person(person: Person, link: Link | None) -> Finding | None:
    """A row as it shows now. A contact that was deleted in Chatwoot stays away until somebody asks for it."""
    if link is not None and (link.error == DELETED or (link.synced and link.person_mark == _mark(person))):
        return None
    what: What = "unlinked" if link is None else "row_changed" if link.synced else "lagging"
    changed_ms = (person.updated_at_us or 0) // 1000
    return _finding(what, person.tipo, person.id, link, person.updated_at + _mark(person), changed_ms)


def of_contact(link: Link, contact: Contact | None) -> Finding | None:
    """The contact of a link as it shows now, None for one that is not there."""
    if link.error == DELETED:
        return None
    if contact is None:
        return _finding("contact_gone", Tipo(link.tipo), link.entity_id, link, "", 0)
    mark = chatwoot_to_zattar.contact_mark(contact)
    if link.synced and link.contact_mark == mark:
        return None
    what: What = "contact_changed" if link.synced else "lagging"
    return _finding(what, Tipo(link.tipo), link.entity_id, link, mark, 0)


def of_nobody(link: Link) -> Finding:
    """A link whose person is not there."""
    return _finding("person_gone", Tipo(link.tipo), link.entity_id, link, "", 0)


def of_lagging(link: Link, day: int) -> Finding | None:
    """A link that is known to lag behind: looked at again once a day, since what was refused may be granted by then.

    day: a number that changes daily."""
    if link.synced or link.error == DELETED:
        return None
    return _finding("lagging", Tipo(link.tipo), link.entity_id, link, f"{link.error} {day}", link.updated_ms)


def _finding(what: What, tipo: Tipo, entity_id: int, link: Link | None, seen: str, since_ms: int) -> Finding:
    """By what was seen and when both sides were last equal: a look that ended in parking is not asked for again until
    something changes, one that brought both into step makes room for the next."""
    synced_ms = link.synced_ms if link else 0
    return Finding(tipo, entity_id, what, digest(what, seen, str(synced_ms)), link.contact_id if link else 0, since_ms)


def _mark(person: Person) -> str:
    return zattar_to_chatwoot.person_mark(person)
