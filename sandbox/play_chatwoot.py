"""The play API of the fake Chatwoot: what an agent sees and does in its dashboard, as against what our API calls do.

The dashboard has people's habits: a phone typed without its country becomes a Brazilian one. Everything else is judged
and told as a call is, since it is one; only the journal does not hold it, for it is none of our functions'.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.calls import Call, Reply
from sandbox.chatwoot_accounts import AccountState, Row
from sandbox.chatwoot_posts import Deliveries
from sandbox.chatwoot_talk import INCOMING, OUTGOING, PRIORITIES, STATUSES
from sandbox.chatwoot_talk_views import conversation_api
from sandbox.fakes.chatwoot import FakeChatwoot
from sandbox.shapes import Refused, check
from sandbox.world import World

MOST_SHOWN = 500
MOST_POSTS = 50
MOST_CONVERSATIONS = 50
MOST_MESSAGES = 50
_ID = {"type": "integer", "minimum": 1}
_TEXT = {"type": "string", "maxLength": 300}
_WHERE: dict[str, Any] = {
    "host": {"type": "string"},
    "account_id": _ID,
    "lost": {"type": "boolean", "default": False},
}


def _shape(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["host", "account_id", *required],
        "properties": {**_WHERE, **properties},
    }


_SAVE = _shape(
    [],
    contact_id=_ID,
    name=_TEXT,
    email=_TEXT,
    phone_number=_TEXT,
    labels={"type": "array", "maxItems": 50, "items": {"type": "string", "minLength": 1, "maxLength": 100}},
)
_DELETE = _shape(["contact_id"], contact_id=_ID)
_MERGE = _shape(["base_contact_id", "mergee_contact_id"], base_contact_id=_ID, mergee_contact_id=_ID)
_SAY = _shape(
    ["conversation_id", "content"],
    conversation_id=_ID,
    content={"type": "string", "minLength": 1, "maxLength": 150_000},
    who={"type": "string", "enum": ["customer", "agent", "note"], "default": "customer"},
)
_SET = _shape(
    ["conversation_id"],
    conversation_id=_ID,
    status={"type": "string", "enum": list(STATUSES)},
    priority={"type": ["string", "null"], "enum": [*PRIORITIES, None]},
    assignee_id={"type": ["integer", "null"], "minimum": 1},
)


class PlayChatwoot:
    """Plays the part of an agent. Each method takes the decoded body and gives the answer as data.

    lost, in every body: no webhook comes of it, as when ours did not answer (Chatwoot repeats none).
    Raises shapes.Refused for a body of the wrong shape and for what Chatwoot itself refuses, in its own words.
    """

    def __init__(self, world: World, deliveries: Deliveries) -> None:
        self._world = world
        self._deliveries = deliveries
        self._fake = FakeChatwoot(world)

    def state(self) -> dict[str, Any]:
        """{accounts: [{host, account_id, name, contacts, total, conversations}], posts: [{event, path, status}]}.

        contacts, conversations: as the API shows them, with labels and with the newest messages. The newest contacts
        and posts stand first."""
        with self._world.lock:
            accounts = [self._shown(account) for account in self._world.accounts]
        done = list(self._deliveries.done)[-MOST_POSTS:]
        posts = [{"event": one.event, "path": one.path, "status": one.status} for one in reversed(done)]
        return {"accounts": accounts, "posts": posts, "pending": self._deliveries.pending}

    def save(self, body: Any) -> dict[str, Any]:
        """Change a contact, or make one where contact_id is left out: {contact_id}."""
        asked = check(body, _SAVE)
        fields = {name: asked[name] for name in ("name", "email", "phone_number") if name in asked}
        if fields.get("phone_number"):
            fields["phone_number"] = dialled(fields["phone_number"])
        contact_id = asked.get("contact_id")
        calls: list[Callable[[int], tuple[str, str, Row]]] = []
        if contact_id is None:
            calls.append(lambda _: ("POST", "/contacts", fields))
        elif fields:
            calls.append(lambda found: ("PUT", f"/contacts/{found}", fields))
        if "labels" in asked:
            calls.append(lambda found: ("POST", f"/contacts/{found}/labels", {"labels": asked["labels"]}))
        for make in calls:
            payload = self._do(asked, *make(contact_id or 0)).get("payload")
            if contact_id is None and isinstance(payload, dict):
                contact_id = payload["contact"]["id"]
        return {"contact_id": contact_id}

    def delete(self, body: Any) -> dict[str, Any]:
        asked = check(body, _DELETE)
        self._do(asked, "DELETE", f"/contacts/{asked['contact_id']}", {})
        return {}

    def merge(self, body: Any) -> dict[str, Any]:
        """The mergee ends in the base: {contact_id} of the base."""
        asked = check(body, _MERGE)
        ids = {name: asked[name] for name in ("base_contact_id", "mergee_contact_id")}
        self._do(asked, "POST", "/actions/contact_merge", ids)
        return {"contact_id": asked["base_contact_id"]}

    def say(self, body: Any) -> dict[str, Any]:
        """A customer, an agent, or an agent to the others: {message_id}. Whatever the inbox, as its channel would."""
        asked = check(body, _SAY)
        who = asked["who"]
        with self._world.lock, self._quietly(asked["lost"]):
            account, row = self._conversation(asked)
            agent = next(iter(account.config["agents"]), None) or {"id": account.config["integration_user_id"]}
            fields: Row = {"content": asked["content"], "message_type": INCOMING}
            if who != "customer":
                sender = {"id": row["assignee_id"] or agent["id"], "type": "user"}
                fields |= {"message_type": OUTGOING, "private": who == "note", "sender": sender}
            return {"message_id": account.talk.say(row, fields)["id"]}

    def set(self, body: Any) -> dict[str, Any]:
        """Status, priority and agent of a conversation, as an agent sets them: {}."""
        asked = check(body, _SET)
        with self._world.lock, self._quietly(asked["lost"]):
            account, row = self._conversation(asked)
            fields: Row = {name: asked[name] for name in ("status", "priority", "assignee_id") if name in asked}
            if asked.get("assignee_id") and account.talk.agent(asked["assignee_id"]) is None:
                raise Refused("no such agent", "assignee_id")
            if "assignee_id" in asked:
                fields["assignee_type"] = "User" if asked["assignee_id"] else None
            account.talk.change(row, fields)
        return {}

    def _conversation(self, asked: Row) -> tuple[AccountState, Row]:
        account = self._account(asked)
        row = account.talk.conversation(asked["conversation_id"])
        if row is None:
            raise Refused("no such conversation", "conversation_id")
        return account, row

    def _account(self, asked: Row) -> AccountState:
        for account in self._world.accounts_on(asked["host"]):
            if account.config["account_id"] == asked["account_id"]:
                return account
        raise Refused("no such account", "account_id")

    @contextmanager
    def _quietly(self, lost: bool) -> Iterator[None]:
        """Nothing that happens inside is told, where it is lost."""
        hook = self._world.on_job
        if lost:
            self._world.on_job = None
        try:
            yield
        finally:
            self._world.on_job = hook

    def _do(self, asked: Row, method: str, path: str, body: Row) -> Row:
        world, host, account_id = self._world, asked["host"], asked["account_id"]
        with world.lock, self._quietly(asked["lost"]):
            headers = {
                "api-access-token": self._account(asked).config["api_key"],
                "content-type": "application/json",
                "host": host,
            }
            full = f"/api/v1/accounts/{account_id}{path}"
            call = Call("chatwoot", method, host, full, "", headers, json.dumps(body).encode(), world.now_ms())
            reply = self._fake(call)
        return _answer(reply)

    @staticmethod
    def _shown(account: AccountState) -> dict[str, Any]:
        rows = sorted(account.contacts.values(), key=lambda row: account.updated_ms[row["id"]], reverse=True)
        config = account.config
        return {
            "host": config["host"],
            "account_id": config["account_id"],
            "name": config["name"],
            "total": len(rows),
            "conversations": [
                {**conversation_api(account, row), "messages": account.talk.messages(row["id"])[-MOST_MESSAGES:]}
                for row in account.talk.conversations[-MOST_CONVERSATIONS:]
            ],
            "contacts": [
                {**account.shown(row), "labels": row.get("labels", []), "updated_ms": account.updated_ms[row["id"]]}
                for row in rows[:MOST_SHOWN]
            ],
        }


def dialled(phone: str) -> str:
    """What the dashboard makes of a typed phone: signs gone, and +55 before a national number."""
    digits = re.sub(r"[^0-9]", "", phone)
    if phone.strip().startswith("+") or not digits:
        return "+" + digits if digits else phone
    return f"+55{digits}" if len(digits) in (10, 11) else f"+{digits}"


def _answer(reply: Reply) -> Row:
    """The decoded answer. Raises Refused with the fake's own sentence."""
    try:
        tree = json.loads(reply.body) if reply.body else {}
    except ValueError:
        tree = {}
    if reply.status >= 400:
        names = tree.get("attributes") or [""]
        raise Refused(str(tree.get("message") or tree.get("error") or f"status {reply.status}"), names[0])
    return dict(tree)
