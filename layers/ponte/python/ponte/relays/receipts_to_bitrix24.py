"""WhatsApp receipts shown in Bitrix24: `read` as a reading status, `failed` as one notice with the reason."""

from dataclasses import dataclass

from ponte.relays.effects import Decision, Finish, PostNotice, ReportReading, Step, Steps
from ponte.texts import text as sentence


@dataclass(frozen=True, slots=True)
class Sent:
    """What the ledger knows of the operator's message that a receipt speaks of."""

    connector: str
    line: int
    chat_id: str
    message_id: str
    external: str
    wamids: tuple[str, ...]


def decide_read(sent: Sent, steps: Steps) -> Decision:
    """The only Bitrix24 call that a `read` receipt causes."""
    if "reading" not in steps:
        return Step(
            "reading",
            ReportReading(sent.connector, sent.line, sent.chat_id, sent.message_id, sent.external, sent.wamids),
        )
    return Finish()


def decide_failed(sent: Sent, code: str, detail: str, lang: str, steps: Steps) -> Decision:
    """One system line in the right chat; nothing is sent again of its own accord."""
    if "notice" not in steps and sent.chat_id:
        why = sentence(f"reason.whatsapp.{code}", lang, code=code, detail=detail)
        return Step("notice", PostNotice(sent.chat_id, sentence("notice.not_delivered", lang, why=why)))
    return Finish()
