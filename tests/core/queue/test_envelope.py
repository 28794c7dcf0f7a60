"""An envelope's way through the queue and the ledger, big payloads included."""

import pytest

from ponte.errors import MalformedEvent
from ponte.queue.envelope import Envelope, loads

PLAIN = Envelope("wa", "106", "wamid.1", "message", "chat", 1, 1_000, {"text": "\ud800 olá"})
CLAIM = {"key": "claim/x.json", "sha256": "0" * 64, "size": 300_000}


def test_what_was_written_is_read_back() -> None:
    assert loads(PLAIN.dumps()) == PLAIN
    assert PLAIN.dumps().isascii()


def test_a_fetched_payload_is_not_written_down_beside_its_claim_check() -> None:
    """A ledger item holds 400 KB at most: a parked message keeps the reference to S3, and is redriven with it."""
    fetched = loads(PLAIN.with_claim(CLAIM).dumps()).with_payload({"text": "x" * 300_000})
    assert fetched.payload["text"]
    again = loads(fetched.dumps())
    assert (again.payload, again.claim) == ({}, CLAIM)
    assert len(fetched.dumps()) < 1_000


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"v": 2, "id": "x"}', '{"v": 1, "id": "x", "other": 1}'])
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(MalformedEvent):
        loads(text)
