"""Every sentence a person reads, pt-BR first: one catalogue for notices, parking reasons, pages and the CLI.

Keys are dotted; a missing language falls back to pt-BR, a missing key to "default" of its family, so that an unknown
vendor code still gives a sentence. Values are plain text: whoever shows them escapes them.
"""

from typing import Any

from ponte.texts import (
    api,
    bitrix24_reasons,
    chatwoot_reasons,
    conflicts,
    files,
    notices,
    office,
    outbound,
    pages,
    people,
    reasons,
    suggestions,
    whatsapp_lines,
    whatsapp_reasons,
    zattar_reasons,
)

_ALL: dict[str, dict[str, str]] = {}
_AREAS = (
    *(notices, outbound, reasons, pages, files),
    *(bitrix24_reasons, whatsapp_lines, whatsapp_reasons),
    *(conflicts, suggestions, chatwoot_reasons, zattar_reasons, office),
    *(api, people),
)
for _area in _AREAS:
    _ALL |= _area.TEXTS


def text(key: str, lang: str = "pt-BR", /, **values: Any) -> str:
    """The sentence of `key`, with {placeholders} filled. Unknown keys fall back to "<family>.default"."""
    entry = _ALL.get(key)
    while entry is None and "." in key:
        key = key.rpartition(".")[0]
        entry = _ALL.get(f"{key}.default")
    if entry is None:
        return key
    return (entry.get(lang) or entry["pt-BR"]).format_map(_Defaults(values))


def knows(key: str) -> bool:
    """Whether the catalogue has a sentence of its own for `key`."""
    return key in _ALL


class _Defaults(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"
