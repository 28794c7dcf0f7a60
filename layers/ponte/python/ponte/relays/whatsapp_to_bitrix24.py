"""A customer's WhatsApp message into the open channel.

Right order for a first contact (b24restdocs, imconnector.send.messages; read 2026-11): find or add the CRM contact,
then one `imconnector.send.messages`, which makes user, chat and session; mapping first, so that an operator's quick
answer or an automatic text always finds its way back.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from ponte.bitrix24 import markup
from ponte.digest import digest
from ponte.mappings import Conversation, CrmMode
from ponte.media.store import KeptFile
from ponte.people.phone_numbers import match_set, to_e164
from ponte.relays import customer_state, inbound_media
from ponte.relays.decisions import Decision, Finish, Park, Step, Steps, refused, untold
from ponte.relays.effects import (
    AddContact,
    DeleteInOpenLine,
    FindContact,
    FindMessage,
    MarkRead,
    PostNotice,
    SaveConversation,
    SendToOpenLine,
    UpdateInOpenLine,
)
from ponte.relays.outbound_effects import LetHeldGo
from ponte.whatsapp import describe
from ponte.whatsapp.events import Call, Edit, InboundMessage, Nothing, Reaction, Revoke, SystemChange

MESSAGE_ID_MAX = 100  # Bitrix24 keeps the connector's message id in a varchar(100)
LOOK_UPS = ("find_contact", "find_by_origin")


def message_id(wamid: str) -> str:
    """The id Bitrix24 keeps for a wamid: itself where it fits, else a short one that is always the same."""
    return wamid if len(wamid) <= MESSAGE_ID_MAX else f"wamid.{digest(wamid)}"


def kept_ids(wamid: str) -> tuple[str, ...]:
    """The ids under which a portal may keep the message of a wamid: ours for customers' messages, and for operators'
    what we acknowledged it with, as much as fits."""
    return (wamid,) if len(wamid) <= MESSAGE_ID_MAX else (message_id(wamid), wamid[:MESSAGE_ID_MAX])


def is_whole(kept: str) -> bool:
    """Whether an id that a portal keeps of a message is the very wamid, neither cut nor a short name of ours."""
    return len(kept) < MESSAGE_ID_MAX and re.fullmatch(r"wamid\.[A-Za-z0-9_-]{22}", kept) is None


def opens_nothing(message: InboundMessage) -> bool:
    """Reactions, edits, removals and system events belong to a conversation that is there; they never open one."""
    return isinstance(message.body, Reaction | Edit | Revoke | SystemChange | Nothing)


def may_open_the_window(message: InboundMessage) -> bool:
    """A reaction: Meta says that messages and calls open the customer's window, and of a reaction nothing. So whoever
    reacts lets go what waits for them, and Meta says what becomes of it (docs/decisions/0017)."""
    return isinstance(message.body, Reaction) and bool(message.body.emoji)


def decide(
    message: InboundMessage,
    conversation: Conversation | None,
    crm: CrmMode,
    lang: str,
    steps: Steps,
    *,
    tells_crm: bool = False,
) -> Decision:
    """The next effect for `message`. conversation: None only where the event opens nothing and there was none.
    tells_crm: a customer's new number is added to their CRM contact.

    Where a line must not open a dialog (a reaction, say, in a closed one), it is a system line; a portal that refuses
    those gets it as the customer's own after all: seen is better than tidy.
    """
    if message.group_id:
        return Finish("SKIPPED", "group")
    if isinstance(message.body, Nothing) or not describe.line(message, lang):
        return Finish("SKIPPED", "nothing_to_show")
    if conversation is None or (opens_nothing(message) and not conversation.chat_id):
        return Finish("SKIPPED", "no_conversation", keep=True)
    if not opens_nothing(message) or may_open_the_window(message):
        # First of all: whether Bitrix24 takes the message or not, the customer gets what was written to them.
        for name, held in _let_go(conversation, message.wamid):
            if name not in steps:
                return Step(name, held)
    if (about := spoken_of(message)) and conversation.chat_id and "find" not in steps:
        return Step("find", FindMessage(conversation.chat_id, kept_ids(about), is_patient=opens_nothing(message)))
    if isinstance(message.body, Edit | Revoke):
        change = _in_place(message, conversation, lang, steps)
        if isinstance(change, Step | Finish):
            return change
    quiet = isinstance(message.body, SystemChange) or (opens_nothing(message) and conversation.is_closed)
    if quiet and refused(steps, "notice") is None:
        if "notice" in steps:
            return (customer_state.new_phone(message, conversation, crm, steps) if tells_crm else None) or Finish()
        notice = markup.to_bitrix24(_line(message, conversation, lang, steps))
        return Step("notice", PostNotice(conversation.chat_id, notice))
    return _as_message(message, conversation, crm, lang, steps)


def spoken_of(message: InboundMessage) -> str:
    """The wamid of the earlier message that this one answers, reacts to or changes; "" for none."""
    match message.body:
        case Reaction(message_id=wamid) | Edit(original_id=wamid) | Revoke(original_id=wamid):
            return wamid
        case _:
            return message.reply_to or ""


def _in_place(message: InboundMessage, conversation: Conversation, lang: str, steps: Steps) -> Step | Finish | None:
    """An edit or a removal carried out on the message that the portal shows; None where only a line can tell of it.

    The portal says SUCCESS for ids it does not know, so only what its history shows is changed, and after a removal the
    history is asked again: what is still there is named in the line that follows.
    """
    target = spoken_of(message)
    if "text" not in steps.get("find", {}) and not ("update" in steps or "delete" in steps):
        return None
    named = (conversation.connector, conversation.line, conversation.external, message_id(target))
    if isinstance(message.body, Edit):
        text = describe.edited(message, lang)
        if not text or refused(steps, "update") is not None:
            return None
        return Finish() if "update" in steps else Step("update", UpdateInOpenLine(*named, markup.to_bitrix24(text)))
    if "delete" not in steps:
        return Step("delete", DeleteInOpenLine(*named))
    if "check" not in steps:
        return Step("check", FindMessage(conversation.chat_id, kept_ids(target), is_patient=True))
    return None


def _line(
    message: InboundMessage, conversation: Conversation, lang: str, steps: Steps, *, has_file: bool = False
) -> str:
    """What the operator reads; an ad is told of once in a conversation. has_file: beside the message's own file."""
    if message.referral and ad_of(message) == conversation.ad:
        message = replace(message, referral=None)
    found = steps.get("check", steps.get("find", {}))
    about = describe.excerpt(markup.to_whatsapp(str(found.get("text", "")), signature=False))
    return describe.line(message, lang, about, has_file=has_file)


