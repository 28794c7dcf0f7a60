"""A customer's file on its way into the open channel: fetched first, then handed over beside its caption.

Whatever keeps a file from crossing never keeps the message: its caption goes, and says why there is no file. Where it
was our access or a server that was away, the file may still be had: the message is parked once all else of it is done,
and a redrive brings the file alone (steps fetch_late, send_file).
"""

from collections.abc import Callable

from ponte.media.store import KeptFile
from ponte.relays.decisions import Park, Step, Steps, refused
from ponte.relays.effects import PostNotice
from ponte.relays.file_effects import FetchMedia
from ponte.texts import knows
from ponte.texts import text as sentence
from ponte.whatsapp.events import InboundMessage, Media

OWED = frozenset(("no_access", "unreachable"))
"""Why a file was not had that lies at Meta all the same, for seven days."""

TOLD_BY_PORTAL = "message_refused"  # of an element whose text and files both came to nothing

LATE = "fetch_late"

type Line = Callable[[bool], str]
"""What the operator reads, with the file beside it or without."""


def fetch(message: InboundMessage, lang: str, steps: Steps) -> Step | None:
    """The step that brings the message's file here; None where there is none, or it was tried.

    A redrive forgets that it was refused, but not what was handed over without it.
    """
    media = message.body
    if not isinstance(media, Media) or "fetch" in steps or LATE in steps:
        return None
    fallback = sentence(f"file.whatsapp.{'voice' if media.voice else media.kind}", lang)
    fetching = FetchMedia(media.id, media.mime, media.sha256, media.filename, fallback)
    return Step(LATE if "send" in steps else "fetch", fetching)


def files(steps: Steps) -> tuple[KeptFile, ...]:
    """What is handed over beside the text."""
    return (KeptFile.of(steps["fetch"]),) if _has_file(steps) else ()


def text(line: Line, lang: str, steps: Steps) -> str:
    """The text beside the file, or the line that says why there is none."""
    code = refused(steps, "fetch")
    if code is None:
        return line(_has_file(steps))
    return _without_file(line, reason(code, str(steps["fetch"].get("detail", "")), lang), lang)


def needs_second_try(steps: Steps) -> bool:
    """Whether the portal refused the message because it could not fetch its file: it goes again as `text_alone`."""
    return refused(steps, "send") == TOLD_BY_PORTAL and _has_file(steps)


def text_alone(line: Line, lang: str) -> str:
    return _without_file(line, sentence("reason.file.portal_fetch", lang), lang)


def missing(chat_id: str, lang: str, steps: Steps) -> Step | None:
    """Portals drop a file that they cannot fetch without a word; its number in their answer gives it away."""
    sent = steps.get("send", {})
    if not _has_file(steps) or sent.get("files") != 0 or not chat_id or "notice_file" in steps:
        return None
    why = sentence("reason.file.portal_fetch", lang)
    return Step("notice_file", PostNotice(chat_id, sentence("notice.file_not_shown", lang, why=why)))


def owed(steps: Steps) -> Park | None:
    """What a message whose file may still be had ends with."""
    code = refused(steps, LATE if LATE in steps else "fetch")
    return Park("reason.file_owed", code) if code in OWED else None


def late_text(line: Line, lang: str) -> str:
    """The text beside a file that comes after its message."""
    told = sentence("line.whatsapp.file_late", lang)
    return f"{told}\n{caption}" if (caption := line(True)) else told


def late_notice(chat_id: str, lang: str, steps: Steps) -> Step | None:
    """A file that a redrive did not get either, for good, or that the portal did not take then."""
    code = refused(steps, LATE)
    if code is None and refused(steps, "send_file") is None and steps.get("send_file", {}).get("files") != 0:
        return None
    if "notice_file" in steps or not chat_id:
        return None
    why = reason(code or "portal_fetch", str(steps[LATE].get("detail", "")), lang)
    return Step("notice_file", PostNotice(chat_id, sentence("notice.file_not_shown", lang, why=why)))


def reason(code: str, detail: str, lang: str) -> str:
    """Why a file did not cross, in words: ours, or WhatsApp's for its own codes."""
    if code.isdigit():
        return sentence(f"reason.whatsapp.{code}", lang, code=code, detail=detail or "-")
    key = f"reason.file.{code}"
    return sentence(key if knows(key) else "reason.file.default", lang, code=code)


def _without_file(line: Line, why: str, lang: str) -> str:
    return f"{line(False)}\n\n{sentence('line.whatsapp.file_missing', lang, why=why)}"


def _has_file(steps: Steps) -> bool:
    return "fetch" in steps and refused(steps, "fetch") is None
