"""A portal's CRM as effects need it: the customer's contact or lead found and made, a further phone added."""

from collections.abc import Callable

from ponte.bitrix24 import answers
from ponte.bitrix24 import requests as bitrix24
from ponte.outcome import Outcome, Succeeded
from ponte.relays.effects import AddContact, AddPhone, FindContact

type Rest = Callable[[bitrix24.RestCall], Outcome]


def perform(effect: FindContact | AddContact | AddPhone, originator: str, rest: Rest) -> Outcome:
    """originator: our name for the CRM, by which what we made is found again. rest: one call of the portal."""
    match effect:
        case FindContact():
            return _find_contact(effect, originator, rest)
        case AddContact():
            return _add_contact(effect, originator, rest)
        case AddPhone():
            return _add_phone(effect, rest)


def _find_contact(effect: FindContact, originator: str, rest: Rest) -> Outcome:
    if effect.phones:
        outcome = rest(bitrix24.find_by_phone(effect.phones))
        found = answers.contact_ids(outcome.result) if isinstance(outcome, Succeeded) else []
    else:
        by_origin = bitrix24.find_lead_by_origin if effect.kind == "lead" else bitrix24.find_contact_by_origin
        outcome = rest(by_origin(originator, effect.origin))
        found = answers.item_ids(outcome.result) if isinstance(outcome, Succeeded) else []
    return Succeeded({"ids": found}) if isinstance(outcome, Succeeded) else outcome


def _add_contact(effect: AddContact, originator: str, rest: Rest) -> Outcome:
    person = bitrix24.Person(effect.first_name, effect.last_name, effect.phone, originator, effect.origin)
    if effect.kind == "lead":
        title = f"WhatsApp: {effect.first_name} {effect.last_name}".strip()
        call = bitrix24.add_lead(title, person)
    else:
        call = bitrix24.add_contact(person)
    outcome = rest(call)
    return Succeeded({"id": answers.item_id(outcome.result)}) if isinstance(outcome, Succeeded) else outcome


def _add_phone(effect: AddPhone, rest: Rest) -> Outcome:
    found = rest(bitrix24.find_by_phone(effect.phones))
    if not isinstance(found, Succeeded):
        return found
    if ids := answers.contact_ids(found.result):
        return Succeeded({"state": "known" if effect.contact_id in ids else "elsewhere"})
    outcome = rest(bitrix24.add_phone(effect.contact_id, effect.phones[0]))
    return Succeeded({"state": "added"}) if isinstance(outcome, Succeeded) else outcome
