"""The fake Supabase: keys, PostgREST's answers over Zattar's tables, and who a token belongs to.

Behaviour as docs.postgrest.org/en/v13 and supabase.com/docs describe it (read 2026-11-25). A request outside the known
subset is refused, never guessed at.
"""

import hmac
import json
import re
from dataclasses import dataclass
from typing import Any

from sandbox.calls import Call, Reply, json_reply
from sandbox.fakes.embedding import shape, shaper
from sandbox.fakes.postgrest_errors import PostgrestError, unknown_column, unknown_table
from sandbox.fakes.postgrest_query import Condition, Query, parse
from sandbox.fakes.row_filters import Row, judge_all, ordered
from sandbox.fakes.zattar_catalogue import TABLES, Table
from sandbox.offices import OfficeState
from sandbox.world import World

MAX_ROWS = 1000
_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})?")
_SINGLE = "application/vnd.pgrst.object"
_READS = ("GET", "HEAD")


@dataclass(frozen=True)
class Prefer:
    """What a Prefer header asks for. representation: whether the rows come back."""

    representation: bool = False
    count: bool = False
    resolution: str = ""
    max_affected: int | None = None

    @classmethod
    def read(cls, header: str) -> "Prefer":
        """Raises PostgrestError PGRST122 for unknown words where handling=strict."""
        given = dict(one.strip().partition("=")[::2] for one in header.split(",") if one.strip())
        known = {"return", "count", "resolution", "handling", "max-affected", "missing", "tx", "timezone"}
        strict = given.get("handling") == "strict"
        if strict and not set(given) <= known:
            details = f"Invalid preferences: {', '.join(sorted(set(given) - known))}"
            raise PostgrestError("PGRST122", "Invalid preferences given with handling=strict", details)
        most = given.get("max-affected", "")
        return cls(
            given.get("return") == "representation",
            given.get("count") in ("exact", "planned", "estimated"),
            {"merge-duplicates": "merge", "ignore-duplicates": "ignore"}.get(given.get("resolution", ""), ""),
            int(most) if strict and most.isdigit() else None,
        )


class FakeSupabase:
    def __init__(self, world: World) -> None:
        self._world = world

    def __call__(self, call: Call, *, partial: bool = False) -> Reply:  # noqa: ARG002 - no call here has parts
        office = self._office(call)
        if office is None:
            return json_reply(404, {"message": "no project at this address"})
        if not call.headers.get("apikey"):
            hint = "No `apikey` request header or url param was found."
            return json_reply(401, {"message": "No API key found in request", "hint": hint})
        if not _equal(call.headers["apikey"], office.config["service_key"]):
            hint = "Double check your Supabase `anon` or `service_role` API key."
            return json_reply(401, {"message": "Invalid API key", "hint": hint})
        if call.path == "/auth/v1/user":
            return _user(office, call)
        found = re.fullmatch(r"/rest/v1/([A-Za-z0-9_]+)", call.path)
        if not found:
            return json_reply(404, {"message": "no Route matched with those values"})
        try:
            return self._rest(call, office, found[1])
        except PostgrestError as error:
            return json_reply(error.status, error.body(), took_effect=False)

    def _office(self, call: Call) -> OfficeState | None:
        """By the host; a call on the fake's own port names none, so there the key tells."""
        offices = self._world.offices
        by_host = next((one for one in offices if one.config["supabase_host"] == call.host), None)
        if by_host is not None or call.host.endswith(".supabase.co"):
            return by_host
        key = call.headers.get("apikey", "")
        return next((one for one in offices if _equal(one.config["service_key"], key)), None)

    def _rest(self, call: Call, office: OfficeState, name: str) -> Reply:
        bearer = _bearer(call)
        is_staff = bool(bearer) and not _equal(bearer, office.config["service_key"])
        if is_staff and office.user_of(bearer) is None:
            raise PostgrestError("PGRST301", "JWSError JWSInvalidSignature", status=401)
        if name not in TABLES:
            raise unknown_table(name)
        table, query, prefer = TABLES[name], parse(call.query), Prefer.read(call.headers.get("prefer", ""))
        if call.method in _READS:
            return _read(call, office, table, query, prefer)
        if is_staff:
            return _staff_writes(call, table)
        match call.method:
            case "POST":
                return _insert(call, office, table, query, prefer)
            case "PATCH":
                return _update(call, office, table, query, prefer)
            case "DELETE":
                return _delete(call, office, table, query, prefer)
        raise PostgrestError("PGRST117", f"Unsupported HTTP method: {call.method}", status=405)


def _read(call: Call, office: OfficeState, table: Table, query: Query, prefer: Prefer) -> Reply:
    show = shaper(table, query)
    found = ordered(table, _matching(office, table, query), query.order)
    first, most = _window(call, query)
    if prefer.count and first > 0 and first >= len(found):
        details = f"An offset of {first} was requested, but there are only {len(found)} rows."
        refused = PostgrestError("PGRST103", "Requested range not satisfiable", details, status=416)
        return _with_range(json_reply(416, refused.body(), took_effect=False), f"*/{len(found)}")
    page = found[first : first + most]
    total = str(len(found)) if prefer.count else "*"
    spoken = f"{first}-{first + len(page) - 1}/{total}" if page else f"*/{total}"
    rows = [shape(show, office.database, row) for row in page]
    if call.headers.get("accept", "").startswith(_SINGLE):
        return _with_range(json_reply(200, _single(rows)), spoken)
    partial = prefer.count and len(page) < len(found)
    return _with_range(json_reply(206 if partial else 200, rows), spoken)


