"""The bridge as one writes it in an afternoon: find or add the contact, send, save the way back; and the other way.

Both peers use it. It raises for every answer that is not a success, so that whoever called it can try again.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from ponte.bitrix24 import answers, events, forms, markup
from ponte.bitrix24 import errors as bitrix24_errors
from ponte.bitrix24 import requests as bitrix24
from ponte.bitrix24.values import OperatorMessage
from ponte.http import Sender
from ponte.outcome import Succeeded
from ponte.storage.table import Put, Table
from ponte.whatsapp import errors as whatsapp_errors
from ponte.whatsapp import requests as whatsapp
from sandbox.simulate.bundle import Land
from sandbox.simulate.town import APP_SECRET

CALL_S = 15.0


class Failed(Exception):
    """A provider did not say yes."""


class Relay:
    """table: where chats are joined with customers. Portals and lines are read from the scenario, as configuration."""

    def __init__(self, land: Land, table: Table, send: Sender) -> None:
        self._land = land
        self._table = table
        self._send = send
        self._lines = {
            line["phone_number_id"]: (portal, line) for portal in land.world.portals for line in portal.config["lines"]
        }

    def to_bitrix24(self, number: str, wamid: str, sender: Mapping[str, str], text: str) -> None:
        """A customer's text into the open channel. sender: {"wa_id", "user_id", "name"}, "" where absent."""
        portal, line = self._lines[number]
        external = sender["user_id"] or sender["wa_id"]
        phone = f"+{sender['wa_id']}" if sender["wa_id"] else ""
        key = (f"CHAT#{line['connector']}#{line['line']}#{external}", "CHAT")
        if portal.config["crm"] == "contact" and self._table.get(*key) is None:
            self._contact(portal, sender["name"] or "Guest", phone, external)
        customer = bitrix24.Customer(external, sender["name"] or "Guest", "", phone)
        call = bitrix24.send_messages(
            line["connector"], line["line"], customer, message_id=wamid, text=markup.to_bitrix24(text), date=0
        )
        self._rest(portal, call, bitrix24_errors.classify_send)
        address = {"wa_id": sender["wa_id"], "user_id": sender["user_id"], "number": number}
        self._table.write(Put({"pk": key[0], "sk": key[1], **address}))

    def to_whatsapp(self, event: OperatorMessage) -> None:
        """An operator's text to the phone, then its acknowledgement."""
        address = self._table.get(f"CHAT#{event.connector}#{event.line}#{event.external}", "CHAT")
        if address is None:
            raise Failed("chat unknown")
        to = whatsapp.Recipient(str(address["wa_id"]) or None, None if address["wa_id"] else str(address["user_id"]))
        portal, _ = self._lines[str(address["number"])]
        ids = []
        for part in markup.split_text(markup.to_whatsapp(event.text, signature=True)):
            ids.append(self.send_text(str(address["number"]), to, part))
        delivery = bitrix24.Delivery(event.chat_id, event.message_id, event.external, tuple(ids), 0)
        self._rest(portal, bitrix24.delivery_status(event.connector, event.line, [delivery]))

    def send_text(self, number: str, to: whatsapp.Recipient, text: str) -> str:
        request = whatsapp.text(number, "v26.0", "graph-token", to, text, callback="peer", reply_to=None)
        outcome = whatsapp_errors.classify_send(self._send(request), 0)
        if not isinstance(outcome, Succeeded):
            raise Failed("whatsapp")
        return str(outcome.result["wamid"])

    def _contact(self, portal: Any, name: str, phone: str, external: str) -> None:
        if phone and answers.contact_ids(self._rest(portal, bitrix24.find_by_phone([phone]))):
            return
        self._rest(portal, bitrix24.add_contact(bitrix24.Person(name, "", phone, "peer", external)))

    def _rest(self, portal: Any, call: bitrix24.RestCall, classify: Any = bitrix24_errors.classify) -> Any:
        """With the newest token there is: renewing tokens is not what is compared here."""
        token = max(portal.access_tokens, key=portal.access_tokens.__getitem__)
        portal.access_tokens[token] = 4_000_000_000
        outcome = classify(self._send(call.request(f"https://{portal.config['domain']}/rest/", token)))
        if not isinstance(outcome, Succeeded):
            raise Failed("bitrix24")
        return outcome.result


def authentic_meta(event: Mapping[str, Any]) -> bool:
    mac = hmac.new(APP_SECRET.encode(), event["body"].encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={mac}", str(event["headers"].get("x-hub-signature-256", "")))


def messages_of(body: str) -> list[tuple[str, dict[str, str], dict[str, Any]]]:
    """(number, sender, message) of each text of a webhook."""
    found = []
    for entry in json.loads(body)["entry"]:
        for change in entry["changes"]:
            value = change["value"]
            number = value["metadata"]["phone_number_id"]
            for message in value.get("messages", []):
                contact = (value.get("contacts") or [{}])[0]
                name = str(contact.get("profile", {}).get("name", ""))
                ids = {"wa_id": message.get("from", ""), "user_id": message.get("from_user_id", ""), "name": name}
                found.append((number, ids, message))
    return found


def operators_of(land: Land, event: Mapping[str, Any]) -> list[OperatorMessage]:
    """The operators' messages of an authentic event post; nothing for any other."""
    tree = forms.decode(event["body"].encode(), event["headers"].get("content-type"))
    post = events.parse(tree)
    portal = land.world.portal_of_member(post.member_id)
    if portal is None or not hmac.compare_digest(portal.config["application_token"], post.application_token):
        return []
    return [one for one in post.events if isinstance(one, OperatorMessage)]
