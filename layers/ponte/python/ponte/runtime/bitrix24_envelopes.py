"""What a portal told as a queue's envelope: the same for an event that came by webhook and for one found by healing."""

from ponte.bitrix24 import events
from ponte.bitrix24.values import (
    AppUninstalled,
    ConnectorSwitchedOff,
    DialogFinished,
    DialogStarted,
    Event,
    LineDeleted,
    OperatorDelete,
    OperatorEdit,
    OperatorMessage,
)
from ponte.queue.envelope import Envelope


def bitrix24_envelope(member_id: str, event: Event, now_ms: int) -> Envelope | None:
    """A portal's event as it travels to its worker; None for what is only counted."""
    match event:
        case OperatorMessage() | OperatorEdit() | OperatorDelete():
            order = int(event.message_id)
        case DialogStarted() | DialogFinished():
            order = int(event.session_id)
        case LineDeleted() | ConnectorSwitchedOff() | AppUninstalled():
            order = event.at
        case _:
            return None
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
