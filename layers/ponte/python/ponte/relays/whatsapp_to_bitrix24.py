"""A customer's WhatsApp message into the open channel.

Right order for a first contact (b24restdocs, imconnector.send.messages; read 2026-11): find or add the CRM contact,
then one `imconnector.send.messages`, which makes user, chat and session; mapping first, so that an operator's quick
answer or an automatic text always finds its way back.
"""

from ponte.bitrix24 import markup
from ponte.digest import digest
from ponte.mappings import Conversation, CrmMode
from ponte.people.phone_numbers import match_set, to_e164
from ponte.relays.effects import (
    AddContact,
    Decision,
    FindContact,
    Finish,
    MarkRead,
    Park,
    PostNotice,
    SaveConversation,
    SendToOpenLine,
    Step,
    Steps,
    refused,
)
from ponte.whatsapp import describe
from ponte.whatsapp.events import Edit, InboundMessage, Nothing, Reaction, Revoke, SystemChange

MESSAGE_ID_MAX = 100  # Bitrix24 keeps the connector's message id in a varchar(100)


def message_id(wamid: str) -> str:
    """The id Bitrix24 keeps for a wamid: itself where it fits, else a short one that is always the same."""
    return wamid if len(wamid) <= MESSAGE_ID_MAX else f"wamid.{digest(wamid)}"


def opens_nothing(message: InboundMessage) -> bool:
    """Reactions, edits, removals and system events belong to a conversation that is there; they never open one."""
    return isinstance(message.body, Reaction | Edit | Revoke | SystemChange | Nothing)


def decide(
    message: InboundMessage, conversation: Conversation | None, crm: CrmMode, lang: str, steps: Steps
) -> Decision:
    """The next effect for `message`. conversation: None only where the event opens nothing and there was none."""
    if message.group_id:
        return Finish("SKIPPED", "group")
    text = describe.line(message, lang)
    if isinstance(message.body, Nothing) or not text:
        return Finish("SKIPPED", "nothing_to_show")
    if conversation is None or (opens_nothing(message) and not conversation.chat_id):
        return Finish("SKIPPED", "no_conversation", keep=True)
    if isinstance(message.body, SystemChange):
        if "notice" not in steps:
            return Step("notice", PostNotice(conversation.chat_id, text))
        return Finish()
    first, last = markup.clean_name(conversation.name)
    contact = _contact(conversation, crm, first, last, steps)
    if isinstance(contact, Step):
        return contact
    if "send" not in steps:
        return Step("send", _send(message, conversation, first, last, text, contact))
    code = refused(steps, "send")
    if code is not None:
        return Park(f"reason.bitrix24.{code}", str(steps["send"].get("detail", "")))
    learnt = _learnt(conversation, crm, contact, str(steps["send"].get("chat_id", "")))
    if learnt and "save" not in steps:
        return Step("save", SaveConversation(learnt))
    # Nothing goes back to WhatsApp because of a reaction, an edit or a removal, not even a read mark.
    if "mark_read" not in steps and not opens_nothing(message):
        return Step("mark_read", MarkRead(message.wamid))
    return Finish()


def _contact(conversation: Conversation, crm: CrmMode, first: str, last: str, steps: Steps) -> Step | str:
    """The step that finds or adds the CRM entity, or its id ("" where there is none to have).

    A refusal here (no CRM rights, say) must not keep the message from the operator: the line does its own CRM search.
    """
    known = conversation.lead_id if crm == "lead" else conversation.contact_id
    if known or crm == "none":
        return known
    phones = tuple(to_e164(p) for p in match_set(conversation.wa_id)) if conversation.wa_id else ()
    if "find_contact" not in steps:
        return Step("find_contact", FindContact(crm, phones if crm == "contact" else (), conversation.external))
    if refused(steps, "find_contact") is not None:
        return ""
    found = steps["find_contact"].get("ids") or []
    if not found and phones and crm == "contact" and conversation.user_id:
        # Whoever first came without a phone has an entity of ours without one.
        if "find_by_origin" not in steps:
            return Step("find_by_origin", FindContact(crm, (), conversation.external))
        found = steps["find_by_origin"].get("ids") or []
    if found:
        return str(found[0])
    if "add_contact" not in steps:
        phone = to_e164(conversation.wa_id) if conversation.wa_id else ""
        return Step("add_contact", AddContact(crm, first, last, phone, conversation.external))
    return str(steps["add_contact"].get("id", ""))


def _send(
    message: InboundMessage, conversation: Conversation, first: str, last: str, text: str, contact: str
) -> SendToOpenLine:
    return SendToOpenLine(
        connector=conversation.connector,
        line=conversation.line,
        external=conversation.external,
        first_name=first,
        last_name=last,
        phone=to_e164(conversation.wa_id) if conversation.wa_id else "",
        message_id=message_id(message.wamid),
        sent_at=message.sent_at,
        text=markup.to_bitrix24(text),
        chat_id=conversation.chat_id,
        contact_id=contact,
    )


def _learnt(conversation: Conversation, crm: CrmMode, contact: str, chat_id: str) -> tuple[tuple[str, str], ...]:
    learnt = []
    if chat_id and chat_id != conversation.chat_id:
        learnt.append(("chat_id", chat_id))
    field = "lead_id" if crm == "lead" else "contact_id"
    if contact and contact != getattr(conversation, field):
        learnt.append((field, contact))
    return tuple(learnt)
