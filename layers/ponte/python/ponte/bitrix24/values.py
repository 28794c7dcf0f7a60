"""What a Bitrix24 portal can tell us, as values, and their form for a queue (a JSON object, there and back).

Ids that must not be confused: `external` is our own id of the chat (it came to the portal from us and is whom to
answer), `chat_id` and `message_id` are the portal's (`im`), `session_id` one stretch of talk in a chat. `at` is when
the portal queued the event, in unix seconds, 0 if it did not say; order within a chat is by `message_id` as a number.
The portal's ids are kept as strings of ASCII digits without leading zeros.
"""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

from ponte.errors import MalformedEvent


@dataclass(frozen=True, slots=True)
class OperatorFile:
    """type: "image", "file", ... link: may redirect and carry a #fragment, "" if unreadable. size: bytes."""

    name: str
    type: str
    mime: str
    link: str
    size: int | None


@dataclass(frozen=True, slots=True)
class OperatorMessage:
    """An operator (or the line itself: author_id "0") wrote. text: BBCode, see `markup`; may be "" beside files."""

    NAME: ClassVar[str] = "ONIMCONNECTORMESSAGEADD"
    connector: str
    line: int
    chat_id: str
    message_id: str
    external: str
    author_id: str
    text: str = field(repr=False)
    files: tuple[OperatorFile, ...] = field(repr=False)
    at: int


@dataclass(frozen=True, slots=True)
class OperatorEdit:
    """An acknowledged message was changed. wamids: the ids we acknowledged it with."""

    NAME: ClassVar[str] = "ONIMCONNECTORMESSAGEUPDATE"
    connector: str
    line: int
    chat_id: str
    message_id: str
    external: str
    author_id: str
    text: str = field(repr=False)
    wamids: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class OperatorDelete:
    """An acknowledged message was deleted. One event comes per id we acknowledged it with, all with one `source_id`."""

    NAME: ClassVar[str] = "ONIMCONNECTORMESSAGEDELETE"
    connector: str
    line: int
    chat_id: str
    message_id: str
    external: str
    wamids: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class DialogStarted:
    """bitrix_user_id: the portal's hidden user that stands for the customer, "" if not told."""

    NAME: ClassVar[str] = "ONIMCONNECTORDIALOGSTART"
    connector: str
    line: int
    external: str
    session_id: str
    bitrix_user_id: str
    at: int


@dataclass(frozen=True, slots=True)
class DialogFinished:
    """Also follows an automatic close: says nothing about WhatsApp's window."""

    NAME: ClassVar[str] = "ONIMCONNECTORDIALOGFINISH"
    connector: str
    line: int
    external: str
    session_id: str
    bitrix_user_id: str
    at: int


@dataclass(frozen=True, slots=True)
class LineDeleted:
    """An open line is gone, with whatever connector it had; every app is told."""

    NAME: ClassVar[str] = "ONIMCONNECTORLINEDELETE"
    line: int
    at: int


@dataclass(frozen=True, slots=True)
class ConnectorSwitchedOff:
    """The connector was disconnected from a line; also caused by our own imconnector.activate with ACTIVE=0."""

    NAME: ClassVar[str] = "ONIMCONNECTORSTATUSDELETE"
    connector: str
    line: int
    at: int


@dataclass(frozen=True, slots=True)
class _Grant:
    """expires_in: seconds. domain, client_endpoint: "" unless allow-listed. All of it is unproven until app.info on the
    OAuth server says the same (requests.oauth_app_info)."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    domain: str
    client_endpoint: str
    server_endpoint: str
    scope: str
    status: str
    user_id: str
    version: str
    at: int


@dataclass(frozen=True, slots=True)
class AppInstalled(_Grant):
    """First or repeated installation. Its tokens never go into a queue in clear."""

    NAME: ClassVar[str] = "ONAPPINSTALL"


@dataclass(frozen=True, slots=True)
class AppUpdated(_Grant):
    """A new version: every event handler was unbound, the application_token may be a new one."""

    NAME: ClassVar[str] = "ONAPPUPDATE"


@dataclass(frozen=True, slots=True)
class AppUninstalled:
    """clean: the administrator asked to erase the app's data. The application_token is the only proof of this event."""

    NAME: ClassVar[str] = "ONAPPUNINSTALL"
    clean: bool
    at: int


@dataclass(frozen=True, slots=True)
class AppPayment:
    """Carries no application_token: ask app.info before believing it. status: F, D, T, P, L or S. days: left."""

    NAME: ClassVar[str] = "ONAPPPAYMENT"
    status: str
    payment_expired: bool
    days: int
    at: int


@dataclass(frozen=True, slots=True)
class Ignored:
    """Understood and of no use to us. why: unknown_event, crm, probe or no_event."""

    event: str
    why: str


@dataclass(frozen=True, slots=True)
class Broken:
    """An element that lacks what its event needs. path: keys and indexes only, e.g. "data.MESSAGES[1].chat.id"."""

    event: str
    path: str


type Event = (
    OperatorMessage
    | OperatorEdit
    | OperatorDelete
    | DialogStarted
    | DialogFinished
    | LineDeleted
    | ConnectorSwitchedOff
    | AppInstalled
    | AppUpdated
    | AppUninstalled
    | AppPayment
    | Ignored
    | Broken
)

_CLASSES: dict[str, type[Any]] = {
    cls.__name__: cls
    for cls in (
        OperatorMessage,
        OperatorEdit,
        OperatorDelete,
        DialogStarted,
        DialogFinished,
        LineDeleted,
        ConnectorSwitchedOff,
        AppInstalled,
        AppUpdated,
        AppUninstalled,
        AppPayment,
        Ignored,
        Broken,
    )
}


def to_payload(event: Event) -> dict[str, Any]:
    """The event as a JSON object {"type": class name, **fields}; `from_payload` reads it back to an equal value."""
    return {"type": type(event).__name__, **asdict(event)}


def from_payload(payload: dict[str, Any]) -> Event:
    """The inverse of `to_payload`. Raises MalformedEvent, naming the field, for anything else."""
    cls = _CLASSES.get(payload.get("type", "")) if isinstance(payload.get("type"), str) else None
    if cls is None:
        raise MalformedEvent("payload.type")
    values: dict[str, Any] = {}
    for entry in fields(cls):
        value = payload.get(entry.name)
        if entry.name == "files":
            values["files"] = _files(value)
        elif entry.name == "wamids":
            if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
                raise MalformedEvent("payload.wamids")
            values["wamids"] = tuple(value)
        elif type(value) is entry.type:
            values[entry.name] = value
        else:
            raise MalformedEvent(f"payload.{entry.name}")
    event: Event = cls(**values)
    return event


def _files(value: Any) -> tuple[OperatorFile, ...]:
    if not isinstance(value, list | tuple):
        raise MalformedEvent("payload.files")
    try:
        return tuple(OperatorFile(**file) for file in value)
    except TypeError as error:
        raise MalformedEvent("payload.files") from error
