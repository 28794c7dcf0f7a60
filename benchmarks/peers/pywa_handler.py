"""pywa: its webhook handler and its client, as its guide for a custom server shows; work is done where the webhook is.

A handler that raises is logged by pywa and the webhook answered 200; updates that it has seen in this process are
skipped. Source: pywa.readthedocs.io (read 2026-11).
"""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from pywa import WhatsApp
from pywa.types import Message

from benchmarks.peers.relay import Failed, Relay, authentic_meta, operators_of
from ponte.errors import FateUnknown, NotSent
from ponte.http import HttpRequest, Sender
from ponte.whatsapp import requests as whatsapp
from sandbox.simulate.bundle import BITRIX24_PATH, META_PATH, Land
from sandbox.simulate.lambdas import Handler
from sandbox.simulate.ports import StormyTable
from sandbox.simulate.provider_ports import StormySender

GRAPH_TOKEN = "graph-token"  # noqa: S105 - the simulated Graph's
logging.getLogger("pywa").setLevel(logging.CRITICAL)


class SenderTransport(httpx.BaseTransport):
    """httpx over the simulation's way out."""

    def __init__(self, send: Sender) -> None:
        self._send = send

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = urlsplit(str(request.url))
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        try:
            answer = self._send(HttpRequest(request.method, url.geturl(), headers, request.read()))
        except NotSent as error:
            raise httpx.ConnectError("not connected") from error
        except FateUnknown as error:
            raise httpx.ReadTimeout("no answer") from error
        return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body)


class PywaRelay(Relay):
    """Sends through pywa's client."""

    clients: Mapping[str, WhatsApp]

    def send_text(self, number: str, to: whatsapp.Recipient, text: str) -> str:
        try:
            sent = self.clients[number].send_message(to=to.to or str(to.user_id), text=text)
        except Exception as error:
            raise Failed("whatsapp") from error
        return str(sent.id)


class PywaBundle:
    """One container."""

    def __init__(self, land: Land, function: str) -> None:
        self._land = land
        table = StormyTable(land.tables.message, land.strait)
        sender = StormySender(land.world, land.fakes, land.files, land.strait, function)
        self._relay = PywaRelay(land, table, sender)
        self._relay.clients = {
            number["phone_number_id"]: self._client(number["phone_number_id"], sender)
            for number in land.world.meta["numbers"]
        }
        self.doors: Mapping[str, Handler] = {META_PATH: self._meta, BITRIX24_PATH: self._bitrix24}
        self.consumers: Mapping[str, Handler] = {name: lambda *_: {"batchItemFailures": []} for name in land.queue_urls}
        self.schedules: Mapping[str, Handler] = {
            name: lambda *_: None for name in ("sweep_spill", "refresh_bitrix24_tokens", "redrive", "heal_gaps")
        }

    def _client(self, number: str, sender: Sender) -> WhatsApp:
        session = httpx.Client(transport=SenderTransport(sender))
        client = WhatsApp(phone_id=number, token=GRAPH_TOKEN, session=session, server=None, validate_updates=False)

        @client.on_message
        def on_message(_client: WhatsApp, message: Message) -> None:
            user = message.from_user
            ids = {"wa_id": str(user.wa_id or ""), "user_id": str(user.bsuid or ""), "name": str(user.name or "")}
            self._relay.to_bitrix24(number, message.id, ids, str(message.text or ""))

        return client

    def _meta(self, event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        if not authentic_meta(event):
            return {"statusCode": 401}
        for client in self._relay.clients.values():
            if str(client.phone_id) in event["body"]:
                client.webhook_update_handler(_with_user_ids(event["body"]))
        return {"statusCode": 200}

    def _bitrix24(self, event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        for one in operators_of(self._land, event):
            self._relay.to_whatsapp(one)
        return {"statusCode": 200}


def _with_user_ids(body: str) -> bytes:
    """pywa 4.5 drops an update whose contacts carry no BSUID; nobody's loss is to be counted for that."""
    tree = json.loads(body)
    for entry in tree["entry"]:
        for change in entry["changes"]:
            for contact in change["value"].get("contacts", []):
                contact.setdefault("user_id", f"BR.{contact.get('wa_id', '')}")
            for message in change["value"].get("messages", []):
                message.setdefault("from_user_id", f"BR.{message.get('from', '')}")
    return json.dumps(tree).encode()
