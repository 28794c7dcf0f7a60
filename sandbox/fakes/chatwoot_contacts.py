"""The fake Chatwoot's contacts: make, read, change, delete, list, search, filter, merge, labels, places in inboxes."""

import uuid
from collections.abc import Callable
from typing import Any

from sandbox.calls import Reply, json_reply
from sandbox.chatwoot_accounts import Row
from sandbox.chatwoot_talk_views import conversation_api
from sandbox.fakes.chatwoot_errors import (
    PAGE,
    Asked,
    Refusal,
    breaks_an_index,
    crashed,
    faults_of,
    invalid,
    number,
)

type Handle = Callable[[Asked], Reply]

_WRITTEN = ("name", "identifier", "email", "phone_number", "blocked", "additional_attributes", "custom_attributes")
_SORTS = {"name", "email", "phone_number", "last_activity_at", "created_at", "company_name", "city", "country"}


def create(asked: Asked) -> Reply:
    body = asked.body
    row = _fields(body)
    inbox = asked.inbox(body["inbox_id"]) if body.get("inbox_id") is not None else None
    save_new(asked, row, taken=inbox is not None and bool(_taken(asked, inbox["id"], body.get("source_id"))))
    contact = asked.account.add_contact(row)
    place: Row = {"inbox": None, "source_id": None}
    if inbox is not None:
        place = _place(asked, contact, inbox["id"], body.get("source_id"))
    return json_reply(200, {"payload": {"contact": asked.account.shown(contact), "contact_inbox": place}})


def save_new(asked: Asked, row: Row, *, taken: bool = False) -> None:
    """Raises what a row that cannot be saved is answered."""
    if faults := faults_of(asked, row):
        raise invalid(faults)
    if breaks_an_index(asked, row) or taken:
        raise crashed()


def show(asked: Asked) -> Reply:
    with_places = asked.query("include_contact_inboxes") != "false"
    return json_reply(200, {"payload": asked.account.shown(asked.contact(), with_places=with_places)})


def update(asked: Asked) -> Reply:
    row = asked.contact()
    save(asked, row, _fields(asked.body))
    return json_reply(200, {"payload": asked.account.shown(row)})


def save(asked: Asked, row: Row, fields: Row) -> None:
    """Attributes are merged key by key, and the whole row is checked again."""
    for name in ("additional_attributes", "custom_attributes"):
        if name in fields:
            fields[name] = {**(row.get(name) or {}), **fields[name]}
    changed = {**row, **fields}
    if faults := faults_of(asked, changed, row["id"]):
        raise invalid(faults)
    if breaks_an_index(asked, changed, row["id"]):
        raise crashed()
    asked.account.change_contact(row, fields)


def delete(asked: Asked) -> Reply:
    asked.need_administrator()
    row = asked.contact()
    if row.get("availability_status") == "online":
        raise Refusal(422, {"message": f"{row.get('name')} is Online, please try again later"})
    asked.account.remove_contact(row)
    return Reply(200, b"", {"content-type": "application/json"}, took_effect=True)


def index(asked: Asked) -> Reply:
    wanted = set(asked.queries("labels[]"))
    rows = [row for row in resolved(asked) if not wanted or wanted & set(row.get("labels", []))]
    rows = _sorted(rows, asked.query("sort"))
    return _listed(asked, rows, len(rows))


def search(asked: Asked) -> Reply:
    """Anywhere in name, email, phone; identifiers mind case. Without q an empty list (a bug keeps the 422 away)."""
    words = (asked.query("q") or "").strip()
    if not words:
        return json_reply(200, {"payload": []})
    found = [row for row in asked.account.contacts.values() if _has(row, words)]
    found = _sorted(found, asked.query("sort"))
    page = asked.page(found)
    meta = {
        "count": len(page),
        "current_page": asked.current_page(),
        "has_more": number(asked.current_page()) * PAGE < len(found),
    }
    return json_reply(200, {"meta": meta, "payload": [asked.account.shown(row) for row in page]}, took_effect=True)


