"""What happened in Chatwoot: to contacts, in order per contact; in conversations, in order per conversation."""

from typing import Any

from ponte.runtime import wiring

_consume = wiring.consumer("chatwoot_to_zattar", "chatwoot_events_queue_url")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """SQS batch in, partial batch response out; see queue/fifo_batch.py and runtime/office_events.py."""
    return _consume(event, context)
