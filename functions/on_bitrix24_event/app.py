"""Operators' messages, in order per chat: to the customer's phone."""

from typing import Any

from ponte.runtime import wiring

_consume = wiring.consumer("bitrix24_to_whatsapp", "bitrix24_events_queue_url")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch in, partial batch response out; see queue/fifo_batch.py and runtime/bitrix24_events.py."""
    return _consume(event, context)
