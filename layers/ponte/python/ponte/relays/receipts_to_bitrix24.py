"""WhatsApp receipts shown in Bitrix24: `read` as a reading status, `failed` as one notice with the reason."""

from dataclasses import dataclass

from ponte.bitrix24 import markup
from ponte.relays.decisions import Decision, Finish, Park, Step, Steps, refused
from ponte.relays.effects import FindMessage, NotePreference, PostNotice, ReportReading
from ponte.texts import text as sentence
from ponte.whatsapp.describe import named


@dataclass(frozen=True, slots=True)
class Sent:
    """What the ledger knows of the operator's message that a receipt speaks of."""

    connector: str
    line: int
    chat_id: str
    message_id: str
    external: str
    wamids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why WhatsApp did not deliver it. code, detail: Meta's. aliases, tenant: of the addressee. at: unix seconds."""

    code: str
    detail: str = ""
    aliases: tuple[tuple[str, str], ...] = ()
    tenant: str = ""
    at: int = 0


STOPPED_MARKETING = "131050"


def decide_read(sent: Sent, steps: Steps) -> Decision:
    """The only Bitrix24 call that a `read` receipt causes."""
    if "reading" not in steps:
        return Step(
            "reading",
            ReportReading(sent.connector, sent.line, sent.chat_id, sent.message_id, sent.external, sent.wamids),
        )
    return Finish()


def decide_failed(sent: Sent, failure: Failure, lang: str, steps: Steps) -> Decision:
    """One system line in the right chat; nothing is sent again of its own accord. Who wants no marketing is noted."""
    if failure.code == STOPPED_MARKETING and failure.aliases and "note" not in steps:
        return Step("note", NotePreference(failure.tenant, failure.aliases, False, failure.at))
    if not sent.chat_id:
        return Finish("SKIPPED", "no_chat")
    if "notice" in steps:
        refusal = refused(steps, "notice")
        return Park(f"reason.bitrix24.{refusal}", str(steps["notice"].get("detail", ""))) if refusal else Finish()
    if "find" not in steps:
        return Step("find", FindMessage(sent.chat_id, sent.wamids, sent.message_id, is_patient=True))
    detail = markup.to_bitrix24(failure.detail) or "-"
    why = sentence(f"reason.whatsapp.{failure.code}", lang, code=failure.code, detail=detail)
    about = named(markup.to_whatsapp(str(steps["find"].get("text", "")), signature=False))
    key = "notice.not_delivered_about" if about else "notice.not_delivered"
    return Step("notice", PostNotice(sent.chat_id, sentence(key, lang, why=why, about=markup.to_bitrix24(about))))
