"""Typed reads of Chatwoot's JSON: a value of the wanted shape, or the neutral one. Nothing here raises or logs.

Ids are numbers in payloads and strings where they echo a query ("2" as current_page); times are epoch seconds, float
seconds or ISO 8601 by the place they stand in. Strings come out without NUL, control characters and halves of
characters, which neither DynamoDB nor HTTP bodies take.
"""

import re
from datetime import datetime
from typing import Any

from ponte.json_bodies import is_too_deep

type Json = dict[str, Any]

MAX_ID = 2**63 - 1  # PostgreSQL's bigint
MAX_ATTRIBUTES = 200
MAX_ATTRIBUTE_CHARS = 4096
_LATEST = 2**32  # seconds
_DIGITS = re.compile(r"[0-9]{1,19}")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def mapping(node: Any, *path: str) -> Json:
    """The object at `path`, {} where there is none."""
    for key in path:
        node = node.get(key) if type(node) is dict else None
    return node if type(node) is dict else {}


def clean(value: str) -> str:
    """The text as it may be stored and sent."""
    if value.isprintable():
        return value
    return _UNPRINTABLE.sub(lambda found: "\ufffd" if found[0] >= "\ud800" else "", value)


def text(node: Any, limit: int = 4096) -> str:
    """A string, cleaned; "" for anything else. Longer ones are cut at `limit` characters."""
    return clean(node)[:limit] if type(node) is str else ""


def optional(node: Any, limit: int = 512) -> str | None:
    """A non-blank string, its surrounding white space gone, or None: Chatwoot writes what is not set as null or ""."""
    return text(node, limit).strip() or None


def whole(node: Any) -> int | None:
    """A whole number from 0 to MAX_ID, also written as ASCII digits; None for anything else."""
    if type(node) is str and _DIGITS.fullmatch(node):
        node = int(node)
    return node if type(node) is int and 0 <= node <= MAX_ID else None


def record_id(node: Any) -> int:
    """The id of a record; 0, which nothing has, for anything else."""
    return whole(node) or 0


def seconds(node: Any) -> int:
    """Epoch seconds, whole or with a fraction; 0 if unset."""
    if type(node) is float and 0 <= node < 1e12:
        return int(node)
    return whole(node) or 0


def micros(node: Any) -> int:
    """Epoch microseconds of seconds with a fraction (conversation.updated_at) or without; 0 if unset, or after 2106.

    Until then a double holds a time to half a microsecond, so that rounding gives the database's own digits back.
    """
    known = node if type(node) is float else whole(node) or 0
    return round(known * 1_000_000) if 0 < known < _LATEST else 0


def ms(node: Any) -> int:
    """Epoch milliseconds of a time in any of Chatwoot's forms: ISO 8601, or seconds with or without a fraction."""
    known = iso_ms(node) or micros(node) // 1000
    return known if known < _LATEST * 1000 else 0


def iso_ms(node: Any) -> int:
    """Epoch milliseconds of an ISO 8601 time with its zone ("2026-06-17T13:01:08.131Z"); 0 for anything else."""
    if type(node) is not str or len(node) > 40:
        return 0
    try:
        at = datetime.fromisoformat(node)
        return round(at.timestamp() * 1000) if at.tzinfo and at.year > 1970 else 0
    except (ValueError, OverflowError):
        return 0


def attributes(node: Any) -> Json:
    """Custom or additional attributes: at most MAX_ATTRIBUTES keys with JSON values, texts cleaned and cut.

    Chatwoot checks nothing but that it is an object, so anything may stand in it.
    """
    if type(node) is not dict or is_too_deep(node):
        return {}
    return {text(key, 255): _value(value) for key, value in list(node.items())[:MAX_ATTRIBUTES]}


def _value(node: Any) -> Any:
    if type(node) is str:
        return text(node, MAX_ATTRIBUTE_CHARS)
    if type(node) is list:
        return [_value(each) for each in node[:MAX_ATTRIBUTES]]
    if type(node) is dict:
        return {text(key, 255): _value(value) for key, value in list(node.items())[:MAX_ATTRIBUTES]}
    if type(node) is int:
        return node if abs(node) <= MAX_ID else None
    return node if node is None or type(node) in (bool, float) else None
