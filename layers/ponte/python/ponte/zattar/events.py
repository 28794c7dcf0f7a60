"""A database webhook's bytes as events. No I/O, no clock; that it is authentic was checked before (`shared_secret`).

Shape: {"type": "INSERT" | "UPDATE" | "DELETE", "table", "schema", "record", "old_record"}; record is null on DELETE,
old_record on INSERT. Calls get lost, come twice and in any order, and tell nothing about which: so an event says only
that a row was touched, and whoever handles it reads the row as it is now. That also keeps the row's personal data out
of the queues.

Source: supabase.com/docs/guides/database/webhooks (read 2026-11-25).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ponte.errors import MalformedEvent
from ponte.zattar import rows
from ponte.zattar.values import ADDRESS_RELEVANT, RELEVANT, TIPO_OF_TABLE, Tipo, changes, instant_us

type Operation = Literal["INSERT", "UPDATE", "DELETE"]
type Row = Mapping[str, Any]

ADDRESSES, INTEGRATIONS = "enderecos", "integracoes"
TABLES = (*TIPO_OF_TABLE, ADDRESSES, INTEGRATIONS)
"""Whose webhooks mean something to the bridge. The mapping tables have none: our own writes must not come back."""


@dataclass(frozen=True, slots=True)
class PersonChanged:
    """A row of a people table was made, changed or deleted. version: see `source_id`. changed: names of
    values.RELEVANT; all of them on INSERT, and on UPDATE where the state before was not told; none on DELETE."""

    operation: Operation
    tipo: str
    id: int
    version: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AddressChanged:
    """An address was made, changed or deleted. tipo, id: the person it belongs to; it is theirs in Chatwoot only if
    their endereco_id names it."""

    operation: Operation
    tipo: str
    id: int
    endereco_id: int
    version: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IntegrationChanged:
    """A row of integracoes was touched: read all of the tenant's again. The event holds no credential."""

    operation: Operation
    integration_id: str
    integration_tipo: str
    version: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Authentic, understood, and of no consequence. why: other_table, other_schema or no_relevant_change; count it."""

    table: str
    operation: Operation
    why: str


type Event = PersonChanged | AddressChanged | IntegrationChanged | Ignored

_CLASSES: Mapping[str, type[Any]] = {
    cls.__name__: cls for cls in (PersonChanged, AddressChanged, IntegrationChanged, Ignored)
}


def parse(body: bytes) -> tuple[Event, ...]:
    """The events of one call: one, or two where an address went from one person to another.

    Raises MalformedEvent with the path where the shape broke; nothing else, whatever the bytes are.
    """
    tree = _load(body)
    operation, table, schema = _operation(tree), _name(tree, "table"), _name(tree, "schema")
    read = _READERS.get(table)
    if read is None or schema != "public":
        return (Ignored(table if read else "", operation, "other_schema" if read else "other_table"),)
    return read(operation, table, _row(tree, "record"), _row(tree, "old_record"))


def source_id(event: Event) -> str:
    """What makes this event the same event when it comes twice: table, row, version and operation.

    The version is the row's updated_at in microseconds; where it has none, a digest of the row. Two changes of a row in
    one transaction share it, and need no second look: both are committed before either is told.
    """
    match event:
        case PersonChanged():
            return f"{Tipo(event.tipo).table}|{event.id}|{event.version}|{event.operation}"
        case AddressChanged():
            return f"{ADDRESSES}|{event.endereco_id}|{event.version}|{event.operation}|{event.tipo}|{event.id}"
        case IntegrationChanged():
            return f"{INTEGRATIONS}|{event.integration_id}|{event.version}|{event.operation}"
        case Ignored():
            return f"{event.table}|{event.why}"


def order_key(event: Event) -> str:
    """What must stay in order: "tipo|id" for everything of one person, "integracoes" for the configuration."""
    match event:
        case PersonChanged() | AddressChanged():
            return f"{event.tipo}|{event.id}"
        case IntegrationChanged() | Ignored():
            return INTEGRATIONS


def to_payload(event: Event) -> dict[str, Any]:
    """The event as a JSON object {"type": class name, **fields}; `from_payload` reads it back to an equal value."""
    return {"type": type(event).__name__, **asdict(event)}


def from_payload(payload: Mapping[str, Any]) -> Event:
    """The inverse of `to_payload`. Raises MalformedEvent, naming the field, for anything else."""
    kind = payload.get("type")
    cls = _CLASSES.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise MalformedEvent("payload.type")
    values: dict[str, Any] = {}
    for name in cls.__slots__:
        value = payload.get(name)
        if not _FIELDS[name](value):
            raise MalformedEvent(f"payload.{name}")
        values[name] = tuple(value) if isinstance(value, list) else value
    event: Event = cls(**values)
    return event


def _load(body: bytes) -> Row:
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedEvent("") from error
    if not isinstance(tree, dict):
        raise MalformedEvent("")
    return tree


def _operation(tree: Row) -> Operation:
    match tree.get("type"):
        case "INSERT":
            return "INSERT"
        case "UPDATE":
            return "UPDATE"
        case "DELETE":
            return "DELETE"
        case _:
            raise MalformedEvent("type")


def _name(tree: Row, key: str) -> str:
    value = tree.get(key)
    if not isinstance(value, str) or not value:
        raise MalformedEvent(key)
    return value


def _row(tree: Row, key: str) -> Row | None:
    value = tree.get(key)
    if value is not None and not isinstance(value, dict):
        raise MalformedEvent(key)
    return value


def _subject(operation: Operation, record: Row | None, old: Row | None) -> tuple[str, Row]:
    """The row that an event is about, and its key in the body."""
    key, row = ("old_record", old) if operation == "DELETE" else ("record", record)
    if row is None:
        raise MalformedEvent(key)
    return key, row


def _read_person(operation: Operation, table: str, record: Row | None, old: Row | None) -> tuple[Event, ...]:
    tipo = TIPO_OF_TABLE[table]
    key, row = _subject(operation, record, old)
    after = rows.person(tipo, row)
    if after is None:
        raise MalformedEvent(f"{key}.id")
    changed: tuple[str, ...] = () if operation == "DELETE" else tuple(RELEVANT)
    if operation == "UPDATE" and (before := rows.person(tipo, old)) is not None:
        changed = changes(before, after)
        if not changed:
            return (Ignored(table, operation, "no_relevant_change"),)
    return (PersonChanged(operation, tipo.value, after.id, _version(row), changed),)


def _read_address(operation: Operation, table: str, record: Row | None, old: Row | None) -> tuple[Event, ...]:
    key, row = _subject(operation, record, old)
    number, owner = rows.row_id(row), _owner(row)
    if number is None:
        raise MalformedEvent(f"{key}.id")
    if owner is None:
        raise MalformedEvent(f"{key}.entidade_id")
    owners = [owner]
    changed: tuple[str, ...] = () if operation == "DELETE" else ADDRESS_RELEVANT
    if operation == "UPDATE" and old is not None:
        before = _owner(old)
        if before not in (None, owner):
            owners.append(before)
        else:
            changed = tuple(name for name in ADDRESS_RELEVANT if rows.text(row, name) != rows.text(old, name))
            if not changed:
                return (Ignored(table, operation, "no_relevant_change"),)
    version = _version(row)
    return tuple(AddressChanged(operation, tipo, person, number, version, changed) for tipo, person in owners)


def _owner(row: Row) -> tuple[str, int] | None:
    tipo, number = rows.text(row, "entidade_tipo"), rows.integer(row.get("entidade_id"))
    return (tipo, number) if tipo in _TIPOS and number is not None else None


def _read_integration(operation: Operation, _table: str, record: Row | None, old: Row | None) -> tuple[Event, ...]:
    key, row = _subject(operation, record, old)
    number = rows.uuid(row)
    if not number:
        raise MalformedEvent(f"{key}.id")
    return (IntegrationChanged(operation, number, rows.text(row, "tipo"), _version(row)),)


def _version(row: Row) -> str:
    moment = instant_us(rows.timestamp(row, "updated_at"))
    if moment is not None:
        return str(moment)
    try:
        canonical = json.dumps(row, sort_keys=True, separators=(",", ":"))  # ASCII: lone surrogates stay escaped
    except RecursionError as error:
        raise MalformedEvent("record") from error
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


_TIPOS = frozenset(tipo.value for tipo in Tipo)

_READERS: Mapping[str, Callable[[Operation, str, Row | None, Row | None], tuple[Event, ...]]] = {
    **dict.fromkeys(TIPO_OF_TABLE, _read_person),
    ADDRESSES: _read_address,
    INTEGRATIONS: _read_integration,
}

_FIELDS: Mapping[str, Callable[[Any], bool]] = {
    "operation": lambda value: value in ("INSERT", "UPDATE", "DELETE"),
    "tipo": lambda value: isinstance(value, str) and value in _TIPOS,
    "id": lambda value: rows.integer(value) == value and value is not None,
    "endereco_id": lambda value: rows.integer(value) == value and value is not None,
    "integration_tipo": lambda value: isinstance(value, str),
    "integration_id": lambda value: isinstance(value, str),
    "version": lambda value: isinstance(value, str),
    "table": lambda value: isinstance(value, str),
    "why": lambda value: isinstance(value, str),
    "changed": lambda value: isinstance(value, list | tuple) and all(isinstance(one, str) for one in value),
}
