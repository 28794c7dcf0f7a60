"""What we ask about messages, as calls: the application API. Each builder names its answer and who reads it.

Source: chatwoot/chatwoot 4.15.0 (f66b551c), app/controllers/api/v1/accounts/conversations/messages_controller.rb,
app/builders/messages/message_builder.rb, app/finders/message_finder.rb (read 2026-11).
"""

from collections.abc import Sequence
from typing import Any

from ponte.chatwoot.calls import TIMEOUT_SECONDS, ApiCall, Upload, checked_id
from ponte.chatwoot.messages import INCOMING, MARKER, MAX_ATTACHMENTS, MAX_CONTENT_CHARS, OUTGOING, STATUSES
from ponte.chatwoot.tame import clean
from ponte.media.types import base_type

MAX_UPLOAD_BYTES = 6 * 1024 * 1024  # of all files together, since they are held in memory; Chatwoot takes 40 MB each
MAX_MARKER_CHARS = 128
PER_MINUTE = 200  # messages in one conversation
UPLOAD_TIMEOUT_SECONDS = 30.0


def create_message(
    number: int,
    content: str,
    *,
    marker: str,
    private: bool = False,
    message_type: str = OUTGOING,
    files: Sequence[Upload] = (),
) -> ApiCall:
    """A message of ours in a conversation: `message_of`. marker: by which it is ours, in webhooks and in `list` calls.

    Not repeatable: two calls are two messages, for Chatwoot knows no idempotency. On unknown fate read what came
    `messages_after` the last known one and look for the marker (`messages.marked`). The marker stands in
    content_attributes and never in source_id: outside API inboxes a source_id means "the channel has sent it", and the
    customer gets nothing. private: a note that only staff see. message_type: INCOMING in API inboxes only.

    Raises ValueError for neither content nor files, and for what is over Chatwoot's limits or MAX_UPLOAD_BYTES.
    """
    said = clean(content)
    if len(said) > MAX_CONTENT_CHARS or not (said.strip() or files):
        raise ValueError("content")
    if message_type not in (INCOMING, OUTGOING):
        raise ValueError("message_type")
    if not marker or len(marker) > MAX_MARKER_CHARS or not marker.isprintable():
        raise ValueError("marker")
    if len(files) > MAX_ATTACHMENTS or sum(len(each.content) for each in files) > MAX_UPLOAD_BYTES:
        raise ValueError("files")
    if any(base_type(each.mime_type) != each.mime_type for each in files):
        raise ValueError("mime_type")
    body: dict[str, Any] = {"content": said} if said.strip() else {}
    body |= {"message_type": message_type, "private": private, "content_attributes": {MARKER: marker}}
    timeout = UPLOAD_TIMEOUT_SECONDS if files else TIMEOUT_SECONDS
    return ApiCall("POST", _messages(number), body=body, files=tuple(files), timeout_seconds=timeout)


def latest_messages(number: int) -> ApiCall:
    """The newest 20, oldest first: `messages_of`."""
    return ApiCall("GET", _messages(number), repeatable=True)


def messages_before(number: int, message_id: int) -> ApiCall:
    """The 20 before that one, oldest first: `messages_of`. None: that was the beginning."""
    return ApiCall("GET", _messages(number), (("before", str(_id(message_id))),), repeatable=True)


def messages_after(number: int, message_id: int) -> ApiCall:
    """Those after that one, oldest first, at most AFTER_PAGE_SIZE: `messages_of`. message_id: 0 for all there are.

    Activity lines, which webhooks never tell of, are among them.
    """
    after = 0 if message_id == 0 else _id(message_id)
    return ApiCall("GET", _messages(number), (("after", str(after)),), repeatable=True)


def delete_message(number: int, message_id: int) -> ApiCall:
    """Its text and files, not the message itself: `message_of`; a message_updated follows."""
    return ApiCall("DELETE", f"{_messages(number)}/{_id(message_id)}", repeatable=True, answers="nothing")


def update_message_status(number: int, message_id: int, status: str, *, external_error: str = "") -> ApiCall:
    """What became of a message, in API inboxes only (403 elsewhere): `message_of`. From read back to delivered is
    ignored there without a word. external_error: why it failed, for the agent."""
    if status not in STATUSES:
        raise ValueError("status")
    body = {"status": status, **({"external_error": clean(external_error)[:255]} if external_error else {})}
    return ApiCall("PATCH", f"{_messages(number)}/{_id(message_id)}", body=body, repeatable=True)


def _messages(number: int) -> str:
    return f"/conversations/{checked_id('number', number)}/messages"


def _id(message_id: int) -> int:
    return checked_id("message_id", message_id)
