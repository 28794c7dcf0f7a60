"""How the fake Chatwoot shows conversations and messages: its API, its webhooks, and the one inside the other.

Three shapes of a message, two of a conversation; key sets follow tests/samples/chatwoot and its release.
"""

from typing import Any

from sandbox.chatwoot_accounts import AccountState
from sandbox.chatwoot_talk import ACTIVITY, INCOMING, TYPES
from sandbox.chatwoot_times import iso

type Row = dict[str, Any]

_WORDS = {number: word for word, number in TYPES.items()}
_SENDERS = {"contact": "Contact", "user": "User", "agent_bot": "AgentBot"}


def contact_data(state: AccountState, row: Row) -> Row:
    """A contact as its webhooks show it: no labels, no times."""
    return {
        "account": account_of(state),
        "additional_attributes": row.get("additional_attributes") or {},
        "avatar": row.get("thumbnail", ""),
        **_person(row),
    }


def account_of(state: AccountState) -> Row:
    return {"id": state.config["account_id"], "name": state.config["name"]}


def conversation_data(state: AccountState, row: Row) -> Row:
    """As webhooks show it, at the top and inside messages."""
    view = {
        "additional_attributes": row["additional_attributes"],
        "can_reply": True,
        "channel": _channel(state, row),
        "contact_inbox": _place(state, row),
        "id": row["id"],
        "inbox_id": row["inbox_id"],
        "messages": _newest(state, row),
        "labels": row["labels"],
        "meta": _meta(state, row),
        "status": row["status"],
        "custom_attributes": row["custom_attributes"],
        "snoozed_until": iso(row["snoozed_until"] * 1000) if row["snoozed_until"] else None,
        "unread_count": state.talk.unread(row),
        "first_reply_created_at": iso(row["first_reply_ms"]) if row["first_reply_ms"] else None,
        "priority": row["priority"],
        "waiting_since": row["waiting_since"],
        **_times(row),
    }
    return view | ({"account": account_of(state)} if state.is_since(4, 14, 2) else {})


def conversation_api(state: AccountState, row: Row) -> Row:
    """As the application API shows it."""
    rows = state.talk.messages(row["id"])
    last = next((one for one in reversed(rows) if one["message_type"] != ACTIVITY), None)
    return {
        "meta": {**_meta(state, row), "channel": _channel(state, row)},
        "id": row["id"],
        "messages": [message_event(state, rows[-1])] if rows else [],
        "account_id": state.config["account_id"],
        "uuid": row["uuid"],
        "additional_attributes": row["additional_attributes"],
        "assignee_last_seen_at": row["agent_last_seen_ms"] // 1000,
        "can_reply": True,
        "custom_attributes": row["custom_attributes"],
        "inbox_id": row["inbox_id"],
        "labels": row["labels"],
        "muted": False,
        "snoozed_until": row["snoozed_until"],
        "status": row["status"],
        "first_reply_created_at": row["first_reply_ms"] // 1000,
        "unread_count": state.talk.unread(row),
        "last_non_activity_message": message_event(state, last) if last else None,
        "priority": row["priority"],
        "waiting_since": row["waiting_since"],
        "sla_policy_id": None,
        **_times(row),
    }


def message_data(state: AccountState, message: Row) -> Row | None:
    """As its webhooks show it: the words of enums, ISO 8601, neither status nor update time."""
    row = state.talk.conversation(message["conversation_id"])
    if row is None:
        return None
    inbox = state.slim_inbox(message["inbox_id"])
    view = {
        "account": account_of(state),
        "additional_attributes": {},
        "content_attributes": message["content_attributes"],
        "content_type": message["content_type"],
        "content": message["content"],
        "conversation": conversation_data(state, row),
        "created_at": iso(message["created_ms"]),
        "id": message["id"],
        "inbox": {"id": inbox["id"], "name": inbox["name"]},
        "message_type": _WORDS[message["message_type"]],
        "private": message["private"],
        "sender": _sender_data(state, message),
        "source_id": message["source_id"],
    }
    return view | ({"attachments": message["attachments"]} if message["attachments"] else {})


def message_event(state: AccountState, message: Row) -> Row:
    """As it stands inside a conversation: numbers for enums, epoch seconds, all columns."""
    row = state.talk.conversation(message["conversation_id"]) or {}
    sender = _sender_event(state, message)
    kind = (message["sender"] or {}).get("type", "")
    view = {
        "id": message["id"],
        "content": message["content"],
        "account_id": state.config["account_id"],
        "inbox_id": message["inbox_id"],
        "conversation_id": message["conversation_id"],
        "message_type": message["message_type"],
        "created_at": message["created_ms"] // 1000,
        "updated_at": iso(message["updated_ms"]),
        "private": message["private"],
        "status": message["status"],
        "source_id": message["source_id"],
        "content_type": message["content_type"],
        "content_attributes": message["content_attributes"],
        "sender_type": _SENDERS.get(kind),
        "sender_id": (message["sender"] or {}).get("id"),
        "external_source_ids": {},
        "additional_attributes": {},
        "processed_message_content": message["content"],
        "sentiment": {},
        "conversation": {
            "assignee_id": row.get("assignee_id"),
            "unread_count": state.talk.unread(row) if row else 0,
            "last_activity_at": row.get("last_activity_ms", 0) // 1000,
            "contact_inbox": {"source_id": row.get("source_id", "")},
        },
    }
    view |= {"attachments": message["attachments"]} if message["attachments"] else {}
    return view | ({"sender": sender} if sender else {})


