"""The worker of customers' messages, and of echoes of what the business wrote in its phone app."""

from functools import partial

from ponte.bitrix24 import markup
from ponte.errors import MalformedEvent
from ponte.mappings import Conversation, CrmMode, Number, Portal
from ponte.people.callers import caller_of, own_phones, rotation
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Verdict
from ponte.relays import customer_state, template_life, whatsapp_to_bitrix24
from ponte.relays.decisions import Decide, Decision, Finish, Step, Steps
from ponte.relays.effects import PostNotice
from ponte.runtime.execute import Performer
from ponte.runtime.worker import Parts, Retry, Worker
from ponte.storage.claims import Claimed
from ponte.texts import text as sentence
from ponte.whatsapp import accounts, calls, describe, messages, preferences, template_updates
from ponte.whatsapp.events import InboundMessage, SystemChange

OPENING_WAIT_S = 2.0
REDELIVERY_MS = 8 * 24 * 3600 * 1000  # Meta repeats a webhook for seven days


def written_ms(sent_at: int, received_ms: int) -> int:
    """When the customer wrote, for the 24-hour window: by Meta's clock (seconds), even if the webhook came days late.

    A stamp older than any redelivery can be says nothing about the window; then our own clock counts, and a send that
    Meta refuses after all is parked by its own word (131047).
    """
    return sent_at * 1000 if received_ms - sent_at * 1000 < REDELIVERY_MS else received_ms


def said_ms(sent_at: int, received_ms: int) -> int:
    """When something was so, to tell whose an address was then: by Meta's clock (seconds), however late it comes."""
    return sent_at * 1000 or received_ms


