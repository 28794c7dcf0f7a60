"""Putting envelopes on queues, durably: SQS first, S3 when SQS refuses.

Stdlib and the given boto3 clients only: the ingress functions import this. A provider that never repeats a webhook
(Bitrix24) loses the message when we lose it, so a 200 is answered only after one of the two stores has it.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ponte.clock import Clock
from ponte.digest import digest
from ponte.queue.envelope import Envelope, pack

BATCH = 10  # entries of one SendMessageBatch
BATCH_BYTES = 900_000  # under SQS's 1 MiB for a whole batch, attributes included
CLAIM_BYTES = 200_000  # larger envelopes go to S3 as a claim check
PACK = 10  # envelopes in one queue message, and no more than
PACK_BYTES = 80_000  # so that ten packs fit one batch
PACK_FROM = 20  # where no order has to be kept, packs are made of more than so many
TRIES = 3


class ObjectStore(Protocol):
    """Raises whatever the store raises; callers decide."""

    def put(self, key: str, body: bytes) -> None: ...

    def get(self, key: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One queue message. group and dedup are None on standard queues. body: an Envelope's JSON, or a pack of some."""

    body: str
    group: str | None
    dedup: str | None

    def as_json(self) -> dict[str, Any]:
        return {"body": self.body, "group": self.group, "dedup": self.dedup}


@dataclass(slots=True)
class _Pack:
    """Neighbours of one group, on their way into one entry."""

    group: str
    bodies: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, body: str, event_id: str) -> None:
        self.bodies.append(body)
        self.ids.append(event_id)
        self.size += len(body)

    def entry(self, fifo: bool, again: str) -> Entry:
        body = pack(self.bodies)
        return Entry(body, self.group, digest(*self.ids, again)) if fifo else Entry(body, None, None)


class SqsQueue:
    """Sends entries to one queue. client: boto3's sqs client, made with short timeouts and no retries of its own."""

    def __init__(
        self, client: Any, url: str, name: str, spill: ObjectStore, clock: Clock, refused: Callable[[str, str], None]
    ) -> None:
        """refused: told the queue's name and the kind of error whenever SQS does not take a batch."""
        self._client = client
        self._url = url
        self.name = name
        self._spill = spill
        self._clock = clock
        self._refused = refused

    def send(self, envelopes: Sequence[Envelope], *, fifo: bool, again: str = "") -> int:
        """Send all, in order. Returns how many had to be spilled. Raises what S3 raises when that fails too.

        again: a token that makes this a new delivery for SQS's 5-minute deduplication (redrive, sweep, heal).
        """
        entries = self._entries(envelopes, fifo, again)
        left = entries
        for _ in range(TRIES):
            left = self._send_once(left)
            if not left:
                return 0
        self._spill_entries(left)
        return len(left)

    def send_entries(self, entries: Sequence[Entry]) -> list[Entry]:
        """Try once, without spilling; returns those that were refused (the sweep of spilled entries keeps them)."""
        return self._send_once(list(entries))

    def _entries(self, envelopes: Sequence[Envelope], fifo: bool, again: str) -> list[Entry]:
        """Packs of neighbours of one conversation, which wait for each other anyway: SQS may take one entry of a batch
        and refuse the one before it, so what has an order must not be spread over a batch (see `_batches`).

        Without an order each travels alone, so that none waits for another, but where there are very many: a webhook
        that brings a thousand updates must be answered in a second, and each call of SQS takes its time.
        """
        most = PACK if fifo or len(envelopes) > PACK_FROM else 1
        packs: list[_Pack] = []
        open_packs: dict[str, _Pack] = {}
        for envelope in envelopes:
            body = self._body(envelope)
            group = digest(envelope.scope, envelope.conversation) if fifo else ""
            current = open_packs.get(group)
            if current is None or len(current.bodies) == most or current.size + len(body) > PACK_BYTES:
                current = open_packs[group] = _Pack(group)
                packs.append(current)
            current.add(body, envelope.id)
        return [each.entry(fifo, again) for each in packs]

    def _body(self, envelope: Envelope) -> str:
        body = envelope.dumps()
        if len(body) > CLAIM_BYTES:
            raw = json.dumps(envelope.payload).encode()
            sha256 = hashlib.sha256(raw).hexdigest()
            key = f"claim/{digest(envelope.id)}-{sha256[:16]}.json"
            self._spill.put(key, raw)
            body = envelope.with_claim({"key": key, "sha256": sha256, "size": len(raw)}).dumps()
        return body

    def _send_once(self, entries: list[Entry]) -> list[Entry]:
        """What was refused, in order; a refused entry holds back the later ones of its group with it."""
        left: list[Entry] = []
        blocked: set[str] = set()
        for batch in _batches(entries):
            tried = [entry for entry in batch if entry.group is None or entry.group not in blocked]
            refused = {id(tried[n]) for n in self._send_batch(tried)} if tried else set()
            blocked |= {entry.group for entry in tried if id(entry) in refused and entry.group is not None}
            left += [entry for entry in batch if id(entry) in refused or entry.group in blocked]
        return left

    def _send_batch(self, batch: list[Entry]) -> set[int]:
        request = []
        for n, entry in enumerate(batch):
            item = {"Id": str(n), "MessageBody": entry.body}
            if entry.group is not None and entry.dedup is not None:
                item |= {"MessageGroupId": entry.group, "MessageDeduplicationId": entry.dedup}
            request.append(item)
        try:
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=request)
        except Exception as error:  # botocore raises many kinds; each means that this batch is not known to be queued
            answer = getattr(error, "response", None) or {}
            self._refused(self.name, str(answer.get("Error", {}).get("Code") or type(error).__name__))
            return set(range(len(batch)))
        return {int(failed["Id"]) for failed in answer.get("Failed", [])}

    def _spill_entries(self, entries: Sequence[Entry]) -> None:
        body = json.dumps([e.as_json() for e in entries]).encode()
        mark = hashlib.sha256(body).hexdigest()[:16]
        self._spill.put(f"spill/{self.name}/{self._clock.now_ms():013d}-{mark}.json", body)


class SqsVisibility:
    """Shows messages again after a time of our choosing; one call for up to ten. client: boto3's sqs client."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def __call__(self, returned: Sequence[tuple[str, int]]) -> None:
        """returned: (receipt handle, seconds from now)."""
        entries = [
            {"Id": str(n), "ReceiptHandle": handle, "VisibilityTimeout": seconds}
            for n, (handle, seconds) in enumerate(returned)
        ]
        self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)


def _batches(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Cut by count and bytes, and before a second entry of a group; bodies are ASCII, so characters are bytes."""
    batches: list[list[Entry]] = []
    size, groups = 0, set[str]()
    for entry in entries:
        is_full = bool(batches) and (len(batches[-1]) == BATCH or size + len(entry.body) > BATCH_BYTES)
        if not batches or is_full or entry.group in groups:
            batches.append([])
            size, groups = 0, set()
        batches[-1].append(entry)
        size += len(entry.body)
        if entry.group is not None:
            groups.add(entry.group)
    return batches
