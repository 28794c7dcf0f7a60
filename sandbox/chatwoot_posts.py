"""What the fake Chatwoot posts to us: bodies as its releases build them, signed or not, five seconds, no retry."""

import hashlib
import hmac
import http.client
import json
import threading
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from sandbox.chatwoot_accounts import AccountState, Job, Row
from sandbox.webhooks import Webhook, post
from sandbox.world import World

TIMEOUT_S = 5.0
FORGET_S = 2.0  # a new scenario is in within three seconds


def iso(at_ms: int) -> str:
    """2026-06-17T13:01:08.131Z."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}Z"


def contact_data(state: AccountState, row: Row) -> Row:
    """A contact as webhooks show it: no labels, no times."""
    account = {"id": state.config["account_id"], "name": state.config["name"]}
    return {
        "account": account,
        "additional_attributes": row.get("additional_attributes") or {},
        "avatar": row.get("thumbnail", ""),
        "custom_attributes": row.get("custom_attributes") or {},
        "email": row.get("email"),
        "id": row["id"],
        "identifier": row.get("identifier"),
        "name": row.get("name"),
        "phone_number": row.get("phone_number"),
        "thumbnail": row.get("thumbnail", ""),
        "blocked": bool(row.get("blocked")),
    }


def body_of(job: Job) -> Row | None:
    """The body of a job, from the rows as they are now; None when there is nothing to tell of any more."""
    state = job.account
    if job.event.startswith("message_"):
        return _message(state, job)
    row = state.contacts.get(job.record_id)
    if row is None:
        return None
    tree = {**contact_data(state, row), "event": job.event}
    if job.changed is not None:
        tree["changed_attributes"] = [
            {name: {"previous_value": _told(name, before), "current_value": _told(name, after)}}
            for name, before, after in job.changed
        ]
    return tree


def _told(name: str, value: Any) -> Any:
    if name == "updated_at":
        return iso(value)
    return iso(value * 1000) if name == "last_activity_at" and isinstance(value, int) else value


def _message(state: AccountState, job: Job) -> Row | None:
    """A message of a contact, with its conversation as far as the scenario tells."""
    message = next((one for one in state.config["messages"] if one["id"] == job.record_id), None)
    if message is None:
        return None
    number = message.get("conversation_id", 0)
    conversation: Row = next((one for one in state.config["conversations"] if one["id"] == number), {"id": number})
    sender = state.contacts.get((message.get("sender") or {}).get("id", 0))
    kinds = {0: "incoming", 1: "outgoing", 3: "template"}
    inbox = state.slim_inbox(message.get("inbox_id") or conversation.get("inbox_id") or 0)
    account = {"id": state.config["account_id"], "name": state.config["name"]}
    return {
        "account": account,
        "additional_attributes": {},
        "content_attributes": message.get("content_attributes") or {},
        "content_type": message.get("content_type", "text"),
        "content": message.get("content"),
        "conversation": {**conversation, **({"account": account} if state.is_since(4, 14, 2) else {})},
        "created_at": iso(int(message.get("created_at") or 0) * 1000),
        "id": message["id"],
        "inbox": {"id": inbox["id"], "name": inbox["name"]},
        "message_type": kinds.get(message.get("message_type", 0), message.get("message_type")),
        "private": bool(message.get("private")),
        "sender": contact_data(state, sender) if sender else message.get("sender"),
        "source_id": message.get("source_id"),
        "event": job.event,
    }


def wire(tree: Row) -> bytes:
    """Compact JSON as Rails writes it: five characters escaped, all others as they are."""
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    for one in "<>&\u2028\u2029":
        text = text.replace(one, f"\\u{ord(one):04x}")
    return text.encode("utf-8", "replace")


def signed(path: str, body: bytes, secret: str | None, delivery: str, at_ms: int) -> Webhook:
    """The post of one subscription; without a secret as an old release posts it."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    if secret:
        at = str(at_ms // 1000)
        mac = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers |= {
            "x-chatwoot-delivery": delivery,
            "x-chatwoot-timestamp": at,
            "x-chatwoot-signature": f"sha256={mac}",
        }
    return Webhook(path, headers, body)


def posts_of(world: World, job: Job) -> list[Webhook]:
    """What a job becomes: one post for each subscription that wants the event. Take the world's lock around it."""
    tree = body_of(job) if world.is_current(job.generation) else None
    if tree is None:
        return []
    body, posts = wire(tree), []
    for webhook in job.account.webhooks_for(job.event):
        path = urlsplit(webhook["url"]).path if webhook.get("url") else world.chatwoot_path(job.account)
        if path.startswith("/webhooks/"):
            serial = world.next_number()
            delivery = f"{world.generation:08x}-0000-4000-8000-{serial:012x}"
            posts.append(signed(path, body, webhook.get("secret"), delivery, world.now_ms()))
    return posts


@dataclass(frozen=True, slots=True)
class Posted:
    """One attempt. status: 0 where no answer came in time."""

    event: str
    path: str
    status: int


class Deliveries:
    """Posts the jobs of the world's accounts, in order, each once: what fails is lost, as with the real one."""

    def __init__(self, world: World, gateway_url: str) -> None:
        self._world = world
        self._gateway_url = gateway_url
        self._jobs: deque[Job] = deque()
        self._ready = threading.Condition()
        self._busy = False
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="chatwoot-webhooks", daemon=True)
        self.done: deque[Posted] = deque(maxlen=10_000)
        world.on_job = self.take

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._ready:
            self._stopping = True
            self._ready.notify_all()

    def take(self, job: Job) -> None:
        with self._ready:
            self._jobs.append(job)
            self._ready.notify()

    def forget(self) -> None:
        """A new scenario: what was not posted yet never is, and what is on its way gets FORGET_S to arrive."""
        with self._ready:
            self._jobs.clear()
            self._ready.wait_for(lambda: not self._busy, FORGET_S)
            self.done.clear()

    @property
    def pending(self) -> int:
        with self._ready:
            return len(self._jobs) + self._busy

    def wait(self, seconds: float) -> bool:
        """Whether all is posted within so many seconds."""
        end = time.monotonic() + seconds
        with self._ready:
            return self._ready.wait_for(lambda: not self._jobs and not self._busy, end - time.monotonic())

    def _work(self) -> None:
        while True:
            with self._ready:
                self._busy = False
                self._ready.notify_all()
                self._ready.wait_for(lambda: self._jobs or self._stopping)
                if self._stopping:
                    return
                job, self._busy = self._jobs.popleft(), True
            with self._world.lock:
                posts = posts_of(self._world, job)
            for webhook in posts:
                if not self._world.is_current(job.generation):
                    break
                self.done.append(Posted(job.event, webhook.path, self._post(webhook)))

    def _post(self, webhook: Webhook) -> int:
        try:
            return post(self._gateway_url, webhook, TIMEOUT_S)
        except (OSError, http.client.HTTPException):
            return 0
