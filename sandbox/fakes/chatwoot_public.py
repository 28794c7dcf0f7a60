"""The fake Chatwoot's public client API: contacts of an API inbox by their source_id, without a token."""

import hashlib
import hmac
import uuid
from typing import Any
from urllib.parse import unquote

from sandbox.calls import Reply, json_reply
from sandbox.chatwoot_accounts import Place, Row
from sandbox.fakes.chatwoot_contacts import merge_into, save, save_new
from sandbox.fakes.chatwoot_errors import Asked, Refusal, crashed

_FIELDS = ("name", "email", "phone_number")


def handle(asked: Asked, inbox: Row) -> Reply:
    """asked.ids: of the path behind the inbox's identifier, still encoded."""
    match (asked.call.method, *asked.ids):
        case ("GET", ""):
            mandatory = bool(inbox.get("hmac_mandatory"))
            view = {"identifier": inbox["inbox_identifier"], "identity_validation_enabled": mandatory}
            return json_reply(200, {**view, "name": inbox["name"], "timezone": "UTC", "working_hours": []})
        case ("POST", "contacts"):
            return _create(asked, inbox)
        case ("GET", "contacts", source_id):
            return json_reply(200, _shown(asked, _place(asked, inbox, source_id)))
        case ("PATCH" | "PUT", "contacts", source_id):
            return _update(asked, inbox, _place(asked, inbox, source_id))
        case _:
            raise _missing()


def _create(asked: Asked, inbox: Row) -> Reply:
    """An existing source_id wins and gives its contact unchanged; else a contact with the identifier, email, phone."""
    _prove(asked.body, inbox)
    account, body = asked.account, asked.body
    source_id = str(body.get("source_id") or uuid.uuid4())
    place = account.place(inbox["id"], source_id)
    if place is None:
        fields = _given(body)
        if body.get("identifier"):
            fields["identifier"] = str(body["identifier"])
        contact = _known(asked, fields)
        if contact is None:
            save_new(asked, fields)
            contact = account.add_contact(fields)
        place = account.add_place(contact["id"], inbox["id"], source_id)
    return json_reply(200, _shown(asked, place))


def _known(asked: Asked, fields: Row) -> Row | None:
    for name in ("identifier", "email", "phone_number"):
        for row in asked.account.contacts.values() if fields.get(name) else ():
            if row.get(name) == fields[name] and asked.is_visible(row):
                return row
    return None


def _update(asked: Asked, inbox: Row, place: Place) -> Reply:
    """Blank values and the identifier are ignored; whoever has the same email or phone is merged in, unasked."""
    if asked.body.get("identifier_hash"):
        _prove(asked.body, inbox)
        place.hmac_verified = True
    account = asked.account
    row, fields = account.contacts[place.contact_id], _given(asked.body)
    for name in ("email", "phone_number"):
        for other in list(account.contacts.values()) if fields.get(name) else ():
            if other is not row and other.get(name) == fields[name]:
                merge_into(asked, row, other)
    save(asked, row, fields)
    return json_reply(200, _shown(asked, place))


def _given(body: Row) -> Row:
    fields: Row = {name: str(body[name]) for name in _FIELDS if body.get(name)}
    if "email" in fields:
        fields["email"] = fields["email"].strip().lower()
    if isinstance(body.get("custom_attributes"), dict):
        fields["custom_attributes"] = body["custom_attributes"]
    return fields


def _prove(body: Row, inbox: Row) -> None:
    """A proof that is wanted and missing, or given and wrong, is a 500."""
    given: Any = body.get("identifier_hash")
    if not given and not inbox.get("hmac_mandatory"):
        return
    key, message = str(inbox.get("hmac_token") or ""), str(body.get("identifier") or "")
    expected = hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()
    if given != expected:
        raise crashed()


def _place(asked: Asked, inbox: Row, source_id: str) -> Place:
    if place := asked.account.place(inbox["id"], unquote(source_id)):
        return place
    raise _missing()


def _missing() -> Refusal:
    return Refusal(404, {"status": 404, "error": "Not Found"})


def _shown(asked: Asked, place: Place) -> Row:
    row = asked.account.contacts[place.contact_id]
    return {
        "source_id": place.source_id,
        "pubsub_token": place.pubsub_token,
        "id": row["id"],
        **{name: row.get(name) for name in _FIELDS},
    }
