"""The fake Chatwoot's conversations: begin, list, read, status, priority, assignment, labels, attributes, seen."""

import uuid
from typing import Any

from sandbox.calls import Reply, json_reply
from sandbox.chatwoot_accounts import AGENT, Place, Row
from sandbox.chatwoot_talk import PRIORITIES, STATUSES
from sandbox.chatwoot_talk_views import conversation_api
from sandbox.fakes.chatwoot_contacts import Handle
from sandbox.fakes.chatwoot_errors import Asked, Refusal, crashed, not_found, number
from sandbox.fakes.chatwoot_messages import posted

PAGE = 25


def create(asked: Asked) -> Reply:
    """In an inbox with one conversation per contact, the one that is there."""
    body, account = asked.body, asked.account
    place = _place(asked)
    inbox = account.inbox(place.inbox_id) or {}
    known = [one for one in account.talk.of_contact(place.contact_id) if one["source_id"] == place.source_id]
    if inbox.get("lock_to_single_conversation") and known:
        return json_reply(200, conversation_api(account, known[0]))
    fields: Row = {name: body[name] for name in ("additional_attributes", "custom_attributes") if body.get(name)}
    if body.get("status") is not None:
        fields["status"] = _status(body["status"])
    if body.get("assignee_id") is not None and account.talk.agent(number(body["assignee_id"])):
        fields |= {"assignee_id": number(body["assignee_id"]), "assignee_type": "User"}
    row = account.talk.begin(place, fields)
    if isinstance(body.get("message"), dict):
        posted(asked, row, body["message"])
    return json_reply(200, conversation_api(account, row))


def _place(asked: Asked) -> Place:
    """The contact's place: by its source_id alone, or made in the inbox. API inboxes get a new one without one."""
    body, account = asked.body, asked.account
    source_id = body.get("source_id")
    if body.get("contact_id") is None:
        found = next((one for one in account.places if source_id and one.source_id == source_id), None)
        if found is None:
            raise not_found()
        return found
    contact, inbox = asked.contact(body["contact_id"]), asked.inbox(body.get("inbox_id"))
    if source_id:
        taken = account.place(inbox["id"], source_id)
        if taken is not None and taken.contact_id != contact["id"]:
            raise Refusal(422, {"error": "source_id should be unique"})
        return taken or account.add_place(contact["id"], inbox["id"], str(source_id))
    if inbox["channel_type"] != "Channel::Api":
        own = next((one for one in account.places_of(contact["id"]) if one.inbox_id == inbox["id"]), None)
        way = contact.get("email") if inbox["channel_type"] == "Channel::Email" else contact.get("phone_number")
        if own is None and not way:
            raise Refusal(422, {"error": "invalid source id for this inbox"})
        return own or account.add_place(contact["id"], inbox["id"], str(way).removeprefix("+"))
    return account.add_place(contact["id"], inbox["id"], str(uuid.uuid4()))


def index(asked: Asked) -> Reply:
    """Open ones where nothing is said; `updated_within` puts all on one page."""
    rows = _wanted(asked)
    mine = asked.user.id if asked.user else 0
    meta = {
        "mine_count": sum(1 for one in rows if one["assignee_id"] == mine),
        "assigned_count": sum(1 for one in rows if one["assignee_id"]),
        "unassigned_count": sum(1 for one in rows if not one["assignee_id"]),
        "all_count": len(rows),
    }
    who = asked.query("assignee_type") or "all"
    rows = [
        one
        for one in rows
        if who not in ("me", "assigned", "unassigned")
        or (who == "me" and one["assignee_id"] == mine)
        or (who != "me" and bool(one["assignee_id"]) is (who == "assigned"))
    ]
    within = asked.query("updated_within")
    if within is None:
        at = max(1, number(asked.query("page") or 1))
        rows = rows[(at - 1) * PAGE : at * PAGE]
    return json_reply(200, {"data": {"meta": meta, "payload": [conversation_api(asked.account, one) for one in rows]}})


def _wanted(asked: Asked) -> list[Row]:
    account = asked.account
    status, inbox_id = asked.query("status") or "open", asked.query("inbox_id")
    if status not in ("all", *STATUSES):
        raise crashed()
    since_us = (account.now_ms() - number(asked.query("updated_within") or 0) * 1000) * 1000
    rows = [
        one
        for one in account.talk.conversations
        if status in ("all", one["status"])
        and (inbox_id is None or one["inbox_id"] == number(inbox_id))
        and (asked.query("updated_within") is None or one["updated_us"] > since_us)
    ]
    return sorted(rows, key=lambda one: (one["last_activity_ms"], one["id"]), reverse=True)


def show(asked: Asked) -> Reply:
    return json_reply(200, conversation_api(asked.account, asked.conversation()))


def update(asked: Asked) -> Reply:
    """Only the priority: a status given here is passed over, and 200 answered all the same."""
    row = asked.conversation()
    if "priority" in asked.body:
        asked.account.talk.change(row, {"priority": _priority(asked.body["priority"])}, _name(asked))
    return json_reply(200, conversation_api(asked.account, row))


