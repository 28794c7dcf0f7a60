"""PostgREST's conditions judged on rows, with SQL's three values: True, False, and None for unknown."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.fakes.postgres_types import contains, from_text, like, sort_key
from sandbox.fakes.postgrest_errors import PostgrestError, unknown_column
from sandbox.fakes.postgrest_query import Condition, Order, Where
from sandbox.fakes.zattar_catalogue import Table

type Row = dict[str, Any]
type Judge = Callable[[Row], bool | None]

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda ours, theirs: bool(ours == theirs),
    "neq": lambda ours, theirs: bool(ours != theirs),
    "gt": lambda ours, theirs: bool(ours > theirs),
    "gte": lambda ours, theirs: bool(ours >= theirs),
    "lt": lambda ours, theirs: bool(ours < theirs),
    "lte": lambda ours, theirs: bool(ours <= theirs),
}


def judge_all(table: Table, where: list[Where]) -> Judge:
    """Whether a row is wanted; raises PostgrestError at once for unknown columns and values of another type."""
    judges = [judge(table, one) for one in where]
    return lambda row: _and([one(row) for one in judges])


def judge(table: Table, where: Where) -> Judge:
    if isinstance(where, Condition):
        found = _condition(table, where)
    else:
        parts = [judge(table, part) for part in where.parts]
        combine = _and if where.kind == "and" else _or

        def found(row: Row) -> bool | None:
            return combine([part(row) for part in parts])

    return _not(found) if where.negated else found


def ordered(table: Table, rows: list[Row], order: list[Order]) -> list[Row]:
    """Sorted as asked; rows that are equal by it keep the order in which they were made."""
    for one in reversed(order):
        kind = _kind(table, one.column)
        nulls = [row for row in rows if row[one.column] is None]
        others = [row for row in rows if row[one.column] is not None]
        others.sort(key=_sorting(one.column, kind), reverse=one.descending)
        rows = nulls + others if one.nulls_first else others + nulls
    return rows


def _sorting(column: str, kind: str) -> Callable[[Row], Any]:
    return lambda row: sort_key(row[column], kind)


def _condition(table: Table, where: Condition) -> Judge:
    kind, column, operator = _kind(table, where.column), where.column, where.operator
    if isinstance(where.value, tuple):
        wanted = {repr(sort_key(from_text(value, kind), kind)) for value in where.value}
        return lambda row: None if row[column] is None else repr(sort_key(row[column], kind)) in wanted
    if operator == "is":
        return _is(column, where.value, kind)
    if operator in ("like", "ilike"):
        pattern, any_case = where.value, operator == "ilike"
        if kind != "text":
            raise PostgrestError("42883", f"operator does not exist: {kind} ~~ unknown", status=404)
        return lambda row: None if row[column] is None else like(row[column], pattern, any_case=any_case)
    value = from_text(where.value, kind)
    if operator == "cs":
        if kind != "jsonb":
            raise PostgrestError("42883", f"operator does not exist: {kind} @> unknown", status=404)
        return lambda row: None if row[column] is None else contains(row[column], value)
    compare, theirs = _COMPARE[operator], sort_key(value, kind)
    return lambda row: None if row[column] is None else compare(sort_key(row[column], kind), theirs)


def _is(column: str, value: str, kind: str) -> Judge:
    if value in ("null", "unknown"):
        return lambda row: row[column] is None
    if kind != "boolean":
        raise PostgrestError("42804", f"argument of IS {value.upper()} must be type boolean, not type {kind}")
    return lambda row: row[column] is (value == "true")


def _kind(table: Table, column: str) -> str:
    if column not in table.columns:
        raise unknown_column(table.name, column)
    return table.columns[column]


def _not(inner: Judge) -> Judge:
    def turned(row: Row) -> bool | None:
        found = inner(row)
        return None if found is None else not found

    return turned


def _and(found: list[bool | None]) -> bool | None:
    return False if False in found else None if None in found else True


def _or(found: list[bool | None]) -> bool | None:
    return True if True in found else None if None in found else False
