"""Whether an office's links keep their rules: one contact for a person, one person for a contact, both still there.

Reads everything we keep of the office (a scan: links are addressed one by one) and both systems, and changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from ponte.chatwoot.values import PAGE_SIZE
from ponte.people.links import Link
from ponte.relays.people_sync import DELETED
from ponte.relays.zattar_to_chatwoot import identifier
from ponte.runtime.people_healing import Means
from ponte.runtime.people_reading import Halted, PeopleReading, patiently
from ponte.storage.links import item_of, link_of
from ponte.storage.table import Item, Table

PAGE = 1_000  # items of one read
CHUNK = 100  # links against both sides in one go

type _Person = tuple[str, int]
type _Links = dict[_Person, Link]
type _Claims = dict[tuple[int, int], _Person]

type What = Literal[
    "contact_unclaimed",
    "contact_twice",
    "claim_orphaned",
    "unlisted",
    "other_account",
    "person_gone",
    "contact_gone",
    "identifier_elsewhere",
    "identifier_twice",
    "unchecked",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """what: contact_unclaimed, the link's contact does not point back, so that another person might be linked with it;
    contact_twice, it points to another person; claim_orphaned, a contact points to a person without such a link;
    unlisted, no walk through the links finds this one; other_account, a contact of an account that is not the office's;
    person_gone, contact_gone, a side is not there and nobody has looked since; identifier_elsewhere, our identifier
    stands at another contact; identifier_twice, at several; unchecked, a side did not answer (detail: its code).

    person: our identifier of the person, "" where none is known. contact_id: 0 where none is known.
    """

    what: What
    person: str = ""
    contact_id: int = 0
    detail: str = ""


class Verify:
    """core: the Core table."""

    def __init__(self, means: Means, core: Table) -> None:
        self._means = means
        self._core = core

    def problems(self, tenant: str) -> Iterator[Problem]:
        """All of them, as they are found. The office has to be there."""
        links, listed, claims = self._kept(tenant)
        yield from _unique(links, claims)
        yield from (_of("unlisted", link) for person, link in links.items() if person not in listed)
        office = self._means.offices.read(tenant)
        account_id = office.chatwoot.account_id if office and office.chatwoot else 0
        yield from (_of("other_account", link) for link in links.values() if link.account_id != account_id)
        ours = [link for link in links.values() if link.account_id == account_id]
        reading = PeopleReading(self._means.calls, tenant)
        try:
            for start in range(0, len(ours), CHUNK):
                yield from patiently(partial(_sides, reading, ours[start : start + CHUNK]), self._means.clock)
        except Halted as halted:
            yield Problem("unchecked", detail=halted.code)

    def _kept(self, tenant: str) -> tuple[_Links, set[_Person], _Claims]:
        """Links by person, those of them that are listed, and for whom each contact (account, id) is claimed."""
        links: _Links = {}
        listed: set[_Person] = set()
        claims: _Claims = {}
        for item in self._items():
            pk, sk = str(item["pk"]), str(item["sk"])
            if sk == "LINK" and pk.startswith(f"LINK#{tenant}#"):
                link = link_of(item)
                links[link.tipo, link.entity_id] = link
                wanted = item_of(link)
                if all(item.get(name) == wanted[name] for name in ("gsi1pk", "gsi1sk")):
                    listed.add((link.tipo, link.entity_id))
            elif sk == "UQ" and pk.startswith(f"UQ#{tenant}#CONTACT#"):
                account_id, _, contact_id = pk.removeprefix(f"UQ#{tenant}#CONTACT#").partition("#")
                claims[int(account_id), int(contact_id)] = str(item["tipo"]), int(item["entity_id"])
        return links, listed, claims

    def _items(self) -> Iterator[Item]:
        after: tuple[str, str] | None = None
        while True:
            items, after = self._core.scan(PAGE, after)
            yield from items
            if after is None:
                return


def _unique(links: _Links, claims: _Claims) -> Iterator[Problem]:
    for person, link in links.items():
        claimed = claims.get((link.account_id, link.contact_id))
        if claimed is None:
            yield _of("contact_unclaimed", link)
        elif claimed != person:
            yield _of("contact_twice", link, identifier(*claimed))
    for (account_id, contact_id), person in claims.items():
        found = links.get(person)
        if found is None or (found.account_id, found.contact_id) != (account_id, contact_id):
            yield Problem("claim_orphaned", identifier(*person), contact_id)


def _sides(reading: PeopleReading, links: Sequence[Link]) -> list[Problem]:
    """A link whose contact is known to be deleted is in order. Raises Halted."""
    people = reading.people((link.tipo, link.entity_id) for link in links)
    found = [_of("person_gone", link) for link in links if (link.tipo, link.entity_id) not in people]
    for start in range(0, len(links), PAGE_SIZE):
        chunk = links[start : start + PAGE_SIZE]
        named = reading.named([identifier(link.tipo, link.entity_id) for link in chunk])
        for link in chunk:
            name = identifier(link.tipo, link.entity_id)
            having = [each.id for each in named if (each.identifier or "").lower() == name]
            if len(having) > 1:
                found.append(_of("identifier_twice", link, ", ".join(map(str, sorted(having)))))
            elif having and having != [link.contact_id]:
                found.append(_of("identifier_elsewhere", link, str(having[0])))
            if link.contact_id not in having and link.error != DELETED and reading.contact(link.contact_id) is None:
                found.append(_of("contact_gone", link))
    return found


def _of(what: What, link: Link, detail: str = "") -> Problem:
    return Problem(what, identifier(link.tipo, link.entity_id), link.contact_id, detail)
