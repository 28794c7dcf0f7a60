"""The live conversations and messages of one account of the fake Chatwoot, and what follows from what happens in them.

Rows are those of the scenario, completed; they show in GET /scenario. Every change is told as its releases tell it: a
status change by conversation_status_changed and conversation_updated, unless the older auto-assignment gives the
conversation to an agent in the same save, which leaves the status out of both; an answer also by the times it ends.
"""

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.chatwoot_accounts import AccountState, Place

type Row = dict[str, Any]

INCOMING, OUTGOING, ACTIVITY, TEMPLATE = 0, 1, 2, 3
TYPES = {"incoming": INCOMING, "outgoing": OUTGOING, "activity": ACTIVITY, "template": TEMPLATE}
STATUSES = ("open", "resolved", "pending", "snoozed")
PRIORITIES = ("low", "medium", "high", "urgent")
MESSAGE_STATUSES = ("sent", "delivered", "read", "failed")
MOST_UNREAD = 10
DELETED = "Esta mensagem foi excluída"
_TOLD = {  # changes that conversation_updated is fired for
    *("team", "assignee_id", "assignee_type", "status", "snoozed_until", "custom_attributes", "labels"),
    *("waiting_since", "first_reply_created_at", "priority"),
}
_NAMES = {"labels": "label_list", "team": "team_id"}


