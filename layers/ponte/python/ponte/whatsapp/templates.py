"""Message templates: what the catalogue says of one, whether it can be sent, and its parameters checked and filled in.

Everything that Meta would refuse with a code of the 132000 family is found here first, before a paid call is made.
Sources: .../whatsapp/business-management-api/message-templates and .../messages/template-messages (read 2026-06).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from ponte.json_bodies import is_too_deep
from ponte.whatsapp.typed_reads import Json, label, mapping, mappings, scalar

MAX_VALUE_CHARS = 1024
MAX_BODY_CHARS = 1024  # of a filled body beside other components; alone it may have MAX_LONE_BODY_CHARS
MAX_LONE_BODY_CHARS = 32_768
MAX_HEADER_CHARS = 60
MAX_COUPON_CHARS = 15
MAX_LINK_CHARS = 2000
MEDIA = ("IMAGE", "VIDEO", "DOCUMENT")  # formats of a header that is a file
SENDABLE = frozenset(("APPROVED", "REINSTATED", "FLAGGED"))  # FLAGGED: sends go on while Meta watches its quality

type Wrong = Literal[
    "missing",
    "status",
    "category",
    "not_supported",
    "count",
    "unknown_name",
    "missing_name",
    "empty",
    "shape",
    "too_long",
    "header",
    "header_image",
    "header_video",
    "header_document",
    "header_lost",
    "button",
]
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}")
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4})?")
_BAD_SHAPE = re.compile(r"[\n\r\t\v\f\u2028\u2029]| {4,}")
_PLAIN_BUTTONS = frozenset(("QUICK_REPLY", "PHONE_NUMBER", "URL", "COPY_CODE", "REQUEST_CONTACT_INFO"))
_KNOWN = frozenset(("HEADER", "BODY", "FOOTER", "BUTTONS"))


class TemplateError(Exception):
    """The template cannot be sent like this. wrong: a stable word; values: what a sentence about it names."""

    def __init__(self, wrong: Wrong, **values: str | int) -> None:
        super().__init__(wrong)
        self.wrong: Wrong = wrong
        self.values = values


@dataclass(frozen=True, slots=True)
class Template:
    """One language of a template. status, category: Meta's words in upper case. components: as Graph gives them.

    named: its parameters have names, else numbers. read_ms: when the catalogue told all of this; 0 = never in full.
    """

    name: str
    language: str
    status: str
    category: str
    components: tuple[Json, ...] = field(default=(), repr=False)
    named: bool = False
    id: str = ""
    quality: str = ""
    read_ms: int = 0

    @property
    def is_sendable(self) -> bool:
        return self.status in SENDABLE


@dataclass(frozen=True, slots=True)
class HeaderFile:
    """A file that lies at Meta. name: what a document is called on the phone."""

    media_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Values:
    """What goes into a template. body: in order; for named parameters "name=value". header: its text, or its file,
    uploaded or by an https link. buttons: from 1, what completes the link, or the coupon code."""

    body: Sequence[str] = ()
    header: str | HeaderFile = ""
    buttons: Mapping[int, str] = field(default_factory=dict)


def is_name(value: str) -> bool:
    return _NAME.fullmatch(value) is not None


def is_language(value: str) -> bool:
    return _LANGUAGE.fullmatch(value) is not None


def read(row: Any, read_ms: int = 0) -> Template | None:
    """A row of GET /{waba_id}/message_templates; None for what is none."""
    if type(row) is not dict or is_too_deep(row):
        return None
    name, language = label(row, "name", 512), label(row, "language", 16)
    if not language:
        language = label(mapping(row, "language"), "code", 16)
    if not is_name(name) or not is_language(language):
        return None
    quality = label(mapping(row, "quality_score"), "score", 32) or label(row, "quality_score", 32)
    return Template(
        name=name,
        language=language,
        status=label(row, "status", 32).upper() or "UNKNOWN",
        category=label(row, "category", 32).upper(),
        components=tuple(mappings(row, "components")),
        named=label(row, "parameter_format", 32).upper() == "NAMED",
        id=scalar(row, "id"),
        quality=quality.upper(),
        read_ms=read_ms,
    )


def choose(found: Sequence[Template], name: str, language: str = "", preferred: str = "pt_BR") -> Template | None:
    """The template of that name and language; without a language the only one, else the preferred one, else none."""
    named = [each for each in found if each.name == name]
    if language:
        return next((each for each in named if each.language == language), None)
    if len(named) == 1:
        return named[0]
    return next((each for each in named if each.language == preferred), None)


def wanted_file(template: Template) -> str:
    """The format of the file that the template wants as its header, one of MEDIA; "" where it wants none."""
    found = next((each for each in template.components if label(each, "type").upper() == "HEADER"), None)
    format_ = label(found, "format").upper() if found else ""
    return format_ if format_ in MEDIA else ""


def fill(template: Template, values: Values) -> list[Json]:
    """The `components` of a send. Raises TemplateError for whatever Meta would refuse."""
    if not template.is_sendable:
        raise TemplateError("status", status=template.status)
    if template.category == "AUTHENTICATION":
        raise TemplateError("not_supported", what="AUTHENTICATION")
    kinds = {label(each, "type").upper(): each for each in template.components}
    if strange := sorted(set(kinds) - _KNOWN):
        raise TemplateError("not_supported", what=strange[0])
    return [
        *_header(kinds.get("HEADER"), values.header, template.named),
        *_body(kinds.get("BODY"), values.body, template.named, alone=len(kinds) == 1),
        *_buttons(kinds.get("BUTTONS"), values.buttons),
    ]


def shown(template: Template, components: Sequence[Json]) -> str:
    """The body as the customer reads it, for whoever wants to see what went out."""
    body = next((each for each in template.components if label(each, "type").upper() == "BODY"), {})
    text = str(body.get("text", ""))
    for component in components:
        if component.get("type") == "body":
            names = variables(text)
            for name, parameter in zip(names, component["parameters"], strict=False):
                text = _put(text, str(parameter.get("parameter_name", name)), str(parameter.get("text", "")))
    return text


def variables(text: str) -> list[str]:
    """The names or numbers of a text's parameters, each once: numbers by their value, names as they appear."""
    found = list(dict.fromkeys(_VARIABLE.findall(text)))
    return sorted(found, key=int) if found and all(each.isdigit() for each in found) else found


