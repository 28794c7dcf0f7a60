"""What we ask about contacts, as calls: the application API. Each builder names its answer and who reads it (`values`).

Limits are Chatwoot's own. What breaks one is a ValueError naming the field, never the value: such a call would be
refused there with a sentence in the account's language.

Source: chatwoot/chatwoot 4.15.0 (f66b551c), app/controllers/api/v1/accounts/contacts_controller.rb,
app/models/contact.rb and config/initializers/rack_attack.rb (read 2026-11).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from ponte.chatwoot.calls import MERGE_TIMEOUT_SECONDS, ApiCall, checked_id
from ponte.chatwoot.tame import clean
from ponte.chatwoot.values import MAX_LABELS, PAGE_SIZE, Labels

MAX_NAME_CHARS = 255
MAX_TEXT_CHARS = 255  # of email, identifier and source_id
MAX_PAGE = 100_000
MAX_QUERY_CHARS = 255
SEARCHES_PER_MINUTE = 100  # per account; filter has no such limit
REQUESTS_PER_MINUTE = 3000  # per address that calls
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_SORTS = frozenset(
    {"name", "email", "phone_number", "last_activity_at", "created_at", "company_name", "city", "country"}
)
_ATTRIBUTE = re.compile(r"[A-Za-z0-9_.-]{1,255}")

type Attributes = Mapping[str, str | int | float | bool | None]
type Operator = Literal[
    "equal_to", "not_equal_to", "contains", "does_not_contain", "is_present", "is_not_present", "is_greater_than",
    "is_less_than", "days_before",
]  # fmt: skip


class ContactFields(TypedDict, total=False):
    """What to write. A key left out leaves the field alone, None clears it.

    phone_number: E.164; Chatwoot normalises nothing and takes some wrong ones. The two attribute objects are merged key
    by key, a key set to None stays with null: `remove_custom_attributes` takes it away.
    """

    name: str
    email: str | None
    phone_number: str | None
    identifier: str | None
    blocked: bool
    custom_attributes: Attributes
    additional_attributes: Attributes


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition of a filter. Text attributes look at the first of `values` only. joined: with the rule after it."""

    attribute_key: str
    operator: Operator
    values: tuple[str | int | bool, ...] = ()
    joined: Literal["AND", "OR"] = "AND"


def create_contact(fields: ContactFields, *, inbox_id: int | None = None, source_id: str | None = None) -> ApiCall:
    """A new contact, with a place in an inbox if one is named: `contact_of`, `contact_inbox_of`.

    Not repeatable: of two creates with one phone at the same time both succeed (chatwoot#15453). Always send an
    identifier; on unknown fate, and on a refusal by email, phone_number or identifier, ask `find_by_identifier`.
    """
    body: dict[str, Any] = written(fields)
    if not body.get("name"):
        raise ValueError("name")
    if inbox_id is not None:
        body["inbox_id"] = checked_id("inbox_id", inbox_id)
    if source_id is not None:
        body["source_id"] = _line("source_id", source_id)
    return ApiCall("POST", "/contacts", body=body)


def update_contact(contact_id: int, fields: ContactFields) -> ApiCall:
    """Other values for some fields: `contact_of`. The whole contact is validated again, also what is not written."""
    body = written(fields)
    if not body:
        raise ValueError("fields")
    return ApiCall("PUT", _contact(contact_id), body=body, repeatable=True)


def get_contact(contact_id: int, *, with_inboxes: bool = True) -> ApiCall:
    """One contact: `contact_of`. 404 after it was deleted or merged into another, and for a wrong account_id."""
    query = () if with_inboxes else (("include_contact_inboxes", "false"),)
    return ApiCall("GET", _contact(contact_id), query, repeatable=True)


def delete_contact(contact_id: int) -> ApiCall:
    """For good, with its conversations; administrators only. Classified so that "gone already" is a success."""
    return ApiCall("DELETE", _contact(contact_id), repeatable=True, answers="nothing")


def list_contacts(page: int = 1, *, sort: str = "", labels: Sequence[str] = ()) -> ApiCall:
    """A page of those with an email, phone or identifier: `page_of`. sort: a column of Chatwoot's, "-" before it to
    turn it round; "-last_activity_at" gives the latest first."""
    query = _paged(page)
    if sort:
        if sort.removeprefix("-") not in _SORTS:
            raise ValueError("sort")
        query += (("sort", sort),)
    return ApiCall("GET", "/contacts", query + tuple(("labels[]", clean(label)) for label in labels), repeatable=True)


def search_contacts(words: str, page: int = 1) -> ApiCall:
    """Where `words` stand anywhere in name, email, phone or identifier: `page_of`. Compare the hits yourself.

    SEARCHES_PER_MINUTE only: for exact look-ups use the `find_by_` calls.
    """
    asked = clean(words).strip()
    if not asked or len(asked) > MAX_QUERY_CHARS:
        raise ValueError("words")
    return ApiCall("GET", "/contacts/search", (("q", asked), *_paged(page)), repeatable=True)


def filter_contacts(rules: Sequence[Rule], page: int = 1) -> ApiCall:
    """Those that fulfil the rules: `page_of`, count of all pages. Custom attributes need a definition there."""
    if not rules:
        raise ValueError("rules")
    payload = []
    for at, rule in enumerate(rules):
        if not _ATTRIBUTE.fullmatch(rule.attribute_key):
            raise ValueError("attribute_key")
        joined = rule.joined if at + 1 < len(rules) else None
        payload.append(
            {
                "attribute_key": rule.attribute_key,
                "filter_operator": rule.operator,
                "values": list(rule.values),
                "query_operator": joined,
            }
        )
    return ApiCall("POST", "/contacts/filter", _paged(page), {"payload": payload}, repeatable=True)


