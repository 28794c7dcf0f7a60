"""PostgREST's filters as query parameters, values escaped so that none can become a filter of its own.

At the top of an address the rest of the parameter is the value and needs no quotes. Inside in.(...) and or=(...) comma,
dot, colon and parentheses mean something, so every value stands in double quotes there, with \\ before a quote or a
backslash. Percent-encoding comes last, when `requests` writes the address.
Source: docs.postgrest.org, references/api/tables_views and url_grammar (read 2026-11-25).
"""

import json
from collections.abc import Iterable

type Param = tuple[str, str]
type Value = str | int | bool


def eq(column: str, value: Value) -> Param:
    return column, f"eq.{plain(value)}"


def gte(column: str, value: Value) -> Param:
    return column, f"gte.{plain(value)}"


def is_null(column: str) -> Param:
    return column, "is.null"


def is_true(column: str) -> Param:
    return column, "is.true"


def is_false(column: str) -> Param:
    return column, "is.false"


def one_of(column: str, values: Iterable[Value]) -> Param:
    return column, f"in.({','.join(quoted(value) for value in values)})"


def any_of(*conditions: str) -> Param:
    """or=(...) of conditions as the functions below write them."""
    return "or", f"({','.join(conditions)})"


def all_of(*conditions: str) -> str:
    return f"and({','.join(conditions)})"


def condition(column: str, operator: str, value: Value) -> str:
    """For any_of and all_of: column.operator."value"."""
    return f"{column}.{operator}.{quoted(value)}"


def null_condition(column: str, *, negated: bool = False) -> str:
    return f"{column}.{'not.' if negated else ''}is.null"


def contains_json(column: str, value: object) -> str:
    """For any_of: a jsonb column that contains `value`."""
    return condition(column, "cs", json.dumps(value, ensure_ascii=False))


def digits_anywhere(column: str, *groups: str) -> str:
    """For any_of: the groups of digits in this order, with anything around them. Raises ValueError for other signs.

    Digits only, since PostgREST has no escape for its wildcard.
    """
    if not all(group.isascii() and group.isdigit() for group in groups):
        raise ValueError("digits")
    return f"{column}.like.*{'*'.join(groups)}*"


def quoted(value: Value) -> str:
    escaped = plain(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def plain(value: Value) -> str:
    """As PostgreSQL reads it. NUL, which no PostgreSQL text can hold, is left out; a lone surrogate becomes "?"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace("\x00", "").encode("utf-8", "replace").decode()
