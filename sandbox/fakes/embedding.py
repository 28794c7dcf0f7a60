"""What a select makes of a row: columns by name or alias, and related rows inside it, found through foreign keys."""

from dataclasses import dataclass
from typing import Any

from sandbox.fakes.postgrest_errors import PostgrestError, unknown_column
from sandbox.fakes.postgrest_query import Column, Embedded, Query
from sandbox.fakes.row_filters import Row
from sandbox.fakes.zattar_catalogue import TABLES, ForeignKey, Table
from sandbox.fakes.zattar_database import ZattarDatabase


@dataclass(frozen=True)
class Relation:
    """outward: the key is ours, so there is one row or none; else the key is theirs, and there are many."""

    alias: str
    table: str
    key: ForeignKey
    outward: bool
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shape:
    """columns: (shown name, name)."""

    columns: tuple[tuple[str, str], ...]
    relations: tuple[Relation, ...]


def shaper(table: Table, query: Query) -> Shape:
    """Raises PostgrestError: 42703 unknown column, PGRST200 no relation, PGRST201 more than one."""
    columns = _columns(table, [one for one in query.select if isinstance(one, Column)])
    relations = [_relation(table, one) for one in query.select if isinstance(one, Embedded)]
    return Shape(columns, tuple(relations))


def shape(wanted: Shape, database: ZattarDatabase, row: Row) -> dict[str, Any]:
    shown: dict[str, Any] = {alias: row[name] for alias, name in wanted.columns}
    for relation in wanted.relations:
        if relation.outward:
            there = database.by_id(relation.table, row[relation.key.column])
            shown[relation.alias] = _part(relation, there) if there is not None else None
        else:
            theirs = [one for one in database.rows[relation.table] if one[relation.key.column] == row["id"]]
            shown[relation.alias] = [_part(relation, one) for one in theirs]
    return shown


def _part(relation: Relation, row: Row) -> dict[str, Any]:
    return {alias: row[name] for alias, name in relation.columns}


def _columns(table: Table, wanted: list[Column]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for one in wanted:
        if one.name == "*":
            found += [(name, name) for name in table.columns]
        elif one.name in table.columns:
            found.append((one.alias or one.name, one.name))
        else:
            raise unknown_column(table.name, one.name)
    return tuple(found)


def _relation(table: Table, wanted: Embedded) -> Relation:
    related = TABLES.get(wanted.table)
    found = [(key, True) for key in table.foreign_keys if key.table == wanted.table]
    found += [(key, False) for key in (related.foreign_keys if related else ()) if key.table == table.name]
    if wanted.hint:
        found = [(key, outward) for key, outward in found if wanted.hint in (key.name, key.column)]
    if not found or related is None:
        message = f"Could not find a relationship between '{table.name}' and '{wanted.table}' in the schema cache"
        raise PostgrestError("PGRST200", message)
    if len(found) > 1:
        message = (
            f"Could not embed because more than one relationship was found for '{table.name}' and '{wanted.table}'"
        )
        raise PostgrestError("PGRST201", message, status=300)
    key, outward = found[0]
    return Relation(wanted.alias, wanted.table, key, outward, _columns(related, list(wanted.columns)))
