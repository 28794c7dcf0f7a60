"""Zattar's tables as SQL, made of the same catalogue as the fake database, with a pg_net that only takes notes."""

from typing import Any

from sandbox.fakes.zattar_catalogue import CATALOGUE

BEFORE = """
create schema auth;
create table auth.users (id uuid primary key);
create role anon; create role authenticated; create role service_role bypassrls;
create function public.update_updated_at_column() returns trigger language plpgsql as $$
begin
    new.updated_at = now();
    return new;
end $$;
"""

PG_NET = """
create schema net;
create table net.calls (
    n bigint generated always as identity, url text, body jsonb, params jsonb, headers jsonb, timeout int
);
create function net.http_post(
    url text, body jsonb default '{}'::jsonb, params jsonb default '{}'::jsonb,
    headers jsonb default '{"Content-Type": "application/json"}'::jsonb, timeout_milliseconds int default 5000
) returns bigint language sql as $$
    insert into net.calls (url, body, params, headers, timeout)
    values (url, body, params, headers, timeout_milliseconds) returning n;
$$;
"""
"""The signature is pg_net's (sql/pg_net.sql of supabase/pg_net, read 2026-11-25)."""


def schema() -> str:
    """Types, tables, constraints, unique indexes, and Zattar's own trigger for updated_at. Tables that the catalogue
    does not hold (cargos) are left out with the keys that point there."""
    statements = [BEFORE]
    for name, values in CATALOGUE["enums"].items():
        listed = ", ".join(f"'{value}'" for value in values)
        statements.append(f"create type public.{name} as enum ({listed});")
    keys: list[str] = []
    for name, table in CATALOGUE["tables"].items():
        columns = ",\n    ".join(_column(column) for column in table["columns"])
        statements.append(f"create table public.{name} (\n    {columns}\n);")
        for constraint in table["constraints"]:
            added = f"alter table public.{name} add constraint {constraint['name']} {constraint['def']};"
            if constraint["kind"] != "foreign key":
                statements.append(added)
            elif "REFERENCES cargos" not in constraint["def"]:
                keys.append(added)
        statements += [f"{index};" for index in table["unique_indexes"]]
        if any(column["name"] == "updated_at" for column in table["columns"]):
            statements.append(
                f"create trigger set_updated_at before update on public.{name} "
                "for each row execute function public.update_updated_at_column();"
            )
        statements.append(f"grant all on public.{name} to authenticated, service_role;")
    return "\n".join(statements + keys)


def _column(column: dict[str, Any]) -> str:
    parts = [column["name"], column["type"]]
    if column.get("identity"):
        parts.append("generated always as identity")
    if "default" in column:
        parts.append(f"default {column['default']}")
    if not column["nullable"]:
        parts.append("not null")
    return " ".join(parts)
