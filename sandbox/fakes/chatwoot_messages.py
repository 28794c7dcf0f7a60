"""The fake Chatwoot's messages: write, list, delete, and what a channel says of their way."""

import json
from typing import Any

from sandbox.calls import Reply, json_reply
from sandbox.chatwoot_accounts import Row
from sandbox.chatwoot_talk import ACTIVITY, INCOMING, MESSAGE_STATUSES, OUTGOING, TYPES
from sandbox.chatwoot_talk_views import message_api
from sandbox.fakes.chatwoot_contacts import Handle
from sandbox.fakes.chatwoot_errors import Asked, Refusal, not_found, number

MAX_CONTENT = 150_000
MAX_FILES = 15
PER_MINUTE = 200
PAGE, AFTER_PAGE, BETWEEN_PAGE = 20, 100, 1000
_KINDS = {"image": "image", "audio": "audio", "video": "video"}


def create(asked: Asked) -> Reply:
    """Every failure here is a 422 with one sentence. The same call twice is two messages."""
    message = posted(asked, asked.conversation(), _fields(asked))
    return json_reply(200, message_api(asked.account, message, asked.body.get("echo_id")))


def posted(asked: Asked, row: Row, given: Row) -> Row:
    account, files = asked.account, [part for part in asked.call.parts if part.filename is not None]
    inbox = account.inbox(row["inbox_id"]) or {}
    kind = TYPES.get(str(given.get("message_type") or "outgoing"), OUTGOING)
    content = given.get("content")
    if kind == INCOMING and inbox.get("channel_type") != "Channel::Api":
        raise _invalid("Incoming messages are only allowed in Api inboxes")
    if content is not None and len(str(content)) > MAX_CONTENT:
        raise _invalid("Validation failed: Content is too long (maximum is 150000 characters)")
    if len(files) > MAX_FILES:
        raise _invalid("Validation failed: Attachments exceeded maximum allowed")
    since = account.now_ms() - 60_000
    if sum(1 for one in account.talk.messages(row["id"]) if one["created_ms"] > since) >= PER_MINUTE:
        raise _invalid("Validation failed: Too many messages")
    sender = {"id": row["contact_id"], "type": "contact"}
    if kind != INCOMING:
        sender = {"id": asked.user.id if asked.user else 0, "type": "user"}
    attributes = given.get("content_attributes")
    fields: Row = {
        "content": str(content) if content is not None else None,
        "message_type": kind,
        "private": given.get("private") in (True, "true"),
        "content_type": given.get("content_type") or "text",
        "content_attributes": _object(attributes),
        "source_id": given.get("source_id"),
        "sender": sender,
        "attachments": [_attachment(asked, part.filename or "", part.mime_type, len(part.data)) for part in files],
    }
    return account.talk.say(row, fields)


def _fields(asked: Asked) -> Row:
    """Of a JSON body, or of a form, in which objects stand as texts."""
    return {name: value for name, value in asked.body.items() if name != "attachments[]"}


def _object(given: Any) -> Row:
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return {}
    return given if isinstance(given, dict) else {}


def _attachment(asked: Asked, name: str, mime_type: str, size: int) -> Row:
    account = asked.account
    found = account.next_id()
    url = f"https://{account.config['host']}/rails/active_storage/blobs/redirect/{found}/{name}"
    kind = _KINDS.get(mime_type.partition("/")[0], "file")
    return {
        "id": found,
        "message_id": found,
        "file_type": kind,
        "account_id": account.config["account_id"],
        "extension": name.rpartition(".")[2] if "." in name else None,
        "content_type": mime_type,
        "data_url": url,
        "thumb_url": url if kind == "image" else "",
        "file_size": size,
        "width": None,
        "height": None,
    }


def index(asked: Asked) -> Reply:
    """The last 20; 20 `before` one; up to 100 `after` one; up to 1000 between both, the first included."""
    row, account = asked.conversation(), asked.account
    rows = account.talk.messages(row["id"])
    if asked.query("filter_internal_messages"):
        rows = [one for one in rows if not one["private"] and one["message_type"] != ACTIVITY]
    before, after = asked.query("before"), asked.query("after")
    if before is not None and after is not None:
        rows = [one for one in rows if number(after) <= one["id"] < number(before)][:BETWEEN_PAGE]
    elif after is not None:
        rows = [one for one in rows if one["id"] > number(after)][:AFTER_PAGE]
    elif before is not None:
        rows = [one for one in rows if one["id"] < number(before)][-PAGE:]
    else:
        rows = rows[-PAGE:]
    contact = account.contacts.get(row["contact_id"])
    meta = {
        "labels": row["labels"],
        "additional_attributes": row["additional_attributes"],
        "contact": account.shown(contact, with_places=False) if contact else {},
        "agent_last_seen_at": row["agent_last_seen_ms"] // 1000,
        "assignee_last_seen_at": row["agent_last_seen_ms"] // 1000,
    }
    return json_reply(200, {"meta": meta, "payload": [message_api(account, one) for one in rows]})


def delete(asked: Asked) -> Reply:
    """Its text and files; the message stays."""
    message = _message(asked)
    asked.account.talk.delete(message)
    return json_reply(200, message_api(asked.account, message))


def update(asked: Asked) -> Reply:
    """What the channel of an API inbox says; what was read is not delivered afterwards."""
    message = _message(asked)
    inbox = asked.account.inbox(message["inbox_id"]) or {}
    if inbox.get("channel_type") != "Channel::Api":
        raise Refusal(403, {"error": "Message status update is only allowed for API inboxes"})
    status = asked.body.get("status")
    if status in MESSAGE_STATUSES and (message["status"], status) != ("read", "delivered"):
        error = {"external_error": asked.body["external_error"]} if asked.body.get("external_error") else {}
        attributes = {**message["content_attributes"], **error}
        asked.account.talk.rewrite(message, {"status": status, "content_attributes": attributes})
    return json_reply(200, message_api(asked.account, message))


def _message(asked: Asked) -> Row:
    row, wanted = asked.conversation(), number(asked.ids[1])
    message = asked.account.talk.message(wanted)
    if message is None or message["conversation_id"] != row["id"]:
        raise not_found()
    return message


def _invalid(words: str) -> Refusal:
    return Refusal(422, {"error": words})


ROUTES: dict[tuple[str, str], Handle] = {
    ("GET", "/conversations/#/messages"): index,
    ("POST", "/conversations/#/messages"): create,
    ("PATCH", "/conversations/#/messages/#"): update,
    ("DELETE", "/conversations/#/messages/#"): delete,
}
