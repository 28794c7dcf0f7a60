"""An operator edits or deletes a message. What still waits is replaced or cancelled; what went out cannot follow."""

from ponte.bitrix24.values import OperatorDelete, OperatorEdit
from ponte.relays.decisions import Decision, Finish, Step, Steps
from ponte.relays.effects import PostNotice
from ponte.relays.outbound_effects import ChangeQueued
from ponte.texts import text as sentence


def decide(event: OperatorEdit | OperatorDelete, is_queued: bool, lang: str, steps: Steps) -> Decision:
    """is_queued: whether the message is known to wait behind this very event, so that nothing was done about it yet."""
    if "change" not in steps:
        text = event.text if isinstance(event, OperatorEdit) else None
        return Step("change", ChangeQueued(event.connector, event.chat_id, event.message_id, text, is_queued))
    match steps["change"].get("state"):
        case "replaced" | "cancelled":
            return Finish()
        case "over":
            return Finish("SKIPPED", "never_sent")
        case "unsure":
            key = "notice.cancelled_unsure"
        case _:
            key = "notice.edit_not_possible" if isinstance(event, OperatorEdit) else "notice.delete_not_possible"
    if "notice" not in steps:
        return Step("notice", PostNotice(event.chat_id, sentence(key, lang)))
    return Finish()
