"""Letting held replies go: one after the other, each by its own ledger item, before anything newer of the conversation.

Called by the worker of a conversation's own queue group, where nothing of the conversation runs beside it: so order
holds without a lock. Whatever dies here is found again by whoever comes next, since a reply stays in line until the
ledger has finished it, and the ledger knows what was done about it.
"""

from collections.abc import Callable

from ponte.clock import Clock
from ponte.mappings import Conversation
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Later, Verdict
from ponte.relays.window import HELD, RELEASED_BY_THE_CUSTOMER, is_shut
from ponte.storage.ledger import Ledger
from ponte.storage.windows import HeldReply, Windows

PAGE = 20
TURN_MS = 8_000  # of a worker's time; the rest goes out in the next turn


class HeldReplies:
    """One per container."""

    def __init__(self, windows: Windows, ledger: Ledger, clock: Clock) -> None:
        self._windows = windows
        self._ledger = ledger
        self._clock = clock

    def let_go(
        self, conversation: Conversation | None, before: int | None, work: Callable[[Envelope], Verdict]
    ) -> Later | bool:
        """Work off the replies that wait for this customer, if they wrote. before: only those older than this message
        id. work: brings one event as far as it goes now.

        Later: come back with the same message, its turn is not yet. Else whether anything was worked off, so that what
        is known of the conversation is old.
        """
        if conversation is None or not conversation.waiting or is_shut(conversation, self._clock.now_ms()):
            return False
        until, worked = self._clock.now_ms() + TURN_MS, False
        while replies := self._windows.held(conversation, PAGE):
            for reply in replies:
                if before is not None and reply.order >= before:
                    return worked
                if self._clock.now_ms() > until:
                    return Later(0)
                finished = self._one(conversation, reply, work)
                if isinstance(finished, Later):
                    return finished
                worked = True
                if not finished:
                    return worked
        self._windows.nobody_waits(conversation)
        return worked

    def _one(self, conversation: Conversation, reply: HeldReply, work: Callable[[Envelope], Verdict]) -> Later | bool:
        """True: finished, one way or the other. False: it is held again, and so are all after it."""
        item = self._ledger.read(reply.event_id) or {}
        if item.get("st") == "PARKED" and item.get("reason") in RELEASED_BY_THE_CUSTOMER:
            self._ledger.unpark(reply.event_id, self._clock.now_ms(), by_customer=True)
        verdict = work(reply.envelope)
        if isinstance(verdict, Later):
            return verdict
        item = self._ledger.read(reply.event_id) or {}
        if item.get("st") == "PARKED" and item.get("reason") == HELD:
            return False
        self._windows.let_go(conversation, reply)
        return True
