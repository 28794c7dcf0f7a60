"""Zattar's tables in memory, with the identity columns, defaults, types, constraints and updated_at of the real ones.

A statement happens whole or not at all, and tells `on_change` of each row it touched, as triggers after it would.
Messages and details are PostgreSQL 15's; a test runs the same statements on a real one.
"""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sandbox.fakes.postgres_types import coerce, written
from sandbox.fakes.postgrest_errors import PostgrestError
from sandbox.fakes.row_filters import Row
from sandbox.fakes.zattar_catalogue import TABLES, Table, Unique

_NAMESPACE = uuid.UUID("6f0f3a0e-7d0b-4d0e-9a51-5d1c7a7e0b01")


@dataclass(frozen=True)
class RowChange:
    """operation: INSERT, UPDATE or DELETE. record and old are copies, None where there is none."""

    operation: str
    table: str
    record: Row | None
    old: Row | None


class ZattarDatabase:
    """tables: name -> rows, kept in these very lists, so that whoever holds them sees the live state.

    now_us: microseconds since the epoch; no two statements get the same.
    """

    def __init__(self, tables: Mapping[str, list[Row]], now_us: Callable[[], int]) -> None:
        self._now_us = now_us
        self._last_us = 0
        self.rows: dict[str, list[Row]] = {name: tables.get(name, []) for name in TABLES}
        self._indexes: dict[str, dict[tuple[Any, ...], Row]] = {}
        self._numbers = dict.fromkeys(TABLES, 0)
        self.on_change: Callable[[RowChange], None] = lambda _: None
        self._undo: list[Callable[[], None]] = []
        self._changes: list[RowChange] = []

    def seed(self, name: str, given: Row, now: str, *, is_whole: bool) -> None:
        """Complete a row that stands in its list already, its own id included. is_whole: that was done before. Raises
        PostgrestError."""
        table = TABLES[name]
        if not is_whole:
            row = self._complete(table, given, now, allow_identity=True)
            self._check_row(table, row)
            given.clear()
            given.update(row)
        elif table.identity:
            self._numbers[name] = max(self._numbers[name], given[table.identity])
        self._check_keys(table, given)
        self._enter(table, given)
        self._undo.clear()

    def now(self) -> str:
        """As a statement that begins now would write it."""
        return written(self._now())

    def insert(
        self, name: str, bodies: Sequence[Row], conflict: tuple[str, ...] = (), resolution: str = ""
    ) -> tuple[list[Row], int]:
        """The rows made or changed, and how many are new. resolution: merge, ignore, or "" to refuse what is there."""
        with _Statement(self):
            table, now = TABLES[name], written(self._now())
            target = self._conflict_target(table, conflict) if resolution else None
            done: list[Row] = []
            made = 0
            for body in bodies:
                row = self._complete(table, body, now)
                self._check_row(table, row)
                there = self._indexes.get(target.name, {}).get(_key(target, row)) if target else None
                if there is None:
                    self._check_keys(table, row)
                    self._add(table, row)
                    done.append(row)
                    made += 1
                elif resolution == "merge":
                    if any(there is one for one in done):
                        message = "ON CONFLICT DO UPDATE command cannot affect row a second time"
                        raise PostgrestError("21000", message)
                    self._change(table, there, {key: row[key] for key in body}, now)
                    done.append(there)
            return done, made

    def update(self, name: str, rows: Sequence[Row], changes: Row) -> None:
        with _Statement(self):
            table, now = TABLES[name], written(self._now())
            if table.identity in changes:
                raise PostgrestError(
                    "428C9",
                    f'column "{table.identity}" can only be updated to DEFAULT',
                    f'Column "{table.identity}" is an identity column defined as GENERATED ALWAYS.',
                )
            typed = {column: coerce(value, table.columns[column]) for column, value in changes.items()}
            for row in rows:
                self._change(table, row, typed, now)

    def delete(self, name: str, rows: Sequence[Row]) -> None:
        """What refers to a deleted row is set to NULL or deleted with it, as its foreign key says."""
        with _Statement(self):
            for row in list(rows):
                self._remove(TABLES[name], row)

    def by_id(self, name: str, number: int) -> Row | None:
        return self._indexes.get(TABLES[name].uniques[0].name, {}).get((number,))

    def _now(self) -> int:
        self._last_us = max(self._last_us + 1, self._now_us())
        return self._last_us

    def _complete(self, table: Table, body: Row, now: str, *, allow_identity: bool = False) -> Row:
        if table.identity in body and not allow_identity:
            raise PostgrestError(
                "428C9",
                f'cannot insert a non-DEFAULT value into column "{table.identity}"',
                f'Column "{table.identity}" is an identity column defined as GENERATED ALWAYS.',
                "Use OVERRIDING SYSTEM VALUE to override.",
            )
        blank, made = _blank(table.name)
        row: Row = dict(blank)
        for column in made:
            if column not in body:
                row[column] = self._default(table, column, now)
        for column, value in body.items():
            if column in row:
                row[column] = coerce(value, table.columns[column])
        if table.identity and table.identity not in body:
            self._numbers[table.name] += 1
            row[table.identity] = self._numbers[table.name]
        if table.identity and isinstance(row[table.identity], int):
            self._numbers[table.name] = max(self._numbers[table.name], row[table.identity])
        return row

    def _default(self, table: Table, column: str, now: str) -> Any:
        match table.defaults.get(column):
            case None:
                return None
            case "now()" | "CURRENT_TIMESTAMP":
                return now
            case "gen_random_uuid()":
                self._numbers[table.name] += 1
                return str(uuid.uuid5(_NAMESPACE, f"{table.name}|{self._numbers[table.name]}"))
            case text:
                return _constant(text, table.columns[column])

    def _check_row(self, table: Table, row: Row) -> None:
        """What a row breaks by itself; PostgreSQL looks at it before any conflict, so an upsert cannot leave out what a
        new row would need."""
        for column in table.required:
            if row[column] is None:
                message = f'null value in column "{column}" of relation "{table.name}" violates not-null constraint'
                raise PostgrestError("23502", message, _failing(row))
        for check in table.checks:
            if row[check.column] is not None and row[check.column] not in check.allowed:
                message = f'new row for relation "{table.name}" violates check constraint "{check.name}"'
                raise PostgrestError("23514", message, _failing(row))

    def _check_keys(self, table: Table, row: Row, present: Row | None = None) -> None:
        """present: the row itself, where it is changed rather than made."""
        for unique in table.uniques:
            key = _key(unique, row)
            there = self._indexes.get(unique.name, {}).get(key)
            if there is not None and there is not present:
                message = f'duplicate key value violates unique constraint "{unique.name}"'
                raise PostgrestError("23505", message, f"{_told(unique.columns, key)} already exists.")
        for foreign in table.foreign_keys:
            value = row[foreign.column]
            if value is not None and self.by_id(foreign.table, value) is None:
                message = f'insert or update on table "{table.name}" violates foreign key constraint "{foreign.name}"'
                details = f'{_told((foreign.column,), (value,))} is not present in table "{foreign.table}".'
                raise PostgrestError("23503", message, details)

    def _conflict_target(self, table: Table, columns: tuple[str, ...]) -> Unique:
        wanted = set(columns or table.uniques[0].columns)
        for unique in table.uniques:
            if set(unique.columns) == wanted and not unique.partial:
                return unique
        message = "there is no unique or exclusion constraint matching the ON CONFLICT specification"
        raise PostgrestError("42P10", message)

    def _add(self, table: Table, row: Row) -> None:
        rows = self.rows[table.name]
        rows.append(row)
        self._undo.append(lambda: _take_out(rows, row))
        self._enter(table, row)
        self._changes.append(RowChange("INSERT", table.name, dict(row), None))

    def _change(self, table: Table, row: Row, changes: Row, now: str) -> None:
        before = dict(row)
        after = {**row, **changes, **({"updated_at": now} if "updated_at" in table.columns else {})}
        self._check_row(table, after)
        self._check_keys(table, after, row)
        self._leave(table, row)
        row.update(after)
        self._undo.append(lambda: row.update(before))
        self._enter(table, row)
        self._changes.append(RowChange("UPDATE", table.name, dict(row), before))

    def _remove(self, table: Table, row: Row) -> None:
        now = written(self._now())
        for other in TABLES.values():
            for key in other.foreign_keys:
                if key.table != table.name:
                    continue
                for child in [one for one in self.rows[other.name] if one[key.column] == row["id"]]:
                    if key.cascade:
                        self._remove(other, child)
                    else:
                        self._change(other, child, {key.column: None}, now)
        self._leave(table, row)
        rows = self.rows[table.name]
        place = next(at for at, one in enumerate(rows) if one is row)
        rows.pop(place)
        self._undo.append(lambda: rows.insert(place, row))
        self._changes.append(RowChange("DELETE", table.name, None, dict(row)))

    def _enter(self, table: Table, row: Row) -> None:
        for unique in table.uniques:
            if None not in (key := _key(unique, row)):
                index = self._indexes.setdefault(unique.name, {})
                index[key] = row
                self._undo.append(_forget(index, key))

    def _leave(self, table: Table, row: Row) -> None:
        for unique in table.uniques:
            if None not in (key := _key(unique, row)):
                index = self._indexes[unique.name]
                index.pop(key, None)
                self._undo.append(_restore(index, key, row))


