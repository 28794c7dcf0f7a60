"""What became of a message we sent: reading one status, and which of two statuses stands.

Statuses come unordered, repeated and with gaps (`delivered` may never come when `read` does), and a status can be
faster than our own note of the wamid. So every status is judged against the one that is stored, by ORDER alone.
"""

from dataclasses import dataclass
from typing import Any

from ponte.errors import MalformedEvent
from ponte.whatsapp.changes import PARTICIPANT, RECIPIENT, Addresses, addresses, scope, seconds, side
from ponte.whatsapp.ids import is_id
from ponte.whatsapp.typed_reads import Json, integer, label, mapping, mappings, text

# A total order, so that any order of arrival ends the same. `failed` may follow `sent`; a `delivered` or `read`
# proves a `failed` wrong, whichever came first. Unknown words ("deleted" of old, or new ones) change nothing.
ORDER = {"sent": 1, "failed": 2, "delivered": 3, "read": 4, "played": 5}


@dataclass(frozen=True, slots=True)
class StatusError:
    """code: Meta's number. title, details: English, for operators' eyes beside our own sentence."""

    code: int
    title: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """at: seconds since the epoch, 0 if unknown. callback: the `biz_opaque_callback_data` of our send.

    phone, user_id, parent_user_id: the recipient, as far as told; a pair of them is worth learning. participant: of a
    group, "" otherwise.
    """

    wamid: str
    status: str
    at: int
    phone_number_id: str = ""
    phone: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    callback: str | None = None
    errors: tuple[StatusError, ...] = ()
    participant: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the status is one of ORDER; others are counted and left alone."""
        return self.status in ORDER


def wins(old: str | None, new: str) -> bool:
    """Whether `new` takes the place of `old` (None: no status yet). Never true for a repeat or an unknown word."""
    return ORDER.get(new, 0) > ORDER.get(old or "", 0)


def read(payload: Json) -> StatusUpdate:
    """Read the payload of a RawItem of kind "status". Raises MalformedEvent, with the path, without id or status.

    Source: .../whatsapp/webhooks/reference/messages/status (read 2026-07).
    """
    status: Any = payload.get("status")
    if type(status) is not dict:
        raise MalformedEvent("status")
    wamid, name = status.get("id"), status.get("status")
    if not is_id(wamid):
        raise MalformedEvent("status.id")
    if not is_id(name):
        raise MalformedEvent("status.status")
    contact = mapping(payload, "contact")
    callback = text(status, "biz_opaque_callback_data")
    participant = side(status, PARTICIPANT)
    is_group = bool(participant) or status.get("recipient_type") == "group"
    recipient = Addresses() if is_group else addresses(status, RECIPIENT, contact)  # a group's id may look like a phone
    return StatusUpdate(
        wamid=wamid,
        status=name,
        at=seconds(status.get("timestamp")),
        phone_number_id=scope(mapping(payload, "metadata").get("phone_number_id")),
        phone=recipient.phone,
        user_id=recipient.user_id,
        parent_user_id=recipient.parent_user_id,
        callback=callback or None,
        errors=tuple(_error(each) for each in mappings(status, "errors")),
        participant=participant,
    )


def _error(error: Json) -> StatusError:
    details = label(mapping(error, "error_data"), "details", 500) or label(error, "message", 500)
    return StatusError(integer(error, "code"), label(error, "title"), details)
