"""What the providers post to us, built and sent as they do it: signed JSON from Meta, PHP forms from Bitrix24.

Used by the play API only; nothing here is needed to judge a webhook.
"""

import base64
import hmac
import http.client
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sandbox import php_forms
from sandbox.phones import Accepted, Phone
from sandbox.portals import OPERATOR_ID, OPERATORS, ImChat, ImMessage, PortalState
from sandbox.scenario import File, Meta, Number

POST_SECONDS = 35.0
_REASONS = {
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131049: "This message was not delivered to maintain healthy ecosystem engagement.",
    131053: "Media upload error",
}


@dataclass(frozen=True, slots=True)
class Webhook:
    """One post to the gateway; sending the same value twice is what a redelivery looks like."""

    path: str
    headers: dict[str, str]
    body: bytes


def post(gateway_url: str, webhook: Webhook, timeout_s: float = POST_SECONDS) -> int:
    """The status of the answer. Raises OSError or http.client.HTTPException when there is none."""
    base = urlsplit(gateway_url)
    connection = http.client.HTTPConnection(base.hostname or "127.0.0.1", base.port, timeout=timeout_s)
    try:
        connection.request("POST", base.path.rstrip("/") + webhook.path, webhook.body, webhook.headers)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def signed(meta: Meta, number: Number, value: dict[str, Any]) -> Webhook:
    """A change of field `messages`. Meta writes compact JSON, escapes all but ASCII, and signs those very bytes."""
    metadata = {"display_phone_number": _digits(number), "phone_number_id": number["phone_number_id"]}
    full = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    change = {"value": full, "field": "messages"}
    tree = {"object": "whatsapp_business_account", "entry": [{"id": number["waba_id"], "changes": [change]}]}
    body = json.dumps(tree, separators=(",", ":")).replace("/", "\\/").encode("ascii")
    mac = hmac.digest(meta["app_secret"].encode(), body, "sha256").hex()
    headers = {
        "content-type": "application/json",
        "x-hub-signature-256": f"sha256={mac}",
        "user-agent": "facebookexternalua",
    }
    return Webhook("/webhooks/meta", headers, body)


def customer_message(phone: Phone, wamid: str, kind: str, content: dict[str, Any], at_ms: int) -> dict[str, Any]:
    """The `value` of a customer's message. content: the object named after its kind, {"body"} for a text."""
    message: dict[str, Any] = {"from": phone.wa_id, "from_user_id": phone.user_id}
    if phone.parent_user_id:
        message["from_parent_user_id"] = phone.parent_user_id
    message |= {"id": wamid, "timestamp": str(at_ms // 1000), "type": kind, kind: content}
    return {"contacts": [_contact(phone)], "messages": [{key: one for key, one in message.items() if one != ""}]}


def reaction(wamid: str, emoji: str) -> dict[str, Any]:
    """A customer's reaction; of one that is taken away Meta leaves the emoji out."""
    return {"message_id": wamid, "emoji": emoji} if emoji else {"message_id": wamid}


def text_message(phone: Phone, wamid: str, text: str, at_ms: int) -> dict[str, Any]:
    """The `value` of a customer's text."""
    return customer_message(phone, wamid, "text", {"body": text}, at_ms)


def status_update(accepted: Accepted, status: str, at_ms: int, error_code: int | None = None) -> dict[str, Any]:
    """The `value` of a status; a failed one has no contacts."""
    phone = accepted.phone
    update: dict[str, Any] = {"id": accepted.wamid, "status": status, "timestamp": str(at_ms // 1000)}
    if phone.wa_id:
        update["recipient_id"] = phone.wa_id
    if phone.user_id and not (status == "failed" and accepted.to_phone):
        update["recipient_user_id"] = phone.user_id
    if accepted.callback is not None:
        update["biz_opaque_callback_data"] = accepted.callback
    if error_code is not None:
        title = _REASONS.get(error_code, "Something went wrong")
        href = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
        details = {"details": f"Message failed to send. ({title})"}
        error = {"code": error_code, "title": title, "message": title, "error_data": details, "href": href}
        return {"statuses": [{**update, "errors": [error]}]}
    if status in ("sent", "delivered"):
        pricing = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
        update["pricing"] = pricing
    return {"contacts": [_contact(phone)], "statuses": [update]}


def operator_message(
    portal: PortalState,
    chat: ImChat,
    message_id: int,
    text: str,
    at_ms: int,
    operator_id: int = OPERATOR_ID,
    files: Sequence[File] = (),
) -> Webhook:
    """ONIMCONNECTORMESSAGEADD, signed with the operator's name where the line says so."""
    line = portal.line(chat.connector, chat.line)
    name = f"[b]{OPERATORS[operator_id]}:[/b] {'[br]' if text else ''}"
    message: dict[str, Any] = {"user_id": operator_id, "text": f"{name}{text}" if line and line["signature"] else text}
    if files:
        message["files"] = [_file(portal, file) for file in files]
    element = {"im": {"chat_id": chat.id, "message_id": message_id}, "message": message, "chat": {"id": chat.external}}
    config, now_s = portal.config, at_ms // 1000
    tree = {
        "event": "ONIMCONNECTORMESSAGEADD",
        "event_handler_id": "555",
        "data": {"CONNECTOR": chat.connector, "LINE": chat.line, "MESSAGES": [element]},
        "ts": now_s,
        "auth": {
            "access_token": "sandbox-event-token",
            "expires": now_s + 3600,
            "expires_in": 3600,
            "scope": "imconnector,imopenlines",
            "domain": config["domain"],
            "server_endpoint": "https://oauth.bitrix.info/rest/",
            "status": "L",
            "client_endpoint": f"https://{config['domain']}/rest/",
            "member_id": config["member_id"],
            "user_id": operator_id,
            "application_token": config["application_token"],
        },
    }
    headers = {"content-type": "application/x-www-form-urlencoded", "user-agent": "Bitrix24 Webhook Engine"}
    return Webhook("/webhooks/bitrix24/outbound", headers, php_forms.encode(tree))


def quote(chat: ImChat, message: ImMessage) -> str:
    """The block that the messenger puts before an answer to a message, with a line break after it."""
    who = chat.name if message.sender == "customer" else OPERATORS.get(_operator(message), "-")
    fence, when = "-" * 54, time.strftime("%d.%m.%Y %H:%M", time.gmtime(message.at_ms / 1000))
    return f"{fence}\n{who} [{when}] #chat{chat.id}/{message.id}\n{message.text}\n{fence}\n"


def _operator(message: ImMessage) -> int:
    return int(message.author_id) if str(message.author_id).isdigit() else 0


def _file(portal: PortalState, file: File) -> dict[str, Any]:
    """Pictures have a fragment in their link, which is no part of the address."""
    is_image = file["mime_type"].startswith("image/")
    size = len(base64.b64decode(file["bytes_base64"]))
    return {
        "name": file["name"],
        "type": "image" if is_image else "file",
        "mime": file["mime_type"],
        "link": f"https://{portal.config['domain']}/~{file['code']}{'#img.jpg' if is_image else ''}",
        "size": size,
        "sizef": f"{size / 1024:.2f} KB",
    }


def _contact(phone: Phone) -> dict[str, Any]:
    ids = {"wa_id": phone.wa_id, "user_id": phone.user_id, "parent_user_id": phone.parent_user_id}
    return {"profile": {"name": phone.name}, **{key: value for key, value in ids.items() if value}}


def _digits(number: Number) -> str:
    return "".join(one for one in number["display_phone_number"] if one in "0123456789")