def _as_message(message: InboundMessage, conversation: Conversation, crm: CrmMode, lang: str, steps: Steps) -> Decision:
    """The customer's own line, in their chat: found or made, with the CRM entity that belongs to it."""
    fetching = inbound_media.fetch(message, lang, steps)
    if fetching is not None:
        return fetching
    first, last = markup.clean_name(conversation.name)
    contact = _contact(conversation, crm, first, last, steps)
    if isinstance(contact, Step):
        return contact
    name = _handed_over(message, conversation, crm, contact, lang, steps)
    if isinstance(name, Step):
        return name
    code = refused(steps, name)
    if code is not None:
        return Park(f"reason.bitrix24.{code}", str(steps[name].get("detail", "")))
    chat_id = str(steps[name].get("chat_id", ""))
    learnt = _learnt(conversation, crm, contact, chat_id)
    if message.referral and ad_of(message) != conversation.ad:
        learnt += (("ad", ad_of(message)),)
    if learnt and "save" not in steps:
        return Step("save", SaveConversation(learnt))
    telling = inbound_media.missing(chat_id, lang, steps)
    if telling is not None:
        return telling
    # Nothing goes back to WhatsApp because of a reaction, an edit or a removal, not even a read mark; a call has none.
    if "mark_read" not in steps and not opens_nothing(message) and not isinstance(message.body, Call):
        return Step("mark_read", MarkRead(message.wamid))
    return _file_owed(message, replace(conversation, chat_id=chat_id), crm, contact, lang, steps)


