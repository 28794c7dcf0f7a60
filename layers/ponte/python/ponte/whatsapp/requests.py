"""Intents to Graph requests: values only, `http.Sender` sends them.

The token goes in the Authorization header, never in a URL. Nothing here has an idempotency key, because Graph has none:
`callback` comes back in the message's statuses and is what proves a send whose answer was lost.
Source: .../whatsapp/messages/send-messages, business-scoped-user-ids (read until 2026-05-28).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from ponte.http import HttpRequest
from ponte.whatsapp.ids import is_user_id

GRAPH_HOST = "graph.facebook.com"
GRAPH = f"https://{GRAPH_HOST}/"
MAX_TEXT_CHARS = 4096
MAX_CALLBACK_CHARS = 512

_VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]{1,2}")
_DIGITS = re.compile(r"[0-9]{5,20}")
_TEMPLATE_FIELDS = "id,name,language,status,category,components,parameter_format,quality_score"
_NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,status,name_status,quality_rating,code_verification_status,platform_type,"
    "throughput"
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to write to. to: digits of the `wa_id` as received. user_id: BSUID or parent BSUID.

    Raises ValueError for anything else: Graph answers 200 to a BSUID in `to` and the message is silently lost. With
    both, Meta takes the phone, so only the phone is sent.
    """

    to: str | None = None
    user_id: str | None = None

    def __post_init__(self) -> None:
        if self.to is not None and not _DIGITS.fullmatch(self.to):
            raise ValueError("to is not the digits of a phone")
        if self.user_id is not None and not is_user_id(self.user_id):
            raise ValueError("user_id is not a BSUID")
        if self.to is None and self.user_id is None:
            raise ValueError("a recipient needs a phone or a BSUID")

    def fields(self) -> dict[str, str]:
        """{"recipient_type", "to"} or {"recipient_type", "recipient"}."""
        address = {"to": self.to} if self.to is not None else {"recipient": self.user_id or ""}
        return {"recipient_type": "individual", **address}


def text(
    phone_number_id: str,
    graph_version: str,
    token: str,
    recipient: Recipient,
    body: str,
    *,
    callback: str,
    reply_to: str | None = None,
    preview_url: bool = False,
) -> HttpRequest:
    """Send a text of 1 to MAX_TEXT_CHARS characters; Graph refuses others with 100.

    callback: our own key of the send, at most MAX_CALLBACK_CHARS. reply_to: wamid to quote.
    """
    content = {"preview_url": preview_url, "body": body}
    return message(
        phone_number_id, graph_version, token, recipient, "text", content, callback=callback, reply_to=reply_to
    )


def message(
    phone_number_id: str,
    graph_version: str,
    token: str,
    recipient: Recipient,
    kind: str,
    content: Mapping[str, Any],
    *,
    callback: str,
    reply_to: str | None = None,
) -> HttpRequest:
    """Send a message of any kind; `content` stands under the kind's own name. callback, reply_to: as in `text`."""
    if not 0 < len(callback) <= MAX_CALLBACK_CHARS:
        raise ValueError("callback must have 1 to 512 characters")
    body: dict[str, Any] = {"messaging_product": "whatsapp", **recipient.fields()}
    if reply_to:
        body["context"] = {"message_id": reply_to}
    body |= {"type": kind, kind: dict(content), "biz_opaque_callback_data": callback}
    return _post(_messages(phone_number_id), graph_version, token, body)


def template(name: str, language: str, components: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The content of a message of kind "template"; components: see `templates.fill`."""
    content: dict[str, Any] = {"name": name, "language": {"code": language}}
    return content | ({"components": [dict(each) for each in components]} if components else {})


def mark_read(phone_number_id: str, graph_version: str, token: str, wamid: str) -> HttpRequest:
    """Blue ticks for this message and the earlier ones of its chat; within 30 days. Answer: {"success": true}."""
    return _post(_messages(phone_number_id), graph_version, token, _read_mark(wamid))


def typing(phone_number_id: str, graph_version: str, token: str, wamid: str) -> HttpRequest:
    """Show "typing" to whoever sent `wamid`, until our answer or for 25 s; marks it read as well."""
    mark = {**_read_mark(wamid), "typing_indicator": {"type": "text"}}
    return _post(_messages(phone_number_id), graph_version, token, mark)


def number_info(phone_number_id: str, graph_version: str, token: str) -> HttpRequest:
    """How the number stands: {"display_phone_number", "verified_name", "status", "quality_rating", ...}."""
    return _get(_id(phone_number_id), graph_version, token, {"fields": _NUMBER_FIELDS})


def subscribed_apps(waba_id: str, graph_version: str, token: str) -> HttpRequest:
    """Which apps get the account's webhooks: {"data": [{"whatsapp_business_api_data": {"id", "name"}}]}."""
    return _get(f"{_id(waba_id)}/subscribed_apps", graph_version, token)


def subscribe_app(waba_id: str, graph_version: str, token: str) -> HttpRequest:
    """Subscribe the token's app to the account's webhooks; repeating it is harmless."""
    return _post(f"{_id(waba_id)}/subscribed_apps", graph_version, token, {})


def templates(waba_id: str, graph_version: str, token: str, after: str = "", name: str = "") -> HttpRequest:
    """A page of templates: {"data": [row], "paging": {"cursors": {"after"}, "next"?}}; a row: see `templates.read`.

    name: only of those whose names contain it.
    """
    query = {"fields": _TEMPLATE_FIELDS, "limit": "100"} | {
        key: value for key, value in (("name", name), ("after", after)) if value
    }
    return _get(f"{_id(waba_id)}/message_templates", graph_version, token, query)


def read_path(path: str, graph_version: str, token: str, query: Mapping[str, str]) -> HttpRequest:
    """A GET of one object by its id."""
    return _get(_id(path), graph_version, token, query)


def media_path(phone_number_id: str, graph_version: str, token: str, content_type: str) -> HttpRequest:
    """The head of an upload; its body is streamed."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
    return HttpRequest("POST", _url(f"{_id(phone_number_id)}/media", graph_version), headers)


def _messages(phone_number_id: str) -> str:
    return f"{_id(phone_number_id)}/messages"


def _read_mark(wamid: str) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}


def _id(value: str) -> str:
    if not value:
        raise ValueError("the id in the path is empty")
    return quote(value, safe="")


def _post(path: str, graph_version: str, token: str, body: Mapping[str, Any]) -> HttpRequest:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return HttpRequest("POST", _url(path, graph_version), headers, json.dumps(body, separators=(",", ":")).encode())


def _get(path: str, graph_version: str, token: str, query: Mapping[str, str] | None = None) -> HttpRequest:
    url = _url(path, graph_version) + (f"?{urlencode(query)}" if query else "")
    return HttpRequest("GET", url, {"Authorization": f"Bearer {token}"})


def _url(path: str, graph_version: str) -> str:
    if not _VERSION.fullmatch(graph_version):
        raise ValueError("graph_version must look like v26.0")
    return f"{GRAPH}{graph_version}/{path}"
