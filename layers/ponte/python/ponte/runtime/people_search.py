"""Whom of Zattar a contact of Chatwoot may be: asked for by what is known of the contact, and listed.

One call per trait and kind of person, nine at most.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ponte.chatwoot.values import Contact
from ponte.outcome import Outcome, Succeeded
from ponte.relays import people_matches
from ponte.relays.people_matches import Traits
from ponte.runtime.office_calls import OfficeCalls
from ponte.storage.links import Links
from ponte.storage.suggestions import Suggestion, Suggestions
from ponte.zattar import answers, requests
from ponte.zattar.rest import RestCall
from ponte.zattar.values import Tipo


class Place(NamedTuple):
    """Where a contact is."""

    tenant: str
    account_id: int


def suggest(
    calls: OfficeCalls,
    links: Links,
    suggestions: Suggestions,
    place: Place,
    contact: Contact,
    now_ms: int,
    timeout_seconds: float,
) -> int | Outcome:
    """How many pairs are open now; else why Zattar does not say. Who is linked already is nobody's suggestion."""
    traits = people_matches.traits_of(contact)
    found: dict[tuple[Tipo, int], tuple[str, ...]] = {}
    for tipo, call in _asked(traits):
        outcome = calls.zattar(place.tenant, call, timeout_seconds)
        if not isinstance(outcome, Succeeded):
            return outcome
        for person in answers.people(outcome.result, tipo).people:
            if reasons := people_matches.reasons(traits, person):
                found[tipo, person.id] = reasons
    free = {key: reasons for key, reasons in found.items() if links.of_person(place.tenant, *key) is None}
    return sum(
        suggestions.note(Suggestion(*place, contact.id, tipo.value, entity_id, reasons, 0), now_ms)
        for (tipo, entity_id), reasons in free.items()
    )


def _asked(traits: Traits) -> Iterator[tuple[Tipo, RestCall]]:
    ending = people_matches.ending(traits)
    for tipo in Tipo:
        if traits.document:
            yield tipo, requests.people_with_document(tipo, traits.document)
        if traits.email:
            yield tipo, requests.people_with_email(tipo, traits.email)
        if ending:
            yield tipo, requests.people_with_phone_ending(tipo, ending)