class _Statement:
    """Undoes a statement that fails, and tells of the changes of one that does not."""

    def __init__(self, database: ZattarDatabase) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database._undo.clear()
        self._database._changes.clear()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        changes, undo = list(self._database._changes), list(self._database._undo)
        self._database._undo.clear()
        self._database._changes.clear()
        if kind is not None:
            for step in reversed(undo):
                step()
            return
        for change in changes:
            self._database.on_change(change)


@cache
def _blank(name: str) -> tuple[Row, tuple[str, ...]]:
    """A row of which nothing is given, columns in their order, and those of them whose default is another one each
    time, or is changed in place."""
    table = TABLES[name]
    made = tuple(
        column
        for column, text in table.defaults.items()
        if text.endswith(("()", "::jsonb")) or text == "CURRENT_TIMESTAMP"
    )
    fixed = {column: text for column, text in table.defaults.items() if column not in made}
    return {
        column: _constant(fixed[column], kind) if column in fixed else None for column, kind in table.columns.items()
    }, made


def _constant(text: str, kind: str) -> Any:
    value = text.partition("::")[0].strip("'")
    return json.loads(value) if text.endswith("::jsonb") else coerce(value, kind)


def _failing(row: Row) -> str:
    return f"Failing row contains ({', '.join(_shown(value) for value in row.values())})."


def _key(unique: Unique, row: Row) -> tuple[Any, ...]:
    if len(unique.columns) == 1:
        return (row[unique.columns[0]],)
    return tuple(row[column] for column in unique.columns)


def _told(columns: Sequence[str], values: Sequence[Any]) -> str:
    return f"Key ({', '.join(columns)})=({', '.join(str(value) for value in values)})"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    return "null" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _take_out(rows: list[Row], row: Row) -> None:
    rows.pop(next(at for at, one in enumerate(rows) if one is row))


def _forget(index: dict[tuple[Any, ...], Row], key: tuple[Any, ...]) -> Callable[[], None]:
    def forget() -> None:
        index.pop(key, None)

    return forget


def _restore(index: dict[tuple[Any, ...], Row], key: tuple[Any, ...], row: Row) -> Callable[[], None]:
    def put_back() -> None:
        index[key] = row

    return put_back
