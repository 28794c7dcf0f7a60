"""An operator's file as the header of the template that they typed with it: fetched, looked at, uploaded, sent by id.

A template is paid for, so whatever is wrong with the file is told before, and nothing goes out. Only the first file can
be the header; the others go after the template, as files do.

Steps: header_file (portal -> bucket), header_upload (bucket -> Meta). They are not named like those of the other files
(outbound_files), so that it stays known which way the first file went.
"""

from ponte.bitrix24 import markup
from ponte.bitrix24.values import OperatorFile, OperatorMessage
from ponte.media.limits import MAX_BYTES
from ponte.media.names import safe_name
from ponte.media.store import KeptFile
from ponte.relays.decisions import Step, Steps, refused
from ponte.relays.file_effects import FetchFile, UploadMedia
from ponte.relays.inbound_media import reason
from ponte.relays.outbound_files import Failed
from ponte.texts import text as sentence
from ponte.whatsapp import media
from ponte.whatsapp.templates import HeaderFile, TemplateError, Wrong

FETCHED, UPLOADED = "header_file", "header_upload"
_MISFITS: dict[str, Wrong] = {"IMAGE": "header_image", "VIDEO": "header_video", "DOCUMENT": "header_document"}


def is_used(steps: Steps) -> bool:
    """Whether the message's first file is (to be) the header of its template."""
    return UPLOADED in steps and refused(steps, UPLOADED) is None


def prepare(event: OperatorMessage, format_: str, lang: str, steps: Steps) -> Step | Failed | HeaderFile:
    """The next step that brings the first file to Meta, or the file as it lies there.

    format_: the template's, one of templates.MEDIA. Failed: Meta refused the upload for a reason that is not the
    file's. Raises TemplateError where the file cannot be had or does not fit.
    """
    file = event.files[0]
    if FETCHED not in steps:
        if (file.size or 0) > MAX_BYTES:
            raise _lost(file, "too_big", "", lang)
        return Step(FETCHED, FetchFile(file.link, file.mime, file.name, sentence("file.operator", lang), 0))
    code = refused(steps, FETCHED)
    if code is not None:
        raise _lost(file, code, str(steps[FETCHED].get("detail", "")), lang)
    kept = KeptFile.of(steps[FETCHED])
    mime = media.header_mime(format_, kept.mime, kept.size, kept.traits)
    if not mime:
        raise TemplateError(_MISFITS[format_], name=markup.to_bitrix24(kept.name))
    if UPLOADED not in steps:
        return Step(UPLOADED, UploadMedia(kept, mime))
    code = refused(steps, UPLOADED)
    if code is None:
        return HeaderFile(str(steps[UPLOADED]["media_id"]), kept.name)
    detail = str(steps[UPLOADED].get("detail", ""))
    if media.is_about_the_file(code):
        raise _lost(file, code, detail, lang)
    return Failed(UPLOADED, code, detail, stops=True)


def _lost(file: OperatorFile, code: str, detail: str, lang: str) -> TemplateError:
    name = safe_name(file.name, sentence("file.operator", lang))
    return TemplateError("header_lost", name=markup.to_bitrix24(name), why=reason(code, detail, lang))
