"""A linked contact's place in the office's API inbox: made by the public client API, which alone tells its token.

Whoever has that token reads the contact's conversation: it is kept encrypted, bound to its office, and never logged.
The link is worth having without it, so that whatever is refused here holds up no sync.
"""

from dataclasses import replace

from ponte.chatwoot import client_api, values
from ponte.chatwoot.requests import ContactFields
from ponte.clock import Clock
from ponte.outcome import Outcome, Rejected, Succeeded, Transient
from ponte.relays.office_effects import SeatContact
from ponte.runtime.office_calls import OfficeCalls
from ponte.storage.grants import Cipher, context
from ponte.storage.links import Links
from ponte.storage.offices import Offices

FIELD = "link.pubsub_token"
REFUSED_BY_INBOX = "http_500"  # also what an inbox that asks for proof of an identifier answers without one


class Seats:
    """Made once per container."""

    def __init__(self, calls: OfficeCalls, offices: Offices, links: Links, cipher: Cipher, clock: Clock) -> None:
        self._calls = calls
        self._offices = offices
        self._links = links
        self._cipher = cipher
        self._clock = clock

    def are_wanted(self, tenant: str) -> bool:
        """Whether the office named an inbox identifier."""
        office = self._offices.read(tenant)
        return bool(office and office.chatwoot and office.chatwoot.inbox_identifier)

    def give(self, whom: tuple[str, str, int], effect: SeatContact, timeout_seconds: float) -> Outcome:
        """whom: (tenant, tipo, entity_id). Rejected where the inbox is not there, or gives another contact's place."""
        tenant = whom[0]
        office = self._offices.read(tenant)
        if office is None or office.chatwoot is None or not office.chatwoot.inbox_identifier:
            return Rejected("no_inbox")
        fields = ContactFields(name=effect.name, identifier=effect.identifier)
        call = client_api.create_contact(office.chatwoot.inbox_identifier, effect.identifier, fields)
        outcome = self._calls.chatwoot(tenant, call, timeout_seconds)
        if getattr(outcome, "code", "") == REFUSED_BY_INBOX:
            return Rejected("no_seat")
        if not isinstance(outcome, Succeeded):
            return outcome
        seat = values.public_contact_of(outcome.result)
        if seat is None or seat.id != effect.contact_id:
            return Rejected("seat_of_another")
        link = self._links.of_person(*whom)
        if link is None or link.contact_id != effect.contact_id:
            return Transient("link_contended", 1.0, counts=False)
        token = self._cipher.encrypt(seat.pubsub_token, context(tenant, FIELD)) if seat.pubsub_token else b""
        kept = self._links.save(replace(link, source_id=seat.source_id, pubsub_token_ct=token), self._clock.now_ms())
        return Succeeded({}) if kept else Transient("link_contended", 1.0, counts=False)
