"""One long text as messages of WhatsApp's length, cut where a reader would cut."""

import re
import unicodedata

WHATSAPP_TEXT_LIMIT = 4096  # code points; Meta counts characters and does not say how it counts those beyond U+FFFF
_SENTENCE_END = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\"')\]\u201d\u2019*_~]*(?=\s)")
_BLANK = re.compile(r"\s")
_MAX_CLUSTER = 64  # longer "characters" are decoration piled on one letter, and may be cut


def split_text(text: str, limit: int = WHATSAPP_TEXT_LIMIT) -> list[str]:
    """The text in order as parts of 1..limit code points, none blank; only blanks at the cuts and ends are lost.

    Each part ends at the last paragraph that fits, else the last line, sentence or word, whichever of these comes first
    and fills a quarter of the part (a lone signature or heading is no message); a word longer than `limit` is cut
    between characters, never inside one made of several code points (emoji with modifiers, flags, accents).
    """
    if limit < 1:
        raise ValueError("limit")
    parts: list[str] = []
    start, end = _without_blanks(text, 0, len(text))
    while end - start > limit:
        cut = _cut(text, start, start + limit)
        first, last = _without_blanks(text, start, cut)
        parts.append(text[first:last])
        start, end = _without_blanks(text, cut, end)
    if end > start:
        parts.append(text[start:end])
    return parts


def _without_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _cut(text: str, start: int, stop: int) -> int:
    """Where the part that begins at `start` (no blank there) ends, at most at `stop`, where more text follows."""
    window = text[start : stop + 1]
    borders = [text.rfind(border, start, stop + len(border)) - start for border in ("\n\n", "\n")]
    borders.append(max((found.end() for found in _SENTENCE_END.finditer(window)), default=0))
    borders.append(max((found.start() for found in _BLANK.finditer(window)), default=0))
    enough = [at for at in borders if at >= (stop - start) // 4]
    at = enough[0] if enough else max(borders)
    return start + at if at > 0 else _between_characters(text, start, stop)


def _between_characters(text: str, start: int, stop: int) -> int:
    for at in range(stop, max(start, stop - _MAX_CLUSTER), -1):
        if _is_border(text, start, at):
            return at
    return stop


def _is_border(text: str, start: int, at: int) -> bool:
    """Whether text may be cut before index `at`: those rules of Unicode's grapheme clusters that matter in chats."""
    before, after = text[at - 1], text[at]
    if after == "\u200d" or before == "\u200d" or (before, after) == ("\r", "\n"):
        return False
    if unicodedata.category(after) in {"Mn", "Me", "Mc"} or _is_modifier(after):
        return False
    if _is_hangul_part(after) and ("\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7a3"):
        return False
    if _is_flag_half(before) and _is_flag_half(after):
        halves = 1
        while at - 1 - halves >= start and _is_flag_half(text[at - 1 - halves]):
            halves += 1
        return halves % 2 == 0
    return True


def _is_modifier(char: str) -> bool:
    return "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f"


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_hangul_part(char: str) -> bool:
    return "\u1160" <= char <= "\u11ff"
