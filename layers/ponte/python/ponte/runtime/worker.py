"""One queue message at a time: what all workers share. Envelope in, verdict out; nothing that content causes escapes.

Each worker is made once per container by `runtime.wiring` and used by many threads at once.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from ponte.clock import Clock
from ponte.errors import BUGS, Contended, MalformedEvent
from ponte.mappings import Conversation, Portal
from ponte.queue.envelope import Envelope, unpack
from ponte.queue.fifo_batch import MAX_VISIBILITY, STOP_MS, Done, Later, Verdict
from ponte.queue.sqs import ObjectStore
from ponte.relays.decisions import Decide, Finish, Park
from ponte.runtime.execute import Executor, Performer
from ponte.runtime.held_replies import HeldReplies
from ponte.runtime.invocation import Invocation
from ponte.runtime.observability import BugLog, OutcomeLog
from ponte.storage.claims import Claimed
from ponte.storage.conversations import Conversations
from ponte.storage.directory import Directory
from ponte.storage.ledger import Ledger
from ponte.storage.receipts import Receipts
from ponte.storage.templates import Templates
from ponte.storage.windows import Windows

CONTENDED_S = 1.0


class Performers(Protocol):
    """Makes the performer of one event: bound to the portal and number it concerns."""

    def __call__(self, portal: Portal | None, phone_number_id: str, conversation: Conversation | None) -> Performer: ...


class Retry(Exception):
    """Somebody else must finish first: show the message again in `seconds`; not an attempt."""

    def __init__(self, seconds: float) -> None:
        super().__init__("retry")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Parts:
    """What every worker stands on."""

    executor: Executor
    ledger: Ledger
    receipts: Receipts
    directory: Directory
    conversations: Conversations
    performers: Performers
    windows: Windows
    held: HeldReplies
    templates: Templates
    store: ObjectStore
    clock: Clock
    invocation: Invocation
    log: OutcomeLog
    bug: BugLog
    language: str
    connector_id: str


def _no_end() -> int:
    return MAX_VISIBILITY * 1000


class Worker:
    """Base: envelope in, verdict out; nothing that content can cause escapes. is_ordered: the queue is FIFO."""

    flow = ""
    is_ordered = True

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def __call__(self, record: Mapping[str, Any], remaining_ms: Callable[[], int] = _no_end) -> Verdict:
        """Handle one SQS record, which may hold several envelopes. Raises what AWS raises, logged without text, and for
        what is no envelope. A bug of ours is logged and counted against its message: ten, and it waits for a person.

        Where order counts, the first envelope that must wait ends the record; those before it are done, which the
        ledger knows when the record comes again. Where it does not, the others go on.
        """
        try:
            envelopes = unpack(str(record["body"]))
        except MalformedEvent:
            # Not even an envelope of ours: SQS keeps it until it lands in the dead-letter queue.
            self.parts.log(self.flow, "not_an_envelope")
            raise
        waits: list[float] = []
        bug: Exception | None = None
        for n, envelope in enumerate(envelopes):
            if n and remaining_ms() < STOP_MS:
                return Later(0)
            try:
                verdict = self._one(envelope)
            except Exception as error:
                if self.is_ordered:
                    raise
                bug = error
                continue
            if isinstance(verdict, Later):
                if self.is_ordered:
                    return verdict
                waits.append(verdict.seconds)
        if bug:
            raise bug
        return Later(min(waits)) if waits else Done()

    def _one(self, envelope: Envelope) -> Verdict:
        try:
            return self.take(self._open(envelope))
        except Retry as retry:
            return Later(retry.seconds)
        except Contended as contended:
            self.parts.log(self.flow, "contended", envelope.id, contended.code)
            return Later(CONTENDED_S)
        except BUGS as error:
            return self.parts.executor.crashed(envelope, error)
        except Exception as error:  # a service of ours that fails: nothing to count against the message
            self.parts.bug(self.flow, error, envelope.id)
            raise

    def look_ahead(self, _records: Sequence[Mapping[str, Any]]) -> None:
        """Asked once per batch, before any of its records is handled. Never raises."""

    def take(self, envelope: Envelope) -> Verdict:
        return self.parts.executor.run(envelope, partial(self.prepare, envelope), self.reference(envelope))

    def reference(self, _envelope: Envelope) -> Mapping[str, Any]:
        """What a later receipt needs to find the chat again (ids only); kept with the claim."""
        return {}

    def prepare(self, envelope: Envelope, _claim: Claimed) -> tuple[Decide, Performer]:
        """Whom the event concerns and what is to be decided; a kind this queue's worker does not know is skipped."""
        return self._finished("SKIPPED", envelope.kind, keep=True)

    def consider(self, envelope: Envelope, claim: Claimed) -> Decide:
        """What would be decided about it now. For a worker over tables that may be written to (runtime/replay.py)."""
        return self.prepare(self._open(envelope), claim)[0]

    def _open(self, envelope: Envelope) -> Envelope:
        """Fetch a payload that was too big for the queue."""
        if envelope.claim is None:
            return envelope
        raw = self.parts.store.get(str(envelope.claim["key"]))
        if hashlib.sha256(raw).hexdigest() != envelope.claim.get("sha256"):
            raise MalformedEvent("claim.sha256")
        return envelope.with_payload(json.loads(raw))

    def _parked(self, reason: str) -> tuple[Decide, Performer]:
        return (lambda _: Park(reason)), self.parts.performers(None, "", None)

    def _finished(self, state: str, detail: str, *, keep: bool = False) -> tuple[Decide, Performer]:
        return (lambda _: Finish(state, detail, keep)), self.parts.performers(None, "", None)

    def _portal(self, member_id: str) -> Portal | str:
        """The portal to call, or the reason why it cannot be called."""
        portal = self.parts.directory.portal(member_id) if member_id else None
        if portal is None:
            return "reason.portal_unknown"
        if portal.status == "active":
            return portal
        portal = self.parts.directory.portal(member_id, fresh=True) or portal
        return portal if portal.status == "active" else f"reason.portal_{portal.status}"
