"""A PostgREST address read into what it asks for: columns, embedded tables, conditions, order.

A subset, and everything outside it is refused as PostgREST refuses what it cannot parse (PGRST100), so that a request
of ours cannot rely on what the fake leaves out. Known: the operators of OPERATORS, not., is., in.(...), and/or, select
with aliases and one level of embedding, order with directions and nulls, limit, offset, on_conflict.
Source: docs.postgrest.org/en/v13/references/api (read 2026-11-25).
"""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from sandbox.fakes.postgrest_errors import PostgrestError, unparsable

OPERATORS = ("eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "cs")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_IS = ("null", "true", "false", "unknown")


@dataclass(frozen=True)
class Condition:
    """operator: one of OPERATORS, "is" or "in"; for "in" the value is a tuple."""

    column: str
    operator: str
    value: str | tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Logic:
    """kind: and, or."""

    kind: str
    parts: tuple["Condition | Logic", ...]
    negated: bool = False


type Where = Condition | Logic


@dataclass(frozen=True)
class Column:
    """name "*" is all of them. alias: "" for none."""

    name: str
    alias: str = ""


@dataclass(frozen=True)
class Embedded:
    """A related table. hint: the constraint or column that says which relation is meant."""

    table: str
    alias: str
    columns: tuple[Column, ...]
    hint: str = ""


@dataclass(frozen=True)
class Order:
    column: str
    descending: bool = False
    nulls_first: bool = False


@dataclass
class Query:
    select: tuple[Column | Embedded, ...] = (Column("*"),)
    where: list[Where] = field(default_factory=list)
    order: list[Order] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0
    on_conflict: tuple[str, ...] = ()


def parse(raw_query: str) -> Query:
    """Raises PostgrestError PGRST100 for anything that is no known request."""
    query = Query()
    for name, value in parse_qsl(raw_query, keep_blank_values=True):
        match name:
            case "select":
                query.select = _select(value)
            case "order":
                query.order = [_order(one) for one in value.split(",")]
            case "limit":
                query.limit = _number(value)
            case "offset":
                query.offset = _number(value)
            case "on_conflict":
                query.on_conflict = tuple(value.split(","))
            case "and" | "or" | "not.and" | "not.or":
                query.where.append(_Reader(f"{name}{value}").whole())
            case _:
                query.where.append(_condition(name, value))
    return query


def _number(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise unparsable("limit", value)
    return int(value)


def _condition(column: str, written: str) -> Condition:
    """At the top of an address: what follows the operator is the value as it stands."""
    if not _NAME.fullmatch(column):
        raise unparsable("filter", column)
    negated = written.startswith("not.")
    operator, dot, value = written.removeprefix("not.").partition(".")
    if operator == "is" and value in _IS:
        return Condition(column, "is", value, negated)
    if operator == "in" and value.startswith("(") and value.endswith(")"):
        return Condition(column, "in", _Reader(value).values(), negated)
    if operator not in OPERATORS or not dot:
        raise unparsable("filter", written)
    return Condition(column, operator, value, negated)


def _order(written: str) -> Order:
    column, *words = written.split(".")
    if not _NAME.fullmatch(column) or not set(words) <= {"asc", "desc", "nullsfirst", "nullslast"}:
        raise unparsable("order", written)
    descending = "desc" in words
    nulls_first = "nullsfirst" in words or (descending and "nullslast" not in words)
    return Order(column, descending, nulls_first)


def _select(written: str) -> tuple[Column | Embedded, ...]:
    parts: list[Column | Embedded] = []
    for one in _split(written):
        alias, colon, name = one.rpartition(":")
        found = re.fullmatch(r"(?:([a-z_][a-z0-9_]*):)?([a-z_][a-z0-9_]*)(?:!([a-z_][a-z0-9_]*))?\((.*)\)", one)
        if found:
            inner = _select(found[4])
            columns = tuple(each for each in inner if isinstance(each, Column))
            if len(columns) != len(inner):
                raise unparsable("select parameter", one)
            parts.append(Embedded(found[2], found[1] or found[2], columns, found[3] or ""))
        elif one == "*" or (_NAME.fullmatch(name) and (not colon or _NAME.fullmatch(alias))):
            parts.append(Column(name, alias))
        else:
            raise unparsable("select parameter", written)
    return tuple(parts)


def _split(written: str) -> list[str]:
    """At the commas outside parentheses."""
    parts, depth, start = [], 0, 0
    for at, sign in enumerate(written):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append(written[start:at])
            start = at + 1
    return [*parts, written[start:]]


class _Reader:
    """Reads and(...), or(...) and in-lists, where values may stand in double quotes with backslash escapes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> Logic:
        found = self._logic()
        if self._at != len(self._text) or not isinstance(found, Logic):
            raise unparsable("logic tree", self._text)
        return found

    def values(self) -> tuple[str, ...]:
        self._expect("(")
        values: list[str] = []
        while True:
            values.append(self._value())
            if not self._take(","):
                break
        self._expect(")")
        if self._at != len(self._text):
            raise self._error()
        return () if values == [""] else tuple(values)

    def _logic(self) -> Where:
        negated = self._take("not.")
        for kind in ("and", "or"):
            if self._take(f"{kind}("):
                parts = [self._logic()]
                while self._take(","):
                    parts.append(self._logic())
                self._expect(")")
                return Logic(kind, tuple(parts), negated)
        if negated:
            raise self._error()
        return self._condition()

    def _condition(self) -> Condition:
        column = self._word()
        self._expect(".")
        negated = self._take("not.")
        operator = self._word()
        self._expect(".")
        if operator == "is":
            value = self._word()
            if value not in _IS:
                raise self._error()
            return Condition(column, "is", value, negated)
        if operator == "in":
            self._expect("(")
            values = [self._value()]
            while self._take(","):
                values.append(self._value())
            self._expect(")")
            return Condition(column, "in", tuple(values), negated)
        if operator not in OPERATORS:
            raise self._error()
        return Condition(column, operator, self._value(), negated)

    def _value(self) -> str:
        if not self._take('"'):
            start = self._at
            while self._at < len(self._text) and self._text[self._at] not in ',()"':
                self._at += 1
            return self._text[start : self._at]
        read = ""
        while self._at < len(self._text) and self._text[self._at] != '"':
            self._at += self._text[self._at] == "\\"
            read += self._text[self._at : self._at + 1]
            self._at += 1
        self._expect('"')
        return read

    def _word(self) -> str:
        found = _NAME.match(self._text, self._at)
        if not found:
            raise self._error()
        self._at = found.end()
        return found[0]

    def _take(self, sign: str) -> bool:
        if self._text.startswith(sign, self._at):
            self._at += len(sign)
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise self._error()

    def _error(self) -> PostgrestError:
        return unparsable("logic tree", self._text)
