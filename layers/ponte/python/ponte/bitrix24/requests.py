"""What we ask of a portal, as values: method and parameters first, address and token only when it is sent.

A `RestCall` holds no secret, so that effects, ledgers and retries may carry it; `.request(endpoint, token)` or `call()`
gives the POST. The token travels in a header, never in an address. Each builder names the `result` of its answer; the
answer itself is classified by `errors` and read by `answers`. Set-up of the app and its lines: `setup`.

Source: bitrix24/b24restdocs, one page per method (read 2026-11).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ponte.bitrix24 import hosts
from ponte.errors import HostRefused
from ponte.http import HttpRequest

TIMEOUT_SECONDS = 15.0
FILES_TIMEOUT_SECONDS = 40.0  # the portal fetches the files inside the call; it gives up after 60 s itself
HISTORY_PAGE = 50  # of im.dialog.messages.get; portals give 20 unless asked
CONTACT = 3  # entityTypeId of crm.item.*
LEAD = 1
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_METHOD = re.compile(r"[a-z0-9.]{3,64}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RestCall:
    """One REST method with its parameters; JSON types only. timeout_seconds: for the answer."""

    method: str
    params: dict[str, Any] = field(default_factory=dict, repr=False)
    timeout_seconds: float = TIMEOUT_SECONDS

    def request(self, client_endpoint: str, access_token: str) -> HttpRequest:
        """The POST to one portal. Raises HostRefused when `client_endpoint` is not a portal's."""
        return call(client_endpoint, self.method, self.params, access_token, self.timeout_seconds)


