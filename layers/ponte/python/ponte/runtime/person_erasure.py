"""Erasing what Ponte itself keeps of one person of an office (LGPD, art. 18 VI), and showing beforehand what that is.

Zattar and Chatwoot are the office's own: whoever erases there as well does so first. The person stays parted from any
contact, by a marker of ids, so that no event brings them back; somebody's own wish to sync them does.

    link            deleted, with what both sides showed and the pubsub_token
    conflicts       deleted
    suggestions     closed for good: a suggestion holds ids only
    conversations   deleted, and all that was said in them
    ledger          events of the person and their contacts deleted, parked ones with what they brought; one that a
                    worker is busy with is left, and counted
    audit trail     values deleted, rows and chain stay: a row says who had it done before the first value goes

Payloads too big for a queue expire from the bucket within days, the tables' backups within 35.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ponte.conversas.values import Conversa
from ponte.errors import Contended
from ponte.runtime.office_performer import OfficeMeans
from ponte.storage.audit import Note, Row, chain_of
from ponte.storage.audit_check import ERASED_PERSON
from ponte.storage.conversas import Conversas
from ponte.storage.dissents import Listed
from ponte.storage.mensagens import Mensagens
from ponte.storage.suggestions import Suggestion
from ponte.storage.table import Delete, Item, Table

PAGE = 500
TRIES = 3
BUSY = "SENDING"


@dataclass(frozen=True, slots=True)
class Holding:
    """What there is of a person. contacts: ids, of the link and of the trail. busy: events that a worker is at."""

    linked: bool
    contacts: tuple[int, ...]
    conflicts: int
    suggestions: int
    conversations: int
    events: int
    busy: int
    audit_values: int

    @property
    def is_empty(self) -> bool:
        """What an erasure leaves."""
        kept = self.conflicts + self.suggestions + self.conversations + self.events + self.audit_values
        return not (self.linked or kept)


class PersonErasure:
    """core, message: those tables. Message is read through: rare, so nothing is indexed for it."""

    def __init__(self, means: OfficeMeans, core: Table, message: Table) -> None:
        self._means = means
        self._message = message
        self._conversas = Conversas(core)
        self._mensagens = Mensagens(message)

    def preview(self, tenant: str, tipo: str, entity_id: int) -> Holding:
        return self._found(tenant, tipo, entity_id).holding

    def erase(self, tenant: str, tipo: str, entity_id: int, by: str) -> Holding:
        """What was erased; `busy` is left. Repeating it after a crash, or for what was busy, erases the rest. Raises
        Contended where workers were quicker each time."""
        means, whom = self._means, (tipo, entity_id)
        found = self._found(tenant, tipo, entity_id)
        self._part(tenant, tipo, entity_id, by)
        # Before the first value goes, and after the last look could add one: storage/audit_check.py.
        place = means.audit.add(tenant, Note(ERASED_PERSON, by, {}, whom), means.clock.now_ms())
        for row in self._rows(tenant, whom):
            if row.sealed and row.place.n < place.n:
                means.audit.erase(tenant, row)
        for listed in found.conflicts:
            means.dissents.erase(listed)
        for suggestion in found.suggestions:
            means.suggestions.close(suggestion, "erased", by)
        for conversa in found.conversas:
            self._mensagens.erase(tenant, conversa.account_id, conversa.number)
            self._conversas.erase(conversa)
        for item in found.events:
            self._message.write(Delete(str(item["pk"]), str(item["sk"])))
        return found.holding

    def _part(self, tenant: str, tipo: str, entity_id: int, by: str) -> None:
        for _ in range(TRIES):
            link = self._means.links.of_person(tenant, tipo, entity_id)
            if link is None or self._means.links.unlink(link, by, self._means.clock.now_ms()):
                return
        raise Contended("link_contended")

    def _found(self, tenant: str, tipo: str, entity_id: int) -> "_Found":
        link = self._means.links.of_person(tenant, tipo, entity_id)
        rows = list(self._rows(tenant, (tipo, entity_id)))
        contacts = {row.contact[1] for row in rows if row.contact} | ({link.contact_id} if link else set())
        conversas = list(self._talks(tenant, tipo, entity_id))
        subjects = {f"{tipo}|{entity_id}", *(f"contact|{each}" for each in contacts)}
        events, busy = self._events(tenant, subjects | {f"conversation|{each.number}" for each in conversas})
        conflicts = self._means.dissents.of_person(tenant, tipo, entity_id)
        suggestions = [each for each in self._open(tenant) if (each.tipo, each.entity_id) == (tipo, entity_id)]
        holding = Holding(
            linked=link is not None,
            contacts=tuple(sorted(contacts)),
            conflicts=len(conflicts),
            suggestions=len(suggestions),
            conversations=len(conversas),
            events=len(events),
            busy=busy,
            audit_values=sum(bool(row.sealed) for row in rows),
        )
        return _Found(holding, conflicts, suggestions, conversas, events)

    def _rows(self, tenant: str, whom: tuple[str, int]) -> Iterator[Row]:
        return (row for row in self._means.audit.rows(tenant, chain_of(whom)) if row.person == whom)

    def _open(self, tenant: str) -> Iterator[Suggestion]:
        place, more = "", True
        while more:
            page, place = self._means.suggestions.page(tenant, place)
            yield from page
            more = bool(place)

    def _talks(self, tenant: str, tipo: str, entity_id: int) -> Iterator[Conversa]:
        place, more = "", True
        while more:
            page = self._conversas.of_person(tenant, tipo, entity_id, after=place)
            yield from page.conversas
            place, more = page.cursor, bool(page.cursor)

    def _events(self, tenant: str, subjects: set[str]) -> tuple[list[Item], int]:
        """Items of the ledger about them, and how many more a worker is at."""
        groups = {f"{tenant}|{subject}" for subject in subjects}
        found: list[Item] = []
        busy, after = 0, None
        while True:
            items, after = self._message.scan(PAGE, after)
            for item in items:
                if item.get("scope") == tenant and item.get("conversation") in groups:
                    if item.get("st") == BUSY:
                        busy += 1
                    else:
                        found.append(item)
            if after is None:
                return found, busy


@dataclass(frozen=True, slots=True)
class _Found:
    holding: Holding
    conflicts: list[Listed]
    suggestions: list[Suggestion]
    conversas: list[Conversa]
    events: list[Item]
