"""An operator's message in the open channel to the customer's phone."""

import re
from collections.abc import Container
from dataclasses import dataclass, replace

from ponte.bitrix24 import markup, quotes
from ponte.bitrix24.values import OperatorMessage
from ponte.mappings import Conversation, Line
from ponte.relays import operator_commands, outbound_files, template_headers, window
from ponte.relays.decisions import Decision, Finish, Park, Step, Steps, refused, untold
from ponte.relays.effects import AcknowledgeDelivery, PostNotice, SendText
from ponte.relays.operator_commands import CommandError, Interactive, PlainText, React, UseTemplate
from ponte.relays.outbound_effects import (
    FindQuoted,
    FindTemplate,
    NoteAsked,
    SendInteractive,
    SendReaction,
    SendTemplate,
)
from ponte.relays.outbound_files import Failed, Piece
from ponte.relays.window import Asking
from ponte.texts import text as sentence
from ponte.whatsapp import templates
from ponte.whatsapp.templates import HeaderFile, TemplateError, Values

CALLBACK_MAX = 512
PORTAL_SHUT = {"portal_reauth", "portal_disabled", "no_grant", "expired_token", "invalid_token", "no_auth_found"}
AUTOMATIC = "0"  # author of what the line itself writes
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


def callback(event_id: str, part: int | str) -> str:
    """What travels in `biz_opaque_callback_data`: enough to find the ledger item from any receipt."""
    return f"p1:{part}:{event_id}"


def read_callback(data: str | None) -> tuple[str, int | str] | None:
    """(event_id, part) of a callback of ours; None for anything else. part: a number, or "template"."""
    if not data or len(data) > CALLBACK_MAX:
        return None
    match = re.fullmatch(r"p1:([0-9]{1,3}|template):(b24\|.+)", data, re.DOTALL)
    return (match[2], int(match[1]) if match[1].isdigit() else match[1]) if match else None


@dataclass(frozen=True, slots=True)
class Reply:
    """What decides beside the message. line: None where it is not ours (any more). asking: what there is to open a shut
    window with. open_step: the send whose fate is unknown, "" for none: it is settled before anything else. came_late:
    the operator changed the message when part of it had gone out."""

    conversation: Conversation | None
    line: Line | None
    now_ms: int
    lang: str
    asking: Asking | None = None
    open_step: str = ""
    came_late: bool = False


def open_step(event: OperatorMessage, lang: str, steps: Steps, reopened: Container[str] = ()) -> str:
    """The send that a crash may have struck, "" for none: holding a reply comes before any send of it, and so do its
    files. reopened: steps that were finished then and are to be done again (Claimed.reopened)."""
    if "hold" in steps:
        return "template" if window.is_asking(steps) else ""
    preparing = outbound_files.prepare(event, lang, steps, 1 if template_headers.is_used(steps) else 0)
    if isinstance(preparing, Step) and preparing.name not in reopened:
        return ""
    return f"send{len(sent_wamids(steps))}"


def sent_wamids(steps: Steps) -> tuple[str, ...]:
    """What of a message went out, in the order of its parts."""
    sends = {name.removeprefix("send"): outcome for name, outcome in steps.items() if "wamid" in outcome}
    parts = sorted(int(part) for part in sends if part.isdigit())
    return tuple(str(sends[str(part)]["wamid"]) for part in parts)


