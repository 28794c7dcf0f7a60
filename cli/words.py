"""Sentences of the command line: its own catalogue first, then the one that all of Ponte shares."""

from typing import Any

from ponte.storage.table import Item
from ponte.texts import text
from ponte.texts.cli import TEXTS
from ponte.texts.cli_audit import TEXTS as AUDIT
from ponte.texts.cli_backfill import TEXTS as BACKFILL
from ponte.texts.cli_erase import TEXTS as ERASE
from ponte.texts.cli_heal import TEXTS as HEAL
from ponte.texts.cli_offices import TEXTS as OFFICES
from ponte.texts.conflicts import TEXTS as CONFLICTS
from ponte.texts.doctor import TEXTS as DOCTOR
from ponte.texts.people import TEXTS as PEOPLE
from ponte.texts.suggestions import TEXTS as SUGGESTIONS

LANGUAGES = ("pt-BR", "en")
_OWN = TEXTS | AUDIT | BACKFILL | CONFLICTS | ERASE | HEAL | DOCTOR | OFFICES | PEOPLE | SUGGESTIONS


def words(key: str, lang: str = "pt-BR", /, **values: Any) -> str:
    """The sentence of `key` with its {placeholders} filled; vendors' reasons come from the shared catalogue.

    Raises KeyError for a key of ours that is not there: a typing error, which the tests find.
    """
    safe = {name: plain(str(value)) for name, value in values.items()}
    if key.startswith(("reason.", "template.wrong.")):
        return plain(text(key, lang, **safe))
    return _OWN[key][lang].format_map(safe)


def plain(given: str) -> str:
    """What others wrote, fit for a terminal: control characters would move the cursor or change colours."""
    return "".join(each if each.isprintable() else " " for each in given).strip()


def knows(key: str) -> bool:
    """Whether there is a sentence of ours for `key`."""
    return key in _OWN


def reason(row: Item, lang: str) -> str:
    """Why a message is parked, for whoever must act."""
    key = str(row.get("reason", "reason.default"))
    return words(key, lang, code=key.rpartition(".")[2], detail=str(row.get("reason_detail", "")) or "-")
