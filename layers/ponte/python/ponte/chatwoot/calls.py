"""A call to Chatwoot as a value, and the account it is made for: an HTTP request only when both come together.

An `ApiCall` holds no token and no host, so that effects, ledgers and retries may carry it. `requests`,
`conversation_requests`, `message_requests`, `setup` and `client_api` build them, `errors` classifies their answers by
what was asked.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urlencode

from ponte.chatwoot.hosts import is_public_name
from ponte.chatwoot.tame import MAX_ID
from ponte.errors import HostRefused
from ponte.http import HttpRequest

TIMEOUT_SECONDS = 15.0
MERGE_TIMEOUT_SECONDS = 30.0  # moves every conversation and message of a contact inside the call
_PATH = re.compile(r"(/[A-Za-z0-9_%.~:@-]+)*")
_TOKEN = re.compile(r"[!-~]{1,512}")
_FAMILIES = {"account": "/api/v1/accounts/{account_id}", "user": "/api/v1", "public": "/public/api/v1/inboxes"}

type Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
type Family = Literal["account", "user", "public"]


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom: a tenant's account, and the access token of its integration user.

    Raises HostRefused for a host that may not be called, ValueError for an account_id or token that cannot be one.
    """

    host: str
    account_id: int
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        if not is_public_name(self.host):
            raise HostRefused
        checked_id("account_id", self.account_id)
        if not _TOKEN.fullmatch(self.token):
            raise ValueError("token")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form. name: as people shall see it. mime_type: as the server will show it on."""

    name: str = field(repr=False)
    mime_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApiCall:
    """path: under its family's root, percent-encoded. query, body: JSON types only.

    files: make the body a multipart form, in which objects stand as JSON texts. repeatable: doing it twice is doing it
    once, so an answer that got lost needs no probe. answers: "nothing" for calls whose good answer has an empty body,
    "null" for those that may answer null, which gives {}. timeout_seconds: for the answer.
    """

    method: Method
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    files: tuple[Upload, ...] = ()
    family: Family = "account"
    repeatable: bool = False
    answers: Literal["json", "nothing", "null"] = "json"
    timeout_seconds: float = TIMEOUT_SECONDS

    def request(self, account: Account) -> HttpRequest:
        """The request to one account; the public family goes without the token. Raises ValueError("path")."""
        if not _PATH.fullmatch(self.path) or {".", ".."} & set(self.path.split("/")):
            raise ValueError("path")
        root = _FAMILIES[self.family].format(account_id=account.account_id)
        query = f"?{urlencode(self.query)}" if self.query else ""
        headers = {"Accept": "application/json"}
        if self.family != "public":
            # Not api_access_token, as the documentation spells it: nginx drops names with underscores (chatwoot#1057).
            headers["Api-Access-Token"] = account.token
        content = json_bytes(self.body) if self.body is not None else b""
        if self.files:
            headers["Content-Type"], content = _form(self.body or {}, self.files)
        elif self.body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        return HttpRequest(
            method=self.method,
            url=f"https://{account.host}{root}{self.path}{query}",
            headers=headers,
            body=content,
            timeout_seconds=self.timeout_seconds,
        )


def json_bytes(tree: Any) -> bytes:
    """UTF-8 JSON; half a character becomes "?". Raises ValueError for numbers that JSON does not know."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")


def checked_id(name: str, value: int) -> int:
    """A record's id. Raises ValueError(name) for anything but a whole number from 1 to 2**63-1."""
    if type(value) is not int or not 0 < value <= MAX_ID:
        raise ValueError(name)
    return value


def segment(name: str, value: str, limit: int = 255) -> str:
    """A string as one segment of a path. Raises ValueError(name) for "", ".", ".." and what is over the limit."""
    if not value or value in (".", "..") or len(value) > limit or not value.isprintable():
        raise ValueError(name)
    return quote(value, safe="")


def _form(fields: Mapping[str, Any], files: tuple[Upload, ...]) -> tuple[str, bytes]:
    """(content type, body) of multipart/form-data. The boundary is made of all that is in it, so that no file can hold
    it on purpose, and the same call twice is equal bytes."""
    parts = [(f'name="{name}"', "", _form_value(value)) for name, value in fields.items() if value is not None]
    parts += [
        (f'name="attachments[]"; filename="{_quoted(each.name)}"', each.mime_type, each.content) for each in files
    ]
    seal = hashlib.sha256()
    for _, _, content in parts:
        seal.update(hashlib.sha256(content).digest())
    boundary = f"ponte-{seal.hexdigest()}"
    body = b""
    for head, mime_type, content in parts:
        typed = f"Content-Type: {mime_type}\r\n" if mime_type else ""
        lines = f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n{typed}\r\n"
        body += lines.encode("utf-8", "replace") + content + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def _form_value(value: Any) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else json_bytes(value)


def _quoted(name: str) -> str:
    """As browsers write a file's name (WHATWG, multipart form data)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
