"""Reading untrusted JSON: each function gives its type or its default, whatever stands there, and never raises.

Strings come out without NUL, other control characters and lone surrogates, which neither DynamoDB nor HTTP bodies take.
"""

import re
from typing import Any

type Json = dict[str, Any]

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
MAX_ITEMS = 100


def clean(value: str) -> str:
    """The text as it may be stored and sent: control characters gone, halves of characters replaced."""
    if value.isprintable():
        return value
    return _UNPRINTABLE.sub(lambda found: "\ufffd" if found[0] >= "\ud800" else "", value)


def text(tree: Json, key: str) -> str:
    value = tree.get(key)
    return clean(value) if type(value) is str else ""


def label(tree: Json, key: str, limit: int = 200) -> str:
    """A text for one line: a name or a title, its white space collapsed, cut at `limit` characters."""
    return " ".join(text(tree, key).split())[:limit]


def scalar(tree: Json, key: str) -> str:
    """A text or a number, as text: for ids and amounts that vendors write either way."""
    value = tree.get(key)
    if type(value) is int or type(value) is float:
        return str(value) if abs(value) < 1e18 else ""
    return label(tree, key)


def mapping(tree: Json, key: str) -> Json:
    value = tree.get(key)
    return value if type(value) is dict else {}


def mappings(tree: Json, key: str) -> list[Json]:
    """The objects of a list, at most MAX_ITEMS of them."""
    value = tree.get(key)
    return [each for each in value[:MAX_ITEMS] if type(each) is dict] if type(value) is list else []


def flag(tree: Json, key: str) -> bool:
    return tree.get(key) is True


def integer(tree: Json, key: str) -> int:
    """A whole number, also where it is written as a string of digits; 0 for anything else."""
    value = tree.get(key)
    if type(value) is str and len(value) <= 18 and value.isascii() and value.isdigit():
        return int(value)
    return value if type(value) is int and abs(value) < 10**18 else 0


def number(tree: Json, key: str) -> float | None:
    value = tree.get(key)
    if type(value) is int or type(value) is float:
        return float(value) if abs(value) < 1e18 else None
    return None
