"""An office without a network: rows of Zattar and contacts of Chatwoot as both behave, behind the real relay.

Chatwoot: e-mails in lower case, identifiers and e-mails unique, phones too as far as it looks; labels replaced as a
whole; merging ends one contact. Zattar: a write counts only on the row that was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ponte.chatwoot.values import Contact, Labels
from ponte.people.links import Link
from ponte.people.shared import Dissent, Shown
from ponte.relays.decisions import Decision, Step
from ponte.relays.office_effects import (
    CreateContact,
    EndLink,
    IntendWrites,
    LinkContact,
    LookUpContacts,
    MarkLagging,
    NoteAttempt,
    OfficeEffect,
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
from ponte.relays.people_sync import Subject, decide
from ponte.zattar.values import Person, PhonePair, Tipo

MARIA = Person(
    Tipo.CLIENTE,
    7,
    tipo_pessoa="pf",
    nome="María da Silva",
    emails=("maria@exemplo.com.br",),
    celular=PhonePair("31", "98877-6655"),
    updated_at="1",
)


class ChangedSince(Exception):
    """The row is not the one that was read any more: everything is looked at anew."""


@dataclass
class Office:
    people: dict[tuple[str, int], Person] = field(default_factory=dict)
    contacts: dict[int, Contact] = field(default_factory=dict)
    labels: dict[int, Labels] = field(default_factory=dict)
    links: dict[tuple[str, int], Link] = field(default_factory=dict)
    dissents: list[Dissent] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    last_id: int = 4000
    seatless: bool = False

    def enter(self, person: Person) -> Person:
        self.people[person.tipo, person.id] = person
        return person

    def edit(self, person: Person, **columns: Any) -> Person:
        now = self.people[person.tipo, person.id]
        return self.enter(replace(now, **columns, updated_at=str(int(now.updated_at) + 1)))

    def write_in(self, contact_id: int, **fields: Any) -> None:
        """Somebody edits a contact in Chatwoot."""
        self.contacts[contact_id] = replace(self.contacts[contact_id], **fields)

    def add(self, **fields: Any) -> int:
        self.last_id += 1
        self.contacts[self.last_id], self.labels[self.last_id] = Contact(self.last_id, **fields), Labels()
        return self.last_id

    def look(self, tipo: Tipo = Tipo.CLIENTE, entity_id: int = 7, *, stop_after: int = 99, **subject: Any) -> Decision:
        """One event, worked off; or `stop_after` effects of it, as by a crash."""
        steps: dict[str, Mapping[str, Any]] = {}
        link = self.links.get((tipo, entity_id))
        while True:
            decision = decide(Subject(tipo, entity_id, link, **subject), steps)
            if not isinstance(decision, Step) or len(steps) >= stop_after:
                return decision
            assert decision.name not in steps, decision.name
            try:
                steps[decision.name] = self.perform(decision.effect, (tipo, entity_id))  # type: ignore[arg-type]
            except ChangedSince:
                return self.look(tipo, entity_id, **subject)

    def contact(self, entity_id: int = 7, tipo: Tipo = Tipo.CLIENTE) -> Contact:
        return self.contacts[self.links[tipo, entity_id].contact_id]

    def perform(  # noqa: PLR0912 - one arm per effect
        self, effect: OfficeEffect, key: tuple[str, int]
    ) -> Mapping[str, Any]:
        self.done.append(type(effect).__name__)
        match effect:
            case ReadPerson():
                person = self.people.get((effect.tipo, effect.entity_id))
                return {"person": person} if person else {"gone": True}
            case ReadContact(contact_id):
                found = self.contacts.get(contact_id)
                return {"contact": found, "labels": self.labels[contact_id]} if found else {"gone": True}
            case LookUpContacts(by, value):
                name = "phone_number" if by == "phone" else by
                return {"contacts": tuple(each for each in self.contacts.values() if getattr(each, name) == value)}
            case CreateContact(identifier, shown):
                fields = {"identifier": identifier, "email": shown.email or None, "phone_number": shown.phone or None}
                if clash := self._clash(0, fields):
                    return {"refused": clash}
                return {"id": self.add(name=shown.name, custom_attributes=dict(shown.attributes), **fields)}
            case LinkContact(contact_id):
                self._list(effect.dissents)
                return self._link(key, contact_id, effect.base)
            case WriteContact():
                return self._write_contact(effect)
            case WriteLabels(contact_id, wanted, owned):
                self.labels[contact_id] = self.labels[contact_id].with_ours(Labels(wanted), Labels(owned))
                return {}
            case WritePerson(person, columns):
                return self._write_person(person, columns)
            case IntendWrites(values, dissents):
                self._list(dissents)
                self.links[key] = replace(self.links[key], pending=values)
                return {}
            case SaveLink():
                link, marks = self.links[key], {"person_mark": effect.person_mark, "contact_mark": effect.contact_mark}
                self.links[key] = replace(
                    link, base=effect.base, pending={}, synced=True, synced_ms=1, error="", **marks
                )
                self._list(effect.dissents)
                return {}
            case MarkLagging(code):
                self.links[key] = replace(self.links[key], synced=False, error=code)
                return {}
            case EndLink():
                del self.links[key]
                return {}
            case SeatContact(contact_id, identifier):
                if self.seatless or self.contacts[contact_id].identifier != identifier:
                    return {"refused": "no_seat"}
                self.links[key] = replace(self.links[key], source_id=identifier, pubsub_token_ct=b"token")
                return {}
            case ReloadIntegration() | SuggestPeople() | NoteAttempt():
                return {}

    @property
    def writes(self) -> int:
        return sum(each.startswith("Write") for each in self.done)

    def _list(self, dissents: tuple[Dissent, ...]) -> None:
        self.dissents += [each for each in dissents if each not in self.dissents]

    def _clash(self, own: int, fields: Mapping[str, Any]) -> str:
        others = [each for each in self.contacts.values() if each.id != own]
        taken = [
            name
            for name in ("email", "identifier", "phone_number")
            if fields.get(name) and any(getattr(each, name) == fields[name] for each in others)
        ]
        return f"refused_{'+'.join(taken)}" if taken else ""

    def _link(self, key: tuple[str, int], contact_id: int, base: Shown | None) -> Mapping[str, Any]:
        if any(link.contact_id == contact_id and each != key for each, link in self.links.items()):
            return {"refused": "taken_contact"}
        known = self.links.get(key) or Link("office", key[0], key[1], 1, contact_id, base=base)
        self.links[key] = replace(known, contact_id=contact_id)
        return {}

    def _write_contact(self, effect: WriteContact) -> Mapping[str, Any]:
        now = self.contacts[effect.contact_id]
        fields: dict[str, Any] = {
            "phone_number" if name == "phone" else name: value or None for name, value in effect.fields.items()
        }
        if effect.identifier:
            fields["identifier"] = effect.identifier
        if clash := self._clash(effect.contact_id, fields):
            return {"refused": clash}
        attributes = {**now.custom_attributes, **effect.attributes}
        kept = {key: value for key, value in attributes.items() if value is not None}
        self.contacts[effect.contact_id] = replace(now, custom_attributes=kept, **fields)
        return {}

    def _write_person(self, person: Person, columns: Mapping[str, Any]) -> Mapping[str, Any]:
        now = self.people[person.tipo, person.id]
        if now.updated_at != person.updated_at:
            raise ChangedSince
        fields: dict[str, Any] = {}
        if "emails" in columns:
            fields["emails"] = tuple(columns["emails"])
        for pair in ("celular", "comercial"):
            if f"ddd_{pair}" in columns:
                fields[pair] = PhonePair(columns[f"ddd_{pair}"] or "", columns[f"numero_{pair}"] or "")
        self.edit(person, **fields)
        return {}
