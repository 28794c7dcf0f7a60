"""How a contact of Chatwoot reads in Zattar's terms, and the columns in which what was edited there is written."""

from collections.abc import Mapping
from typing import Any

from ponte.chatwoot.values import Contact, Labels
from ponte.people.brazilian_phones import pair as pair_of
from ponte.people.phone_numbers import to_e164
from ponte.people.shared import Name, Shown
from ponte.relays.zattar_to_chatwoot import ATTRIBUTES, OUR_LABELS, mark, phone_of
from ponte.zattar.values import Person


def shown(contact: Contact, labels: Labels | None = None) -> Shown:
    """What of a contact concerns us. labels: None where the event does not tell them."""
    found = {name.lower() for name in labels.names} if labels else set()
    return Shown(
        name=contact.name,
        email=(contact.email or "").strip().lower(),
        phone=to_e164(contact.phone_number or "") or (contact.phone_number or ""),
        labels=frozenset(found & OUR_LABELS),
        attributes={key: contact.custom_attributes[key] for key in ATTRIBUTES if key in contact.custom_attributes},
    )


def contact_mark(contact: Contact) -> str:
    """Of a contact as it shows, without its labels, which neither webhooks nor lists tell."""
    return mark(shown(contact), labelled=False)


def holds(person: Person, name: Name, value: str) -> bool:
    """Whether Zattar has a place for a value that was edited in Chatwoot: a phone abroad has none, nor has an e-mail
    beside others that are no texts."""
    if name == "phone":
        return not value or pair_of(value) is not None
    return person.emails_are_plain


def columns(person: Person, edits: Mapping[Name, str]) -> dict[str, Any]:
    """The columns of `holds`-able edits. The phone goes where the one that showed was; of the e-mails the first one is
    replaced, the others stay."""
    found: dict[str, Any] = {}
    if "email" in edits:
        rest = [each for each in person.emails[1:] if each.strip().lower() != edits["email"]]
        found["emails"] = [edits["email"], *rest] if edits["email"] else rest
    if "phone" in edits:
        _, pair = phone_of(person)
        ddd, number = pair_of(edits["phone"]) or ("", "")
        found[f"ddd_{pair}"], found[f"numero_{pair}"] = ddd or None, number or None
    return found
