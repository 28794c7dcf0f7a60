"""The play API behind the playground page: someone writes on the phone, an operator answers, receipts come by hand."""

import base64
import http.client
import queue
import threading
from collections.abc import Callable
from typing import Any

from sandbox import play_shapes, played_files, webhooks
from sandbox.faults import Faults
from sandbox.phones import WINDOW_MS, Accepted, PhoneMessage
from sandbox.portals import ImChat, ImMessage, PortalState
from sandbox.scenario import Number
from sandbox.shapes import Refused, check
from sandbox.shown_files import ShownFile
from sandbox.webhooks import Webhook
from sandbox.world import World


class NotThere(Exception):
    """What was named does not exist: 404. path: which field named it."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class GatewaySilent(Exception):
    """The webhook was posted and no answer came."""


class Play:
    """Plays the part of the people. Each method takes the decoded body and gives the answer as data.

    Raises shapes.Refused for a body of the wrong shape, NotThere, GatewaySilent.
    """

    def __init__(
        self,
        world: World,
        faults: Faults,
        gateway_url: str,
        parked: Callable[[], list[dict[str, Any]]],
        rewind: Callable[[str, set[str], int], None],
    ) -> None:
        self._world = world
        self._faults = faults
        self._gateway_url = gateway_url
        self._parked = parked
        self._rewind = rewind
        self._sent: dict[str, Webhook] = {}
        self._receipts: queue.Queue[tuple[int, Accepted] | None] = queue.Queue()
        self._pending = 0
        self._pending_lock = threading.Lock()
        self._worker = threading.Thread(target=self._post_receipts, name="receipts", daemon=True)
        world.on_accepted = self._accepted

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._receipts.put(None)

    def forget(self) -> None:
        """A new scenario: what was played before cannot be repeated."""
        self._sent.clear()

    @property
    def pending_receipts(self) -> int:
        with self._pending_lock:
            return self._pending

    def state(self) -> dict[str, Any]:
        world, faults = self._world, self._faults.active()
        down = any(
            one["provider"] == "bitrix24" and one["kind"] in ("status", "html", "reset_before") for one in faults
        )
        with world.lock:
            portal = world.portals[0].config["domain"] if world.portals else ""
            view = {
                "numbers": [number["phone_number_id"] for number in world.meta["numbers"]],
                "phones": [phone.as_data(world.now_ms()) for phone in world.phones.phones],
                "chats": [chat.as_data() for owner in world.portals for chat in owner.chats.values()],
                "faults": faults,
                "receipts": world.receipts,
                "portal": {"down": down, "domain": portal},
            }
        return {**view, "parked": self._parked()}

    def customer(self, body: Any) -> dict[str, Any]:
        """A customer writes or reacts to a message; with `source_id` the very same webhook comes once more."""
        asked = check(body, play_shapes.CUSTOMER)
        if source_id := asked.get("source_id"):
            return self._repeat(source_id)
        if not asked.get("wa_id") and not asked.get("user_id"):
            raise Refused("is missing", "wa_id")
        reaction = asked.get("reaction")
        if not reaction:
            played_files.check_content(asked, asked.get("file"))
        world = self._world
        with world.lock:
            number = self._number(asked.get("phone_number_id"))
            ids = {"wa_id": asked.get("wa_id", ""), "user_id": asked.get("user_id", "")}
            phone = world.phones.meet(number["phone_number_id"], **ids, name=asked.get("name", ""))
            phone.name = phone.name or "Cliente"
            raw = f"customer{world.generation:04d}{world.next_number():08d}".encode()
            wamid, now_ms = "wamid." + base64.b64encode(raw).decode(), world.now_ms()
            if reaction:
                kind, content = "reaction", webhooks.reaction(reaction["wamid"], reaction["emoji"])
                if not phone.react(reaction["wamid"], "customer", reaction["emoji"]):
                    raise NotThere("reaction.wamid")
                world.phones.received(phone, None, now_ms)
            else:
                kind, content, file = played_files.written(world, asked.get("text", ""), asked.get("file"))
                message = PhoneMessage(wamid, "customer", asked.get("text", ""), kind, now_ms, file=file)
                world.phones.received(phone, message, now_ms)
            value = webhooks.customer_message(phone, wamid, kind, content, now_ms)
            webhook = webhooks.signed(world.meta, number, value)
        return self._send(wamid, webhook)

    def file(self, file_id: str) -> ShownFile:
        """A file that a phone or a chat shows. Raises NotThere."""
        with self._world.lock:
            found = self._world.files.get(file_id)
        if found is None:
            raise NotThere("file")
        return found

    def operator(self, body: Any) -> dict[str, Any]:
        """An operator answers in an open-line chat; the message waits for its acknowledgement.

        reply_to: the message of the chat that it quotes. lost: no webhook comes of it, as when ours did not answer (the
        portal repeats none); then status is null. whisper: for the other operators only, never with a webhook. at_ms:
        when it was written, now by default.
        """
        asked = check(body, play_shapes.OPERATOR)
        if source_id := asked.get("source_id"):
            return self._repeat(source_id)
        played_files.check_content(asked, *asked.get("files", []))
        world, text = self._world, asked.get("text", "")
        with world.lock:
            portal, chat = self._chat(str(asked["chat_id"]), asked.get("member_id"))
            at_ms, message_id = asked.get("at_ms") or world.now_ms(), portal.next_id()
            author, whisper = asked["operator_id"], asked["whisper"]
            if "reply_to" in asked:
                text = self._quote(chat, str(asked["reply_to"])) + text
            if chat.session_id is None:
                chat.session_id = portal.next_id()
            files = played_files.attached(portal, asked.get("files", []))
            shown = [played_files.shown(world, file) for file in files]
            message = ImMessage(message_id, "operator", author, text, at_ms, waiting=not whisper, files=shown)
            message.whisper = whisper
            portal.add_message(chat, message)
            webhook = webhooks.operator_message(portal, chat, message_id, text, at_ms, author, files)
        if asked["lost"] or whisper:
            return {"source_id": str(message_id), "status": None}
        return self._send(str(message_id), webhook)

    def read(self, body: Any) -> dict[str, Any]:
        return self._status(check(body, play_shapes.READ)["wamid"], "read")

    def fail(self, body: Any) -> dict[str, Any]:
        asked = check(body, play_shapes.FAIL)
        return self._status(asked["wamid"], "failed", asked["code"])

    def receipts(self, body: Any) -> dict[str, Any]:
        """auto: the fake Meta posts `sent` and `delivered` by itself."""
        self._world.receipts = check(body, play_shapes.RECEIPTS)["mode"]
        return {"receipts": self._world.receipts}

    def rename(self, body: Any) -> dict[str, Any]:
        """The portal moves to another address; the old one answers 302 from now on."""
        asked = check(body, play_shapes.RENAME)
        with self._world.lock:
            portal = self._world.portal_of_member(asked["member_id"])
            if portal is None:
                raise NotThere("member_id")
            taken = self._world.portal_of_host(asked["domain"])
            if taken is not None and taken is not portal:
                raise Refused("belongs to another portal", "domain")
            portal.old_domains.add(portal.config["domain"])
            portal.old_domains.discard(asked["domain"])
            portal.config["domain"] = asked["domain"]
        return {"domain": asked["domain"]}

    def rewind(self, body: Any) -> dict[str, Any]:
        """The customer's last message was so many hours ago, for the fake Meta as for the functions."""
        asked = check(body, play_shapes.REWIND)
        world = self._world
        with world.lock:
            number = self._number(asked.get("phone_number_id"))["phone_number_id"]
            phone = world.phones.find(number, asked.get("wa_id", ""), asked.get("user_id", ""))
            if phone is None:
                raise NotThere("wa_id")
            at_ms = world.now_ms() - round(asked["hours"] * 3_600_000)
            phone.closed_after_ms = at_ms + WINDOW_MS
            ids = {one for one in (phone.wa_id, phone.user_id) if one}
            open_ = phone.window_is_open(world.now_ms())
        self._rewind(number, ids, at_ms)
        return {"window": "open" if open_ else "shut"}

    def _number(self, phone_number_id: str | None) -> Number:
        for number in self._world.meta["numbers"]:
            if phone_number_id in (None, number["phone_number_id"]):
                return number
        raise NotThere("phone_number_id")

    @staticmethod
    def _quote(chat: ImChat, message_id: str) -> str:
        found = next((message for message in chat.messages if str(message.id) == message_id), None)
        if found is None:
            raise NotThere("reply_to")
        return webhooks.quote(chat, found)

    def _chat(self, chat_id: str, member_id: str | None) -> tuple[PortalState, ImChat]:
        for portal in self._world.portals:
            if chat_id in portal.chats and member_id in (None, portal.config["member_id"]):
                return portal, portal.chats[chat_id]
        raise NotThere("chat_id")

    def _status(self, wamid: str, status: str, code: int | None = None) -> dict[str, Any]:
        world = self._world
        with world.lock:
            accepted = world.phones.accepted.get(wamid)
            if accepted is None or accepted.lost:
                raise NotThere("wamid")
            webhook = self._status_webhook(accepted, status, code)
        return self._send(wamid, webhook, keep=False)

    def _status_webhook(self, accepted: Accepted, status: str, code: int | None = None) -> Webhook:
        world = self._world
        number = self._number(accepted.phone.phone_number_id)
        world.phones.mark(accepted.wamid, status)
        return webhooks.signed(world.meta, number, webhooks.status_update(accepted, status, world.now_ms(), code))

    def _repeat(self, source_id: str) -> dict[str, Any]:
        if source_id not in self._sent:
            raise NotThere("source_id")
        return self._send(source_id, self._sent[source_id])

    def _send(self, source_id: str, webhook: Webhook, *, keep: bool = True) -> dict[str, Any]:
        if keep:
            self._sent[source_id] = webhook
        try:
            return {"source_id": source_id, "status": webhooks.post(self._gateway_url, webhook)}
        except (OSError, http.client.HTTPException) as error:
            raise GatewaySilent from error

    def _accepted(self, accepted: Accepted) -> None:
        if self._world.receipts == "auto":
            with self._pending_lock:
                self._pending += 1
            self._receipts.put((self._world.generation, accepted))

    def _post_receipts(self) -> None:
        while (job := self._receipts.get()) is not None:
            generation, accepted = job
            for status in ("sent", "delivered"):
                with self._world.lock:
                    if not self._world.is_current(generation):
                        break
                    webhook = self._status_webhook(accepted, status)
                try:
                    webhooks.post(self._gateway_url, webhook)
                except (OSError, http.client.HTTPException):
                    break
            with self._pending_lock:
                self._pending -= 1
