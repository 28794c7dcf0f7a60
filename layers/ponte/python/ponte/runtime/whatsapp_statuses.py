"""The worker of WhatsApp's receipts."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ponte.digest import digest
from ponte.errors import MalformedEvent
from ponte.people.callers import caller, caller_of
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Done, Later, Verdict
from ponte.relays import bitrix24_to_whatsapp, receipts_to_bitrix24
from ponte.relays.decisions import Decide
from ponte.relays.window import SHUT
from ponte.runtime.execute import Performer
from ponte.runtime.worker import Parts, Worker
from ponte.storage.claims import Claimed
from ponte.storage.ledger_items import UNDER_WAY, steps_of
from ponte.storage.table import Item
from ponte.whatsapp import statuses
from ponte.whatsapp.events import Sender

SHOWN = ("read", "played", "failed")  # what the portal is told of; the others only raise the rank
LEARNT_MAX = 10_000  # pairs that a container remembers having asked for


class WhatsappStatuses(Worker):
    """Receipts: the rank of the message, and what Bitrix24 shows of it."""

    flow = "whatsapp_status"
    is_ordered = False

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._learnt: set[str] = set()

    def take(self, envelope: Envelope) -> Verdict:
        try:
            update = statuses.read(envelope.payload)
        except MalformedEvent:
            self.parts.log(self.flow, "malformed", envelope.id)
            return Done()
        rank = statuses.ORDER.get(update.status, 0)
        if not update.is_known:
            self.parts.log(self.flow, "unknown_status", envelope.id)
            return Done()
        if update.participant:  # of a group: the bridge sends to none, so it is of somebody else's message
            self.parts.log(self.flow, "group_participant", envelope.id)
            return Done()
        target = self._target(envelope.scope, update)
        now = self.parts.clock.now_ms()
        if target is None:
            if update.status != "failed":
                self.parts.receipts.early_receipt(envelope.scope, update.wamid, rank, now)
            age_s = (now - envelope.received_ms) / 1000
            if update.status in SHOWN and age_s < self.parts.directory.timing().unknown_wait_s:
                return Later(max(1, age_s / 2))  # it may have overtaken the send's own answer: then it must be shown
            self.parts.log(self.flow, "not_ours", envelope.id)
            return Done()
        event_id, part = target
        self._learn(envelope.scope, update, envelope.received_ms)
        if update.status == "failed":
            code = str(update.errors[0].code) if update.errors else "unknown"
            self.parts.receipts.failure(event_id, part, update.wamid, code, statuses.ORDER["delivered"], now)
        else:
            self.parts.receipts.receipt(event_id, part, update.wamid, update.status, rank, now)
        is_template = not isinstance(part, int)  # its ticks are not the reply's
        if update.status not in SHOWN or (is_template and update.status != "failed"):
            self.parts.log(self.flow, update.status, envelope.id)
            return Done()
        own = replace(envelope, source_id=f"{update.wamid}|read")  # one reading per part, however it was told
        if update.status == "failed":
            item = self.parts.ledger.read(event_id) or {}
            own, is_begun = self._notice(envelope, update, part, item)
            if int(item.get(f"rk{part}", 0)) >= statuses.ORDER["delivered"] and not is_begun:
                self.parts.log(self.flow, "was_delivered", envelope.id)
                return Done()
        return self.parts.executor.run(own, partial(self._show, event_id, part, update))

    def _notice(
        self, envelope: Envelope, update: statuses.StatusUpdate, part: int | str, item: Item
    ) -> tuple[Envelope, bool]:
        """As which event a failure is told, and whether that was begun and has to come to an end.

        One notice per operator's message, however many of its parts failed: it goes by the first part's wamid, unless
        it was begun by another before that was known (a send that was repeated). A template that asked for the window
        is a message of its own.
        """
        parts = bitrix24_to_whatsapp.sent_wamids(steps_of(item)) if isinstance(part, int) else ()
        named = dict.fromkeys((update.wamid, *parts[:1]))
        own = [replace(envelope, source_id=f"{wamid}|failed") for wamid in named]
        for one in own:
            if (self.parts.ledger.read(one.id) or {}).get("st") in UNDER_WAY:
                return one, True
        return own[-1], False

    def prepare(self, envelope: Envelope, claim: Claimed) -> tuple[Decide, Performer]:
        update = statuses.read(envelope.payload)
        target = self._target(envelope.scope, update)
        return self._show(*target, update, claim) if target else self._finished("SKIPPED", "not_ours")

    def _learn(self, phone_number_id: str, update: statuses.StatusUpdate, received_ms: int) -> None:
        """A receipt may name the customer's phone and BSUID together: a pair worth knowing, asked for once."""
        person = caller(update.phone, update.user_id, update.parent_user_id)
        number = self.parts.directory.number(phone_number_id)
        pair = digest(phone_number_id, *(value for _, value in person.aliases()))
        if number is None or not number.member_id or len(person.aliases()) < 2 or pair in self._learnt:
            return
        self.parts.conversations.learning.pair(number, person, update.at * 1000 or received_ms)
        if len(self._learnt) >= LEARNT_MAX:
            self._learnt.clear()
        self._learnt.add(pair)

    def _target(self, phone_number_id: str, update: statuses.StatusUpdate) -> tuple[str, int | str] | None:
        """The event that sent this wamid: by our callback data, else by the pointer the send left."""
        named = bitrix24_to_whatsapp.read_callback(update.callback)
        if named:
            number = self.parts.directory.number(phone_number_id)
            scope = named[0].split("|", 2)[1]
            return named if number and number.member_id == scope else None
        pointer = self.parts.receipts.pointer(phone_number_id, update.wamid)
        if pointer and "event_id" in pointer:
            return str(pointer["event_id"]), pointer["part"]
        return None

    def _show(
        self, event_id: str, part: int | str, update: statuses.StatusUpdate, _claim: Claimed
    ) -> tuple[Decide, Performer]:
        item = self.parts.ledger.read(event_id) or {}
        reference = item.get("ref")
        if not reference:
            return self._finished("SKIPPED", "no_reference")
        if update.status == "failed" and int(item.get(f"rk{part}", 0)) >= statuses.ORDER["delivered"]:
            return self._finished("SKIPPED", "was_delivered")
        portal = self._portal(str(reference["member_id"]))
        if isinstance(portal, str):
            return self._parked(portal)
        if update.status == "failed" and update.errors and str(update.errors[0].code) == SHUT:
            self._note_shut(reference, int(item.get("claimed_ms", 0)))
        steps = steps_of(item)
        wamids = bitrix24_to_whatsapp.sent_wamids(steps)
        sent = receipts_to_bitrix24.Sent(
            connector=str(reference["connector"]),
            line=int(reference["line"]),
            chat_id=str(reference["chat_id"]),
            message_id=str(reference["message_id"]),
            external=str(reference["external"]),
            wamids=(update.wamid,) if update.wamid in wamids or not wamids else wamids,
        )
        performer = self.parts.performers(portal, "", None)
        if update.status == "failed":
            error = update.errors[0] if update.errors else statuses.StatusError(0)
            person = caller_of(Sender(update.phone, update.user_id, update.parent_user_id))
            decide: Decide = partial(
                receipts_to_bitrix24.decide_failed,
                sent,
                receipts_to_bitrix24.Failure(
                    str(error.code), error.details or error.title, tuple(person.aliases()), portal.member_id, update.at
                ),
                self.parts.language,
            )
            return decide, performer
        return partial(receipts_to_bitrix24.decide_read, sent), performer

    def _note_shut(self, reference: Mapping[str, Any], sent_ms: int) -> None:
        """Meta took the message and says now that the window was shut: it is, unless the customer has written since."""
        named = str(reference["connector"]), int(reference["line"]), str(reference["external"])
        conversation = self.parts.conversations.by_chat(str(reference["member_id"]), *named)
        if conversation is not None and conversation.heard_ms < sent_ms:
            self.parts.windows.refuse(conversation)