def checked(value: str) -> str:
    """A parameter's value. Raises TemplateError: Meta takes neither empty ones nor line breaks, tabs or four blanks."""
    if not value.strip():
        raise TemplateError("empty")
    if _BAD_SHAPE.search(value):
        raise TemplateError("shape")
    if len(value) > MAX_VALUE_CHARS:
        raise TemplateError("too_long", most=MAX_VALUE_CHARS)
    return value


def _put(text: str, name: str, value: str) -> str:
    return re.sub(r"\{\{\s*" + re.escape(name) + r"\s*\}\}", lambda _: value, text)


def _body(component: Json | None, given: Sequence[str], named: bool, *, alone: bool) -> list[Json]:
    text = str(component.get("text", "")) if component else ""
    wanted = variables(text)
    parameters = _named(wanted, given) if named else _numbered(wanted, given)
    for name, parameter in zip(wanted, parameters, strict=True):
        text = _put(text, name, parameter["text"])
    most = MAX_LONE_BODY_CHARS if alone else MAX_BODY_CHARS
    if len(text) > most:
        raise TemplateError("too_long", most=most)
    return [{"type": "body", "parameters": parameters}] if parameters else []


def _numbered(wanted: Sequence[str], given: Sequence[str]) -> list[Json]:
    if len(wanted) != len(given):
        raise TemplateError("count", wanted=len(wanted), given=len(given))
    return [{"type": "text", "text": checked(value)} for value in given]


def _named(wanted: Sequence[str], given: Sequence[str]) -> list[Json]:
    values: dict[str, str] = {}
    for line in given:
        name, separator, value = line.partition("=")
        name = name.strip()
        if not separator or name not in wanted:
            raise TemplateError("unknown_name", name=name[:64], names=", ".join(wanted))
        values[name] = checked(value.strip())
    for name in wanted:
        if name not in values:
            raise TemplateError("missing_name", name=name, names=", ".join(wanted))
    return [{"type": "text", "parameter_name": name, "text": values[name]} for name in wanted]


def _header(component: Json | None, given: str | HeaderFile, named: bool) -> list[Json]:
    format_ = label(component, "format").upper() if component else ""
    if format_ in MEDIA:
        return [{"type": "header", "parameters": [_file(format_, given)]}]
    if isinstance(given, HeaderFile):
        raise TemplateError("header", format=format_ or "-")
    if format_ not in ("", "TEXT"):
        raise TemplateError("not_supported", what=format_)
    text = str(component.get("text", "")) if component else ""
    wanted = variables(text)
    if not wanted:
        if given:
            raise TemplateError("header", format="-")
        return []
    if not given:
        raise TemplateError("header", format="TEXT")
    value = checked(given)
    if len(_put(text, wanted[0], value)) > MAX_HEADER_CHARS:
        raise TemplateError("too_long", most=MAX_HEADER_CHARS)
    parameter: Json = {"type": "text", "text": value}
    if named:
        parameter["parameter_name"] = wanted[0]
    return [{"type": "header", "parameters": [parameter]}]


def _file(format_: str, given: str | HeaderFile) -> Json:
    kind = format_.lower()
    if isinstance(given, HeaderFile):
        filename = {"filename": given.name} if given.name and format_ == "DOCUMENT" else {}
        return {"type": kind, kind: {"id": given.media_id, **filename}}
    if not is_link(given):
        raise TemplateError("header", format=format_)
    return {"type": kind, kind: {"link": given}}


def _buttons(component: Json | None, given: Mapping[int, str]) -> list[Json]:
    buttons = mappings(component, "buttons") if component else []
    filled: list[Json] = []
    wanting = set()
    for index, button in enumerate(buttons):
        kind = label(button, "type").upper()
        if kind not in _PLAIN_BUTTONS:
            raise TemplateError("not_supported", what=kind or "BUTTON")
        if kind != "COPY_CODE" and not (kind == "URL" and variables(str(button.get("url", "")))):
            continue
        wanting.add(index + 1)
        value = given.get(index + 1, "")
        if not value.strip():
            raise TemplateError("button", number=index + 1)
        if kind == "URL":
            parameter: Json = {"type": "text", "text": checked(value)}
        elif len(value) > MAX_COUPON_CHARS:
            raise TemplateError("too_long", most=MAX_COUPON_CHARS)
        else:
            parameter = {"type": "coupon_code", "coupon_code": checked(value)}
        sub_type = "url" if kind == "URL" else "copy_code"
        filled.append({"type": "button", "sub_type": sub_type, "index": str(index), "parameters": [parameter]})
    if extra := sorted(set(given) - wanting):
        raise TemplateError("button", number=extra[0])
    return filled


def is_link(value: str) -> bool:
    """Whether Meta can fetch or show it: an absolute https address without blanks."""
    if len(value) > MAX_LINK_CHARS or not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme == "https" and bool(parts.hostname) and "." in str(parts.hostname)
    except ValueError:
        return False
