"""PostgREST's requests as the SQL they stand for, run on a real PostgreSQL: what the fake database is measured by.

The address is read by the fake's own reader, so this proves nothing about syntax; what conditions, orders, constraints,
defaults and foreign keys do is PostgreSQL's word. to-one embedding only, as the bridge asks for it.
"""

import json
from typing import Any
from urllib.parse import urlsplit

from ponte.http import HttpRequest, HttpResponse
from sandbox.fakes.embedding import Relation, shaper
from sandbox.fakes.postgrest_errors import PostgrestError
from sandbox.fakes.postgrest_query import Condition, Query, Where, parse
from sandbox.fakes.zattar_catalogue import TABLES, Table

from .postgres import Database, SqlError, literal

_SIGNS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "cs": "@>"}


class SqlPostgrest:
    """A Sender over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = urlsplit(request.url)
        table, query = TABLES[address.path.removeprefix("/rest/v1/")], parse(address.query)
        try:
            match request.method:
                case "GET" | "HEAD":
                    return self._read(request, table, query)
                case "POST":
                    return self._insert(request, table, query)
                case _:
                    return self._update(request, table, query)
        except SqlError as error:
            refused = PostgrestError(error.sqlstate, error.message, error.detail or None)
            return HttpResponse(refused.status, {}, json.dumps(refused.body()).encode())

    def _read(self, request: HttpRequest, table: Table, query: Query) -> HttpResponse:
        where, order = (
            _where(query),
            ", ".join(_order(one.column, one.descending, one.nulls_first) for one in query.order),
        )
        first, last = (int(part) for part in request.headers.get("Range", "0-999").split("-"))
        selected = f"{_selected(table, query)} from public.{table.name} t where {where}"
        page = (
            f"select {selected}" + (f" order by {order}" if order else "") + f" limit {last - first + 1} offset {first}"
        )
        rows = self._rows(page)
        total = "*"
        if "count=exact" in request.headers.get("Prefer", ""):
            total = str(self._database.value(f"select count(*) from public.{table.name} t where {where}"))
        body = b"" if request.method == "HEAD" else json.dumps(rows).encode()
        shown = f"{first}-{first + len(rows) - 1}" if rows else "*"
        return HttpResponse(200, {"content-range": f"{shown}/{total}"}, body)

    def _insert(self, request: HttpRequest, table: Table, query: Query) -> HttpResponse:
        bodies = json.loads(request.body)
        columns = ", ".join(f'"{column}"' for column in bodies[0])
        conflict = ""
        if "resolution=merge-duplicates" in request.headers.get("Prefer", ""):
            target = ", ".join(query.on_conflict)
            changes = ", ".join(f'"{column}" = excluded."{column}"' for column in bodies[0])
            conflict = f"on conflict ({target}) do update set {changes}"
        given = f"jsonb_populate_recordset(null::public.{table.name}, {literal(bodies)}::jsonb)"
        insert = f"insert into public.{table.name} ({columns}) select {columns} from {given} {conflict} returning *"
        rows = self._rows(f"select {_selected(table, query)} from t", insert)
        return HttpResponse(201, {}, json.dumps(rows).encode())

    def _update(self, request: HttpRequest, table: Table, query: Query) -> HttpResponse:
        body = json.loads(request.body)
        given = f"jsonb_populate_record(null::public.{table.name}, {literal(body)}::jsonb) g"
        changes = ", ".join(f'"{column}" = g."{column}"' for column in body)
        update = f"update public.{table.name} t set {changes} from {given} where {_where(query)} returning t.*"
        rows = self._rows(f"select {_selected(table, query)} from t", update)
        return HttpResponse(200, {}, json.dumps(rows).encode())

    def _rows(self, select: str, changing: str = "") -> list[Any]:
        """PostgREST writes JSON at the session's time zone, which is UTC at Supabase."""
        before = f"with t as ({changing}) " if changing else ""
        printed = self._database.value(f"{before}select coalesce(json_agg(r), '[]'::json) from ({select}) r")
        return list(printed)


def _selected(table: Table, query: Query) -> str:
    shape = shaper(table, query)
    columns = [f't."{name}" as "{alias}"' for alias, name in shape.columns]
    return ", ".join([*columns, *(_embedded(relation) for relation in shape.relations)])


def _embedded(relation: Relation) -> str:
    columns = ", ".join(f'e."{name}" as "{alias}"' for alias, name in relation.columns)
    inner = f'select {columns} from public.{relation.table} e where e.id = t."{relation.key.column}"'
    return f'(select row_to_json(x) from ({inner}) x) as "{relation.alias}"'


def _order(column: str, descending: bool, nulls_first: bool) -> str:
    return f't."{column}" {"desc" if descending else "asc"} nulls {"first" if nulls_first else "last"}'


def _where(query: Query) -> str:
    return " and ".join(_condition(one) for one in query.where) or "true"


def _condition(where: Where) -> str:
    if isinstance(where, Condition):
        found = _single(where)
    else:
        found = f"({f' {where.kind} '.join(_condition(part) for part in where.parts)})"
    return f"not ({found})" if where.negated else found


def _single(where: Condition) -> str:
    column = f't."{where.column}"'
    if isinstance(where.value, tuple):
        return f"{column} in ({', '.join(literal(value) for value in where.value)})"
    if where.operator == "is":
        return f"{column} is {where.value}"
    if where.operator in ("like", "ilike"):
        return f"{column} {where.operator} {literal(where.value.replace('*', '%'))}"
    return f"{column} {_SIGNS[where.operator]} {literal(where.value)}"
