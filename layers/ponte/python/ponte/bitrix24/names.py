"""A WhatsApp profile name as a portal accepts it: letters, spaces, hyphens, apostrophes, 25 characters each.

Source: bitrix24/b24restdocs, imconnector-send-messages.md (read 2026-11).
"""

import unicodedata
from functools import lru_cache

MAX_NAME = 25
NAMELESS = "Cliente"
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc\u00b4`", "'"))
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014", "-"))


@lru_cache(maxsize=256)
def clean_name(name: str | None) -> tuple[str, str]:
    """(first name, last name); the last may be "". A name with no letters gives ("Cliente", "").

    Digits, emoji and signs separate words; letters written in fancy fonts become plain ones. Of a long last name as
    many words are kept as fit.
    """
    plain = unicodedata.normalize("NFKC", (name or "")[:500]).translate(_APOSTROPHES).translate(_HYPHENS)
    spaced = "".join(char if char in "-'" or unicodedata.category(char)[0] in "LM" else " " for char in plain)
    words = [word for word in (part.strip("-'") for part in spaced.split()) if any(char.isalpha() for char in word)]
    if not words:
        return NAMELESS, ""
    last = ""
    for word in words[1:]:
        longer = f"{last} {word}".strip()
        if len(longer) > MAX_NAME:
            break
        last = longer
    if not last and len(words) > 1:
        last = words[1][:MAX_NAME]
    return words[0][:MAX_NAME], last
