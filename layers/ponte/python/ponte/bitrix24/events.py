"""A decoded post of a portal as typed events. No I/O, no clock; whether it is authentic is the caller's business.

Shape of a post: {event, event_handler_id?, ts, data, auth{member_id, application_token, domain, ...}}. The portal
repeats nothing and names no event id: every element of a body is read, a broken one is reported by its path and its
neighbours still count. The values live in `values`, the app's own life in `app_events`, the pages inside the portal
(another kind of post) in `install`.

Sources: bitrix24/b24restdocs, on-im-connector-*.md, on-app-*.md, and the portal module's own source (read 2026-11).
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ponte.bitrix24 import app_events, hosts
from ponte.bitrix24.tame import branch, elements, integer, portal_id, scalar, strings
from ponte.bitrix24.values import (
    AppInstalled,
    AppPayment,
    AppUninstalled,
    AppUpdated,
    Broken,
    ConnectorSwitchedOff,
    DialogFinished,
    DialogStarted,
    Event,
    Ignored,
    LineDeleted,
    OperatorDelete,
    OperatorEdit,
    OperatorFile,
    OperatorMessage,
    from_payload,
    to_payload,
)

__all__ = [
    "AppInstalled",
    "AppPayment",
    "AppUninstalled",
    "AppUpdated",
    "Broken",
    "ConnectorSwitchedOff",
    "DialogFinished",
    "DialogStarted",
    "Event",
    "Ignored",
    "LineDeleted",
    "OperatorDelete",
    "OperatorEdit",
    "OperatorFile",
    "OperatorMessage",
    "ParsedPost",
    "conversation",
    "from_payload",
    "operator_message_id",
    "parse",
    "source_id",
    "to_payload",
]

_MAX_EXTERNAL = 200  # connector|line|external|user must fit the portal's varchar(255)
_MEMBER_ID = re.compile(r"[0-9A-Za-z_.\-]{1,64}")
_EVENT_NAME = re.compile(r"[A-Z0-9_:.]{1,64}")
_CONNECTOR = re.compile(r"[a-z0-9_.\-]{1,50}")


@dataclass(frozen=True, slots=True)
class ParsedPost:
    """event: upper case, "" if absent. member_id: the portal's identity, "" unless it is one well-formed string.

    application_token: as sent when it is a string, "" for anything else, so that it equals no stored token; compare it
    in constant time. domain: "" unless allow-listed. ts: when the portal queued it, unix seconds, 0 if unknown.
    """

    event: str
    member_id: str
    application_token: str
    domain: str
    ts: int
    events: tuple[Event, ...]

    def __repr__(self) -> str:  # a token must not reach a log by way of a traceback
        return f"ParsedPost(event={self.event!r}, events={len(self.events)})"


def parse(tree: dict[str, Any]) -> ParsedPost:
    """Read one post (`forms.decode`). Never raises for what the tree holds: bad elements come as `Broken`."""
    name = _event_name(tree.get("event"))
    auth = tree.get("auth")
    member_id = scalar(branch(auth, "member_id"), 64)
    token = branch(auth, "application_token")
    ts = integer(tree.get("ts")) or 0
    read = _READERS.get(name)
    if read is not None:
        events = tuple(read(name, tree, ts))
    elif name:
        events = (Ignored(name, "crm" if name.startswith("ONCRM") else "unknown_event"),)
    else:
        events = (Ignored("", "no_event"),)
    return ParsedPost(
        event=name,
        member_id=member_id if _MEMBER_ID.fullmatch(member_id) else "",
        application_token=token if isinstance(token, str) and len(token) <= 255 else "",
        domain=hosts.portal_host(scalar(branch(auth, "domain"), 255)),
        ts=ts,
        events=events,
    )


def operator_message_id(connector: str, chat_id: int | str, message_id: int | str) -> str:
    """The source_id of an operator's message, by which edits, removals and quotes of it find it."""
    return f"{OperatorMessage.NAME}|{connector}|{chat_id}|{message_id}"


def source_id(event: Event) -> str:
    """What makes this event the same event when it comes twice (two handlers bound, our own queue), without the portal.

    An edit carries its text's hash, since one message may be edited often; events of a portal or line carry their time.
    """
    match event:
        case OperatorMessage():
            return operator_message_id(event.connector, event.chat_id, event.message_id)
        case OperatorDelete():
            return f"{event.NAME}|{event.connector}|{event.chat_id}|{event.message_id}"
        case OperatorEdit():
            digest = hashlib.sha256(event.text.encode("utf-8", "replace")).hexdigest()[:16]
            return f"{event.NAME}|{event.connector}|{event.chat_id}|{event.message_id}|{digest}"
        case DialogStarted() | DialogFinished():
            return f"{event.NAME}|{event.connector}|{event.external}|{event.session_id}"
        case ConnectorSwitchedOff():
            return f"{event.NAME}|{event.connector}|{event.line}|{event.at}"
        case LineDeleted():
            return f"{event.NAME}|{event.line}|{event.at}"
        case AppInstalled() | AppUpdated() | AppUninstalled() | AppPayment():
            return f"{event.NAME}|{event.at}"
        case Ignored():
            return f"{event.event}|{event.why}"
        case Broken():
            return f"{event.event}|{event.path}"


def conversation(event: Event) -> str:
    """What must stay in order: connector|external for everything of one chat, "portal" for all else of a portal."""
    match event:
        case OperatorMessage() | OperatorEdit() | OperatorDelete() | DialogStarted() | DialogFinished():
            return f"{event.connector}|{event.external}"
        case _:
            return "portal"


def _event_name(node: Any) -> str:
    name = scalar(node, 64).strip().upper()
    return name if _EVENT_NAME.fullmatch(name) else ""


