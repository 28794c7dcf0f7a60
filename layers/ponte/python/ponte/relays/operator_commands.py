"""What operators type to send more than text: the first line names it. Pure; documented in docs/operadores.md.

    /modelo name [language]         a template; a line for each parameter, "nome=value" for named ones
    /botoes                         a text and up to three lines "- title"
    /lista [label]                  a text and up to ten lines "- title | description", perhaps under "# section"
    /link label address             a text under which one button opens the address
    /reagir [emoji]                 typed as the answer to a message: an emoji on it; without one it is taken away

`cabecalho=` and `rodape=` lines are the header and the footer, `botao1=` what a template's first button wants. A first
line that begins with "//" is text: it goes out with one slash less. Limits: WhatsApp's, .../messages/interactive-* and
.../template-messages (read 2026-06); whatever is over them is refused here, with a sentence for the operator.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ponte.whatsapp import templates

type Json = dict[str, Any]

MAX_BUTTONS = 3
MAX_TITLE = 20
MAX_ROWS = 10
MAX_ROW_TITLE = 24
MAX_ROW_DESCRIPTION = 72
MAX_LABEL = 20
MAX_HEADER = 60
MAX_FOOTER = 60
MAX_BODY = 1024
MAX_EMOJI = 16  # code points; a family with skin tones has 11
MAX_LIST_BODY = 4096
DEFAULT_LABEL = "Ver opções"
_WORD = re.compile(r"/([^\W\d_]+)(?:[ \t]+(.*))?")
_KEY = re.compile(r"(cabecalho|cabeçalho|rodape|rodapé|botao ?[0-9]{1,2}|botão ?[0-9]{1,2})[ \t]*=(.*)", re.IGNORECASE)


class CommandError(Exception):
    """What was typed cannot be sent. key: of the sentence "command.<key>"; values: what it names."""

    def __init__(self, key: str, **values: str | int) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class UseTemplate:
    """language: "" for the only one there is, or the account's usual one."""

    name: str
    language: str
    values: templates.Values


@dataclass(frozen=True, slots=True)
class Interactive:
    """content: the `interactive` object of a send."""

    content: Json = field(repr=False)


@dataclass(frozen=True, slots=True)
class React:
    """emoji: "" takes our reaction away. To which message, the quote says."""

    emoji: str


@dataclass(frozen=True, slots=True)
class PlainText:
    body: str = field(repr=False)


type Command = UseTemplate | Interactive | React | PlainText


def parse(text: str, greeting: str = "") -> Command:
    """What an operator wants sent. text: as WhatsApp text, without the operator's name. greeting: what goes before the
    text of an interactive message (the operator's name, where the line shows it).

    Raises CommandError, and nothing else.
    """
    first, _, rest = text.partition("\n")
    if first.startswith("//"):
        return PlainText(text[1:])
    found = _WORD.fullmatch(first.strip())
    if not found:
        return PlainText(text)
    word = _plain(found[1])
    read = _COMMANDS.get(word)
    if read is None:
        near = difflib.get_close_matches(word, _COMMANDS, n=1, cutoff=0.7)
        if near:
            raise CommandError("unknown", word=found[1][:32], near=near[0])
        return PlainText(text)
    lines = [line.strip() for line in rest.split("\n")]
    return read((found[2] or "").strip(), lines, greeting)


def is_command(text: str) -> bool:
    """Whether `parse` takes it for one, be it typed right or wrong."""
    try:
        return not isinstance(parse(text), PlainText)
    except CommandError:
        return True


def _plain(word: str) -> str:
    """Lower case without accents: "/Botões" is "/botoes"."""
    split = unicodedata.normalize("NFD", word.casefold())
    return "".join(each for each in split if not unicodedata.combining(each))


@dataclass(slots=True)
class _Parts:
    """The lines of a command by what they are. keys: header, footer and buttons; other: all the rest, in order."""

    keys: dict[str, str] = field(default_factory=dict)
    other: list[str] = field(default_factory=list)

    @property
    def buttons(self) -> dict[int, str]:
        return {int(key[5:]): value for key, value in self.keys.items() if key.startswith("botao")}

    @property
    def body(self) -> str:
        return "\n".join(self.other).strip()


def _sorted(lines: Sequence[str]) -> _Parts:
    parts = _Parts()
    for line in lines:
        found = _KEY.fullmatch(line)
        if not found:
            parts.other.append(line)
            continue
        key = _plain(found[1]).replace(" ", "")
        if key in parts.keys:
            raise CommandError("twice", word=key)
        parts.keys[key] = found[2].strip()
    return parts


def _template(arguments: str, lines: Sequence[str], _greeting: str) -> Command:
    words = arguments.split()
    if not 1 <= len(words) <= 2:
        raise CommandError("template_name")
    name, language = words[0].lower(), (words[1].replace("-", "_") if len(words) == 2 else "")
    if not templates.is_name(name):
        raise CommandError("template_name")
    if language and not templates.is_language(language):
        raise CommandError("template_language", word=language[:16])
    parts = _sorted([line for line in lines if line])
    if "rodape" in parts.keys:
        raise CommandError("not_here", word="rodape")
    values = templates.Values(tuple(parts.other), parts.keys.get("cabecalho", ""), parts.buttons)
    return UseTemplate(name, language, values)