def call(
    client_endpoint: str,
    method: str,
    params: dict[str, Any],
    access_token: str,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> HttpRequest:
    """POST {client_endpoint}{method}.json with a JSON body. Raises HostRefused unless the address is a portal's."""
    endpoint = hosts.client_endpoint(client_endpoint)
    if not endpoint:
        raise HostRefused
    if not _METHOD.fullmatch(method):
        raise ValueError("method")
    return HttpRequest(
        method="POST",
        url=f"{endpoint}{method}.json",
        headers={
            "Authorization": f"Bearer {access_token}",
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "application/json",
        },
        body=json_bytes(params),
        timeout_seconds=timeout_seconds,
    )


def json_bytes(params: Any) -> bytes:
    """UTF-8 JSON. A lone surrogate becomes "?": the portal would refuse the whole body for it."""
    return _JSON.encode(params).encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Customer:
    """The customer as the portal's hidden user. id: the same stable id as the chat's, of ours, never changed.

    phone: "+" and digits, or "". name, last_name: see `names.clean_name`.
    """

    id: str
    name: str
    last_name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One operator message and the ids it became: the portal counts the first acknowledgement only, so all at once."""

    chat_id: str
    message_id: str
    external: str
    ids: Sequence[str]
    date: int


def send_messages(
    connector: str,
    line: int,
    customer: Customer,
    *,
    message_id: str,
    text: str,
    date: int,
    files: Sequence[tuple[str, str]] = (),
    chat_name: str = "",
    chat_url: str = "",
    disable_crm: bool = False,
) -> RestCall:
    """One customer message, one call: {SUCCESS, DATA: {RESULT: [{SUCCESS, ERRORS?, session: {ID, CHAT_ID}?, ...}]}}.

    Not idempotent, and failures hide in HTTP 200: classify with `errors.classify_send`, probe with `history`.
    message_id: at most 100 characters, longer ones are cut and never found again. text: see `customer_text`. date: unix
    seconds. files: (url, name) pairs, urls public for some minutes. Calls for one customer must not overlap, or the
    portal makes two chats.
    """
    user: dict[str, Any] = {"id": customer.id, "name": customer.name}
    if customer.last_name:
        user["last_name"] = customer.last_name
    if customer.phone:
        # WhatsApp has proved the number; the portal's own validator refuses some new ranges and would then not match it
        user |= {"phone": customer.phone, "skip_phone_validate": "Y"}
    message: dict[str, Any] = {"id": message_id, "date": date, "text": text}
    if files:
        message["files"] = [{"url": url, "name": name[-50:]} for url, name in files]
    if disable_crm:
        message["disable_crm"] = "Y"
    chat = {"id": customer.id} | ({"name": chat_name} if chat_name else {}) | ({"url": chat_url} if chat_url else {})
    return RestCall(
        "imconnector.send.messages",
        {"CONNECTOR": connector, "LINE": line, "MESSAGES": [{"user": user, "message": message, "chat": chat}]},
        FILES_TIMEOUT_SECONDS if files else TIMEOUT_SECONDS,
    )


def update_message(connector: str, line: int, external: str, message_id: str, text: str) -> RestCall:
    """Another text for a customer's message. SUCCESS also for an id the portal does not know; harmless to repeat."""
    return _change("imconnector.update.messages", connector, line, external, {"id": message_id, "text": text})


def delete_message(connector: str, line: int, external: str, message_id: str) -> RestCall:
    """A customer's message out of the chat. SUCCESS also for an id the portal does not know; harmless to repeat."""
    return _change("imconnector.delete.messages", connector, line, external, {"id": message_id})


def _change(method: str, connector: str, line: int, external: str, message: dict[str, Any]) -> RestCall:
    element = {"user": {"id": external}, "message": message, "chat": {"id": external}}
    return RestCall(method, {"CONNECTOR": connector, "LINE": line, "MESSAGES": [element]})


def delivery_status(connector: str, line: int, deliveries: Sequence[Delivery]) -> RestCall:
    """WhatsApp took these operator messages: {SUCCESS, DATA: []}, also for unknown ids. Harmless to repeat."""
    return RestCall("imconnector.send.status.delivery", _status_params(connector, line, deliveries))


def reading_status(connector: str, line: int, deliveries: Sequence[Delivery]) -> RestCall:
    """The customer has read them: {SUCCESS, DATA: []}. Portals accept it and, so far, show nothing for it."""
    return RestCall("imconnector.send.status.reading", _status_params(connector, line, deliveries))


def _status_params(connector: str, line: int, deliveries: Sequence[Delivery]) -> dict[str, Any]:
    return {
        "CONNECTOR": connector,
        "LINE": line,
        "MESSAGES": [
            {
                "im": {"chat_id": _number(delivery.chat_id), "message_id": _number(delivery.message_id)},
                "message": {"id": list(delivery.ids), "date": delivery.date},
                "chat": {"id": delivery.external},
            }
            for delivery in deliveries
        ],
    }


def _number(portal_id: str) -> int | str:
    return int(portal_id) if portal_id.isascii() and portal_id.isdigit() else portal_id


def system_notice(chat_id: str, text: str) -> RestCall:
    """A grey line for operators only, never sent to the customer: the new message's id. The token's user must be able
    to open the chat."""
    return RestCall(
        "im.message.add", {"DIALOG_ID": f"chat{chat_id}", "MESSAGE": text, "SYSTEM": "Y", "URL_PREVIEW": "N"}
    )


def history(*, chat_id: str | None = None, session_id: str | None = None) -> RestCall:
    """Messages of one session (of a chat: its last one): {chatId, sessionId, message: {id: {...}} or []}.

    By chat_id only a participant of the chat may ask (ACCESS_DENIED); by session_id any user of the portal.
    """
    if session_id is not None:
        return RestCall("imopenlines.session.history.get", {"SESSION_ID": session_id})
    if chat_id is None:
        raise ValueError("chat_id or session_id")
    return RestCall("imopenlines.session.history.get", {"CHAT_ID": chat_id})


def dialog_messages(chat_id: str, *, newer_than: int | None = None, older_than: int | None = None) -> RestCall:
    """A page of a chat, for participants of it only: {messages: [{id, author_id, date, text, params}], users, files}.

    newer_than, older_than: message ids. Neither: the newest page. newer_than: the next ones after it, 0 for the first.
    """
    params: dict[str, Any] = {"DIALOG_ID": f"chat{chat_id}", "LIMIT": HISTORY_PAGE}
    if newer_than is not None:
        params["FIRST_ID"] = newer_than
    elif older_than is not None:
        params["LAST_ID"] = older_than
    return RestCall("im.dialog.messages.get", params)


def dialog(chat_id: str) -> RestCall:
    """A chat's card: {entity_id: "connector|line|external|user", entity_data_2: "LEAD|id|.."}; `answers.dialog_ids`."""
    return RestCall("imopenlines.dialog.get", {"CHAT_ID": chat_id})


def find_session(connector: str, line: int, external: str, bitrix_user_id: str) -> RestCall:
    """The chat of a user code, {chatId}; looks it up, creates nothing."""
    return RestCall("imopenlines.session.open", {"USER_CODE": f"{connector}|{line}|{external}|{bitrix_user_id}"})


def find_by_phone(phones: Sequence[str]) -> RestCall:
    """Contacts with any of at most 20 phones: {CONTACT: [ids]}, or [] for none."""
    return RestCall(
        "crm.duplicate.findbycomm", {"type": "PHONE", "values": list(phones)[:20], "entity_type": "CONTACT"}
    )


@dataclass(frozen=True, slots=True)
class Person:
    """A CRM entity to be made. phone: "+" and digits, or "". originator, origin: our name and our id of the customer,
    by which the entity is found again."""

    name: str
    last_name: str
    phone: str
    originator: str
    origin: str
    source: str = ""


def add_contact(person: Person) -> RestCall:
    """A new contact: {item: {id, ...}}. Not idempotent: on unknown fate ask `find_contact_by_origin` first."""
    return RestCall("crm.item.add", {"entityTypeId": CONTACT, "fields": _fields(person)})


def add_lead(title: str, person: Person) -> RestCall:
    """A new lead: {item: {id, ...}}. Not idempotent either: `find_lead_by_origin`."""
    return RestCall("crm.item.add", {"entityTypeId": LEAD, "fields": {"title": title, **_fields(person)}})


def add_phone(contact_id: str, phone: str) -> RestCall:
    """One more phone at a contact: a multifield without an id is added to those that are there. Not idempotent: ask
    `find_by_phone` first.

    Source: dev.1c-bitrix.ru, rest_help/crm/cases/edit/how_to_change_email_or_phone (read 2026-11-25), which shows for
    crm.contact.update that an entry with an ID is changed or deleted. That crm.item.update adds is the same rule.
    """
    phones = [{"typeId": "PHONE", "valueType": "WORK", "value": phone}]
    return RestCall("crm.item.update", {"entityTypeId": CONTACT, "id": contact_id, "fields": {"fm": phones}})


def find_contact_by_origin(originator: str, origin: str) -> RestCall:
    """Contacts that we made for this customer: {items: [{id}]}, oldest first."""
    return _find_by_origin(CONTACT, originator, origin)


def find_lead_by_origin(originator: str, origin: str) -> RestCall:
    """Leads that we made for this customer: {items: [{id}]}, oldest first."""
    return _find_by_origin(LEAD, originator, origin)


def crm_chat_get(entity_type: str, entity_id: str) -> RestCall:
    """Open-channel chats of a CRM entity ("contact", "lead", ...): [{CHAT_ID, CONNECTOR_ID, CONNECTOR_TITLE}] or []."""
    return RestCall(
        "imopenlines.crm.chat.get", {"CRM_ENTITY_TYPE": entity_type, "CRM_ENTITY": entity_id, "ACTIVE_ONLY": "N"}
    )


def _fields(person: Person) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": person.name,
        "opened": "Y",
        "originatorId": person.originator,
        "originId": person.origin,
    }
    if person.last_name:
        fields["lastName"] = person.last_name
    if person.source:
        fields["sourceId"] = person.source
    if person.phone:
        fields["fm"] = [{"typeId": "PHONE", "valueType": "WORK", "value": person.phone}]
    return fields


def _find_by_origin(entity_type_id: int, originator: str, origin: str) -> RestCall:
    return RestCall(
        "crm.item.list",
        {
            "entityTypeId": entity_type_id,
            "select": ["id"],
            "filter": {"=originatorId": originator, "=originId": origin},
            "order": {"id": "ASC"},
            "start": -1,
        },
    )
