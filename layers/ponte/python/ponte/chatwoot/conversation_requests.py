"""What we ask about conversations, as calls: the application API. Each builder names its answer and who reads it.

Ids of conversations are those that people see (display_id). Limits are Chatwoot's own; what breaks one is a ValueError
naming the field, never the value.

Source: chatwoot/chatwoot 4.15.0 (f66b551c), app/controllers/api/v1/accounts/conversations_controller.rb and those
under conversations/ (read 2026-11).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ponte.chatwoot.calls import ApiCall, checked_id, segment
from ponte.chatwoot.conversations import PRIORITIES, STATUSES
from ponte.chatwoot.messages import MARKER
from ponte.chatwoot.requests import MAX_PAGE, MAX_TEXT_CHARS
from ponte.chatwoot.values import MAX_LABELS

MAX_ATTRIBUTE_TEXT = 1500  # of custom and additional attributes; numbers to 9,999,999,999
MAX_ATTRIBUTE_NUMBER = 9_999_999_999
MAX_SINCE_SECONDS = 30 * 24 * 3600


def create_conversation(
    contact_id: int, inbox_id: int, *, marker: str, source_id: str = "", status: str = "", assignee_id: int = 0
) -> ApiCall:
    """A new conversation of a contact: `conversation_of`. marker: ours, by which it is found again.

    Not repeatable: two calls are two conversations, but for inboxes with one conversation per contact, which give the
    one that is there. On unknown fate look through `requests.contact_conversations` for the marker
    (`conversations.marked`).
    source_id: of the contact's place in the inbox; without one Chatwoot makes a new place in API inboxes.
    """
    body: dict[str, Any] = {
        "contact_id": checked_id("contact_id", contact_id),
        "inbox_id": checked_id("inbox_id", inbox_id),
        "additional_attributes": {MARKER: _line("marker", marker)},
    }
    if source_id:
        body["source_id"] = _line("source_id", source_id)
    if status:
        body["status"] = _one_of("status", status, STATUSES)
    if assignee_id:
        body["assignee_id"] = checked_id("assignee_id", assignee_id)
    return ApiCall("POST", "/conversations", body=body)


def get_conversation(number: int) -> ApiCall:
    """`conversation_of`. 404 once it was deleted, which no webhook tells."""
    return ApiCall("GET", _conversation(number), repeatable=True)


def list_conversations(page: int = 1, *, status: str = "all") -> ApiCall:
    """A page of 25, those with the latest activity first: `page_of`. status: "all" or one of STATUSES."""
    if type(page) is not int or not 0 < page <= MAX_PAGE:
        raise ValueError("page")
    query = (("status", _one_of("status", status, ("all", *STATUSES))), ("assignee_type", "all"), ("page", str(page)))
    return ApiCall("GET", "/conversations", query, repeatable=True)


def conversations_since(seconds: int) -> ApiCall:
    """Every conversation that changed within so many seconds, on one page however many: `page_of`.

    For healing, with an overlap: the account's clock counts. Raises ValueError beyond MAX_SINCE_SECONDS, where walking
    the pages of `list_conversations` is kinder to the server.
    """
    if type(seconds) is not int or not 0 < seconds <= MAX_SINCE_SECONDS:
        raise ValueError("seconds")
    query = (("status", "all"), ("assignee_type", "all"), ("updated_within", str(seconds)))
    return ApiCall("GET", "/conversations", query, repeatable=True)


def toggle_status(number: int, status: str, *, snoozed_until: int = 0) -> ApiCall:
    """Set it, despite the name, which fits only the call without a status: `status_of`.

    snoozed_until: epoch seconds, of a snooze alone; without it the customer's next message ends the snooze. An agent's
    token that opens a conversation is assigned to it, an administrator's is not.
    """
    body: dict[str, Any] = {"status": _one_of("status", status, STATUSES)}
    if snoozed_until:
        if status != "snoozed":
            raise ValueError("snoozed_until")
        body["snoozed_until"] = checked_id("snoozed_until", snoozed_until)
    return ApiCall("POST", f"{_conversation(number)}/toggle_status", body=body, repeatable=True)


def toggle_priority(number: int, priority: str) -> ApiCall:
    """Set it, despite the name. priority: one of PRIORITIES, "" for none. Nothing is answered."""
    given = _one_of("priority", priority, PRIORITIES) if priority else None
    path = f"{_conversation(number)}/toggle_priority"
    return ApiCall("POST", path, body={"priority": given}, repeatable=True, answers="nothing")


def assign(number: int, agent_id: int) -> ApiCall:
    """Give it to an agent, 0 for nobody: `conversations.assignee_of`. An agent that Chatwoot does not know unassigns it
    without a word, so compare the answer."""
    given = checked_id("agent_id", agent_id) if agent_id else None
    return _assignments(number, {"assignee_id": given})


def assign_team(number: int, team_id: int) -> ApiCall:
    """Give it to a team, 0 for none: the team or {}. The agent may be set or cleared by it."""
    return _assignments(number, {"team_id": checked_id("team_id", team_id) if team_id else None})


def conversation_labels(number: int) -> ApiCall:
    """`labels_of`."""
    return ApiCall("GET", f"{_conversation(number)}/labels", repeatable=True)


def replace_conversation_labels(number: int, labels: Sequence[str]) -> ApiCall:
    """All labels at once, at most MAX_LABELS: `labels_of`."""
    if len(labels) > MAX_LABELS:
        raise ValueError("labels")
    names = [_line("labels", each) for each in labels]
    return ApiCall("POST", f"{_conversation(number)}/labels", body={"labels": names}, repeatable=True)


def replace_custom_attributes(number: int, attributes: Mapping[str, str | int | float | bool | None]) -> ApiCall:
    """All of them at once, unlike a contact's: read before. {custom_attributes} is answered. A CPF or a lawsuit's
    number goes as a text: as a number it is over the limit."""
    for value in attributes.values():
        if isinstance(value, str) and len(value) > MAX_ATTRIBUTE_TEXT:
            raise ValueError("attributes")
        if type(value) is int and abs(value) > MAX_ATTRIBUTE_NUMBER:
            raise ValueError("attributes")
    path = f"{_conversation(number)}/custom_attributes"
    return ApiCall("POST", path, body={"custom_attributes": dict(attributes)}, repeatable=True)


def update_last_seen(number: int) -> ApiCall:
    """An agent has looked: nothing is unread any more. `conversation_of`. No webhook comes of it."""
    return ApiCall("POST", f"{_conversation(number)}/update_last_seen", repeatable=True)


def _assignments(number: int, body: dict[str, Any]) -> ApiCall:
    return ApiCall("POST", f"{_conversation(number)}/assignments", body=body, repeatable=True, answers="null")


def _conversation(number: int) -> str:
    return f"/conversations/{checked_id('number', number)}"


def _one_of(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise ValueError(name)
    return value


def _line(name: str, value: str) -> str:
    segment(name, value, MAX_TEXT_CHARS)
    return value
