"""Customers' messages, in order per customer: into the open channel."""

from typing import Any

from ponte.runtime import wiring

_consume = wiring.consumer("whatsapp_to_bitrix24", "whatsapp_events_queue_url")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch in, partial batch response out; see queue/fifo_batch.py and runtime/whatsapp_events.py."""
    return _consume(event, context)
