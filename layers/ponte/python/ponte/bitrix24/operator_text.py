"""What an operator wrote (BBCode of the messenger) as WhatsApp text. Linear in the length, whatever the nesting.

    [b] [i] [s]                *x* _x_ ~x~, line by line, blanks kept outside the markers; [u] is dropped
    [url=href]label[/url]      label (href); the label alone when it is the address, or the link leads into the portal
    [code]                     ```x```, nothing in it is read as markup
    [quote], lines with >>     lines with "> "
    reply block                the lines between two fences of 54 hyphens, with "> "; the date of its first line dropped
    [br]                       line break
    [user=..] [chat=..] [send=..] [put=..] [call=..] [pch=..] [img] [size=..] ...      their inner text
    [icon .. title=x]          its title; [disk=..] and [attach=..] are dropped: files come beside the text
    :f09f9880:                 the emoji with these UTF-8 bytes

A code that is unknown or never closed is left as it stands (unknown) or ends with the text (unclosed).
Source: bitrix24/b24restdocs, chats/messages/formatting.md (read 2026-11).
"""

import re
from functools import lru_cache

SIGNATURE = re.compile(r"\[b\](?P<name>[^\[\]\n]{1,200}):\[/b\](?: ?\[br\] ?| \Z)", re.IGNORECASE)
_TAG = re.compile(r"\[(?P<close>/?)(?P<name>[a-z]{1,10})(?P<value>[= ][^\[\]\n]*)?\]", re.IGNORECASE)
_CODE_END = re.compile(r"\[/code\]", re.IGNORECASE)
_EMOJI = re.compile(r":(f[0-7][0-9a-f]{6}):", re.IGNORECASE)
_ICON_TITLE = re.compile(r"\btitle=([^=\]]*?)(?: \w+=|$)")
_UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_BLANKS = re.compile(r"(\s+)")
_REPLY_HEAD = re.compile(r"([^\[\]]+) \[[^\[\]0-9]*[0-9][^\[\]]*\](?: #\S+)?")
_LINK = re.compile(r"(?:https?://|mailto:|tel:|www\.)\S", re.IGNORECASE)

_STYLES = {"b": "*", "i": "_", "s": "~"}
_INNER_TEXT_ONLY = frozenset(
    (
        *("u", "user", "chat", "send", "put", "call", "pch", "context", "timestamp"),
        *("img", "size", "color", "font", "left", "center", "right", "p", "list"),
    )
)
_DROPPED = frozenset({"disk", "attach"})
_WITH_BLANK = frozenset({"icon", "img"})  # [img size=small], [icon src title=x]: the only ones written with a blank
_FENCE = "-" * 54
_QUOTE_ON, _QUOTE_OFF = "\x01", "\x02"  # lines of our own; no such character is left in the input


@lru_cache(maxsize=32)  # a relay asks again after every effect of a message, and a batch is ten messages
def to_whatsapp(text: str, *, signature: bool) -> str:
    """The operator's text for WhatsApp, without blanks around it; "" when nothing is left to send.

    signature: whether the line shows customers who writes. The name that the portal puts before the text
    ("[b]Ana:[/b] [br]", in edits "[b]Ana:[/b][br] ", before files without text "[b]Ana:[/b] " and nothing more) then
    becomes a bold first line, else it is removed. The messenger turns an operator's own [br] into a line break and
    trims what is typed, so that none of the three forms is an operator's own bold line.
    """
    name = ""
    found = SIGNATURE.match(text)
    if found:
        text = text[found.end() :]
        name = found["name"].replace("*", "").strip() if signature else ""
    body = _quoted_lines(_Writer().render(_decode_emoji(_UNREADABLE.sub("", text)))).strip()
    return f"*{name}:*\n{body}".rstrip() if name else body


