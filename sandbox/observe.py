"""Webhooks that others post in Meta's name: the fake Meta learns of them, so that windows open and ticks move."""

import hashlib
import hmac
import json
import re
from typing import Any

from sandbox.phones import Phone, PhoneMessage
from sandbox.scenario import Meta
from sandbox.world import World

REDELIVERY_MS = 8 * 24 * 3600 * 1000


def observe(world: World, body: bytes, signature: str) -> None:
    """For the gateway's front to call with what passes POST /webhooks/meta. Never raises; bad signatures are ignored.

    signature: the value of X-Hub-Signature-256, "" when absent. A message that is known already changes nothing.
    """
    with world.lock:
        if not _is_signed(world.meta, body, signature):
            return
        for number, value in _values_of(body):
            for phone_message, phone in _inbound(world, number, value):
                # Meta redelivers for seven days: an older stamp is a sample's, and the customer wrote just now.
                recent = world.now_ms() - phone_message.at_ms < REDELIVERY_MS
                at_ms = phone_message.at_ms if recent else world.now_ms()
                world.phones.received(phone, None if phone_message.kind == "reaction" else phone_message, at_ms)
            for status in _list(value, "statuses"):
                if isinstance(status, dict):
                    world.phones.mark(str(status.get("id")), str(status.get("status")))


def _inbound(world: World, number: str, value: dict[str, Any]) -> list[tuple[PhoneMessage, Phone]]:
    found = []
    contacts = [one for one in _list(value, "contacts") if isinstance(one, dict)]
    for message in _list(value, "messages"):
        if not isinstance(message, dict):
            continue
        wa_id, user_id = str(message.get("from") or ""), str(message.get("from_user_id") or "")
        stamp = str(message.get("timestamp") or "")
        if not (wa_id or user_id) or not re.fullmatch(r"\d{1,12}", stamp) or "group_id" in message:
            continue
        mine = [c for c in contacts if (wa_id and c.get("wa_id") == wa_id) or (user_id and c.get("user_id") == user_id)]
        profile = mine[0].get("profile") if mine else None
        name = str(profile.get("name") or "") if isinstance(profile, dict) else ""
        phone = world.phones.meet(number, wa_id=wa_id, user_id=user_id, name=name)
        kind, text = str(message.get("type") or ""), message.get("text")
        if kind == "reaction" and isinstance(reaction := message.get("reaction"), dict):
            phone.react(str(reaction.get("message_id")), "customer", str(reaction.get("emoji") or ""))
        shown = str(text.get("body") or "") if isinstance(text, dict) else f"[{kind}]"
        found.append((PhoneMessage(str(message.get("id")), "customer", shown, kind, int(stamp) * 1000), phone))
    return found


def _is_signed(meta: Meta, body: bytes, signature: str) -> bool:
    mac = hmac.new(meta["app_secret"].encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={mac}".encode(), signature.encode())


def _values_of(body: bytes) -> list[tuple[str, dict[str, Any]]]:
    """(phone_number_id, value) of every change of field `messages`; nothing for a body of another shape."""
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError):
        return []
    found = []
    for entry in _list(tree, "entry"):
        for change in _list(entry, "changes"):
            value = change.get("value") if isinstance(change, dict) and change.get("field") == "messages" else None
            metadata = value.get("metadata") if isinstance(value, dict) else None
            if isinstance(value, dict) and isinstance(metadata, dict):
                found.append((str(metadata.get("phone_number_id")), value))
    return found


def _list(tree: Any, key: str) -> list[Any]:
    found = tree.get(key) if isinstance(tree, dict) else None
    return found if isinstance(found, list) else []
