"""What the fake Chatwoot posts to us: bodies as its releases build them, signed or not, five seconds, no retry."""

import hashlib
import hmac
import http.client
import json
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sandbox.chatwoot_accounts import Job, Row
from sandbox.chatwoot_talk_views import contact_data, conversation_data, message_data
from sandbox.chatwoot_times import iso
from sandbox.webhooks import Webhook, post
from sandbox.world import World

TALK = ("conversation_", "message_")
TIMEOUT_S = 5.0
FORGET_S = 2.0  # a new scenario is in within three seconds


def body_of(job: Job) -> Row | None:
    """The body of a job, from the rows as they are now; None when there is nothing to tell of any more."""
    tree = _record(job)
    if tree is None:
        return None
    tree["event"] = job.event
    if job.event == "conversation_status_changed":
        tree["changed_attributes"] = None  # read too late, in every release
    elif job.changed is not None:
        tree["changed_attributes"] = [
            {name: {"previous_value": _told(name, before), "current_value": _told(name, after)}}
            for name, before, after in job.changed
        ]
    return tree


def _record(job: Job) -> Row | None:
    state = job.account
    if job.event.startswith("message_"):
        message = state.talk.message(job.record_id)
        return message_data(state, message) if message else None
    if job.event.startswith("conversation_"):
        row = state.talk.conversation(job.record_id)
        if row is None:
            return None
        if "typing" in job.event:
            user = {"id": state.config["integration_user_id"], "name": "Ponte", "type": "user"}
            return {"user": user, "conversation": conversation_data(state, row), "is_private": False}
        return conversation_data(state, row)
    contact = state.contacts.get(job.record_id)
    return contact_data(state, contact) if contact else None


def _told(name: str, value: Any) -> Any:
    if name == "updated_at":
        return iso(value)
    return iso(value * 1000) if name == "last_activity_at" and isinstance(value, int) else value


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
    for url, secret in _subscribers(job, tree):
        path = urlsplit(url).path if url else world.chatwoot_path(job.account)
        if path.startswith("/webhooks/"):
            serial = world.next_number()
            delivery = f"{world.generation:08x}-0000-4000-8000-{serial:012x}"
            posts.append(signed(path, body, secret, delivery, world.now_ms()))
    return posts


def _subscribers(job: Job, tree: Row) -> list[tuple[str | None, str | None]]:
    """(address, secret) of the account's webhooks that want the event, and of an API inbox's own, which gets all that
    is said in it."""
    account = job.account
    found = [(one.get("url"), one.get("secret")) for one in account.webhooks_for(job.event)]
    conversation = tree.get("conversation", tree)
    inbox = account.inbox(conversation.get("inbox_id")) or {}
    if job.event.startswith(TALK) and inbox.get("channel_type") == "Channel::Api" and inbox.get("webhook_url"):
        found.append((inbox["webhook_url"], inbox.get("secret") if account.is_since(4, 13, 0) else None))
    return found


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