def _decode_emoji(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        try:
            return bytes.fromhex(match[1]).decode()
        except UnicodeDecodeError:
            return match[0]

    return _EMOJI.sub(character, text)


class _Writer:
    """Renders runs of text with a set of styles; markers open and close as a stack and never span a line's end."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.blanks = ""
        self.open: list[str] = []
        self.wanted: dict[str, int] = dict.fromkeys(_STYLES, 0)  # how many unclosed tags ask for the style
        self.href: str | None = None
        self.label: list[str] = []

    def render(self, text: str) -> str:
        if "[" not in text:  # nothing to render, as in most of what people write
            return text
        position = 0
        has_code_end = True
        while found := _TAG.search(text, position):
            self.text(text[position : found.start()])
            position = found.end()
            name, value = found["name"].lower(), found["value"] or ""
            if name == "code" and not found["close"] and has_code_end:
                end = _CODE_END.search(text, position)
                has_code_end = end is not None
                if end:
                    self.word(f"```{text[position : end.start()]}```")
                    position = end.end()
                continue
            self.tag(found[0], name, value, opening=not found["close"])
        self.text(text[position:])
        self.close_link()
        self.close_markers(0)
        return "".join(self.out) + self.blanks

    def tag(self, raw: str, name: str, value: str, *, opening: bool) -> None:
        if value.startswith(" ") and name not in _WITH_BLANK:
            self.text(raw)
        elif name in _STYLES:
            self.wanted[name] = self.wanted[name] + 1 if opening else max(0, self.wanted[name] - 1)
        elif name == "url":
            self.close_link()
            if opening:
                self.href, self.label = value[1:].strip(" \"'"), []
        elif name == "br":
            self.text("\n")
        elif name == "quote":
            self.text(f"\n{_QUOTE_ON if opening else _QUOTE_OFF}\n")
        elif name == "icon":
            title = _ICON_TITLE.search(value)
            self.text(title[1].strip() if title else "")
        elif name not in _INNER_TEXT_ONLY and name not in _DROPPED and name != "code":
            self.text(raw)

    def text(self, text: str) -> None:
        if not text:
            return
        if self.href is not None:
            self.label.append(text)
        for part in _BLANKS.split(text):
            if not part:
                continue
            if part.isspace():
                self.blanks += part
            else:
                self.word(part)

    def word(self, word: str) -> None:
        """Put one unbroken word, after moving the open markers to what is wanted now."""
        if word in {_QUOTE_ON, _QUOTE_OFF} or "\n" in self.blanks:
            self.close_markers(0)
        else:
            keep = 0
            while keep < len(self.open) and self.wanted[self.open[keep]]:
                keep += 1
            self.close_markers(keep)
        self.out.append(self.blanks)
        self.blanks = ""
        if word not in {_QUOTE_ON, _QUOTE_OFF}:
            for style, count in self.wanted.items():
                if count and style not in self.open:
                    self.out.append(_STYLES[style])
                    self.open.append(style)
        self.out.append(word)

    def close_markers(self, keep: int) -> None:
        while len(self.open) > keep:
            self.out.append(_STYLES[self.open.pop()])

    def close_link(self) -> None:
        href, self.href = self.href, None
        label = "".join(self.label).strip()
        self.label = []
        if not href or not _LINK.match(href) or _bare(href) == _bare(label):
            return
        wanted, self.wanted = self.wanted, dict.fromkeys(_STYLES, 0)
        self.text(f" ({href})" if label else href)
        self.wanted = wanted


def _bare(link: str) -> str:
    return link.lower().removeprefix("https://").removeprefix("http://").removeprefix("mailto:").rstrip("/")


def _quoted_lines(text: str) -> str:
    """Quotes of all three kinds as lines with "> "; fences without a partner stay."""
    if not (">>" in text or _FENCE in text or _QUOTE_ON in text or _QUOTE_OFF in text):
        return text
    lines = text.split("\n")
    fences = [index for index, line in enumerate(lines) if line.strip() == _FENCE]
    partner = dict(zip(fences[::2], fences[1::2], strict=False))
    out: list[str] = []
    depth = 0
    reply_end = -1
    for index, line in enumerate(lines):
        if index in partner:
            reply_end = partner[index]
        elif index == reply_end:
            reply_end = -1
        elif line == _QUOTE_ON:
            depth += 1
        elif line == _QUOTE_OFF:
            depth = max(0, depth - 1)
        elif reply_end > 0:
            first = index - 1 in partner
            out.append("> " + (_without_date(line) if first else line.removeprefix(">>").strip()))
        elif depth or line.startswith(">>"):
            out.append("> " + line.removeprefix(">>").strip())
        else:
            out.append(line)
    return "\n".join(out)


def _without_date(line: str) -> str:
    """The first line of a reply block, "Ana Souza [17.03.2026 10:00] #chat1767/86497", as the name alone."""
    found = _REPLY_HEAD.fullmatch(line.strip())
    return f"{found[1].strip()}:" if found else line.strip()
