"""Sends through Graph: one message of any kind, in its turn, with what makes it provable afterwards.

Every kind takes its turn in the buckets of its number and of its pair (number_calls).
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ponte.clock import Clock
from ponte.digest import digest
from ponte.mappings import Conversation, Number
from ponte.outcome import Blocked, Outcome, Rejected, Succeeded
from ponte.people.callers import caller
from ponte.relays.bitrix24_to_whatsapp import callback
from ponte.relays.effects import SendText
from ponte.relays.file_effects import SendMedia
from ponte.relays.outbound_effects import SendInteractive, SendReaction, SendTemplate
from ponte.relays.receipts_to_bitrix24 import STOPPED_MARKETING
from ponte.relays.window import SHUT
from ponte.runtime.number_calls import NumberCalls
from ponte.storage.claims import Claimed
from ponte.storage.conversations import Conversations
from ponte.storage.directory import Directory
from ponte.storage.preferences import Preferences
from ponte.storage.receipts import Receipts
from ponte.storage.secrets import Secrets
from ponte.storage.windows import Windows
from ponte.whatsapp import errors, media, requests

MARKETING = "MARKETING"  # Meta's category of a template that promotes

type Send = SendText | SendMedia | SendTemplate | SendInteractive | SendReaction


class WhatsappSends:
    """One per container."""

    def __init__(
        self,
        numbers: NumberCalls,
        directory: Directory,
        secrets: Secrets,
        receipts: Receipts,
        windows: Windows,
        conversations: Conversations,
        preferences: Preferences,
        clock: Clock,
        graph_version: str,
    ) -> None:
        self._numbers = numbers
        self._directory = directory
        self._secrets = secrets
        self._receipts = receipts
        self._windows = windows
        self._conversations = conversations
        self._preferences = preferences
        self._clock = clock
        self._graph_version = graph_version

    def send(
        self,
        effect: Send,
        claim: Claimed,
        phone_number_id: str,
        conversation: Conversation | None,
        timeout_seconds: float,
    ) -> Outcome:
        """Outcome of the effect. A refusal because of the window is kept with the conversation that was known then.

        What promotes is not even tried with a customer who asked for none: it is refused in Meta's own words.
        """
        number = self._directory.number(phone_number_id)
        if number is None:
            return Blocked("number_unknown")
        try:
            recipient = requests.Recipient(effect.to or None, effect.recipient or None)
        except ValueError:
            return Rejected("recipient_shape")
        if isinstance(effect, SendTemplate) and not self._is_wanted(effect, number, conversation):
            return Rejected(STOPPED_MARKETING)
        kind, content = _content(effect)
        request = requests.message(
            number.phone_number_id,
            self._graph_version,
            self._secrets.read().access_token,
            recipient,
            kind,
            content,
            callback=callback(claim.event_id, effect.part),
            reply_to=None if isinstance(effect, SendReaction) else effect.reply_to or None,
        )
        outcome = self._numbers.send(
            number,
            effect.to or effect.recipient,
            request,
            timeout_seconds,
            lambda answer: errors.classify_send(answer, claim.hits),
            digest(claim.conversation),
        )
        if isinstance(outcome, Succeeded):
            self._note_sent(number, str(outcome.result["wamid"]), claim, effect.part)
            self._learn_pair(number, effect.to, outcome.result)
            if isinstance(effect, SendTemplate):
                return Succeeded({**outcome.result, "note": effect.category})
        if isinstance(outcome, Rejected) and outcome.code == SHUT and conversation is not None:
            self._windows.refuse(conversation)
        return outcome

    def _is_wanted(self, effect: SendTemplate, number: Number, conversation: Conversation | None) -> bool:
        if effect.category != MARKETING:
            return True
        address = ("phone", effect.to) if effect.to else ("bsuid", effect.recipient)
        person = str(conversation.person) if conversation else ""
        return self._preferences.person_allows_marketing(str(number.member_id), person, address)

    def _note_sent(self, number: Number, wamid: str, claim: Claimed, part: int | str) -> None:
        now = self._clock.now_ms()
        pointer = self._receipts.point_to(number.phone_number_id, wamid, claim.event_id, part, now)
        rank = int(pointer.get("rk", 0))
        if rank:  # a receipt without our callback data was faster than this line
            self._receipts.receipt(claim.event_id, part, wamid, "early_receipt", rank, now)

    def _learn_pair(self, number: Number, to: str, answer: Mapping[str, Any]) -> None:
        """A send to a phone is answered with the BSUID behind it, where there is one.

        The message is out and its outcome not saved yet: whatever goes wrong here must not make it a send of unknown
        fate. The receipts tell the pair again.
        """
        wa_id = str(answer.get("phone") or to) if to else ""
        found = caller(wa_id, answer.get("user_id"), answer.get("parent_user_id"))
        if len(found.aliases()) > 1:
            with suppress(Exception):
                self._conversations.learning.pair(number, found, self._clock.now_ms())


def _content(effect: Send) -> tuple[str, Mapping[str, Any]]:
    match effect:
        case SendText():
            return "text", {"preview_url": False, "body": effect.body}
        case SendMedia():
            content = media.content(
                effect.kind, effect.media_id, caption=effect.caption, filename=effect.filename, voice=effect.voice
            )
            return effect.kind, content
        case SendReaction():
            return "reaction", {"message_id": effect.wamid, "emoji": effect.emoji}
        case SendInteractive():
            return "interactive", effect.content
        case SendTemplate():
            return "template", requests.template(effect.name, effect.language, effect.components)
