"""Both sides of an office's people, read in pages for healing, backfill and verifying; live traffic goes first.

Every call that does not succeed is `Halted`: the caller stops where it is and goes on there another time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from ponte.chatwoot import requests as chatwoot
from ponte.chatwoot.calls import ApiCall
from ponte.chatwoot.values import PAGE_SIZE, Contact, contact_of, page_of
from ponte.clock import Clock
from ponte.outcome import Outcome, Rejected, Succeeded, Transient
from ponte.people.links import Link
from ponte.relays.zattar_to_chatwoot import identifier
from ponte.runtime.office_calls import OfficeCalls
from ponte.zattar import answers
from ponte.zattar import requests as zattar
from ponte.zattar.answers import PeoplePage
from ponte.zattar.rest import RestCall
from ponte.zattar.values import Person, Position, Tipo

CALL_SECONDS = 15.0
TRIES = 8
FIRST_WAIT_MS = 1_000  # doubled each time: two minutes in all
LONGEST_WAIT_MS = 30_000


class Halted(Exception):
    """A side did not answer as asked. code: of the outcome. passes: whether waiting helps; else a person must mend it.
    wait_seconds: after how long it is worth asking again, None for a back-off."""

    def __init__(self, code: str, *, passes: bool = False, wait_seconds: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.passes = passes
        self.wait_seconds = wait_seconds


def patiently[T](act: Callable[[], T], clock: Clock, meanwhile: Callable[[], object] = lambda: None) -> T:
    """What comes of it, however often a side has to be waited for, within reason. meanwhile: called after each wait.

    Raises the last Halted, at once where waiting does not help.
    """
    wait_ms = FIRST_WAIT_MS
    for _ in range(TRIES - 1):
        try:
            return act()
        except Halted as halted:
            if not halted.passes:
                raise
            clock.sleep_ms(min(max(wait_ms, round((halted.wait_seconds or 0) * 1000)), LONGEST_WAIT_MS))
            wait_ms *= 2
            meanwhile()
    return act()


class PeopleReading:
    """Of one office."""

    def __init__(self, calls: OfficeCalls, tenant: str) -> None:
        self._calls = calls
        self._tenant = tenant

    def page(
        self, tipo: Tipo, after: Position | None, *, since: str = "", only_active: bool = False, size: int
    ) -> PeoplePage:
        """See zattar.requests.people_page. Raises Halted."""
        call = zattar.people_page(tipo, after, since=since, only_active=only_active, size=size)
        return answers.people(self._zattar(call), tipo)

    def count(self, tipo: Tipo, *, only_active: bool = False) -> int:
        """Raises Halted."""
        return answers.total(self._zattar(zattar.count_people(tipo, only_active=only_active))) or 0

    def people(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Person]:
        """By (tipo, entity_id); those that are not there are left out. Raises Halted."""
        found: dict[tuple[str, int], Person] = {}
        by_tipo: dict[str, list[int]] = {}
        for tipo, entity_id in wanted:
            by_tipo.setdefault(tipo, []).append(entity_id)
        for tipo, ids in by_tipo.items():
            for start in range(0, len(ids), zattar.MAX_IDS):
                result = self._zattar(zattar.people(Tipo(tipo), ids[start : start + zattar.MAX_IDS]))
                found |= {(tipo, each.id): each for each in answers.people(result, Tipo(tipo)).people}
        return found

    def contacts(self, links: Sequence[Link]) -> dict[int, Contact | None]:
        """The contacts of links, by id, None for one that is not there: fifteen in one call by our identifiers, and one
        by one those that carry another. Raises Halted."""
        found: dict[int, Contact | None] = {}
        for start in range(0, len(links), PAGE_SIZE):
            chunk = links[start : start + PAGE_SIZE]
            named = {each.id: each for each in self.named([identifier(link.tipo, link.entity_id) for link in chunk])}
            found |= {link.contact_id: named.get(link.contact_id) or self.contact(link.contact_id) for link in chunk}
        return found

    def named(self, identifiers: Sequence[str]) -> tuple[Contact, ...]:
        """Contacts with these identifiers, at most a page of them. Raises Halted."""
        return page_of(self._chatwoot(chatwoot.find_by_identifiers(identifiers))).contacts

    def contact(self, contact_id: int) -> Contact | None:
        """Raises Halted."""
        outcome = self._calls.chatwoot(self._tenant, chatwoot.get_contact(contact_id), CALL_SECONDS, yields=True)
        if isinstance(outcome, Rejected) and outcome.code == "not_found":
            return None
        contact = contact_of(_succeeded(outcome))
        if contact is None:
            raise Halted("unreadable_answer", passes=True)
        return contact

    def _zattar(self, call: RestCall) -> Mapping[str, object]:
        return _succeeded(self._calls.zattar(self._tenant, call, CALL_SECONDS))

    def _chatwoot(self, call: ApiCall) -> Mapping[str, object]:
        return _succeeded(self._calls.chatwoot(self._tenant, call, CALL_SECONDS, yields=True))


def _succeeded(outcome: Outcome) -> Mapping[str, object]:
    if isinstance(outcome, Succeeded):
        return outcome.result
    if isinstance(outcome, Transient):
        raise Halted(outcome.code, passes=True, wait_seconds=outcome.wait_seconds)
    raise Halted(str(getattr(outcome, "code", "default")))
