"""What the office bridge may want done about one person: the effects between Zattar and Chatwoot (relays/effects.py).

Nothing but the creation of a contact is saved: whoever goes on after a crash looks at both sides anew, and what was
written before shows there. So every other effect is harmless to repeat, and no decision rests on what used to be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from ponte.chatwoot.values import Contact
from ponte.people.shared import Change, Dissent, Name, Shown
from ponte.zattar.values import Person, Tipo


@dataclass(frozen=True, slots=True)
class ReadPerson:
    """The row in Zattar. Outcome {"person": zattar.values.Person}, or {"gone": True} where there is none."""

    tipo: Tipo
    entity_id: int
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ReadContact:
    """Outcome {"contact": chatwoot.values.Contact, "labels": Labels}, or {"gone": True} where there is none."""

    contact_id: int
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class LookUpContacts:
    """Who has exactly this value. Outcome {"contacts": (Contact, ...)}."""

    by: Literal["identifier", "email", "phone"]
    value: str = field(repr=False)
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class CreateContact:
    """A contact with our identifier, in the office's inbox if it names one. Outcome {"id", "inbox_id", "source_id"}.

    Refused with a code of chatwoot.errors.clashing where somebody has its e-mail or phone.
    """

    identifier: str
    shown: Shown
    repeatable: ClassVar[bool] = False
    saved: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class LinkContact:
    """Keep that this contact shows the person; a link that they have goes along. Outcome {}.

    base: of a contact that we have just made, what it shows. dissents: to be listed with it.

    Refused "taken_contact" where it shows another person, "taken_person" where the person has got another one.
    """

    contact_id: int
    inbox_id: int = 0
    source_id: str = ""
    base: Shown | None = field(default=None, repr=False)
    dissents: tuple[Dissent, ...] = ()
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class WriteContact:
    """Other values for a contact. identifier: "" leaves it. fields: "" clears one. attributes: ours, {} leaves them, a
    None takes one away. Outcome {}."""

    contact_id: int
    identifier: str
    fields: Mapping[Name, str] = field(repr=False)
    attributes: Mapping[str, Any] = field(repr=False)
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class WriteLabels:
    """Ours among a contact's labels, the others' left alone: read and written in one go. Outcome {}."""

    contact_id: int
    wanted: frozenset[str]
    owned: frozenset[str]
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class WritePerson:
    """Other values for a row that is still the one that was read; else everything is looked at anew. Outcome {}."""

    person: Person
    columns: Mapping[str, Any] = field(repr=False)
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class IntendWrites:
    """Kept before anything is written, since a crash may come right after. values: what the contact is about to show by
    our hand, or it would pass for somebody's edit later. dissents: values of Chatwoot that are written over, or both
    sides would be equal and nobody told. Outcome {}."""

    values: Mapping[Name, str] = field(repr=False)
    dissents: tuple[Dissent, ...]
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class SaveLink:
    """Both sides are in step, and what was seen of them. dissents: that were not listed before; after these both sides
    stay as they are, so that the next look sees them again. writes: how many it took. changes: for the audit trail
    alone. Outcome {}."""

    base: Shown
    person_mark: str
    contact_mark: str
    dissents: tuple[Dissent, ...]
    writes: int
    changes: tuple[Change, ...] = ()
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class MarkLagging:
    """The link is not in step. code: why, as the API tells it (CONTACT_NOT_FOUND, RATE_LIMIT, ...). Outcome {}."""

    code: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class NoteAttempt:
    """A row of the audit trail: how this attempt to bring a person and their contact into step ends. Outcome {}.

    code: why it failed, as a link's error or a reason of the catalogue. contact_id: 0 where there is none yet.
    """

    status: Literal["done", "unchanged", "failed", "ended"]
    code: str = ""
    changes: tuple[Change, ...] = ()
    contact_id: int = 0
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class SeatContact:
    """Give a linked contact, which has our identifier already, its place in the office's API inbox by the public client
    API, and keep source_id and pubsub_token with the link. Outcome {}.

    Nothing is sent by which that API could take another contact for this one.
    """

    contact_id: int
    identifier: str
    name: str
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class SuggestPeople:
    """Look for people of Zattar that this contact, which nobody linked, may be, and list them. Outcome {"found": n}."""

    account_id: int
    contact: Contact
    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class EndLink:
    """The person is gone: no link any more, the contact stays where it is. Outcome {}."""

    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ReloadIntegration:
    """Take over what the office's own table says of its Chatwoot. Outcome {}."""

    repeatable: ClassVar[bool] = True
    saved: ClassVar[bool] = False


type OfficeEffect = (
    ReadPerson
    | ReadContact
    | LookUpContacts
    | CreateContact
    | LinkContact
    | WriteContact
    | WriteLabels
    | WritePerson
    | IntendWrites
    | SaveLink
    | MarkLagging
    | NoteAttempt
    | EndLink
    | SeatContact
    | SuggestPeople
    | ReloadIntegration
)
