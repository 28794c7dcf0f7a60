"""Form bodies as PHP writes and reads them, which is how Bitrix24 speaks: nested brackets, every value a string."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

import qs_codec

_DECODE = qs_codec.DecodeOptions(
    depth=20, parameter_limit=20_000, list_limit=5_000, raise_on_limit_exceeded=False, parse_lists=True
)


def encode(tree: dict[str, Any]) -> bytes:
    """As http_build_query: nulls and empty arrays vanish, booleans are 1 and 0, a space is `+`, `~` is `%7E`."""
    return "&".join(f"{_quoted_name(name)}={_quote(value)}" for name, value in _flatten(tree, "")).encode("ascii")


def decode(body: bytes) -> dict[str, Any]:
    """The tree of a form body or of a query string; invalid UTF-8 is replaced."""
    if not body:
        return {}
    decoded = qs_codec.decode(body.decode("utf-8", "replace"), _DECODE)
    return decoded if isinstance(decoded, dict) else {}


def _quote(text: str) -> str:
    return quote_plus(text, safe="", errors="replace").replace("~", "%7E")


@lru_cache(maxsize=1024)  # an event's names are always the same
def _quoted_name(name: str) -> str:
    return _quote(name)


def _flatten(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _flatten(one, f"{name}[{key}]" if name else str(key))
    elif isinstance(value, list | tuple):
        for index, one in enumerate(value):
            yield from _flatten(one, f"{name}[{index}]")
    elif isinstance(value, bool):
        yield name, "1" if value else "0"
    elif value is not None:
        yield name, str(value)