def toggle_status(asked: Asked) -> Reply:
    row, body = asked.conversation(), asked.body
    flipped = "resolved" if row["status"] == "open" else "open"
    status = _status(body["status"]) if body.get("status") else flipped
    fields: Row = {"status": status}
    if status == "snoozed":
        fields["snoozed_until"] = number(body.get("snoozed_until") or 0) or None
    if status == "open" and row["status"] != "open" and asked.user and asked.user.role == AGENT:
        fields |= {"assignee_id": asked.user.id, "assignee_type": "User"}
    asked.account.talk.change(row, fields, _name(asked))
    answer = {"success": True, "conversation_id": row["id"], "current_status": row["status"]}
    return json_reply(200, {"meta": {}, "payload": {**answer, "snoozed_until": row["snoozed_until"]}})


def toggle_priority(asked: Asked) -> Reply:
    row = asked.conversation()
    asked.account.talk.change(row, {"priority": _priority(asked.body.get("priority"))}, _name(asked))
    return Reply(200, b"", {"content-type": "application/json"}, took_effect=True)


def assign(asked: Asked) -> Reply:
    """Whom the account does not know unassigns; where both are given, only the agent counts."""
    row, body, talk = asked.conversation(), asked.body, asked.account.talk
    if "assignee_id" in body:
        if body.get("assignee_type") == "AgentBot":
            talk.change(row, {"assignee_id": number(body["assignee_id"]), "assignee_type": "AgentBot"}, _name(asked))
            return json_reply(200, {"id": row["assignee_id"], "name": "Bot"})
        agent = talk.agent(number(body["assignee_id"])) if body["assignee_id"] is not None else None
        who = {"assignee_id": agent["id"], "assignee_type": "User"} if agent else {"assignee_id": None}
        talk.change(row, {"assignee_type": None, **who}, _name(asked))
        return json_reply(200, _agent(asked, agent) if agent else None)
    team_id = number(body.get("team_id") or 0)
    team = {"id": team_id, "name": f"time {team_id}"} if team_id else None
    talk.change(row, {"team": team}, _name(asked))
    return json_reply(200, team)


def _agent(asked: Asked, agent: Row) -> Row:
    names = {"id": agent["id"], "name": agent["name"], "available_name": agent["name"], "email": agent["email"]}
    return {**names, "account_id": asked.account.config["account_id"], "role": agent.get("role", "agent")}


def labels(asked: Asked) -> Reply:
    return json_reply(200, {"payload": asked.conversation()["labels"]})


def replace_labels(asked: Asked) -> Reply:
    row, given = asked.conversation(), asked.body.get("labels")
    names = list(dict.fromkeys(str(each) for each in (given if isinstance(given, list) else []) if each))
    asked.account.talk.change(row, {"labels": names}, _name(asked))
    return json_reply(200, {"payload": row["labels"]})


def replace_attributes(asked: Asked) -> Reply:
    """The whole hash. Texts to 1500 characters and numbers to ten digits: a CPF as a number is refused."""
    row, given = asked.conversation(), asked.body.get("custom_attributes")
    given = given if isinstance(given, dict) else {}
    for name, value in given.items():
        too_long = isinstance(value, str) and len(value) > 1500
        if too_long or (type(value) is int and abs(value) > 9_999_999_999):
            raise Refusal(422, {"message": f"Custom attributes {name} is invalid", "attributes": ["custom_attributes"]})
    asked.account.talk.change(row, {"custom_attributes": given}, _name(asked))
    return json_reply(200, {"custom_attributes": row["custom_attributes"]})


def looked(asked: Asked) -> Reply:
    row = asked.conversation()
    asked.account.talk.looked(row)
    return json_reply(200, conversation_api(asked.account, row))


def unread(asked: Asked) -> Reply:
    """The last message of the customer counts as not seen again."""
    row, talk = asked.conversation(), asked.account.talk
    times = [one["created_ms"] for one in talk.messages(row["id"]) if one["message_type"] == 0]
    row["agent_last_seen_ms"] = (times[-1] - 1000) if times else 0
    return json_reply(200, conversation_api(asked.account, row))


def typing(asked: Asked) -> Reply:
    row = asked.conversation()
    state = "on" if asked.body.get("typing_status") == "on" else "off"
    asked.account.emit(asked.account, f"conversation_typing_{state}", row["id"], None)
    return Reply(200, b"", {"content-type": "application/json"}, took_effect=True)


def _status(value: Any) -> str:
    if value not in STATUSES:
        raise crashed()
    return str(value)


def _priority(value: Any) -> Any:
    if value is not None and value not in PRIORITIES:
        raise crashed()
    return value


def _name(asked: Asked) -> str:
    return asked.user.name if asked.user else ""


ROUTES: dict[tuple[str, str], Handle] = {
    ("POST", "/conversations"): create,
    ("GET", "/conversations"): index,
    ("GET", "/conversations/#"): show,
    ("PATCH", "/conversations/#"): update,
    ("PUT", "/conversations/#"): update,
    ("POST", "/conversations/#/toggle_status"): toggle_status,
    ("POST", "/conversations/#/toggle_priority"): toggle_priority,
    ("POST", "/conversations/#/assignments"): assign,
    ("GET", "/conversations/#/labels"): labels,
    ("POST", "/conversations/#/labels"): replace_labels,
    ("POST", "/conversations/#/custom_attributes"): replace_attributes,
    ("POST", "/conversations/#/update_last_seen"): looked,
    ("POST", "/conversations/#/unread"): unread,
    ("POST", "/conversations/#/toggle_typing_status"): typing,
}
