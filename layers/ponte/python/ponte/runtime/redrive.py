"""Sending parked messages on, or dropping them, by a person's word: what the command line and the REST API share.

A parked message is in the ledger only, its envelope with it; redriving puts the envelope on the queue it came through,
as a new delivery for SQS, and the worker goes on after the last step that was certainly done.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ponte.clock import Clock
from ponte.digest import digest
from ponte.queue.envelope import Envelope
from ponte.storage.claims import Claimed
from ponte.storage.ledger import Ledger
from ponte.storage.table import ConditionFailed, Item

LEASE_MS = 60_000  # of the claim under which a message that could not be queued is parked again
type State = Literal["redriven", "not_parked", "not_queued"]


class Queue(Protocol):
    """Where envelopes go (queue.sqs.SqsQueue): sends durably or raises."""

    def send(self, envelopes: Sequence[Envelope], *, fifo: bool, again: str = "") -> int: ...


@dataclass(frozen=True, slots=True)
class Route:
    """A queue by its field of Settings, e.g. "bitrix24_events_queue_url"."""

    field: str
    fifo: bool


WHATSAPP_EVENTS = Route("whatsapp_events_queue_url", fifo=True)
WHATSAPP_STATUSES = Route("whatsapp_statuses_queue_url", fifo=False)
BITRIX24_EVENTS = Route("bitrix24_events_queue_url", fifo=True)
ZATTAR_EVENTS = Route("zattar_events_queue_url", fifo=True)
CHATWOOT_EVENTS = Route("chatwoot_events_queue_url", fifo=True)
_DIRECTIONS = {
    "wa": "inbound",
    "b24": "outbound",
    "zt": "zattar_to_chatwoot",
    "cw": "chatwoot_to_zattar",
}
_BY_SOURCE = {"b24": BITRIX24_EVENTS, "zt": ZATTAR_EVENTS, "cw": CHATWOOT_EVENTS}


@dataclass(frozen=True, slots=True)
class Redriven:
    """What came of one message. not_parked: sent on or dropped meanwhile. not_queued: parked again, as it was."""

    event_id: str
    state: State


def route_of(envelope: Envelope) -> Route:
    """The queue whose worker takes this envelope, as the webhooks chose it."""
    if envelope.source in _BY_SOURCE:
        return _BY_SOURCE[envelope.source]
    return WHATSAPP_STATUSES if envelope.kind == "status" else WHATSAPP_EVENTS


def public_id(row: Mapping[str, Any]) -> str:
    """By what people name a parked message: the digest that its log lines carry ("event"), so that no phone shows."""
    return digest(str(row["event_id"]))


def direction(row: Mapping[str, Any]) -> str:
    """inbound (to the portal), outbound (to the phone), zattar_to_chatwoot or chatwoot_to_zattar."""
    return _DIRECTIONS[str(row["source"])]


def reason_code(row: Item) -> str:
    """The last word of its reason's key: "131047" of "reason.whatsapp.131047"."""
    return str(row.get("reason", "")).rpartition(".")[2]


def choose(rows: Iterable[Item], ids: Sequence[str] = (), reason: str = "") -> list[Item]:
    """The rows of `Ledger.parked` that are meant, in their order (oldest first, so each chat keeps its own).

    ids: public ids, ledger ids or the provider's; () for all. reason: its code or whole key; "" for any.
    """
    wanted = set(ids)
    return [
        row
        for row in rows
        if (not wanted or wanted & {public_id(row), str(row["event_id"]), str(row.get("source_id", ""))})
        and reason in ("", reason_code(row), str(row.get("reason", "")))
    ]


def redrive(
    ledger: Ledger, queue: Callable[[str], Queue], clock: Clock, token: Callable[[], str], rows: Iterable[Item]
) -> list[Redriven]:
    """Send the rows' messages on, one after the other. queue: by the field of Settings. token: new and unique per call.

    A message that neither SQS nor the spill takes is parked again with the reason it had. What interrupts us between
    the two (Ctrl+C too) does the same, then passes on.
    """
    return [Redriven(str(row["event_id"]), _one(ledger, queue, clock, token, row)) for row in rows]


def _one(ledger: Ledger, queue: Callable[[str], Queue], clock: Clock, token: Callable[[], str], row: Item) -> State:
    envelope = ledger.unpark(str(row["event_id"]), clock.now_ms())
    if envelope is None:
        return "not_parked"
    route = route_of(envelope)
    try:
        queue(route.field).send([envelope], fifo=route.fifo, again=token())
    except BaseException as error:
        _park_again(ledger, clock, token(), envelope, row)
        if isinstance(error, Exception):
            return "not_queued"
        raise
    ledger.sent_on(str(row["event_id"]))
    return "redriven"


def _park_again(ledger: Ledger, clock: Clock, owner: str, envelope: Envelope, row: Item) -> None:
    """Back to where it was. A worker that got hold of it meanwhile (the send did go through) keeps it."""
    claim = ledger.claim(envelope, owner, clock.now_ms(), LEASE_MS)
    if not isinstance(claim, Claimed):
        return
    reason, detail = str(row.get("reason", "reason.default")), str(row.get("reason_detail", ""))
    try:
        ledger.park(claim, clock.now_ms(), reason, detail)
    except ConditionFailed:
        return


def drop(ledger: Ledger, clock: Clock, rows: Iterable[Item]) -> list[tuple[str, bool]]:
    """Give the rows' messages up for good: (event id, whether it was still parked), each noted in its trace."""
    return [(str(row["event_id"]), ledger.drop(str(row["event_id"]), clock.now_ms())) for row in rows]