def resolved(asked: Asked) -> list[Row]:
    """Lists and filters show only those with an email, phone or identifier."""
    names = ("email", "phone_number", "identifier")
    return [row for row in asked.account.contacts.values() if any(row.get(name) for name in names)]


def _listed(asked: Asked, rows: list[Row], count: int) -> Reply:
    meta = {"count": count, "current_page": asked.current_page()}
    return json_reply(200, {"meta": meta, "payload": [asked.account.shown(row) for row in asked.page(rows)]})


def remove_attributes(asked: Asked) -> Reply:
    row, keys = asked.contact(), asked.body.get("custom_attributes")
    kept = {key: one for key, one in (row.get("custom_attributes") or {}).items() if key not in (keys or [])}
    asked.account.change_contact(row, {"custom_attributes": kept})
    return json_reply(200, {"payload": asked.account.shown(row)})


def labels(asked: Asked) -> Reply:
    return json_reply(200, {"payload": list(asked.contact().get("labels", []))})


def replace_labels(asked: Asked) -> Reply:
    """All at once. A name that differs in case from a tag of the account is that tag."""
    row, given = asked.contact(), asked.body.get("labels")
    known = asked.account.tags
    names = [known.get(str(label).lower(), str(label)) for label in (given if isinstance(given, list) else []) if label]
    names = list(dict.fromkeys(names))
    if set(names) != set(row.get("labels", [])):
        asked.account.change_contact(row, {"labels": names})
    return json_reply(200, {"payload": names})


def contactable(asked: Asked) -> Reply:
    row, account = asked.contact(), asked.account
    ways = {
        "Channel::Whatsapp": (row.get("phone_number") or "").removeprefix("+"),
        "Channel::Email": row.get("email") or "",
        "Channel::Sms": row.get("phone_number") or "",
    }
    found = []
    for inbox in account.config["inboxes"]:
        own = next((one.source_id for one in account.places_of(row["id"]) if one.inbox_id == inbox["id"]), "")
        source_id = own or (str(uuid.uuid4()) if inbox["channel_type"] == "Channel::Api" else "")
        source_id = source_id or ways.get(inbox["channel_type"], "")
        if source_id:
            found.append({"inbox": account.slim_inbox(inbox["id"]), "source_id": source_id})
    return json_reply(200, {"payload": found})


def add_place(asked: Asked) -> Reply:
    row, body = asked.contact(), asked.body
    inbox = asked.inbox(body.get("inbox_id"))
    if owner := _taken(asked, inbox["id"], body.get("source_id")):
        if owner != row["id"]:
            raise crashed()
        return json_reply(200, {"source_id": body["source_id"], "inbox": asked.account.slim_inbox(inbox["id"])})
    return json_reply(200, _place(asked, row, inbox["id"], body.get("source_id")))


def find_place(asked: Asked) -> Reply:
    place = asked.account.place(number(asked.body.get("inbox_id")), asked.body.get("source_id"))
    if place is None:
        raise Refusal(404)
    return json_reply(200, asked.account.shown(asked.account.contacts[place.contact_id]))


def conversations(asked: Asked) -> Reply:
    account = asked.account
    rows = account.talk.of_contact(asked.contact()["id"])[:20]
    return json_reply(200, {"payload": [conversation_api(account, one) for one in rows]})


def merge(asked: Asked) -> Reply:
    base = asked.contact(asked.body.get("base_contact_id"))
    merge_into(asked, base, asked.contact(asked.body.get("mergee_contact_id")))
    return json_reply(200, asked.account.shown(base))


