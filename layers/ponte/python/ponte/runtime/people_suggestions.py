"""Unlinked contacts of Chatwoot and the people of Zattar that they may be: found, listed, accepted or refused.

Found when a contact's post comes, for that one (runtime/people_search.py), and by `walk` for all that were
there before. Nothing is written on either side before somebody accepts.
"""

from dataclasses import dataclass
from typing import Literal

from ponte.chatwoot import requests as chatwoot
from ponte.chatwoot import values
from ponte.chatwoot.values import Contact
from ponte.outcome import Outcome, Succeeded
from ponte.people.links import Link
from ponte.relays.zattar_to_chatwoot import read_identifier
from ponte.runtime.office_looks import look
from ponte.runtime.office_performer import OfficeMeans
from ponte.runtime.people_search import Place, suggest
from ponte.runtime.redrive import Queue
from ponte.storage.audit import Note
from ponte.storage.links import Conflict
from ponte.storage.suggestions import Suggestion
from ponte.zattar.values import Tipo

CALL_SECONDS = 10.0
MADE, REFUSED = "link.made", "suggestion.refused"

type Refusal = Literal["not_found", "closed", "taken_person", "taken_contact", "no_integration"]


@dataclass(frozen=True, slots=True)
class Walked:
    """One page of contacts. seen: unlinked ones among them. found: pairs that were listed. next_page: 0 at the end.
    code: why it ended early, "" where it did not."""

    seen: int
    found: int
    next_page: int
    code: str = ""


class NotAccepted(Exception):
    """Nothing was linked or refused. code: why."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code)
        self.code = code


class SuggestionDesk:
    """queue: Zattar's events, where an accepted pair waits for its first look."""

    def __init__(self, means: OfficeMeans, queue: Queue) -> None:
        self._means = means
        self._queue = queue

    def walk(self, tenant: str, page: int) -> Walked:
        """Look at one page of the account's contacts, from 1."""
        outcome = self._means.calls.chatwoot(tenant, chatwoot.list_contacts(page, sort="name"), CALL_SECONDS)
        if not isinstance(outcome, Succeeded):
            return Walked(0, 0, 0, getattr(outcome, "code", "no_answer"))
        listed = values.page_of(outcome.result)
        seen = found = 0
        for contact in listed.contacts:
            if not self.is_unlinked(tenant, contact):
                continue
            seen += 1
            made = self.look_for(tenant, contact, CALL_SECONDS)
            if isinstance(made, int):
                found += made
            else:
                return Walked(seen, found, 0, getattr(made, "code", "no_answer"))
        return Walked(seen, found, page + 1 if listed.has_more else 0)

    def is_unlinked(self, tenant: str, contact: Contact) -> bool:
        return (
            read_identifier(contact.identifier or "") is None
            and self._means.links.of_contact(tenant, self._account(tenant), contact.id) is None
        )

    def look_for(self, tenant: str, contact: Contact, timeout_seconds: float) -> int | Outcome:
        """List whom this contact may be: how many pairs are open now. Else why Zattar does not say."""
        means, now = self._means, self._means.clock.now_ms()
        place = Place(tenant, self._account(tenant))
        return suggest(means.calls, means.links, means.suggestions, place, contact, now, timeout_seconds)

    def accept(self, tenant: str, suggestion_id: str, by: str) -> Suggestion:
        """Link the two, and have them looked at. Raises NotAccepted, Contended."""
        suggestion = self._open(tenant, suggestion_id)
        person, contact = (suggestion.tipo, suggestion.entity_id), (suggestion.account_id, suggestion.contact_id)
        now = self._means.clock.now_ms()
        detail = {"origin": "suggestion", "reasons": ",".join(suggestion.reasons)}
        self._means.audit.add(tenant, Note(MADE, by, detail, person, contact), now)
        try:
            self._means.links.make(Link(tenant, *person, *contact), now)
        except Conflict as conflict:
            raise NotAccepted("taken_person" if conflict.taken == "person" else "taken_contact") from None
        # Queued before it is closed: who repeats it after a crash finds the same link, and looks once more.
        key = f"suggestion-{suggestion.id}-{suggestion.first_ms}"
        wish = look(tenant, Tipo(suggestion.tipo), suggestion.entity_id, key, now, insists=True, by=by)
        self._queue.send([wish], fifo=True)
        self._means.suggestions.close(suggestion, "accepted", by)
        return suggestion

    def refuse(self, tenant: str, suggestion_id: str, by: str) -> Suggestion:
        """They are two people: never suggest it again. Raises NotAccepted, Contended."""
        suggestion = self._open(tenant, suggestion_id)
        person, contact = (suggestion.tipo, suggestion.entity_id), (suggestion.account_id, suggestion.contact_id)
        self._means.audit.add(tenant, Note(REFUSED, by, {}, person, contact), self._means.clock.now_ms())
        if not self._means.suggestions.close(suggestion, "refused", by):
            raise NotAccepted("closed")
        return suggestion

    def _open(self, tenant: str, suggestion_id: str) -> Suggestion:
        account_id = self._account(tenant)
        if not account_id:
            raise NotAccepted("no_integration")
        found = self._means.suggestions.get(tenant, account_id, suggestion_id)
        if found is None:
            raise NotAccepted("not_found")
        if found.closed:
            raise NotAccepted("closed")
        return found

    def _account(self, tenant: str) -> int:
        office = self._means.offices.read(tenant)
        return office.chatwoot.account_id if office and office.chatwoot else 0