def decide(event: OperatorMessage, reply: Reply, steps: Steps) -> Decision:
    """The next effect for an operator's message."""
    conversation, line, lang = reply.conversation, reply.line, reply.lang
    if line is None or not line.phone_number_id:
        return _stop(event, "reason.line_unknown", "", lang, steps)
    quoted = quotes.find(event.text)
    if quoted and quoted.chat_id == event.chat_id and "quote" not in steps:
        return Step("quote", FindQuoted(event.connector, event.chat_id, quoted.message_id))
    reply_to = str(steps.get("quote", {}).get("wamid", ""))
    text = quoted.answer if quoted and (reply_to or _is_command(quoted.answer)) else event.text
    address = recipient(conversation, event.external)
    try:
        pieces = _pieces(event, text, reply, address, reply_to, steps)
    except (CommandError, TemplateError) as error:
        return _refuse(event, error, lang, steps)
    if not isinstance(pieces, list):
        return pieces
    if not pieces and not event.files:
        return Finish("SKIPPED", "empty")
    if address == ("", ""):
        return _stop(event, "reason.recipient_unknown", "", lang, steps)
    return _send(event, pieces, reply, address, reply_to, steps)


def _send(
    event: OperatorMessage,
    pieces: list[Piece],
    reply: Reply,
    address: tuple[str, str],
    reply_to: str,
    steps: Steps,
) -> Decision:
    """Piece after piece, file after file; free ones only into an open window, and all acknowledged together."""
    conversation, lang = reply.conversation, reply.lang

    def shut() -> Decision:
        if conversation is None:
            return _stop(event, f"reason.whatsapp.{window.SHUT}", "", lang, steps)
        return window.decide_shut(reply.asking, conversation, address, event.chat_id, reply.now_ms, lang, steps)

    if reply.open_step == "template" and window.is_asking(steps):
        return shut()
    # Sends go in order, so a send of unknown fate is always the first one that is missing.
    waits = window.is_shut(conversation, reply.now_ms) and not reply.open_step.startswith("send")
    by_hand = any(isinstance(piece, SendTemplate) for piece in pieces)
    if waits and not sent_wamids(steps) and not by_hand:
        return shut()  # before a file is fetched for nothing
    first = 1 if by_hand and template_headers.is_used(steps) else 0
    preparing = outbound_files.prepare(event, lang, steps, first)
    if isinstance(preparing, Step):
        return preparing
    if preparing is not None:
        return _stop(event, f"reason.whatsapp.{preparing.code}", preparing.detail, lang, steps)
    asks = by_hand and "asked" not in steps and window.counts_as_asking(conversation, reply.now_ms)
    wamids: list[str] = []
    files = outbound_files.ready(event, steps, first)
    for send in outbound_files.arrange(*address, reply_to, pieces, files, steps):
        if send.name not in steps:
            if asks and wamids:
                break
            return shut() if waits and not isinstance(send.effect, SendTemplate) else send
        code = refused(steps, send.name)
        if code == window.SHUT:
            return shut()
        if code is not None:
            return _stop(event, f"reason.whatsapp.{code}", str(steps[send.name].get("detail", "")), lang, steps)
        wamids.append(str(steps[send.name]["wamid"]))
    if not wamids:
        return Finish("SKIPPED", "files_only")
    if asks:
        return Step("asked", NoteAsked())
    return _tell(event, wamids, reply, steps)


def _tell(event: OperatorMessage, wamids: list[str], reply: Reply, steps: Steps) -> Decision:
    """What Bitrix24 and its operator are to know of a message that went out."""
    if "ack" not in steps:
        named = (event.connector, event.line, event.chat_id, event.message_id, event.external)
        return Step("ack", AcknowledgeDelivery(*named, tuple(wamids)))
    code = refused(steps, "ack")
    if code in PORTAL_SHUT:  # sent, but the operator's screen would show its clock for ever: a redrive acknowledges it
        return Park(f"reason.bitrix24.{code}", str(steps["ack"].get("detail", "")))
    if reply.came_late and "notice_late" not in steps:
        return Step("notice_late", PostNotice(event.chat_id, sentence("notice.edit_not_possible", reply.lang)))
    return untold(steps, "notice_file") or untold(steps, "notice_late") or Finish()


