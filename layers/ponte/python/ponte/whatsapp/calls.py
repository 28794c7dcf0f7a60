"""What an element of field `calls` means: a call by the customer, as a message that an operator reads.

The bridge takes no calls itself. Whoever called wants an answer all the same, and a user's call opens the 24-hour
window like a message does (.../whatsapp/webhooks/reference/calls, read 2026-06).
"""

from typing import Any

from ponte.errors import MalformedEvent
from ponte.whatsapp.changes import SENDER, addresses, scope, seconds
from ponte.whatsapp.events import Call, InboundMessage, Sender
from ponte.whatsapp.ids import is_id
from ponte.whatsapp.typed_reads import Json, integer, label, mapping

BY_CUSTOMER = "USER_INITIATED"
_ENDED = "terminate"


def read(payload: Json) -> InboundMessage | None:
    """The customer's call, once it is over; None for calls of the business and for what comes before the end.

    payload: of a RawItem of kind "call". The message's id is the call's ("wacid..."), which cannot be marked as read.
    Raises MalformedEvent, with the path, without an id.
    """
    call: Any = payload.get("value")
    if type(call) is not dict:
        raise MalformedEvent("value")
    call_id = call.get("id")
    if not is_id(call_id):
        raise MalformedEvent("value.id")
    if call.get("direction") != BY_CUSTOMER or call.get("event") != _ENDED:
        return None
    contact = mapping(payload, "contact")
    found, profile = addresses(call, SENDER, contact), mapping(contact, "profile")
    name, username = label(profile, "name"), label(profile, "username").removeprefix("@")
    return InboundMessage(
        wamid=call_id,
        phone_number_id=scope(mapping(payload, "metadata").get("phone_number_id")),
        sent_at=seconds(call.get("timestamp")),
        sender=Sender(found.phone, found.user_id, found.parent_user_id, name, username),
        type="call",
        body=Call(max(0, integer(call, "duration"))),
    )
