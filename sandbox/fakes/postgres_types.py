"""Values of PostgreSQL's types as the fake database keeps them: JSON values, timestamps as PostgreSQL writes them.

Numbers are int, jsonb is whatever JSON holds, all else is text. What PostgreSQL refuses is refused with its code.
"""

import json
import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sandbox.fakes.postgrest_errors import PostgrestError
from sandbox.fakes.zattar_catalogue import CATALOGUE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_LIMITS = {"bigint": 2**63, "integer": 2**31}
_TRUE, _FALSE = ("t", "true", "y", "yes", "on", "1"), ("f", "false", "n", "no", "off", "0")


def coerce(value: Any, kind: str) -> Any:
    """A value of a body, or a text of an address, as the column's type. Raises PostgrestError as PostgreSQL would."""
    if value is None or kind == "jsonb" or (kind == "boolean" and isinstance(value, bool)):
        return value
    if isinstance(value, str) and "\x00" in value:
        raise PostgrestError("22P05", "unsupported Unicode escape sequence", "\\u0000 cannot be converted to text.")
    if kind in _LIMITS and type(value) is int and -_LIMITS[kind] <= value < _LIMITS[kind]:
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if kind == "text":
        return text
    if kind in _LIMITS:
        return _integer(text, kind)
    if kind == "boolean":
        if text.strip().lower() in _TRUE + _FALSE:
            return text.strip().lower() in _TRUE
        raise _invalid(kind, text)
    if kind == "timestamp with time zone":
        return written(instant_us(text))
    if kind == "date":
        return _date(text)
    if kind == "uuid":
        if _UUID.fullmatch(text.lower()):
            return text.lower()
        raise _invalid(kind, text)
    if text not in CATALOGUE["enums"][kind]:
        raise PostgrestError("22P02", f'invalid input value for enum {kind}: "{text}"')
    return text


def from_text(text: str, kind: str) -> Any:
    """A value of an address; jsonb is written as JSON there."""
    if kind != "jsonb":
        return coerce(text, kind)
    try:
        return json.loads(text)
    except ValueError:
        raise PostgrestError("22P02", "invalid input syntax for type json", f'Token "{text}" is invalid.') from None


def sort_key(value: Any, kind: str) -> Any:
    """What values of one column are compared by."""
    if kind == "timestamp with time zone":
        return instant_us(value)
    return json.dumps(value, sort_keys=True) if kind == "jsonb" else value


@lru_cache(maxsize=1 << 19)  # more than the rows of the biggest office that is simulated
def instant_us(text: str) -> int:
    """Microseconds since the epoch. Raises PostgrestError for what is no timestamp."""
    try:
        moment = datetime.fromisoformat(text.strip())
        past = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    except (ValueError, OverflowError):
        raise PostgrestError("22007", f'invalid input syntax for type timestamp with time zone: "{text}"') from None
    return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds


def written(us: int) -> str:
    """As PostgreSQL writes a timestamptz into JSON at UTC: no more digits of a second than it has."""
    moment = _EPOCH + timedelta(microseconds=us)
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}+00:00"


def contains(whole: Any, part: Any) -> bool:
    """PostgreSQL's jsonb @>."""
    if isinstance(whole, dict) and isinstance(part, dict):
        return all(key in whole and contains(whole[key], value) for key, value in part.items())
    if isinstance(whole, list):
        parts = part if isinstance(part, list) else [part]
        if isinstance(part, dict):
            return False
        return all(any(_contains_element(one, wanted) for one in whole) for wanted in parts)
    return type(whole) is type(part) and bool(whole == part)


def like(text: str, pattern: str, *, any_case: bool) -> bool:
    """pattern: * and % stand for anything, _ for one sign, a backslash takes the next sign as it is."""
    expression, at = "", 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\" and at + 1 < len(pattern):
            at += 1
            expression += re.escape(pattern[at])
        else:
            expression += ".*" if sign in "*%" else "." if sign == "_" else re.escape(sign)
        at += 1
    return re.fullmatch(expression, text, re.DOTALL | (re.IGNORECASE if any_case else 0)) is not None


def _contains_element(one: Any, wanted: Any) -> bool:
    if isinstance(one, dict | list) and isinstance(wanted, dict | list):
        return type(one) is type(wanted) and contains(one, wanted)
    return type(one) is type(wanted) and bool(one == wanted)


def _integer(text: str, kind: str) -> int:
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,40}\s*", text):
        raise _invalid(kind, text)
    number = int(text)
    if not -_LIMITS[kind] <= number < _LIMITS[kind]:
        raise PostgrestError("22003", f'value "{text}" is out of range for type {kind}')
    return number


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise PostgrestError("22007", f'invalid input syntax for type date: "{text}"') from None


def _invalid(kind: str, text: str) -> PostgrestError:
    return PostgrestError("22P02", f'invalid input syntax for type {kind}: "{text}"')
