"""What happened to people in Zattar, in order per person: to their contacts in Chatwoot."""

from typing import Any

from ponte.runtime import wiring

_consume = wiring.consumer("zattar_to_chatwoot", "zattar_events_queue_url")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch in, partial batch response out; see queue/fifo_batch.py and runtime/office_events.py."""
    return _consume(event, context)
