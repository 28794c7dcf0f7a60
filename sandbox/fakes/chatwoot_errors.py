"""Refusals of the fake Chatwoot, as its release 4.15.0 words them, and what its calls share."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sandbox.calls import Call, Reply, html_reply, json_reply
from sandbox.chatwoot_accounts import ADMINISTRATOR, AccountState, Row, User

PAGE = 15
_PHONE = re.compile(r"\+[1-9][0-9]{1,14}\Z")  # 4.15.0 looks at the end only, so anything may stand before it
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")


class Refusal(Exception):
    """body: None for an empty one, a str for a page."""

    def __init__(self, status: int, body: Any = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body

    def reply(self) -> Reply:
        if self.body is None:
            return Reply(self.status)
        if isinstance(self.body, str):
            return html_reply(self.status, self.body)
        return json_reply(self.status, self.body, took_effect=False)


def unauthorized(words: str) -> Refusal:
    return Refusal(401, {"error": words})


def not_found() -> Refusal:
    return Refusal(404, {"error": "Resource could not be found"})


def no_route() -> Refusal:
    return Refusal(404, "<!DOCTYPE html><html><body>The page you were looking for doesn't exist (404)</body></html>")


def crashed() -> Refusal:
    """What whoever loses a race for a unique index gets."""
    return Refusal(500, {"status": 500, "error": "Internal Server Error"})


def invalid(faults: list[tuple[str, str]]) -> Refusal:
    """faults: (attribute, sentence)."""
    names = list(dict.fromkeys(name for name, _ in faults))
    return Refusal(422, {"message": ", ".join(words for _, words in faults), "attributes": names})


@dataclass(frozen=True, slots=True)
class Asked:
    """One call to an account. seen: how many contacts had been born when it came in; what was born since is invisible
    to its own checks, as for requests that run side by side."""

    account: AccountState
    user: User | None
    call: Call
    ids: tuple[str, ...]
    seen: int

    @property
    def body(self) -> Row:
        return self.call.decoded if isinstance(self.call.decoded, dict) else {}

    def query(self, name: str) -> str | None:
        return next((value for key, value in parse_qsl(self.call.query, keep_blank_values=True) if key == name), None)

    def queries(self, name: str) -> list[str]:
        return [value for key, value in parse_qsl(self.call.query, keep_blank_values=True) if key == name]

    def need_administrator(self) -> None:
        if self.user is None or self.user.role != ADMINISTRATOR:
            raise unauthorized("You are not authorized to do this action")

    def contact(self, contact_id: Any = None) -> Row:
        wanted = number(self.ids[0] if contact_id is None else contact_id)
        if row := self.account.contacts.get(wanted):
            return row
        raise not_found()

    def conversation(self) -> Row:
        if row := self.account.talk.conversation(number(self.ids[0])):
            return row
        raise not_found()

    def inbox(self, inbox_id: Any) -> Row:
        if inbox := self.account.inbox(number(inbox_id)):
            return inbox
        raise not_found()

    def is_visible(self, row: Row) -> bool:
        return self.account.births[row["id"]] <= self.seen

    def page(self, rows: list[Row]) -> list[Row]:
        at = max(1, number(self.query("page") or 1))
        return rows[(at - 1) * PAGE : at * PAGE]

    def current_page(self) -> Any:
        """A number, or the query's own text when there is one."""
        return self.query("page") or 1


def number(value: Any) -> int:
    text = str(value)
    return int(text) if not isinstance(value, bool) and text.isascii() and text.isdigit() and len(text) < 19 else 0


def faults_of(asked: Asked, row: Row, own_id: int = 0) -> list[tuple[str, str]]:
    """What the model's checks say of a whole row; of what others have, only what this call may see."""
    faults = []
    if len(str(row.get("name") or "")) > 255:
        faults.append(("name", "Name is too long (maximum is 255 characters)"))
    email, phone = row.get("email"), row.get("phone_number")
    if email and not _EMAIL.match(str(email)):
        faults.append(("email", "Email Invalid email"))
    if phone and not _PHONE.search(str(phone)):
        faults.append(("phone_number", "Phone number should be in e164 format"))
    labels = {"email": "Email", "identifier": "Identifier", "phone_number": "Phone number"}
    for name, label in labels.items():
        others = (other for other in _others(asked, row, name, own_id) if asked.is_visible(other))
        faults += [(name, f"{label} has already been taken") for _ in others]
    return list(dict.fromkeys(faults))


def breaks_an_index(asked: Asked, row: Row, own_id: int = 0) -> bool:
    """email and identifier are unique in the database as well, phones are not; a blank identifier counts there."""
    for name in ("email", "identifier"):
        if row.get(name) == "" and any(
            other.get(name) == "" for other in asked.account.contacts.values() if other["id"] != own_id
        ):
            return True
        if _others(asked, row, name, own_id):
            return True
    return False


def _others(asked: Asked, row: Row, name: str, own_id: int) -> list[Row]:
    """Who else has the row's value, which is not blank."""
    value = row.get(name)
    found = asked.account.who_has(name, value) if value else []
    return [other for other in found if other["id"] != own_id and other[name] == value]