class Talk:
    """Of one account. What somebody asks for was judged before (fakes/chatwoot_{conversations,messages}.py)."""

    def __init__(self, account: "AccountState") -> None:
        self._account = account
        for row in account.config["conversations"]:
            self._complete(row)
        for row in account.config["messages"]:
            self._complete_message(row)

    @property
    def conversations(self) -> list[Row]:
        return self._account.config["conversations"]

    def conversation(self, number: int) -> Row | None:
        return next((one for one in self.conversations if one["id"] == number), None)

    def of_contact(self, contact_id: int) -> list[Row]:
        """Newest first."""
        found = [one for one in self.conversations if one["contact_id"] == contact_id]
        return sorted(found, key=lambda one: int(one["id"]), reverse=True)

    def messages(self, number: int) -> list[Row]:
        """Oldest first."""
        found = (one for one in self._account.config["messages"] if one["conversation_id"] == number)
        return sorted(found, key=lambda one: int(one["id"]))

    def message(self, message_id: int) -> Row | None:
        return next((one for one in self._account.config["messages"] if one["id"] == message_id), None)

    def unread(self, row: Row) -> int:
        seen_ms = row["agent_last_seen_ms"]
        rows = (one for one in self.messages(row["id"]) if one["message_type"] == INCOMING)
        return min(MOST_UNREAD, sum(1 for one in rows if one["created_ms"] > seen_ms))

    def begin(self, place: "Place", fields: Row) -> Row:
        """A new conversation, at the contact's place in an inbox."""
        contact = self._account.contacts[place.contact_id]
        row: Row = {
            "id": max((int(one["id"]) for one in self.conversations), default=0) + 1,
            "inbox_id": place.inbox_id,
            "contact_id": place.contact_id,
            "source_id": place.source_id,
            "status": "resolved" if contact.get("blocked") else "open",
            **fields,
        }
        self.conversations.append(self._complete(row))
        self._auto_assign(row)
        self._account.emit(self._account, "conversation_created", row["id"], None)
        return row

    def change(self, row: Row, fields: Row, by_name: str = "") -> None:
        """Write what differs and tell of it. by_name: who did it, for the line that staff see."""
        changes = {key: value for key, value in fields.items() if row[key] != value}
        if not changes:
            return
        changed_status = changes.get("status", "")
        if changed_status and changed_status != "snoozed":
            changes["snoozed_until"] = None
        before = {key: row[key] for key in (*changes, "assignee_id")}
        before_us = row["updated_us"]
        row.update(changes)
        swallowed = changed_status == "open" and self._auto_assign(row)
        row["updated_us"] = max(self._now_us(), before_us + 1)
        if changed_status:
            self._line(row, f"Conversa marcada como {changed_status} por {by_name or 'Sistema'}")
        if "assignee_id" in changes or swallowed:
            self._line(row, f"Conversa atribuída a {self.agent_name(row)}")
        told = {"assignee_id": None} if swallowed else changes
        names = [key for key in told if key in _TOLD]
        if not names:
            return
        emit, account = self._account.emit, self._account
        if changed_status and not swallowed:
            emit(account, "conversation_status_changed", row["id"], None)
        pairs = [(_NAMES.get(key, key), before[key], row[key]) for key in names]
        emit(
            account,
            "conversation_updated",
            row["id"],
            (*pairs, ("updated_at", before_us // 1000, row["updated_us"] // 1000)),
        )

    def say(self, row: Row, fields: Row) -> Row:
        """A message in a conversation, and what it does to it."""
        now = self._account.now_ms()
        message = self._complete_message(
            {"id": self._account.next_id(), "conversation_id": row["id"], "created_ms": now, **fields}
        )
        self._account.config["messages"].append(message)
        row["last_activity_ms"] = max(row["last_activity_ms"], now)
        row["updated_us"] = max(self._now_us(), row["updated_us"] + 1)
        self._account.emit(self._account, "message_created", message["id"], None)
        if message["message_type"] == INCOMING:
            self._heard(row, now)
        elif message["message_type"] == OUTGOING and not message["private"]:
            first = {} if row["first_reply_ms"] else {"first_reply_created_at": now}
            row["first_reply_ms"] = row["first_reply_ms"] or now
            self.change(row, {"waiting_since": 0, **first})
        return message

    def rewrite(self, message: Row, fields: Row) -> None:
        if all(message[key] == value for key, value in fields.items()):
            return
        message.update(fields)
        message["updated_ms"] = max(self._account.now_ms(), message["updated_ms"] + 1)
        self._account.emit(self._account, "message_updated", message["id"], None)

    def delete(self, message: Row) -> None:
        gone = {"content": DELETED, "content_attributes": {"deleted": True}, "attachments": []}
        self.rewrite(message, gone)

    def looked(self, row: Row) -> None:
        """An agent has seen everything: written past all that tells of changes."""
        row["agent_last_seen_ms"] = self._account.now_ms()

    def forget(self, contact_id: int) -> None:
        gone = {one["id"] for one in self.of_contact(contact_id)}
        config = self._account.config
        config["conversations"] = [one for one in self.conversations if one["id"] not in gone]
        config["messages"] = [one for one in config["messages"] if one["conversation_id"] not in gone]

    def agent(self, agent_id: Any) -> Row | None:
        config = self._account.config
        if agent_id == config["integration_user_id"]:
            return {
                "id": agent_id,
                "name": "Ponte",
                "email": "ponte@escritorio.example",
                "availability_status": "offline",
            }
        return next((one for one in config["agents"] if one["id"] == agent_id), None)

    def agent_name(self, row: Row) -> str:
        agent = self.agent(row["assignee_id"]) if row["assignee_type"] != "AgentBot" else None
        return str(agent["name"]) if agent else "ninguém"

    def _heard(self, row: Row, now: int) -> None:
        """A customer's message ends a snooze and a resolution, but not what is pending."""
        opened = {"status": "open"} if row["status"] in ("snoozed", "resolved") else {}
        self.change(row, {"waiting_since": row["waiting_since"] or now // 1000, **opened})
        contact = self._account.contacts.get(row["contact_id"])
        if contact is not None:
            self._account.change_contact(contact, {"last_activity_at": now // 1000})

    def _auto_assign(self, row: Row) -> bool:
        """By the older round robin, among the agents online: whether somebody got it."""
        inbox = self._account.inbox(row["inbox_id"]) or {}
        if not inbox.get("enable_auto_assignment") or row["status"] != "open" or row["assignee_id"]:
            return False
        online = [one["id"] for one in self._account.config["agents"] if one["availability_status"] == "online"]
        if not online:
            return False
        row |= {"assignee_id": online[row["id"] % len(online)], "assignee_type": "User"}
        return True

    def _line(self, row: Row, text: str) -> None:
        """What staff read between the messages; no webhook tells of it."""
        fields = {"conversation_id": row["id"], "message_type": ACTIVITY, "content": text}
        message = {"id": self._account.next_id(), "created_ms": self._account.now_ms(), **fields}
        self._account.config["messages"].append(self._complete_message(message))

    def _complete(self, row: Row) -> Row:
        """Rows as the API shows them, and what only the database has."""
        now = self._account.now_ms()
        meta: Row = row.pop("meta", None) or {}
        sender, assignee = meta.get("sender") or {}, meta.get("assignee") or {}
        row["contact_id"] = int(row.get("contact_id") or sender.get("id") or 0)
        at_s = int(row.get("created_at") or now // 1000)
        active_ms = int(row.get("last_activity_at") or at_s) * 1000
        defaults: Row = {
            "inbox_id": 0,
            "source_id": "",
            "status": "open",
            "priority": None,
            "assignee_id": assignee.get("id"),
            "assignee_type": meta.get("assignee_type") or ("User" if assignee else None),
            "team": meta.get("team"),
            "labels": [],
            "snoozed_until": None,
            "custom_attributes": {},
            "additional_attributes": {},
            "agent_last_seen_ms": int(row.get("agent_last_seen_at") or 0) * 1000,
            "first_reply_ms": int(row.get("first_reply_created_at") or 0) * 1000,
            "first_reply_created_at": None,
            "waiting_since": 0,
            "created_at": at_s,
            "last_activity_ms": active_ms,
            "updated_us": round(float(row.pop("updated_at", 0) or active_ms / 1000) * 1_000_000),
            "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._account.config['account_id']}-{row['id']}")),
        }
        row.pop("messages", None)
        for key, value in defaults.items():
            row.setdefault(key, value)
        return row

    def _complete_message(self, row: Row) -> Row:
        told = row.get("message_type", INCOMING)
        row["message_type"] = TYPES.get(told, told)
        conversation = self.conversation(row.get("conversation_id", 0)) or {}
        created_ms = int(row.get("created_ms") or float(row.pop("created_at", 0) or 0) * 1000)
        contact_id = conversation.get("contact_id")
        defaults: Row = {
            "conversation_id": 0,
            "inbox_id": conversation.get("inbox_id", 0),
            "content": None,
            "content_type": "text",
            "content_attributes": {},
            "private": False,
            "status": "sent",
            "source_id": None,
            "sender": {"id": contact_id, "type": "contact"} if row["message_type"] == INCOMING and contact_id else None,
            "attachments": [],
            "created_ms": created_ms,
            "updated_ms": created_ms,
        }
        for key, value in defaults.items():
            row.setdefault(key, value)
        return row

    def _now_us(self) -> int:
        return self._account.now_ms() * 1000

    def seeded(self) -> Iterator[Row]:
        yield from self.conversations
        yield from self._account.config["messages"]