def _read_messages(name: str, tree: dict[str, Any], ts: int) -> Iterator[Event]:
    data = tree.get("data")
    connector, line = _connector(branch(data, "CONNECTOR")), integer(branch(data, "LINE"))
    if not connector:
        yield Broken(name, "data.CONNECTOR")
        return
    if line is None:
        yield Broken(name, "data.LINE")
        return
    found = elements(branch(data, "MESSAGES"), "im", "message", "chat")
    if not found:
        yield Broken(name, "data.MESSAGES")
        return
    for index, element in enumerate(found):
        yield _read_message(name, element, f"data.MESSAGES[{index}]", connector=connector, line=line, ts=ts)


def _read_message(name: str, element: Any, path: str, *, connector: str, line: int, ts: int) -> Event:
    chat_id = portal_id(branch(element, "im", "chat_id"))
    message_id = portal_id(branch(element, "im", "message_id"))
    external = _external(branch(element, "chat", "id"))
    if not chat_id:
        return Broken(name, f"{path}.im.chat_id")
    if not message_id:
        return Broken(name, f"{path}.im.message_id")
    if not external:
        return Broken(name, f"{path}.chat.id")
    wamids = strings(branch(element, "message", "id"))
    if name == OperatorDelete.NAME:
        return OperatorDelete(connector, line, chat_id, message_id, external, wamids, ts)
    message = branch(element, "message")
    text = branch(message, "text")
    if not (text is None or isinstance(text, str)):
        text = scalar(text)
        if not text:
            return Broken(name, f"{path}.message.text")
    text = text or ""
    author = scalar(branch(message, "user_id"), 20)
    if name == OperatorEdit.NAME:
        return OperatorEdit(connector, line, chat_id, message_id, external, author, text, wamids, ts)
    files = tuple(_read_file(file) for file in elements(branch(message, "files"), "link", "name") or ())
    return OperatorMessage(connector, line, chat_id, message_id, external, author, text, files, ts)


def _read_file(file: Any) -> OperatorFile:
    """A file that cannot be read keeps its place with an empty link, so that the operator can be told."""
    link = ""
    for key in ("link", "downloadLink", "url"):
        link = link or scalar(branch(file, key), 4096)
    return OperatorFile(
        name=scalar(branch(file, "name"), 512),
        type=scalar(branch(file, "type"), 32).lower(),
        mime=scalar(branch(file, "mime"), 255).lower(),
        link=link,
        size=integer(branch(file, "size")),
    )


def _connector(node: Any) -> str:
    """The portal lower-cases connector ids; so do we, whoever sent it."""
    connector = scalar(node, 50).lower()
    return connector if _CONNECTOR.fullmatch(connector) else ""


def _external(node: Any) -> str:
    """Our own id of the chat: never holds "|" (the portal splits on it) nor blanks or control characters."""
    external = scalar(node, _MAX_EXTERNAL)
    return external if external.isprintable() and " " not in external and "|" not in external else ""


def _read_dialogs(name: str, tree: dict[str, Any], ts: int) -> Iterator[Event]:
    data = tree.get("data")
    found = elements(branch(data, "DATA"), "connector", "session", "chat")
    if not found:
        yield Broken(name, "data.DATA")
        return
    for index, element in enumerate(found):
        path = f"data.DATA[{index}]"
        connector = _connector(branch(element, "connector", "connector_id") or branch(data, "CONNECTOR"))
        line = integer(branch(element, "connector", "line_id"))
        line = integer(branch(data, "LINE")) if line is None else line
        external = _external(branch(element, "connector", "chat_id") or branch(element, "chat", "id"))
        session_id = portal_id(branch(element, "session", "id"))
        user_id = portal_id(branch(element, "connector", "user_id") or branch(element, "user", "id"))
        if not connector:
            yield Broken(name, f"{path}.connector.connector_id")
        elif line is None:
            yield Broken(name, f"{path}.connector.line_id")
        elif not external:
            yield Broken(name, f"{path}.connector.chat_id")
        elif not session_id:
            yield Broken(name, f"{path}.session.id")
        elif name == DialogStarted.NAME:
            yield DialogStarted(connector, line, external, session_id, user_id, ts)
        else:
            yield DialogFinished(connector, line, external, session_id, user_id, ts)


def _read_switched_off(name: str, tree: dict[str, Any], ts: int) -> Iterator[Event]:
    data = tree.get("data")
    connector = _connector(branch(data, "connector") or branch(data, "CONNECTOR"))
    line = integer(branch(data, "line") or branch(data, "LINE"))
    if not connector:
        yield Broken(name, "data.connector")
    elif line is None:
        yield Broken(name, "data.line")
    else:
        yield ConnectorSwitchedOff(connector, line, ts)


def _read_line_deleted(name: str, tree: dict[str, Any], ts: int) -> Iterator[Event]:
    line = integer(tree.get("data"))
    yield Broken(name, "data") if line is None else LineDeleted(line, ts)


_READERS: dict[str, Callable[[str, dict[str, Any], int], Iterator[Event]]] = {
    OperatorMessage.NAME: _read_messages,
    OperatorEdit.NAME: _read_messages,
    OperatorDelete.NAME: _read_messages,
    DialogStarted.NAME: _read_dialogs,
    DialogFinished.NAME: _read_dialogs,
    ConnectorSwitchedOff.NAME: _read_switched_off,
    LineDeleted.NAME: _read_line_deleted,
    AppInstalled.NAME: app_events.read_installed,
    AppUpdated.NAME: app_events.read_updated,
    AppUninstalled.NAME: app_events.read_uninstalled,
    AppPayment.NAME: app_events.read_payment,
    "ONAPPTEST": app_events.read_probe,
    "ONOFFLINEEVENT": app_events.read_probe,
}
