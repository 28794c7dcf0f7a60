"""Whether a contact of Chatwoot that nobody linked may be a person of Zattar, and what to ask Zattar for to find out.

Document, phone (with or without the ninth digit) and e-mail; names never, and nothing never equals nothing. What is
found is a suggestion: a shared phone or e-mail is no proof, so that a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ponte.chatwoot.values import Contact
from ponte.people.brazilian_phones import is_same_line, last_eight
from ponte.people.phone_numbers import to_e164
from ponte.zattar import documents
from ponte.zattar.values import Person

type Reason = Literal["document", "phone", "email"]
type Grade = Literal["strong", "weak"]

DOCUMENT_KEYS = ("cpf", "cnpj", "cpf_cnpj", "documento")
"""Custom attributes, in any case of letters, in which offices keep a document; the identifier is one in Zattar's own
older sync."""
COUNTING = frozenset({"email", "phone_number", "identifier", "custom_attributes"})
"""The fields of a contact whose change may lead to somebody."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a contact may be somebody's. document: CPF or CNPJ, plain. email: lower case. phone: E.164."""

    document: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)

    @property
    def is_empty(self) -> bool:
        return not (self.document or self.email or self.phone)


def traits_of(contact: Contact) -> Traits:
    written = [str(value) for key, value in contact.custom_attributes.items() if key.lower() in DOCUMENT_KEYS]
    found = [documents.cpf(each) or documents.cnpj(each) for each in (*written, contact.identifier or "")]
    return Traits(
        document=next((each for each in found if each), ""),
        email=(contact.email or "").strip().lower(),
        phone=to_e164(contact.phone_number or ""),
    )


def ending(traits: Traits) -> str:
    """The eight digits to look for in Zattar's phones, "" for a number that is none of Brazil's."""
    return last_eight(traits.phone)


def reasons(traits: Traits, person: Person) -> tuple[Reason, ...]:
    """Why the two may be one, the best first; () where nothing says so."""
    found: list[Reason] = []
    if traits.document and traits.document == person.documento:
        found.append("document")
    pairs = (person.celular, person.comercial, person.residencial)
    if traits.phone and any(is_same_line(pair.ddd, pair.numero, traits.phone) for pair in pairs):
        found.append("phone")
    if traits.email and traits.email in (each.strip().lower() for each in person.emails):
        found.append("email")
    return tuple(found)


def grade(found: Sequence[str]) -> Grade:
    """strong: the document, or phone and e-mail both."""
    return "strong" if "document" in found or len(found) > 1 else "weak"
