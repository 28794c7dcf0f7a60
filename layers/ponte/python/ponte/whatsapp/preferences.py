"""What a customer wants of marketing messages: one element of field `user_preferences`.

Source: .../whatsapp/webhooks/reference/user_preferences (read 2026-06).
"""

from dataclasses import dataclass
from typing import Any

from ponte.errors import MalformedEvent
from ponte.whatsapp.changes import PERSON, addresses, seconds
from ponte.whatsapp.events import Sender
from ponte.whatsapp.typed_reads import Json, label, mapping

MARKETING = "marketing_messages"
_ALLOWS = {"stop": False, "resume": True, "signup": True}


@dataclass(frozen=True, slots=True)
class Preference:
    """at: unix seconds by Meta's clock, 0 if unknown."""

    person: Sender
    allows_marketing: bool
    at: int


def read(payload: Json) -> Preference | None:
    """payload: of a RawItem of kind "preference". None for categories and words that are newer than this code.

    Raises MalformedEvent when there is no preference in it.
    """
    value: Any = payload.get("value")
    if type(value) is not dict:
        raise MalformedEvent("value")
    allows = _ALLOWS.get(label(value, "value").lower())
    if allows is None or label(value, "category") not in (MARKETING, ""):
        return None
    found = addresses(value, PERSON, mapping(payload, "contact"))
    person = Sender(found.phone, found.user_id, found.parent_user_id)
    return Preference(person, allows, seconds(value.get("timestamp")))
