"""Who stands for whom at the end of an office's history, and what is listed as a conflict between the two."""

from dataclasses import dataclass
from typing import Any

from ponte.people.links import Link
from ponte.storage.links import link_of
from sandbox.simulate.office_history import OfficeHistory
from sandbox.simulate.office_reading import ROLES, Row, line, plain
from sandbox.simulate.office_watch import ContactKey, Person

DELETED = "CONTACT_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Pair:
    """A person and the contact that shows them, as both are now."""

    person: Person
    table: str
    row: Row
    contact_key: ContactKey
    contact: Row

    @property
    def who(self) -> str:
        """As events name the person."""
        return f"{self.person[1]}|{self.person[2]}"


@dataclass(frozen=True, slots=True)
class Listed:
    """kept, lost: comparable."""

    kind: str
    kept: str
    lost: str

    @property
    def values(self) -> set[str]:
        return {self.kept, self.lost}


class Pairs:
    """rows, links: by person. listed: by person and field."""

    def __init__(self, history: OfficeHistory) -> None:
        self._history = history
        self._tenants = [office.config["tenant"] for office in history.world.offices]
        self.rows: dict[Person, tuple[str, Row]] = {
            (office.config["tenant"], tipo, int(row["id"])): (table, row)
            for office in history.world.offices
            for table, tipo in ROLES.items()
            for row in office.database.rows[table]
        }
        items = history.tables.core.scan(10_000)[0]
        self.links: dict[Person, Link] = {
            link.person: link for link in (link_of(item) for item in items if "contact_mark" in item)
        }
        self.listed: dict[tuple[Person, str], Listed] = {
            ((str(item["tenant"]), str(item["tipo"]), int(item["entity_id"])), str(item["name"])): _listed(item)
            for item in items
            if "lost" in item and not item["closed_by"]
        }
        self.all: list[Pair] = []
        for person, (table, row) in self.rows.items():
            link = self.links.get(person)
            contact = self.contact_of(link) if link else None
            if link and contact:
                self.all.append(Pair(person, table, row, self.key_of(link), contact))

    def key_of(self, link: Link) -> ContactKey:
        return self._tenants.index(link.tenant), link.contact_id

    def contact_of(self, link: Link) -> Row | None:
        at, contact_id = self.key_of(link)
        return self._history.world.accounts[at].contacts.get(contact_id)


def _listed(item: dict[str, Any]) -> Listed:
    kept, lost = str(item["kept"]), str(item["lost"])
    spell = {"name": plain, "email": str.lower, "phone": line}[str(item["name"])]
    return Listed(str(item["kind"]), spell(kept), spell(lost))