def _insert(call: Call, office: OfficeState, table: Table, query: Query, prefer: Prefer) -> Reply:
    body = _body(call)
    bodies = body if isinstance(body, list) else [body]
    if not all(isinstance(one, dict) for one in bodies) or any(set(one) != set(bodies[0]) for one in bodies):
        raise PostgrestError("PGRST102", "All object keys must match")
    _known_columns(table, bodies)
    for column in query.on_conflict:
        if column not in table.columns:
            raise unknown_column(table.name, column)
    show = shaper(table, query)
    rows, made = office.database.insert(table.name, bodies, query.on_conflict, prefer.resolution)
    # whether an upsert that made nothing says 200 or 201 differs by version; nobody may rely on it
    return _written(call, prefer, [shape(show, office.database, row) for row in rows], 201 if made else 200, 201)


def _update(call: Call, office: OfficeState, table: Table, query: Query, prefer: Prefer) -> Reply:
    body = _body(call)
    if not isinstance(body, dict):
        raise PostgrestError("PGRST102", "Empty or invalid json")
    _known_columns(table, [body])
    show = shaper(table, query)
    rows = _touched(office, table, query, prefer, "UPDATE")
    if body:
        office.database.update(table.name, rows, body)
    shown = [shape(show, office.database, row) for row in rows] if body else []
    return _written(call, prefer, shown, 200, 204)


def _delete(call: Call, office: OfficeState, table: Table, query: Query, prefer: Prefer) -> Reply:
    show = shaper(table, query)
    rows = _touched(office, table, query, prefer, "DELETE")
    shown = [shape(show, office.database, row) for row in rows]
    office.database.delete(table.name, rows)
    return _written(call, prefer, shown, 200, 204)


def _written(call: Call, prefer: Prefer, rows: list[Row], with_rows: int, without: int) -> Reply:
    if not prefer.representation:
        return Reply(without, b"", {"content-range": "*/*"}, took_effect=bool(rows) or without == 201)
    single = call.headers.get("accept", "").startswith(_SINGLE)
    reply = json_reply(with_rows, _single(rows) if single else rows, took_effect=bool(rows))
    return _with_range(reply, f"0-{len(rows) - 1}/*" if rows else "*/*")


def _staff_writes(call: Call, table: Table) -> Reply:
    """Row level security: staff read these tables; their writes match nothing, and an insert says so."""
    if call.method == "POST":
        raise PostgrestError("42501", f'new row violates row-level security policy for table "{table.name}"')
    return Reply(204, b"", {"content-range": "*/*"}, took_effect=False)


def _touched(office: OfficeState, table: Table, query: Query, prefer: Prefer, verb: str) -> list[Row]:
    if not query.where:
        raise PostgrestError("21000", f"{verb} requires a WHERE clause", status=400)
    rows = _matching(office, table, query)
    if prefer.max_affected is not None and len(rows) > prefer.max_affected:
        details = f"The query affects {len(rows)} rows"
        raise PostgrestError("PGRST124", "Query result exceeds max-affected preference constraint", details)
    return rows


def _matching(office: OfficeState, table: Table, query: Query) -> list[Row]:
    wanted = judge_all(table, query.where)
    rows = office.database.rows[table.name]
    for one in query.where:
        if isinstance(one, Condition) and (number := _wanted_id(table, one)) is not None:
            there = office.database.by_id(table.name, number)
            rows = [there] if there is not None else []
            break
    return [row for row in rows if wanted(row) is True]


def _wanted_id(table: Table, one: Condition) -> int | None:
    """The id that a condition wants to be equal: such a row is found without reading all of them."""
    is_id = (one.column, one.operator, one.negated) == (table.identity, "eq", False)
    plain = is_id and isinstance(one.value, str) and one.value.isascii() and one.value.isdigit()
    return int(str(one.value)) if plain else None


def _window(call: Call, query: Query) -> tuple[int, int]:
    """The first row and how many at most: of address and Range header together, never over the cap."""
    first, most = query.offset, MAX_ROWS if query.limit is None else min(query.limit, MAX_ROWS)
    if found := _RANGE.fullmatch(call.headers.get("range", "").strip()):
        first = max(first, int(found[1]))
        if found[2] is not None:
            most = max(0, min(most, int(found[2]) - int(found[1]) + 1))
    return first, most


def _body(call: Call) -> Any:
    try:
        return json.loads(call.body)
    except (ValueError, RecursionError):
        raise PostgrestError("PGRST102", "Empty or invalid json") from None


def _known_columns(table: Table, bodies: list[dict[str, Any]]) -> None:
    for column in (column for body in bodies for column in body if column not in table.columns):
        message = f"Could not find the '{column}' column of '{table.name}' in the schema cache"
        raise PostgrestError("PGRST204", message)


def _single(rows: list[Row]) -> Row:
    if len(rows) != 1:
        details = f"The result contains {len(rows)} rows"
        raise PostgrestError("PGRST116", "Cannot coerce the result to a single JSON object", details, status=406)
    return rows[0]


def _user(office: OfficeState, call: Call) -> Reply:
    user = office.user_of(_bearer(call))
    if user is None:
        return json_reply(401, {"code": 401, "error_code": "bad_jwt", "msg": "invalid JWT"})
    metadata = {"provider": "email", "scopes": user["scopes"], "usuario_id": user["usuario_id"]}
    view = {"id": user["auth_id"], "aud": "authenticated", "role": "authenticated", "app_metadata": metadata}
    return json_reply(200, view)


def _bearer(call: Call) -> str:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _with_range(reply: Reply, content_range: str) -> Reply:
    return Reply(reply.status, reply.body, {**reply.headers, "content-range": content_range}, reply.took_effect)


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