def message_api(state: AccountState, message: Row, echo_id: Any = None) -> Row:
    """As POST and GET of messages show it."""
    sender = _sender_event(state, message)
    view = {
        "id": message["id"],
        "content": message["content"],
        "inbox_id": message["inbox_id"],
        **({"echo_id": echo_id} if echo_id else {}),
        "conversation_id": message["conversation_id"],
        "message_type": message["message_type"],
        "content_type": message["content_type"],
        "status": message["status"],
        "content_attributes": message["content_attributes"],
        "created_at": message["created_ms"] // 1000,
        "private": message["private"],
        "source_id": message["source_id"],
    }
    view |= {"sender": sender} if sender else {}
    return view | ({"attachments": message["attachments"]} if message["attachments"] else {})


def _newest(state: AccountState, row: Row) -> list[Row]:
    """The newest public one of people when the job runs, whatever message the job tells of."""
    rows = [one for one in state.talk.messages(row["id"]) if one["message_type"] != ACTIVITY and not one["private"]]
    return [message_event(state, rows[-1])] if rows else []


def _times(row: Row) -> Row:
    active = row["last_activity_ms"] // 1000
    return {
        "agent_last_seen_at": row["agent_last_seen_ms"] // 1000,
        "contact_last_seen_at": 0,
        "last_activity_at": active,
        "timestamp": active,
        "created_at": row["created_at"],
        "updated_at": row["updated_us"] / 1_000_000,
    }


def _meta(state: AccountState, row: Row) -> Row:
    contact = state.contacts.get(row["contact_id"])
    is_bot = row["assignee_type"] == "AgentBot"
    agent = state.talk.agent(row["assignee_id"])
    assignee = {"id": row["assignee_id"], "name": "Bot", "type": "agent_bot"} if is_bot else _agent(agent)
    return {
        "sender": _contact_event(contact) if contact else {},
        "assignee": assignee,
        "assignee_type": row["assignee_type"] if assignee else None,
        "team": row["team"],
        "hmac_verified": False,
    }


def _agent(agent: Row | None) -> Row | None:
    if agent is None:
        return None
    names = {"id": agent["id"], "name": agent["name"], "available_name": agent["name"], "avatar_url": ""}
    return {**names, "type": "user", "availability_status": agent["availability_status"], "thumbnail": ""}


def _contact_event(row: Row) -> Row:
    return {"additional_attributes": row.get("additional_attributes") or {}, **_person(row), "type": "contact"}


def _person(row: Row) -> Row:
    return {
        "custom_attributes": row.get("custom_attributes") or {},
        "email": row.get("email"),
        "id": row["id"],
        "identifier": row.get("identifier"),
        "name": row.get("name"),
        "phone_number": row.get("phone_number"),
        "thumbnail": row.get("thumbnail", ""),
        "blocked": bool(row.get("blocked")),
    }


def _sender_data(state: AccountState, message: Row) -> Row | None:
    sender = message["sender"] or {}
    if sender.get("type", "contact") == "contact" and sender:
        contact = state.contacts.get(sender.get("id", 0))
        return contact_data(state, contact) if contact else None
    agent = state.talk.agent(sender.get("id"))
    if agent is not None and sender.get("type") == "user":
        return {"id": agent["id"], "name": agent["name"], "email": agent["email"], "type": "user"}
    return {"id": sender["id"], "name": "Bot", "type": sender.get("type")} if sender else None


def _sender_event(state: AccountState, message: Row) -> Row | None:
    sender = message["sender"] or {}
    if message["message_type"] == INCOMING:
        contact = state.contacts.get(sender.get("id", 0))
        return _contact_event(contact) if contact else None
    return _agent(state.talk.agent(sender.get("id"))) if sender else None


def _place(state: AccountState, row: Row) -> Row:
    place = state.place(row["inbox_id"], row["source_id"])
    at = iso(place.at_ms if place else row["created_at"] * 1000)
    return {
        "id": place.id if place else 0,
        "contact_id": row["contact_id"],
        "inbox_id": row["inbox_id"],
        "source_id": row["source_id"],
        "created_at": at,
        "updated_at": at,
        "hmac_verified": False,
        "pubsub_token": place.pubsub_token if place else "",
    }


def _channel(state: AccountState, row: Row) -> str:
    return str((state.inbox(row["inbox_id"]) or {}).get("channel_type", ""))