def _buttons(arguments: str, lines: Sequence[str], greeting: str) -> Command:
    if arguments:
        raise CommandError("buttons_line")
    rows, rest = _rows(lines)
    parts = _interactive_parts(rest)
    titles = [_within(row[1:].strip(), MAX_TITLE, "button_title") for row in rows]
    if not titles or len(titles) > MAX_BUTTONS:
        raise CommandError("buttons_count", most=MAX_BUTTONS)
    _all_different(titles)
    replies = [{"type": "reply", "reply": {"id": f"b{n}", "title": title}} for n, title in enumerate(titles, 1)]
    return Interactive(_content("button", parts, greeting, MAX_BODY, {"buttons": replies}))


def _list(arguments: str, lines: Sequence[str], greeting: str) -> Command:
    label = _within(arguments or DEFAULT_LABEL, MAX_LABEL, "list_label")
    rows, rest = _rows(lines, "-#")
    parts = _interactive_parts(rest)
    sections: list[Json] = []
    count = 0
    for row in rows:
        if row[0] == "#":
            sections.append({"title": _within(row[1:].strip(), MAX_ROW_TITLE, "section_title"), "rows": []})
            continue
        count += 1
        if not sections:
            sections.append({"rows": []})
        title, _, description = (part.strip() for part in row[1:].partition("|"))
        entry = {"id": f"r{count}", "title": _within(title, MAX_ROW_TITLE, "row_title")}
        if description:
            entry["description"] = _within(description, MAX_ROW_DESCRIPTION, "row_description")
        sections[-1]["rows"].append(entry)
    if not 1 <= count <= MAX_ROWS:
        raise CommandError("rows_count", most=MAX_ROWS)
    if not all(section["rows"] for section in sections):
        raise CommandError("section_empty")
    if len(sections) > 1 and not all("title" in section for section in sections):
        raise CommandError("section_title_missing")
    _all_different([row["title"] for section in sections for row in section["rows"]])
    return Interactive(_content("list", parts, greeting, MAX_LIST_BODY, {"button": label, "sections": sections}))


def _link(arguments: str, lines: Sequence[str], greeting: str) -> Command:
    label, _, address = arguments.rpartition(" ")
    if not label.strip() or not templates.is_link(address):
        raise CommandError("link_line")
    parts = _interactive_parts(lines)
    parameters = {"display_text": _within(label.strip(), MAX_LABEL, "link_label"), "url": address}
    return Interactive(_content("cta_url", parts, greeting, MAX_BODY, {"name": "cta_url", "parameters": parameters}))


def _reaction(emoji: str, lines: Sequence[str], _greeting: str) -> Command:
    if any(lines) or not (emoji == "" or _is_emoji(emoji)):
        raise CommandError("reaction_line")
    return React(emoji)


def _is_emoji(text: str) -> bool:
    """Something like one picture, however many characters it is made of; which ones there are, Meta knows."""
    signs = [each for each in text if each > "\u00ff" and unicodedata.category(each) in ("So", "Sk", "Me")]
    return bool(signs) and len(text) <= MAX_EMOJI and not any(each.isalpha() or each.isspace() for each in text)


def _rows(lines: Sequence[str], marks: str = "-") -> tuple[list[str], list[str]]:
    """The lines that begin with a mark, and the others."""
    rows = [line for line in lines if line and line[0] in marks]
    return rows, [line for line in lines if not (line and line[0] in marks)]


def _interactive_parts(lines: Sequence[str]) -> _Parts:
    parts = _sorted(lines)
    if parts.buttons:
        raise CommandError("not_here", word="botao")
    return parts


def _content(kind: str, parts: _Parts, greeting: str, most: int, action: Json) -> Json:
    if not parts.body:
        raise CommandError("body_missing")
    body = greeting + parts.body
    if len(body) > most:
        raise CommandError("body_long", most=most)
    content: Json = {"type": kind}
    if header := parts.keys.get("cabecalho"):
        content["header"] = {"type": "text", "text": _within(header, MAX_HEADER, "header")}
    content["body"] = {"text": body}
    if footer := parts.keys.get("rodape"):
        content["footer"] = {"text": _within(footer, MAX_FOOTER, "footer")}
    content["action"] = action
    return content


def _within(text: str, most: int, what: str) -> str:
    if not text:
        raise CommandError(f"{what}_missing")
    if len(text) > most:
        raise CommandError(f"{what}_long", most=most, text=text[:40])
    return text


def _all_different(titles: Sequence[str]) -> None:
    seen = set()
    for title in titles:
        if title.casefold() in seen:
            raise CommandError("same_title", text=title)
        seen.add(title.casefold())


_COMMANDS: dict[str, Callable[[str, Sequence[str], str], Command]] = {
    **dict.fromkeys(("modelo", "template"), _template),
    **dict.fromkeys(("botoes", "buttons"), _buttons),
    **dict.fromkeys(("lista", "list"), _list),
    "link": _link,
    **dict.fromkeys(("reagir", "react"), _reaction),
}
