"""One event on its way from a webhook to its worker: versioned, self-contained, the same for live, healed and replayed.

Stdlib only: the ingress functions import this.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ponte.errors import MalformedEvent

VERSION = 1
_JSON = json.JSONEncoder(separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Envelope:
    """source: "wa" or "b24". scope: phone_number_id or member_id. source_id: the provider's id of the event.

    kind: which relay takes it. conversation: what must stay in order; the FIFO group is made of it. order: the
    provider's own sequence or time. received_ms: when the webhook came, our clock. payload: what the relay reads.
    claim: {"key", "sha256", "size"} where the payload was too big for a queue message and lies in S3; written down
    (on a queue, in the ledger) without it then, whether it has been fetched or not.
    """

    source: str
    scope: str
    source_id: str
    kind: str
    conversation: str
    order: int
    received_ms: int
    payload: dict[str, Any] = field(default_factory=dict)
    tenant: str = ""
    trace: str = ""
    claim: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        """The ledger key of the event: the same for every copy of it, whoever brings it."""
        return f"{self.source}|{self.scope}|{self.source_id}"

    @property
    def short_id(self) -> str:
        """What people look it up by: the wamid, or Bitrix24's message id."""
        return str(self.order) if self.kind == "OperatorMessage" else self.source_id

    def with_payload(self, payload: dict[str, Any]) -> "Envelope":
        """The payload fetched by its claim check, which stays: a ledger item has no room for a big one either."""
        return replace(self, payload=payload)

    def with_claim(self, claim: dict[str, Any]) -> "Envelope":
        return replace(self, payload={}, claim=claim)

    def dumps(self) -> str:
        """JSON in ASCII, so that lone surrogates of hostile texts survive the way through the queue."""
        own = {name: getattr(self, name) for name in self.__slots__}
        if self.claim is not None:
            own["payload"] = {}
        return _JSON.encode({"v": VERSION, "id": self.id, **own})


def pack(dumped: Sequence[str]) -> str:
    """One queue message for several envelopes of one conversation, given as their `dumps`; one alone stays as it is."""
    if len(dumped) == 1:
        return dumped[0]
    return f'{{"v":{VERSION},"pack":[{",".join(dumped)}]}}'


def unpack(text: str) -> list[Envelope]:
    """The envelopes of a queue message, in order. Raises MalformedEvent as `loads` does, for all when one is broken."""
    try:
        tree = json.loads(text)
        if "pack" not in tree:
            return [_read(tree)]
        if tree["v"] != VERSION:
            raise MalformedEvent("v")
        return [_read(fields) for fields in tree["pack"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise MalformedEvent("envelope") from error


def loads(text: str) -> Envelope:
    """The inverse of `dumps`. Raises MalformedEvent for anything else: such a message can only be dead-lettered."""
    try:
        return _read(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise MalformedEvent("envelope") from error


def _read(fields: dict[str, Any]) -> Envelope:
    if fields.pop("v") != VERSION:
        raise MalformedEvent("v")
    fields.pop("id")
    return Envelope(**fields)
