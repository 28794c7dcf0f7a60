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


def operator_message(member_id: str, connector: str, chat_id: int | str, message_id: int | str) -> str:
    """The event id of an operator's message: under which the ledger keeps what became of it."""
    return f"b24|{member_id}|{events.operator_message_id(connector, chat_id, message_id)}"


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
