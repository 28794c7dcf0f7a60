"""What a portal told as a queue's envelope: the same for an event that came by webhook and for one found by healing."""

from ponte.bitrix24 import events
from ponte.bitrix24.values import Event
from ponte.queue.envelope import Envelope


def envelope(member_id: str, event: Event, order: int, now_ms: int) -> Envelope:
    """order: the portal's message id, or the event's time where it has none."""
    return Envelope(
        source="b24",
        scope=member_id,
        source_id=events.source_id(event),
        kind=type(event).__name__,
        conversation=events.conversation(event),
        order=order,
        received_ms=now_ms,
        payload=events.to_payload(event),
    )