def merge_into(asked: Asked, base: Row, mergee: Row) -> None:
    """The base wins, the mergee fills its blanks and ends. What tells of it: an event for each message that the mergee
    had sent, and one for the base if it gained something."""
    if base is mergee:
        return
    account, config = asked.account, asked.account.config
    gained: Row = {name: mergee[name] for name in _WRITTEN[:4] if mergee.get(name) and not base.get(name)}
    for name in ("additional_attributes", "custom_attributes"):
        both = _filled(base.get(name) or {}, mergee.get(name) or {})
        if both != (base.get(name) or {}):
            gained[name] = both
    for place in account.places_of(mergee["id"]):
        place.contact_id = base["id"]
    for conversation in account.talk.of_contact(mergee["id"]):
        conversation["contact_id"] = base["id"]
    for message in config["messages"]:
        sender = message.get("sender") or {}
        if sender.get("id") == mergee["id"] and sender.get("type", "contact") == "contact":
            message["sender"] = {**sender, "id": base["id"]}
            account.emit(account, "message_updated", message["id"], None)
    account.remove_contact(mergee)
    account.show_places(base["id"])
    account.change_contact(base, gained)


def _filled(base: Row, other: Row) -> Row:
    """Blanks of the base filled, deep in hashes."""
    result = {**other, **{key: one for key, one in base.items() if one not in (None, "")}}
    for key, one in base.items():
        if isinstance(one, dict) and isinstance(other.get(key), dict):
            result[key] = _filled(one, other[key])
    return result


def _fields(body: Row) -> Row:
    """What may be written, as the model stores it: emails in lower case, a blank one as null."""
    wrapped = body.get("contact")
    given: Row = wrapped if isinstance(wrapped, dict) else body
    fields = {name: given[name] for name in _WRITTEN if name in given}
    for name in ("additional_attributes", "custom_attributes"):
        if name in fields and not isinstance(fields[name], dict):
            del fields[name]
    if "email" in fields:
        fields["email"] = str(fields["email"] or "").strip().lower() or None
    if "phone_number" in fields:
        fields["phone_number"] = str(fields["phone_number"] or "") or None
    return fields


def _taken(asked: Asked, inbox_id: int, source_id: Any) -> int:
    """Whose place it is, 0 for nobody's."""
    place = asked.account.place(inbox_id, source_id) if source_id else None
    return place.contact_id if place else 0


def _place(asked: Asked, contact: Row, inbox_id: int, source_id: Any) -> Row:
    place = asked.account.add_place(contact["id"], inbox_id, str(source_id or uuid.uuid4()))
    return {"inbox": asked.account.slim_inbox(inbox_id), "source_id": place.source_id}


def _has(row: Row, words: str) -> bool:
    folded = words.lower()
    within = any(folded in str(row.get(name) or "").lower() for name in ("name", "email", "phone_number"))
    return within or words in str(row.get("identifier") or "")


def _sorted(rows: list[Row], sort: str | None) -> list[Row]:
    name = (sort or "").removeprefix("-")
    if name not in _SORTS:
        return sorted(rows, key=lambda row: int(row["id"]))

    def key(row: Row) -> tuple[bool, str, int]:
        value = row.get(name) or (row.get("additional_attributes") or {}).get(name)
        if isinstance(value, int):
            return (False, "", -value if str(sort).startswith("-") else value)
        return (not value, str(value or "").lower(), 0)

    turned = str(sort).startswith("-") and not name.endswith("_at")
    return sorted(rows, key=key, reverse=turned)


ROUTES: dict[tuple[str, str], Handle] = {
    ("POST", "/contacts"): create,
    ("GET", "/contacts"): index,
    ("GET", "/contacts/search"): search,
    ("GET", "/contacts/#"): show,
    ("PUT", "/contacts/#"): update,
    ("PATCH", "/contacts/#"): update,
    ("DELETE", "/contacts/#"): delete,
    ("POST", "/contacts/#/destroy_custom_attributes"): remove_attributes,
    ("GET", "/contacts/#/labels"): labels,
    ("POST", "/contacts/#/labels"): replace_labels,
    ("GET", "/contacts/#/contactable_inboxes"): contactable,
    ("POST", "/contacts/#/contact_inboxes"): add_place,
    ("GET", "/contacts/#/conversations"): conversations,
    ("POST", "/contact_inboxes/filter"): find_place,
    ("POST", "/actions/contact_merge"): merge,
}
