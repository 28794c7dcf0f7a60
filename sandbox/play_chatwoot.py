"""The play API of the fake Chatwoot: what an agent sees and does in its dashboard, as against what our API calls do.

The dashboard has people's habits: a phone typed without its country becomes a Brazilian one. Everything else is judged
and told as a call is, since it is one; only the journal does not hold it, for it is none of our functions'.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from sandbox.calls import Call, Reply
from sandbox.chatwoot_accounts import AccountState, Row
from sandbox.chatwoot_posts import Deliveries
from sandbox.fakes.chatwoot import FakeChatwoot
from sandbox.shapes import Refused, check
from sandbox.world import World

MOST_SHOWN = 500
MOST_POSTS = 50
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
        """{accounts: [{host, account_id, name, contacts: [as the API shows them, with labels], total}], posts:
        [{event, path, status}]}, the newest contacts and posts first."""
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

    def _do(self, asked: Row, method: str, path: str, body: Row) -> Row:
        world, host, account_id = self._world, asked["host"], asked["account_id"]
        with world.lock:
            accounts = [one for one in world.accounts_on(host) if one.config["account_id"] == account_id]
            if not accounts:
                raise Refused("no such account", "account_id")
            headers = {
                "api-access-token": accounts[0].config["api_key"],
                "content-type": "application/json",
                "host": host,
            }
            full = f"/api/v1/accounts/{account_id}{path}"
            call = Call("chatwoot", method, host, full, "", headers, json.dumps(body).encode(), world.now_ms())
            hook = world.on_job
            if asked["lost"]:
                world.on_job = None
            try:
                reply = self._fake(call)
            finally:
                world.on_job = hook
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
