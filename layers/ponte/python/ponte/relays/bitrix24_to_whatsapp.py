"""An operator's message in the open channel to the customer's phone."""

import re

from ponte.bitrix24 import markup
from ponte.bitrix24.values import OperatorDelete, OperatorEdit, OperatorMessage
from ponte.mappings import Conversation, Line
from ponte.relays.effects import (
    AcknowledgeDelivery,
    Decision,
    Finish,
    Park,
    PostNotice,
    SendText,
    Step,
    Steps,
    refused,
)
from ponte.texts import text as sentence

WINDOW_MS = 24 * 3600 * 1000  # Meta's customer service window
CALLBACK_MAX = 512
PORTAL_SHUT = {"portal_reauth", "portal_disabled", "no_grant", "expired_token", "invalid_token", "no_auth_found"}
_BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_PHONE = re.compile(r"[0-9]{6,15}")


def recipient(conversation: Conversation | None, external: str) -> tuple[str, str]:
    """(to, recipient): the phone, or else the BSUID, to answer. Both "" where nobody can be addressed.

    A chat that another connector opened may carry the address in its external id. Not so in a conversation of ours: if
    it has no address left, the number in its external id may be somebody else's by now.
    """
    if conversation and conversation.wa_id:
        return conversation.wa_id, ""
    if conversation:
        return "", conversation.user_id or conversation.parent_user_id
    if _PHONE.fullmatch(external):
        return external, ""
    if _BSUID.fullmatch(external):
        return "", external
    return "", ""


def callback(event_id: str, part: int) -> str:
    """What travels in `biz_opaque_callback_data`: enough to find the ledger item from any receipt."""
    return f"p1:{part}:{event_id}"


def read_callback(data: str | None) -> tuple[str, int] | None:
    """(event_id, part) of a callback of ours; None for anything else."""
    if not data or len(data) > CALLBACK_MAX:
        return None
    match = re.fullmatch(r"p1:([0-9]{1,3}):(b24\|.+)", data, re.DOTALL)
    return (match[2], int(match[1])) if match else None


def decide(
    event: OperatorMessage, conversation: Conversation | None, line: Line | None, now_ms: int, lang: str, steps: Steps
) -> Decision:
    """The next effect for an operator's message. line: None where it is not ours (any more)."""
    if line is None or not line.phone_number_id:
        return _stop(event, "reason.line_unknown", "", lang, steps)
    body = markup.to_whatsapp(event.text, signature=line.signature)
    # A file without text brings nothing but the operator's name before it: no message of its own.
    parts = markup.split_text(body) if markup.to_whatsapp(event.text, signature=False) else []
    if event.files and "notice_files" not in steps:
        return Step("notice_files", PostNotice(str(event.chat_id), sentence("notice.files_not_sent", lang)))
    if not parts:
        return Finish("SKIPPED", "files_only" if event.files else "empty")
    to, bsuid = recipient(conversation, event.external)
    if not to and not bsuid:
        return _stop(event, "reason.recipient_unknown", "", lang, steps)
    last = conversation.last_inbound_ms if conversation else 0
    if last and now_ms - last >= WINDOW_MS and "send0" not in steps:
        return _stop(event, "reason.whatsapp.131047", "", lang, steps)
    wamids = []
    for part, body_part in enumerate(parts):
        name = f"send{part}"
        if name not in steps:
            return Step(name, SendText(to, bsuid, body_part, part))
        code = refused(steps, name)
        if code is not None:
            return _stop(event, f"reason.whatsapp.{code}", str(steps[name].get("detail", "")), lang, steps)
        wamids.append(str(steps[name]["wamid"]))
    if "ack" not in steps:
        ids = tuple(wamids)
        return Step(
            "ack",
            AcknowledgeDelivery(
                event.connector, event.line, str(event.chat_id), str(event.message_id), event.external, ids
            ),
        )
    code = refused(steps, "ack")
    if code in PORTAL_SHUT:  # sent, but the operator's screen would show its clock for ever: a redrive acknowledges it
        return Park(f"reason.bitrix24.{code}", str(steps["ack"].get("detail", "")))
    return Finish()


def _stop(event: OperatorMessage, reason: str, detail: str, lang: str, steps: Steps) -> Decision:
    """Tell the operator in the chat, then keep the message for a person."""
    if "notice" not in steps and event.chat_id:
        why = sentence(reason, lang, code=reason.rpartition(".")[2], detail=detail)
        return Step("notice", PostNotice(str(event.chat_id), sentence("notice.not_sent", lang, why=why)))
    return Park(reason, detail)


def decide_change(event: OperatorEdit | OperatorDelete, steps: Steps, lang: str) -> Decision:
    """An operator changed or removed a message that WhatsApp already has: it cannot follow; say so once."""
    if "notice" not in steps:
        key = "notice.edit_not_possible" if isinstance(event, OperatorEdit) else "notice.delete_not_possible"
        return Step("notice", PostNotice(str(event.chat_id), sentence(key, lang)))
    return Finish()
