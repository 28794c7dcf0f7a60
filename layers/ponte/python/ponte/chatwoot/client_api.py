"""The public client API of an API inbox: a contact by its source_id, without a token.

Known by the inbox's identifier alone, so whoever knows that may make contacts. Used where a tenant names an inbox
identifier, for its answer holds the pubsub_token; for all else the application API has look-ups and better errors.
A create reuses a contact that has the identifier, else the email, else the phone: the answer may be somebody else's, so
compare it with whom was meant.

Source: chatwoot/chatwoot 4.15.0 (f66b551c), app/controllers/public/api/v1/inboxes/contacts_controller.rb
(read 2026-11).
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from ponte.chatwoot.calls import ApiCall, segment
from ponte.chatwoot.requests import ContactFields, written


def prove_identifier(hmac_token: str, identifier: str) -> str:
    """Proof of an identifier, for inboxes that ask for one. hmac_token: the inbox's, not its webhook secret.

    A wrong one is answered 500. Raises ValueError for an empty token.
    """
    if not hmac_token:
        raise ValueError("hmac_token")
    return hmac.new(hmac_token.encode(), identifier.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def create_contact(
    inbox_identifier: str, source_id: str, fields: ContactFields, *, identifier_hash: str = ""
) -> ApiCall:
    """`values.public_contact_of`. source_id: ours, always; an existing one gives its contact, unchanged, so that
    repeating is harmless. fields: what this API does not take is left out. identifier_hash: see `prove_identifier`."""
    segment("source_id", source_id)
    body: dict[str, Any] = _only_taken(written(fields)) | {"source_id": source_id}
    if identifier_hash:
        body["identifier_hash"] = identifier_hash
    path = f"/{segment('inbox_identifier', inbox_identifier)}/contacts"
    return ApiCall("POST", path, body=body, family="public", repeatable=True)


def get_contact(inbox_identifier: str, source_id: str) -> ApiCall:
    """`values.public_contact_of`; 404 for nobody's source_id."""
    return ApiCall("GET", _contact(inbox_identifier, source_id), family="public", repeatable=True)


def update_contact(inbox_identifier: str, source_id: str, fields: ContactFields) -> ApiCall:
    """`values.public_contact_of`. Blank values and the identifier are ignored there, so they are refused here.

    Beware: it merges the contact with another one that has the same email or phone, without asking.
    """
    body = _only_taken(written(fields))
    if not body or "identifier" in body or any(value is None for value in body.values()):
        raise ValueError("fields")
    return ApiCall("PATCH", _contact(inbox_identifier, source_id), body=body, family="public", repeatable=True)


_TAKEN = frozenset({"name", "email", "phone_number", "identifier", "custom_attributes"})


def _only_taken(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key in _TAKEN}


def _contact(inbox_identifier: str, source_id: str) -> str:
    return f"/{segment('inbox_identifier', inbox_identifier)}/contacts/{segment('source_id', source_id)}"
