"""WhatsApp's receipts: ranks, reading status, failure notices."""

from typing import Any

from ponte.runtime import wiring

_consume = wiring.consumer("whatsapp_status", "whatsapp_statuses_queue_url")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch in, partial batch response out; see queue/fifo_batch.py and runtime/whatsapp_statuses.py."""
    return _consume(event, context)