def _pieces(
    event: OperatorMessage, text: str, reply: Reply, address: tuple[str, str], reply_to: str, steps: Steps
) -> list[Piece] | Decision:
    """What is to be sent, or what has to come first. Raises CommandError, TemplateError."""
    plain = markup.to_whatsapp(text, signature=False)
    if not plain:  # a file without text brings nothing but the operator's name before it: no message of its own
        return []
    signed = markup.to_whatsapp(text, signature=bool(reply.line and reply.line.signature))
    greeting = signed.removesuffix(plain)
    command = PlainText(plain) if event.author_id == AUTOMATIC else operator_commands.parse(plain, greeting)
    to, bsuid = address
    match command:
        case PlainText(body):
            parts = markup.split_text(greeting + body)
            return [SendText(to, bsuid, part, number, "" if number else reply_to) for number, part in enumerate(parts)]
        case Interactive(content):
            return [SendInteractive(to, bsuid, content, reply_to=reply_to)]
        case React(emoji):
            if not reply_to:
                raise CommandError("reaction_to_nothing")
            return [SendReaction(to, bsuid, reply_to, emoji)]
        case UseTemplate():
            return _template(event, command, reply, address, reply_to, steps)


def _is_command(text: str) -> bool:
    """Of an answer whose quote nobody can place: a command stays one, and never reaches a customer as text."""
    return operator_commands.is_command(markup.to_whatsapp(text, signature=False))


def _template(
    event: OperatorMessage,
    command: UseTemplate,
    reply: Reply,
    address: tuple[str, str],
    reply_to: str,
    steps: Steps,
) -> list[Piece] | Decision:
    """A template by an operator's own choice, of any category, as Graph knows it now."""
    to, bsuid = address
    if "send0" in steps:  # done, or refused: what the catalogue says by now changes nothing
        return [SendTemplate(to, bsuid, command.name, command.language, ())]
    if reply.asking is None:
        raise TemplateError("missing")
    if "catalogue" not in steps:
        return Step("catalogue", FindTemplate(reply.asking.number.waba_id, command.name))
    code = refused(steps, "catalogue")
    if code is not None:
        return _stop(event, f"reason.whatsapp.{code}", str(steps["catalogue"].get("detail", "")), reply.lang, steps)
    found = templates.choose(window.listed(steps["catalogue"]), command.name, command.language)
    if found is None:
        raise TemplateError("missing")
    name, given = reply.conversation.name if reply.conversation else "", command.values
    values = Values(window.personal(given.body, name, reply.lang), given.header, given.buttons)
    format_ = templates.wanted_file(found)
    if event.files and format_ and not given.header:
        templates.fill(
            found, replace(values, header=HeaderFile("?"))
        )  # what is typed wrong is told before any transfer
        file = template_headers.prepare(event, format_, reply.lang, steps)
        if isinstance(file, Step):
            return file
        if isinstance(file, Failed):
            return _stop(event, f"reason.whatsapp.{file.code}", file.detail, reply.lang, steps)
        values = replace(values, header=file)
    elif template_headers.is_used(steps):  # by now the template wants no file any more
        raise TemplateError("header", format=format_ or "-")
    components = tuple(templates.fill(found, values))
    return [SendTemplate(to, bsuid, found.name, found.language, components, reply_to=reply_to, category=found.category)]


def _refuse(event: OperatorMessage, error: CommandError | TemplateError, lang: str, steps: Steps) -> Decision:
    """What was typed cannot be sent: say why, once. The operator types it again, so nothing is kept."""
    if "notice" not in steps:
        if isinstance(error, TemplateError):
            why = window.wrong(error, lang)
        else:
            why = sentence(f"command.{error.key}", lang, **error.values)
        return Step("notice", PostNotice(event.chat_id, sentence("notice.command_refused", lang, why=why)))
    return Finish("SKIPPED", "command_refused")


def _stop(event: OperatorMessage, reason: str, detail: str, lang: str, steps: Steps) -> Decision:
    return window.stop(event.chat_id, reason, detail, lang, steps)
