"""`ponte parked`: what waits for a person, why, and sending it on or giving it up."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from cli.rows import way, way_table
from cli.session import Session, Usage, moment, quiet, stamp
from cli.words import plain
from cli.words import reason as reason_sentence
from ponte.runtime import wiring
from ponte.runtime.redrive import choose, direction, drop, public_id, reason_code, redrive
from ponte.storage.table import Item

app = typer.Typer(no_args_is_help=True, help="Mensagens estacionadas / parked messages")
Ids = Annotated[list[str] | None, typer.Argument(help="ids, como em list / as list shows them")]
All = Annotated[bool, typer.Option("--all", help="todas / every one")]
Reason = Annotated[str, typer.Option("--reason", help="só as deste código / only those of this code")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="não pergunta / do not ask")]
One = Annotated[str, typer.Argument(help="id")]


def as_json(row: Item, lang: str) -> dict[str, Any]:
    """id: the digest that log lines carry. source_id: the provider's, which support asks for."""
    return {
        "id": public_id(row),
        "source_id": str(row.get("source_id", "")),
        "direction": direction(row),
        "code": reason_code(row),
        "reason": reason_sentence(row, lang),
        "parked_at": stamp(int(row.get("parked_ms", 0))),
        "attempts": int(row.get("att", 0)),
    }


@app.command("list")
def list_parked(context: typer.Context, reason: Reason = "") -> None:
    """Lista, das mais antigas às novas / list them, oldest first"""
    session: Session = context.obj
    rows = choose(_rows(session), reason=reason)

    def human(console: Console) -> None:
        if not rows:
            console.print(session.say("parked.none"))
            return
        console.print(session.table(("id", "reason"), [(public_id(row), _described(session, row)) for row in rows]))

    session.show({"parked": [as_json(row, session.lang) for row in rows]}, human)


def _described(session: Session, row: Item) -> Text:
    facts = (
        moment(int(row.get("parked_ms", 0))),
        session.say(f"direction.{direction(row)}"),
        reason_code(row),
    )
    return Text(plain(" · ".join(facts)), style="dim").append(f"\n{reason_sentence(row, session.lang)}\n", "not dim")


@app.command()
def show(context: typer.Context, id: One) -> None:
    """Mostra uma e o seu caminho / show one and the way it took"""
    session: Session = context.obj
    found = choose(_rows(session), (id,))
    if not found:
        session.show({"error": "not_found", "id": id}, lambda _: session.tell("parked.not_found", id=id))
        raise typer.Exit(1)
    row = found[0]
    steps = way(row)

    def human(console: Console) -> None:
        console.print(reason_sentence(row, session.lang), markup=False)
        about = (public_id(row), str(row.get("source_id", "")), reason_code(row), str(row.get("att", 0)))
        console.print(session.table(("id", "source_id", "code", "attempts"), [about]))
        console.print(way_table(session, steps))

    session.show(as_json(row, session.lang) | {"steps": steps}, human)


@app.command("redrive")
def redrive_parked(
    context: typer.Context, ids: Ids = None, everything: All = False, reason: Reason = "", yes: Yes = False
) -> None:
    """Devolve às filas / put them on their queues again"""
    session: Session = context.obj
    rows, unknown = _chosen(session, ids or [], everything, reason)
    if rows:
        session.confirm(yes, "parked.confirm_redrive", count=len(rows))
    with quiet():
        done = redrive(wiring.means().ledger, wiring.queue, wiring.CLOCK, lambda: uuid.uuid4().hex, rows)
    states: dict[str, str] = dict(zip(map(public_id, rows), (one.state for one in done), strict=True))
    _report(session, "redriven", states | dict.fromkeys(unknown, "not_parked"))


@app.command("drop")
def drop_parked(
    context: typer.Context, ids: Ids = None, everything: All = False, reason: Reason = "", yes: Yes = False
) -> None:
    """Descarta para sempre / give them up for good"""
    session: Session = context.obj
    rows, unknown = _chosen(session, ids or [], everything, reason)
    if rows:
        session.confirm(yes, "parked.confirm_drop", count=len(rows))
    with quiet():
        done = drop(wiring.means().ledger, wiring.CLOCK, rows)
    states = dict(zip(map(public_id, rows), ("dropped" if gone else "not_parked" for _, gone in done), strict=True))
    _report(session, "dropped", states | dict.fromkeys(unknown, "not_parked"))


def _rows(session: Session) -> list[Item]:
    session.enter()
    with quiet():
        return wiring.means().ledger.parked()


def _chosen(session: Session, ids: list[str], everything: bool, reason: str) -> tuple[list[Item], list[str]]:
    """The rows meant, and the ids that are none of them. Raises Usage unless it is clear which are meant."""
    if everything and (ids or reason):
        raise Usage(session.say("parked.all_alone"))
    if not (everything or ids or reason):
        raise Usage(session.say("parked.choose"))
    parked = _rows(session)
    rows = choose(parked, ids, reason)
    return rows, [each for each in ids if not choose(rows, (each,))]


def _report(session: Session, wanted: str, states: Mapping[str, str]) -> None:
    """Shows what came of each; status 1 when one of them did not come to `wanted`."""

    def human(console: Console) -> None:
        if not states:
            console.print(session.say("cli.nothing_to_do"))
            return
        cells = [(each, session.say(f"parked.state.{state}")) for each, state in states.items()]
        console.print(session.table(("id", "state"), cells))

    session.show({"messages": [{"id": each, "state": state} for each, state in states.items()]}, human)
    raise typer.Exit(0 if all(state == wanted for state in states.values()) else 1)
