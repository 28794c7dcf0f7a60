"""Carries out the office bridge's effects: one person, one contact, and what is kept of the two."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ponte.chatwoot import requests as chatwoot
from ponte.chatwoot import values
from ponte.chatwoot.calls import ApiCall
from ponte.chatwoot.requests import ContactFields
from ponte.chatwoot.values import Labels
from ponte.clock import Clock
from ponte.errors import Contended
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.people.shared import Shown
from ponte.relays.decisions import Effect
from ponte.relays.office_effects import (
    CreateContact,
    EndLink,
    IntendWrites,
    LinkContact,
    LookUpContacts,
    MarkLagging,
    NoteAttempt,
    ReadContact,
    ReadPerson,
    ReloadIntegration,
    SaveLink,
    SeatContact,
    SuggestPeople,
    WriteContact,
    WriteLabels,
    WritePerson,
)
from ponte.runtime.contact_seats import Seats
from ponte.runtime.execute import CannotTell, Found, NotFound, Proof
from ponte.runtime.integrations import Integrations
from ponte.runtime.observability import EventLog, no_event
from ponte.runtime.office_audit import note_of
from ponte.runtime.office_calls import OfficeCalls
from ponte.runtime.office_keeping import AGAIN_S, Keeping
from ponte.runtime.office_log import FAILED, STARTED, failed_of, started_of, told_of
from ponte.runtime.people_search import Place, suggest
from ponte.storage.audit import Audit
from ponte.storage.claims import Claimed
from ponte.storage.dissents import Dissents
from ponte.storage.links import Links
from ponte.storage.offices import Offices
from ponte.storage.suggestions import Suggestions
from ponte.zattar import answers
from ponte.zattar import requests as zattar
from ponte.zattar.rest import RestCall

PROBE_WAIT_S = 5.0

_LOOK_UPS: dict[str, Callable[[str], ApiCall]] = {
    "identifier": chatwoot.find_by_identifier,
    "email": chatwoot.find_by_email,
    "phone": chatwoot.find_by_phone,
}


@dataclass(frozen=True, slots=True)
class OfficeMeans:
    """What performing needs; made once per container."""

    calls: OfficeCalls
    offices: Offices
    integrations: Integrations
    links: Links
    dissents: Dissents
    audit: Audit
    suggestions: Suggestions
    seats: Seats
    clock: Clock
    tell: EventLog = no_event


class OfficePerformer:
    """A Performer for one person of one office. tipo, entity_id: whom; the link is read anew whenever it is changed.

    yields: healing or backfill asks, which begins only while live traffic leaves plenty of Chatwoot's rate; what is
    begun is carried through, since a look that stops halfway asks everything anew.
    """

    def __init__(self, means: OfficeMeans, tenant: str, tipo: str, entity_id: int, *, yields: bool = False) -> None:
        self._means = means
        self._yields = yields
        self._tenant = tenant
        self._person = (tenant, tipo, entity_id)
        self._keeping = Keeping(means.offices, means.links, means.dissents, means.clock, self._person)

    def perform(self, effect: Effect, claim: Claimed, timeout_seconds: float) -> Outcome:
        if isinstance(effect, NoteAttempt):
            return self._note(effect, claim)
        if isinstance(effect, ReadPerson):  # every attempt begins with it
            self._means.tell(STARTED, started_of(self._person, claim))
        outcome = self._perform(effect, timeout_seconds)
        if isinstance(outcome, Transient | Unknown | Blocked) and self._person[1]:
            self._means.tell(FAILED, failed_of(self._person, claim, outcome))
        return outcome

    def _perform(self, effect: Effect, timeout_seconds: float) -> Outcome:
        match effect:
            case ReadPerson():
                return self._read_person(effect, timeout_seconds)
            case ReadContact() | LookUpContacts() | CreateContact() | WriteContact() | WriteLabels():
                return self._in_chatwoot(effect, timeout_seconds)
            case WritePerson(person, columns):
                outcome = self._zattar(zattar.update_person(person, columns), timeout_seconds)
                if isinstance(outcome, Succeeded) and answers.updated_person(outcome.result, person.tipo) is None:
                    return Transient("changed_since", AGAIN_S, counts=False)
                return _done(outcome)
            case SeatContact():
                return self._means.seats.give(self._person, effect, timeout_seconds)
            case SuggestPeople(account_id, contact):
                return self._suggest(Place(self._tenant, account_id), contact, timeout_seconds)
            case ReloadIntegration():
                reloaded = self._means.integrations.reload(self._tenant)
                if reloaded.state == "unreachable":
                    return Transient("unreachable", counts=False)
                return Succeeded({"note": reloaded.state})
            case LinkContact() | IntendWrites() | SaveLink() | MarkLagging() | EndLink():
                return self._keeping.keep(effect)
        return Blocked("not_ours")

    def read(self, effect: ReadPerson | ReadContact, timeout_seconds: float) -> Outcome:
        """For whoever only looks, and has no claim."""
        if isinstance(effect, ReadPerson):
            return self._read_person(effect, timeout_seconds)
        return self._read_contact(effect.contact_id, timeout_seconds)

    def probe(self, effect: Effect, _claim: Claimed, timeout_seconds: float) -> Proof:
        """Only a creation is asked for: by our identifier, which nobody else's contact has."""
        if not isinstance(effect, CreateContact):
            return NotFound()
        outcome = self._chatwoot(chatwoot.find_by_identifier(effect.identifier), timeout_seconds)
        if not isinstance(outcome, Succeeded):
            return CannotTell(PROBE_WAIT_S, getattr(outcome, "code", "no_proof"))
        for contact in values.page_of(outcome.result).contacts:
            if contact.identifier == effect.identifier:
                return Found({"id": contact.id})
        return NotFound()

    def _suggest(self, place: Place, contact: values.Contact, timeout_seconds: float) -> Outcome:
        means, now = self._means, self._means.clock.now_ms()
        found = suggest(means.calls, means.links, means.suggestions, place, contact, now, timeout_seconds)
        return Succeeded({"found": found}) if isinstance(found, int) else found

    def _read_person(self, effect: ReadPerson, timeout_seconds: float) -> Outcome:
        outcome = self._zattar(zattar.person(effect.tipo, effect.entity_id), timeout_seconds)
        if not isinstance(outcome, Succeeded):
            return outcome
        person = answers.person(outcome.result, effect.tipo)
        return Succeeded({"person": person} if person else {"gone": True})

    def _in_chatwoot(
        self,
        effect: ReadContact | LookUpContacts | CreateContact | WriteContact | WriteLabels,
        timeout_seconds: float,
    ) -> Outcome:
        match effect:
            case ReadContact(contact_id):
                return self._read_contact(contact_id, timeout_seconds)
            case LookUpContacts(by, value):
                outcome = self._chatwoot(_LOOK_UPS[by](value), timeout_seconds)
                if not isinstance(outcome, Succeeded):
                    return outcome
                return Succeeded({"contacts": values.page_of(outcome.result).contacts})
            case CreateContact():
                return self._create(effect, timeout_seconds)
            case WriteContact():
                return self._write_contact(effect, timeout_seconds)
            case WriteLabels(contact_id, wanted, owned):
                read = self._chatwoot(chatwoot.contact_labels(contact_id), timeout_seconds)
                if not isinstance(read, Succeeded):
                    return read
                have = values.labels_of(read.result)
                after = have.with_ours(Labels(wanted), Labels(owned))
                if after == have:
                    return Succeeded({})
                return _done(self._chatwoot(chatwoot.replace_labels(contact_id, after), timeout_seconds))

    def _read_contact(self, contact_id: int, timeout_seconds: float) -> Outcome:
        outcome = self._chatwoot(chatwoot.get_contact(contact_id), timeout_seconds)
        match outcome:
            case Rejected("not_found"):
                return Succeeded({"gone": True})
            case Succeeded(result):
                contact = values.contact_of(result)
                if contact is None:
                    return Transient("unreadable_answer")
                labels = self._chatwoot(chatwoot.contact_labels(contact_id), timeout_seconds)
                if not isinstance(labels, Succeeded):
                    return labels
                return Succeeded({"contact": contact, "labels": values.labels_of(labels.result)})
        return outcome

    def _create(self, effect: CreateContact, timeout_seconds: float) -> Outcome:
        office = self._means.offices.read(self._tenant)
        inbox = office.chatwoot.inbox_id if office and office.chatwoot else 0
        fields = ContactFields(
            name=effect.shown.name, identifier=effect.identifier, custom_attributes=_attributes(effect.shown)
        )
        if effect.shown.email:
            fields["email"] = effect.shown.email
        if effect.shown.phone:
            fields["phone_number"] = effect.shown.phone
        place: dict[str, Any] = {"inbox_id": inbox, "source_id": effect.identifier} if inbox else {}
        outcome = self._chatwoot(chatwoot.create_contact(fields, **place), timeout_seconds)
        if place and isinstance(outcome, Unknown) and outcome.code == "http_500":
            # So answers a place that is somebody's: of a contact of ours which was merged away before it was linked.
            owner = self._chatwoot(chatwoot.find_contact_inbox(**place), timeout_seconds)
            if isinstance(owner, Succeeded):
                outcome = self._chatwoot(chatwoot.create_contact(fields, inbox_id=inbox), timeout_seconds)
        if not isinstance(outcome, Succeeded):
            return outcome
        contact = values.contact_of(outcome.result)
        if contact is None:
            return Transient("unreadable_answer")  # the next look finds it by its identifier
        seat = values.contact_inbox_of(outcome.result)
        found = {"inbox_id": seat.inbox_id, "source_id": seat.source_id} if seat else {}
        return Succeeded({"id": contact.id, **found})

    def _write_contact(self, effect: WriteContact, timeout_seconds: float) -> Outcome:
        fields = ContactFields()
        if "name" in effect.fields:
            fields["name"] = effect.fields["name"]
        if "email" in effect.fields:
            fields["email"] = effect.fields["email"] or None
        if "phone" in effect.fields:
            fields["phone_number"] = effect.fields["phone"] or None
        if effect.identifier:
            fields["identifier"] = effect.identifier
        kept = {key: value for key, value in effect.attributes.items() if value is not None}
        if kept:
            fields["custom_attributes"] = kept
        outcome: Outcome = Succeeded({})
        if fields:
            outcome = self._chatwoot(chatwoot.update_contact(effect.contact_id, fields), timeout_seconds)
        gone = [key for key, value in effect.attributes.items() if value is None]
        if isinstance(outcome, Succeeded) and gone:
            outcome = self._chatwoot(chatwoot.remove_custom_attributes(effect.contact_id, gone), timeout_seconds)
        return _done(outcome)

    def _note(self, attempt: NoteAttempt, claim: Claimed) -> Outcome:
        tenant, tipo, entity_id = self._person
        office = self._means.offices.read(tenant)
        account_id = office.chatwoot.account_id if office and office.chatwoot else 0
        note = note_of(attempt, claim.envelope, claim.attempts, (tipo, entity_id), account_id)
        try:
            self._means.audit.add(tenant, note, self._means.clock.now_ms())
        except Contended as contended:
            return Transient(contended.code, AGAIN_S, counts=False)
        self._means.tell(*told_of(self._person, claim, attempt))
        return Succeeded({})

    def _zattar(self, call: RestCall, timeout_seconds: float) -> Outcome:
        return self._means.calls.zattar(self._tenant, call, timeout_seconds)

    def _chatwoot(self, call: ApiCall, timeout_seconds: float) -> Outcome:
        outcome = self._means.calls.chatwoot(self._tenant, call, timeout_seconds, yields=self._yields)
        self._yields = self._yields and not isinstance(outcome, Succeeded)
        return outcome


def _attributes(shown: Shown) -> dict[str, Any]:
    return {key: value for key, value in shown.attributes.items() if value is not None}


def _done(outcome: Outcome) -> Outcome:
    return Succeeded({}) if isinstance(outcome, Succeeded) else outcome