def find_by_identifier(identifier: str) -> ApiCall:
    """`page_of`. The filter does not mind case, identifiers do: compare."""
    return filter_contacts([Rule("identifier", "equal_to", (_line("identifier", identifier),))])


def find_by_identifiers(identifiers: Sequence[str]) -> ApiCall:
    """`page_of`: up to a page of contacts in one call, which has no rate limit of its own. Compare, as above.

    One rule each, since a rule looks at the first of its values only. Raises ValueError for more than a page, or none.
    """
    if not 0 < len(identifiers) <= PAGE_SIZE:
        raise ValueError("identifiers")
    return filter_contacts([Rule("identifier", "equal_to", (_line("identifier", one),), "OR") for one in identifiers])


def find_by_email(email: str) -> ApiCall:
    """`page_of`. Chatwoot keeps them in lower case."""
    return filter_contacts([Rule("email", "equal_to", (_line("email", email).lower(),))])


def find_by_phone(phone_number: str) -> ApiCall:
    """`page_of`, possibly several: the database does not keep phones apart. phone_number: E.164, never empty."""
    return filter_contacts([Rule("phone_number", "equal_to", (_phone(phone_number),))])


def contact_labels(contact_id: int) -> ApiCall:
    """`labels_of`."""
    return ApiCall("GET", f"{_contact(contact_id)}/labels", repeatable=True)


def replace_labels(contact_id: int, labels: Labels) -> ApiCall:
    """All labels at once, at most MAX_LABELS: `labels_of`. See `Labels.with_ours`."""
    names = labels.listed()
    if len(names) > MAX_LABELS or any(len(name) > MAX_TEXT_CHARS for name in names):
        raise ValueError("labels")
    return ApiCall("POST", f"{_contact(contact_id)}/labels", body={"labels": names}, repeatable=True)


def remove_custom_attributes(contact_id: int, keys: Iterable[str]) -> ApiCall:
    """`contact_of`. Keys that are not there do no harm."""
    named = sorted(set(keys))
    if not named or not all(_ATTRIBUTE.fullmatch(key) for key in named):
        raise ValueError("keys")
    path = f"{_contact(contact_id)}/destroy_custom_attributes"
    return ApiCall("POST", path, body={"custom_attributes": named}, repeatable=True)


def contactable_inboxes(contact_id: int) -> ApiCall:
    """`contactable_inboxes_of`."""
    return ApiCall("GET", f"{_contact(contact_id)}/contactable_inboxes", repeatable=True)


def create_contact_inbox(contact_id: int, inbox_id: int, source_id: str) -> ApiCall:
    """A place in an inbox: `contact_inbox_of`. source_id: always one of ours, else each call makes another one.

    500 when another contact has it: ask `find_contact_inbox`.
    """
    body = {"inbox_id": checked_id("inbox_id", inbox_id), "source_id": _line("source_id", source_id)}
    return ApiCall("POST", f"{_contact(contact_id)}/contact_inboxes", body=body, repeatable=True)


def find_contact_inbox(inbox_id: int, source_id: str) -> ApiCall:
    """Whose place this is: `contact_of`. 404 for nobody's."""
    body = {"inbox_id": checked_id("inbox_id", inbox_id), "source_id": _line("source_id", source_id)}
    return ApiCall("POST", "/contact_inboxes/filter", body=body, repeatable=True)


def merge_contacts(base_contact_id: int, mergee_contact_id: int) -> ApiCall:
    """The mergee ends, its conversations and what the base lacks go over: `contact_of` of the base.

    Not to be undone. Not repeatable: the second one is a 404, as if one of them had never been.
    """
    if base_contact_id == mergee_contact_id:
        raise ValueError("mergee_contact_id")
    body = {
        "base_contact_id": checked_id("base_contact_id", base_contact_id),
        "mergee_contact_id": checked_id("mergee_contact_id", mergee_contact_id),
    }
    return ApiCall("POST", "/actions/contact_merge", body=body, timeout_seconds=MERGE_TIMEOUT_SECONDS)


def contact_conversations(contact_id: int) -> ApiCall:
    """The newest 20 and no further page: `conversation_ids_of`, `conversations.conversations_of`."""
    return ApiCall("GET", f"{_contact(contact_id)}/conversations", repeatable=True)


def written(fields: ContactFields) -> dict[str, Any]:
    """The body of a create or update. Blank is null: a second blank identifier would break the unique index."""
    body: dict[str, Any] = dict(fields)
    if "name" in body:
        body["name"] = _name(body["name"])
    for key in ("email", "identifier"):
        if key in body:
            body[key] = _line(key, body[key]) if (body[key] or "").strip() else None
    if "phone_number" in body:
        body["phone_number"] = _phone(body["phone_number"]) if (body["phone_number"] or "").strip() else None
    return body


def _name(value: str) -> str:
    if len(value) > MAX_NAME_CHARS:
        raise ValueError("name")
    return value


def _line(name: str, value: str) -> str:
    line = value.strip()
    if not line or len(line) > MAX_TEXT_CHARS or not line.isprintable():
        raise ValueError(name)
    return line


def _phone(value: str) -> str:
    if not _E164.fullmatch(value):
        raise ValueError("phone_number")
    return value


def _contact(contact_id: int) -> str:
    return f"/contacts/{checked_id('contact_id', contact_id)}"


def _paged(page: int) -> tuple[tuple[str, str], ...]:
    if type(page) is not int or not 0 < page <= MAX_PAGE:
        raise ValueError("page")
    return (("page", str(page)),)
