"""`ponte trace`: the way one message took, by whichever of its ids somebody has."""

from typing import Annotated, Any

import typer
from rich.console import Console

from cli.rows import way, way_table
from cli.session import Session, client, quiet
from cli.words import words
from ponte.digest import digest
from ponte.runtime import wiring
from ponte.runtime.lookup import among_parked, by_key
from ponte.runtime.perform import Means
from ponte.runtime.redrive import direction, public_id
from ponte.storage.ledger_items import word
from ponte.storage.table import Item

Id = Annotated[
    str,
    typer.Argument(
        help="wamid, id da mensagem no Bitrix24, evento de escritório, id dos logs / "
        "wamid, Bitrix24's message id, an office's event, log id"
    ),
]
Scan = Annotated[bool, typer.Option("--scan", help="lê a tabela inteira, se preciso / read the whole table if need be")]


def trace(context: typer.Context, id: Id, scan: Scan = False) -> None:
    """Mostra o caminho de uma mensagem / show the way of a message"""
    session: Session = context.obj
    place = session.enter()
    with quiet():
        means = wiring.means()
        row = by_key(means, id, wiring.offices().tenants) or among_parked(means, id)
        if row is None and (scan or place.is_sandbox):
            row = by_scan(means, id)
    if row is None:
        searched = scan or place.is_sandbox
        key = "trace.not_found" if searched else "trace.try_scan"
        session.show({"error": "not_found", "id": id, "scanned": searched}, lambda _: session.tell(key, id=id))
        raise typer.Exit(1)
    found = row
    session.show(as_json(found), lambda console: _print(session, console, found))


def by_scan(means: Means, given: str) -> Item | None:
    """By reading every item of the Message table: Bitrix24's message ids and digests are no keys."""
    pages = (
        client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=wiring.settings().message_table, ProjectionExpression="event_id, source_id")
    )
    for page in pages:
        for raw in page["Items"]:
            event_id = raw.get("event_id", {}).get("S", "")
            if "source_id" in raw and (raw["source_id"].get("S") == given or digest(event_id) == given):
                return means.ledger.read(event_id)
    return None


def as_json(row: Item) -> dict[str, Any]:
    """{"id", "source_id", "direction", "status", "dup_risk", "steps": [{"at_ms", "step", "detail"}]}

    dup_risk: a step of unknown fate was repeated without proof, so somebody may have seen it twice.
    """
    return {
        "id": public_id(row),
        "source_id": str(row.get("source_id", "")),
        "direction": direction(row),
        "status": word(row),
        "dup_risk": bool(row.get("dup_risk")),
        "steps": way(row),
    }


def _print(session: Session, console: Console, row: Item) -> None:
    status = words(f"status.{word(row)}", session.lang)
    sides = session.say(f"direction.{direction(row)}")
    console.print(session.say("trace.title", direction=sides, status=status), markup=False)
    if row.get("dup_risk"):
        console.print(session.say("trace.dup_risk"), markup=False)
    console.print(way_table(session, way(row)))
