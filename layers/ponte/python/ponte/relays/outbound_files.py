"""An operator's files on their way to the phone: fetched from the portal, uploaded to Meta, sent by id, in order.

The text goes as the caption of the first file where that can carry it, else as messages of its own before the files. A
file that cannot be had or sent is named in a notice with the reason; the text and the other files go on.

Steps of file n: file<n>, upload<n>, send<100+n>, and notice_file<n> where it failed. A file keeps its number whatever
becomes of the others, so a redrive that fetches a lost file after all sends none of them twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ponte.bitrix24 import markup
from ponte.bitrix24.values import OperatorFile, OperatorMessage
from ponte.media.limits import MAX_BYTES, MAX_FILES
from ponte.media.names import safe_name
from ponte.media.store import KeptFile
from ponte.relays.decisions import Step, Steps, refused
from ponte.relays.effects import PostNotice, SendText
from ponte.relays.file_effects import FetchFile, SendMedia, UploadMedia
from ponte.relays.inbound_media import reason
from ponte.relays.outbound_effects import SendInteractive, SendReaction, SendTemplate
from ponte.texts import text as sentence
from ponte.whatsapp import media

FIRST_PART = 100  # parts under it are the text's
FILE_PARTS = range(FIRST_PART, FIRST_PART + MAX_FILES)

type Piece = SendText | SendInteractive | SendReaction | SendTemplate


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that lies at Meta. part: by which its receipts find it."""

    part: int
    file: KeptFile
    form: media.Form
    media_id: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A file that will not go. code: of reason.file or reason.whatsapp; stops: the whole message is concerned."""

    step: str
    code: str
    detail: str
    stops: bool


def prepare(event: OperatorMessage, lang: str, steps: Steps, first: int = 0) -> Step | Failed | None:
    """The next step that brings the files to Meta, or tells of one that cannot go; None when all is ready.

    first: 1 where the first file goes as a template's header (template_headers), else 0. Failed: Meta refused an upload
    for a reason that would keep back everything else of the message too.
    """
    for index, file in list(enumerate(event.files[:MAX_FILES]))[first:]:
        step = _prepare_one(event, index, file, lang, steps)
        if step is not None:
            return step
    left = event.files[MAX_FILES:]
    if left and "notice_files" not in steps:
        names = ", ".join(_shown(file, lang) for file in left)
        why = sentence("reason.file.too_many", lang, most=MAX_FILES)
        return Step("notice_files", _notice(event, names, why, lang))
    return None


def ready(event: OperatorMessage, steps: Steps, first: int = 0) -> list[Ready]:
    """Files that wait to be sent or were sent, in order. first: see `prepare`."""
    found = []
    for index in range(first, min(len(event.files), MAX_FILES)):
        if _failure(index, steps) is not None or f"upload{index}" not in steps:
            continue
        file = KeptFile.of(steps[f"file{index}"])
        form = media.form_of(file.mime, file.size, file.traits)
        found.append(Ready(FIRST_PART + index, file, form, str(steps[f"upload{index}"]["media_id"])))
    return found


def arrange(
    to: str, recipient: str, reply_to: str, pieces: Sequence[Piece], files: Sequence[Ready], steps: Steps
) -> list[Step]:
    """All sends of the message in their order. pieces: what the text became, [] for none. reply_to: the quoted wamid.

    What was sent stays as it was sent: once a file is out, the text went before it or with it.
    """
    some_file_is_out = any(f"send{each.part}" in steps for each in files)
    text_has_begun = "send0" in steps
    carrier, caption = None, ""
    if not some_file_is_out and not text_has_begun and files and files[0].form.kind in media.CAPTIONED:
        caption = _caption(pieces)
        carrier = files[0].part if caption else None
    sends = []
    if text_has_begun or (carrier is None and not some_file_is_out):
        sends = [Step(f"send{part}", piece) for part, piece in enumerate(pieces)]
    for number, each in enumerate(files):
        effect = SendMedia(
            to,
            recipient,
            each.form.kind,
            each.media_id,
            each.part,
            caption=caption if each.part == carrier else "",
            filename=each.file.name,
            voice=each.form.voice,
            reply_to=reply_to if number == 0 and not sends else "",
        )
        sends.append(Step(f"send{each.part}", effect))
    return sends


def _caption(pieces: Sequence[Piece]) -> str:
    """The text, where it is one that a file can carry."""
    match pieces:
        case [SendText(body=body)] if len(body) <= media.MAX_CAPTION:
            return body
    return ""


def _prepare_one(
    event: OperatorMessage, index: int, file: OperatorFile, lang: str, steps: Steps
) -> Step | Failed | None:
    failure = _failure(index, steps)
    if failure is not None:
        if failure.stops:
            return failure
        if f"notice_file{index}" in steps:
            return None
        why = reason(failure.code, failure.detail, lang)
        return Step(f"notice_file{index}", _notice(event, _shown(file, lang), why, lang))
    if f"file{index}" not in steps:
        if (file.size or 0) > MAX_BYTES:
            return _too_big(event, index, file, lang, steps)
        fallback = sentence("file.operator", lang)
        return Step(f"file{index}", FetchFile(file.link, file.mime, file.name, fallback, index))
    if f"upload{index}" not in steps:
        kept = KeptFile.of(steps[f"file{index}"])
        return Step(f"upload{index}", UploadMedia(kept, media.form_of(kept.mime, kept.size, kept.traits).mime))
    return None


def _too_big(event: OperatorMessage, index: int, file: OperatorFile, lang: str, steps: Steps) -> Step | None:
    """The portal says so itself: nothing is fetched."""
    if f"notice_file{index}" in steps:
        return None
    why = sentence("reason.file.too_big", lang)
    return Step(f"notice_file{index}", _notice(event, _shown(file, lang), why, lang))


def _failure(index: int, steps: Steps) -> Failed | None:
    for name in (f"file{index}", f"upload{index}", f"send{FIRST_PART + index}"):
        code = refused(steps, name)
        if code is not None:
            stops = name != f"file{index}" and not media.is_about_the_file(code)
            return Failed(name, code, str(steps[name].get("detail", "")), stops)
    return None


def _shown(file: OperatorFile, lang: str) -> str:
    return safe_name(file.name, sentence("file.operator", lang))


def _notice(event: OperatorMessage, name: str, why: str, lang: str) -> PostNotice:
    """The name is a stranger's: it cannot become a tag of the portal's."""
    text = sentence("notice.file_not_sent", lang, name=markup.to_bitrix24(name), why=why)
    return PostNotice(str(event.chat_id), text)
