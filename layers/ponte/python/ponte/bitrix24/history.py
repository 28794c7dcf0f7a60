"""What a chat's history shows: its messages as values, one's text, and the probe of imconnector.send.messages.

Two methods tell it, in two spellings: im.dialog.messages.get (params in capitals, `messages` a list) and
imopenlines.session.history.get (params in camel case, `message` a map by id). Both are read here, alike.

Source: bitrix24/b24restdocs, im-dialog-messages-get.md and imopenlines-session-history-get.md; what a message's CLASS
says of it, from the portal module's own source, imopenlines/lib/connector.php, onMessageSend (read 2026-11).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ponte.bitrix24.tame import branch, elements, integer, portal_id, scalar, strings, yes
from ponte.bitrix24.values import OperatorFile

_MAX_TEXT = 100_000
INTERNAL = ("bx-messenger-content-item-system", "bx-messenger-content-item-ol-")
"""Beginnings of CLASS by which the portal marks what customers never get: whispers and the line's own notes."""


@dataclass(frozen=True, slots=True)
class HistoryMessage:
    """author_id: "0" for the portal itself. at_ms: the portal's own stamp, 0 if unreadable. mids: params.connectorMid.

    internal: written for operators only (a whisper of the silent mode, a note of the line). file_ids: of the disk.
    """

    id: int
    author_id: str
    at_ms: int
    text: str = field(repr=False)
    mids: tuple[str, ...]
    internal: bool
    deleted: bool
    file_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HistoryUser:
    """is_customer: the hidden user that stands for a customer of an open line."""

    name: str = field(repr=False)
    is_customer: bool


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """messages: by ascending id. users: by id, only those the portal describes. files: by id, without a link, since
    the links of a history need a login. session_id: "" from im.dialog.messages.get."""

    messages: tuple[HistoryMessage, ...]
    users: Mapping[str, HistoryUser]
    files: Mapping[str, OperatorFile]
    session_id: str


def read_page(result: Any) -> HistoryPage | None:
    """`result` of either method; None where it is neither. A message without an id or an author is no message."""
    if not isinstance(result, dict):
        return None
    raw = result["messages"] if "messages" in result else result.get("message")
    if not isinstance(raw, dict | list):
        return None
    found = sorted(filter(None, map(_message, _each(raw))), key=lambda message: message.id)
    users = {portal_id(branch(user, "id")): _user(user) for user in _each(_container(result.get("users")))}
    files = {portal_id(branch(file, "id")): _file(file) for file in _each(_container(result.get("files")))}
    return HistoryPage(tuple(found), users, files, portal_id(result.get("sessionId")))


def _message(raw: Any) -> HistoryMessage | None:
    message_id = integer(branch(raw, "id"))
    author = next((raw[key] for key in ("author_id", "senderid") if isinstance(raw, dict) and key in raw), None)
    author_id = scalar(author, 20)
    if not message_id or not author_id.isdigit():
        return None
    params = branch(raw, "params")
    style = scalar(_param(params, "CLASS", "class"), 512)
    return HistoryMessage(
        id=message_id,
        author_id=str(int(author_id)),
        at_ms=round(_unix_seconds(scalar(branch(raw, "date"))) * 1000),
        text=scalar(branch(raw, "text"), 100_000),
        mids=_mids(raw),
        internal=any(word.startswith(INTERNAL) for word in style.split()),
        deleted=yes(_param(params, "IS_DELETED", "isDeleted")),
        file_ids=strings(_param(params, "FILE_ID", "fileId")),
    )


def _user(raw: Any) -> HistoryUser:
    return HistoryUser(scalar(branch(raw, "name"), 200), yes(branch(raw, "connector")))


def _file(raw: Any) -> OperatorFile:
    kind = scalar(branch(raw, "type"), 32).lower()
    return OperatorFile(scalar(branch(raw, "name"), 512), kind, "", "", integer(branch(raw, "size")))


def _param(params: Any, *names: str) -> Any:
    return next((params[name] for name in names if isinstance(params, dict) and name in params), None)


def _mids(message: Any) -> tuple[str, ...]:
    return strings(branch(message, "params", "connectorMid") or branch(message, "params", "CONNECTOR_MID"))


def _container(node: Any) -> dict[str, Any] | list[Any]:
    return node if isinstance(node, dict | list) else []


def find_message(
    body: Mapping[str, Any] | None, *, external_message_id: str, text: str = "", since: int = 0
) -> bool | None:
    """Whether imopenlines.session.history.get shows our message. body: the whole decoded answer.

    True: a message carries our id (params.connectorMid); or, from portals that leave the ids out, one without any id
    has this very text and is not older than `since` (unix seconds, 0 = not known).
    None: the answer cannot be read, or such a message has the text but nothing tells its age.
    False: readable, and not there (also for the [] of an empty history).
    """
    messages = _messages(body)
    if messages is None:
        return None
    doubtful = False
    for message in _each(messages):
        ids = _mids(message)
        if external_message_id in ids:
            return True
        if not ids and text and _same_text(message, text):
            sent_at = _unix_seconds(scalar(branch(message, "date")))
            if since and sent_at and sent_at >= since:
                return True
            doubtful = doubtful or not (since and sent_at)
    return None if doubtful else False


def count_files(body: Mapping[str, Any] | None, *, external_message_id: str) -> int | None:
    """How many files our message shows, found by our id; None where no message has it.

    A portal drops a file that it cannot fetch without a word, so 0 is what tells of it. Whether every portal names the
    files of a message here (params.fileId) could not be seen: where one does not, a file is missed that is there.
    """
    for message in _each(_messages(body) or []):
        if external_message_id in _mids(message):
            return len(strings(_param(branch(message, "params"), "FILE_ID", "fileId")))
    return None


def find_text(body: Mapping[str, Any] | None, *, ids: Sequence[str], message_id: str = "") -> str | None:
    """The text, in BBCode, of the message with one of these connector ids or this id of the portal's; None without it.

    A message that is there and says nothing (a file alone) gives "".
    """
    for message in _each(_messages(body) or []):
        if set(ids) & set(_mids(message)) or (message_id and portal_id(branch(message, "id")) == message_id):
            return scalar(branch(message, "textlegacy"), _MAX_TEXT) or scalar(branch(message, "text"), _MAX_TEXT)
    return None


def _messages(body: Mapping[str, Any] | None) -> dict[str, Any] | list[Any] | None:
    result = body.get("result") if isinstance(body, Mapping) else None
    if isinstance(result, list) and not result:
        return result
    messages = result.get("message") if isinstance(result, dict) else None
    return messages if isinstance(messages, dict | list) else None


def _each(messages: dict[str, Any] | list[Any]) -> Iterator[Any]:
    yield from (messages.values() if isinstance(messages, dict) else elements(messages) or [])


def _same_text(message: Any, text: str) -> bool:
    wanted = _folded(text)
    return any(_folded(scalar(branch(message, key), _MAX_TEXT)) == wanted for key in ("text", "textlegacy"))


def _folded(text: str) -> str:
    """Portals rewrite blanks, line breaks and the case of codes when they store a text."""
    return " ".join(text.replace("[br]", " ").replace("[BR]", " ").split()).casefold()


def _unix_seconds(date: str) -> float:
    try:
        parsed = datetime.fromisoformat(date)
    except ValueError:
        return 0.0
    return parsed.timestamp() if parsed.tzinfo else 0.0