def _file_owed(
    message: InboundMessage, conversation: Conversation, crm: CrmMode, contact: str, lang: str, steps: Steps
) -> Decision:
    """The end of a message; of one that a redrive brings again, its file before."""
    owed = inbound_media.owed(steps) or untold(steps, "notice_file")
    if owed is not None or inbound_media.LATE not in steps:
        return owed or Finish()
    if refused(steps, inbound_media.LATE) is None and "send_file" not in steps:

        def line(has_file: bool) -> str:
            return _line(message, conversation, lang, steps, has_file=has_file)

        text = markup.to_bitrix24(inbound_media.late_text(line, lang))
        send = _send(message, conversation, crm, text, contact, (KeptFile.of(steps[inbound_media.LATE]),))
        return Step("send_file", replace(send, message_id=f"wamid.{digest(message.wamid, 'file')}"))
    code = refused(steps, "send_file")
    if code is not None and code != inbound_media.TOLD_BY_PORTAL:
        return Park(f"reason.bitrix24.{code}", str(steps["send_file"].get("detail", "")))
    return inbound_media.late_notice(conversation.chat_id, lang, steps) or Finish()


def _let_go(conversation: Conversation, cause: str) -> Iterator[tuple[str, LetHeldGo]]:
    """Each chat of the person in which replies wait for them, by the step's name."""
    own = ((conversation.connector, conversation.line, conversation.external),) if conversation.waiting else ()
    for n, (connector, line, external) in enumerate((*own, *conversation.also_waiting)):
        yield f"let_go{n}", LetHeldGo(conversation.member_id, connector, line, external, cause)


def ad_of(message: InboundMessage) -> str:
    """A short name of the ad or post that led here, "" for none."""
    found = message.referral
    return digest(found.source_type, found.source_id or found.source_url or found.headline) if found else ""


def entity_of(conversation: Conversation, crm: CrmMode) -> str | None:
    """The id of the customer's CRM entity: "" where there is none to have, None where it is not known yet."""
    if crm == "none":
        return ""
    return (conversation.lead_id if crm == "lead" else conversation.contact_id) or None


def _contact(conversation: Conversation, crm: CrmMode, first: str, last: str, steps: Steps) -> Step | str:
    """The step that finds or adds the CRM entity, or its id ("" where there is none to have).

    A refusal here (no CRM rights, say) must not keep the message from the operator: the line does its own CRM search.
    """
    known = entity_of(conversation, crm)
    if known is not None:
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


def _handed_over(
    message: InboundMessage, conversation: Conversation, crm: CrmMode, contact: str, lang: str, steps: Steps
) -> Step | str:
    """The step that hands the message over, or the name of the one that did."""

    def line(has_file: bool) -> str:
        return _line(message, conversation, lang, steps, has_file=has_file)

    name, files, text = "send", inbound_media.files(steps), inbound_media.text(line, lang, steps)
    if "send" in steps and inbound_media.needs_second_try(steps):
        name, files, text = "send_again", (), inbound_media.text_alone(line, lang)
    if name in steps:
        return name
    return Step(name, _send(message, conversation, crm, markup.to_bitrix24(text), contact, files))


def _send(
    message: InboundMessage,
    conversation: Conversation,
    crm: CrmMode,
    text: str,
    contact: str,
    files: tuple[KeptFile, ...],
) -> SendToOpenLine:
    first, last = markup.clean_name(conversation.name)
    return SendToOpenLine(
        connector=conversation.connector,
        line=conversation.line,
        external=conversation.external,
        first_name=first,
        last_name=last,
        phone=to_e164(conversation.wa_id) if conversation.wa_id else "",
        message_id=message_id(message.wamid),
        sent_at=message.sent_at,
        text=text,
        chat_id=conversation.chat_id,
        contact_id=contact,
        disable_crm=crm == "none",
        files=files,
    )


def _learnt(conversation: Conversation, crm: CrmMode, contact: str, chat_id: str) -> tuple[tuple[str, str], ...]:
    learnt = []
    if chat_id and chat_id != conversation.chat_id:
        learnt.append(("chat_id", chat_id))
    field = "lead_id" if crm == "lead" else "contact_id"
    if contact and contact != getattr(conversation, field):
        learnt.append((field, contact))
    return tuple(learnt)
