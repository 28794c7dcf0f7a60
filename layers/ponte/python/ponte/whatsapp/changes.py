"""One element of `entry[].changes[]`, and who its elements speak of. Standard library only.

Phones may be missing, BSUIDs may stand where a phone is expected, and `contacts` come in any order: so people are found
by id and pattern, never by position.
"""

from typing import Any, NamedTuple

from ponte.json_bodies import is_too_deep
from ponte.whatsapp.ids import is_id, is_parent_user_id, is_user_id, phone

type Json = dict[str, Any]

# The keys under which each kind of element names the person on the other side.
SENDER = ("from_user_id", "from", "from_parent_user_id")
ECHO_RECIPIENT = ("to_user_id", "to", "to_parent_user_id")
PERSON = ("user_id", "wa_id", "parent_user_id")
# Spellings of before 2026-05-05 and of the groups page included.
RECIPIENT = ("recipient_user_id", "recipient_id", "recipient_parent_user_id", "parent_recipient_user_id")
PARTICIPANT = (
    "recipient_participant_user_id",
    "recipient_participant_id",
    "participant_recipient_id",
    "recipient_participant_parent_user_id",
)

_LAST_SECOND = 10**11  # larger numbers are not seconds


class Change:
    """A change with what its elements share. Attributes hold "" or {} where the payload has nothing usable."""

    __slots__ = ("contacts", "field", "metadata", "phone_number_id", "time", "value", "waba_id")

    def __init__(self, entry: Json, field: Any, value: Json) -> None:
        metadata = value.get("metadata")
        self.field = field if is_id(field) else ""
        self.value = value
        self.metadata: Json = metadata if type(metadata) is dict and not is_too_deep(metadata) else {}
        self.phone_number_id = scope(self.metadata.get("phone_number_id"))
        self.waba_id = scope(entry.get("id"))
        self.time = seconds(entry.get("time"))
        self.contacts: dict[str, Json] = {}
        contacts = value.get("contacts")
        for contact in contacts if type(contacts) is list else ():
            if type(contact) is dict and not is_too_deep(contact):
                for key in PERSON:
                    address = contact.get(key)
                    if type(address) is str and address:
                        self.contacts.setdefault(address, contact)

    def contact(self, element: Json, keys: tuple[str, ...]) -> Json | None:
        """The contact that shares an id with the element; never the one that merely stands at the same place."""
        if self.contacts:
            for key in keys:
                address = element.get(key)
                if type(address) is str and address in self.contacts:
                    return self.contacts[address]
        return None


class Addresses(NamedTuple):
    """How a person can be reached: digits of the phone, BSUID, parent BSUID; None where it was not told."""

    phone: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None


def addresses(element: Json, keys: tuple[str, ...], contact: Json | None = None) -> Addresses:
    """The person an element and its contact speak of. The pattern decides what an id is, not the key it stands under;
    the element's own word goes before the contact's."""
    number = user_id = parent = None
    given = [element.get(key) for key in keys]
    if contact:
        given += [contact.get(key) for key in PERSON]
    for address in given:
        if is_parent_user_id(address):
            parent = parent or address
        elif is_user_id(address):
            user_id = user_id or address
        elif address is not None:
            number = number or phone(address)
    return Addresses(number, user_id, parent)


def side(element: Json, keys: tuple[str, ...], contact: Json | None = None) -> str:
    """One word for that person, for keeping order: BSUID, else phone, else parent BSUID, else ""."""
    found = addresses(element, keys, contact)
    return found.user_id or found.phone or found.parent_user_id or ""


def seconds(value: Any) -> int:
    """A timestamp, which Meta writes as a string in messages and as an integer elsewhere; 0 for anything else."""
    if type(value) is str and len(value) <= 12 and value.isascii() and value.isdigit():
        value = int(value)
    return value if type(value) is int and 0 < value < _LAST_SECOND else 0


def scope(value: Any) -> str:
    """A number's or account's id, "" for anything else: Meta writes strings of digits, at places also integers."""
    if type(value) is int and 0 < value < 10**20:
        value = str(value)
    return value if is_id(value) and len(value) <= 64 else ""
