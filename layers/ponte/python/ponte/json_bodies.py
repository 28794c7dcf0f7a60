"""Webhook bytes to a JSON tree that cannot hurt whoever handles it next. Standard library only.

The fast path is one plain decoding. Bodies it refuses get a second, lenient reading, since one bad element must not
cost the good ones beside it; what even that refuses is MalformedEvent. In the result there is no NaN, no infinity and
no integer that cannot be printed (null stands instead). Lone surrogates and NUL stay: the readers of text drop them.
"""

import json
import math
from typing import Any

from ponte.errors import MalformedEvent

MAX_DEPTH = 32  # the deepest known elements, of Meta as of Chatwoot, have 9 levels
_MAX_DIGITS = 40


def load(body: bytes) -> Any:
    """Decode a webhook body. Raises MalformedEvent("body") when it is not JSON or nested beyond reason."""
    try:
        return _STRICT.decode(body.decode())
    except ValueError:
        return _load_leniently(body)
    except RecursionError as error:
        raise MalformedEvent("body") from error


def is_too_deep(tree: Any) -> bool:
    """Whether a tree has more than MAX_DEPTH levels, so that writing it out again could exhaust the stack."""
    level = [tree]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for part in level
            for child in (part.values() if type(part) is dict else part)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True


def _load_leniently(body: bytes) -> Any:
    try:
        return _LENIENT.decode(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise MalformedEvent("body") from error


def _null(_: str) -> None:
    return None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _bounded(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MAX_DIGITS else None


_STRICT = json.JSONDecoder(parse_constant=_null, parse_float=_finite)
_LENIENT = json.JSONDecoder(parse_constant=_null, parse_float=_finite, parse_int=_bounded, strict=False)