class WhatsappEvents(Worker):
    """Messages of customers, and echoes of what the business wrote in its phone app."""

    flow = "whatsapp_to_bitrix24"

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._opening_now: dict[str, Conversation] = {}

    def take(self, envelope: Envelope) -> Verdict:
        try:
            return super().take(envelope)
        finally:
            opened = self._opening_now.pop(envelope.id, None)
            if opened is not None:
                self._opened(opened, envelope.id)

    def prepare(self, envelope: Envelope, claim: Claimed) -> tuple[Decide, Performer]:
        try:
            return self._prepare(envelope, claim)
        except MalformedEvent:
            return self._parked("reason.malformed")

    def _prepare(self, envelope: Envelope, claim: Claimed) -> tuple[Decide, Performer]:
        if envelope.kind == "account":  # of the whole WhatsApp account: no number or portal has to be known
            state = accounts.read(envelope.payload)
            at = envelope.order or envelope.received_ms // 1000
            decide: Decide = partial(customer_state.decide_account, state, envelope.scope, at)
            if state.field in template_updates.FIELDS:
                decide = self._template(envelope, at, decide)
            return decide, self.parts.performers(None, "", None)
        number = self.parts.directory.number(envelope.scope)
        if number is None or not number.member_id:
            return self._parked("reason.number_unknown")
        portal = self._portal(number.member_id)
        if isinstance(portal, str):
            return self._parked(portal)
        match envelope.kind:
            case "echo":
                return self._echo(envelope, number, portal)
            case "preference":
                return self._preference(envelope, number, portal)
            case "call":
                message = calls.read(envelope.payload)
            case "message":
                message = messages.read(envelope.payload)
            case _:
                return self._finished("SKIPPED", envelope.kind, keep=True)
        if message is None:
            return self._finished("SKIPPED", "call_not_shown")
        if message.group_id:
            return self._finished("SKIPPED", "group")
        return self._message(message, envelope, number, portal, claim)

    def _message(
        self, message: InboundMessage, envelope: Envelope, number: Number, portal: Portal, claim: Claimed
    ) -> tuple[Decide, Performer]:
        shown = not whatsapp_to_bitrix24.opens_nothing(message)
        if shown and not caller_of(message.sender).aliases():
            return self._parked("reason.sender_unknown")
        conversation = self._conversation(message, number, portal.crm, claim, envelope.received_ms)
        performer = self.parts.performers(portal, number.phone_number_id, conversation)
        given = (message, conversation, portal.crm, self.parts.language)
        decide = partial(whatsapp_to_bitrix24.decide, *given, tells_crm=number.tells_crm)
        return decide, performer

    def _preference(self, envelope: Envelope, number: Number, portal: Portal) -> tuple[Decide, Performer]:
        preference = preferences.read(envelope.payload)
        if preference is None:
            return self._finished("SKIPPED", "preference_unknown")
        conversation = self.parts.conversations.by_alias(number, caller_of(preference.person).aliases())
        tenant, language = str(number.member_id), self.parts.language
        decide = partial(customer_state.decide_preference, preference, tenant, conversation, language)
        return decide, self.parts.performers(portal, number.phone_number_id, conversation)

    def _template(self, envelope: Envelope, at: int, then: Decide) -> Decide:
        """scope: the WhatsApp account. What cannot be read as a change of a template is noted all the same."""
        try:
            change = template_updates.read(envelope.payload)
        except MalformedEvent:
            return then
        if template_life.stops(envelope.scope, change, self.parts.directory.numbers()):
            self.parts.log("whatsapp_template", "window_template_stopped", envelope.id)
        return partial(template_life.decide, envelope.scope, change, at, then)

    def _conversation(
        self, message: InboundMessage, number: Number, crm: CrmMode, claim: Claimed, received_ms: int
    ) -> Conversation | None:
        caller, said = caller_of(message.sender), said_ms(message.sent_at, received_ms)
        conversations = self.parts.conversations
        if isinstance(message.body, SystemChange) and message.body.kind != "other":
            return self._rotated(message, message.body, number, claim, said)
        at_ms = written_ms(message.sent_at, received_ms)
        if whatsapp_to_bitrix24.opens_nothing(message):
            found = conversations.find(number, caller, said)
            if found is not None and whatsapp_to_bitrix24.may_open_the_window(message):
                found = self.parts.windows.note_reaction(found, at_ms)
            return found
        resolved = conversations.resolve(number, caller, at_ms, claim.event_id, said_ms=said)
        for clash in resolved.clashes:
            self.parts.log(self.flow, f"clash_{clash.kind}", claim.event_id)
        for phone in own_phones(message):
            conversations.learning.own_phone(number, caller, phone, said, claim.event_id)
        conversation = resolved.conversation
        if (conversation.connector, conversation.line) != (number.connector, number.line):
            conversation = self.parts.conversations.move(conversation, number)
        if not conversation.chat_id or whatsapp_to_bitrix24.entity_of(conversation, crm) is None:
            conversation = self._opening(conversation, claim)
        return conversation

    def _rotated(
        self, message: InboundMessage, change: SystemChange, number: Number, claim: Claimed, said: int
    ) -> Conversation | None:
        """The person's conversation, once the change is kept; None also where they never wrote to this number."""
        turned = rotation(message.sender, change)
        if not turned.new.aliases():
            self.parts.log(self.flow, "rotation_without_new_id", claim.event_id)
        person = self.parts.conversations.learning.rotate(number, turned, said, claim.event_id)
        return self.parts.conversations.of_person(number, person) if person else None

    def _opening(self, conversation: Conversation, claim: Claimed) -> Conversation:
        """Chat or CRM entity are still to be found or made: one worker at a time, whichever group and number a
        message came in; others wait and read again."""
        now = self.parts.clock.now_ms()
        owner = claim.event_id
        # Who dies now may have called until the lease ended, and the portal works on it for a while.
        lease = max(1_000, claim.lease_until_ms - now) + self.parts.executor.wall_ms()
        if not self.parts.conversations.openings.lock(conversation, owner, now, lease):
            self.parts.ledger.release(claim, now, "opening", counts=False)
            raise Retry(OPENING_WAIT_S)
        self._opening_now[owner] = conversation
        if claim.fate != "unknown" and "add_contact" not in claim.steps:
            for asked in whatsapp_to_bitrix24.LOOK_UPS:  # before the lock: another worker may have added it since
                claim.steps.pop(asked, None)
        return self.parts.conversations.reread(conversation)

    def _opened(self, conversation: Conversation, event_id: str) -> None:
        """The next worker's turn: at once, or when the portal is certainly through with a call of unknown fate, which
        may add the CRM entity later than a look-up asks for it."""
        item = self.parts.ledger.read(event_id) or {}
        if "unknown_ms" in item:
            settles = int(item.get("settles_ms", 0)) or int(item["unknown_ms"]) + self.parts.executor.wall_ms()
            self.parts.conversations.openings.keep(conversation, event_id, settles)
        else:
            self.parts.conversations.openings.unlock(conversation, event_id)

    def _echo(self, envelope: Envelope, number: Number, portal: Portal) -> tuple[Decide, Performer]:
        """What the business wrote on its phone: shown to operators as a note, never sent again."""
        message = messages.read(envelope.payload)
        said = said_ms(message.sent_at, envelope.received_ms)
        conversation = self.parts.conversations.find(number, caller_of(message.sender), said)
        if conversation is None or not conversation.chat_id:
            return self._finished("SKIPPED", "no_conversation", keep=True)
        if self.parts.receipts.pointer(number.phone_number_id, message.wamid):
            return self._finished("SKIPPED", "own_send")
        line = markup.to_bitrix24(describe.line(message, self.parts.language))
        if not line:
            return self._finished("SKIPPED", "nothing_to_show")
        note = PostNotice(conversation.chat_id, sentence("notice.echo", self.parts.language, text=line))

        def decide(steps: Steps) -> Decision:
            return Finish() if "notice" in steps else Step("notice", note)

        return decide, self.parts.performers(portal, number.phone_number_id, conversation)
